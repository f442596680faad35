"""Forward and backward pass over flat arrays, compiled; what they mean is in `cpm`.

Nodes: 2a is the start of activity a, 2a + 1 its finish. All compiled functions of the passes are
in this module: numba's cache does not see an edit of a function that lives in another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numba
import numpy as np

from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.network.calendars import DAY_MIN
from planner.network.draft import ARC, NONE

if TYPE_CHECKING:
    from planner.network.arrays import Csr, IntArray, Network

kernel = numba.njit(cache=True, nogil=True)
# As plain integers, which are constants of the kernels.
FS, FF, SF = int(Kind.FS), int(Kind.FF), int(Kind.SF)
FROM_START: Final = (int(Kind.SS), SF, ARC)
TO_FINISH: Final = (FF, SF)


class Clocks(NamedTuple):
    """Working intervals of every calendar row (C) from the epoch on, in order and apart.

    Parameters
    ----------
    pointer
        Intervals of row c are `pointer[c]:pointer[c + 1]`, at least one.
    start, end, after
        When an interval begins and ends, and the minutes worked by its end.
    """

    pointer: IntArray
    start: IntArray
    end: IntArray
    after: IntArray


class Graph(NamedTuple):
    """A network as the passes read it.

    Parameters
    ----------
    work, calendar
        Likely working minutes, and calendar row (A).
    pointer, succ, kind, lag, relation
        Relations out of each node, CSR (2A), in the order of the network.
    start_open, finish_open
        Relations into each start, and into each finish with the end of work (A).
    limit
        Last minute of the tables.
    """

    work: IntArray
    calendar: IntArray
    clocks: Clocks
    pointer: IntArray
    succ: IntArray
    kind: IntArray
    lag: IntArray
    relation: IntArray
    start_open: IntArray
    finish_open: IntArray
    limit: int


class Dates(NamedTuple):
    """Dates of a forward pass (A), and what drives them.

    Parameters
    ----------
    start, end, finish
        Early start, end of work and finish.
    start_relation, finish_relation
        Relation that drives the start, and that holds the finish; -1 where none does.
    order
        Nodes, predecessors first, shape (2A,).
    """

    start: IntArray
    end: IntArray
    finish: IntArray
    start_relation: IntArray
    finish_relation: IntArray
    order: IntArray


def as_graph(network: Network) -> Graph:
    """Return a network as the passes read it."""
    count, kind = len(network.activity), network.relation_kind
    node = 2 * network.relation_pred + ~np.isin(kind, FROM_START)
    order = np.argsort(node, kind="stable")
    to_finish = np.isin(kind, TO_FINISH)
    return Graph(
        work=likely_work(network),
        calendar=network.calendar,
        clocks=clocks_of(network),
        pointer=np.searchsorted(node[order], np.arange(2 * count + 1)).astype(np.int64),
        succ=network.relation_succ[order],
        kind=kind[order],
        lag=network.relation_lag_min[order],
        relation=order.astype(np.int64),
        start_open=np.bincount(network.relation_succ[~to_finish], minlength=count).astype(np.int64),
        finish_open=np.bincount(network.relation_succ[to_finish], minlength=count).astype(np.int64)
        + 1,
        limit=network.days * DAY_MIN,
    )


def likely_work(network: Network) -> IntArray:
    """Return the likely work of each activity (A) [working minutes]."""
    work: IntArray = np.rint(np.maximum(network.work.b, 0)).astype(np.int64)
    return work


def clocks_of(network: Network) -> Clocks:
    """Return the working intervals of the calendars of a network; see `calendars.WorkClock`."""
    rows, days = network.day_type.shape
    most = days * int(np.diff(network.type_pointer).max(initial=1)) + 1
    start, end, after = np.empty((3, rows * most), dtype=np.int64)
    pointer = np.zeros(rows + 1, dtype=np.int64)
    _intervals(
        network.day_type, network.type_pointer, network.type_start_min, network.type_end_min,
        pointer, start, end, after,
    )  # fmt: skip
    size = pointer[-1]
    return Clocks(pointer, start[:size].copy(), end[:size].copy(), after[:size].copy())


def forward_dates(graph: Graph, floor: IntArray) -> tuple[Dates, IntArray]:
    """Return early dates, and the activities (sorted) that a cycle keeps from being settled.

    Parameters
    ----------
    floor
        Minute at which gates and equipment let each activity start (A).
    """
    count = len(graph.work)
    end, finish = np.zeros((2, count), dtype=np.int64)
    start_relation, finish_relation = np.full((2, count), NONE, dtype=np.int64)
    order = np.empty(2 * count, dtype=np.int64)
    dates = Dates(floor.copy(), end, finish, start_relation, finish_relation, order)
    start_open, finish_open = graph.start_open.copy(), graph.finish_open.copy()
    settled = _forward(graph, dates, start_open, finish_open)
    if settled == 2 * count:
        return dates, np.empty(0, dtype=np.int64)
    return dates, np.flatnonzero(start_open + finish_open)


def backward_dates(graph: Graph, dates: Dates, ends: IntArray) -> tuple[IntArray, IntArray]:
    """Return late starts and finishes (A), nothing finished after `ends` (A)."""
    late_start, late_finish = ends.copy(), ends.copy()
    _backward(graph, dates, late_start, late_finish)
    return late_start, late_finish


def floats(
    graph: Graph, dates: Dates, ends: IntArray, late_start: IntArray, late_finish: IntArray
) -> tuple[IntArray, IntArray]:
    """Return total and free float (A): elapsed minutes counted at working instants."""
    total, free = np.empty((2, len(graph.work)), dtype=np.int64)
    _slack(graph, dates, late_start, late_finish, total)
    free_start = np.full(len(free), NEVER, dtype=np.int64)
    free_finish = ends.copy()
    _free_until(graph, dates, free_start, free_finish)
    _slack(graph, dates, free_start, free_finish, free)
    return total, np.minimum(total, free)


def first_starts(
    gate: Csr, opens: IntArray, arrivals: tuple[IntArray, IntArray, IntArray]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return when gates and equipment let each activity start, and which of them is the last (A).

    Parameters
    ----------
    opens
        When each gate opens (G).
    arrivals
        Activity, minute of arrival, and unit of equipment.
    """
    count = len(gate.pointer) - 1
    start = np.zeros(count, dtype=np.int64)
    last_gate, last_unit = np.full((2, count), NONE, dtype=np.int64)
    _first_starts(gate.pointer, gate.column, opens, *arrivals, start, last_gate, last_unit)
    return start, last_gate, last_unit


# --- kernels


@kernel
def _intervals(
    day_type: IntArray,
    type_pointer: IntArray,
    type_start: IntArray,
    type_end: IntArray,
    pointer: IntArray,
    start: IntArray,
    end: IntArray,
    after: IntArray,
) -> None:
    """Fill the intervals of all rows; those that touch become one."""
    at = pointer[0]
    for row in range(day_type.shape[0]):
        first = at
        for day in range(day_type.shape[1]):
            kind = day_type[row, day]
            for i in range(type_pointer[kind], type_pointer[kind + 1]):
                begin = day * DAY_MIN + type_start[i]
                if at > first and begin <= end[at - 1]:
                    end[at - 1] = day * DAY_MIN + type_end[i]
                else:
                    start[at] = begin
                    end[at] = day * DAY_MIN + type_end[i]
                    at += 1
        if at == first:  # a calendar that never works
            start[at] = NEVER
            end[at] = NEVER
            at += 1
        worked = 0
        for i in range(first, at):
            worked += end[i] - start[i]
            after[i] = worked
        pointer[row + 1] = at


@kernel
def _place(values: IntArray, low: int, high: int, value: int) -> int:
    """Return the first index of low..high whose value is not below `value`."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _worked(clocks: Clocks, row: int, minute: int) -> int:
    """Return the working minutes from the epoch to a minute."""
    first = clocks.pointer[row]
    i = _place(clocks.start, first, clocks.pointer[row + 1], minute + 1) - 1
    if i < first:
        return 0
    worked: int = clocks.after[i] - max(0, clocks.end[i] - minute)
    return worked


@kernel
def _work_end(clocks: Clocks, row: int, start: int, work: int) -> int:
    """Return when work ends that starts at `start`; `NEVER` beyond the tables."""
    if work <= 0:
        return start
    target = _worked(clocks, row, start) + work
    last = clocks.pointer[row + 1]
    i = _place(clocks.after, clocks.pointer[row], last, target)
    if i == last or start >= NEVER:
        return NEVER
    end: int = clocks.end[i] - (clocks.after[i] - target)
    return end


@kernel
def _start_at(clocks: Clocks, row: int, target: int) -> int:
    """Return the latest minute by which no more than `target` was worked."""
    last = clocks.pointer[row + 1]
    i = _place(clocks.after, clocks.pointer[row], last, target + 1)
    if i == last:
        return NEVER
    start: int = clocks.end[i] - (clocks.after[i] - target)
    return start


@kernel
def _latest_start(clocks: Clocks, row: int, finish: int, work: int) -> int:
    """Return the latest start from which work ends by `finish`."""
    if work <= 0:
        return finish
    return _start_at(clocks, row, max(0, _worked(clocks, row, finish) - work))


@kernel
def _begins(clocks: Clocks, row: int, minute: int) -> int:
    """Return when work begins for crews that are there from a minute on."""
    return max(minute, _start_at(clocks, row, _worked(clocks, row, minute)))


@kernel
def _last_worked(clocks: Clocks, row: int, minute: int) -> int:
    """Return the last instant of work at or before a minute, at least 0."""
    target = _worked(clocks, row, minute)
    if target <= 0:
        return 0
    last = clocks.pointer[row + 1]
    i = min(_place(clocks.after, clocks.pointer[row], last, target), last - 1)
    end: int = clocks.end[i] - (clocks.after[i] - target)
    return end


@kernel
def _first_starts(
    pointer: IntArray,
    column: IntArray,
    opens: IntArray,
    activity: IntArray,
    minute: IntArray,
    number: IntArray,
    start: IntArray,
    gate: IntArray,
    unit: IntArray,
) -> None:
    for a in range(len(start)):
        for i in range(pointer[a], pointer[a + 1]):
            if opens[column[i]] > start[a]:
                start[a], gate[a] = opens[column[i]], column[i]
    for i in range(len(activity)):
        a = activity[i]
        if minute[i] > start[a]:
            start[a], gate[a], unit[a] = minute[i], NONE, number[i]


@kernel
def _forward(graph: Graph, dates: Dates, start_open: IntArray, finish_open: IntArray) -> int:
    """Settle each node once all relations into it are; return how many could be."""
    count = len(graph.work)
    start, end, finish = dates.start, dates.end, dates.finish
    ready = np.empty(2 * count + 1, np.int64)
    top, settled = 0, 0
    for a in range(count - 1, -1, -1):
        if start_open[a] == 0:
            ready[top] = 2 * a
            top += 1
    while top > 0:
        top -= 1
        node = ready[top]
        dates.order[settled] = node
        settled += 1
        a = node // 2
        # 1. Its date: work follows a start; a finish is there already.
        if node % 2 == 1:
            if finish[a] > graph.limit:
                finish[a] = NEVER
            at = finish[a]
        else:
            if start[a] > graph.limit:
                start[a] = NEVER
            at = start[a]
            end[a] = _work_end(graph.clocks, graph.calendar[a], at, graph.work[a])
            if end[a] >= finish[a]:
                finish[a], dates.finish_relation[a] = end[a], NONE
            finish_open[a] -= 1
            if finish_open[a] == 0:
                ready[top] = node + 1
                top += 1
        # 2. What follows from it.
        for i in range(graph.pointer[node], graph.pointer[node + 1]):
            succ, kind = graph.succ[i], graph.kind[i]
            minute = min((end[a] if kind == ARC else at) + graph.lag[i], NEVER)
            if kind in (FF, SF):
                if minute > finish[succ]:
                    finish[succ], dates.finish_relation[succ] = minute, graph.relation[i]
                finish_open[succ] -= 1
                if finish_open[succ] == 0:
                    ready[top] = 2 * succ + 1
                    top += 1
            else:
                if minute > start[succ]:
                    start[succ], dates.start_relation[succ] = minute, graph.relation[i]
                start_open[succ] -= 1
                if start_open[succ] == 0:
                    ready[top] = 2 * succ
                    top += 1
    return settled


@kernel
def _backward(graph: Graph, dates: Dates, late_start: IntArray, late_finish: IntArray) -> None:
    """Lower the late dates, in the reverse order of the early ones."""
    for place in range(len(dates.order) - 1, -1, -1):
        node = dates.order[place]
        a = node // 2
        row, work = graph.calendar[a], graph.work[a]
        if dates.finish[a] >= NEVER:
            late_start[a], late_finish[a] = dates.start[a], NEVER
            continue
        if node % 2 == 1:
            late = late_finish[a]
            for i in range(graph.pointer[node], graph.pointer[node + 1]):
                succ = graph.succ[i]
                holds = late_start[succ] if graph.kind[i] == FS else late_finish[succ]
                late = min(late, holds - graph.lag[i])
            late_finish[a] = late
        else:
            late = _latest_start(graph.clocks, row, late_finish[a], work)
            for i in range(graph.pointer[node], graph.pointer[node + 1]):
                succ, kind = graph.succ[i], graph.kind[i]
                minute = (late_finish[succ] if kind == SF else late_start[succ]) - graph.lag[i]
                if kind == ARC:
                    minute = _latest_start(graph.clocks, row, minute, work)
                late = min(late, minute)
            late_start[a] = late


@kernel
def _free_until(graph: Graph, dates: Dates, start: IntArray, finish: IntArray) -> None:
    """Lower the latest start and finish (A) to those that move no early date of another one."""
    for a in range(len(graph.work)):
        row, work = graph.calendar[a], graph.work[a]
        for i in range(graph.pointer[2 * a], graph.pointer[2 * a + 2]):
            succ, kind = graph.succ[i], graph.kind[i]
            bound = (dates.finish[succ] if kind in (FF, SF) else dates.start[succ]) - graph.lag[i]
            if kind == ARC:
                bound = _latest_start(graph.clocks, row, bound, work)
            if i < graph.pointer[2 * a + 1]:
                start[a] = min(start[a], bound)
            else:
                finish[a] = min(finish[a], bound)
        start[a] = min(start[a], _latest_start(graph.clocks, row, finish[a], work))


@kernel
def _slack(
    graph: Graph, dates: Dates, late_start: IntArray, late_finish: IntArray, slack: IntArray
) -> None:
    """Fill the elapsed time between early and late dates, counted at working instants (A)."""
    for a in range(len(graph.work)):
        row, works = graph.calendar[a], graph.work[a] > 0
        start, finish = dates.start[a], dates.finish[a]
        by_start, by_finish = late_start[a] - start, late_finish[a] - finish
        if works:
            by_start = _begins(graph.clocks, row, late_start[a]) - _begins(graph.clocks, row, start)
        if works and finish == dates.end[a]:  # what FF or SF holds is no instant of its own work
            by_finish = _last_worked(graph.clocks, row, late_finish[a]) - finish
        slack[a] = max(0, min(by_start, by_finish)) if finish < NEVER else 0
