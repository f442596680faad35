"""Goodput against a published run.

Llama 3 405B on 16,384 H100: 419 unexpected stops in 54 days, over 90 % effective training time
(Grattafiori et al., The Llama 3 Herd of Models, 2024, section 3.3.4).
"""

from __future__ import annotations

import pytest

from planner.capacity.compute import goodput

STOPS, DAYS, GPUS = 419, 54, 16_384
FAILURES_PER_GPU_YEAR = STOPS / DAYS / GPUS * 365.25
MINUTE = 1 / 1440


def test_the_published_run_is_over_ninety_per_cent_effective() -> None:
    """With half a minute to a checkpoint and four to restart, its stops leave just over 90 %."""
    share = goodput(FAILURES_PER_GPU_YEAR, GPUS, 0.5 * MINUTE, 4 * MINUTE)
    assert 0.90 < share < 0.92


def test_the_share_is_that_of_a_job_stopped_at_its_mean_interval() -> None:
    """The closed form lies near a renewal argument at the best interval, which is exact.

    With stops at random at mean interval M, work w between checkpoints of length d and a restart
    R, the time to get w done is (M + R)(exp((w + d) / M) - 1) (Daly 2006, equation 13 without its
    restart failures); the best share w / time over w is what the closed form approximates.
    """
    import numpy as np

    between = DAYS / STOPS
    d, restart = 0.5 * MINUTE, 4 * MINUTE
    work = np.linspace(1 * MINUTE, 120 * MINUTE, 4000)
    time = (between + restart) * np.expm1((work + d) / between)
    best = float((work / time).max())
    assert goodput(FAILURES_PER_GPU_YEAR, GPUS, d, restart) == pytest.approx(best, abs=0.005)
