"""Which tranche powers what: a static assignment, made when a plan is compiled.

Every lot needs the peak facility power that it adds to its block: what a lot that leaves has
freed is there for the next. Needs are met in the order in which the plan counts on them, each
from the tranches that serve its hall in order of energisation, a tranche split where it must be.
Blocks in which the plan places nothing come last, with all their IT power.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.capacity.power import lot_mw

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from planner.domain.fleet import Accelerator
    from planner.domain.plan import Lot, Reservation
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site
    from planner.network.roster import HallPlan, LotsOfBlock

SLACK_MW: Final = 1.0
"""Shortage of a site that is forgiven in all: a plan by hand may exceed its power a little."""
TINY_MW: Final = 1e-6
"""Shortage that is none."""
NEVER_POWERED: Final = "-"
"""Stands for the tranche that a lot waits for when all that serve it are used up."""

Key = tuple[str, int, str]
"""Hall, zero-based block, and lot (empty where the block has none)."""


@dataclass(frozen=True, slots=True)
class PowerNeed:
    """Peak facility power that a lot, or a block without lots, takes from tranches."""

    key: Key
    group: str
    mw: float
    date: dt.date
    is_counted_on: bool
    until: dt.date | None = None
    """When it ends; None where nothing says so."""


def contract_ends(site: Site, reservations: Sequence[Reservation]) -> dict[str, dt.date | None]:
    """Return the tranches that a site has, each with the date its contract is left (None: kept).

    One that is there only if it is reserved is left out where it is not.
    """
    left = {r.tranche: r.exit for r in reservations if r.site == site.site}
    return {
        name: left.get(name)
        for name, tranche in site.tranches.items()
        if not tranche.is_optional or name in left
    }


@dataclass(frozen=True, slots=True)
class PowerTaken:
    """What serving a site's needs comes to.

    Parameters
    ----------
    tranches
        Tranches that each lot or block waits for.
    short_mw
        Peak facility power that a lot that is counted on lacks, forgiven or not [MW].
    """

    tranches: dict[Key, tuple[str, ...]]
    short_mw: dict[Key, float]


def assign_power(
    portfolio: Portfolio,
    site: Site,
    halls: Sequence[HallPlan],
    reservations: Sequence[Reservation] = (),
) -> dict[Key, tuple[str, ...]]:
    """Return the tranches that each lot or block of a site waits for; none without tranches."""
    return hand_out(portfolio, site, halls, reservations).tranches


def hand_out(
    portfolio: Portfolio,
    site: Site,
    halls: Sequence[HallPlan],
    reservations: Sequence[Reservation] = (),
) -> PowerTaken:
    """Return which tranches power each lot or block of a site, and what lots lack."""
    if not site.tranches:
        return PowerTaken({}, {})
    needs = [need for hall in halls for need in _needs(portfolio, hall)]
    needs.sort(key=lambda n: (not n.is_counted_on, n.date, n.key))
    ends = contract_ends(site, reservations)
    by_date = sorted(ends, key=lambda n: (site.tranches[n].energised, n))
    taken = _in_order(site, by_date, needs, ends)
    if taken.short_mw:
        # Tranches that serve few may be left over while one that serves many is used up.
        by_use = sorted(by_date, key=lambda n: len(site.tranches[n].serves) or math.inf)
        taken = min(taken, _in_order(site, by_use, needs, ends), key=_lack)
    return taken


def _lack(taken: PowerTaken) -> tuple[int, float]:
    unpowered = sum(NEVER_POWERED in names for names in taken.tranches.values())
    return unpowered, sum(taken.short_mw.values())


def _in_order(
    site: Site, order: Sequence[str], needs: Sequence[PowerNeed],
    ends: Mapping[str, dt.date | None],
) -> PowerTaken:  # fmt: skip
    """Return what serving needs one by one gives, each from tranches in an order."""
    free = {name: site.tranches[name].firm.likely for name in order}
    forgiven, taken = SLACK_MW, PowerTaken({}, {})
    for need in needs:
        names, left = _take(site, free, need, ends)
        if need.is_counted_on and left > TINY_MW:
            taken.short_mw[need.key] = left
            # Each lot's own rounding may be small; what all of a site lack together is not.
            names = names if left <= forgiven and names else (NEVER_POWERED,)
            forgiven -= left if names != (NEVER_POWERED,) else 0.0
        taken.tranches[need.key] = names
    return taken


def _take(
    site: Site, free: dict[str, float], need: PowerNeed, ends: Mapping[str, dt.date | None]
) -> tuple[tuple[str, ...], float]:
    """Take power for a need; return the tranches it came from, and the MW that none had left."""
    left, taken = need.mw, []
    serving = [
        name for name in free if _serves(site, name, need.group) and _lasts(ends[name], need.until)
    ]
    for name in serving:
        share = min(left, free[name])
        if share > 0:
            free[name] -= share
            left -= share
            taken.append(name)
    if left > SLACK_MW and not need.is_counted_on:
        # Nobody computes there, so the hall is only finished late: with the last power that comes.
        taken = taken or serving[-1:]
    return tuple(taken), left


def _lasts(end: dt.date | None, until: dt.date | None) -> bool:
    return end is None or until is None or until <= end


def _serves(site: Site, tranche: str, group: str) -> bool:
    served = site.tranches[tranche].serves
    return not served or group in served


def _needs(portfolio: Portfolio, hall: HallPlan) -> Iterator[PowerNeed]:
    ratio = portfolio.catalog.modes[hall.mode].peak_facility_ratio.likely
    for block, lots in enumerate(hall.lots):
        if not lots:
            if not hall.is_standing:
                mw = hall.block_mw * ratio
                yield PowerNeed((hall.name, block, ""), hall.group, mw, hall.date, False)
            continue
        for lot, added in _added(portfolio.catalog.accelerators, lots):
            key = (hall.name, block, lot.name)
            yield PowerNeed(key, hall.group, added * ratio, lot.service, True, lot.until)


def _added(skus: Mapping[str, Accelerator], lots: LotsOfBlock) -> Iterator[tuple[Lot, float]]:
    """Yield each lot with the IT power that it adds to the highest its block has had."""
    highest = 0.0
    for i, lot in enumerate(lots):
        there = sum(lot_mw(skus, other) for other in lots[: i + 1] if other.until > lot.service)
        yield lot, max(0.0, there - highest)
        highest = max(highest, there)
