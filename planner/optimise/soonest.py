"""From when new capacity could serve a demand, at the confidence that is asked for.

A hall serves once it is ready, its power is there and racks have come: the latest of the three, by
pool, each at the portfolio's confidence; the soonest pool that suits tells. Crews are contended in
readiness as the simulation of candidates contends them, so this is no promise of a plan: it is the
date before which none can be had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.optimise.existing import date_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData


class _Demand(NamedTuple):
    """From which day a statement asks for capacity, and by which pools and SKUs it is met."""

    halls: str
    """Halls that suit, in words."""
    day: float
    suits: Callable[[int, int], bool]
    """Of SKU and pool."""
    stands: bool
    """Whether something that suits stands at the data date."""


def too_late(data: ModelData, component: str, index: tuple[str, ...]) -> str:
    """Return that nothing new can serve a demand in time, and from when it can; else nothing."""
    demand = _demand(data, component, index)
    if demand is None:
        return ""
    day, pool = min(
        ((_pool_day(data, p, demand), pool.name) for p, pool in enumerate(data.pools)),
        default=(np.inf, ""),
    )
    if day <= demand.day:
        return ""
    hall = f"beyond what stands, no {demand.halls}" if demand.stands else f"no {demand.halls}"
    if day >= data.timeline.end_day[-1]:
        return f"{hall} can serve by the horizon"
    site, zone, mode = pool.split("/")
    label = data.labels[data.timeline.period_of(day)]
    percent = round(100 * data.portfolio.spec.confidence.likely)
    return (
        f"{hall} can serve before {label} (at P{percent} from {date_of(data.timeline, day)} on: "
        f"{mode} at {site}/{zone})"
    )


def _demand(data: ModelData, component: str, index: tuple[str, ...]) -> _Demand | None:
    if component in ("floor", "guarantee"):
        return _need(data, index[0])
    if component != "required":
        return None
    rule = next(r for r in data.required if r.name == index[0])

    def is_there(_sku: int, pool: int) -> bool:
        return rule.site in (None, data.pools[pool].site)

    halls = f"hall at {rule.site}" if rule.site else "hall"
    return _Demand(halls, rule.day, is_there, _stands(data, is_there))


def _need(data: ModelData, name: str) -> _Demand:
    consumer = next(c for c in data.consumers if c.name == name)
    spec = data.portfolio.spec
    since = (
        spec.teams[name].guarantee_since if consumer.is_team else spec.products[name].launch
    ) or spec.data_date
    first = float(data.timeline.start_day[np.flatnonzero(consumer.need > 0)[0]])

    def can_run(sku: int, pool: int) -> bool:
        return bool(consumer.rate[sku, data.class_of(pool)] > 0)

    halls = f"hall that suits {'team' if consumer.is_team else 'product'} {name}"
    wanted = max(first, data.timeline.day(since))
    return _Demand(halls, wanted, can_run, _stands(data, can_run))


def _stands(data: ModelData, suits: Callable[[int, int], bool]) -> bool:
    skus, pools, _ = np.nonzero(data.deliveries.stood_gpus)
    return any(suits(int(j), int(p)) for j, p in zip(skus, pools, strict=True))


def _pool_day(data: ModelData, pool: int, demand: _Demand) -> float:
    """Return the first day on which new GPUs that suit can serve in a pool; infinite if none."""
    racks = [
        float(data.deliveries.dock_day[j, t]) + data.pools[pool].rack_tail_day
        for j in range(len(data.skus)) if demand.suits(j, pool)
        for t in range(data.n_periods) if data.deliveries.may_order(j, pool, t)
    ]  # fmt: skip
    halls = [_first(data.options[o].service_day) for o in data.options_of_pool(pool)]
    halls.append(_first(data.pools[pool].service_day))
    zone = data.pools[pool].zone_name
    power = [t.usable_day for t in data.feed.tranches if zone in t.zones]
    return max(min(racks, default=np.inf), min(halls), min(power, default=np.inf))


def _first(days: FloatArray) -> float:
    return float(days.min()) if len(days) else np.inf
