"""One scenario on its own engine: the best in full knowledge, and what commitments bring there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.engine import INF, Engine
from planner.optimise.model import formulate
from planner.optimise.rounding import fix, greedy, near, other_integers, start_columns, unfix
from planner.optimise.scenarios.joint import NUMERIC
from planner.optimise.scenarios.shared import Held, chosen, decisions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Solution
    from planner.optimise.scenarios.joint import Worth
    from planner.optimise.scenarios.shared import Decisions, Key


@dataclass
class Single:
    """A scenario's model.

    Parameters
    ----------
    whole
        Whether halls after the reveal are whole too; in a large model they may be started in parts
        there, so that recourse is a linear program.
    """

    data: ModelData
    worth: Worth
    engine: Engine
    found: Decisions
    held: Held
    periods: int
    whole: bool
    gap: float
    nodes: int
    columns: list[int] = field(default_factory=list)

    @classmethod
    def of(
        cls, data: ModelData, worth: Worth, periods: int, *, whole: bool, gap: float, nodes: int,
        seed: int,
    ) -> Single:  # fmt: skip
        """Return the model of a scenario, with rows for the decisions of the first periods."""
        engine = Engine(formulate(data), seed=seed)
        engine.relaxed = frozenset(engine.columns_of("holds").values())
        found = decisions(engine, data)
        return cls(data, worth, engine, found, Held(engine, found, periods), periods, whole, gap,
                   nodes, start_columns(engine, data))  # fmt: skip

    def _seek(self) -> None:
        column = self.engine.column(self.worth.variable)
        self.engine.seek({column: 1.0}, "max" if self.worth.sign > 0 else "min")

    def _solved(self) -> Solution:
        self._seek()
        if self.whole:
            return self.engine.solve_mip(gap=self.gap, nodes=self.nodes)
        return self.engine.solve_lp()

    def best(self) -> float | None:
        """Return the worth of the best plan in full knowledge; at least that in a large model."""
        found = self._solved()
        if found.objective is None:
            return None
        at = found.bound if self.whole and found.bound is not None else found.objective
        return self.worth.sign * at

    def own_stage(self, tolerance: float) -> dict[Key, float] | None:
        """Return the first decisions of the scenario's own cheapest best plan; None if none is."""
        engine = self.engine
        self.held.free()
        found = self._solved()
        if found.values is None:
            return None
        values = found.values
        if not self.whole:
            near_by = near(engine, self.data, values, gap=self.gap, nodes=self.nodes)
            if near_by.values is None:
                near_by = greedy(engine, self.data, values) or near_by
            if near_by.values is None:
                return None
            values = near_by.values
        values = self._cheapest(values, tolerance)
        return chosen(self.found, values, self.periods)

    def _cheapest(self, values: FloatArray, tolerance: float) -> FloatArray:
        engine, column = self.engine, self.engine.column(self.worth.variable)
        starts = np.round(values[self.columns])
        fix(engine, self.columns, starts, starts)
        others = {
            i: (float(engine.lower[i]), float(engine.upper[i]))
            for i in other_integers(engine, self.data)
            if i not in engine.relaxed
        }
        for i in others:
            engine.bound(i, float(np.round(values[i])), float(np.round(values[i])))
        self._seek()
        again = engine.solve_lp()
        if again.values is not None:
            at = float(again.values[column])
            slack = max(tolerance, NUMERIC) * abs(at)
            low, high = (at - slack, INF) if self.worth.sign > 0 else (-INF, at + slack)
            engine.bound(column, low, high)
            engine.seek({engine.column("spend"): 1.0}, "min")
            found = engine.solve_lp()
            values = again.values if found.values is None else found.values
        engine.bound(column, -INF, INF)
        for i, (low, high) in others.items():
            engine.bound(i, low, high)
        unfix(engine, self.columns)
        return values

    def worth_of(self, stage: Mapping[Key, float]) -> float | None:
        """Return the worth of commitments with the best recourse; None if they cannot be kept."""
        self.held.hold(stage)
        found = self._solved()
        self.held.free()
        return None if found.objective is None else self.worth.sign * found.objective

    def without(self, keys: list[Key], stage: Mapping[Key, float] | None = None) -> float | None:
        """Return the worth, halls in parts, where some first decisions are not made."""
        self.held.free()
        for key, at in (stage or {}).items():
            if key in self.held.rows:
                self.engine.limit(self.held.rows[key], at, INF)
        for key in keys:
            if key in self.held.rows:
                self.engine.limit(self.held.rows[key], 0.0, 0.0)
        self._seek()
        found = self.engine.solve_lp()
        self.held.free()
        return None if found.objective is None else self.worth.sign * found.objective
