"""`plan simulate`: what a plan written by hand, or only what is under way, would do."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.arguments import Json, Quiet, Samples, Scenario, Seed, Settings

PlanFile = Annotated[
    Path | None,
    typer.Option("--plan", help="A plan.yaml, perhaps edited; what is under way if none."),
]

Tornado = Annotated[
    bool,
    typer.Option("--tornado", help="Simulate again without each cause: days of the key date."),
]


def simulate(
    scenario: Scenario,
    plan: PlanFile = None,
    settings: Settings = None,
    seed: Seed = None,
    samples: Samples = None,
    tornado: Tornado = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate a plan and print the dates of its halls at P10, P50, P80 and P90.

    Example: plan simulate first-light --plan reports/first-light/plan.yaml
    """
    from planner import report, specs, study
    from planner.cli.console import progress, put, put_json
    from planner.cli.inputs import load
    from planner.cli.removal import removal_text

    portfolio, _ = load(scenario, settings)
    asked = study.Ask.of(portfolio, seed=seed, samples=samples)
    chosen = specs.read_plan(plan, portfolio) if plan else None
    with progress(quiet=quiet or as_json) as update:
        result = study.simulate_plan(portfolio, chosen, asked, progress=update)
        if tornado:
            result = study.reviewed(result, update)
    if as_json:
        body = report.simulation_dict(result)
        if result.review is not None:
            body["removals"] = [dataclasses.asdict(r) for r in result.review.removals]
        put_json("simulation", **body)
    else:
        put(report.simulation_text(result))
        if result.review is not None:
            put(f"\n{removal_text(result.review)}")
