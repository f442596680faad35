"""Consumers of GPU-time: teams and products, with what a usable GPU is worth to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.compute import mix_rate
from planner.capacity.demand import (
    mixes,
    needs_backup,
    product_floor,
    team_guarantee,
    team_researchers,
)

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray, Timeline
    from planner.domain.plan import HallClass
    from planner.domain.portfolio import Portfolio
    from planner.optimise.halls import Pool

CLASSES: Final[tuple[HallClass, ...]] = ("generators", "none")


@dataclass(frozen=True)
class Consumer:
    """A team or product.

    Parameters
    ----------
    name, is_team, weight
        Name; whether it is ranked as a team; divides its level in the ranking.
    researchers
        Mean researchers by period, shape (T,); zero for products.
    need
        Floor or guarantee by period, shape (T,) [H100e].
    rate
        Effective compute of one usable GPU by SKU and hall class, availability included, shape
        (J, C) [H100e]; zero where the SKU cannot run the mix or the class is not allowed.
    needs_backup
        Whether only halls with generators will do.
    """

    name: str
    is_team: bool
    weight: float
    researchers: FloatArray
    need: FloatArray
    rate: FloatArray
    needs_backup: bool

    def is_active(self, period: int) -> bool:
        """Return whether it computes in a period: a team at work, a product with users."""
        return bool((self.researchers if self.is_team else self.need)[period] > 0)


def class_availability(pools: tuple[Pool, ...]) -> FloatArray:
    """Return the lowest hall availability of each class, shape (C,); 0 where it has no pool."""
    lowest = np.zeros(len(CLASSES))
    for c, backup in enumerate(CLASSES):
        found = [p.traits.availability for p in pools if p.traits.backup == backup]
        lowest[c] = min(found, default=0.0)
    return lowest


def consumers(
    portfolio: Portfolio, timeline: Timeline, skus: tuple[str, ...], pools: tuple[Pool, ...]
) -> tuple[Consumer, ...]:
    """Return all consumers, teams first, in the order of the portfolio."""
    spec = portfolio.spec
    none = np.zeros(len(timeline.days))
    available = class_availability(pools)
    made = []
    for name, mix in mixes(portfolio).items():
        backup = needs_backup(portfolio, name)
        rates = np.array([mix_rate(portfolio.catalog, mix, j, spec.reference) for j in skus])
        allowed = np.array([1.0, 0.0 if backup else 1.0])
        rate = rates[:, None] * (available * allowed)[None, :]
        if name in spec.teams:
            team = spec.teams[name]
            heads, need = team_researchers(team, timeline), team_guarantee(team, timeline)
            made.append(Consumer(name, True, team.weight, heads, need, rate, backup))
        else:
            need = product_floor(portfolio, spec.products[name], timeline)
            made.append(Consumer(name, False, 1.0, none, need, rate, backup))
    return tuple(made)
