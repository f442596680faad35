"""What is ordered of each SKU, period by period, against what its makers deliver."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.laws import conservative

if TYPE_CHECKING:
    from planner.domain.fleet import Accelerator
    from planner.domain.portfolio import Period
    from planner.domain.result import FloatArray, Result

QUARTER_DAY: Final = 365.25 / 4
OUT: Final = 0.99
"""Share of a period's supply from which on it is bought out: GPUs come in whole racks."""


@dataclass(frozen=True)
class SupplyFact:
    """Orders of a SKU and the most that could be ordered, GPUs a period (T).

    Parameters
    ----------
    ordered
        By the date of the order; orders of before the data date apart.
    supply
        At the confidence of the portfolio, on its adverse side.
    """

    sku: str
    title: str
    ordered: FloatArray
    supply: FloatArray

    @property
    def bought_out(self) -> tuple[int, ...]:
        """Periods in which (almost) all there is is ordered."""
        is_out = (self.ordered > 0) & (self.ordered >= OUT * self.supply)
        return tuple(np.flatnonzero(is_out).tolist())


def supply_facts(result: Result) -> tuple[SupplyFact, ...]:
    """Return the SKUs that the plan orders, the most ordered first, then by name."""
    periods = result.plan.periods
    confidence = result.portfolio.spec.confidence.likely
    ordered: dict[str, FloatArray] = {}
    for bought in result.plan.purchases:
        at = next((i for i, p in enumerate(periods) if p.start <= bought.order < p.end), None)
        if at is not None and not bought.is_under_way:
            ordered.setdefault(bought.sku, np.zeros(len(periods)))[at] += bought.gpus
    skus = result.portfolio.catalog.accelerators
    made = [
        SupplyFact(name, skus[name].title or name, gpus, _supply(skus[name], periods, confidence))
        for name, gpus in ordered.items()
    ]
    return tuple(sorted(made, key=lambda f: (-f.ordered.sum(), f.sku)))


def _supply(sku: Accelerator, periods: tuple[Period, ...], confidence: float) -> FloatArray:
    """Return the most GPUs that can be ordered in each period (T), from their first price on."""
    priced = min(p.since for p in sku.prices)
    rates = [(s.since, conservative(s.gpus, confidence, "low")) for s in sku.supply]
    ends = [*(since for since, _ in rates[1:]), dt.date.max]
    made = np.zeros(len(periods))
    for (since, rate), until in zip(rates, ends, strict=True):
        begin = max(since, priced)
        days = [(min(until, p.end) - max(begin, p.start)).days for p in periods]
        made += rate * np.maximum(days, 0) / QUARTER_DAY
    return made
