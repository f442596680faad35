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
    """Check a portfolio with its sites and catalog, without planning anything.

    Example: plan validate sites/scenarios/first-light.yaml
    """
    from planner import specs
    from planner.cli.console import finding_as_dict, put, put_json, say
    from planner.errors import SpecError

    portfolio = specs.load(scenario, overrides=tuple(settings or ()))
    findings = specs.check(portfolio)
    failing = {"error", "warning"} if strict else {"error"}
    if any(f.severity in failing for f in findings):
        raise SpecError(tuple(f for f in findings if f.severity != "note"))
    shown = [f for f in findings if f.severity != "note"]
    if as_json:
        put_json("findings", findings=[finding_as_dict(f) for f in findings])
    else:
        for finding in shown:
            say(str(finding))
        spec = portfolio.spec
        halls = sum(g.count for s in portfolio.sites.values() for g in s.groups.values())
        put(
            f"{spec.portfolio}: valid; {len(portfolio.sites)} sites, up to {halls} halls, "
            f"{len(spec.teams)} teams, {len(spec.products)} products, "
            f"{len(portfolio.periods)} {spec.period}s to {spec.horizon}"
        )
    if detailed and shown:
        raise typer.Exit(10)
