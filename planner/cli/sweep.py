"""`plan sweep`: a portfolio planned over values of one or two parameters."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.arguments import Json, Overlays, Quiet, Samples, Scenario, Seed, Settings

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.domain.sweep import Point, Sweep
    from planner.study import Ask

Axes = Annotated[
    list[str],
    typer.Argument(metavar="PATH=FROM..TO:N", help="One or two parameters with their values."),
]
Folder = Annotated[
    Path | None, typer.Option("--out", help="Folder of the sweep; points there are not repeated.")
]
Rounds = Annotated[int, typer.Option(min=1, max=20, help="Most rounds of solve and verify.")]
Processes = Annotated[
    int, typer.Option("--workers", min=1, help="Processes that plan; no result depends on it.")
]  # fmt: skip
MOST_AXES = 2


def sweep(
    scenario: Scenario,
    parameters: Axes,
    settings: Settings = None,
    overlays: Overlays = None,
    seed: Seed = None,
    samples: Samples = None,
    rounds: Rounds = 1,
    workers: Processes = 1,
    out: Folder = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Plan over values of a parameter: curves or a map, and where the choice flips.

    Example: plan sweep first-light "catalog.modes.tent.hall_cost=-40 %..+40 %:5"
    Example: plan sweep first-light "finance.opening_cash=300..1500 MUSD:4"
    """
    from planner.cli import run_folder
    from planner.cli.console import progress, put, put_json, say
    from planner.cli.inputs import load

    if len(parameters) > MOST_AXES:
        raise typer.BadParameter("one or two parameters")
    chosen = [*(f"@{name}" for name in overlays or ()), *(settings or ())]
    base, _ = load(scenario, chosen)

    from planner import report, study

    axes = [study.axis_of(text, base) for text in parameters]
    if len({axis.path for axis in axes}) < len(axes):
        raise typer.BadParameter("the two parameters are the same")

    way = _Way(scenario, tuple(chosen), seed, samples, rounds)
    folder = out or run_folder.REPORTS / f"sweep-{base.spec.portfolio}"
    check_place(folder, folder / "points")
    keeper = _Keeper(folder / "points")
    try:
        with progress(quiet=quiet or as_json) as update:
            swept = study.sweep(
                axes, way.load, way.ask, update, known=keeper.known, keep=keeper.keep,
                processes=workers,
            )  # fmt: skip
    except KeyboardInterrupt:
        say(f"finished points are kept in {keeper.folder}; the same command goes on from there")
        raise
    _write(swept, folder)
    if as_json:
        put_json("sweep", **dataclasses.asdict(swept), folder=str(folder))
    else:
        put("\n".join([*report.sweep_sentences(swept), "", report.sweep_text(swept)]))
        say(f"{keeper.found} of {len(swept.points)} points were there already")
        say(f"sweep: {folder / 'report.html'}")


@dataclasses.dataclass(frozen=True)
class _Way:
    """How points are loaded and asked for, as it can be sent to another process."""

    scenario: str
    chosen: tuple[str, ...]
    seed: int | None
    samples: int | None
    rounds: int

    def load(self, more: tuple[str, ...]) -> Portfolio:
        """Return the portfolio with more settings."""
        from planner import specs

        return specs.load(self.scenario, overrides=(*self.chosen, *more))

    def ask(self, portfolio: Portfolio) -> Ask:
        """Return how a portfolio is planned."""
        from planner import study

        return study.Ask.of(
            portfolio, seed=self.seed, samples=self.samples, rounds=self.rounds
        )  # fmt: skip


class _Keeper:
    """Points as files: written whole, one each, so that a stopped sweep goes on where it was."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found = 0

    def known(self, key: str) -> Point | None:
        """Return a point that was planned before; a file that is no point is planned again."""
        from planner.domain.sweep import Point

        try:
            body = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
            point = Point(**{**body, "at": tuple(body["at"]), "settings": tuple(body["settings"])})
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        self.found += 1
        return point

    def keep(self, key: str, point: Point) -> None:
        """Write a point."""
        from planner.cli.report import written

        body = json.dumps(dataclasses.asdict(point), indent=1, allow_nan=False) + "\n"
        written({f"{key}.json": body.encode()}, self.folder, force=True)


def check_place(folder: Path, inner: Path) -> None:
    """See before any work that files can be written, and take no finished run's place."""
    from planner.cli import run_folder
    from planner.cli.finished import is_run
    from planner.errors import OutputError

    if is_run(folder):
        raise OutputError(f"{folder} is a finished run\n  help: give another --out")
    run_folder.check_writable(inner)


def _write(swept: Sweep, folder: Path) -> None:
    from planner import report
    from planner.cli.report import written

    document = report.sweep_document(swept)
    files: dict[str, bytes] = {}
    for form in ("html", "csv", "svg"):
        files |= report.rendered(document, form)
    written(files, folder, force=True)
