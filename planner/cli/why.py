"""`plan why`: what drives an activity, on one screen."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.arguments import Json, Quiet, Samples, Seed, Settings

if TYPE_CHECKING:
    from planner.study import Why

Activity = Annotated[
    str,
    typer.Argument(
        help="Activity, hall or block as in schedule.csv, or a part of the name that fits one."
    ),
]
Run = Annotated[
    str, typer.Argument(help="Folder of a finished run, or a portfolio: then what is under way.")
]
STEPS = 9
CAUSES = 8


def why(
    activity: Activity,
    run_or_scenario: Run,
    settings: Settings = None,
    seed: Seed = None,
    samples: Samples = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say why an activity is when it is: dates, what drives it, float, what would pull it in.

    Example: plan why tents-north/01 reports/meta-2025
    """
    from planner.cli.console import progress, put, put_json
    from planner.cli.finished import opened

    found = opened(run_or_scenario, settings, seed, samples)

    from planner import study

    with progress(quiet=quiet or as_json) as update:
        told = study.why(
            found.portfolio, found.network, activity, seed=found.seed, samples=found.samples,
            progress=update,
        )  # fmt: skip
    if as_json:
        put_json("why", **dataclasses.asdict(told))
    else:
        put(text(told, Path(run_or_scenario).name))


def text(told: Why, where: str) -> str:
    """Return the screen."""
    from planner.cli.console import table

    dates = table(
        ("", "deterministic", "P10", "P50", "P80", "P90"),
        [(name, *(d.isoformat() if d else "-" for d in row))
         for name, row in (("start", told.start), ("finish", told.finish))],
    )  # fmt: skip
    lines = [
        f"{told.activity}: {told.title} ({where}, {told.samples} futures, seed {told.seed})",
        "  " + "; ".join(part for part in (told.work, told.holds) if part),
        "",
        dates,
        "",
        f"total float {told.total_float_day:.1f} d, free float {told.free_float_day:.1f} d "
        f"(deterministic, elapsed); criticality {told.criticality:.0%}, cruciality "
        f"{told.cruciality:.2f}" + (f" towards {told.towards}" if told.towards else ""),
        f"its start waits last for: {_shares(told.bound_by)}",
        f"its driving path begins with: {_shares(told.begins)}",
        "",
        *_chain(told),
        "",
        *_paths(told),
        "",
        *_pull_in(told),
    ]
    return "\n".join(lines)


def _shares(counts: dict[str, float], shown: int = 3) -> str:
    listed = [f"{name} ({share:.0%})" for name, share in list(counts.items())[:shown]]
    more = len(counts) - shown
    return ", ".join(listed) + (f", {more} more" if more > 0 else "")


def _chain(told: Why) -> list[str]:
    from planner.cli.console import table

    if not told.chain:
        return ["never reached in half of the futures"]
    steps = told.chain[-STEPS:]
    rows = [
        (s.start.isoformat(), s.finish.isoformat(), s.activity, s.title[:44], s.bound_by)
        for s in steps
    ]
    left = len(told.chain) - len(steps)
    head = "driving path in the future whose finish is P50"
    head += f" (the last {len(steps)} of {len(told.chain)} steps):" if left else ":"
    return [head, table(("start", "finish", "activity", "title", "start bound by"), rows)]


def _paths(told: Why) -> list[str]:
    """Return the other float paths of the deterministic pass; the driving one is shown above."""
    made = ["float paths (deterministic, without crews):"]
    for found in told.paths:
        ends = f"{found.activities[0]} ... {found.activities[-1]}"
        only = found.activities[0] if len(found.activities) == 1 else ends
        number = len(found.activities)
        noun = "activity" if number == 1 else "activities"
        made.append(f"  {found.number}: float {found.float_day:.1f} d, {number} {noun}: {only}")
    return made


def _pull_in(told: Why) -> list[str]:
    from planner.cli.removal import removal_table

    head = (
        f"days its finish would come earlier without each (removed alone, the same "
        f"{told.removal_samples} futures simulated again):"
    )
    return [head, removal_table(told.pull_in, CAUSES)]
