"""The deterministic equivalent: a block a scenario, decisions before a reveal equal across blocks.

``sum of columns of d in block a == the same in block b`` for every decision d of a period that
begins before a and b are told apart. One more block of no probability is the portfolio at its
confidence: what is committed before the first reveal can be promised there.

Objectives, over the worth ``v[i]`` of each block with its probability ``p[i]``:

- expected: ``max sum p[i] v[i]``
- cvar: ``max z - sum p[i] under[i] / tail``, ``under[i] >= z - v[i]``, ``under[i] >= 0``
- regret: ``min z``, ``z >= best[i] - v[i]``

and of those that are alike in it the best mean.

References
----------
Birge and Louveaux, Introduction to Stochastic Programming (2011), chapters 2 and 4. Rockafellar and
Uryasev, Optimization of conditional value-at-risk (2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyomo.environ as pyo

from planner.optimise.engine import INF, Engine
from planner.optimise.model import formulate
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.scenarios.shared import Held, decisions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Solution
    from planner.optimise.scenarios.members import Member
    from planner.optimise.scenarios.shared import Decisions

Sought = Literal["expected", "cvar", "regret"]
NUMERIC = 1e-7
TIE = 1e-4
"""Weight of the mean among commitments that are alike in what is sought."""
IDLE = 1e-6
"""Cost of what is cancelled beside its own [BUSD a thousand GPUs, or a hall]: nothing is ordered or
started for nothing."""


@dataclass(frozen=True)
class Worth:
    """The first objective of a policy as a worth: larger is better.

    Parameters
    ----------
    sign
        1, or -1 for what is to be small.
    """

    variable: str
    unit: str
    sign: float

    @classmethod
    def of(cls, data: ModelData) -> Worth:
        """Return it; total compute where the policy's fairness is the curve of a mean."""
        name = data.portfolio.spec.policy.objectives[0]
        fair = data.portfolio.spec.policy.fairness.objective
        if name == "compute_per_researcher" and fair not in ("leximin", "drf"):
            name = "total_compute"
        objective = OBJECTIVES[name]
        return cls(objective.variable, objective.unit, 1.0 if objective.sense == "max" else -1.0)


class Joint:
    """All scenarios on one engine.

    Parameters
    ----------
    best
        Worth of each scenario with full knowledge, for regret.
    """

    def __init__(
        self,
        members: Sequence[Member],
        committed: ModelData,
        worth: Worth,
        sought: Sought,
        *,
        tail: float = 1.0,
        best: Sequence[float] = (),
        first_day: float = INF,
        seed: int = 1,
    ) -> None:
        self.members, self.worth, self.sought = members, worth, sought
        self.tail, self.first_day = max(tail, NUMERIC), first_day
        model = pyo.ConcreteModel(name="scenarios")
        blocks = [formulate(m.data) for m in members] + [formulate(committed)]
        for i, block in enumerate(blocks):
            block.nothing_sought.deactivate()
            model.add_component(f"s{i}", block)
        self._add_objective(model, blocks, best)
        model.sought = pyo.Objective(expr=0.0 * model.z)
        self.engine = Engine(model, seed=seed)
        self.engine.relaxed = frozenset(
            c for name, c in self.engine.columns.items() if ".holds[" in name
        )
        self.decisions: list[Decisions] = [
            decisions(self.engine, data, f"s{i}.")
            for i, data in enumerate([*(m.data for m in members), committed])
        ]
        self.cancelled = [
            c for name, c in self.engine.columns.items()
            if ".cancelled[" in name or ".halted[" in name
        ]  # fmt: skip
        self._link()
        periods = int((committed.timeline.start_day < first_day).sum())
        self.held = Held(self.engine, self.decisions[-1], periods)
        self.value = [self.engine.column(f"s{i}.{worth.variable}") for i in range(len(members))]

    def may_cancel(self, *, allowed: bool) -> None:
        """Let orders that are not firm at the reveal be cancelled, or not."""
        for column in self.cancelled:
            self.engine.bound(column, 0.0, INF if allowed else 0.0)

    def _add_objective(self, model: pyo.ConcreteModel, blocks: list[pyo.Block],
                       best: Sequence[float]) -> None:  # fmt: skip
        count = range(len(self.members))
        model.z = pyo.Var()
        model.under = pyo.Var(list(count), domain=pyo.NonNegativeReals)
        known = list(best) or [0.0] * len(self.members)

        def tie(m: pyo.ConcreteModel, i: int) -> pyo.Constraint:
            v = self.worth.sign * getattr(blocks[i], self.worth.variable)
            if self.sought == "regret":
                return m.z + v >= known[i]
            return m.under[i] + v - m.z >= 0

        model.tie = pyo.Constraint(list(count), rule=tie)

    def _link(self) -> None:
        """Make decisions of periods in which blocks are not yet told apart equal."""
        n = len(self.members)
        for b in range(1, n + 1):
            for key, columns in self.decisions[b].items():
                start = float(self.members[0].data.timeline.start_day[key[3]])
                other = next(
                    (a for a in range(b) if start < self._apart(a, b) and key in self.decisions[a]),
                    None,
                )
                if other is None:
                    continue
                terms = dict.fromkeys(self.decisions[other][key], 1.0)
                terms |= dict.fromkeys(columns, -1.0)
                self.engine.add_row(terms, 0.0, 0.0)

    def _apart(self, a: int, b: int) -> float:
        if b == len(self.members):
            return self.first_day
        return self.members[a].apart_day(self.members[b])

    def seek(self) -> None:
        """Make what is sought the objective."""
        sign, p = self.worth.sign, [m.probability for m in self.members]
        engine = self.engine
        part = 1.0 if self.sought == "expected" else TIE
        mean = {c: part * sign * q for c, q in zip(self.value, p, strict=True)}
        if self.sought == "expected":
            engine.seek(mean, "max")
        elif self.sought == "cvar":
            under = [engine.column("under", str(i)) for i in range(len(p))]
            costs = {c: -q / self.tail for c, q in zip(under, p, strict=True)}
            engine.seek({**mean, **costs, engine.column("z"): 1.0}, "max")
        else:
            engine.seek({**mean, engine.column("z"): -1.0}, "max")

    def solve(self, *, gap: float, nodes: int, relaxed: bool = False) -> Solution:
        """Solve for what is sought, halls whole or in parts."""
        self.seek()
        if relaxed:
            return self.engine.solve_lp()
        return self.engine.solve_mip(gap=gap, nodes=nodes)

    def cheapest(self, values: FloatArray, tolerance: float) -> FloatArray:
        """Return the point of least mean spend with the same whole decisions, what is sought held.

        Without it, what is bought for nothing would be committed to as well.
        """
        engine, kept = self.engine, {}
        for column in [int(i) for i in engine.integers if int(i) not in engine.relaxed]:
            kept[column] = (float(engine.lower[column]), float(engine.upper[column]))
            at = float(np.round(values[column]))
            engine.bound(column, at, at)
        for column in self.value:
            kept[column] = (float(engine.lower[column]), float(engine.upper[column]))
            at = float(values[column])
            slack = max(tolerance, NUMERIC) * abs(at)
            low, high = (at - slack, INF) if self.worth.sign > 0 else (-INF, at + slack)
            engine.bound(column, low, high)
        costs = {engine.column(f"s{i}.spend"): m.probability for i, m in enumerate(self.members)}
        costs |= dict.fromkeys(self.cancelled, IDLE)
        engine.seek({**costs, engine.column(f"s{len(self.members)}.spend"): 1.0}, "min")
        found = engine.solve_lp()
        for column, (low, high) in kept.items():
            engine.bound(column, low, high)
        return values if found.values is None else found.values

    def worths(self, values: FloatArray) -> list[float]:
        """Return the worth of each scenario at a solution."""
        return [self.worth.sign * float(values[c]) for c in self.value]
