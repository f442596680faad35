"""Quantiles of the laws of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.amount import Form
from planner.network.arrays import Laws

if TYPE_CHECKING:
    from planner.network.arrays import FloatArray, IntArray


def law_rows(laws: Laws, rows: IntArray) -> Laws:
    """Return some of the laws."""
    return Laws(laws.form[rows], laws.a[rows], laws.b[rows], laws.c[rows])


def quantile(laws: Laws, u: FloatArray) -> FloatArray:
    """Return the quantile of each law, shape (n, S) as `u`."""
    a, b, c = laws.a[:, None], laws.b[:, None], laws.c[:, None]
    width = np.maximum(c - a, 1e-300)
    mode = (b - a) / width
    tri = np.where(
        u < mode,
        a + np.sqrt(u * width * (b - a)),
        c - np.sqrt((1 - u) * width * (c - b)),
    )
    return np.where(laws.form[:, None] == Form.FIXED, b, tri)
