"""PERT quantiles against scipy's beta law, and the solved ends against its percentiles."""

from __future__ import annotations

import numpy as np
from scipy.stats import beta

from planner.capacity.laws import prepare
from planner.domain.amount import Form


def _random(form: Form, count: int):
    rng = np.random.default_rng(7)
    a, width, share = rng.uniform(0, 50, count), rng.uniform(1, 90, count), rng.random(count)
    c = a + width
    return prepare(np.full(count, int(form)), a, a + share * width, c), a, a + share * width, c


def test_pert_quantiles():
    """The tabulated quantile differs from the exact one by less than 2e-4 of the range."""
    laws, a, b, c = _random(Form.PERT, 3000)
    u = np.random.default_rng(8).random(3000) ** 3  # far into the lower tail
    for at in (u, 1 - u):
        at = np.clip(at, 1e-9, 1 - 1e-9)
        alpha, other = 1 + 4 * (b - a) / (c - a), 1 + 4 * (c - b) / (c - a)
        exact = a + (c - a) * beta.ppf(at, alpha, other)
        assert np.max(np.abs(laws.quantile(at) - exact) / (c - a)) < 2e-4


def test_pert80_is_solved():
    """The solved PERT has the wanted percentiles and its mode where it was asked for."""
    laws, a, b, c = _random(Form.PERT80, 500)
    alpha, other = 1 + 4 * laws.shape, 5 - 4 * laws.shape
    for share, wanted in ((0.1, a), (0.9, c)):
        exact = laws.low + laws.span * beta.ppf(share, alpha, other)
        assert np.max(np.abs(exact - wanted) / (c - a)) < 1e-4
    assert np.max(np.abs(laws.low + laws.shape * laws.span - b) / (c - a)) < 1e-4
