"""The test that decides whether a promise is kept."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from planner.study.verify import upper_bound


def test_upper_bound_is_where_seeing_so_few_has_a_chance_of_one_in_twenty() -> None:
    """Clopper-Pearson: P(X <= held) at the bound is 5 %."""
    bound = upper_bound(75, 100)
    assert binom.cdf(75, 100, bound) == pytest.approx(0.05)


def test_all_held_leaves_no_doubt_above() -> None:
    """The bound of a share of 1 is 1."""
    assert upper_bound(100, 100) == 1.0


def test_a_plan_at_its_confidence_is_not_failed_by_chance() -> None:
    """Of 300 futures, 228 (76 %) still pass at 80 %; 227 fail."""
    assert upper_bound(228, 300) >= 0.8
    assert upper_bound(227, 300) < 0.8
