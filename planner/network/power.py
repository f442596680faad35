"""Which tranche powers what: a static assignment, made when a plan is compiled.

Every lot needs the peak facility power that it adds to its block: what a lot that leaves has
freed is there for the next. Needs are met in the order in which the plan counts on them, each
from the tranches that serve its hall in order of energisation, a tranche split where it must be.
Blocks in which the plan places nothing come last, with all their IT power. What a lot that leaves
early took is there again for all that its tranche serves, from the day on which it leaves.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from planner.capacity.power import lot_mw

if TYPE_CHECKING:
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
LONGEST_WAIT_DAY: Final = 100
"""Days that a lot waits for power that others give back: a quarter, and some."""
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
    is_given_back: bool = False
    """Whether its power is there for others from then on: that of GPUs that leave early."""


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
    freed
        Day on which the last of its power is given back by GPUs that leave early, for lots or
        blocks that take such power.
    """

    tranches: dict[Key, tuple[str, ...]]
    short_mw: dict[Key, float]
    freed: dict[Key, dt.date] = field(default_factory=dict)


@dataclass(slots=True)
class _Tranche:
    """What a tranche has left [MW]: free, and given back from a day on."""

    free: float
    back: list[tuple[dt.date, float]] = field(default_factory=list)

    def take(self, mw: float, date: dt.date) -> Iterator[tuple[float, dt.date | None]]:
        """Take power for a need of a date; yield what is had, with the day it is given back.

        What is given back by then goes first, and what is given back soon after comes last.
        """
        by_then = [row for row in self.back if row[0] <= date]
        soon = date + dt.timedelta(days=LONGEST_WAIT_DAY)
        later = [row for row in self.back if date < row[0] <= soon]
        for day, there in (*sorted(by_then), (None, self.free), *sorted(later)):
            share = min(mw, there)
            if share <= 0:
                continue
            mw -= share
            if day is None:
                self.free -= share
            else:
                self.back.remove((day, there))
                self.back += [(day, there - share)] if there > share else []
            yield share, day


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
    free = {name: _Tranche(site.tranches[name].firm.likely) for name in order}
    forgiven, taken = SLACK_MW, PowerTaken({}, {})
    for need in needs:
        names, left, freed = _take(site, free, need, ends)
        if freed is not None:
            taken.freed[need.key] = freed
        if need.is_counted_on and left > TINY_MW:
            taken.short_mw[need.key] = left
            # Each lot's own rounding may be small; what all of a site lack together is not.
            names = names if left <= forgiven and names else (NEVER_POWERED,)
            forgiven -= left if names != (NEVER_POWERED,) else 0.0
        taken.tranches[need.key] = names
    return taken


def _take(
    site: Site, free: dict[str, _Tranche], need: PowerNeed, ends: Mapping[str, dt.date | None]
) -> tuple[tuple[str, ...], float, dt.date | None]:
    """Take power for a need.

    Return the tranches it came from, the MW that none had left, and the day on which the last of it
    is given back by others; None where none of it is.
    """
    left, taken, days = need.mw, [], []
    serving = [
        name for name in free if _serves(site, name, need.group) and _lasts(ends[name], need.until)
    ]
    for name in serving:
        shares = list(free[name].take(left, need.date)) if left > 0 else []
        for share, day in shares:
            left -= share
            days += [day] if day is not None else []
        if shares:
            taken.append(name)
        if need.is_given_back and need.until is not None:
            free[name].back += [(need.until, share) for share, _ in shares]
    if left > SLACK_MW and not need.is_counted_on:
        # Nobody computes there, so the hall is only finished late: with the last power that comes.
        taken = taken or serving[-1:]
    return tuple(taken), left, max(days, default=None)


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
            gives_back = bool(lot.leaves)
            yield PowerNeed(
                key, hall.group, added * ratio, lot.service, True, lot.until, gives_back
            )


def _added(skus: Mapping[str, Accelerator], lots: LotsOfBlock) -> Iterator[tuple[Lot, float]]:
    """Yield each lot with the IT power that it adds to the highest its block has had.

    What a lot that leaves early added, its block has no more once it is gone.
    """
    highest = 0.0
    leaving: list[tuple[dt.date, float]] = []
    for i, lot in enumerate(lots):
        there = sum(lot_mw(skus, other) for other in lots[: i + 1] if other.until > lot.service)
        gone = [row for row in leaving if row[0] <= lot.service]
        for row in gone:
            leaving.remove(row)
            highest -= row[1]
        added = max(0.0, there - highest)
        yield lot, added
        leaving += [(lot.until, added)] if lot.leaves else []
        highest = max(highest, there)
