"""Sequencing under crews on hand-solved cases."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from planner.network import deterministic
from planner.network.level import Profile, flow_arcs, levelled, named_arcs, sequence
from tests.networks import DAY, HOUR, Job, network

EL = {"el": 1}


def with_arcs(made, arcs):
    """Return the network with arcs as relations."""
    pred, succ = (np.array(side, dtype=np.int64) for side in zip(*arcs, strict=True))
    return dataclasses.replace(
        made,
        relation_pred=np.r_[made.relation_pred, pred],
        relation_succ=np.r_[made.relation_succ, succ],
        relation_kind=np.r_[made.relation_kind, np.full(len(pred), 4)],
        relation_lag_min=np.r_[made.relation_lag_min, np.zeros(len(pred), dtype=np.int64)],
    )


def test_crews_are_handed_on():
    """Two jobs for one crew run one after the other, and the arc says who is first."""
    made = network(
        [Job("a", DAY, needs=EL), Job("b", DAY, needs=EL)], crews={"el": 1}, rank=["b", "a"]
    )
    schedule = levelled(made)
    assert schedule.start == [DAY, 0]
    assert named_arcs(made, sequence(made)) == (("b", "a"),)


def test_no_arc_where_crews_suffice():
    """Crews that nobody used before are taken first, so that plenty binds nobody."""
    jobs = [Job("a", DAY, needs=EL), Job("b", DAY, (("a", "FS", DAY),), needs=EL)]
    assert sequence(network(jobs, crews={"el": 2})) == ()


def test_no_arc_to_whom_waits_anyway():
    """A successor takes the crew of its predecessor without an arc."""
    jobs = [Job("a", DAY, needs=EL), Job("b", DAY, (("a", "FS", 0),), needs=EL)]
    assert sequence(network(jobs, crews={"el": 1})) == ()


def test_crews_leave_at_the_end_of_work():
    """FF holds a finish, not the crew."""
    jobs = [
        Job("long", 9 * DAY),
        Job("a", DAY, (("long", "FF", 0),), needs=EL),
        Job("b", DAY, needs=EL),
    ]  # fmt: skip
    schedule = levelled(network(jobs, crews={"el": 1}))
    assert sorted(schedule.start[1:]) == [0, DAY]
    assert schedule.finish[1] == 9 * DAY


def test_crews_are_held_over_night():
    """A crew that starts on office hours is held until its work ends, nights included."""
    jobs = [Job("a", 16 * HOUR, needs=EL, calendar="5x8"), Job("b", HOUR, needs=EL)]
    schedule = levelled(network(jobs, crews={"el": 1}))
    assert schedule.start[1] == DAY + 17 * HOUR


def test_improvement_finds_the_better_order():
    """The rank serves the short end first; improvement lets the one with a tail go ahead."""
    jobs = [
        Job("a", 2 * DAY, needs=EL),
        Job("b", DAY, needs=EL),
        Job("tail", 5 * DAY, (("b", "FS", 0),)),
    ]  # fmt: skip
    made = _one_hall(network(jobs, crews={"el": 1}))
    assert max(levelled(made, passes=0).finish) == 8 * DAY
    assert max(levelled(made, passes=1).finish) == 6 * DAY


def test_arcs_keep_the_schedule():
    """With its arcs as relations, the pass without crews gives the levelled dates."""
    jobs = [Job(f"j{i}", (1 + i % 3) * DAY, needs={"el": 1 + i % 2}) for i in range(9)]
    made = network(jobs, crews={"el": 3})
    schedule = levelled(made)
    arcs = flow_arcs(schedule, made.capacity.tolist())
    assert deterministic(with_arcs(made, arcs)).start_min.tolist() == schedule.start


def test_arcs_need_free_crews():
    """A schedule that takes more than there is cannot be turned into arcs."""
    schedule = levelled(
        network([Job("a", DAY, needs=EL), Job("b", DAY, needs=EL)], crews={"el": 2})
    )
    with pytest.raises(Exception, match="not free"):
        flow_arcs(schedule, [1])


def test_what_never_comes_holds_no_crew():
    """Work whose equipment never comes takes no crew from others."""
    jobs = [Job("a", DAY, needs=EL, waits={"tx": 1}), Job("b", DAY, needs=EL)]
    assert levelled(network(jobs, crews={"el": 1})).start[1] == 0


def test_profile_finds_gaps():
    """A profile says when units are free next, and by when to be gone."""
    profile = Profile(2)
    profile.add(10, 20, 2)
    profile.add(30, 40, 1)
    assert profile.free_from(0, 10, 1) == 0
    assert profile.free_from(5, 11, 1) == 20
    assert profile.free_from(25, 35, 1) == 25
    assert profile.free_until(25, 50, 2) == 30
    assert profile.free_until(15, 45, 1) == 10
    profile.add(10, 20, -2)
    profile.add(30, 40, -1)
    assert (profile.time, profile.level) == ([0], [0])


def _one_hall(made):
    """Return the network with all activities in one hall, so that they may move to its end."""
    return dataclasses.replace(
        made, activity_hall=np.zeros(len(made.activity), dtype=np.int64), hall=("h",)
    )
