"""A network in the making: rows are appended, then frozen into flat arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.activity import Kind
from planner.network.arrays import Csr
from planner.network.calendars import DAY_MIN
from planner.network.tables import CERTAIN_ZERO, Law

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from planner.network.arrays import IntArray

ARC: Final = 4
"""Kind of a resource-flow arc among the relations."""
NONE: Final = -1

Units = tuple[tuple[int, int], ...]
"""Columns with their units."""


@dataclass(slots=True)
class Row:
    """An activity in the making; see `Network` for its parts."""

    name: str
    title: str
    phase: str
    site: int
    law: Law
    calendar: int
    hall: int = NONE
    block: int = NONE
    drivers: tuple[int, ...] = ()
    is_outdoor: bool = False
    needs: Units = ()
    pools: tuple[int, ...] = ()
    gates: list[int] = field(default_factory=list)
    cost_musd: float = 0.0


@dataclass(slots=True)
class Gate:
    """A gate in the making."""

    name: str
    base_min: int
    slip: Law = CERTAIN_ZERO
    drivers: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    firm_min: int = NONE
    """Minute from which it stands on its date; -1 where it always does."""


@dataclass(slots=True)
class Unit:
    """A unit of equipment in the making."""

    name: str
    pool: int
    order_min: int
    lead: Law
    drivers: tuple[int, ...] = ()
    firm_min: int = NONE
    """Minute from which it comes on its date; -1 where it always does."""
    place: str = ""
    """Hall, or site of the works, that it is ordered for."""


@dataclass(slots=True)
class HallRow:
    """A hall in the making: its wind, its repair, and the range of its activities."""

    name: str
    site: int
    first: int
    last: int
    design_wind: float
    design_wind_open: float
    closes: int
    repair_fixed_min: int
    repair_full_min: int
    repair_cost_musd: float
    contents_musd: float
    repair_calendar: int


@dataclass(slots=True)
class BlockRow:
    """A block in the making."""

    name: str
    hall: int
    mw: float
    ready: tuple[int, ...] = ()


@dataclass(slots=True)
class LotRow:
    """GPUs of one purchase in one block, in the making."""

    name: str
    block: int
    service: int
    gate: int = NONE


@dataclass(slots=True)
class TrancheRow:
    """A tranche in the making."""

    name: str
    gate: int
    after: tuple[int, ...]


@dataclass
class Draft:
    """All rows of a network in the making."""

    rows: list[Row] = field(default_factory=list)
    relations: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Predecessor, successor, kind, lag [min]."""
    gates: list[Gate] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    pools: dict[tuple[str, str], int] = field(default_factory=dict)
    resources: list[tuple[str, int]] = field(default_factory=list)
    halls: list[HallRow] = field(default_factory=list)
    blocks: list[BlockRow] = field(default_factory=list)
    lots: list[LotRow] = field(default_factory=list)
    tranches: list[TrancheRow] = field(default_factory=list)
    used: dict[int, int] = field(default_factory=dict)
    """Units of each pool that activities already took."""
    out_of_sequence: list[tuple[str, str]] = field(default_factory=list)
    """Activities reported as started, each with a predecessor that was to be done before (FS)."""

    def add(self, row: Row) -> int:
        """Append an activity and return its index."""
        self.rows.append(row)
        return len(self.rows) - 1

    def add_gate(self, gate: Gate) -> int:
        """Append a gate and return its index."""
        self.gates.append(gate)
        return len(self.gates) - 1

    def relate(self, predecessor: int, successor: int, kind: int, lag_day: float = 0.0) -> None:
        """Append a relation; its lag runs in elapsed time."""
        self.relations.append((predecessor, successor, kind, round(lag_day * DAY_MIN)))

    def follow(self, predecessors: Iterable[int], successor: int) -> None:
        """Append finish-to-start relations."""
        for predecessor in predecessors:
            self.relate(predecessor, successor, Kind.FS)

    def pool(self, site: str, equipment: str) -> int:
        """Return the pool of a class at a site, made at its first use."""
        return self.pools.setdefault((site, equipment), len(self.pools))


def csr(rows: Sequence[Sequence[int]]) -> Csr:
    """Return a sparse table whose entries count one unit each."""
    pointer = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=pointer[1:])
    column = integers([c for row in rows for c in row])
    return Csr(pointer, column, np.ones(len(column), dtype=np.int64))


def csr_units(rows: Sequence[Units]) -> Csr:
    """Return a sparse table with units beside its columns."""
    table = csr([[c for c, _ in row] for row in rows])
    return Csr(table.pointer, table.column, integers([u for row in rows for _, u in row]))


def integers(values: Sequence[int]) -> IntArray:
    """Return an integer array, also of nothing."""
    return np.array(values, dtype=np.int64)
