"""How long halls take from release to ready for IT and to ready for service, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import NEVER, IntArray, Result
from planner.report.facts.inventory import HallFact, Inventory, minute
from planner.report.facts.spread import Dates, Days, dates, days

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True)
class HallDates:
    """The milestones of a hall, shape (S,) each.

    Parameters
    ----------
    first_ready, last_ready
        Ready for IT of its first and of its last block.
    first_service, last_service
        Ready for service of the first lots of its first and of its last block; NEVER where the
        plan puts no GPUs in it.
    """

    hall: HallFact
    first_ready: IntArray
    last_ready: IntArray
    first_service: IntArray
    last_service: IntArray
    ready: Dates
    service: Dates
    ready_deterministic: dt.date | None
    gpus: int


@dataclass(frozen=True)
class KindFact:
    """Halls of a group built one way: the days from release, of the first, the last and all."""

    site: str
    group: str
    mode: str
    calendar: str
    halls: int
    first_release: dt.date
    last_release: dt.date
    to_ready: Days
    to_service: Days
    first_to_service: Days
    last_to_service: Days


def hall_dates(result: Result, inventory: Inventory) -> tuple[HallDates, ...]:
    """Return the milestones of every hall, in the order of the inventory."""
    return tuple(
        _of_hall(result, inventory, i, hall) for i, hall in enumerate(inventory.halls.values())
    )


def _of_hall(result: Result, inventory: Inventory, index: int, hall: HallFact) -> HallDates:
    outcome = result.outcome
    blocks = np.flatnonzero(inventory.block_hall == index)
    never = np.full(outcome.samples, NEVER, dtype=np.int64)
    ready = outcome.ready_min[:, blocks]
    first = [_first_lot(result, inventory, int(b)) for b in blocks]
    taken = [f for f in first if f is not None]
    once = outcome.deterministic_ready_min[blocks]
    last = int(once.max()) if len(blocks) else NEVER
    return HallDates(
        hall=hall,
        first_ready=ready.min(axis=1) if len(blocks) else never,
        last_ready=ready.max(axis=1) if len(blocks) else never,
        first_service=np.min(taken, axis=0) if taken else never,
        last_service=np.max(taken, axis=0) if taken else never,
        ready=dates(outcome, ready.max(axis=1) if len(blocks) else never),
        service=dates(outcome, np.max(taken, axis=0) if taken else never),
        ready_deterministic=None if last >= NEVER else outcome.date(last),
        gpus=sum(lot.gpus for lot in inventory.lots if lot.hall == hall.name),
    )


def _first_lot(result: Result, inventory: Inventory, block: int) -> IntArray | None:
    """Return when the first lot of a block is ready for service, None where it has none."""
    mine = np.flatnonzero(inventory.lot_block == block)
    if not len(mine):
        return None
    made: IntArray = result.outcome.service_min[:, mine].min(axis=1)
    return made


def kind_facts(result: Result, halls: tuple[HallDates, ...]) -> tuple[KindFact, ...]:
    """Return durations by site, group, mode and calendar, in the order of first release."""
    kinds: dict[tuple[str, str, str, str], list[HallDates]] = {}
    for made in halls:
        hall = made.hall
        if hall.start:
            key = (hall.site, hall.group, hall.mode, hall.calendar)
            kinds.setdefault(key, []).append(made)
    facts = [_kind(result, key, members) for key, members in kinds.items()]
    return tuple(sorted(facts, key=lambda k: (k.first_release, k.site, k.group, k.mode)))


def _kind(result: Result, key: tuple[str, str, str, str], members: list[HallDates]) -> KindFact:
    members = sorted(members, key=lambda m: (release(m), m.hall.name))
    to_ready = [_since_release(result, m, m.last_ready) for m in members]
    to_service = [_since_release(result, m, m.last_service) for m in members]
    return KindFact(
        *key,
        halls=len(members),
        first_release=release(members[0]),
        last_release=release(members[-1]),
        to_ready=days(np.concatenate(to_ready)),
        to_service=days(np.concatenate(to_service)),
        first_to_service=days(to_service[0]),
        last_to_service=days(to_service[-1]),
    )


def release(made: HallDates) -> dt.date:
    """Return the release of a hall that is built."""
    if made.hall.start is None:
        raise ValueError(f"{made.hall.name} stands and has no release")
    return made.hall.start.release


def _since_release(result: Result, made: HallDates, minutes: IntArray) -> IntArray:
    return minutes - minute(result.outcome.epoch, release(made))
