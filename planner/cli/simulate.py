"""`plan simulate`: what a plan written by hand, or only what is under way, would do."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from planner.cli.arguments import (
    OPEN_LOOP,
    Actuals,
    Baseline,
    Json,
    OpenLoop,
    Override,
    Quiet,
    Samples,
    Scenario,
    Seed,
    Settings,
)
from planner.cli.health import Health
from planner.cli.workers import Number, Scheduler

if TYPE_CHECKING:
    from planner.domain.result import Method, Result
    from planner.network.health import Check

METHODS: dict[str, Method] = {"lhs": "latin", "plain": "plain", "sobol": "sobol"}
MOST = 65_536
"""Futures after which a run ends that was to stop at a precision, where it was not told how many"""

PlanFile = Annotated[
    Path | None,
    typer.Option("--plan", help="A plan.yaml, perhaps edited; what is under way if none."),
]

Sampling = Annotated[
    Literal["lhs", "plain", "sobol"],
    typer.Option(help="How futures are drawn: each risk evenly, all independent, drivers jointly."),
]
UntilError = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help='Stop once every P80 has a standard error of at most this, such as "3 day"; '
        "--samples is then the most.",
    ),
]
Tornado = Annotated[
    bool,
    typer.Option("--tornado", help="Simulate again without each cause: days of the key date."),
]
Tables = Annotated[
    Health | None,
    typer.Option("--health", help="Judge the plan's schedule as a reviewer does, too."),
]


def simulate(
    scenario: Scenario,
    plan: PlanFile = None,
    settings: Settings = None,
    actuals: Actuals = None,
    override: Override = False,
    open_loop: OpenLoop = False,
    baseline: Baseline = None,
    health: Tables = None,
    seed: Seed = None,
    samples: Samples = None,
    sampling: Sampling = "lhs",
    until_error: UntilError = None,
    tornado: Tornado = False,
    workers: Number = None,
    scheduler: Scheduler = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate a plan and print the dates of its halls at P10, P50, P80 and P90.

    A run in place of a portfolio stands for its inputs and its plan. With --baseline, the checks
    that need one are printed; with --health, the tables.

    Example: plan simulate first-light --plan reports/first-light/plan.yaml
    """
    from planner import specs
    from planner.cli import finished
    from planner.cli.inputs import blamed, checked, days, load

    error_day = days(until_error)
    if until_error and samples is None:
        samples = MOST
    if override:
        settings = [*(settings or ()), specs.OVERRIDE]
    if open_loop:
        settings = [*(settings or ()), OPEN_LOOP]
    if finished.is_run(scenario):
        folder = Path(scenario)
        read = finished.portfolio_of(folder, finished.manifest_of(folder), settings, actuals)
        portfolio, _ = checked(read)
        plan = plan or folder / finished.PLAN
    else:
        portfolio, _ = load(scenario, settings, actuals)
    chosen = specs.read_plan(plan, portfolio) if plan else None

    from planner import report, study  # loading them takes longer than to refuse a wrong input
    from planner.cli import health as tables
    from planner.cli.baseline import held_against
    from planner.cli.console import progress, put, put_json
    from planner.cli.removal import removal_text
    from planner.cli.workers import hired

    with (
        hired(workers, scheduler) as found,
        progress(quiet=quiet or as_json) as update,
        blamed(plan),
    ):
        asked = study.Ask.of(
            portfolio, seed=seed, samples=samples, workers=found, method=METHODS[sampling],
            until_error_day=error_day,
        )  # fmt: skip
        result = study.simulate_plan(portfolio, chosen, asked, progress=update)
        if tornado:
            result = study.reviewed(result, update)
    if baseline is not None:
        result = dataclasses.replace(result, baseline=held_against(baseline, portfolio))
    checks = _checks(result, health)
    if as_json:
        body = report.simulation_dict(result)
        if result.review is not None:
            body["removals"] = [dataclasses.asdict(r) for r in result.review.removals]
        if checks:
            body["health"] = [tables.as_dict(c) for c in checks]
        put_json("simulation", **body)
    else:
        put(report.simulation_text(result))
        if result.review is not None:
            put(f"\n{removal_text(result.review)}")
        if checks:
            put(f"\n{tables.text(checks)}")


def _checks(result: Result, asked: Health | None) -> tuple[Check, ...]:
    """Return the tables asked for; with a baseline and none asked for, what it is needed for."""
    from planner.cli import health as tables

    if asked is None and result.baseline is None:
        return ()
    found = tables.checked(result.portfolio, asked or Health.ALL, result.plan, result.baseline)
    return found if asked else tuple(c for c in found if c.code in tables.AGAINST)
