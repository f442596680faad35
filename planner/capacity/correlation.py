"""Correlation of draws: rank correlations through normal ones, and whether a matrix is possible.

For two normal variables with correlation r the rank correlation is 6 / pi x asin(r / 2) (Pearson
1907), so draws with given rank correlations are those of normal variables with 2 sin(pi rho / 6),
whatever law each is then given (a Gaussian copula).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

ROUNDING: Final = 1e-9
"""Eigenvalues above minus this are zero: matrices are written with few digits."""


def normal_correlation(rank: FloatArray) -> FloatArray:
    """Return the correlations of normal variables whose rank correlations are `rank`, (n, n)."""
    made: FloatArray = 2.0 * np.sin(np.pi / 6.0 * rank)
    np.fill_diagonal(made, 1.0)
    return made


def smallest_eigenvalue(matrix: FloatArray) -> float:
    """Return the smallest eigenvalue of a symmetrical matrix; below 0, no draws can have it."""
    return float(np.linalg.eigvalsh(matrix)[0])


def is_possible(rank: FloatArray) -> bool:
    """Return whether draws can have these rank correlations."""
    return (
        min(smallest_eigenvalue(rank), smallest_eigenvalue(normal_correlation(rank))) >= -ROUNDING
    )


def nearest_possible(rank: FloatArray, rounds: int = 200) -> FloatArray:
    """Return a possible matrix near an impossible one: alternating projections (Higham 2002).

    The result is shrunk a little towards independence, so that it stays possible when rounded to
    two digits.
    """
    y, correction = rank.copy(), np.zeros_like(rank)
    for _ in range(rounds):
        r = y - correction
        value, vector = np.linalg.eigh(r)
        x = (vector * np.maximum(value, 0.0)) @ vector.T
        correction = x - r
        y = x.copy()
        np.fill_diagonal(y, 1.0)
    shrunk = y
    for keep in (1.0, 0.98, 0.95, 0.9, 0.8, 0.5, 0.0):
        shrunk = np.round(keep * y, 2)
        np.fill_diagonal(shrunk, 1.0)
        if is_possible(shrunk):
            break
    return shrunk


def lower_root(correlation: FloatArray) -> FloatArray:
    """Return L with L L^T the correlation, lower triangular, also where it is singular."""
    value, vector = np.linalg.eigh(correlation)
    root = vector * np.sqrt(np.maximum(value, 0.0))
    upper = np.linalg.qr(root.T, mode="r")
    sign = np.where(np.diag(upper) < 0, -1.0, 1.0)
    made: FloatArray = (sign[:, None] * upper).T
    return made
