"""A plan's model kept warm: a what-if is a change of bounds, some simplex steps, and back again.

Halls and contracts are fixed at the plan's. A what-if moves bounds of rows, solves the objectives
in the policy's order from the last basis, and restores what it moved.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.domain.explanation import Worth
from planner.domain.plan import Termination
from planner.optimise.clock import Extra
from planner.optimise.data import ModelData, build
from planner.optimise.engine import INF, Engine, Solution, uninterrupted
from planner.optimise.feed import feed
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.objectives.compute_per_researcher import levels
from planner.optimise.rounding import (
    THRESHOLDS,
    WHOLE,
    fix,
    near,
    other_integers,
    rounded,
    start_columns,
)
from planner.optimise.tally import tally
from planner.optimise.terminal import hold_plan
from planner.optimise.whole import SMALL_INTEGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.optimise.clock import CorrectionDays

QUARTER_DAY = 91.0
MEMBERS = {"compute_per_researcher": "level", "total_compute": "total", "cost": "spend"}
"""Where a worth keeps each objective."""
TINY_MW = 1e-9
"""Firm power for which a tranche has columns before it is energised, so that it can be earlier."""
NUMERIC = 1e-7
"""Relative slack of a held objective, for the solver's tolerance."""
SMALL_SEARCH, BIG_SEARCH = (5e-4, 60), (2e-3, 10)
"""Gap and nodes of a search for whole halls: over the whole model, and near the plan."""
SPAN = 2
"""Periods to either side to which a hall of the plan may move in a search near it."""


@dataclass(frozen=True)
class Found:
    """A solution of all objectives in order, and what it comes to.

    Parameters
    ----------
    values
        Of the last objective, the others held within their tolerance.
    worth
        Each objective at its own best.
    bound
        What the first objective can be at best, where halls were searched; None where not known.
    """

    values: FloatArray
    worth: Worth
    bound: float | None = None


@dataclass
class Session:
    """A plan's model on a solver that keeps its basis.

    Parameters
    ----------
    shifted
        By tranche, what it carries one quarter earlier and one later, shapes (K,) [MW].
    starts
        Halls of the plan by option, shape (O,).
    columns, others
        Columns of starts, and those of other whole decisions with their bounds in the model.
    base
        The plan's halls with all else solved; every change with halls fixed is taken from it.
    """

    data: ModelData
    plan: Plan
    engine: Engine
    shifted: Mapping[str, tuple[FloatArray, FloatArray]]
    starts: FloatArray
    columns: list[int]
    others: dict[int, tuple[float, float]]
    base: Found
    bases: dict[str, Any] = field(default_factory=dict)
    """Basis of each solve of the base by name: from it, not from the last, the next is near."""
    mode: str = "fixed"
    until: float | None = None
    """Reading of the monotonic clock at which a search for whole halls ends with what it has."""
    _free: Found | None = None

    @classmethod
    def of(
        cls,
        portfolio: Portfolio,
        readiness: tuple[Readiness, ...],
        plan: Plan,
        corrections: CorrectionDays | None = None,
        *,
        seed: int = 1,
    ) -> Session:
        """Return the model of a finished plan, solved once.

        Raises
        ------
        ValueError
            If the model has no point with the plan's halls: its inputs are not the plan's.
        """
        data, shifted = _early(lumped(build(portfolio, readiness, corrections)), corrections or {})
        engine = Engine(formulate(data), seed=seed)
        bounds = zip(engine.lower.tolist(), engine.upper.tolist(), strict=True)
        known = dict(enumerate(bounds))
        others = {i: known[i] for i in other_integers(engine, data)}
        hold_plan(engine, data, plan)
        made = cls(
            data, plan, engine, shifted, tally(plan, data).starts, start_columns(engine, data),
            others, Found(np.zeros(0), Worth()),
        )  # fmt: skip
        base = made.solved()
        if base is None:
            raise ValueError("the plan's own halls are infeasible in its model")
        made.base = base
        return made

    @property
    def is_small(self) -> bool:
        """Whether whole halls are searched over the whole model."""
        return len(self.columns) <= SMALL_INTEGERS

    @property
    def gap(self) -> float:
        """Relative gap at which a search for whole halls stops."""
        return (SMALL_SEARCH if self.is_small else BIG_SEARCH)[0]

    @property
    def worth_of_plan(self) -> Worth:
        """What the plan itself comes to, by plain arithmetic."""
        value = {m: OBJECTIVES[n].evaluate(self.plan, self.data) for n, m in MEMBERS.items()}
        return Worth(**value)

    @property
    def free(self) -> Found:
        """The best plan with whole halls searched anew, nothing else changed."""
        if self._free is None:
            found = self.searched(start=self.base.values)
            self._free = found or self.base
        return self._free

    @property
    def has_searched(self) -> bool:
        """Whether halls have been searched anew."""
        return self._free is not None

    # Solves

    def first(self) -> Solution:
        """Solve the first objective alone."""
        self.seek_first()
        return self._near(self._order[0])

    def _near(self, stage: str) -> Solution:
        """Solve a linear program from the basis that the first of its kind ended with."""
        name = f"{self.mode} {stage}"
        self.engine.adopt(self.bases.get(name))
        found = uninterrupted(self.engine, self.engine.solve_lp())
        if found.values is not None and name not in self.bases:
            self.bases[name] = self.engine.basis()
        return found

    def seek_first(self) -> None:
        """Make the policy's first objective the objective."""
        objective = OBJECTIVES[self._order[0]]
        self.engine.seek({self.engine.column(objective.variable): 1.0}, objective.sense)

    @property
    def leading(self) -> tuple[str, ...]:
        """The policy's first objective alone, for `solved`."""
        return self._order[:1]

    @property
    def _order(self) -> tuple[str, ...]:
        return tuple(self.data.portfolio.spec.policy.objectives)

    def first_of(self, worth: Worth) -> float | None:
        """Return the policy's first objective of a worth or a change."""
        value: float | None = getattr(worth, MEMBERS.get(self._order[0], "spend"))
        return value

    @property
    def sense(self) -> float:
        """1 where more of the first objective is better, otherwise -1."""
        return 1.0 if OBJECTIVES[self._order[0]].sense == "max" else -1.0

    def solved(self, *, names: tuple[str, ...] | None = None) -> Found | None:
        """Solve the policy's objectives in order, each finished one held within its tolerance.

        Teams above the worst are held at the plan's ratio to it, where that can be, so that total
        compute is not taken from them. None where nothing is feasible.
        """
        engine, kept, values = self.engine, {}, None
        slack = max(self.data.portfolio.spec.policy.tolerance.likely, NUMERIC)
        reached: dict[str, float] = {}
        names = names or self._order
        for name in names:
            objective = OBJECTIVES[name]
            column = engine.column(objective.variable)
            engine.seek({column: 1.0}, objective.sense)
            found = self._near(name)
            if found.values is None or found.objective is None:
                break
            values, reached[name] = found.values, found.objective
            kept[column] = (float(engine.lower[column]), float(engine.upper[column]))
            give = slack * abs(found.objective)
            if objective.sense == "max":
                engine.bound(column, found.objective - give, INF)
            else:
                engine.bound(column, -INF, found.objective + give)
            if name == "compute_per_researcher" and name != names[-1]:
                kept |= self._hold_ratios(found.objective * (1.0 - slack))
        for column, (low, high) in kept.items():
            engine.bound(column, low, high)
        if values is None:
            return None
        worth = Worth(**{MEMBERS[n]: value for n, value in reached.items() if n in MEMBERS})
        return Found(values, worth)

    def _hold_ratios(self, worst: float) -> dict[int, tuple[float, float]]:
        """Hold teams at the plan's ratio to the worst; return bounds to restore."""
        engine, plan = self.engine, levels(self.plan, self.data)
        least = min(plan.values(), default=0.0)
        if least <= 0:
            return {}
        columns = {t: engine.columns.get(f"level[{t}]") for t in plan}
        kept = {
            c: (float(engine.lower[c]), float(engine.upper[c]))
            for c in columns.values()
            if c is not None
        }
        for team, column in columns.items():
            if column is not None:
                engine.bound(column, worst * plan[team] / least, INF)
        engine.seek({}, "max")
        if self._near("ratios").values is None:
            for column, (low, high) in kept.items():
                engine.bound(column, low, high)
            return {}
        return kept

    def searched(
        self,
        pins: Mapping[int, tuple[float, float]] | None = None,
        *,
        start: FloatArray | None = None,
        costs: Mapping[int, float] | None = None,
        is_wide: bool = False,
        enough: float | None = None,
    ) -> Found | None:
        """Search whole halls and contracts, over the whole model or near the plan, then solve all.

        Parameters
        ----------
        pins
            Bounds of starts by option, which hold whatever the search would do.
        start
            A point whose halls and contracts keep the pins, to begin from.
        costs
            What is sought instead of the first objective, to be made large.
        is_wide
            Whether a big model is searched around its relaxation, and not around the plan.
        enough
            Of the first objective: halls that are not needed to be as good, or as near to it as
            was found, are then left out. Without it some are started that add next to nothing.
        """
        engine = self.engine
        known = None if start is None else self._completed(start, costs)
        low, high = self._window(pins or {})
        fix(engine, self.columns, low, high)
        for column, (least, most) in self.others.items():
            engine.bound(column, least, most)
        self._seek(costs)
        engine.deadline = self.until
        if is_wide and not self.is_small:
            point, bound = self._around_the_relaxation(), None
        else:
            searched = self._whole(known, costs)
            point, bound = searched.values, None if costs else searched.bound
        point = known if point is None else point
        engine.deadline = None
        found = None
        if point is not None:
            tried = [point] if enough is None else [self._fewer(point, enough, pins or {}), point]
            found = next((x for halls in tried if (x := self._at(halls)) is not None), None)
        self.reset()
        return None if found is None else replace(found, bound=bound)

    def _whole(self, known: FloatArray | None, costs: Mapping[int, float] | None) -> Solution:
        """Search whole halls within the bounds that starts have now, from a point that is known.

        In a big model that point is taken as it is where the relaxation shows it to be within the
        gap: a search would stop there too, and is some hundred times dearer.
        """
        engine, (gap, nodes) = self.engine, SMALL_SEARCH if self.is_small else BIG_SEARCH
        if known is not None and costs is None and not self.is_small:
            value = float(known[engine.column(OBJECTIVES[self._order[0]].variable)])
            most = self._relaxed("window").objective
            if most is not None and abs(most - value) <= gap * abs(value):
                return Solution(Termination.GAP, known, value, most)
        return uninterrupted(engine, engine.solve_mip(gap=gap, nodes=nodes, start=known))

    def with_halls(self, changes: Mapping[int, int]) -> Found | None:
        """Return the plan with some halls more or fewer by option, and all other halls as they are.

        A linear program from the plan's own basis: exact, and a matter of a second.
        """
        halls = self.starts.copy()
        for option, change in changes.items():
            halls[option] += change
        fix(self.engine, self.columns, halls, halls)
        found = self.solved()
        self.reset()
        return found

    def in_parts(self, costs: Mapping[int, float]) -> FloatArray | None:
        """Return the point that makes costs large, halls in parts; None where there is none."""
        self.unfix()
        self._seek(costs)
        found = self._relaxed("wide").values
        self.reset()
        return found

    def rounding(self, parts: FloatArray) -> Found | None:
        """Solve all with the halls of a point rounded; None where no rounding keeps all rules."""
        found = None
        for threshold in THRESHOLDS:
            point = parts.copy()
            point[self.columns] = rounded(self.data, parts[self.columns], threshold)
            found = self._at(point)
            if found is not None:
                break
        self.reset()
        return found

    def _at(self, point: FloatArray) -> Found | None:
        """Solve all with the halls and contracts of a point."""
        self.mode = "fixed"
        self.fix_at(point)
        return self.solved()

    def _fewer(
        self, point: FloatArray, enough: float, pins: Mapping[int, tuple[float, float]]
    ) -> FloatArray:
        """Return halls of a point without those that nothing needs to be as good as is enough.

        The cheapest point that starts no other halls says in parts which are needed; rounded up,
        they carry what the parts do, and break no rule that more halls keep.
        """
        engine = self.engine
        self.fix_at(point)
        halls = np.round(point[self.columns])
        low = np.zeros(len(halls))
        for option, (least, _) in pins.items():
            low[option] = min(least, halls[option])
        fix(engine, self.columns, low, halls)
        column = engine.column(OBJECTIVES[self._order[0]].variable)
        kept = float(engine.lower[column]), float(engine.upper[column])
        least = self.sense * min(self.sense * enough, self.sense * float(point[column]))
        give = NUMERIC * abs(least)
        engine.bound(column, *((least - give, INF) if self.sense > 0 else (-INF, least + give)))
        engine.seek({engine.column(OBJECTIVES["cost"].variable): 1.0}, "min")
        found = self._relaxed("fewer").values
        engine.bound(column, *kept)
        made = point.copy()
        if found is not None:
            made[self.columns] = np.minimum(np.ceil(found[self.columns] - WHOLE), halls)
        return made

    def _around_the_relaxation(self) -> FloatArray | None:
        """Return a point with whole halls near where halls in parts are best."""
        self.unfix()
        relaxed = self._relaxed("wide").values
        if relaxed is None:
            return None
        gap, nodes = BIG_SEARCH
        searched = near(self.engine, self.data, relaxed, gap=gap, nodes=nodes)
        return uninterrupted(self.engine, searched).values

    def _relaxed(self, name: str) -> Solution:
        """Solve with halls in parts, from the basis that the last of the same kind ended with.

        The first begins anew: from the basis of another objective simplex would wander.
        """
        known = self.bases.get(name)
        self.engine.adopt(known)
        found = uninterrupted(self.engine, self.engine.solve_lp(start_cold=known is None))
        self.bases[name] = self.engine.basis() or known
        return found

    def _seek(self, costs: Mapping[int, float] | None) -> None:
        if costs is None:
            self.seek_first()
        else:
            self.engine.seek(costs, "max")

    def _completed(self, start: FloatArray, costs: Mapping[int, float] | None) -> FloatArray | None:
        """Return a feasible point with the halls and contracts of another, None if there is none.

        A step moves rows, so the point itself need not hold any more.
        """
        self.fix_at(start)
        self._seek(costs)
        self.engine.adopt(self.bases.get(f"fixed {self._order[0]}"))
        return uninterrupted(self.engine, self.engine.solve_lp()).values

    def _window(self, pins: Mapping[int, tuple[float, float]]) -> tuple[FloatArray, FloatArray]:
        """Return bounds of starts: free in a small model, near the plan in a big one."""
        n, options = len(self.columns), self.data.options
        if self.is_small:
            low, high = np.zeros(n), np.full(n, INF)
        else:
            low, high = np.maximum(self.starts - 1, 0), self.starts.copy()
            used = {int(o) for o in np.flatnonzero(self.starts > 0)} | set(pins)
            near_by = {
                (options[o].candidate, period)
                for o in used
                for period in range(options[o].period - SPAN, options[o].period + SPAN + 1)
            }
            for o, option in enumerate(options):
                if (option.candidate, option.period) in near_by:
                    high[o] = self.starts[o] + 1
        for o, (least, most) in pins.items():
            low[o], high[o] = least, most
        return low, high

    def fix_at(self, values: FloatArray) -> None:
        """Fix halls and contracts at a point."""
        halls = np.round(values[self.columns])
        fix(self.engine, self.columns, halls, halls)
        for column in self.others:
            at = float(np.round(values[column]))
            self.engine.bound(column, at, at)

    def reset(self) -> None:
        """Fix halls and contracts at the plan's again."""
        self.mode = "fixed"
        hold_plan(self.engine, self.data, self.plan)

    def unfix(self) -> None:
        """Leave halls free to be started in parts, contracts as the plan has them."""
        n = len(self.columns)
        fix(self.engine, self.columns, np.zeros(n), np.full(n, INF))
        self.mode = "in parts"

    # What-ifs

    @contextmanager
    def stepped(self, rows: Mapping[int, float], share: float = 1.0) -> Iterator[None]:
        """Move the bounds of rows for a while."""
        engine = self.engine
        for row, step in rows.items():
            engine.limit(
                row, float(engine.row_lower[row]) + share * step,
                float(engine.row_upper[row]) + share * step,
            )  # fmt: skip
        try:
            yield
        finally:
            for row in rows:
                engine.restore(row)


def _early(
    data: ModelData, corrections: CorrectionDays
) -> tuple[ModelData, dict[str, tuple[FloatArray, FloatArray]]]:
    """Return the data with columns for earlier power, and what tranches carry a quarter apart."""
    firm, shifted = data.feed.firm_mw, {}
    room = firm.copy()
    for i, tranche in enumerate(data.feed.tranches):
        name = f"tranche {tranche.full_name}"
        moved = []
        for days in (-QUARTER_DAY, QUARTER_DAY):
            extra = Extra({**corrections, name: corrections.get(name, 0.0) + days})
            moved.append(feed(data.portfolio, data.pools, extra, data.clock).firm_mw[i])
        shifted[tranche.full_name] = (moved[0], moved[1])
        room[i] = np.where((firm[i] <= 0) & (moved[0] > 0), TINY_MW, firm[i])
    return replace(data, feed=replace(data.feed, firm_mw=room)), shifted
