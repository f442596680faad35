"""`plan compare`: runs, what-ifs or build methods side by side in the same simulated futures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.arguments import Detailed, Json, Overlays, Quiet, Samples, Seed, Settings

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Comparison, Progress

Subjects = Annotated[
    list[str],
    typer.Argument(help="Folders of finished runs (two or more), or one portfolio."),
]
Methods = Annotated[
    list[str] | None,
    typer.Option(
        "--method", help="Build mode allowed, or several joined by +; repeat. 'free' allows all."
    ),
]
LIMIT = 40
"""Changes shown of each pair; --json holds them all."""


def compare(
    subjects: Subjects,
    methods: Methods = None,
    overlays: Overlays = None,
    settings: Settings = None,
    seed: Seed = None,
    samples: Samples = None,
    as_json: Json = False,
    quiet: Quiet = False,
    detailed: Detailed = False,
) -> None:
    """Compare finished runs, or what-ifs or build methods of one portfolio, in common futures.

    Example: plan compare reports/base reports/late-power
    Example: plan compare meta-2025 --overlay late-power --overlay cheap-tents
    Example: plan compare meta-2025 --method tent --method concrete --method free
    """
    from planner.cli.console import progress, put, put_json

    with progress(quiet=quiet or as_json) as update:
        comparison = _compared(subjects, methods, overlays, settings, seed, samples, update)
    found = _differences(comparison)
    if as_json:
        from planner import report

        body = report.comparison_dict(comparison)
        put_json("comparison", **body, changes={k: _as_dict(v) for k, v in found.items()})
    else:
        put(_text(comparison, found))
    is_different = comparison.differs or any(not each.is_empty for each in found.values())
    if detailed and is_different:
        raise typer.Exit(10)


def _compared(
    subjects: list[str], methods: list[str] | None, overlays: list[str] | None,
    settings: list[str] | None, seed: int | None, samples: int | None, update: Progress,
) -> Comparison:  # fmt: skip
    from planner.cli.finished import is_run

    if any(is_run(name) or Path(name).is_dir() for name in subjects):
        if methods or overlays:
            raise typer.BadParameter("--method and --overlay plan anew; runs are finished")
        return _runs(subjects, settings, seed, samples, update)
    variants: dict[str, Portfolio] = {}
    for subject in subjects:
        variants |= _variants(subject, methods, overlays, settings, len(subjects) > 1)
    if len(variants) < 2:
        raise typer.BadParameter("name two or more runs, --overlay, or --method")

    from planner import study

    asked = study.Ask.of(next(iter(variants.values())), seed=seed, samples=samples)
    return study.compare_variants(variants, asked, progress=update)


def _variants(
    subject: str, methods: list[str] | None, overlays: list[str] | None,
    settings: list[str] | None, is_one_of_many: bool,
) -> dict[str, Portfolio]:  # fmt: skip
    from planner.cli.inputs import load

    base, _ = load(subject, settings)
    prefix = f"{subject}: " if is_one_of_many else ""
    if overlays:
        made = {f"{prefix}as written": base}
        for name in overlays:
            made[f"{prefix}{name}"], _ = load(subject, [*(settings or ()), f"@{name}"])
        return made
    if is_one_of_many and not methods:
        return {subject: base}
    chosen = methods or ["free", "tent", "concrete"]

    from planner import study

    return {f"{prefix}{method}": study.restricted(base, method) for method in chosen}


def _runs(
    folders: list[str], settings: list[str] | None, seed: int | None, samples: int | None,
    update: Progress,
) -> Comparison:  # fmt: skip
    """Compare finished runs: their plans simulated again on one seed, as many samples."""
    from planner import study
    from planner.cli.finished import opened

    if len(folders) < 2:
        raise typer.BadParameter("name two or more runs")
    runs = [opened(folder, settings, seed, samples) for folder in folders]
    count = min(run.samples for run in runs)
    results = {}
    for folder, run in zip(folders, runs, strict=True):
        name = run.name if len({r.name for r in runs}) == len(runs) else folder
        update(f"{name}: simulating", 0.0)
        results[name] = run.on(runs[0].seed).result(update, samples=count)
    return study.compared(results, {})


def _differences(comparison: Comparison) -> dict[str, Any]:
    """Return what changed from the base to every other variant."""
    from planner import study

    base = comparison.results.get(comparison.base)
    if base is None:
        return {}
    return {
        name: study.difference(base.plan, result.plan, (base.portfolio, result.portfolio))
        for name, result in comparison.results.items()
        if name != comparison.base
    }


def _text(comparison: Comparison, found: dict[str, Any]) -> str:
    from planner import report, study

    made = []
    for name, each in found.items():
        head = f"{name} against {comparison.base}"
        made += [head, "-" * len(head), *study.lines(each, LIMIT), ""]
    return "\n".join([*made, report.comparison_text(comparison)])


def _as_dict(found: Any) -> dict[str, object]:
    import dataclasses

    return {
        "direct": [dataclasses.asdict(c) for c in found.direct],
        "consequences": [dataclasses.asdict(c) for c in found.consequences],
        "same": found.same,
    }
