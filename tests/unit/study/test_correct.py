"""Corrections, and what is left of them once an option was tried again."""

from __future__ import annotations

import numpy as np

from planner.domain.plan import Candidate
from planner.domain.result import Readiness
from planner.study.correct import Corrections, rebased, unrebased

TENT = Candidate("north", "tents", "tent", "standard")


def _ready(period: int, service_day: float) -> Readiness:
    day, mw = np.array([service_day]), np.array([20.0])
    return Readiness(TENT, period, day, day, mw, 0.0, 0.0)


def test_a_later_trial_takes_from_a_correction() -> None:
    """Of 30 days, 12 are in the new trial, 18 are left; where it says 40, none."""
    before = (_ready(1, 100.0), _ready(2, 100.0))
    after = (_ready(1, 112.0), _ready(2, 140.0))
    days = {f"hall {TENT} 1": 30.0, f"hall {TENT} 2": 30.0, "tranche north/a": 9.0}
    left = rebased(Corrections(days), before, after)
    assert left.days == {f"hall {TENT} 1": 18.0, "tranche north/a": 9.0}


def test_an_earlier_trial_adds_to_a_correction() -> None:
    """The hall was seen to serve on day 130; a trial that says 95 leaves 35 to correct."""
    days = {f"hall {TENT} 1": 30.0}
    assert rebased(Corrections(days), (_ready(1, 100.0),), (_ready(1, 95.0),)).days == {
        f"hall {TENT} 1": 35.0
    }


def test_what_was_not_tried_again_keeps_its_correction() -> None:
    """The same option, and one that was never corrected, change nothing."""
    option = _ready(1, 100.0)
    days = {f"hall {TENT} 1": 30.0}
    before, after = (option, _ready(2, 100.0)), (option, _ready(2, 150.0))
    assert rebased(Corrections(days), before, after).days == days


def test_corrections_of_first_trials_come_to_the_dates_of_later_ones() -> None:
    """A trial 12 days later and 18 days on it are 30 days on the first one, and back again."""
    before = (_ready(1, 100.0), _ready(2, 100.0), _ready(3, 100.0))
    after = (_ready(1, 112.0), _ready(2, 95.0), before[2])
    later = Corrections({f"hall {TENT} 1": 18.0, f"hall {TENT} 3": 7.0})
    first = unrebased(later, before, after)
    assert first.days == {f"hall {TENT} 1": 30.0, f"hall {TENT} 3": 7.0}
    assert rebased(first, before, after).days == later.days
