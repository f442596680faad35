"""What bound each date, in samples solved by hand and on random networks."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings

from planner.domain.result import NEVER
from planner.simulate import fast
from planner.simulate.criticality import (
    Bound,
    Tally,
    Targets,
    bindings,
    cruciality,
    links,
    origins,
    path,
    towards,
)
from planner.simulate.sampling import Sampler
from tests.networks import DAY, Job, Shed, certain_draws, network
from tests.strategies import networks


def traced(jobs, last, *, storms=(), **more):
    """Return the path to the last job, what bound each start on it, and where it begins."""
    made = network(jobs, **more)
    draws = certain_draws(made, storms=storms)
    times, net = fast.simulate(made, draws), links(made)
    steps = path(net, draws, times, 0, made.activity.index(last))
    bound = []
    for a in steps:
        kind, index = bindings(net, draws, times, a)
        bound.append((made.activity[a], Bound(kind[0]).name, int(index[0])))
    kind, index = origins(net, draws, times, made.activity.index(last))
    return bound, (Bound(kind[0]).name, int(index[0]))


def test_the_later_predecessor_drives():
    """b ends at day 3, a at day 2: z waits for b."""
    jobs = [Job("a", 2 * DAY), Job("b", 3 * DAY),
            Job("z", DAY, (("a", "FS", 0), ("b", "FS", 0)))]  # fmt: skip
    assert traced(jobs, "z")[0] == [("b", "NOTHING", -1), ("z", "RELATION", 1)]


def test_a_gate_drives_what_is_ready_before_it():
    """The gate opens on day 9, long after a: the path begins with the gate."""
    jobs = [Job("a", DAY), Job("z", DAY, (("a", "FS", 0),), gates=("g",))]
    assert traced(jobs, "z", gates={"g": (9 * DAY, 0)}) == ([("z", "GATE", 0)], ("GATE", 0))


def test_equipment_drives_what_waits_for_it():
    """The unit comes on day 4."""
    jobs = [Job("z", DAY, waits={"tx": 1})]
    assert traced(jobs, "z", units=[("tx", 4 * DAY)])[1] == ("UNIT", 0)


def test_a_crew_that_is_busy_drives():
    """One crew: a has it for 3 days, then z; the path runs on through a."""
    jobs = [Job("a", 3 * DAY, needs={"el": 1}), Job("z", DAY, needs={"el": 1})]
    assert traced(jobs, "z", crews={"el": 1})[0] == [("a", "NOTHING", -1), ("z", "CREW", 0)]


def test_a_finish_held_by_ff_is_driven_by_its_predecessor():
    """a's finish at day 5 holds z's finish, though z's own work ended on day 1."""
    jobs = [Job("a", 5 * DAY), Job("z", DAY, (("a", "FF", 0),))]
    assert [step[0] for step in traced(jobs, "z")[0]] == ["a", "z"]


def test_ss_drives_through_the_start_of_its_predecessor():
    """z starts a day after b does, and b after a: all three are on the path."""
    jobs = [Job("a", 2 * DAY), Job("b", 9 * DAY, (("a", "FS", 0),)),
            Job("z", 20 * DAY, (("b", "SS", DAY),))]  # fmt: skip
    assert [step[0] for step in traced(jobs, "z")[0]] == ["a", "b", "z"]


def test_a_repair_is_named_and_the_path_goes_on_before_it():
    """A storm on day 1 damages the hall that s began; z would have started on day 3, after a."""
    jobs = [Job("a", 2 * DAY), Job("s", DAY), Job("z", DAY, (("a", "FS", 0),))]
    shed = Shed("hall", "s", "z", design=50, design_open=50, repair_fixed=5 * DAY)
    bound, _ = traced(jobs, "z", storms=[(0, 1, 2, 100.0)], sheds=[shed])
    assert [step[0] for step in bound] == ["a", "z"]
    assert bound[-1][1] == "REPAIR"


def test_criticality_is_the_share_of_samples():
    """a takes 1 to 3 days, b always 2: a drives z where it is drawn longer, half of the time."""
    jobs = [Job("a", (DAY, 2 * DAY, 3 * DAY)), Job("b", 2 * DAY),
            Job("z", 0, (("a", "FS", 0), ("b", "FS", 0)))]  # fmt: skip
    made = network(jobs)
    tally = Tally.of(made, towards(made, "z", (2,)))
    draws = Sampler(made, seed=3, samples=400).draw(0, 400)
    minute = tally.add(draws, fast.simulate(made, draws))
    index = tally.criticality()
    # Latin hypercube over a symmetric triangle: half of 400, save where a draw equals b's 2 days.
    np.testing.assert_allclose(index, [0.5, 0.5, 1.0], atol=0.01)
    found = cruciality(index, draws.work_min, minute[:, 0])
    assert found[1] == 0
    assert 0.3 < found[0] < 0.5  # half the samples, and a correlation well above a half


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_every_step_of_a_path_meets_the_next(made):
    """On random networks a path begins at a gate, a unit, a repair or the epoch."""
    draws = Sampler(made, seed=7, samples=3).draw(0, 3)
    times, net = fast.simulate(made, draws), links(made)
    for s in range(3):
        for a in np.flatnonzero(times.finish_min[s] < NEVER).tolist():
            steps = path(net, draws, times, s, a)
            assert steps[-1] == a
            assert len(set(steps)) == len(steps)
            kind, index = (x[s] for x in origins(net, draws, times, a))
            starts = times.start_min[s, steps]
            if kind == Bound.NOTHING:
                assert 0 in starts
            elif kind == Bound.GATE:
                assert draws.gate_min[s, index] in starts
            elif kind == Bound.UNIT:
                assert draws.unit_min[s, index] in starts
            else:
                assert kind == Bound.REPAIR
                assert len(made.hall)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_a_tally_counts_the_paths_of_every_milestone(made):
    """What is known of a future from one milestone is right for the next: as if each were alone."""
    count = len(made.activity)
    draws = Sampler(made, seed=8, samples=4).draw(0, 4)
    times, net = fast.simulate(made, draws), links(made)
    every = np.arange(count, dtype=np.int64)
    targets = Targets(
        made.activity, np.arange(count + 1, dtype=np.int64), every, np.full(count, -1)
    )  # each activity is a milestone, and each is judged towards any
    tally = Tally.of(made, targets)
    minute = tally.add(draws, times)
    alone = np.zeros((count, count), dtype=np.int64)
    for s in range(4):
        for a in np.flatnonzero(times.finish_min[s] < NEVER).tolist():
            alone[a, path(net, draws, times, s, a)] += 1
    np.testing.assert_array_equal(tally.shared, alone)
    np.testing.assert_array_equal(minute, times.finish_min)
