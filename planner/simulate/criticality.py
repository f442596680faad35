"""What drove each date in each sample: the binding condition, traced back to where it began.

A start is bound by the one condition that came last: a relation or a gate whose minute it is; else
a unit of equipment that arrived at that minute, or an activity that gave its crew back then; else
its hall was being repaired after a storm. A finish is bound by the end of its work, or by the FF or
SF relation whose minute it is. The chain of binding conditions from a milestone backwards is its
driving path in that sample, and the share of samples in which an activity lies on it is its
criticality index. Where two conditions come at the same minute, the first declared counts.

All compiled functions are in this module: numba's cache does not see an edit of a function that
lives in another one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numba
import numpy as np

from planner.domain.result import NEVER
from planner.simulate.logic import SOURCE_OF, TARGET_OF, Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import FloatArray, IntArray, Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times

Function = TypeVar("Function")

kernel = numba.njit(cache=True, nogil=True)
# Called by kernels alone: wrappers for Python would take longer to compile than the functions.
inner: Callable[[Function], Function] = numba.njit(  # type: ignore[call-overload]  # lacks the two
    cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)


class Bound(enum.IntEnum):
    """What a start or finish waited for last."""

    NOTHING = 0
    """It begins with the tables."""
    RELATION = 1
    GATE = 2
    UNIT = 3
    CREW = 4
    """Index of the activity that gave its crew back."""
    REPAIR = 5
    WORK = 6
    """A finish: the end of its own work."""


# As plain integers for the kernels.
NOTHING, RELATION, GATE, UNIT, CREW, REPAIR, WORK = (int(b) for b in Bound)
START, WORK_END, FINISH = (int(m) for m in Moment)


class Links(NamedTuple):
    """A network as the trace reads it; activities (A) as in the network, relations (E).

    Parameters
    ----------
    pred, source, lag
        Relations (E): predecessor, moment of it (`Moment`), minutes.
    into_start, into_start_pointer, into_finish, into_finish_pointer
        Relations that hold the start, the finish, of each activity.
    gate_pointer, gate_column, need_pointer, need_column, wait_pointer, wait_column
        Gates, resources and equipment pools of each activity.
    unit_pointer, unit
        Units of each pool.
    """

    pred: IntArray
    source: IntArray
    lag: IntArray
    into_start_pointer: IntArray
    into_start: IntArray
    into_finish_pointer: IntArray
    into_finish: IntArray
    gate_pointer: IntArray
    gate_column: IntArray
    need_pointer: IntArray
    need_column: IntArray
    wait_pointer: IntArray
    wait_column: IntArray
    unit_pointer: IntArray
    unit: IntArray


@dataclass(frozen=True)
class Targets:
    """Milestones to trace from, each the latest finish of some activities (T).

    Parameters
    ----------
    name
        Name of each milestone.
    pointer, column
        Its activities.
    of_activity
        Milestone towards which each activity is judged (A), -1 for whichever it drives most often.
    """

    name: tuple[str, ...]
    pointer: IntArray
    column: IntArray
    of_activity: IntArray


def links(network: Network) -> Links:
    """Return a network as the trace reads it."""
    count = len(network.activity)
    target = TARGET_OF[network.relation_kind]
    starts = np.flatnonzero(target == Moment.START)
    finishes = np.flatnonzero(target == Moment.FINISH)
    into_start = _grouped(network.relation_succ[starts], starts, count)
    into_finish = _grouped(network.relation_succ[finishes], finishes, count)
    unit = _grouped(network.unit_pool, np.arange(len(network.unit_pool)), len(network.pool))
    return Links(
        network.relation_pred, SOURCE_OF[network.relation_kind], network.relation_lag_min,
        *into_start, *into_finish,
        network.gate.pointer, network.gate.column,
        network.need.pointer, network.need.column, network.wait.pointer, network.wait.column,
        *unit,
    )  # fmt: skip


def _grouped(group: IntArray, value: IntArray, groups: int) -> tuple[IntArray, IntArray]:
    """Return values by group: pointer and column of a sparse table, order kept."""
    order = np.argsort(group, kind="stable")
    pointer = np.searchsorted(group[order], np.arange(groups + 1)).astype(np.int64)
    return pointer, value[order].astype(np.int64)


def milestones(network: Network) -> Targets:
    """Return the milestones of a review: each hall's, then each later lot's.

    A hall's is ready for service of the first lot of its last block (ready for IT where there is no
    lot). Rows of a hall are judged towards it, rows of later lots towards their own, and the works
    of a site towards whichever hall they drive most often.
    """
    name = list(network.hall)
    rows: list[list[int]] = [[] for _ in network.hall]
    own = network.activity_hall.copy()
    seen: set[int] = set()
    for lot, block in enumerate(network.lot_block.tolist()):
        service = int(network.lot_service[lot])
        if service < 0:
            continue
        if block not in seen:
            seen.add(block)
            rows[int(network.block_hall[block])].append(service)
            continue
        prefix = f"{network.lot[lot]}/"
        mine = [a for a, title in enumerate(network.activity) if title.startswith(prefix)]
        own[mine] = len(name)
        name.append(network.lot[lot])
        rows.append([service])
    ready = network.block_ready
    for block in range(len(network.block)):
        if block not in seen:
            found = ready.column[ready.pointer[block] : ready.pointer[block + 1]]
            rows[int(network.block_hall[block])] += found.tolist()
    pointer = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
    column = np.array([a for row in rows for a in row], dtype=np.int64)
    return Targets(tuple(name), pointer, column, own.astype(np.int64))


def towards(network: Network, name: str, activities: tuple[int, ...]) -> Targets:
    """Return one milestone, the latest of some finishes, towards which all are judged."""
    return Targets(
        (name,),
        np.array([0, len(activities)], dtype=np.int64),
        np.array(activities, dtype=np.int64),
        np.zeros(len(network.activity), dtype=np.int64),
    )


@dataclass
class Tally:
    """How often each activity drove its milestone, summed over blocks of samples.

    Parameters
    ----------
    own
        Samples in which it drove the milestone it is judged towards (A).
    shared
        The same of activities judged towards any, by milestone, shape (T, number of them).
    reached
        Samples that reach each milestone (T).
    """

    links: Links
    targets: Targets
    own: IntArray
    shared: IntArray
    shared_row: IntArray
    reached: IntArray

    @classmethod
    def of(cls, network: Network, targets: Targets) -> Tally:
        """Return an empty tally."""
        is_shared = targets.of_activity < 0
        row = np.where(is_shared, np.cumsum(is_shared) - 1, -1).astype(np.int64)
        return cls(
            links(network),
            targets,
            np.zeros(len(network.activity), dtype=np.int64),
            np.zeros((len(targets.name), int(is_shared.sum())), dtype=np.int64),
            row,
            np.zeros(len(targets.name), dtype=np.int64),
        )

    def empty(self) -> Tally:
        """Return an empty tally of the same milestones."""
        nothing = (np.zeros_like(self.own), np.zeros_like(self.shared))
        return replace(self, own=nothing[0], shared=nothing[1], reached=np.zeros_like(self.reached))

    def add(self, draws: Draws, times: Times) -> IntArray:
        """Count a block of samples; return the minute of each milestone, shape (S, T)."""
        targets = self.targets
        minute = np.zeros((draws.samples, len(targets.name)), dtype=np.int64)
        _tally(
            self.links, times.start_min, times.work_end_min, times.finish_min, draws.gate_min,
            draws.unit_min, targets.pointer, targets.column, targets.of_activity, self.shared_row,
            self.own, self.shared, self.reached, minute,
        )  # fmt: skip
        return minute

    def criticality(self) -> FloatArray:
        """Return the share of samples in which each activity drove its milestone (A)."""
        reached = np.maximum(self.reached, 1)
        is_shared = self.targets.of_activity < 0
        share: FloatArray = np.zeros(len(self.own))
        share[~is_shared] = self.own[~is_shared] / reached[self.targets.of_activity[~is_shared]]
        if self.shared.size:
            share[is_shared] = (self.shared / reached[:, None]).max(axis=0)
        return share

    def judged_towards(self) -> IntArray:
        """Return the milestone that each activity is judged towards (A), -1 where there is none."""
        towards = self.targets.of_activity.copy()
        is_shared = towards < 0
        if self.shared.size:
            most = self.shared / np.maximum(self.reached, 1)[:, None]
            towards[is_shared] = np.where(most.any(axis=0), most.argmax(axis=0), -1)
        return towards


def path(network_links: Links, draws: Draws, times: Times, sample: int, activity: int) -> list[int]:
    """Return the driving path to the finish of an activity in one sample, first to last."""
    count = times.start_min.shape[1]
    steps = np.empty(count, dtype=np.int64)
    length = _path(
        network_links, times.start_min[sample], times.work_end_min[sample],
        times.finish_min[sample], draws.gate_min[sample], draws.unit_min[sample], activity, steps,
    )  # fmt: skip
    found: list[int] = steps[:length][::-1].tolist()
    return found


def bindings(
    network_links: Links, draws: Draws, times: Times, activity: int, moment: Moment = Moment.START
) -> tuple[IntArray, IntArray]:
    """Return what bound a start or finish in each sample: `Bound` and the index it speaks of (S).

    Samples in which it does not happen have `Bound.NOTHING`.
    """
    kind = np.zeros(draws.samples, dtype=np.int64)
    index = np.full(draws.samples, -1, dtype=np.int64)
    _bindings(
        network_links, times.start_min, times.work_end_min, times.finish_min, draws.gate_min,
        draws.unit_min, activity, int(moment), kind, index,
    )  # fmt: skip
    return kind, index


def origins(
    network_links: Links, draws: Draws, times: Times, activity: int
) -> tuple[IntArray, IntArray]:
    """Return where the driving path to a finish begins in each sample: `Bound` and index (S)."""
    kind = np.zeros(draws.samples, dtype=np.int64)
    index = np.full(draws.samples, -1, dtype=np.int64)
    _origins(
        network_links, times.start_min, times.work_end_min, times.finish_min, draws.gate_min,
        draws.unit_min, activity, kind, index,
    )  # fmt: skip
    return kind, index


@kernel
def _path(
    net: Links, start: IntArray, end: IntArray, finish: IntArray, gate: IntArray, unit: IntArray,
    activity: int, steps: IntArray,
) -> int:  # fmt: skip
    """Write the driving path to a finish down, last first; return its length.

    An activity is written once, though its finish and its start may both lie on the path, with
    others between.
    """
    trail, is_seen = _trail(len(start)), np.zeros(len(start), np.bool_)
    _list_leavers(net, end, trail)
    length, node = 0, 4 * activity + FINISH
    _walk(net, start, end, finish, gate, unit, trail, 0, node)
    while node >= 0:
        if not is_seen[node >> 2]:
            is_seen[node >> 2] = True
            steps[length] = node >> 2
            length += 1
        node = trail.before[node]
    return length


@kernel
def _origins(
    net: Links, start: IntArray, end: IntArray, finish: IntArray, gate: IntArray, unit: IntArray,
    activity: int, kind: IntArray, index: IntArray,
) -> None:  # fmt: skip
    trail = _trail(start.shape[1])
    for s in range(start.shape[0]):
        if finish[s, activity] >= NEVER:
            continue
        _list_leavers(net, end[s], trail)
        node = 4 * activity + FINISH
        _walk(net, start[s], end[s], finish[s], gate[s], unit[s], trail, s, node)
        while trail.before[node] >= 0:
            node = trail.before[node]
        kind[s], index[s] = trail.kind[node], trail.which[node]


@kernel
def _bindings(
    net: Links, start: IntArray, end: IntArray, finish: IntArray, gate: IntArray, unit: IntArray,
    activity: int, moment: int, kind: IntArray, index: IntArray,
) -> None:  # fmt: skip
    trail, node = _trail(start.shape[1]), 4 * activity + moment
    for s in range(start.shape[0]):
        if finish[s, activity] < NEVER:
            _list_leavers(net, end[s], trail)
            _walk(net, start[s], end[s], finish[s], gate[s], unit[s], trail, s, node)
            kind[s], index[s] = trail.kind[node], trail.which[node]


@kernel
def _tally(
    net: Links, start: IntArray, end: IntArray, finish: IntArray, gate: IntArray, unit: IntArray,
    pointer: IntArray, column: IntArray, of_activity: IntArray, shared_row: IntArray,
    own: IntArray, shared: IntArray, reached: IntArray, minute: IntArray,
) -> None:  # fmt: skip
    """Trace every milestone of every sample, and count what lies on its path."""
    samples, count = start.shape
    targets = len(pointer) - 1
    trail = _trail(count)
    before = trail.before
    seen = np.full(count, -1, np.int64)  # the last path that each was on
    for s in range(samples):
        finishes = finish[s]
        _list_leavers(net, end[s], trail)
        for t in range(targets):
            # 1. Which of its activities is the last, and when?
            last = -1
            for i in range(pointer[t], pointer[t + 1]):
                if last < 0 or finishes[column[i]] > finishes[last]:
                    last = column[i]
            if last < 0 or finishes[last] >= NEVER:
                minute[s, t] = NEVER
                continue
            minute[s, t] = finishes[last]
            reached[t] += 1
            # 2. What drove it?
            path, node = s * targets + t, 4 * last + FINISH
            _walk(net, start[s], end[s], finishes, gate[s], unit[s], trail, s, node)
            while node >= 0:
                a = node >> 2
                if seen[a] != path:
                    seen[a] = path
                    if of_activity[a] == t:
                        own[a] += 1
                    elif of_activity[a] < 0:
                        shared[t, shared_row[a]] += 1
                node = before[node]


class Trail(NamedTuple):
    """What is found out of a sample; moments of activities are nodes, `4 * activity + moment`.

    Parameters
    ----------
    known
        The last sample in which each node was looked at (4A).
    before, kind, which
        The node that each waited for, -1 where its path begins; `Bound` and the index it speaks of.
    first_leaver, next_leaver
        Activities that hold crews, by the minute in which their work ends: the first of the chain
        of each slot, and who follows each (A), in order of the network; -1 where nobody does.
    """

    known: IntArray
    before: IntArray
    kind: IntArray
    which: IntArray
    first_leaver: IntArray
    next_leaver: IntArray


@inner
def _trail(count: int) -> Trail:
    slots = 1
    while slots < 2 * count:
        slots *= 2
    return Trail(
        np.full(4 * count, -1, np.int64), np.empty(4 * count, np.int64),
        np.empty(4 * count, np.int64), np.empty(4 * count, np.int64),
        np.empty(slots, np.int64), np.empty(count, np.int64),
    )  # fmt: skip


@inner
def _list_leavers(net: Links, end: IntArray, trail: Trail) -> None:
    first, following, need_pointer = trail.first_leaver, trail.next_leaver, net.need_pointer
    first[:] = -1
    for a in range(len(end) - 1, -1, -1):
        if need_pointer[a] < need_pointer[a + 1]:
            slot = _slot(end[a], len(first))
            following[a] = first[slot]
            first[slot] = a


@inner
def _slot(minute: int, slots: int) -> int:
    """Return the slot of a minute: minutes are often whole hours, so all their bits are mixed."""
    mixed = minute * 2654435761
    return (mixed ^ (mixed >> 17)) & (slots - 1)


@inner
def _walk(
    net: Links, start: IntArray, end: IntArray, finish: IntArray, gate: IntArray, unit: IntArray,
    trail: Trail, sample: int, node: int,
) -> None:  # fmt: skip
    """Find out what bound a moment and all before it, up to what is known of the sample.

    Paths to different milestones soon meet, so little is left for the later ones. All is written
    out in one function: a call for each step would count references to twenty arrays.
    """
    pred, source, lag, need_column = net.pred, net.source, net.lag, net.need_column
    known, before, kinds, indices = trail.known, trail.before, trail.kind, trail.which
    while node >= 0 and known[node] != sample:
        a, moment = node >> 2, node & 3
        kind, index, then = WORK, a, 4 * a + START

        # 1. A finish that no relation holds comes with the end of work, and that with the start.
        if moment == START or (moment == FINISH and finish[a] > end[a]):
            # 2. The last of its relations, the first declared of those at one minute.
            of_moment = net.into_finish if moment == FINISH else net.into_start
            pointer = net.into_finish_pointer if moment == FINISH else net.into_start_pointer
            relation, at = -1, 0
            for i in range(pointer[a], pointer[a + 1]):
                e = of_moment[i]
                minute = finish[pred[e]]
                if source[e] == START:
                    minute = start[pred[e]]
                elif source[e] == WORK_END:
                    minute = end[pred[e]]
                if relation < 0 or minute + lag[e] > at:
                    relation, at = e, minute + lag[e]
            kind, index, then = RELATION, relation, -1

            if moment == START:
                # 3. A gate that opened later.
                last_gate = -1
                for i in range(net.gate_pointer[a], net.gate_pointer[a + 1]):
                    if gate[net.gate_column[i]] > at:
                        last_gate, relation = net.gate_column[i], -1
                        at = gate[last_gate]
                if last_gate >= 0:
                    kind, index = GATE, last_gate
                elif relation < 0:
                    kind = NOTHING

                # 4. It waited on: a unit came at that minute.
                if at < start[a]:
                    kind, index = REPAIR, last_gate  # of its hall, if it is nothing below
                    for i in range(net.wait_pointer[a], net.wait_pointer[a + 1]):
                        pool = net.wait_column[i]
                        for j in range(net.unit_pointer[pool], net.unit_pointer[pool + 1]):
                            if kind == REPAIR and unit[net.unit[j]] == start[a]:
                                kind, index, relation = UNIT, net.unit[j], -1

                # 5. Or an activity gave its crew back then: of the first resource, the first.
                if kind == REPAIR:
                    slot = _slot(start[a], len(trail.first_leaver))
                    for i in range(net.need_pointer[a], net.need_pointer[a + 1]):
                        giver = trail.first_leaver[slot]
                        while kind == REPAIR and giver >= 0:
                            if end[giver] == start[a] and start[giver] < start[a]:
                                for j in range(
                                    net.need_pointer[giver], net.need_pointer[giver + 1]
                                ):
                                    if need_column[j] == need_column[i]:
                                        kind, index, relation = CREW, giver, -1
                                        then = 4 * giver + WORK_END
                            giver = trail.next_leaver[giver]

            # 6. On to the relation; a hall under repair had its conditions met before.
            if relation >= 0:
                then = 4 * pred[relation] + source[relation]

        known[node] = sample
        before[node], kinds[node], indices[node] = then, kind, index
        node = then


def cruciality(criticality: FloatArray, work: IntArray, minute: IntArray) -> FloatArray:
    """Return criticality times the size of the rank correlation of work with the milestone (A).

    Parameters
    ----------
    work
        Work of each activity by sample, shape (S, A).
    minute
        Its milestone by sample, shape (S, A) or (S,); samples without it are left out by the
        caller.
    """
    ranked = _ranks(work)
    against = _ranks(minute if minute.ndim > 1 else minute[:, None])
    size = np.sqrt((ranked**2).sum(axis=0) * (against**2).sum(axis=0))
    product = (ranked * against).sum(axis=0)
    correlation = np.divide(product, size, out=np.zeros_like(size), where=size > 0)
    made: FloatArray = criticality * np.abs(correlation)
    return made


def _ranks(value: IntArray) -> FloatArray:
    """Return ranks about their mean along axis 0; what does not vary is nought."""
    order = np.argsort(value, axis=0, kind="stable")
    rank = np.empty(value.shape, dtype=np.float64)
    places = np.arange(value.shape[0], dtype=np.float64)[:, None]
    np.put_along_axis(rank, order, np.broadcast_to(places, value.shape), axis=0)
    rank -= places.mean()
    rank[:, np.ptp(value, axis=0) == 0] = 0.0
    return rank
