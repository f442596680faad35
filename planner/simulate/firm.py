"""What is known when: what is not firm slips with the forecast of what it waits for.

Until it is firm,

- a delivery of GPUs is moved to the day on which its first racks can go in, as that is forecast
  then;
- a unit of equipment to the day on which the first work of its hall that still waits for the class
  can start;
- what has not started of a hall to when it meets its power: by the least that any of its rows would
  wait for a tranche.

Nothing moves to before the day on which it would have come. What is known at a minute t:

- what has started or ended by t, and which gates opened by t;
- what is under way ends when its deterministic work since its start is done, and at t where that
  is over already;
- what has not started takes its deterministic work, on its own calendar, from t on at the earliest;
  gates open and equipment comes on their likely minute, and at t where that is over.

No weather, no crews, no drivers: a forecast is the schedule updated, as planners do it. From the
minute at which it is firm a commitment stands on its date, whatever happens. A hall that is
cancelled ends what is under way; what has not started by that day never does.

Both engines run on the gates and units that come out, so that they agree by making. A decision
changes nothing before the minute from which it works: the day on which a delivery would have come,
which lies after the minute at which it is firm, and that minute itself for a hall. Decisions are
found in that order, each from a run in which those before it are right.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from planner.domain.result import NEVER
from planner.network.cpm import gate_min, handed_out
from planner.network.passes import Clocks, Graph, as_graph, first_starts, forward_dates
from planner.simulate.summarise import rack_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.network.arrays import BoolArray, IntArray, Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times

Without = Literal["", "equipment", "power"]
"""What a forecast takes as there, beside racks."""


class Known(NamedTuple):
    """What has happened in a sample by a minute: when things started and ended (A), gates (G)."""

    start: IntArray
    work_end: IntArray
    finish: IntArray
    gate: IntArray


@dataclass(frozen=True)
class Decision:
    """A commitment that is not firm at once.

    Parameters
    ----------
    known_min
        Minute at which it is decided, by what is known then.
    index
        Gate of a delivery, unit of equipment, or hall.
    rows
        Activities that wait for it; of a hall, all of them.
    """

    kind: Literal["racks", "equipment", "hall", "cancel"]
    known_min: int
    index: int
    rows: IntArray


class Movable:
    """The commitments of a network that can be moved or are cancelled, and what they wait for."""

    def __init__(self, network: Network) -> None:
        self.network = network
        found = [*_deliveries(network), *_equipment(network), *_halls(network)]
        self.decisions = sorted(found, key=lambda d: d.known_min)
        if not self.decisions:
            return
        graph = as_graph(network)
        self.graph = _with_elapsed(graph, network)
        self.is_powered = _powered(network)
        self.unpowered = _with_elapsed(_without_power(network, self.is_powered), network)
        self.elapsed = len(network.day_type)
        self.arrivals = handed_out(network, graph)
        self.likely = gate_min(network).copy()
        self.docks = _named(network, "dock/")
        self.power = network.tranche_gate
        self.holds = _named(network, "hold/")
        self.hold_min = np.full(len(network.gate_name), NEVER)
        """Minute at which it is decided what a gate holds; `NEVER` of those that hold nothing."""
        for d in self.decisions:
            if network.terms is not None and d.kind in ("hall", "cancel"):
                own = network.terms.hold[d.rows]
                self.hold_min[own] = np.minimum(self.hold_min[own], d.known_min)

    def opened(self, draws: Draws) -> Draws:
        """Return draws in which nothing is held yet."""
        if not len(self.holds):
            return draws
        gate = draws.gate_min.copy()
        gate[:, self.holds] = 0
        return dataclasses.replace(draws, gate_min=gate)

    def forecast(self, known: Known, now: int, without: Without = "") -> IntArray:
        """Return the starts (A) forecast at a minute, as if all racks were there.

        Parameters
        ----------
        without
            What else is taken as there.
        """
        gate = np.where(known.gate <= now, known.gate, np.maximum(self.likely, now))
        gate[self.docks] = 0
        # What is held is known once it is decided.
        gate[self.holds] = np.where(self.hold_min[self.holds] < now, known.gate[self.holds], 0)
        if without == "power":
            gate[self.power] = 0
        arrivals = self.arrivals
        if without == "equipment":
            arrivals = arrivals._replace(minute=np.zeros_like(arrivals.minute))
        floor, _, _ = first_starts(self.network.gate, gate, arrivals)
        started, done = known.start <= now, known.finish <= now
        worked = known.work_end <= now
        likely = _work_ends(self.graph, known.start, started & ~worked)
        end = np.where(worked, known.work_end, np.maximum(likely, now))
        graph = self.unpowered if without == "power" else self.graph
        graph = graph._replace(
            work=np.where(started, end - known.start, self.graph.work),
            calendar=np.where(started, self.elapsed, self.graph.calendar),
        )
        floor = np.where(started, known.start, np.maximum(floor, now))
        dates, _ = forward_dates(graph, floor.astype(np.int64))
        start: IntArray = np.where(started | done, known.start, dates.start)
        return start


def _named(network: Network, prefix: str) -> IntArray:
    """Return the gates whose name begins so."""
    own = [g for g, name in enumerate(network.gate_name) if name.startswith(prefix)]
    return np.array(own, dtype=np.int64)


def _powered(network: Network) -> BoolArray:
    """Return which activities wait for a tranche (A)."""
    owner = np.repeat(np.arange(len(network.activity)), np.diff(network.gate.pointer))
    found = np.zeros(len(network.activity), dtype=np.bool_)
    found[owner[np.isin(network.gate.column, network.tranche_gate)]] = True
    return found


def _without_power(network: Network, is_powered: BoolArray) -> Graph:
    """Return the graph in which nothing waits for the site works that tranches wait for."""
    after = np.isin(network.relation_pred, network.tranche_after.column)
    kept = ~(after & is_powered[network.relation_succ])
    fields = ("relation_pred", "relation_succ", "relation_kind", "relation_lag_min")
    changes: dict[str, IntArray] = {name: getattr(network, name)[kept] for name in fields}
    return as_graph(dataclasses.replace(network, **changes))  # type: ignore[arg-type]


def _deliveries(network: Network) -> Iterator[Decision]:
    """Yield the deliveries of GPUs that can be moved, with the first rows that wait for racks."""
    rows, firm = rack_rows(network), network.gate_firm_min
    for gate in range(len(network.gate_name)) if firm is not None else ():
        own = rows[(network.lot_gate == gate) & (rows >= 0)]
        if firm is not None and firm[gate] > network.known_min and len(own):
            yield Decision("racks", int(firm[gate]), gate, own)


def _equipment(network: Network) -> Iterator[Decision]:
    """Yield the units that can be moved, with the rows of their hall that wait for the class."""
    terms = network.terms
    if terms is None:
        return
    owner = np.repeat(np.arange(len(network.activity)), np.diff(network.wait.pointer))
    place = [
        network.hall[h] if h >= 0 else network.site[s]
        for h, s in zip(network.activity_hall, network.activity_site, strict=True)
    ]
    waiting: dict[tuple[str, int], list[int]] = {}
    for a, pool in zip(owner.tolist(), network.wait.column.tolist(), strict=True):
        waiting.setdefault((place[a], pool), []).append(a)
    for unit, (name, firm) in enumerate(zip(terms.unit_place, terms.unit_firm_min, strict=True)):
        own = waiting.get((name, int(network.unit_pool[unit])), [])
        if firm > network.known_min and own:
            yield Decision("equipment", int(firm), unit, np.array(own, dtype=np.int64))


def _halls(network: Network) -> Iterator[Decision]:
    """Yield the halls that can be moved, or are cancelled."""
    terms = network.terms
    if terms is None:
        return
    for hall, (first, last) in enumerate(zip(network.hall_first, network.hall_last, strict=True)):
        rows = np.arange(first, last)
        firm, gone = int(terms.hall_firm_min[hall]), int(terms.hall_cancel_min[hall])
        if firm > network.known_min and (gone < 0 or firm < gone):
            yield Decision("hall", firm, hall, rows)
        if gone >= 0:
            yield Decision("cancel", gone - 1, hall, rows)  # what would start that day does not


def settled(
    network: Network, movable: Movable, draws: Draws, simulate: Callable[[Draws], Times]
) -> tuple[Draws, Times]:
    """Return the draws of a block with commitments where they are moved to, and what happens.

    Parameters
    ----------
    movable
        Of the network.
    simulate
        Engine.
    """
    if not movable.decisions:
        return draws, simulate(draws)
    drawn = draws = movable.opened(draws)
    times = simulate(draws)
    works_from = np.where(movable.hold_min < NEVER, movable.hold_min, drawn.gate_min)
    known_until = np.full(draws.samples, -2)  # a hall cancelled at the epoch is at -1
    while True:
        gate, unit = draws.gate_min.copy(), draws.unit_min.copy()
        for s in np.flatnonzero(known_until < NEVER):
            _Sample(movable, drawn, times, gate, unit, int(s)).decide(int(known_until[s]))
        moved, later = gate != draws.gate_min, unit != draws.unit_min
        if not moved.any() and not later.any():
            return draws, times
        # What was moved had come at its drawn minute: until then nothing is otherwise.
        known_until = np.minimum(
            np.where(moved, works_from, NEVER).min(axis=1, initial=NEVER),
            np.where(later, drawn.unit_min, NEVER).min(axis=1, initial=NEVER),
        )
        draws = dataclasses.replace(draws, gate_min=gate, unit_min=unit)
        times = simulate(draws)


class _Sample:
    """A sample in which commitments are decided one after another.

    Parameters
    ----------
    gate, unit
        Where they are moved to, shapes (S, G) and (S, U); written in place.
    """

    def __init__(
        self, movable: Movable, drawn: Draws, times: Times, gate: IntArray, unit: IntArray,
        sample: int,
    ) -> None:  # fmt: skip
        self.movable, self.limit = movable, movable.graph.limit
        self.drawn_gate, self.drawn_unit = drawn.gate_min[sample], drawn.unit_min[sample]
        self.gate, self.unit = gate[sample], unit[sample]
        self.happened = Known(
            times.start_min[sample], times.work_end_min[sample], times.finish_min[sample],
            gate[sample].copy(),
        )  # fmt: skip
        self.found: dict[tuple[int, Without], IntArray] = {}

    def forecast(self, now: int, without: Without = "") -> IntArray:
        """Return the starts forecast at a minute, each asked once."""
        key = (now, without)
        if key not in self.found:
            self.found[key] = self.movable.forecast(self.happened, now, without)
        return self.found[key]

    def decide(self, known_until: int) -> None:
        """Decide all that is decided after a minute."""
        for d in self.movable.decisions:
            if d.known_min <= known_until:
                continue
            if d.kind == "racks" and d.known_min < self.drawn_gate[d.index]:
                first = int(self.forecast(d.known_min)[d.rows].min())
                self.gate[d.index] = self._later(int(self.drawn_gate[d.index]), first)
            elif d.kind == "equipment" and d.known_min < self.drawn_unit[d.index]:
                self.unit[d.index] = self._needed(d)
            elif d.kind in ("hall", "cancel"):
                self._hold(d)

    def _later(self, drawn: int, first: int) -> int:
        """Return when something comes that is wanted from a minute on."""
        return max(drawn, first) if first < self.limit else drawn

    def _needed(self, unit: Decision) -> int:
        """Return when a unit comes: when the first work that still waits for it can start."""
        drawn = int(self.drawn_unit[unit.index])
        rows = unit.rows[self.happened.start[unit.rows] > unit.known_min]
        if not len(rows):
            return drawn
        return self._later(drawn, int(self.forecast(unit.known_min, "equipment")[rows].min()))

    def _hold(self, hall: Decision) -> None:
        """Hold what has not started of a hall: for good, or until it meets its power."""
        terms = self.movable.network.terms
        assert terms is not None
        rows = hall.rows[self.happened.start[hall.rows] > hall.known_min]
        if hall.kind == "cancel":
            self.gate[terms.hold[rows]] = NEVER
            return
        self.gate[terms.hold[hall.rows]] = 0
        now, powered = hall.known_min, rows[self.movable.is_powered[rows]]
        if not len(powered):
            return
        late, free = self.forecast(now), self.forecast(now, "power")
        shift = int((late - free)[powered].min())
        if shift > 0 and int(late[powered].min()) < self.limit:
            self.gate[terms.hold[rows]] = int(free[rows].min()) + shift


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
