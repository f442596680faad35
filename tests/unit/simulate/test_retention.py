"""What is kept of a run: milestones of every future, what is wide of the first ones only."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from benchmarks.networks import synthetic
from planner.simulate import run
from planner.simulate.blocks import LARGEST, Gathered, Job
from planner.simulate.retention import CORRELATED, DATES_BYTES, FEWEST, MOST, kept
from planner.simulate.review import look
from tests.networks import Job as Activity
from tests.networks import network
from tests.outcomes import assert_same

MADE = synthetic(60)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> int:
    """Wide things are kept of 150 futures at most: in the middle of the second block."""
    monkeypatch.setattr("planner.simulate.retention.MOST", 150)
    monkeypatch.setattr("planner.simulate.retention.CORRELATED", 150)
    return 150


def test_the_first_dates_are_kept_and_every_milestone(narrow: int) -> None:
    """Of 300 futures 150 have dates of activities: those of a run that keeps them all."""
    first = run(MADE, seed=1, samples=300)
    whole = run(MADE, seed=1, samples=300, whole=True)
    assert whole.finish_min.shape == (300, 60)
    assert first.samples == whole.samples == 300
    np.testing.assert_array_equal(first.start_min, whole.start_min[:narrow])
    np.testing.assert_array_equal(first.finish_min, whole.finish_min[:narrow])
    np.testing.assert_array_equal(first.ready_min, whole.ready_min)
    # Ready with the last of the hall's activities (rows 0 to 49).
    np.testing.assert_array_equal(whole.ready_min[:, 0], whole.finish_min[:, :50].max(axis=1))


def test_criticality_counts_every_future(narrow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """How often an activity drives does not depend on what is kept."""
    few = run(MADE, seed=1, samples=300, looks=True).look
    monkeypatch.setattr("planner.simulate.retention.MOST", MOST)
    every = run(MADE, seed=1, samples=300, looks=True).look
    assert few is not None
    assert every is not None
    np.testing.assert_array_equal(few.criticality.index, every.criticality.index)
    assert (few.usage.p50 != every.usage.p50).any()  # of 150 futures, and of 300
    assert narrow < 300


def test_one_pass_finds_what_a_second_look_finds() -> None:
    """Looked at on the way or afterwards, a run has the same criticality, crews and spend."""
    found = run(MADE, seed=2, samples=200, looks=True).look
    assert found is not None
    assert_same(found, look(MADE, seed=2, samples=200))
    assert run(MADE, seed=2, samples=200).look is None


def test_what_is_kept_fits_its_room() -> None:
    """Two dates of 8 bytes an activity: 100 activities are kept 16,384 times, 20,000 less often."""
    assert kept(synthetic(100))["finish"] == MOST
    wide = network([Activity(f"a{i}", 1) for i in range(20_000)])
    assert kept(wide)["finish"] == DATES_BYTES // (2 * 8 * 20_000)
    assert kept(wide)["work"] == CORRELATED
    assert "finish" not in kept(wide, whole=True)
    wider = network([Activity(f"a{i}", 1) for i in range(200_000)])
    assert kept(wider)["start"] == FEWEST


def test_parts_may_be_put_together_in_any_order() -> None:
    """Each knows its place, and counts are whole numbers."""
    job = Job(MADE, 3, 3 * LARGEST + 7, looks=True)
    forward, backward = Gathered(job), Gathered(job)
    parts = [job.part(first) for first in job.firsts]
    for part in parts:
        forward.add(part)
    for part in reversed(parts):
        backward.add(part)
    assert forward.rows.keys() == backward.rows.keys()
    for name, rows in forward.rows.items():
        np.testing.assert_array_equal(rows, backward.rows[name], name)
    assert forward.tally is not None
    assert backward.tally is not None
    np.testing.assert_array_equal(forward.tally.own, backward.tally.own)


@pytest.mark.slow
@pytest.mark.usefixtures("narrow")
def test_memory_is_flat_in_samples() -> None:
    """Sixteen times as many futures take less than twice as much at the peak.

    What the collector has not come to yet moves the peak by a third, by what ran before.
    """

    made = synthetic(60, weather=False)

    def peak(samples: int) -> int:
        tracemalloc.start()
        # Without weather, of which a bounded number of blocks is remembered.
        run(made, seed=1, samples=samples, workers=1, looks=True)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(LARGEST)  # compiles, or loads what was compiled
    assert peak(64 * LARGEST) < 2 * peak(4 * LARGEST)
