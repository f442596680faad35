"""Fabric domains, and the teams whose training needs a cluster inside one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.consumers import CLASSES

if TYPE_CHECKING:
    from planner.optimise.data import ModelData


@dataclass(frozen=True)
class Domain:
    """Halls that share a training network.

    Parameters
    ----------
    name
        Such as ``hyperion/east``; the zone's own where it names no fabric.
    pools
        Indices of its pools.
    largest
        Most GPUs of one family that can train in it: its network's, or what its halls can power.
    """

    name: str
    pools: tuple[int, ...]
    largest: dict[str, float]


@dataclass(frozen=True)
class Rule:
    """What a team needs to train: `least` GPUs for `share` of a period, `run` periods on end."""

    consumer: int
    name: str
    least: float
    share: float
    run: int


def rules(data: ModelData) -> tuple[Rule, ...]:
    """Return the teams with a smallest cluster."""
    made = []
    for w, consumer in enumerate(data.consumers):
        team = data.portfolio.spec.teams.get(consumer.name) if consumer.is_team else None
        if team is not None and team.smallest_cluster is not None:
            share = team.cluster_share.likely if team.cluster_share else 1.0
            made.append(
                Rule(w, consumer.name, float(team.smallest_cluster), share, team.cluster_run)
            )
    return tuple(made)


def families(data: ModelData) -> dict[str, list[int]]:
    """Return the SKUs of each family."""
    found: dict[str, list[int]] = {}
    for j, sku in enumerate(data.skus):
        found.setdefault(data.portfolio.catalog.accelerators[sku].family, []).append(j)
    return found


def domains(data: ModelData) -> tuple[Domain, ...]:
    """Return all fabric domains, in the order of the pools."""
    found: dict[str, list[int]] = {}
    for p, pool in enumerate(data.pools):
        site = data.portfolio.sites[pool.site]
        zone = (site.standing if pool.is_standing else site.groups)[pool.zone]
        found.setdefault(f"{pool.site}/{zone.fabric or pool.zone}", []).append(p)
    return tuple(
        Domain(name, tuple(pools), _largest(data, name, pools)) for name, pools in found.items()
    )


def _largest(data: ModelData, name: str, pools: list[int]) -> dict[str, float]:
    site, _, fabric = name.partition("/")
    network = data.portfolio.sites[site].fabrics.get(fabric)
    mw = sum(float(data.pools[p].block_mw.sum()) for p in pools)
    for zone in {data.pools[p].zone for p in pools}:
        halls = [o.hall_mw for o in data.options
                 if (o.candidate.site, o.candidate.group) == (site, zone)]  # fmt: skip
        mw += max(halls, default=0.0) * data.group_room.get((site, zone), 0)
    return {
        family: min(
            mw / min(data.mw(j) for j in skus), float(network.largest) if network else np.inf
        )
        for family, skus in families(data).items()
    }


Berth = tuple[str, str, str, str]
"""Team, domain, family, period."""


def berths(data: ModelData) -> list[Berth]:
    """Return where and when teams could hold a cluster."""
    skus = families(data)
    return [
        (rule.name, domain.name, family, label)
        for rule in rules(data)
        for domain in domains(data)
        for family in skus
        if domain.largest[family] >= rule.least
        and any(rate_in(data, rule, domain, j) for j in skus[family])
        for t, label in enumerate(data.labels)
        if data.consumers[rule.consumer].is_active(t)
    ]


def rate_in(data: ModelData, rule: Rule, domain: Domain, sku: int) -> list[int]:
    """Return the hall classes of a domain in which a team can use a SKU."""
    rate = data.consumers[rule.consumer].rate[sku]
    there = {data.class_of(p) for p in domain.pools}
    return [c for c in range(len(CLASSES)) if c in there and rate[c] > 0]


def trained_indices(data: ModelData) -> list[tuple[str, str, str, str, str]]:
    """Return the GPU-time of teams by domain: team, SKU, domain, hall class, period."""
    held = set(berths(data))
    return [
        (rule.name, data.skus[j], domain.name, CLASSES[c], label)
        for rule in rules(data)
        for domain in domains(data)
        for family, skus in families(data).items()
        for j in skus
        for c in rate_in(data, rule, domain, j)
        for label in data.labels
        if (rule.name, domain.name, family, label) in held
    ]
