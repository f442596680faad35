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
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.network.calendars import DAY_MIN, WorkClock, work_clock
from planner.network.draft import ARC, NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.network.arrays import BoolArray, Csr, IntArray, Network

# As plain integers: the passes compare them a hundred thousand times.
FS, FF, SF = int(Kind.FS), int(Kind.FF), int(Kind.SF)
FROM_START: Final = (int(Kind.SS), SF, ARC)
TO_FINISH: Final = (FF, SF)

Arrivals = list[tuple[int, int, int]]
"""Activity, minute of arrival, and unit of equipment; `NEVER` and -1 where there is no unit."""


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


@dataclass
class Pass:
    """Lists of one pass over activities.

    `order` holds node 2a for the start and 2a + 1 for the finish of a, predecessors first; `floor`
    the minute at which gates and equipment are there.
    """

    start: list[int]
    end: list[int]
    finish: list[int]
    start_relation: list[int]
    finish_relation: list[int]
    start_gate: list[int]
    start_unit: list[int]
    order: list[int]
    floor: list[int]
    late_start: list[int]
    late_finish: list[int]


@dataclass(frozen=True)
class Net:
    """A network as lists: work, clock of each activity, relations out of starts and finishes.

    Edges are (successor, kind, lag, relation).
    """

    work: list[int]
    clock: list[WorkClock]
    from_start: list[list[tuple[int, int, int, int]]]
    from_finish: list[list[tuple[int, int, int, int]]]
    limit: int


def deterministic(network: Network, clocks: Sequence[WorkClock] | None = None) -> Deterministic:
    """Return the deterministic pass of a network.

    Parameters
    ----------
    clocks
        Work clock of each calendar row (`CalendarTables.clock`), to spare building them again.

    Raises
    ------
    EngineError
        If the relations form a cycle.
    """
    clocks = clocks or work_clocks(network)
    net = as_lists(network, clocks)
    made = forward(network, net, handed_out(network))
    ends = _ends(network, np.array(made.finish, dtype=np.int64))
    _backward(net, made, ends)
    arrays = {
        name: np.array(getattr(made, name), dtype=np.int64)
        for name in ("start", "end", "finish", "late_start", "late_finish")
    }
    start_relation = np.array(made.start_relation, dtype=np.int64)
    finish_relation = np.array(made.finish_relation, dtype=np.int64)
    total, free = _floats(network, clocks, made, ends)
    return Deterministic(
        network=network,
        start_min=arrays["start"],
        work_end_min=arrays["end"],
        finish_min=arrays["finish"],
        late_start_min=arrays["late_start"],
        late_finish_min=arrays["late_finish"],
        total_float_min=total,
        free_float_min=free,
        start_relation=start_relation,
        finish_relation=finish_relation,
        start_gate=np.array(made.start_gate, dtype=np.int64),
        start_unit=np.array(made.start_unit, dtype=np.int64),
        is_driving=_driving(network, start_relation, finish_relation, arrays["finish"]),
        ready_min=_latest(network.block_ready, arrays["finish"]),
        service_min=_service(network, arrays["finish"]),
        energised_min=_energised(network, arrays["finish"]),
    )


def hand_over_float(found: Deterministic, is_pinned: BoolArray) -> IntArray:
    """Return the total float (A) that moves no finish of `is_pinned` (A), nor the last of its hall.

    `Deterministic.total_float_min` holds a hall to its last finish; a building that is handed over
    block by block is held to each.
    """
    network = found.network
    clocks = work_clocks(network)
    made, ends = _held_to(network, clocks, is_pinned)
    total, _ = _floats(network, clocks, made, ends)
    return total


def hand_over_late(found: Deterministic, is_pinned: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the late starts and finishes (A) of the same pass."""
    made, _ = _held_to(found.network, work_clocks(found.network), is_pinned)
    late_start = np.array(made.late_start, dtype=np.int64)
    return late_start, np.array(made.late_finish, dtype=np.int64)


def _held_to(
    network: Network, clocks: Sequence[WorkClock], is_pinned: BoolArray
) -> tuple[Pass, list[int]]:
    """Return both passes, late finishes of what is pinned held to the early ones."""
    net = as_lists(network, clocks)
    made = forward(network, net, handed_out(network))
    early = np.array(made.finish, dtype=np.int64)
    ends: list[int] = np.where(is_pinned, early, _ends(network, early)).tolist()
    _backward(net, made, ends)
    return made, ends


def finishes(network: Network, clocks: Sequence[WorkClock]) -> tuple[IntArray, IntArray]:
    """Return the early and the late finish of each activity (A), which rank them."""
    net = as_lists(network, clocks)
    made = forward(network, net, handed_out(network))
    early = np.array(made.finish, dtype=np.int64)
    _backward(net, made, _ends(network, early))
    return early, np.array(made.late_finish, dtype=np.int64)


def early_starts(network: Network, clocks: Sequence[WorkClock]) -> list[int]:
    """Return the early start of each activity (A) if no equipment is ever late."""
    return forward(network, as_lists(network, clocks), []).start


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
    relations = zip(
        network.relation_pred.tolist(), network.relation_succ.tolist(),
        network.relation_kind.tolist(), network.relation_lag_min.tolist(), strict=True,
    )  # fmt: skip
    for number, (pred, succ, kind, lag) in enumerate(relations):
        side = from_start if kind in FROM_START else from_finish
        side[pred].append((succ, kind, lag, number))
    return Net(
        work=_likely_work(network).tolist(),
        clock=[clocks[row] for row in network.calendar.tolist()],
        from_start=from_start,
        from_finish=from_finish,
        limit=network.days * DAY_MIN,
    )


def _likely_work(network: Network) -> IntArray:
    """Return the likely work of each activity (A) [working minutes]."""
    work: IntArray = np.rint(np.maximum(network.work.b, 0)).astype(np.int64)
    return work


def forward(network: Network, net: Net, equipment: Arrivals) -> Pass:
    """Return early dates, each node settled once all relations into it are.

    Raises
    ------
    EngineError
        If the relations form a cycle.
    """
    count = len(net.work)
    start, start_gate, start_unit = _first_starts(network, equipment)
    floor = list(start)
    end, finish = [0] * count, [0] * count
    start_relation, finish_relation = [NONE] * count, [NONE] * count
    to_finish = np.isin(network.relation_kind, TO_FINISH)
    start_open = np.bincount(network.relation_succ[~to_finish], minlength=count).tolist()
    finish_open = (np.bincount(network.relation_succ[to_finish], minlength=count) + 1).tolist()
    order: list[int] = []
    ready = [2 * a for a in range(count - 1, -1, -1) if not start_open[a]]
    while ready:
        node = ready.pop()
        order.append(node)
        a = node >> 1
        if node & 1:
            at, edges = finish[a], net.from_finish[a]
            if at > net.limit:
                at = finish[a] = NEVER
        else:
            at, edges = start[a], net.from_start[a]
            if at > net.limit:
                at = start[a] = NEVER
            end[a] = net.clock[a].finish(at, net.work[a])
            if end[a] >= finish[a]:
                finish[a], finish_relation[a] = end[a], NONE
            finish_open[a] -= 1
            if not finish_open[a]:
                ready.append(node + 1)
        for succ, kind, lag, number in edges:
            minute = (end[a] if kind == ARC else at) + lag
            if minute > NEVER:
                minute = NEVER
            if kind in TO_FINISH:
                if minute > finish[succ]:
                    finish[succ], finish_relation[succ] = minute, number
                finish_open[succ] -= 1
                if not finish_open[succ]:
                    ready.append(2 * succ + 1)
            else:
                if minute > start[succ]:
                    start[succ], start_relation[succ] = minute, number
                start_open[succ] -= 1
                if not start_open[succ]:
                    ready.append(2 * succ)
    if len(order) < 2 * count:
        stuck = [network.activity[a] for a in range(count) if start_open[a] or finish_open[a]]
        raise EngineError(f"the relations of {len(stuck)} activities form a cycle: {stuck[:5]}")
    for a, relation in enumerate(start_relation):
        if relation != NONE:
            start_gate[a] = start_unit[a] = NONE
    return Pass(
        start,
        end,
        finish,
        start_relation,
        finish_relation,
        start_gate,
        start_unit,
        order,
        floor,
        [],
        [],
    )


def _first_starts(network: Network, equipment: Arrivals) -> tuple[list[int], list[int], list[int]]:
    """Return when gates and equipment let each activity start, and which of them is the last."""
    count = len(network.activity)
    start, gate, unit = [0] * count, [NONE] * count, [NONE] * count
    opens = gate_min(network)
    owner = np.repeat(np.arange(count), np.diff(network.gate.pointer))
    waits = zip(owner.tolist(), network.gate.column.tolist(), strict=True)
    for a, number in waits:
        minute = int(opens[number])
        if minute > start[a]:
            start[a], gate[a] = minute, number
    for a, minute, number in equipment:
        if minute > start[a]:
            start[a], gate[a], unit[a] = minute, NONE, number
    return start, gate, unit


def handed_out(network: Network) -> Arrivals:
    """Return the equipment that each activity waits for."""
    arrival = network.unit_order_min + np.rint(network.unit_lead.b).astype(np.int64)
    arrival = np.clip(arrival, 0, NEVER)
    units: list[list[int]] = [[] for _ in network.pool]
    for number in np.argsort(arrival, kind="stable")[::-1].tolist():
        units[int(network.unit_pool[number])].append(number)
    owner = np.repeat(np.arange(len(network.activity)), np.diff(network.wait.pointer))
    made = []
    for i in np.argsort(network.rank[owner], kind="stable").tolist():
        left = units[int(network.wait.column[i])]
        number = left.pop() if left else NONE
        made.append((int(owner[i]), int(arrival[number]) if number != NONE else NEVER, number))
    return made


def _ends(network: Network, finish: IntArray) -> list[int]:
    """Return the minute by which each activity must have finished: its hall's, its site's last."""
    group = np.where(
        network.activity_hall >= 0, network.activity_hall + len(network.site), network.activity_site
    )
    last = np.zeros(len(network.site) + len(network.hall), dtype=np.int64)
    real = np.where(finish < NEVER, finish, 0)
    np.maximum.at(last, group, real)
    np.maximum.at(last, network.activity_site, real)
    ends: list[int] = np.maximum(last[group], real).tolist()
    return ends


def _backward(net: Net, made: Pass, ends: list[int]) -> None:
    """Fill the late dates, in the reverse order of the early ones."""
    late_start, late_finish = list(ends), list(ends)
    for node in reversed(made.order):
        a = node >> 1
        if made.finish[a] >= NEVER:
            late_start[a], late_finish[a] = made.start[a], NEVER
            continue
        if node & 1:
            late = late_finish[a]
            for succ, kind, lag, _ in net.from_finish[a]:
                minute = (late_start[succ] if kind == FS else late_finish[succ]) - lag
                if minute < late:
                    late = minute
            late_finish[a] = late
        else:
            late = net.clock[a].latest_start(late_finish[a], net.work[a])
            for succ, kind, lag, _ in net.from_start[a]:
                minute = (late_finish[succ] if kind == SF else late_start[succ]) - lag
                if kind == ARC:
                    minute = net.clock[a].latest_start(minute, net.work[a])
                if minute < late:
                    late = minute
            late_start[a] = late
    made.late_start, made.late_finish = late_start, late_finish


def _floats(
    network: Network, clocks: Sequence[WorkClock], made: Pass, ends: list[int]
) -> tuple[IntArray, IntArray]:
    """Return total and free float (A)."""
    late_start = np.array(made.late_start, dtype=np.int64)
    late_finish = np.array(made.late_finish, dtype=np.int64)
    total = _slack(network, clocks, made, late_start, late_finish)
    free = _slack(network, clocks, made, *_free_until(network, clocks, made, ends))
    return total, np.minimum(total, free)


def _free_until(
    network: Network, clocks: Sequence[WorkClock], made: Pass, ends: list[int]
) -> tuple[IntArray, IntArray]:
    """Return the latest start and finish (A) that move no early date of another activity."""
    kind, pred, succ = network.relation_kind, network.relation_pred, network.relation_succ
    early_start = np.array(made.start, dtype=np.int64)
    early_finish = np.array(made.finish, dtype=np.int64)
    to_finish = np.isin(kind, TO_FINISH)
    bound = np.where(to_finish, early_finish[succ], early_start[succ]) - network.relation_lag_min
    work = _likely_work(network)
    is_arc = kind == ARC
    giver = pred[is_arc]
    bound[is_arc] = _latest_starts(clocks, network.calendar[giver], bound[is_arc], work[giver])
    finish = np.array(ends, dtype=np.int64)
    start = np.full(len(finish), NEVER, dtype=np.int64)
    from_start = np.isin(kind, FROM_START)
    np.minimum.at(start, pred[from_start], bound[from_start])
    np.minimum.at(finish, pred[~from_start], bound[~from_start])
    return np.minimum(start, _latest_starts(clocks, network.calendar, finish, work)), finish


def _latest_starts(
    clocks: Sequence[WorkClock], calendar: IntArray, finish: IntArray, work: IntArray
) -> IntArray:
    """Return the latest starts from which work ends by given minutes."""
    start = finish.copy()
    for row in np.unique(calendar):
        some = (calendar == row) & (work > 0)
        start[some] = clocks[row].latest_starts(finish[some], work[some])
    return start


def _slack(
    network: Network, clocks: Sequence[WorkClock], made: Pass, late_start: IntArray,
    late_finish: IntArray,
) -> IntArray:  # fmt: skip
    """Return the elapsed time between early and late dates, counted at working instants (A)."""
    start, end = np.array(made.start, dtype=np.int64), np.array(made.end, dtype=np.int64)
    finish = np.array(made.finish, dtype=np.int64)
    by_start, by_finish = late_start - start, late_finish - finish
    works = _likely_work(network) > 0
    for row in np.unique(network.calendar):
        some = works & (network.calendar == row)
        clock = clocks[row]
        by_start[some] = clock.all_begin(late_start[some]) - clock.all_begin(start[some])
        some &= finish == end  # a finish that FF or SF holds is no instant of its own work
        by_finish[some] = clock.all_end(late_finish[some]) - finish[some]
    slack: IntArray = np.maximum(0, np.minimum(by_start, by_finish))
    slack[finish >= NEVER] = 0
    return slack


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
