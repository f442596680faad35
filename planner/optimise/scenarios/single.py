"""One scenario on its own engine: the best in full knowledge, and what commitments bring there."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.optimise.constraints.crews import left as crews_left
from planner.optimise.engine import INF, Engine
from planner.optimise.model import formulate
from planner.optimise.rounding import fix, greedy, other_integers, start_columns, unfix
from planner.optimise.scenarios.joint import NUMERIC
from planner.optimise.scenarios.shared import GPUS_OF, HALLS, IN_PARTS, Held, chosen, decisions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Solution
    from planner.optimise.scenarios.joint import Worth
    from planner.optimise.scenarios.shared import Decisions, Item, Key

WHOLE = 1e-6
STRAIN = 1.2
"""Crews over a site's own, as a mean over a period, that halls begun in another future may take."""


@dataclass
class Single:
    """A scenario's model.

    Parameters
    ----------
    whole
        Whether halls after the reveal are whole too; in a large model they may be started in parts
        there, so that recourse is a linear program.
    cancelled
        Columns of orders and halls that can be cancelled before they are firm, by their decision:
        closed but where commitments are valued, for whoever knows what comes cancels nothing.
    waiting
        Rows that let no GPUs wait for long, free where commitments are valued.
    basis
        Of the best plan in full knowledge. Every linear program of a large model starts there: what
        was asked before changes neither its answer nor its time, and it is near by.
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
    cancelled: dict[Key, int] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    basis: tuple[list[Any], list[Any]] | None = None

    @classmethod
    def of(
        cls, data: ModelData, worth: Worth, periods: int, *, whole: bool, gap: float, nodes: int,
        seed: int,
    ) -> Single:  # fmt: skip
        """Return the model of a scenario, with rows for the decisions of the first periods."""
        engine = Engine(formulate(data), seed=seed)
        found, columns = decisions(engine, data), start_columns(engine, data)
        engine.relaxed = frozenset(engine.columns_of("holds").values())
        made = cls(data, worth, engine, found, Held(engine, found, periods), periods, whole, gap,
                   nodes, columns)  # fmt: skip
        period = {label: t for t, label in enumerate(data.labels)}
        made.cancelled = {
            (GPUS_OF, site, sku, period[label]): column
            for (sku, site, label), column in engine.columns_of("cancelled").items()
        }
        for (candidate, label), column in engine.columns_of("halted").items():
            site, _, item = candidate.partition("/")
            made.cancelled[HALLS, site, item, period[label]] = column
        made.may_cancel(allowed=False)
        if data.reveal_period is not None:
            made.waiting = [r for name, r in engine.rows.items() if name.startswith("waits[")]
        if not whole:
            made.in_parts()
        return made

    def may_cancel(self, *, allowed: bool) -> None:
        """Let orders that are not firm at the reveal be cancelled, or not."""
        for column in self.cancelled.values():
            self.engine.bound(column, 0.0, INF if allowed else 0.0)

    def in_parts(self) -> None:
        """Let halls after the reveal be started in parts."""
        self.whole = False
        late = {c for c, o in zip(self.columns, self.data.options, strict=True)
                if o.period >= self.periods}  # fmt: skip
        self.engine.relaxed |= frozenset(late)

    def _seek(self) -> None:
        column = self.engine.column(self.worth.variable)
        self.engine.seek({column: 1.0}, "max" if self.worth.sign > 0 else "min")

    def _solved(self) -> Solution:
        self._seek()
        if self.whole:
            return self.engine.solve_mip(gap=self.gap, nodes=self.nodes)
        return self._linear()

    def _linear(self) -> Solution:
        """Solve with halls in parts, from the basis of full knowledge."""
        self.engine.adopt(self.basis)
        return self.engine.solve_lp()

    def best(self) -> float | None:
        """Return the worth of the best plan in full knowledge; at least that in a large model."""
        found = self._solved()
        if found.objective is None:
            return None
        self.basis = None if self.whole else self.engine.basis()
        at = found.bound if self.whole and found.bound is not None else found.objective
        return self.worth.sign * at

    def own_stage(
        self, tolerance: float, at_most: Mapping[Key, float] | None = None
    ) -> dict[Key, float] | None:
        """Return the first decisions of the scenario's own cheapest best plan; None if none is.

        Parameters
        ----------
        at_most
            Limits of some of them.
        """
        self.held.free()
        for key, most in (at_most or {}).items():
            if key in self.held.rows:
                self.engine.limit(self.held.rows[key], 0.0, most)
        found = self._solved()
        values = found.values
        if values is not None and not self.whole:
            values = self._near(values)
        if values is not None:
            values = self._cheapest(values, tolerance)
        self.held.free()
        return None if values is None else chosen(self.found, values, self.periods)

    def _early(self) -> list[int]:
        """Return the options that are started before the reveal; all where all halls are whole."""
        most = self.data.n_periods if self.whole else self.periods
        return [o for o, option in enumerate(self.data.options) if option.period < most]

    def _near(self, relaxed: FloatArray) -> FloatArray | None:
        """Return the best plan near the relaxation, halls before the reveal whole."""
        engine, early = self.engine, self._early()
        columns = [self.columns[o] for o in early]
        starts = {o: float(relaxed[c]) for o, c in zip(early, columns, strict=True)}
        low = {o: float(floor(at + WHOLE)) for o, at in starts.items()}
        high = {o: float(ceil(at - WHOLE)) for o, at in starts.items()}
        at = {(self.data.options[o].candidate, self.data.options[o].period): o for o in early}
        for o in [o for o in early if high[o] > low[o]]:
            option = self.data.options[o]
            for period in (option.period - 1, option.period + 1):
                other = at.get((option.candidate, period))
                if other is not None:
                    high[other] = max(high[other], low[other] + 1)
        fix(engine, columns, np.array([low[o] for o in early]), np.array([high[o] for o in early]))
        found = engine.solve_mip(gap=self.gap, nodes=self.nodes)
        unfix(engine, columns)
        if found.values is None:
            found = greedy(engine, self.data, relaxed) or found
        return found.values

    def cut(self, stage: Mapping[Key, float]) -> dict[Key, float] | None:
        """Return what of commitments can be kept here, as much of each as possible.

        Shares of what is wanted of each item are added up; halls and tranches are whole.
        """
        wanted: dict[Item, float] = {}
        for key, at in stage.items():
            wanted[key[:3]] = wanted.get(key[:3], 0.0) + at
        costs = {
            column: 1.0 / wanted[key[:3]]
            for key, columns in self.found.items()
            if key in self.held.rows and stage.get(key, 0.0) > WHOLE
            for column in columns
        }
        self.held.at_most(stage)
        self.engine.seek(costs, "max")
        found = self.engine.solve_mip(gap=self.gap, nodes=self.nodes)
        self.held.free()
        if found.values is None:
            return None
        kept = chosen(self.found, found.values, self.periods)
        return {
            key: min(at, stage.get(key, 0.0)) if key[0] in IN_PARTS else at
            for key, at in kept.items()
        }

    def _cheapest(self, values: FloatArray, tolerance: float) -> FloatArray:
        engine, column = self.engine, self.engine.column(self.worth.variable)
        columns = [self.columns[o] for o in self._early()]
        starts = np.round(values[columns])
        fix(engine, columns, starts, starts)
        others = {
            i: (float(engine.lower[i]), float(engine.upper[i]))
            for i in other_integers(engine, self.data)
            if i not in engine.relaxed
        }
        for i in others:
            engine.bound(i, float(np.round(values[i])), float(np.round(values[i])))
        self._seek()
        again = engine.solve_lp(start_cold=not self.whole)
        if again.values is not None:
            at = float(again.values[column])
            slack = max(tolerance, NUMERIC) * abs(at)
            low, high = (at - slack, INF) if self.worth.sign > 0 else (-INF, at + slack)
            engine.bound(column, low, high)
            engine.seek({engine.column("spend"): 1.0}, "min")
            # With other costs simplex takes minutes from the basis that it has.
            found = engine.solve_lp(start_cold=not self.whole)
            values = again.values if found.values is None else found.values
        engine.bound(column, -INF, INF)
        for i, (low, high) in others.items():
            engine.bound(i, low, high)
        unfix(engine, columns)
        return values

    def worth_of(self, stage: Mapping[Key, float], *, rigid: bool = False) -> float | None:
        """Return the worth of commitments with the best recourse; None if they cannot be kept.

        Parameters
        ----------
        rigid
            Whether nothing can be cancelled.
        """
        self.may_cancel(allowed=not rigid)
        found, strained = self._with(stage)
        self.may_cancel(allowed=False)
        self._at_rest(strained)
        return None if found.objective is None else self.worth.sign * found.objective

    def least_cancelled(self, stage: Mapping[Key, float]) -> dict[Key, float]:
        """Return what of commitments has to be cancelled, at the least, for their worth here."""
        columns = {k: c for k, c in self.cancelled.items() if stage.get(k, 0.0) > WHOLE}
        if not columns:
            return {}
        self.may_cancel(allowed=True)
        (found, strained), made = self._with(stage), dict.fromkeys(columns, 0.0)
        if found.values is not None:
            column = self.engine.column(self.worth.variable)
            at = float(found.values[column])
            slack = max(NUMERIC, self.gap if self.whole else 0.0) * abs(at)
            low, high = (at - slack, INF) if self.worth.sign > 0 else (-INF, at + slack)
            self.engine.bound(column, low, high)
            self.engine.seek(dict.fromkeys(columns.values(), 1.0), "min")
            least = (
                self.engine.solve_mip(gap=self.gap, nodes=self.nodes) if self.whole
                else self.engine.solve_lp()
            )  # fmt: skip
            values = found.values if least.values is None else least.values
            made = {k: max(0.0, float(values[c])) for k, c in columns.items()}
            self.engine.bound(column, -INF, INF)
        self.may_cancel(allowed=False)
        self._at_rest(strained)
        return made

    def _with(self, stage: Mapping[Key, float]) -> tuple[Solution, list[int]]:
        """Return the best point with commitments held, and the rows that had to give way to them.

        By the rules of a plan for one world where they can be kept so; else as `_stands` says. What
        is promised at the confidence is kept by those rules: that plan is made next.
        """
        self.held.hold(stage)
        found = self._solved()
        if found.objective is not None or self.data.reveal_period is None:
            return found, []
        strained = self._stands(stage)
        if self.whole:
            return self._solved(), strained
        # From the basis of full knowledge, simplex takes minutes with so many rows free.
        self._seek()
        return self.engine.solve_lp(start_cold=True), strained

    def _stands(self, stage: Mapping[Key, float]) -> list[int]:
        """Let what was committed stand, also where things come at other times; return the rows.

        GPUs wait for their hall as they must, and halls have the crews that they take here: they
        were begun for crews at the confidence. Where work comes at other times, they may want
        more in a period than there are: nobody sends them home, they are stretched. What is begun
        later finds none left.
        """
        labour, free = self.data.labour, crews_left(self.data)
        use = np.zeros_like(free)
        for o, option in enumerate(self.data.options):
            c = option.candidate
            at = stage.get((HALLS, c.site, f"{c.group}/{c.mode}/{c.calendar}", option.period), 0.0)
            if at > WHOLE and option.period < self.periods:
                use = use + at * labour.use[o]
        made = [*self.waiting]
        for waits in made:
            self.engine.free(waits)
        for r, t in zip(*np.nonzero(use > free), strict=True):
            site, trade = labour.names[r]
            row = self.engine.rows.get(f"crews[{site}/{trade},{self.data.labels[t]}]")
            if row is not None:
                self.engine.limit(row, -INF, min(float(use[r, t]), STRAIN * float(free[r, t])))
                made.append(row)
        return made

    def _at_rest(self, strained: Sequence[int]) -> None:
        """Let decisions go, and bring the crews back to what there are."""
        for row in strained:
            self.engine.restore(row)
        self.held.free()

    def without(self, keys: list[Key], stage: Mapping[Key, float] | None = None) -> float | None:
        """Return the worth, halls in parts, where some first decisions are not made."""
        self.held.free()
        for key, at in (stage or {}).items():
            if key in self.held.rows:
                self.engine.limit(self.held.rows[key], at, INF)
        for key in keys:
            if key in self.held.rows:
                self.engine.limit(self.held.rows[key], 0.0, 0.0)
        return self._parts()

    def within(
        self, stage: Mapping[Key, float], item: Item, low: float, high: float
    ) -> float | None:
        """Return the worth, halls in parts, of an item's sum within limits, GPUs chosen anew.

        All other halls and tranches stay as a stage has them.
        """
        self.held.hold_but(stage, item, low, high)
        self.may_cancel(allowed=True)
        found = self._parts()
        self.may_cancel(allowed=False)
        return found

    def _parts(self) -> float | None:
        self._seek()
        found = self._linear()
        self.held.free()
        return None if found.objective is None else self.worth.sign * found.objective
