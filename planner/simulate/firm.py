"""What is known when: an order that is not firm slips with the forecast of what it waits for.

Until it is firm, a delivery is moved to the day on which its first racks can go in, as that is
forecast then; never to before the day on which it would have come. What is known at a minute t:

- what has started or ended by t, and which gates opened by t;
- what is under way ends when its deterministic work since its start is done, and at t where that
  is over already;
- what has not started takes its deterministic work, on its own calendar, from t on at the earliest;
  gates open and equipment comes on their likely minute, and at t where that is over.

No weather, no crews, no drivers: a forecast is the schedule updated, as planners do it. From the
minute at which it is firm a delivery stands on its date, whatever happens.

Both engines run on the gates that come out, so that they agree by making. Moving a delivery changes
nothing before the day on which it would have come, which lies after the minute at which it is firm:
gates are found in that order, each from a run in which those before it are right.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.domain.result import NEVER
from planner.network.cpm import gate_min, handed_out
from planner.network.passes import Clocks, Graph, as_graph, first_starts, forward_dates
from planner.simulate.summarise import rack_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import BoolArray, IntArray, Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times


class Known(NamedTuple):
    """What has happened in a sample by a minute: when things started and ended (A), gates (G)."""

    start: IntArray
    work_end: IntArray
    finish: IntArray
    gate: IntArray


class Movable:
    """The deliveries of a network that can be moved, and what they wait for."""

    def __init__(self, network: Network) -> None:
        self.network = network
        rows, firm = rack_rows(network), network.gate_firm_min
        self.rows: dict[int, IntArray] = {}
        """First rows that wait for the racks of each gate that can be moved."""
        for gate in range(len(network.gate_name)) if firm is not None else ():
            own = rows[(network.lot_gate == gate) & (rows >= 0)]
            if firm is not None and firm[gate] > network.known_min and len(own):
                self.rows[gate] = own
        if not self.rows:
            return
        graph = as_graph(network)
        self.graph = _with_elapsed(graph, network)
        self.elapsed = len(network.day_type)
        self.arrivals = handed_out(network, graph)
        docks = [g for g, name in enumerate(network.gate_name) if name.startswith("dock/")]
        self.likely = gate_min(network).copy()
        self.likely[docks] = 0  # when racks could go in is asked as if all were there
        self.docks = np.array(docks, dtype=np.int64)

    def forecast(self, known: Known, now: int) -> IntArray:
        """Return the starts (A) forecast at a minute."""
        gate = np.where(known.gate <= now, known.gate, np.maximum(self.likely, now))
        gate[self.docks] = 0
        floor, _, _ = first_starts(self.network.gate, gate, self.arrivals)
        started, done = known.start <= now, known.finish <= now
        worked = known.work_end <= now
        likely = _work_ends(self.graph, known.start, started & ~worked)
        end = np.where(worked, known.work_end, np.maximum(likely, now))
        graph = self.graph._replace(
            work=np.where(started, end - known.start, self.graph.work),
            calendar=np.where(started, self.elapsed, self.graph.calendar),
        )
        floor = np.where(started, known.start, np.maximum(floor, now))
        dates, _ = forward_dates(graph, floor.astype(np.int64))
        start: IntArray = np.where(started | done, known.start, dates.start)
        return start


def settled(
    network: Network, movable: Movable, draws: Draws, simulate: Callable[[Draws], Times]
) -> tuple[Draws, Times]:
    """Return the draws of a block with deliveries where they are moved to, and what happens.

    Parameters
    ----------
    movable
        Of the network.
    simulate
        Engine.
    """
    times = simulate(draws)
    if not movable.rows or network.gate_firm_min is None:
        return draws, times
    drawn, firm = draws.gate_min, network.gate_firm_min
    order = sorted(movable.rows, key=lambda g: int(firm[g]))
    known_until = np.full(draws.samples, -1)
    while True:
        gate = draws.gate_min.copy()
        for s in np.flatnonzero(known_until < NEVER):
            late = [g for g in order if known_until[s] < firm[g] < drawn[s, g]]
            _move(movable, late, firm, drawn[s], gate[s], times, int(s))
        moved = gate != draws.gate_min
        if not moved.any():
            return draws, times
        # What was moved had come at its drawn minute: until then nothing is otherwise.
        known_until = np.where(moved, drawn, NEVER).min(axis=1)
        draws = dataclasses.replace(draws, gate_min=gate)
        times = simulate(draws)


def _move(
    movable: Movable, order: list[int], firm: IntArray, drawn: IntArray, gate: IntArray,
    times: Times, sample: int,
) -> None:  # fmt: skip
    """Move the deliveries of a sample to what is forecast when each of them is firm."""
    found: dict[int, IntArray] = {}
    happened = Known(
        times.start_min[sample], times.work_end_min[sample], times.finish_min[sample], gate.copy()
    )
    for g in order:
        now = int(firm[g])
        if now not in found:
            found[now] = movable.forecast(happened, now)
        first = int(found[now][movable.rows[g]].min())
        gate[g] = max(int(drawn[g]), first) if first < movable.graph.limit else drawn[g]


def _with_elapsed(graph: Graph, network: Network) -> Graph:
    """Return a graph with one more calendar row, on which every minute is worked."""
    clocks, limit = graph.clocks, graph.limit
    return graph._replace(clocks=Clocks(
        np.append(clocks.pointer, clocks.pointer[-1] + 1),
        np.append(clocks.start, 0), np.append(clocks.end, limit), np.append(clocks.after, limit),
    ))  # fmt: skip


def _work_ends(graph: Graph, start: IntArray, asked: BoolArray) -> IntArray:
    """Return when the likely work of some activities ends from given starts (A); 0 of the rest."""
    end = np.zeros(len(start), dtype=np.int64)
    clocks = graph.clocks
    for a in np.flatnonzero(asked):
        first, last = clocks.pointer[graph.calendar[a]], clocks.pointer[graph.calendar[a] + 1]
        begins, ends, after = (x[first:last] for x in (clocks.start, clocks.end, clocks.after))
        at = int(np.searchsorted(ends, start[a], side="right"))
        if graph.work[a] == 0:
            end[a] = start[a]
            continue
        if at == len(ends):
            end[a] = NEVER
            continue
        worked = after[at] - (ends[at] - max(int(begins[at]), int(start[a])))
        due = worked + graph.work[a]
        to = int(np.searchsorted(after, due, side="left"))
        end[a] = NEVER if to == len(ends) else ends[to] - (after[to] - due)
    return end
