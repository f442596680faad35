"""Switch points: the value of a parameter at which the choice of what to build flips.

The choice is the build mode with most megawatts started; it flips where another mode has most, or
where nothing is started. Between two values with different choices the point is found by bisection:
each time the model's coefficients are made anew and solved from the basis of the last, with halls
that may be started in parts, first objective and then cost within the tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.domain.explanation import Flip, Point, Switch
from planner.optimise.data import ModelData, build
from planner.optimise.engine import INF, Engine
from planner.optimise.model import formulate
from planner.optimise.money import KINDS
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.rounding import fix, start_columns
from planner.optimise.terminal import hold_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.capacity.timeline import Timeline
    from planner.domain.amount import Amount
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.explain.session import Session

FACTORS = (0.5, 2.0)
"""Range of a price or duration, as a factor of today's."""
SLIP_DAYS = (0.0, 720.0)
CLOSE = 0.01
"""Share of the range within which a switch point is found."""
SMALLEST_MW = 1.0
NOTHING = "nothing"
IN_PARTS = "Halls may be started in parts; readiness is not simulated again."


@dataclass(frozen=True)
class Parameter:
    """What is varied.

    Parameters
    ----------
    low, high
        Ends of the range.
    today
        Value in the plan.
    data
        The optimiser's data at a value; None where the value is impossible.
    """

    path: str
    title: str
    unit: str
    today: float
    low: float
    high: float
    data: Callable[[float], ModelData | None]
    note: str = IN_PARTS


@dataclass(frozen=True)
class Given:
    """What a plan was solved from."""

    portfolio: Portfolio
    readiness: tuple[Readiness, ...]
    corrections: CorrectionDays
    data: ModelData
    plan: Plan
    warm: dict[Any, Any] = field(default_factory=dict)
    """Bases by objective and shape of the model, and the point of today: shared by parameters."""


def usual(given: Given) -> Iterator[Parameter]:
    """Yield the parameters asked about by default: costs and durations of modes, prices, power."""
    modes = sorted({o.candidate.mode for o in given.data.options})
    catalog = given.portfolio.catalog.modes
    for mode in modes if len(modes) > 1 else ():
        title = f"construction cost of {mode} halls"
        yield _cost(given, mode, title, catalog[mode].hall_cost)
    for mode in modes if len(modes) > 1 else ():
        yield Parameter(
            f"modes.{mode}.duration", f"duration of {mode} halls", "times today's", 1.0, *FACTORS,
            partial(_slower, given, mode),
        )  # fmt: skip
    yield Parameter("gpu_price", "price of all GPUs", "times today's", 1.0, *FACTORS,
                    partial(_prices, given.data))  # fmt: skip
    yield Parameter("power_slip", "further slip of all power to come", "day", 0.0, *SLIP_DAYS,
                    partial(_slipped, given))  # fmt: skip


def _cost(given: Given, mode: str, title: str, cost: Amount) -> Parameter:
    low, high = (factor * cost.likely for factor in FACTORS)
    return Parameter(
        f"modes.{mode}.hall_cost", title, cost.unit, cost.likely, low, high,
        lambda value: _dearer(given.data, mode, value / cost.likely),
    )  # fmt: skip


def _dearer(data: ModelData, mode: str, factor: float) -> ModelData:
    """Return the data with construction and equipment of a mode's halls at a factor."""
    option = data.money.option.copy()
    mine = [o for o, opt in enumerate(data.options) if opt.candidate.mode == mode]
    kinds = [KINDS.index("construction"), KINDS.index("equipment")]
    option[np.ix_(mine, kinds)] *= factor
    return replace(data, money=replace(data.money, option=option))


def _prices(data: ModelData, factor: float) -> ModelData:
    money = data.money
    return replace(
        data, money=replace(money, order=money.order * factor,
                            order_price=money.order_price * factor,
                            order_rent=money.order_rent * factor),
    )  # fmt: skip


def _slower(given: Given, mode: str, factor: float) -> ModelData:
    """Return the data with the time from release to ready for IT of a mode at a factor."""
    timeline = given.data.timeline
    changed = tuple(
        _stretched(entry, timeline, factor) if entry.candidate.mode == mode else entry
        for entry in given.readiness
    )
    return build(given.portfolio, changed, given.corrections)


def _stretched(entry: Readiness, timeline: Timeline, factor: float) -> Readiness:
    if entry.period < 0:
        return entry
    begin = float(timeline.start_day[entry.period])
    ready = begin + (entry.ready_day - begin) * factor
    return replace(entry, ready_day=ready, service_day=entry.service_day + ready - entry.ready_day)


def _slipped(given: Given, days: float) -> ModelData:
    """Return the data with all tranches that are still to come later by some days."""
    late = dict(given.corrections)
    for site in given.portfolio.sites:
        late[f"tranche {site}"] = late.get(f"tranche {site}", 0.0) + days
    return build(given.portfolio, given.readiness, late)


class _Solver:
    """Points of a parameter, each solved from the basis that the one before ended with."""

    def __init__(self, given: Given, parameter: Parameter, seed: int) -> None:
        self.given, self.parameter, self.seed = given, parameter, seed
        self.points: dict[float, Point] = {}

    def at(self, value: float) -> Point | None:
        """Return the choice at a value; None where no plan is left."""
        if value in self.points:
            return self.points[value]
        if value == self.parameter.today and (known := self.given.warm.get("today")) is not None:
            point: Point | None = replace(known, value=value)
        else:
            data = self.parameter.data(value)
            point = None if data is None else self._solved(data, value)
        if value == self.parameter.today:
            self.given.warm.setdefault("today", point)
        if point is not None:
            self.points[value] = point
        return point

    def _solved(self, data: ModelData, value: float) -> Point | None:
        engine = Engine(formulate(data), seed=self.seed)
        hold_plan(engine, data, self.given.plan)
        columns = start_columns(engine, data)
        fix(engine, columns, np.zeros(len(columns)), np.full(len(columns), INF))
        spec = data.portfolio.spec.policy
        first = OBJECTIVES[spec.objectives[0]]
        best = self._run(engine, first.variable, first.sense)
        if best is None:
            return None
        reached = float(best[engine.column(first.variable)])
        level = reached if first.variable == "worst" else None
        if first.variable != "spend":
            give = max(spec.tolerance.likely, 1e-7) * abs(reached)
            low, high = (reached - give, INF) if first.sense == "max" else (-INF, reached + give)
            engine.bound(engine.column(first.variable), low, high)
            cheap = self._run(engine, "spend", "min")
            best = best if cheap is None else cheap
        mw: dict[str, float] = {}
        for o, column in enumerate(columns):
            option = data.options[o]
            mw[option.candidate.mode] = mw.get(option.candidate.mode, 0.0) + float(
                best[column] * option.block_mw.sum()
            )
        return Point(value, dict(sorted(mw.items())), level)

    def _run(self, engine: Engine, variable: str, sense: Any) -> Any:
        engine.seek({engine.column(variable): 1.0}, sense)
        key = variable, len(engine.lower), len(engine.row_lower)
        engine.adopt(self.given.warm.get(key))
        found = engine.solve_lp()
        self.given.warm[key] = engine.basis() or self.given.warm.get(key)
        return found.values


def switch(
    given: Given, parameter: Parameter, is_over: Callable[[], bool], *, seed: int = 1
) -> Switch:
    """Return where along a parameter the choice flips.

    Today's value and both ends are solved first; where the choice differs, the middles.
    """
    solver = _Solver(given, parameter, seed)
    ends = sorted({parameter.low, parameter.today, parameter.high})
    solved = []
    for value in sorted(ends, key=lambda v: v != parameter.today):
        if not is_over():
            solver.at(value)
    solved = sorted(solver.points)
    width = CLOSE * (parameter.high - parameter.low)
    flips = []
    for low, high in pairwise(solved):
        flips += _flips(solver, low, high, width, is_over)
    points = tuple(solver.points[value] for value in sorted(solver.points))
    note = parameter.note
    missing = [value for value in ends if value not in solver.points]
    if missing:
        said = ", ".join(f"{value:.4g}" for value in missing)
        note += f" No plan at {said} {parameter.unit}, or no time for it."
    return Switch(parameter.path, parameter.title, parameter.unit, parameter.today, points,
                  tuple(flips), note)  # fmt: skip


def _flips(
    solver: _Solver, low: float, high: float, width: float, is_over: Callable[[], bool]
) -> list[Flip]:
    """Return the switch point between two values, none where the choice at both is the same."""
    before, after = choice(solver.points[low]), choice(solver.points[high])
    if before == after:
        return []
    while high - low > width and not is_over():
        point = solver.at((low + high) / 2)
        if point is None:
            break
        if choice(point) == before:
            low = point.value
        else:
            high, after = point.value, choice(point)
    return [Flip(low, high, before, after)]


def choice(point: Point) -> str:
    """Return the mode with most megawatts started, or nothing."""
    mode = max(sorted(point.mw), key=lambda name: point.mw[name], default=NOTHING)
    return mode if point.mw.get(mode, 0.0) >= SMALLEST_MW else NOTHING


def given_of(
    session: Session, readiness: tuple[Readiness, ...], corrections: CorrectionDays
) -> Given:
    """Return what a session's plan was solved from."""
    return Given(session.data.portfolio, readiness, corrections, session.data, session.plan)
