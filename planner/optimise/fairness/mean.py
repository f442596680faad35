"""Nash and alpha-fair: the greatest sum of ``weight[k] x count[k] x worth(level[k])``.

``level[k] = use[k] / base[k]``, and `worth` is the alpha-fair curve (`curve`). The solver sees it
from above, as tangents: first a few over many octaves, then more and closer around the point that
it finds, until the curve and its tangents agree there. All tangents lie above the concave curve, so
that the value found with them is a bound, and the worth of the point is what it is.

Levels are measured in `unit`, and the sum is divided by that of its weights, so that the variable
``worst`` is a thousand times one plus a mean worth: near the unit it changes by about 1 % as the
mean level does.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

import numpy as np
import pyomo.environ as pyo

from planner.optimise.engine import INF, Solution
from planner.optimise.fairness.maxmin import add_levels
from planner.optimise.leximin import Ranking, Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.optimise.engine import Engine
    from planner.optimise.fairness.base import Claim, Pyo
    from planner.optimise.fairness.curve import Curve

OCTAVES: Final = 8
"""Octaves below and above the unit that the first tangents span, two in each."""
ROUNDS: Final = 40
SCALE: Final = 1000.0
"""Worth of a level is counted in thousandths: the solver's tolerances are absolute, and a curve is
so flat at its best point that 1e-8 of worth is 1e-4 of a level."""
CLOSE: Final = 1e-12
"""Distance of curve and tangents, relative to the value, at which the search ends."""
NEAREST: Final = 1e-6
"""Least distance of tangents around a point, as a share of it."""
FARTHER: Final = 0.5
"""How much closer the tangents of a round stand than those before."""
STEEPEST: Final = 1e6
"""Slope beyond which no tangent is drawn, for the solver; the curve goes on as its last one."""
FLATTEST: Final = 1e-6


@dataclass(frozen=True)
class Mean:
    """The greatest alpha-fair sum over claims.

    Parameters
    ----------
    unit
        Level that counts as one; near what levels come to.
    """

    claims: tuple[Claim, ...]
    curve: Curve
    unit: float

    def level(self, claim: Claim, use: float) -> float:
        """Return use over base; the weight multiplies the worth instead."""
        return use / claim.base

    @property
    def shares(self) -> dict[str, float]:
        """Share of each claim in the mean, by name."""
        total = sum(c.weight * c.count for c in self.claims)
        return {c.name: c.weight * c.count / total for c in self.claims}

    def add(self, model: Pyo, use: Callable[[Claim, float], Pyo]) -> None:
        """Add ``worth[claim]``, ``tangent[claim, n]`` above it, and ``worst_is``."""
        claims = {claim.key: claim for claim in self.claims}
        add_levels(model, claims, lambda c: self.level(c, 1.0), use)
        model.worth = pyo.Var(list(claims), domain=pyo.Reals)
        octaves = [2.0 ** (n / 2) for n in range(-2 * OCTAVES, 2 * OCTAVES + 1)]
        grid = [x for x in octaves if FLATTEST <= self.curve.slope(x) <= STEEPEST]

        def above(m: Pyo, *index: object) -> Pyo:
            *key, n = index
            height, slope = self.curve.tangent(grid[int(str(n))])
            rise = SCALE * slope / self.unit
            return m.worth[tuple(key)] - rise * m.level[tuple(key)] <= SCALE * height

        model.tangent = pyo.Constraint(
            [(*key, n) for key in claims for n in range(len(grid))], rule=above
        )
        shares = self.shares
        model.worst_is = pyo.Constraint(
            expr=model.worst
            - sum(shares[claim.name] * model.worth[key] for key, claim in claims.items())
            == SCALE
        )

    def relax(self, engine: Engine) -> Solution:
        """Return the best point, with tangents drawn closer around it until they meet the curve."""
        engine.seek({engine.column("worst"): 1.0}, "max")
        found = engine.solve_lp()
        best, distance = found, FARTHER
        for _ in range(ROUNDS):
            if found.values is None or found.objective is None:
                break
            best = self._better(engine, best, found)
            if found.objective - self._value_at(engine, found.values) <= CLOSE * max(
                1.0, abs(found.objective)
            ):
                break
            self._draw(engine, found.values, distance)
            distance = max(distance * FARTHER, NEAREST)
            found = engine.solve_lp()
        return Solution(best.termination, best.values, best.objective, found.bound)

    def settle(self, engine: Engine) -> list[Settled] | None:
        """Return each claim at its level of the best sum, lowest first."""
        Ranking(engine).reset()
        found = self.relax(engine)
        if found.values is None:
            return None
        columns = {c.name: engine.column("level", *c.key) for c in self.claims}
        values = found.values
        ordered = sorted(columns, key=lambda name: (values[columns[name]], name))
        return [Settled((n,), float(values[columns[n]]), values) for n in ordered]

    def steps(
        self, settled: Sequence[Settled], level: Mapping[str, float]
    ) -> list[tuple[str, float]]:
        """Return the mean of all."""
        return [(", mean of all", self.value(level))] if settled else []

    def shown(self, value: float) -> float:
        """Return the power mean of levels that a value of ``worst`` stands for."""
        return self.unit * self.curve.level(value / SCALE - 1.0)

    def value(self, level: Mapping[str, float]) -> float:
        """Return the power mean of the levels: geometric for Nash, arithmetic for the sum."""
        shares = self.shares
        return self.unit * self.curve.mean(
            (shares[c.name], level[c.name] / self.unit) for c in self.claims
        )

    @property
    def _least(self) -> float:
        """Level, in units, below which the curve is too steep for the solver."""
        return float(STEEPEST ** (-1.0 / self.curve.alpha)) if self.curve.alpha > 0 else 1.0

    def _value_at(self, engine: Engine, values: FloatArray) -> float:
        """Return what ``worst`` would be at a point if the curve itself were its limit."""
        shares = self.shares
        total = 1.0
        for c in self.claims:
            x = float(values[engine.column("level", *c.key)]) / self.unit
            height, slope = self.curve.tangent(max(x, self._least))
            total += shares[c.name] * (height + slope * x)
        return SCALE * total

    def _better(self, engine: Engine, best: Solution, found: Solution) -> Solution:
        """Return the better of two points by the curve; its objective is then what it is worth."""
        assert found.values is not None
        value = self._value_at(engine, found.values)
        old = self._value_at(engine, best.values) if best.values is not None else -np.inf
        if best is found or value >= old:
            return Solution(found.termination, found.values, value, found.bound)
        return best

    def _draw(self, engine: Engine, values: FloatArray, distance: float) -> None:
        """Add tangents at a point and on either side of it."""
        for c in self.claims:
            level, worth = engine.column("level", *c.key), engine.column("worth", *c.key)
            x = max(float(values[level]) / self.unit, self._least)
            for at in (max(x * (1.0 - distance), self._least), x, x * (1.0 + distance)):
                height, slope = self.curve.tangent(at)
                if isfinite(height):
                    rise = SCALE * slope / self.unit
                    engine.add_row({worth: 1.0, level: -rise}, -INF, SCALE * height)
