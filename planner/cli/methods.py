"""`plan methods`: build methods side by side, on one page."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.arguments import Json, Overlays, Quiet, Samples, Scenario, Seed, Settings
from planner.cli.optimize import TimeLimit
from planner.cli.workers import Number

if TYPE_CHECKING:
    from planner.domain.methods import MethodsStudy

Folder = Annotated[Path | None, typer.Option("--out", help="Folder of the page and its files.")]
Rounds = Annotated[int, typer.Option(min=1, max=20, help="Most rounds of solve and verify.")]


def methods(
    scenario: Scenario,
    settings: Settings = None,
    overlays: Overlays = None,
    seed: Seed = None,
    samples: Samples = None,
    rounds: Rounds = 1,
    time_limit: TimeLimit = None,
    workers: Number = None,
    out: Folder = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hold build methods side by side: days and their causes, storms, cash, carbon, and plans.

    Example: plan methods first-light --out reports/methods
    Example: plan methods meta-2025 --samples 100 --time-limit 120
    """
    from planner.cli import run_folder
    from planner.cli.console import progress, put, put_json, say
    from planner.cli.inputs import load
    from planner.cli.sweep import check_place

    portfolio, _ = load(scenario, [*(f"@{name}" for name in overlays or ()), *(settings or ())])

    from planner import report, study
    from planner.cli.report import written
    from planner.simulate import Threads

    asked = study.Ask.of(
        portfolio, seed=seed, samples=samples, rounds=rounds, time_limit_s=time_limit,
        workers=Threads(workers),
    )  # fmt: skip
    folder = out or run_folder.REPORTS / f"methods-{portfolio.spec.portfolio}"
    check_place(folder, folder)
    with progress(quiet=quiet or as_json) as update:
        found = study.methods(portfolio, asked, update)
    document = report.methods_document(found)
    files: dict[str, bytes] = {}
    for form in ("html", "csv", "svg"):
        files |= report.rendered(document, form)
    written(files, folder, force=True)
    if as_json:
        put_json("methods", **_as_dict(found), folder=str(folder))
    else:
        put(report.methods_text(found))
        say(f"methods: {folder / 'report.html'}")


def _as_dict(found: MethodsStudy) -> dict[str, Any]:
    from planner import report

    trials = [_finite(dataclasses.asdict(trial)) for trial in found.trials]
    return {"trials": trials, "comparison": report.comparison_dict(found.comparison)}


def _finite(value: Any) -> Any:
    """Return a value with null for numbers that JSON has no word for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
