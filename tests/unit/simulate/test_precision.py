"""The standard error of a percentile, and stopping at it."""

from __future__ import annotations

import numpy as np

from planner.domain.precision import largest_error_day, standard_error_day
from planner.domain.result import NEVER
from planner.simulate import run
from tests.networks import DAY, Job, network

CHAIN = network(
    [Job("a", (5 * DAY, 10 * DAY, 20 * DAY)), Job("b", (DAY, 9 * DAY, 30 * DAY), (("a", "FS", 0),))]
)


def test_the_error_is_that_of_many_runs() -> None:
    """Over 200 runs of plain Monte Carlo the P80 scatters as each of them says it would."""
    random = np.random.default_rng(5)
    runs = random.triangular(0, 20 * DAY, 60 * DAY, size=(200, 500, 1)).astype(np.int64)
    said = np.mean([standard_error_day(minute)[0] for minute in runs])
    found = np.percentile(runs[:, :, 0], 80, axis=1).std() / DAY
    assert 0.85 < said / found < 1.15


def test_stratified_runs_scatter_less_than_said() -> None:
    """For the Latin hypercube the error is an upper bound."""
    outcomes = [run(CHAIN, seed=seed, samples=256) for seed in range(30)]
    said = np.mean([largest_error_day(o) for o in outcomes])
    found = np.std([np.percentile(o.finish_min.max(axis=1), 80) for o in outcomes]) / DAY
    assert found < said


def test_what_is_certain_has_no_error_and_what_may_never_come_an_infinite_one() -> None:
    """Constants, dates beyond the tables in all samples, in none but a quarter, too few samples."""
    minute = np.full((400, 3), 7 * DAY, dtype=np.int64)
    minute[:, 1] = NEVER
    minute[:80, 2] = NEVER
    assert standard_error_day(minute).tolist() == [0, 0, np.inf]
    assert standard_error_day(minute[:2]).tolist() == [np.inf] * 3


def test_a_run_stops_at_a_precision() -> None:
    """It is the run of the number it stopped at, which is the first that is precise enough."""
    stopped = run(CHAIN, seed=3, samples=100_000, until_error_day=0.2)
    number = len(stopped.finish_min)
    assert 512 < number < 100_000
    assert largest_error_day(stopped) <= 0.2
    assert largest_error_day(run(CHAIN, seed=3, samples=number // 2)) > 0.2
    same = run(CHAIN, seed=3, samples=number)
    np.testing.assert_array_equal(stopped.finish_min, same.finish_min)


def test_a_run_that_is_never_precise_ends_at_its_samples() -> None:
    """The number of samples is the most there are."""
    assert len(run(CHAIN, seed=3, samples=700, until_error_day=0.0).finish_min) == 700
