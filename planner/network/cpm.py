"""The deterministic pass: early and late dates, float, and what drives.

Everything at its likely value: work, gates (base and likely slip), lead times. No crews, no
weather, no drivers, no events: those are the simulation's. Units of equipment are handed out in
rank order, the earliest to arrive first.

Starts and finishes are nodes of their own: with FF and SF there need be no order of whole
activities. Late dates hold each hall to its own last finish and the site works to the site's, so
that float says what a hall can bear, not what a campus of six years can. Floats are elapsed
minutes, from the last working instant allowed to the last used, so that a weekend which the
activity's calendar skips is no float.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.network.calendars import DAY_MIN, WorkClock, work_clock
from planner.network.draft import NONE
from planner.network.passes import (
    FROM_START,
    Dates,
    Graph,
    as_graph,
    backward_dates,
    first_starts,
    floats,
    forward_dates,
    likely_work,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.network.arrays import BoolArray, Csr, IntArray, Network


class Arrivals(NamedTuple):
    """Equipment that activities wait for.

    Parameters
    ----------
    activity, minute, unit
        Who waits, until when, and for which unit; `NEVER` and -1 where there is no unit.
    """

    activity: IntArray
    minute: IntArray
    unit: IntArray


NO_ARRIVALS: Final = Arrivals(*np.zeros((3, 0), dtype=np.int64))


@dataclass(frozen=True)
class Deterministic:
    """Dates of the deterministic pass; minutes from the epoch, `NEVER` beyond the tables.

    Parameters
    ----------
    start_min, work_end_min, finish_min
        Shape (A,); work ends before the finish where FF or SF holds it.
    late_start_min, late_finish_min
        Shape (A,).
    total_float_min, free_float_min
        Elapsed minutes, shape (A,), at least 0.
    start_relation, finish_relation
        Relation that drives the start, and that holds the finish; -1 where none does (A).
    start_gate, start_unit
        Gate, or unit of equipment, that drives the start; -1 where none does (A).
    is_driving
        Whether it is on the driving path to the last milestone of its site (A).
    ready_min, service_min, energised_min
        Of blocks (B), lots (L; 0 for GPUs that stand) and tranches (T).
    """

    network: Network
    start_min: IntArray
    work_end_min: IntArray
    finish_min: IntArray
    late_start_min: IntArray
    late_finish_min: IntArray
    total_float_min: IntArray
    free_float_min: IntArray
    start_relation: IntArray
    finish_relation: IntArray
    start_gate: IntArray
    start_unit: IntArray
    is_driving: BoolArray
    ready_min: IntArray
    service_min: IntArray
    energised_min: IntArray

    def path(self, activity: int) -> tuple[int, ...]:
        """Return the driving path to the finish of an activity, first to last."""
        return driving_path(self.network, self.start_relation, self.finish_relation, activity)


@dataclass(frozen=True)
class Pass:
    """Early dates, and what beside relations drives the starts (A).

    Parameters
    ----------
    graph, dates
        What was passed over, and the dates found.
    start_gate, start_unit
        Gate, or unit of equipment, that drives the start; -1 where none does.
    floor
        Minute at which gates and equipment are there.
    """

    graph: Graph
    dates: Dates
    start_gate: IntArray
    start_unit: IntArray
    floor: IntArray


@dataclass(frozen=True)
class Net:
    """A network as lists, for levelling: work, clocks, relations out of starts and finishes.

    Edges are (successor, kind, lag, relation).
    """

    work: list[int]
    clock: list[WorkClock]
    from_start: list[list[tuple[int, int, int, int]]]
    from_finish: list[list[tuple[int, int, int, int]]]
    limit: int


def deterministic(network: Network, arrivals: Arrivals | None = None) -> Deterministic:
    """Return the deterministic pass of a network.

    Parameters
    ----------
    arrivals
        Equipment as it was handed out before, for a what-if: floats hold while nobody takes
        another's; handed out anew where not given.

    Raises
    ------
    EngineError
        If the relations form a cycle.
    """
    made = likely_pass(network, arrivals)
    dates = made.dates
    ends = _ends(network, dates.finish)
    late_start, late_finish = backward_dates(made.graph, dates, ends)
    total, free = floats(made.graph, dates, ends, late_start, late_finish)
    return Deterministic(
        network=network,
        start_min=dates.start,
        work_end_min=dates.end,
        finish_min=dates.finish,
        late_start_min=late_start,
        late_finish_min=late_finish,
        total_float_min=total,
        free_float_min=free,
        start_relation=dates.start_relation,
        finish_relation=dates.finish_relation,
        start_gate=made.start_gate,
        start_unit=made.start_unit,
        is_driving=_driving(network, dates.start_relation, dates.finish_relation, dates.finish),
        ready_min=_latest(network.block_ready, dates.finish),
        service_min=_service(network, dates.finish),
        energised_min=_energised(network, dates.finish),
    )


def hand_over_float(found: Deterministic, is_pinned: BoolArray) -> IntArray:
    """Return the total float (A) that moves no finish of `is_pinned` (A), nor the last of its hall.

    `Deterministic.total_float_min` holds a hall to its last finish; a building that is handed over
    block by block is held to each.
    """
    made, ends = _held_to(found.network, is_pinned)
    late = backward_dates(made.graph, made.dates, ends)
    total, _ = floats(made.graph, made.dates, ends, *late)
    return total


def hand_over_late(found: Deterministic, is_pinned: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the late starts and finishes (A) of the same pass."""
    made, ends = _held_to(found.network, is_pinned)
    return backward_dates(made.graph, made.dates, ends)


def _held_to(network: Network, is_pinned: BoolArray) -> tuple[Pass, IntArray]:
    """Return the forward pass, and latest finishes: of what is pinned the early ones."""
    made = likely_pass(network)
    early = made.dates.finish
    return made, np.where(is_pinned, early, _ends(network, early))


def finishes(network: Network, graph: Graph | None = None) -> tuple[IntArray, IntArray]:
    """Return the early and the late finish of each activity (A), which rank them.

    Parameters
    ----------
    graph
        Of the network, from `as_graph`, to spare making it again.
    """
    made = likely_pass(network, graph=graph)
    early = made.dates.finish
    _, late = backward_dates(made.graph, made.dates, _ends(network, early))
    return early, late


def likely_pass(
    network: Network, arrivals: Arrivals | None = None, graph: Graph | None = None
) -> Pass:
    """Return the forward pass at likely values; equipment is handed out where it is not given."""
    graph = graph or as_graph(network)
    return forward(network, graph, handed_out(network, graph) if arrivals is None else arrivals)


def early_starts(network: Network, graph: Graph | None = None) -> IntArray:
    """Return the early start of each activity (A) if no equipment is ever late."""
    return forward(network, graph or as_graph(network), NO_ARRIVALS).dates.start


def work_clocks(network: Network) -> tuple[WorkClock, ...]:
    """Return the work clock of each calendar row of a network."""
    pointer = network.type_pointer
    types = [
        tuple(zip(network.type_start_min[i:j].tolist(), network.type_end_min[i:j].tolist(),
                  strict=True))
        for i, j in pairwise(pointer)
    ]  # fmt: skip
    return tuple(work_clock(row, types) for row in network.day_type)


def gate_min(network: Network) -> IntArray:
    """Return the likely minute at which each gate opens (G)."""
    open_min = network.gate_base_min + np.rint(network.gate_slip.b).astype(np.int64)
    return np.clip(open_min, 0, NEVER)


def driving_path(
    network: Network, start_relation: IntArray, finish_relation: IntArray, activity: int
) -> tuple[int, ...]:
    """Return the activities that drive the finish of `activity`, first to last."""
    path = [activity]
    is_finish = True
    while True:
        here = path[-1]
        relation = int(finish_relation[here]) if is_finish else NONE
        if relation == NONE:
            relation = int(start_relation[here])
        if relation == NONE:
            return tuple(dict.fromkeys(reversed(path)))
        is_finish = int(network.relation_kind[relation]) not in FROM_START
        path.append(int(network.relation_pred[relation]))


def as_lists(network: Network, clocks: Sequence[WorkClock]) -> Net:
    """Return a network as the lists that the passes loop over."""
    count = len(network.activity)
    from_start: list[list[tuple[int, int, int, int]]] = [[] for _ in range(count)]
    from_finish: list[list[tuple[int, int, int, int]]] = [[] for _ in range(count)]
    for number, (pred, succ, kind, lag) in enumerate(network.relations()):
        side = from_start if kind in FROM_START else from_finish
        side[pred].append((succ, kind, lag, number))
    return Net(
        work=likely_work(network).tolist(),
        clock=[clocks[row] for row in network.calendar.tolist()],
        from_start=from_start,
        from_finish=from_finish,
        limit=network.days * DAY_MIN,
    )


def forward(network: Network, graph: Graph, equipment: Arrivals) -> Pass:
    """Return early dates, each node settled once all relations into it are.

    Parameters
    ----------
    graph
        Of the network, from `as_graph`.

    Raises
    ------
    EngineError
        If the relations form a cycle.
    """
    floor, start_gate, start_unit = first_starts(network.gate, gate_min(network), equipment)
    dates, stuck = forward_dates(graph, floor)
    if len(stuck):
        names = [network.activity[a] for a in stuck[:5]]
        raise EngineError(f"the relations of {len(stuck)} activities form a cycle: {names}")
    is_held = dates.start_relation != NONE
    return Pass(
        graph,
        dates,
        start_gate=np.where(is_held, NONE, start_gate),
        start_unit=np.where(is_held, NONE, start_unit),
        floor=floor,
    )


def handed_out(network: Network, graph: Graph) -> Arrivals:
    """Return the equipment that each activity waits for: the k-th to want it has the k-th to come.

    In a simulation a unit goes to the highest rank of those that wait when it comes. Who waits is
    told here by the early start, and rank decides between equals. By rank alone halls of a later
    year would take what those under way wait for.
    """
    arrival = network.unit_order_min + np.rint(network.unit_lead.b).astype(np.int64)
    arrival = np.clip(arrival, 0, NEVER)
    owner = np.repeat(np.arange(len(network.activity)), np.diff(network.wait.pointer))
    pool = network.wait.column
    if len(owner):
        early = forward(network, graph, NO_ARRIVALS).dates.start
        order = np.lexsort((network.rank[owner], early[owner]))
        owner, pool = owner[order], pool[order]
    coming = np.lexsort((arrival, network.unit_pool))
    first = np.searchsorted(network.unit_pool[coming], np.arange(len(network.pool) + 1))
    unit = first[pool] + _places(pool)
    has_unit = unit < first[pool + 1]
    unit = np.where(has_unit, np.append(coming, NONE)[np.where(has_unit, unit, -1)], NONE)
    minute = np.where(has_unit, np.append(arrival, NEVER)[unit], NEVER)
    return Arrivals(owner.astype(np.int64), minute, unit)


def _places(value: IntArray) -> IntArray:
    """Return how many equal ones come before each entry."""
    order = np.argsort(value, kind="stable")
    place = np.empty(len(value), dtype=np.int64)
    ordered = value[order]
    place[order] = np.arange(len(value)) - np.searchsorted(ordered, ordered)
    return place


def _ends(network: Network, finish: IntArray) -> IntArray:
    """Return the minute by which each activity must have finished: its hall's, its site's last."""
    group = np.where(
        network.activity_hall >= 0, network.activity_hall + len(network.site), network.activity_site
    )
    last = np.zeros(len(network.site) + len(network.hall), dtype=np.int64)
    real = np.where(finish < NEVER, finish, 0)
    np.maximum.at(last, group, real)
    np.maximum.at(last, network.activity_site, real)
    ends: IntArray = np.maximum(last[group], real)
    return ends


def _driving(
    network: Network, start_relation: IntArray, finish_relation: IntArray, finish: IntArray
) -> BoolArray:
    """Return which activities drive the last milestone of their site."""
    is_driving = np.zeros(len(finish), dtype=np.bool_)
    for site in range(len(network.site)):
        own = np.flatnonzero((network.activity_site == site) & (finish < NEVER))
        if own.size:
            last = int(own[np.argmax(finish[own])])
            is_driving[list(driving_path(network, start_relation, finish_relation, last))] = True
    return is_driving


def _latest(table: Csr, finish: IntArray) -> IntArray:
    """Return the latest finish of each row of a table; 0 where it has none."""
    latest = np.zeros(len(table.pointer) - 1, dtype=np.int64)
    owner = np.repeat(np.arange(len(latest)), np.diff(table.pointer))
    np.maximum.at(latest, owner, finish[table.column])
    return latest


def _service(network: Network, finish: IntArray) -> IntArray:
    if not len(finish):
        return np.zeros(len(network.lot), dtype=np.int64)
    service: IntArray = np.where(network.lot_service >= 0, finish[network.lot_service], 0)
    return service


def _energised(network: Network, finish: IntArray) -> IntArray:
    opens: IntArray = gate_min(network)[network.tranche_gate]
    energised: IntArray = np.maximum(opens, _latest(network.tranche_after, finish))
    return energised
