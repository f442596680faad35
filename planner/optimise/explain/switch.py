"""Switch points: the value of a parameter at which the choice of what to build flips.

Three things are told of a choice: the build mode with most megawatts started, at each site and in
all; which modes a site uses at all; and whether the mix of sites and modes is still today's. At
first today's value, both ends and the middles between are solved; where neighbours differ, the
point is found by bisection. Each time the model's coefficients are made anew and solved, first
objective and then cost within the tolerance: with whole halls in a small model, and in a big one
from the basis of the last with halls that may be started in parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.domain.explanation import TODAY, Flip, FlipKind, Point, Switch
from planner.optimise.data import ModelData, build
from planner.optimise.engine import INF, Engine, uninterrupted
from planner.optimise.model import formulate
from planner.optimise.money import KINDS
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.rounding import fix, start_columns
from planner.optimise.terminal import hold_plan
from planner.optimise.whole import SMALL_INTEGERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from planner.capacity.timeline import FloatArray, Timeline
    from planner.domain.amount import Amount
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.explain.session import Session

FACTORS = (0.5, 2.0)
"""Range of a price or duration, as a factor of today's."""
SLIP_DAYS = (0.0, 720.0)
CLOSE: Final[Mapping[FlipKind, float]] = {"most": 0.01, "use": 0.03, "mix": 0.03}
"""Share of the range within which a switch point is found, in the order in which it is sought."""
MIDDLES, MIDDLES_BIG = 4, 2
"""Parts of the range of which the ends are solved at first, beside today's value."""
SMALLEST_MW = 1.0
HALF_A_HALL = 0.5
"""Part of a hall below which a mode is not in use: rounded, it would not be started."""
MOVED = 0.1
"""Share of the megawatts that stand elsewhere or otherwise, from which the mix is another."""
OTHERWISE = "otherwise"
NOTHING = "nothing"
IN_PARTS = "Halls may be started in parts."
WHOLE = "Whole halls, searched to a gap of 0.1 % or 60 nodes."
HELD = " Contracts are the plan's; readiness is not simulated again."
WHOLE_GAP, WHOLE_NODES = 1e-3, 60
"""Gap and nodes of a search for whole halls."""


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
    note: str = HELD


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
        self.tried: set[float] = set()
        self.halls = _smallest_halls(given.data)

    @property
    def is_small(self) -> bool:
        """Whether whole halls can be searched at a point."""
        return len(self.given.data.options) <= SMALL_INTEGERS

    def at(self, value: float) -> Point | None:
        """Return the choice at a value; None where no plan is left."""
        if value in self.tried:
            return self.points.get(value)
        self.tried.add(value)
        is_today = value == self.parameter.today
        if is_today and (known := self.given.warm.get("today")) is not None:
            point: Point | None = replace(known, value=value)
        else:
            data = self.parameter.data(value)
            point = None if data is None else self._solved(data, value)
        if is_today:
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
        run = self._run_whole if self.is_small else self._run
        best = run(engine, first.variable, first.sense)
        if best is None:
            return None
        reached = float(best[engine.column(first.variable)])
        level = reached if first.variable == "worst" else None
        if first.variable != "spend":
            give = max(spec.tolerance.likely, 1e-7) * abs(reached)
            low, high = (reached - give, INF) if first.sense == "max" else (-INF, reached + give)
            engine.bound(engine.column(first.variable), low, high)
            cheap = run(engine, "spend", "min")
            best = best if cheap is None else cheap
        return _point(data, value, best[columns], level)

    def _run(self, engine: Engine, variable: str, sense: Any) -> Any:
        engine.seek({engine.column(variable): 1.0}, sense)
        key = variable, len(engine.lower), len(engine.row_lower)
        engine.adopt(self.given.warm.get(key))
        found = uninterrupted(engine, engine.solve_lp())
        self.given.warm[key] = engine.basis() or self.given.warm.get(key)
        return found.values

    def _run_whole(self, engine: Engine, variable: str, sense: Any) -> Any:
        engine.seek({engine.column(variable): 1.0}, sense)
        return uninterrupted(engine, engine.solve_mip(gap=WHOLE_GAP, nodes=WHOLE_NODES)).values

    # What is told of a choice

    def told(self, point: Point) -> dict[tuple[FlipKind, str, str], str]:
        """Return what is told of a point, by kind, site and mode."""
        made: dict[tuple[FlipKind, str, str], str] = {("most", "", ""): choice(point.mw)}
        for site, mw in point.sites.items():
            if len(point.sites) > 1:
                made["most", site, ""] = choice(mw)
            for mode, at in mw.items():
                is_used = at >= HALF_A_HALL * self.halls.get((site, mode), SMALLEST_MW)
                made["use", site, mode] = mode if is_used else ""
        today = self.points.get(self.parameter.today)
        if today is not None:
            made["mix", "", ""] = OTHERWISE if apart(today, point) >= MOVED else TODAY
        return made


def _smallest_halls(data: ModelData) -> dict[tuple[str, str], float]:
    """Return the megawatts of the smallest hall of each site and mode."""
    found: dict[tuple[str, str], float] = {}
    for option in data.options:
        key, mw = (option.candidate.site, option.candidate.mode), float(option.block_mw.sum())
        found[key] = min(found.get(key, np.inf), mw)
    return found


def _point(data: ModelData, value: float, starts: FloatArray, level: float | None) -> Point:
    sites: dict[str, dict[str, float]] = {}
    for option, count in zip(data.options, starts, strict=True):
        c, mw = option.candidate, float(count * option.block_mw.sum())
        at = sites.setdefault(c.site, {})
        at[c.mode] = at.get(c.mode, 0.0) + mw
    total: dict[str, float] = {}
    for here in sites.values():
        for mode, mw in here.items():
            total[mode] = total.get(mode, 0.0) + mw
    ordered = {site: dict(sorted(sites[site].items())) for site in sorted(sites)}
    return Point(value, dict(sorted(total.items())), level, ordered)


def megawatts(session: Session) -> dict[str, dict[str, float]]:
    """Return what the plan itself starts, by site, then mode [MW]."""
    return _point(session.data, 0.0, session.starts, None).sites


def apart(one: Point, other: Point) -> float:
    """Return the share of the megawatts that stand in another site or mode, or only in one."""
    keys = {(s, m) for p in (one, other) for s, mw in p.sites.items() for m in mw}
    pairs = [(one.sites.get(s, {}).get(m, 0.0), other.sites.get(s, {}).get(m, 0.0))
             for s, m in keys]  # fmt: skip
    more, fewer = (sum(max(0.0, sign * (b - a)) for a, b in pairs) for sign in (1.0, -1.0))
    return max(more, fewer) / max(sum(a for a, _ in pairs), SMALLEST_MW)


def switch(
    given: Given, parameter: Parameter, is_over: Callable[[], bool], *, seed: int = 1
) -> Switch:
    """Return where along a parameter the choice flips.

    Today's value, both ends and the middles are solved first; where what is told differs between
    neighbours, the middles of these, the widest first and kind by kind.
    """
    solver = _Solver(given, parameter, seed)
    low, high = ends = parameter.low, parameter.high
    parts = MIDDLES if solver.is_small else MIDDLES_BIG
    middles = [low + (high - low) * i / parts for i in range(1, parts)]
    wanted = [parameter.today, *ends, *middles]
    for value in dict.fromkeys(wanted):
        if not is_over():
            solver.at(value)
    for kind in CLOSE:
        _bisect(solver, kind, is_over)
    points = tuple(solver.points[value] for value in sorted(solver.points))
    note = (WHOLE if solver.is_small else IN_PARTS) + parameter.note
    missing = [value for value in (parameter.today, *ends) if value not in solver.points]
    if missing:
        said = ", ".join(f"{value:.4g}" for value in dict.fromkeys(missing))
        note += f" No plan at {said} {parameter.unit}, or no time for it."
    return Switch(parameter.path, parameter.title, parameter.unit, parameter.today, points,
                  tuple(_flips(solver)), note, _farthest(solver))  # fmt: skip


def _farthest(solver: _Solver) -> float | None:
    """Return the largest share of the megawatts that is otherwise than today at any value tried."""
    today = solver.points.get(solver.parameter.today)
    if today is None:
        return None
    return max(apart(today, point) for point in solver.points.values())


def _bisect(solver: _Solver, kind: FlipKind, is_over: Callable[[], bool]) -> None:
    """Solve middles until all that is told of a kind changes within its share of the range."""
    close = CLOSE[kind] * (solver.parameter.high - solver.parameter.low)
    while not is_over():
        open_ = [
            (high - low, low, high) for low, high in pairwise(sorted(solver.points))
            if high - low > close and (low + high) / 2 not in solver.tried
            and any(key[0] == kind for key in _changed(solver, low, high))
        ]  # fmt: skip
        if not open_:
            return
        _, low, high = max(open_)
        solver.at((low + high) / 2)


def _changed(solver: _Solver, low: float, high: float) -> list[tuple[FlipKind, str, str]]:
    """Return what is told otherwise at two values."""
    before, after = (solver.told(solver.points[value]) for value in (low, high))
    return [key for key in before if key in after and before[key] != after[key]]


def _flips(solver: _Solver) -> list[Flip]:
    """Return all that changes between neighbours, kind by kind along the parameter."""
    made = []
    for low, high in pairwise(sorted(solver.points)):
        before, after = (solver.told(solver.points[value]) for value in (low, high))
        made += [
            Flip(low, high, before[key], after[key], key[0], key[1])
            for key in _changed(solver, low, high)
        ]
    order = list(CLOSE)
    return sorted(made, key=lambda flip: (order.index(flip.kind), flip.low, flip.site))


def choice(mw: Mapping[str, float]) -> str:
    """Return the mode with most megawatts started, or nothing."""
    mode = max(sorted(mw), key=lambda name: mw[name], default=NOTHING)
    return mode if mw.get(mode, 0.0) >= SMALLEST_MW else NOTHING


def given_of(
    session: Session, readiness: tuple[Readiness, ...], corrections: CorrectionDays
) -> Given:
    """Return what a session's plan was solved from."""
    return Given(session.data.portfolio, readiness, corrections, session.data, session.plan)
