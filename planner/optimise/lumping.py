"""Halls that offer the same are one pool to the model, whatever group or mode they are of.

Pools of a site are alike if a MW in either is the same to every GPU: same traits, tails, fits and
cost of energy, fed by the same tranches. What was in either could be in the other: GPUs that come
into a pool take slots that are open and not taken, and as slots never close, there is always one
for them. So the model decides how many GPUs a site has in halls of a kind, and the split finds each
its hall. Nothing is lost; what is gained are means over a period, in which the GPUs of one pool may
pass for those of the other (0.03 % of the first level of the medium case of `benchmarks.thin`).

Starts stay apart: dates, crews, land and costs are those of a mode. Where halls stand or are under
way, where GPUs stand, and where clusters bind teams to groups, nothing is lumped.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.optimise.fabric import rules

if TYPE_CHECKING:
    from planner.optimise.data import ModelData
    from planner.optimise.halls import Pool

Key = tuple[str, str, str]
DIGITS: Final = 12
"""Digits to which the cost of energy must agree: a mean price may differ in its last bit."""


def lumped(data: ModelData) -> ModelData:
    """Return the data with alike pools and zones as one each; the same where none are alike."""
    zones = _zones(data)
    kind = {p: _kind(data, p, zones) for p in range(len(data.pools))}
    first: dict[object, int] = {}
    for p, key in kind.items():
        first.setdefault(key, p)
    kept = sorted(first.values())
    if len(kept) == len(data.pools) or data.leaving.ways:
        return data
    at = {p: kept.index(first[kind[p]]) for p in kind}
    pools = tuple(data.pools[p] for p in kept)
    deliveries, feed = data.deliveries, data.feed
    names = tuple(dict.fromkeys(pool.zone_name for pool in pools))
    return replace(
        data,
        pools=pools,
        options=tuple(replace(option, pool=at[option.pool]) for option in data.options),
        deliveries=replace(
            deliveries, fits=deliveries.fits[:, kept], present=deliveries.present[:, kept],
            stood_gpus=deliveries.stood_gpus[:, kept],
            loose_gpus=deliveries.loose_gpus[:, kept],
        ),
        feed=replace(
            feed,
            tranches=tuple(
                replace(t, zones=tuple(z for z in t.zones if z in names)) for t in feed.tranches
            ),
            zones=names,
            price=feed.price[[feed.zones.index(z) for z in names]],
        ),
        money=replace(data.money, energy=data.money.energy[kept]),
        standing_mw=data.standing_mw[kept],
        lumps={_key(data.pools[p]): _key(pools[i]) for p, i in at.items() if kept[i] != p},
    )  # fmt: skip


def _key(pool: Pool) -> Key:
    return pool.site, pool.zone, pool.mode


def _zones(data: ModelData) -> dict[str, str]:
    """Return for every zone the first that is like it: same tranches, and pools alike in pairs."""
    pools: defaultdict[str, list[int]] = defaultdict(list)
    for p, pool in enumerate(data.pools):
        pools[pool.zone_name].append(p)
    found: dict[object, str] = {}
    made = {}
    for zone, here in pools.items():
        fed = tuple(i for i, t in enumerate(data.feed.tranches) if zone in t.zones)
        price = tuple(data.feed.price[data.feed.zones.index(zone)].tolist())
        kinds = frozenset(offer(data, p) for p in here)
        alike = (data.pools[here[0]].site, fed, price, kinds)
        is_bare = all(_is_bare(data, p) for p in here)
        made[zone] = found.setdefault(alike, zone) if is_bare and not rules(data) else zone
    return made


def _kind(data: ModelData, pool: int, zones: dict[str, str]) -> object:
    """Return what alike pools have in common; one that has no like is by itself."""
    if rules(data) or not _is_bare(data, pool):
        return pool
    return zones[data.pools[pool].zone_name], offer(data, pool)


def _is_bare(data: ModelData, pool: int) -> bool:
    """Return whether nothing stands or is under way in a pool."""
    chosen = data.pools[pool]
    stands = data.deliveries.standing_gpus[:, pool].any() or data.standing_mw[pool].any()
    return not (chosen.is_standing or chosen.count or len(chosen.block_mw) or stands)


def offer(data: ModelData, pool: int) -> tuple[object, ...]:
    """Return all that a MW of IT power in a pool's halls is to a GPU."""
    chosen, arriving = data.pools[pool], data.deliveries
    return (
        chosen.traits, chosen.power_tail_day, chosen.rack_tail_day,
        tuple(arriving.fits[:, pool].tolist()),
        np.ascontiguousarray(arriving.present[:, pool]).tobytes(),
        tuple(np.round(data.money.energy[pool], DIGITS).tolist()),
    )  # fmt: skip
