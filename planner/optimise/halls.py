"""Pools of halls alike, and the options to start more of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.power import HallTraits
from planner.domain.under_way import under_way
from planner.optimise.clock import FAR_DAY, Clock, Extra

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Candidate
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness


@dataclass(frozen=True)
class Pool:
    """Halls of a site that share a zone (a group or a standing entry) and a mode.

    Parameters
    ----------
    site, zone, mode
        Names; power tranches serve zones.
    is_standing
        Whether the zone is a standing entry, on which nothing can be started.
    traits
        What one MW of its IT power offers.
    power_tail_day, rack_tail_day
        From energisation and from docking to service, at confidence [day].
    service_day, block_mw
        Blocks that stand or are under way: days from the data date, IT MW.
    halls
        Names of the halls that those blocks make up, each with as many, one after the other.
    """

    site: str
    zone: str
    mode: str
    is_standing: bool
    traits: HallTraits
    power_tail_day: float
    rack_tail_day: float
    service_day: FloatArray = field(default_factory=lambda: np.zeros(0))
    block_mw: FloatArray = field(default_factory=lambda: np.zeros(0))
    halls: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many halls stand or are under way."""
        return len(self.halls)

    def blocks(self, hall: str) -> slice:
        """Return where the blocks of a hall are that stands or is under way; nowhere if unknown."""
        if hall not in self.halls:
            return slice(0)
        each, at = len(self.block_mw) // len(self.halls), self.halls.index(hall)
        return slice(at * each, (at + 1) * each)

    @property
    def name(self) -> str:
        """Stable name, such as ``prometheus/tents/tent``."""
        return f"{self.site}/{self.zone}/{self.mode}"

    @property
    def zone_name(self) -> str:
        """Stable name of its zone, such as ``prometheus/tents``."""
        return f"{self.site}/{self.zone}"


@dataclass(frozen=True)
class Option:
    """Starting halls of a candidate in a period.

    Parameters
    ----------
    pool
        Index of the pool that they join.
    service_day, block_mw
        Blocks of one hall: service from the data date at confidence [day], IT MW.
    """

    candidate: Candidate
    period: int
    pool: int
    service_day: FloatArray
    block_mw: FloatArray

    @property
    def hall_mw(self) -> float:
        """IT power of one hall [MW]."""
        return float(self.block_mw.sum())


def halls(
    portfolio: Portfolio, readiness: tuple[Readiness, ...], extra: Extra, clock: Clock
) -> tuple[tuple[Pool, ...], tuple[Option, ...]]:
    """Return pools and options, in the order of `readiness`.

    Options are left out that policy or dates rule out, or that serve nobody within the horizon.
    """
    pools = _pools(portfolio, readiness, extra)
    index = {(p.site, p.zone, p.mode): i for i, p in enumerate(pools)}
    options = []
    for entry in readiness:
        c = entry.candidate
        if entry.period < 0 or not is_allowed(portfolio, c, entry.period):
            continue
        service = _service(entry, extra)
        if clock.timeline.end_day[-1] <= service.min(initial=np.inf):
            continue
        pool = index[c.site, c.group, c.mode]
        options.append(Option(c, entry.period, pool, service, entry.block_mw))
    return pools, tuple(options)


def is_allowed(portfolio: Portfolio, candidate: Candidate, period: int) -> bool:
    """Return whether policy and the group let a candidate be started in a period."""
    spec, group = portfolio.spec, portfolio.sites[candidate.site].groups[candidate.group]
    if spec.policy.modes and candidate.mode not in spec.policy.modes:
        return False
    if candidate.mode not in group.modes or candidate.calendar not in group.calendars:
        return False
    return group.earliest is None or group.earliest < portfolio.periods[period].end


def _service(entry: Readiness, extra: Extra) -> FloatArray:
    """Return service days of an entry with its extra days."""
    service: FloatArray = np.minimum(
        entry.service_day + extra.hall(entry.candidate, entry.period), FAR_DAY
    )
    return service


def _pools(
    portfolio: Portfolio, readiness: tuple[Readiness, ...], extra: Extra
) -> tuple[Pool, ...]:
    """Return one pool for each site, zone and mode that is ready, under way or an option."""
    begun = under_way(portfolio)  # in the order of their networks: by release, then name
    by_key: dict[tuple[str, str, str], list[Readiness]] = {}
    for r in readiness:
        key = (r.candidate.site, r.candidate.group, r.candidate.mode)
        by_key.setdefault(key, []).append(r)
    made = []
    for (site, zone, mode), entries in by_key.items():
        there = [r for r in entries if r.period < 0]
        is_standing = zone in portfolio.sites[site].standing
        names = [start.hall for r in there for start in begun if start.candidate == r.candidate]
        made.append(
            Pool(
                site, zone, mode, is_standing,
                HallTraits.of(portfolio.catalog.modes[mode], portfolio.sites[site]),
                power_tail_day=max(r.power_tail_day for r in entries),
                rack_tail_day=max(r.rack_tail_day for r in entries),
                service_day=_joined([_service(r, extra) for r in there]),
                block_mw=_joined([r.block_mw for r in there]),
                halls=(f"{site}/{zone}/01",) if is_standing else tuple(names),
            )
        )  # fmt: skip
    return tuple(made)


def _joined(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *parts])


def capacity(
    pools: tuple[Pool, ...], options: tuple[Option, ...], clock: Clock
) -> tuple[FloatArray, FloatArray]:
    """Return usable IT MW of one hall of each option (O, K), and of what is there (P, K)."""
    n = len(clock.presence(0.0))
    per_option = np.array([_ramp(o.service_day, o.block_mw, clock) for o in options])
    standing = np.array([_ramp(p.service_day, p.block_mw, clock) for p in pools])
    return per_option.reshape(len(options), n), standing.reshape(len(pools), n)


def _ramp(service_day: FloatArray, block_mw: FloatArray, clock: Clock) -> FloatArray:
    ramp = 0.0 * clock.presence(0.0)
    for day, mw in zip(service_day, block_mw, strict=True):
        ramp += mw * clock.presence(day)
    return ramp
