"""GPUs that leave, in whole racks: which of the blocks of a plan they leave, and what that makes.

A decision to leave is of a batch; here it becomes contents of blocks that end earlier, one block
after the other, and racks that arrive elsewhere. Where those find no place, they do not leave.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from math import floor
from typing import TYPE_CHECKING, Final

from planner.domain.plan import RETIRED, Move, Retirement
from planner.optimise.existing import date_of
from planner.optimise.leaving import STANDS
from planner.optimise.racking import SNAP, Content, Room
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from planner.domain.plan import Lot
    from planner.optimise.data import ModelData
    from planner.optimise.leaving import Way

Index = tuple[str, str, str]
PART: Final = "+"
"""Ends the name of each further part of a lot whose GPUs do not all leave at once."""


@dataclass(frozen=True)
class Arrival:
    """Racks that are moved into a pool: the way they take, by which move, and how many GPUs."""

    way: Way
    move: str
    gpus: int


@dataclass
class Departures:
    """What leaves the blocks of a plan.

    Parameters
    ----------
    left
        Thousands of GPUs by way.
    arrivals
        What has been sent to each pool so far.
    """

    data: ModelData
    left: Mapping[Index, float]
    arrivals: defaultdict[int, list[Arrival]] = field(
        default_factory=lambda: defaultdict(list[Arrival])
    )

    @property
    def sought(self) -> list[tuple[Index, Way]]:
        """The ways that are taken, the first to leave first."""
        ways = self.data.leaving.ways
        found = [(index, ways[index]) for index, value in self.left.items() if value * GPUS >= 1.0]
        return sorted(found, key=lambda pair: (pair[1].period, pair[0]))

    def order_of_pools(self) -> list[int]:
        """Return pools in the order in which they are filled: those that GPUs are moved to first.

        What finds no place there stays where it was, whose place is not given away by then.
        """
        into = {way.to for _, way in self.sought}
        return sorted(range(len(self.data.pools)), key=lambda p: (p not in into, p))

    def send(self, found: Mapping[int, list[Room]]) -> None:
        """Let what stands leave its blocks, in place, and note what arrives where."""
        for index, way in self.sought:
            if way.batch.order != STANDS:
                continue
            name = way.move or RETIRED
            gpus = self._cut(found[way.batch.pool], index, way, name)
            if way.to is not None and gpus:
                self.arrivals[way.to].append(Arrival(way, name, gpus))

    def retire(self, rooms: list[Room], pool: int, sku: int, order: int) -> None:
        """Let what an order brought leave the blocks of a pool early, in place."""
        for index, way in self.sought:
            if (way.batch.pool, way.batch.sku, way.batch.order) == (pool, sku, order):
                self._cut(rooms, index, way, RETIRED)

    def take_back(self, rooms: list[Room], arrival: Arrival, gpus: int) -> None:
        """Let GPUs that found no place elsewhere stay, in place."""
        for content in (c for room in rooms for c in room.contents):
            back = min(gpus, content.gpus) if content.leaves == arrival.move else 0
            if back:
                content.gpus, gpus = content.gpus - back, gpus - back
                whole = next(c for room in rooms for c in room.contents
                             if c.lot == content.lot and not c.leaves)  # fmt: skip
                whole.gpus += back

    def _cut(self, rooms: list[Room], index: Index, way: Way, leaves: str) -> int:
        """Let whole racks of a batch leave its blocks; return how many GPUs do."""
        per_rack = self.data.deliveries.racks[way.batch.sku].gpus
        want, done = self.left[index] * GPUS, 0
        sent = float(self.data.timeline.start_day[way.period])
        for room in rooms:
            for content in list(room.contents):
                if not _is_of(content, way) or content.begin_day >= sent:
                    continue
                racks = floor((want - done) / per_rack + SNAP)
                gpus = min(content.gpus, racks * per_rack)
                # What is left of a lot below a rack goes with the last of it.
                if gpus < content.gpus <= want - done + SNAP:
                    gpus = content.gpus
                if gpus <= 0:
                    continue
                content.gpus -= gpus
                room.contents.append(replace(content, gpus=gpus, until_day=sent, leaves=leaves))
                done += gpus
        return done


def _is_of(content: Content, way: Way) -> bool:
    if content.leaves or content.sku != way.batch.sku or content.gpus <= 0:
        return False
    if way.batch.order == STANDS:
        return content.lot in way.batch.lots
    return content.period == way.batch.order


def parted(data: ModelData, lots: Iterable[Lot], rooms: Iterable[Room]) -> tuple[Lot, ...]:
    """Return what stands with its parts that leave early, named one after the other."""
    by_lot: defaultdict[str, list[Content]] = defaultdict(list)
    for room in rooms:
        for content in room.contents:
            if content.lot and content.gpus > 0:
                by_lot[content.lot].append(content)
    made: list[Lot] = []
    for lot in lots:
        pieces = by_lot.get(lot.name, [])
        if not any(content.leaves for content in pieces):
            made.append(lot)
            continue
        for i, content in enumerate(sorted(pieces, key=lambda c: (bool(c.leaves), c.until_day))):
            until = date_of(data.timeline, content.until_day) if content.leaves else lot.until
            made.append(replace(lot, gpus=content.gpus, until=until, leaves=content.leaves,
                                part=PART * i))  # fmt: skip
    return tuple(made)


def retirements(lots: Iterable[Lot]) -> tuple[Retirement, ...]:
    """Return the retirements that lots are of, by date, site and SKU."""
    gpus: Counter[tuple[dt.date, str, str]] = Counter()
    for lot in lots:
        if lot.leaves == RETIRED:
            gpus[lot.until, lot.hall.split("/")[0], lot.sku] += lot.gpus
    return tuple(Retirement(site, sku, n, date) for (date, site, sku), n in sorted(gpus.items()))


def named(lots: Iterable[Lot]) -> list[Lot]:
    """Return new lots, of those that would have the same name all but the first with a part."""
    seen: Counter[str] = Counter()
    made = []
    for lot in sorted(lots, key=lambda lot: (bool(lot.leaves), lot.until)):
        made.append(replace(lot, part=PART * seen[lot.name]))
        seen[lot.name] += 1
    return made


def moves(data: ModelData, lots: Iterable[Lot]) -> tuple[Move, ...]:
    """Return the moves that lots leave by, by date and name."""
    gpus: Counter[str] = Counter()
    for lot in lots:
        if lot.leaves in data.leaving.moves:
            gpus[lot.leaves] += lot.gpus
    made = []
    for name, n in gpus.items():
        way = data.leaving.moves[name]
        assert way.to is not None
        made.append(Move(
            name, data.skus[way.batch.sku], n, data.pools[way.batch.pool].zone_name,
            data.pools[way.to].zone_name,
            date_of(data.timeline, float(data.timeline.start_day[way.period])),
            date_of(data.timeline, way.dock_day),
        ))  # fmt: skip
    return tuple(sorted(made, key=lambda move: (move.sent, move.name)))
