"""The path to a plan: relaxation, whole halls, levels, and the split into commitments."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.pin import pinned
from planner.domain.plan import INTERRUPTED, LevelStatus, Plan, SolveStatus, Termination
from planner.domain.result import unheard
from planner.errors import InfeasibleError, LimitError, StoppedError, UnboundedError
from planner.optimise.alike import pooled, spelled, spread
from planner.optimise.coarse import coarsened
from planner.optimise.conflict import ConflictError, mended, raise_infeasible
from planner.optimise.data import ModelData, build
from planner.optimise.engine import Engine, Limits, Solution
from planner.optimise.fairness import MaxMin, fairness_of, unit_of
from planner.optimise.leximin import Ranking
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.rounding import (
    WHOLE,
    fix,
    greedy,
    near,
    neighbourhood,
    other_integers,
    sought,
    start_columns,
    unfix,
    whole_starts,
)
from planner.optimise.size import available_bytes, check_fits
from planner.optimise.split import split
from planner.optimise.wishes import hold, let_give, orders, total, wishes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.domain.pin import Pins
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.objectives.base import Objective

MANY_PARTS = 100
"""Halls in parts from which rounding comes before a search of them."""
SMALL_INTEGERS = 120
"""Integers up to which the whole model is solved as one."""
SMALL_NONZEROS = 20_000
"""Coefficients up to which that goes for twice as many: each node is quick."""
HALF = 0.5
"""A level is solved to a gap below this share of the tolerance at which it is then held."""
COARSE_GAP = 0.9
"""Share of the gap to which a coarse model is searched; its halls lose some of the rest."""
DETAIL = "\t"
"""Parts a stage of progress from what is said of it now."""
NUMERIC_GAP = 1e-6
COST_GAP = 0.01
"""Halls are moved later to within this gap of the least cost: the last tenths cost most time."""
COST_NODES = 20
DEAR_SLACK = 1.1
"""What may be bought above the policy's price over what the relaxation needs of it."""


@dataclass
class Search:
    """A solve in progress: the model, what is known of it, and what it has come to."""

    data: ModelData
    engine: Engine
    limits: Limits
    progress: Progress
    levels: list[LevelStatus] = field(default_factory=list)
    bound: float | None = None
    others: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Whole decisions that are no starts of halls, with their bounds in the model."""
    begin: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    """Halls of the round before, by option."""
    halls: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    """Halls of the first level, by option."""
    stage: str = "model"
    share: float = 0.0

    def tell(self, stage: str, share: float) -> None:
        """Report progress."""
        self.stage, self.share = stage.partition(DETAIL)[0], share
        self.progress(stage, share)

    def finish(self) -> None:
        """Take the time that a known solution needs to become a plan: some linear programs."""
        self.tell("splitting into commitments", 0.9)
        self.engine.deadline = None

    @property
    def is_over(self) -> bool:
        """Whether a clock or a signal has ended the search."""
        return self.engine.was_interrupted or self.engine.hit_clock

    @property
    def gap(self) -> float:
        """Relative gap to which integers are searched."""
        tolerance = self.data.portfolio.spec.policy.tolerance.likely
        return max(
            self.limits.gap if self.limits.gap is not None else HALF * tolerance, NUMERIC_GAP
        )

    @property
    def tolerance(self) -> float:
        """Share of a finished level's value that later ones may use."""
        return self.data.portfolio.spec.policy.tolerance.likely


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
        return _solved(portfolio, readiness, corrections, begin, seed, limits, progress)
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
) -> Plan:
    """Return the best plan, or raise what conflicts, with no changes that would mend it."""
    began = time.monotonic()
    whole = pooled(build(portfolio, readiness, corrections))
    data = lumped(whole)
    try:
        return _planned(data, begin, seed, limits, progress, began)
    except ConflictError:
        if data is whole:
            raise
        # Statements are those of each group and mode, so the conflict is sought in its own terms.
        return _planned(whole, begin, seed, limits, progress, began)


def _planned(
    data: ModelData, begin: Plan | None, seed: int, limits: Limits, progress: Progress | None,
    began: float,
) -> Plan:  # fmt: skip
    size = check_fits(data, available_bytes())
    if progress is not None:
        progress(f"model{DETAIL}{size}", 0.0)
    engine = Engine(formulate(data), seed=seed, threads=limits.threads)
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
    _give_way(search)
    names = data.portfolio.spec.policy.objectives
    values = _first_level(search, names[0])
    if names[0] == "time_to" and len(names) > 1:
        # A date says little of what else is built, so halls are sought once more, with it held.
        _hold(search, engine.column("late"), search.levels[0].value, "min")
        names = names[1:]
        values = _first_level(search, names[0])
    search.halls = _halls(search, values)
    try:
        values = _later_levels(search, values, names)
    except KeyboardInterrupt:
        # Between two solves: the first level's point stands, with its halls.
        engine.was_interrupted = True
        _fix_halls(search, values)
    search.finish()
    plan, final = split(data, search.engine, values)
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
    _fix_others(search, values)


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


# What gives way, before anything is sought


def _give_way(search: Search) -> None:
    """Give up as little of soft wishes as any plan with whole halls must, in their order.

    Compute above the policy's price is bought for them, as for hard ones.
    """
    engine, found = search.engine, wishes(search.data)
    if not found:
        return
    search.tell("what gives way", 0.02)
    let_give(engine, found)
    _price_limit(engine, np.inf)
    for order in orders(found):
        engine.seek({engine.column("given_up", total(order)): 1.0}, "min")
        relaxed = engine.solve_lp()
        if relaxed.termination is Termination.INFEASIBLE:
            raise_infeasible(search.data, engine)
        if relaxed.values is None:
            raise LimitError("a limit came before it was known what gives way")
        search.bound = relaxed.bound
        best = _whole(search, relaxed.values, -1.0)
        if best.values is None:
            raise LimitError("a limit came before it was known what gives way")
        hold(engine, order, _value(best))
    _price_limit(engine, 0.0)
    search.bound = None


def _price_limit(engine: Engine, most: float) -> None:
    """Let so much be bought above the policy's price, where it has one."""
    if "max_price[all]" in engine.rows:
        engine.bound(engine.column("dearly"), 0.0, most)


# The first level, with the integers free


def _first_level(search: Search, name: str) -> FloatArray:
    """Return the best point found for the first objective, whole halls and all."""
    objective = OBJECTIVES[name]
    search.tell("relaxation", 0.05)
    sign = 1.0 if objective.sense == "max" else -1.0
    # With halls to begin from, the relaxation of the whole model is all that is needed mostly.
    best = None if search.begin else _through_coarse(search, objective)
    if best is not None and best.values is not None:
        search.levels.append(_first_status(search, objective, best))
        return best.values
    relaxed = _relaxed(search, objective)
    if relaxed.termination is Termination.INFEASIBLE:
        _allow_dear(search)
        relaxed = _relaxed(search, objective)
    if relaxed.values is None:
        raise LimitError("a limit came before the relaxation was solved; raise the time limit")
    search.bound = relaxed.bound
    best = _whole(search, relaxed.values, sign)
    if best.values is None:
        raise LimitError("a limit came before any plan with whole halls; raise the limit")
    search.levels.append(_first_status(search, objective, best))
    return best.values


def _is_small(engine: Engine, data: ModelData) -> bool:
    """Return whether a model is solved as one."""
    is_quick = engine.matrix.nnz <= SMALL_NONZEROS
    return len(data.options) <= SMALL_INTEGERS * (2 if is_quick else 1)


def _through_coarse(search: Search, objective: Objective) -> Solution | None:
    """Return the best point with the halls of the coarse model; None where that does not serve.

    Its relaxation is the bound: it is one of the whole model, and a quarter of its time.
    """
    engine, data = search.engine, search.data
    fair, has_more = fairness_of(data), bool(search.others or wishes(data))
    is_max_min = objective.name == "compute_per_researcher" and isinstance(fair, MaxMin)
    if not is_max_min or has_more or len(data.options) <= SMALL_INTEGERS:
        return None
    coarse = coarsened(engine, data)
    if coarse is None:
        return None
    try:
        relaxed = fair.relax(coarse)
    except UnboundedError:  # a row that limits it may differ between pools; the whole model tells
        return None
    search.tell("whole halls", 0.2)
    gap, nodes = COARSE_GAP * search.gap, search.limits.nodes
    if _is_small(coarse, data):
        best = coarse.solve_mip(gap=gap, nodes=nodes)
        bound = best.bound if best.bound is not None else relaxed.bound
    else:
        best, bound = sought(coarse, data, relaxed, gap=gap, nodes=nodes), relaxed.bound
    engine.was_interrupted |= coarse.was_interrupted
    engine.hit_clock |= coarse.hit_clock
    if best.values is None:
        if search.is_over:
            raise LimitError("a limit came before any plan with whole halls; raise the limit")
        return None
    search.tell("GPUs for the halls", 0.4)
    if search.is_over:
        engine.deadline = None  # one linear program, and what was found is a plan
    columns, halls = start_columns(engine, data), whole_starts(coarse, data, best.values)
    fix(engine, columns, halls, halls)
    found = fair.relax(engine)
    unfix(engine, columns)
    if found.values is None:
        return None
    search.bound = bound
    return Solution(Termination.GAP, found.values, found.objective, None)


def _first_status(search: Search, objective: Objective, best: Solution) -> LevelStatus:
    """Return value and bound of the first level; those of a fairness in the unit of its levels."""
    value, bound, unit = _value(best), search.bound, objective.unit
    if objective.name == "compute_per_researcher":
        fair, unit = fairness_of(search.data), unit_of(search.data)
        value, bound = fair.shown(value), None if bound is None else fair.shown(bound)
    return LevelStatus(objective.name, value, bound, unit, best.termination)


def _relaxed(search: Search, objective: Objective) -> Solution:
    """Return the relaxation; with it, curves of fairness are followed closely where they matter."""
    if objective.name == "compute_per_researcher":
        return fairness_of(search.data).relax(search.engine)
    search.engine.seek({search.engine.column(objective.variable): 1.0}, objective.sense)
    return search.engine.solve_lp()


def _allow_dear(search: Search) -> None:
    """Let as much be bought above the policy's price as hard rules need, where that is the reason.

    Raises
    ------
    InfeasibleError
        If it is not.
    """
    engine = search.engine
    if "max_price[all]" not in engine.rows:
        raise_infeasible(search.data, engine)
    column = engine.column("dearly")
    engine.bound(column, 0.0, np.inf)
    engine.seek({column: 1.0}, "min")
    found = engine.solve_lp()
    if found.values is None:
        raise_infeasible(search.data, engine)
    engine.bound(column, 0.0, DEAR_SLACK * _value(found))


def _whole(search: Search, relaxed: FloatArray, sign: float) -> Solution:
    """Return the best point with whole starts, and keep the best bound."""
    engine = search.engine
    columns = start_columns(engine, search.data)
    if not columns:
        return engine.solve_lp()
    search.tell("whole halls", 0.2)
    found = _as_before(search, columns)
    if found is not None:
        return found
    if _is_small(engine, search.data):
        found = _all_whole(search, sign)
        if found.values is not None:
            return found
    parts = np.abs(relaxed[columns] - np.round(relaxed[columns])) > WHOLE
    best = None
    if parts.sum() > MANY_PARTS:  # too many to search, even nearby: rounding comes closer, sooner
        best = greedy(engine, search.data, relaxed)
    if best is None and not search.is_over:
        best = _nearby(search, relaxed, sign)
    if best is None or best.values is None:
        best = _all_whole(search, sign)
    stopped = Termination.GAP if best.termination is Termination.OPTIMAL else best.termination
    return Solution(stopped, best.values, best.objective, None)


def _as_before(search: Search, columns: list[int]) -> Solution | None:
    """Return the best point with the halls of the round before; None where a search may do better.

    Corrections move dates by weeks, and mostly leave the choice of halls as good as it was.
    """
    engine, data = search.engine, search.data
    if not search.begin or search.bound is None:
        return None
    names = [data.option_name(o) for o in range(len(data.options))]
    if not search.begin.keys() <= set(names):
        return None
    halls = np.array([search.begin.get(name, 0.0) for name in names])
    fix(engine, columns, halls, halls)
    found = (
        engine.solve_mip(gap=search.gap / 2, nodes=search.limits.nodes) if search.others
        else engine.solve_lp()
    )  # fmt: skip
    unfix(engine, columns)
    if found.values is None or _gap(search, found) > search.gap:
        return None
    return Solution(Termination.GAP, found.values, found.objective, None)


def _all_whole(search: Search, sign: float) -> Solution:
    """Return the best point of a search of all whole decisions at once.

    Raises
    ------
    InfeasibleError
        If there is none.
    """
    found = search.engine.solve_mip(gap=search.gap, nodes=search.limits.nodes)
    _tighten(search, found, sign)
    if found.termination is Termination.INFEASIBLE and found.values is None:
        raise_infeasible(search.data, search.engine)
    return found


def _nearby(search: Search, relaxed: FloatArray, sign: float) -> Solution:
    """Return the best point of a search near the relaxation, and of one near what that found."""
    engine, data, nodes = search.engine, search.data, search.limits.nodes
    best = near(engine, data, relaxed, gap=search.gap, nodes=nodes)
    if best.values is None and not engine.was_interrupted:
        best = greedy(engine, data, relaxed) or best
    if best.values is None or _gap(search, best) <= search.gap or search.is_over:
        return best
    search.tell("better halls nearby", 0.4)
    better = neighbourhood(engine, data, best.values, gap=search.gap / 2, nodes=nodes)
    if better.values is not None and sign * _value(better) > sign * _value(best):
        return better
    return best


def _value(solution: Solution) -> float:
    return 0.0 if solution.objective is None else solution.objective


def _gap(search: Search, solution: Solution) -> float:
    if search.bound is None:
        return np.inf
    return abs(search.bound - _value(solution)) / max(abs(_value(solution)), NUMERIC_GAP)


def _tighten(search: Search, found: Solution, sign: float) -> None:
    if found.bound is not None and search.bound is not None:
        search.bound = sign * min(sign * search.bound, sign * found.bound)


# The levels after it, with the halls fixed


def _later_levels(search: Search, values: FloatArray, names: tuple[str, ...]) -> FloatArray:
    """Return the point after all objectives, each finished one held within the tolerance."""
    engine, data = search.engine, search.data
    columns = start_columns(engine, data)
    halls = np.round(values[columns])
    fix(engine, columns, halls, halls)
    values = _others_whole(search, values)
    for i, name in enumerate(names):
        search.tell(name, 0.5 + 0.1 * i)
        if search.is_over:
            break
        if name == "compute_per_researcher":
            values = _fair(search, values, is_first=i == 0)
        elif OBJECTIVES[name].variable == "spend":
            values = _cheap(search, values, columns, is_first=i == 0)
        else:
            values = _single(search, values, name, is_first=i == 0)
    fixed = np.round(values[columns])
    fix(engine, columns, fixed, fixed)
    return values


def _fair(search: Search, values: FloatArray, *, is_first: bool) -> FloatArray:
    fair = fairness_of(search.data)
    settled = fair.settle(search.engine)
    if not settled:
        return values
    first = search.levels.pop() if is_first else None
    held = {team: step.level for step in settled for team in step.teams}
    for number, (name, value) in enumerate(
        fair.steps(spelled(settled, search.data), spread(held, search.data))
    ):
        known = first if number == 0 else None
        search.levels.append(
            LevelStatus(
                f"compute_per_researcher{name}", value,
                known.bound if known else None,
                unit_of(search.data), known.termination if known else Termination.OPTIMAL,
            )
        )  # fmt: skip
    Ranking(search.engine).hold(held, 1.0 - search.tolerance)
    return settled[-1].values


def _single(search: Search, values: FloatArray, name: str, *, is_first: bool) -> FloatArray:
    """Return the best point for one objective with the halls as they are, and hold it."""
    engine, objective = search.engine, OBJECTIVES[name]
    column = engine.column(objective.variable)
    engine.seek({column: 1.0}, objective.sense)
    found = engine.solve_lp()
    if found.values is None:
        return values
    if not is_first:
        value = _value(found)
        search.levels.append(LevelStatus(name, value, None, objective.unit, found.termination))
    _hold(search, column, _value(found), objective.sense)
    return found.values


def _hold(search: Search, column: int, value: float, sense: str) -> None:
    slack = max(search.tolerance, NUMERIC_GAP) * abs(value)
    low, high = (value - slack, np.inf) if sense == "max" else (-np.inf, value + slack)
    search.engine.bound(column, low, high)


def _others_whole(search: Search, values: FloatArray) -> FloatArray:
    """Return the point with halls as they are and all else that is whole made so, and fixed."""
    if not search.others:
        return values
    columns = list(search.others)
    held, search.engine.relaxed = search.engine.relaxed, frozenset()
    if np.abs(values[columns] - np.round(values[columns])).max() > WHOLE:
        found = search.engine.solve_mip(gap=search.gap, nodes=search.limits.nodes)
        if found.values is None:
            raise LimitError("a limit came before whole contracts were found; raise the limit")
        values = found.values
    _fix_others(search, values)
    # Clusters stay as they are: what comes later moves halls, and may not break them.
    search.others = {c: limits for c, limits in search.others.items() if c not in held}
    return values


def _fix_others(search: Search, values: FloatArray) -> None:
    for column in search.others:
        at = float(np.round(values[column]))
        search.engine.bound(column, at, at)


def _free_others(search: Search) -> None:
    for column, (low, high) in search.others.items():
        search.engine.bound(column, low, high)


def _cheap(search: Search, values: FloatArray, columns: list[int], *, is_first: bool) -> FloatArray:
    """Return the cheapest point: halls that it does not need are not started, others later."""
    engine = search.engine
    if is_first:
        return _single(search, values, "cost", is_first=True)
    halls = np.round(values[columns])
    fix(engine, columns, halls, halls)
    _free_others(search)
    engine.seek({engine.column("spend"): 1.0}, "min")
    best = _started_later(search, columns, halls)
    fix(engine, columns, halls, halls)
    _free_others(search)
    as_they_are = (
        engine.solve_mip(gap=COST_GAP, nodes=search.limits.nodes) if search.others
        else engine.solve_lp(start_cold=True)  # the objective is another: simplex would wander
    )  # fmt: skip
    chosen_by = best if best is not None and _value(best) < _value(as_they_are) else as_they_are
    _fix_others(search, chosen_by.values if chosen_by.values is not None else values)
    if best is None or _value(best) >= _value(as_they_are):
        fix(engine, columns, halls, halls)
        return _single(search, values, "cost", is_first=False)
    assert best.values is not None
    chosen = np.round(best.values[columns])
    fix(engine, columns, chosen, chosen)
    return _single(search, best.values, "cost", is_first=False)


def _started_later(search: Search, columns: list[int], halls: FloatArray) -> Solution | None:
    """Return a cheaper point whose halls start no earlier than they do now; None if none is found.

    Of each candidate no more halls are started by any period than now, so the search is small.
    """
    engine, data = search.engine, search.data
    room = _no_earlier(search, halls)
    fix(engine, columns, np.zeros(len(columns)), room)
    relaxed = engine.solve_lp(start_cold=True)  # far from the last point: simplex would wander
    if relaxed.values is None:
        return None
    parts = np.abs(relaxed.values[columns] - np.round(relaxed.values[columns])) > WHOLE
    if parts.sum() > MANY_PARTS and not search.others:
        return greedy(engine, data, relaxed.values)
    nodes = min(search.limits.nodes, COST_NODES)
    best = near(engine, data, relaxed.values, gap=COST_GAP, nodes=nodes, most=room)
    return best if best.values is not None else None


def _no_earlier(search: Search, halls: FloatArray) -> FloatArray:
    """Return the most halls of each option that may start: those begun so far, none before them."""
    options = search.data.options
    begun: dict[object, float] = {}
    most = np.zeros(len(halls))
    for o in sorted(range(len(halls)), key=lambda o: options[o].period):
        candidate = options[o].candidate
        begun[candidate] = begun.get(candidate, 0.0) + halls[o]
        group = search.data.portfolio.sites[candidate.site].groups[candidate.group]
        most[o] = min(begun[candidate], group.starts_per_period)
    return most
