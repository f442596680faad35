"""Laws that every network keeps: dates honour relations, and levelling honours crews."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.domain.result import NEVER
from planner.network import deterministic
from planner.network.cpm import handed_out
from planner.network.level import flow_arcs, levelled
from planner.network.passes import as_graph
from planner.simulate import reference
from tests.networks import certain_draws
from tests.strategies import networks

if TYPE_CHECKING:
    from planner.network.arrays import Network

SOURCES = ("finish", "start", "finish", "start", "end")
"""From which moment each kind of relation runs."""


def _honours(made: Network, when: dict[str, np.ndarray]) -> bool:
    """Return whether every relation holds."""
    for pred, succ, kind, lag in zip(
        made.relation_pred,
        made.relation_succ,
        made.relation_kind,
        made.relation_lag_min,
        strict=True,
    ):
        target = when["finish" if kind in (2, 3) else "start"][succ]
        if target < min(NEVER, when[SOURCES[kind]][pred] + lag):
            return False
    return True


@settings(deadline=None)
@given(networks())
def test_dates_honour_relations_and_floats_are_sound(made):
    """No date comes before its relations allow; free float is within total float, and both >= 0."""
    found = deterministic(made)
    when = {"start": found.start_min, "end": found.work_end_min, "finish": found.finish_min}
    assert _honours(made, when)
    assert np.all(found.free_float_min >= 0)
    assert np.all(found.free_float_min <= found.total_float_min)
    real = found.finish_min < NEVER
    assert np.all(found.late_start_min[real] >= found.start_min[real])
    assert np.all(found.late_finish_min[real] >= found.finish_min[real])


@settings(deadline=None)
@given(networks(), st.integers(1, 2000))
def test_slip_within_free_float_moves_nobody(made, most):
    """A start that slips within its free float leaves the early dates of all others alone."""
    found = deterministic(made)
    for a in np.flatnonzero(found.free_float_min):
        slip = min(most, int(found.free_float_min[a]))
        gate = len(made.gate_name)
        pointer = made.gate.pointer.copy()
        pointer[a + 1 :] += 1
        column = np.insert(made.gate.column, made.gate.pointer[a], gate)
        slipped = dataclasses.replace(
            made,
            gate=dataclasses.replace(
                made.gate, pointer=pointer, column=column, units=np.ones_like(column)
            ),
            gate_name=(*made.gate_name, "slip"),
            gate_base_min=np.append(made.gate_base_min, found.start_min[a] + slip),
            gate_slip=type(made.gate_slip)(
                *(np.append(part, 0).astype(part.dtype) for part in vars(made.gate_slip).values())
            ),
        )
        after = deterministic(slipped, handed_out(made, as_graph(made)))
        others = np.arange(len(made.activity)) != a
        assert np.array_equal(after.start_min[others], found.start_min[others])


@settings(deadline=None)
@given(networks(), st.integers(0, 2))
def test_levelled_schedules_honour_relations_and_crews(made, passes):
    """No relation is broken and no crew is in two places, however often it is improved."""
    schedule = levelled(made, passes=passes)
    when = {k: np.array(getattr(schedule, k)) for k in ("start", "end", "finish")}
    assert _honours(made, when)
    for r, capacity in enumerate(made.capacity):
        held = [(a, n) for a, needs in enumerate(schedule.needs) for q, n in needs if q == r]
        for a, _ in held:
            at = schedule.start[a]
            if at < NEVER:
                busy = [n for b, n in held if schedule.start[b] <= at < schedule.end[b] < NEVER]
                assert sum(busy) <= capacity


@settings(deadline=None)
@given(networks())
def test_improvement_delays_no_hall(made):
    """No hall finishes later for a pass more."""
    before, after = (np.array(levelled(made, passes=p).finish) for p in (0, 1))
    for first, last in zip(made.hall_first, made.hall_last, strict=True):
        if first < last:
            assert after[first:last].max() <= before[first:last].max()


@settings(deadline=None)
@given(networks())
def test_arcs_close_no_circle(made):
    """With the arcs as relations the network still ends, with the dates of the schedule."""
    schedule = levelled(made)
    arcs = flow_arcs(schedule, made.capacity.tolist())
    pred, succ = (np.array([arc[i] for arc in arcs], dtype=np.int64) for i in (0, 1))
    joined = dataclasses.replace(
        made,
        relation_pred=np.r_[made.relation_pred, pred],
        relation_succ=np.r_[made.relation_succ, succ],
        relation_kind=np.r_[made.relation_kind, np.full(len(arcs), 4)],
        relation_lag_min=np.r_[made.relation_lag_min, np.zeros(len(arcs), dtype=np.int64)],
    )
    kept = deterministic(joined, handed_out(made, as_graph(made)))
    assert np.all(kept.start_min <= np.array(schedule.start))


@settings(deadline=None)
@given(networks())
def test_without_contention_simulation_is_the_deterministic_pass(made):
    """With crews and equipment to spare and likely draws, the engine gives the same minutes."""
    spare = dataclasses.replace(
        made,
        capacity=np.full_like(made.capacity, 10**6),
        unit_lead=type(made.unit_lead)(*(part * 0 for part in vars(made.unit_lead).values())),
    )
    found = deterministic(spare)
    times = reference.simulate(spare, certain_draws(spare))
    assert times.start_min[0].tolist() == found.start_min.tolist()
    assert times.finish_min[0].tolist() == found.finish_min.tolist()
