"""The choice of what to build along a parameter, solved at one value after another."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from planner.domain.explanation import TODAY, Point
from planner.optimise.engine import INF, Engine, uninterrupted
from planner.optimise.explain.line import Basis, Line, Numbers
from planner.optimise.model import formulate
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.rounding import fix, start_columns
from planner.optimise.tally import tally
from planner.optimise.terminal import hold_plan
from planner.optimise.whole import SMALL_INTEGERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.domain.explanation import FlipKind
    from planner.optimise.data import ModelData
    from planner.optimise.explain.parameters import Given, Parameter
    from planner.optimise.explain.session import Session
    from planner.optimise.halls import Option
    from planner.optimise.objectives.base import Objective

SMALLEST_MW = 1.0
HALF_A_HALL = 0.5
"""Part of a hall below which a mode is not in use: rounded, it would not be started."""
MOVED = 0.1
"""Share of the megawatts that stand elsewhere or otherwise, from which the mix is another."""
OTHERWISE = "otherwise"
NOTHING = "nothing"
WHOLE_GAP, WHOLE_NODES = 1e-3, 60
"""Gap and nodes of a search for whole halls."""
NUMERIC: Final = 1e-7
"""Relative slack of a held objective, for the solver's tolerance."""
KEPT: Final = 6
"""Models kept at a time: those of the values solved last."""
NEAR: Final = 0.125
"""Share of the range within which a basis of a model of another shape is near the next."""
ON_A_LINE: Final = 3
"""Models that tell whether the parameter enters linearly."""
Starts = dict[tuple[str, str], float]
"""Halls started by candidate and period; what is not named is not started."""


@dataclass(frozen=True)
class Place:
    """The model at a value of the parameter."""

    data: ModelData
    engine: Engine
    columns: list[int]

    def named(self, starts: FloatArray) -> Starts:
        """Return starts by option, shape (O,), by their names."""
        return {self.data.option_name(o): float(n) for o, n in enumerate(starts) if n}

    def listed(self, starts: Starts) -> FloatArray:
        """Return starts by option, shape (O,); those that serve nobody any more are left out."""
        names = map(self.data.option_name, range(len(self.columns)))
        return np.array([starts.get(name, 0.0) for name in names])


class Along:
    """Points of a parameter, each solved from the basis that the one before ended with."""

    def __init__(self, given: Given, parameter: Parameter, seed: int) -> None:
        self.given, self.parameter, self.seed = given, parameter, seed
        self.points: dict[float, Point] = {}
        self.starts: dict[float, Starts] = {}
        """Halls started at each value that was solved, in parts where the model is big."""
        self.tried: set[float] = set()
        self.halls = _smallest_halls(given.data)
        self._places: OrderedDict[float, Place | None] = OrderedDict()
        self._options: dict[tuple[str, str], Option] = {}
        self._known: dict[float, tuple[Engine, Numbers]] = {}
        self._line: Line | None = None
        self._bases: dict[tuple[str, str], dict[float, Basis]] = {}
        self._best: dict[tuple[float, frozenset[Any]], float | None] = {}

    @property
    def is_small(self) -> bool:
        """Whether whole halls can be searched at a point."""
        return len(self.given.data.options) <= SMALL_INTEGERS

    @cached_property
    def own(self) -> Starts:
        """Halls that the plan itself starts."""
        data = self.given.data
        starts = tally(self.given.plan, data).starts
        return {data.option_name(o): float(n) for o, n in enumerate(starts) if n}

    def at(self, value: float) -> Point | None:
        """Return the choice at a value; None where no plan is left."""
        if value in self.tried:
            return self.points.get(value)
        self.tried.add(value)
        is_today = value == self.parameter.today
        known = self.given.warm.get("today") if is_today else None
        found = known or self._solved(value)
        if is_today:
            self.given.warm["today"] = found
        if found is None:
            return None
        starts, level = found
        self.starts[value] = starts
        self.points[value] = self.point(value, starts, level)
        return self.points[value]

    def point(self, value: float, starts: Starts, level: float | None = None) -> Point:
        """Return what starts come to at a value that was solved."""
        known = {self.given.data.option_name(o): x for o, x in enumerate(self.given.data.options)}
        known |= self._options
        return point_of(((known[name], n) for name, n in starts.items()), value, level, self.halls)

    def place(self, value: float) -> Place | None:
        """Return the model at a value; None where the value is impossible."""
        if value not in self._places:
            data = self.parameter.data(value)
            self._places[value] = None if data is None else self._placed(data, value)
            while len(self._places) > KEPT:
                self._places.popitem(last=False)
        self._places.move_to_end(value)
        return self._places[value]

    def _placed(self, data: ModelData, value: float) -> Place:
        if self._line is not None:
            engine = self._line.model(value)
        else:
            engine = Engine(formulate(data), seed=self.seed)
            hold_plan(engine, data, self.given.plan)
            self._learn(value, engine)
        self._options |= {data.option_name(o): x for o, x in enumerate(data.options)}
        return Place(data, engine, start_columns(engine, data))

    def _learn(self, value: float, engine: Engine) -> None:
        """Note a model; the third tells whether all others are known by then."""
        if len(self._known) < ON_A_LINE:
            self._known[value] = engine, Numbers.of(engine)
            if len(self._known) == ON_A_LINE:
                self._line = Line.through(self._known)

    # The best at a value: whole halls in a small model, halls in parts in a big one

    def _solved(self, value: float) -> tuple[Starts, float | None] | None:
        place = self.place(value)
        if place is None:
            return None
        n, engine = len(place.columns), place.engine
        fix(engine, place.columns, np.zeros(n), np.full(n, INF))
        name = "search" if self.is_small else "in parts"
        best = self._run(engine, self.first.variable, name, value)
        if best is None:
            return None
        reached = float(best[engine.column(self.first.variable)])
        if self.first.variable != "spend":
            with_it = self._cheapest(engine, reached, name, value)
            best = best if with_it is None else with_it
        starts = place.named(best[place.columns])
        return starts, reached if self.first.variable == "worst" else None

    @property
    def first(self) -> Objective:
        """The policy's first objective."""
        return OBJECTIVES[self.given.portfolio.spec.policy.objectives[0]]

    def _cheapest(self, engine: Engine, reached: float, name: str, value: float) -> Any:
        """Return the cheapest point whose first objective is within the tolerance of a value."""
        column = engine.column(self.first.variable)
        kept = float(engine.lower[column]), float(engine.upper[column])
        tolerance = self.given.portfolio.spec.policy.tolerance.likely
        give = max(tolerance, NUMERIC) * abs(reached)
        is_max = self.first.sense == "max"
        engine.bound(column, *((reached - give, INF) if is_max else (-INF, reached + give)))
        found = self._run(engine, "spend", name, value)
        engine.bound(column, *kept)
        return found

    def _run(self, engine: Engine, variable: str, name: str, value: float) -> Any:
        sense: Literal["max", "min"] = (
            self.first.sense if variable == self.first.variable else "min"
        )
        engine.seek({engine.column(variable): 1.0}, sense)
        if name == "search":
            searched = engine.solve_mip(gap=WHOLE_GAP, nodes=WHOLE_NODES)
            return uninterrupted(engine, searched).values
        key = name, variable
        before = self._begin(key, engine, value)
        engine.adopt(before)
        # From the basis of another objective, or of a far value, simplex would wander.
        found = uninterrupted(engine, engine.solve_lp(start_cold=before is None))
        basis = engine.basis()
        if basis is not None:
            known = Basis(engine.columns, engine.rows, *basis)
            self.given.warm[key] = self._bases.setdefault(key, {})[value] = known
        return found.values

    def _begin(
        self, key: tuple[str, str], engine: Engine, value: float
    ) -> tuple[list[Any], list[Any]] | None:
        """Return a basis to begin from: of the nearest value, or of a model of the same shape."""
        known = self._bases.get(key, {})
        nearest = min(known, key=lambda other: (abs(other - value), other), default=None)
        range_ = self.parameter.high - self.parameter.low
        if nearest is not None and abs(nearest - value) <= NEAR * range_:
            return known[nearest].on(engine)
        last: Basis | None = self.given.warm.get(key)
        return None if last is None or not last.fits(engine) else last.on(engine)

    # Whole plans, halls given

    def chosen(self, value: float, plans: Sequence[Starts]) -> int | None:
        """Return which of some plans' halls the policy would choose at a value; None for none.

        All but the halls is solved anew. Best in the first objective, then the cheapest of those
        within its tolerance; the first of those that are alike.
        """
        place = self.place(value)
        if place is None:
            return None
        reached = [self._reached(value, place, starts) for starts in plans]
        sign = 1.0 if self.first.sense == "max" else -1.0
        known = [sign * x for x in reached if x is not None]
        if not known:
            return None
        best = max(known)
        slack = max(self.given.portfolio.spec.policy.tolerance.likely, NUMERIC) * abs(best)
        near = [i for i, x in enumerate(reached) if x is not None and sign * x >= best - slack]
        if len(near) == 1 or self.first.variable == "spend":
            return max(near, key=lambda i: sign * (reached[i] or 0.0))
        spends = {i: self._spend(value, place, plans[i], sign * best) for i in near}
        return min(near, key=lambda i: spends[i])

    def _reached(self, value: float, place: Place, starts: Starts) -> float | None:
        """Return the best first objective with some halls; None where hard rules forbid them."""
        key = value, frozenset(starts.items())
        if key not in self._best:
            halls = place.listed(starts)
            fix(place.engine, place.columns, halls, halls)
            found = self._run(place.engine, self.first.variable, "whole", value)
            column = place.engine.column(self.first.variable)
            self._best[key] = None if found is None else float(found[column])
        return self._best[key]

    def _spend(self, value: float, place: Place, starts: Starts, reached: float) -> float:
        """Return the least spend of some halls at a first objective, less its tolerance [BUSD]."""
        halls = place.listed(starts)
        fix(place.engine, place.columns, halls, halls)
        found = self._cheapest(place.engine, reached, "whole", value)
        return INF if found is None else float(found[place.engine.column("spend")])

    # What is told of a choice

    def told_whole(self, value: float, starts: Starts) -> dict[tuple[FlipKind, str, str], str]:
        """Return what is told of a whole plan; the mix is today's if it is near the plan's own."""
        return self.told(self.point(value, starts), self.point(value, self.own))

    def told(
        self, point: Point, today: Point | None = None
    ) -> dict[tuple[FlipKind, str, str], str]:
        """Return what is told of a point, by kind, site and mode.

        Parameters
        ----------
        today
            Whose mix is today's; the point that was solved at today's value if not given.
        """
        made: dict[tuple[FlipKind, str, str], str] = {("most", "", ""): choice(point.mw)}
        for site, mw in point.sites.items():
            if len(point.sites) > 1:
                made["most", site, ""] = choice(mw)
            for mode, at in mw.items():
                is_used = at >= HALF_A_HALL * self.halls.get((site, mode), SMALLEST_MW)
                made["use", site, mode] = mode if is_used else ""
        today = today or self.points.get(self.parameter.today)
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


def point_of(
    starts: Iterable[tuple[Option, float]], value: float, level: float | None,
    known: Iterable[tuple[str, str]] = (),
) -> Point:  # fmt: skip
    """Return what starts come to; sites and modes that are known stand there with nothing too."""
    sites: dict[str, dict[str, float]] = {}
    for site, mode in known:
        sites.setdefault(site, {})[mode] = 0.0
    for option, count in starts:
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
    return point_of(zip(session.data.options, session.starts, strict=True), 0.0, None).sites


def apart(one: Point, other: Point) -> float:
    """Return the share of the megawatts that stand in another site or mode, or only in one."""
    keys = {(s, m) for p in (one, other) for s, mw in p.sites.items() for m in mw}
    pairs = [(one.sites.get(s, {}).get(m, 0.0), other.sites.get(s, {}).get(m, 0.0))
             for s, m in keys]  # fmt: skip
    more, fewer = (sum(max(0.0, sign * (b - a)) for a, b in pairs) for sign in (1.0, -1.0))
    return max(more, fewer) / max(sum(a for a, _ in pairs), SMALLEST_MW)


def choice(mw: Mapping[str, float]) -> str:
    """Return the mode with most megawatts started, or nothing."""
    mode = max(sorted(mw), key=lambda name: mw[name], default=NOTHING)
    return mode if mw.get(mode, 0.0) >= SMALLEST_MW else NOTHING
