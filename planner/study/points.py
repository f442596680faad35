"""Points of a sweep, each planned for itself: one after another, or by several processes.

A process plans whole points, so that it shares nothing with the others. It ignores an interrupt of
the terminal: the one that hired it keeps what is finished, and ends it.
"""

from __future__ import annotations

import itertools
import multiprocessing
import re
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.result import unheard
from planner.domain.sweep import Point
from planner.errors import InfeasibleError, LimitError
from planner.network import build_tables
from planner.report import measures_of
from planner.study.ask import identity
from planner.study.run import run, uninterrupted
from planner.study.trials import ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Result
    from planner.study.ask import Ask
    from planner.study.trials import Tried

OUT_OF_TRIALS: Final = re.compile(
    r"(finance|teams|products|targets)\..+"
    r"|policy\.(tolerance|compute_discount_rate|terminal_quarters|terminal_share)"
    r"|catalog\.modes\.[^.]+\.(hall_cost|soft_cost|opex_year|rent_month)"
    r"|catalog\.accelerators\.[^.]+\.price.*"
    r"|site\.[^.]+\.tranches\.[^.]+\.(price|carbon)"
)
"""Paths that no trial of an option reads: money, demand, and what is wanted. Trials are of time."""


@dataclass(frozen=True)
class Job:
    """A point to plan: where it lies, what is set, and the key that it is kept under."""

    at: tuple[float, ...]
    texts: tuple[str, ...]
    settings: tuple[str, ...]
    portfolio: Portfolio
    asked: Ask
    key: str


@dataclass
class Planner:
    """Plans points; trials of options are shared by points that differ in nothing they read.

    Parameters
    ----------
    paths
        Of the parameters.
    load, ask
        From settings to a checked portfolio, and from that to how it is planned.
    """

    paths: tuple[str, ...]
    load: Callable[[tuple[str, ...]], Portfolio]
    ask: Callable[[Portfolio], Ask]
    tried: dict[tuple[str, ...], Tried] = field(default_factory=dict)

    def job(self, at: tuple[float, ...], texts: tuple[str, ...]) -> Job:
        """Return what there is to plan at a point."""
        settings = tuple(f"{path}={text}" for path, text in zip(self.paths, texts, strict=True))
        portfolio = self.load(settings)
        asked = self.ask(portfolio)
        return Job(at, texts, settings, portfolio, asked, identity(portfolio, asked))

    def planned(self, job: Job, progress: Progress) -> Point:
        """Return the point.

        Raises
        ------
        KeyboardInterrupt
            If a signal ended its solve: half a point is none.
        """
        try:
            tried = self._tried(job, progress)
            result = uninterrupted(run(job.portfolio, job.asked, progress, tried=tried))
        except (InfeasibleError, LimitError) as error:
            return Point(job.at, job.settings, failure=str(error).splitlines()[0])
        return Point(
            job.at, job.settings, figures_of(result), started_of(result),
            result.verification.is_verified,
        )  # fmt: skip

    def _tried(self, job: Job, progress: Progress) -> Tried:
        is_read = [OUT_OF_TRIALS.fullmatch(path) is None for path in self.paths]
        key = tuple(itertools.compress(job.texts, is_read))
        if key not in self.tried:
            tables = build_tables(job.portfolio)
            self.tried[key] = ready(
                job.portfolio, job.asked, tables, progress, job.asked.threads
            )  # fmt: skip
        return self.tried[key]


def by_processes(
    planner: Planner, cells: Sequence[tuple[tuple[float, ...], tuple[str, ...]]], processes: int
) -> Iterator[tuple[str, Point]]:
    """Yield points by their keys as they are finished; the processes end with the iteration."""
    if not cells:
        return
    hire = (planner.paths, planner.load, planner.ask)
    number = min(processes, len(cells))
    with multiprocessing.get_context("spawn").Pool(number, _begin, hire) as pool:
        yield from pool.imap_unordered(_plan, cells)


_hired: list[Planner] = []
"""The planner of a process that was hired."""


def _begin(
    paths: tuple[str, ...],
    load: Callable[[tuple[str, ...]], Portfolio],
    ask: Callable[[Portfolio], Ask],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _hired.append(Planner(paths, load, ask))


def _plan(cell: tuple[tuple[float, ...], tuple[str, ...]]) -> tuple[str, Point]:
    job = _hired[0].job(*cell)
    return job.key, _hired[0].planned(job, unheard)


def figures_of(result: Result) -> dict[str, float | None]:
    """Return the median of each measure over futures, None where half of them have none."""
    made: dict[str, float | None] = {}
    for measure in measures_of(result):
        found = measure.values[""]
        finite = found[np.isfinite(found)]
        is_usual = finite.size * 2 > found.size
        made[f"{measure.name} [{measure.unit}]"] = float(np.median(finite)) if is_usual else None
    return made


def started_of(result: Result) -> dict[str, float]:
    """Return IT MW of halls started by build mode."""
    made: dict[str, float] = {}
    for start in result.plan.starts:
        if start.is_under_way:
            continue
        c = start.candidate
        mw = result.portfolio.sites[c.site].groups[c.group].it_power.likely
        made[c.mode] = made.get(c.mode, 0.0) + mw
    return made
