"""`plan validate`: every finding of a portfolio in one pass."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.cli.arguments import Detailed, Json, Scenario, Settings

Strict = Annotated[bool, typer.Option("--strict", help="Warnings fail as errors do.")]


def validate(
    scenario: Scenario,
    settings: Settings = None,
    strict: Strict = False,
    as_json: Json = False,
    detailed: Detailed = False,
) -> None:
    """Check a portfolio with its sites and catalog, or one file alone, without planning anything.

    Example: plan validate sites/scenarios/first-light.yaml
    """
    from planner import specs
    from planner.cli.console import finding_as_dict, put, put_json, say
    from planner.cli.showing import size_of
    from planner.errors import SpecError

    if specs.kind_of_file(scenario) == "portfolio":
        portfolio = specs.load(scenario, overrides=tuple(settings or ()))
        findings, summary = specs.check(portfolio), size_of(portfolio)
    else:
        findings, summary = specs.check_file(scenario), f"{scenario}: valid, alone"
    failing = {"error", "warning"} if strict else {"error"}
    if any(f.severity in failing for f in findings):
        raise SpecError(tuple(f for f in findings if f.severity != "note"))
    shown = [f for f in findings if f.severity != "note"]
    if as_json:
        put_json("findings", findings=[finding_as_dict(f) for f in findings])
    else:
        for finding in shown:
            say(str(finding))
        put(summary)
    if detailed and shown:
        raise typer.Exit(10)
