"""The path to a plan: relaxation, whole halls, levels, and the split into commitments."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from planner import interrupts
from planner.domain.pin import pinned
from planner.domain.plan import INTERRUPTED, LevelStatus, Plan, SolveStatus
from planner.domain.result import unheard
from planner.errors import InfeasibleError, LimitError, StoppedError
from planner.optimise.alike import pooled
from planner.optimise.conflict import ConflictError, mended
from planner.optimise.data import ModelData, build
from planner.optimise.engine import Engine, Limits
from planner.optimise.first_level import first_level, give_way
from planner.optimise.levels import hold_level, later_levels
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate
from planner.optimise.rounding import (
    fix,
    other_integers,
    start_columns,
    whole_starts,
)
from planner.optimise.search import DETAIL, NUMERIC_GAP, Search, fix_others
from planner.optimise.size import available_bytes, check_fits
from planner.optimise.split import UnkeptError, split

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.pin import Pins
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.optimise.clock import CorrectionDays


def solve(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    *,
    corrections: CorrectionDays | None = None,
    pins: Pins | None = None,
    begin: Plan | None = None,
    seed: int = 1,
    limits: Limits | None = None,
    progress: Progress | None = None,
    explain: bool = True,
) -> Plan:
    """Return the best plan for a portfolio at its confidence.

    Parameters
    ----------
    readiness
        One entry an option, and entries of period -1 for what stands or is under way.
    corrections
        Extra days found by verification, by cause (`CorrectionDays`).
    pins
        Decisions pinned beside those of the policy.
    begin
        Plan of a round before: its halls are kept where they still come as close to the bound as a
        search would have to.
    seed
        Seed of the solver.
    limits
        Where to stop; counts by default, so that the same inputs give the same plan.
    explain
        Whether to search for what conflicts, which takes many times as long as to see that
        something does.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the statements; it names the smallest conflicting set found.
    LimitError
        If a limit came before any plan.
    UnboundedError
        If something that is wanted has no limit.
    """
    portfolio, limits = pinned(portfolio, pins), limits or Limits()
    try:
        return _solved(portfolio, readiness, corrections, begin, seed, limits, progress, explain)
    except ConflictError as found:
        if progress is not None:
            progress("least changes that would mend it", 0.0)
        error = mended(
            found, portfolio, readiness, corrections,
            lambda changed: _comes_to_a_plan(changed, readiness, corrections, seed, limits),
        )  # fmt: skip
    raise error


def _comes_to_a_plan(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    corrections: CorrectionDays | None,
    seed: int,
    limits: Limits,
) -> bool:
    try:
        _solved(portfolio, readiness, corrections, None, seed, limits, None)
    except (InfeasibleError, LimitError):
        return False
    return True


def _solved(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    corrections: CorrectionDays | None,
    begin: Plan | None,
    seed: int,
    limits: Limits,
    progress: Progress | None,
    explain: bool = True,
) -> Plan:
    """Return the best plan, or raise what conflicts, with no changes that would mend it."""
    began = time.monotonic()
    whole = pooled(build(portfolio, readiness, corrections))
    data = lumped(whole)
    try:
        return _planned(data, begin, seed, limits, progress, began, explain)
    except ConflictError:
        if data is whole:
            raise
        # Statements are those of each group and mode, so the conflict is sought in its own terms.
        return _planned(whole, begin, seed, limits, progress, began)
    except UnkeptError:
        # Means of whole periods promise too much: parts of them say what there is, or what is not.
        parted = pooled(build(portfolio, readiness, corrections, is_parted=True))
        if not parted.clock.parts:
            raise
        return _planned(parted, begin, seed, limits, progress, began, explain)


def _planned(
    data: ModelData, begin: Plan | None, seed: int, limits: Limits, progress: Progress | None,
    began: float, explain: bool = True,
) -> Plan:  # fmt: skip
    size = check_fits(data, available_bytes())
    if progress is not None:
        progress(f"model{DETAIL}{size}", 0.0)
    engine = Engine(formulate(data), seed=seed, threads=limits.threads)
    engine.explains = explain
    if limits.time_s is not None:
        engine.deadline = began + limits.time_s
    search = Search(data, engine, limits, progress or unheard)
    if begin is not None and begin.status is not None:
        search.begin = begin.status.halls
    search.others = {
        i: (float(engine.lower[i]), float(engine.upper[i])) for i in other_integers(engine, data)
    }
    engine.relaxed = frozenset(engine.columns_of("holds").values())
    if progress is not None:
        engine.watch(lambda course: search.tell(f"{search.stage}{DETAIL}{course}", search.share))
    try:
        return _searched(search)
    except LimitError as error:
        raise _explained(search, error) from None


def _explained(search: Search, error: LimitError) -> LimitError | StoppedError:
    """Return what stopped a search before any plan, what is known, and what to try."""
    engine, limit = search.engine, search.limits.time_s
    bound = "" if search.bound is None else f"; best bound {search.bound:.4g}"
    if engine.was_interrupted:
        return StoppedError(f"interrupted with no plan yet{bound}; nothing was written")
    if not engine.hit_clock or limit is None:
        return error
    return LimitError(
        f"stopped at {limit:g} s with no plan{bound}\n"
        "  help: raise --time-limit, shorten the horizon or plan in quarters"
    )


def _searched(search: Search) -> Plan:
    """Return the plan of a search; Ctrl-C after the first level keeps what it has come to."""
    data, engine = search.data, search.engine
    give_way(search)
    names = data.portfolio.spec.policy.objectives
    values = first_level(search, names[0])
    if names[0] == "time_to" and len(names) > 1:
        # A date says little of what else is built, so halls are sought once more, with it held.
        hold_level(search, engine.column("late"), search.levels[0].value, "min")
        names = names[1:]
        values = first_level(search, names[0])
    search.halls = _halls(search, values)
    try:
        values = later_levels(search, values, names)
    except KeyboardInterrupt:
        # Between two solves: the first level's point stands, with its halls.
        interrupts.taken()
        engine.was_interrupted = True
        _fix_halls(search, values)
    with interrupts.deferred() as asked:
        search.finish()
        plan, final = split(data, search.engine, values)
    engine.was_interrupted |= asked() > 0
    search.tell("solve", 1.0)
    return plan.replace(status=_status(search, final))


def _stopped(search: Search) -> str:
    """Return what ended a search early, in a word or two."""
    if search.engine.was_interrupted:
        return INTERRUPTED
    limit = search.limits.time_s
    return f"limit {limit:g} s" if search.engine.hit_clock and limit is not None else ""


def _halls(search: Search, values: FloatArray) -> dict[tuple[str, ...], float]:
    """Return the halls that a point starts, by option."""
    starts = whole_starts(search.engine, search.data, values)
    return {search.data.option_name(int(o)): float(starts[o]) for o in np.flatnonzero(starts)}


def _fix_halls(search: Search, values: FloatArray) -> None:
    columns = start_columns(search.engine, search.data)
    halls = np.round(values[columns])
    fix(search.engine, columns, halls, halls)
    fix_others(search, values)


def _status(search: Search, final: tuple[LevelStatus, ...]) -> SolveStatus:
    first = search.levels[0]
    objective = search.data.portfolio.spec.policy.objectives[0]
    reached = next((s.value for s in final if s.name.startswith(f"plan: {objective}")), first.value)
    gap = None
    if first.bound is not None:
        gap = abs(first.bound - reached) / max(abs(first.bound), NUMERIC_GAP)
    engine = search.engine
    return SolveStatus(
        levels=(*search.levels, *final),
        gap=gap,
        solver=engine.solver,
        is_reproducible=not search.is_over,
        stopped=_stopped(search),
        halls=search.halls,
    )
