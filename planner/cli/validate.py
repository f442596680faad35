"""`plan validate`: every finding of a portfolio in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.arguments import Detailed, Json, Scenario, Settings
from planner.cli.health import Health

if TYPE_CHECKING:
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
    strict: Strict = False,
    as_json: Json = False,
    detailed: Detailed = False,
) -> None:
    """Check a portfolio with its sites and catalog, or one file alone, without planning anything.

    Example: plan validate sites/scenarios/first-light.yaml --health dcma14
    """
    from planner import specs
    from planner.cli import health as tables
    from planner.cli.console import finding_as_dict, put, put_json, say
    from planner.cli.showing import size_of
    from planner.errors import SpecError

    checks: tuple[Check, ...] = ()
    if specs.kind_of_file(scenario) == "portfolio":
        portfolio = specs.load(scenario, overrides=tuple(settings or ()))
        findings, summary = specs.check(portfolio), size_of(portfolio)
        if health is not None and all(f.severity != "error" for f in findings):
            checks = tables.checked(portfolio, health)
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
