"""`plan compare`: build methods side by side on the same simulated futures."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.cli.arguments import Detailed, Json, Quiet, Samples, Scenario, Seed, Settings

Methods = Annotated[
    list[str] | None,
    typer.Option(
        "--method", help="Build mode allowed, or several joined by +; repeat. 'free' allows all."
    ),
]


def compare(
    scenario: Scenario,
    methods: Methods = None,
    settings: Settings = None,
    seed: Seed = None,
    samples: Samples = None,
    as_json: Json = False,
    quiet: Quiet = False,
    detailed: Detailed = False,
) -> None:
    """Plan with tents only, concrete only and a free choice, and compare on common samples.

    Example: plan compare meta-2025 --method tent --method concrete --method free
    """
    from planner import report, study
    from planner.cli.console import progress, put, put_json
    from planner.cli.inputs import load

    portfolio, _ = load(scenario, settings)
    asked = study.Ask.of(portfolio, seed=seed, samples=samples)
    with progress(quiet=quiet or as_json) as update:
        comparison = study.compare_methods(
            portfolio, tuple(methods or ("free", "tent", "concrete")), asked, progress=update
        )
    if as_json:
        put_json("comparison", **report.comparison_dict(comparison))
    else:
        put(report.comparison_text(comparison))
    if detailed and comparison.differs:
        raise typer.Exit(10)
