"""Every period ranked by itself: the worst of each period first, then leximin over all of them.

Periods are apart, so none gives way to another by its level alone: what is sought first is the
discounted mean over periods of the worst level in each, ``sum over t of share[t] x min over w of
level[w, t]``. A plain leximin over teams and periods would settle at the first period, in which
nothing can be built yet, and say nothing of what to build. With that mean held, leximin over all
levels settles the rest; where only GPU-time is left to be given out, periods do not touch, and it
is leximin in each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyomo.environ as pyo

from planner.optimise.engine import INF
from planner.optimise.fairness.maxmin import MaxMin, add_levels
from planner.optimise.leximin import leximin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.optimise.engine import Engine
    from planner.optimise.fairness.base import Claim, Pyo
    from planner.optimise.leximin import Settled

HELD: Final = 1e-7
"""Relative slack at which the mean of the worst is held."""


@dataclass(frozen=True)
class Periods(MaxMin):
    """Leximin in every period; the second part of a claim's key is its period.

    Parameters
    ----------
    weight
        Weight of each period in the mean of the worst.
    """

    weight: Mapping[str, float]

    @property
    def shares(self) -> dict[str, float]:
        """Share of every period in which somebody is ranked."""
        labels = dict.fromkeys(claim.key[1] for claim in self.claims)
        total = sum(self.weight[label] for label in labels)
        return {label: self.weight[label] / total for label in labels}

    def add(self, model: Pyo, use: Callable[[Claim, float], Pyo]) -> None:
        """Add ``lowest[period]`` under all levels of it, and ``least`` under all of them."""
        claims = {claim.key: claim for claim in self.claims}
        add_levels(model, claims, lambda c: self.level(c, 1.0), use)
        shares = self.shares
        model.least = pyo.Var()
        model.lowest = pyo.Var(list(shares))
        model.reach = pyo.Constraint(list(claims), rule=lambda m, *key: m.level[key] - m.least >= 0)
        model.abreast = pyo.Constraint(
            list(claims), rule=lambda m, *key: m.level[key] - m.lowest[key[1]] >= 0
        )
        model.worst_is = pyo.Constraint(
            expr=model.worst - sum(x * model.lowest[label] for label, x in shares.items()) == 0
        )

    def settle(self, engine: Engine) -> list[Settled] | None:
        """Return claims by level, with the mean of the worst as high as it goes."""
        for claim in self.claims:
            engine.bound(engine.column("level", *claim.key), 0.0, INF)
            engine.free(engine.rows[f"reach[{claim.name}]"])
        best = self.relax(engine)
        if best.objective is None:
            return None
        worst = engine.column("worst")
        engine.bound(worst, best.objective - HELD * max(1.0, abs(best.objective)), INF)
        settled = leximin(engine)
        engine.bound(worst, -INF, INF)
        return settled

    def steps(
        self, settled: Sequence[Settled], level: Mapping[str, float]
    ) -> list[tuple[str, float]]:
        """Return the mean of the worst: there are too many levels to name."""
        return [(", mean of the worst in each period", self.value(level))] if settled else []

    def value(self, level: Mapping[str, float]) -> float:
        """Return the mean over periods of the worst level in each."""
        return sum(
            share * min(level[c.name] for c in self.claims if c.key[1] == label)
            for label, share in self.shares.items()
        )
