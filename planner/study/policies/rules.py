"""Rules that several policies share: which rack is newest, and how GPU-time is given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.consumers import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.capacity.timeline import FloatArray
    from planner.optimise.consumers import Consumer
    from planner.optimise.data import ModelData


def newest_first(data: ModelData, period: int) -> Sequence[int]:
    """Return the SKUs that can be ordered in a period, the one that came to market last first."""
    on_sale = [j for j in range(len(data.skus)) if data.deliveries.supply[j, period] > 0]
    return sorted(on_sale, key=lambda j: (_since(data, j), j), reverse=True)


def _since(data: ModelData, sku: int) -> int:
    entry = data.portfolio.catalog.accelerators[data.skus[sku]]
    return min((step.since.toordinal() for step in entry.prices), default=0)


def by_headcount(data: ModelData, working: FloatArray) -> FloatArray:
    """Give every product and team its need from all GPUs alike, and teams the rest by headcount.

    Parameters
    ----------
    working
        GPUs that work by SKU, hall class and period, shape (J, C, T).
    """
    return _split(data, working, order=None)


def oldest_to_products(data: ModelData, working: FloatArray) -> FloatArray:
    """Give products the oldest GPUs until their floor is met, and teams the rest by headcount."""
    order = sorted(range(len(data.skus)), key=lambda j: (_since(data, j), j))
    return _split(data, working, order=order)


def _split(data: ModelData, working: FloatArray, order: Sequence[int] | None) -> FloatArray:
    made = np.zeros((len(data.consumers), *working.shape))
    for t in range(working.shape[2]):
        left = working[:, :, t].copy()
        for w, consumer in enumerate(data.consumers):
            if not consumer.is_team:
                made[w, :, :, t] = _served(consumer, consumer.need[t], left, order)
        for w, consumer in enumerate(data.consumers):
            if consumer.is_team and consumer.need[t] > 0:
                made[w, :, :, t] = _served(consumer, consumer.need[t], left, None)
        heads = np.array([
            c.researchers[t] * c.weight if c.is_team else 0.0 for c in data.consumers
        ])  # fmt: skip
        for j, c in np.argwhere(left > 0):
            able = heads * np.array([x.rate[j, c] > 0 for x in data.consumers])
            if able.sum() > 0:
                made[:, j, c, t] += left[j, c] * able / able.sum()
    return made


def _served(
    consumer: Consumer, need: float, left: FloatArray, order: Sequence[int] | None
) -> FloatArray:
    """Take what covers a need from what is left, in place: in order of SKUs, or of all alike."""
    taken = np.zeros_like(left)
    worth = left * consumer.rate
    if order is None:
        share = min(1.0, need / worth.sum()) if worth.sum() > 0 else 0.0
        taken = np.where(consumer.rate > 0, left * share, 0.0)
        left -= taken
        return taken
    for j in order:
        for c in range(len(CLASSES)):
            if need <= 0 or worth[j, c] <= 0:
                continue
            share = min(1.0, need / worth[j, c])
            taken[j, c] = share * left[j, c]
            need -= share * worth[j, c]
    left -= taken
    return taken
