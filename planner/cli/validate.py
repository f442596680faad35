"""`plan validate`: every finding of a portfolio in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.arguments import Actuals, Baseline, Detailed, Json, Scenario, Settings
from planner.cli.health import Health

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.baseline import Baseline as Dates
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.health import Check

Tables = Annotated[
    Health | None,
    typer.Option("--health", help="Judge the schedule's logic as a reviewer does, too."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings fail as errors do.")]


def validate(
    scenario: Scenario,
    settings: Settings = None,
    health: Tables = None,
    baseline: Baseline = None,
    actuals: Actuals = None,
    strict: Strict = False,
    as_json: Json = False,
    detailed: Detailed = False,
) -> None:
    """Check a portfolio with its sites and catalog, or one file alone, without planning anything.

    With --baseline, the schedule judged is that of the baseline's plan, with the actuals in it.

    Example: plan validate sites/scenarios/first-light.yaml --health dcma14
    """
    from planner import specs
    from planner.cli import health as tables
    from planner.cli.console import finding_as_dict, put, put_json, say
    from planner.cli.showing import size_of
    from planner.errors import SpecError

    checks: tuple[Check, ...] = ()
    if baseline is not None and health is None:
        raise typer.BadParameter("--baseline: name the tables it is for, as --health dcma14")
    if specs.kind_of_file(scenario) == "portfolio":
        portfolio = specs.load(scenario, overrides=tuple(settings or ()), actuals=actuals)
        findings = (*specs.check(portfolio), *specs.check_overlays(portfolio))
        summary = size_of(portfolio)
        if health is not None and all(f.severity != "error" for f in findings):
            checks = tables.checked(portfolio, health, *_judged(portfolio, baseline))
            findings = (*findings, *tables.findings(portfolio, checks))
    else:
        findings, summary = specs.check_file(scenario), f"{scenario}: valid, alone"
    failing = {"error", "warning"} if strict else {"error"}
    if checks and not as_json:
        put(tables.text(checks))
    if any(f.severity in failing for f in findings):
        raise SpecError(tuple(f for f in findings if f.severity != "note"))
    shown = [f for f in findings if f.severity != "note"]
    if as_json:
        body = {"health": [tables.as_dict(c) for c in checks]} if checks else {}
        put_json("findings", findings=[finding_as_dict(f) for f in findings], **body)
    else:
        for finding in shown:
            say(str(finding))
        put(summary)
    if detailed and shown:
        raise typer.Exit(10)


def _judged(portfolio: Portfolio, baseline: Path | None) -> tuple[Plan | None, Dates | None]:
    """Return the plan of a baseline, and its dates; nothing where there is no baseline."""
    if baseline is None:
        return None, None
    from planner import specs
    from planner.cli.baseline import held_against
    from planner.cli.finished import PLAN

    file = baseline / PLAN if baseline.is_dir() else baseline
    return specs.read_plan(file, portfolio), held_against(baseline, portfolio)
