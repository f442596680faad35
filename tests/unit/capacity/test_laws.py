"""Quantiles of uncertain amounts."""

from __future__ import annotations

import numpy as np
import pytest

from planner.capacity.laws import (
    LOGNORMAL_CAP,
    amount_quantile,
    conservative,
    prepare,
    quantile,
)
from planner.domain.amount import Amount, Form, fixed, parse_amount
from planner.units import UnitProblem


def amount(**points: str | list[str]) -> Amount:
    return parse_amount(points, "day")


THREE = amount(low="10 day", likely="15 day", high="30 day")
ENDS = amount(min="10 day", likely="15 day", max="30 day")
TRIANGLE = amount(tri_min="10 day", likely="15 day", tri_max="30 day")
SKEWED = amount(p10="10 day", p50="15 day", p90="30 day")


@pytest.mark.parametrize(
    ("law", "u", "value"),
    [
        (THREE, 0.1, 10), (THREE, 0.9, 30),
        (SKEWED, 0.1, 10), (SKEWED, 0.5, 15), (SKEWED, 0.9, 30),
        (ENDS, 1e-12, 10), (ENDS, 1 - 1e-12, 30),
        # The mode splits the area of the triangle at (15 - 10) / 20.
        (TRIANGLE, 0.25, 15), (TRIANGLE, 1e-12, 10), (TRIANGLE, 1 - 1e-12, 30),
        (fixed(7, "day"), 0.3, 7),
    ],
)  # fmt: skip
def test_laws_go_through_their_points(law, u, value):
    """Each form takes the values it states at its probabilities."""
    assert float(amount_quantile(law, u)) == pytest.approx(value, abs=0.1)


def test_points_may_touch():
    """A mode at either of its percentiles, as in 0/2/30, has its PERT."""
    for law in (amount(low="5 day", likely="5 day", high="9 day"),
                amount(low="5 day", likely="9 day", high="9 day")):  # fmt: skip
        assert amount_quantile(law, [0.1, 0.9]) == pytest.approx([5, 9], abs=0.02)


def test_symmetric_lognormal_is_normal():
    """Without skew the shifted lognormal is the normal law."""
    law = amount(p10="10 day", p50="20 day", p90="30 day")
    assert amount_quantile(law, 0.99) == pytest.approx(20 + 10 * 2.32635 / 1.28155, abs=1e-3)


def test_lognormal_tails_are_capped():
    """Nothing is drawn beyond the capping quantile, on either side."""
    far, cap = amount_quantile(SKEWED, [1 - 1e-9, LOGNORMAL_CAP])
    assert far == cap
    low, floor = amount_quantile(SKEWED, [1e-9, 1 - LOGNORMAL_CAP])
    assert low == floor


def test_conservative_is_the_adverse_side():
    """The high side for what is worse when it is more, the low side else; certain stays certain."""
    assert conservative(THREE, 0.9) == pytest.approx(30, abs=0.02)
    assert conservative(THREE, 0.9, "low") == pytest.approx(10, abs=0.02)
    assert conservative(fixed(7, "day"), 0.9) == 7


def test_mixed_laws_and_shapes():
    """Laws of all forms are evaluated together, over any leading axes of u."""
    laws = (THREE, fixed(7, "day"), ENDS, SKEWED, TRIANGLE)
    form = np.array([int(law.form) for law in laws])
    a, b, c = (np.array([getattr(law, k) for law in laws]) for k in "abc")
    u = np.random.default_rng(1).random((4, 3, 5))
    found = quantile(form, a, b, c, u)
    assert found.shape == (4, 3, 5)
    for i, law in enumerate(laws):
        assert found[..., i] == pytest.approx(amount_quantile(law, u[..., i]))


def test_no_laws():
    """No amounts have no quantiles."""
    none = np.zeros(0)
    assert quantile(none.astype(np.int64), none, none, none, np.zeros((3, 0))).shape == (3, 0)


def test_distinct_modes_share_rows():
    """Amounts of one shape are prepared once, whatever their scale."""
    scale = np.arange(1.0, 101.0)
    form = np.full(100, int(Form.PERT80))
    assert len(prepare(form, 10 * scale, 15 * scale, 30 * scale).rows) <= 3


def test_observations_are_drawn_by_their_own_quantiles():
    """The i-th of n observations is the quantile at (i - 1/2) / n; none lies outside."""
    law = amount(observed=["30 day", "10 day", "20 day", "60 day"])
    assert law.likely == 25
    at = amount_quantile(law, [0.125, 0.375, 0.625, 0.875, 0.001, 0.999])
    assert at == pytest.approx([10, 20, 30, 60, 10, 60])
    assert conservative(law, 0.75) == pytest.approx(45)


def test_observations_scale():
    """Scaled observations have scaled quantiles."""
    law = amount(observed=["30 day", "10 day", "20 day"])
    assert amount_quantile(law.scaled(3), 0.5) == pytest.approx(60)


@pytest.mark.parametrize("listed", [["1 day", "2 day"], "3 day", ["1 day", "2 day", "3 MW"]])
def test_too_few_or_strange_observations_are_refused(listed):
    """At least three quantities of the dimension wanted."""
    with pytest.raises(UnitProblem):
        amount(observed=listed)
