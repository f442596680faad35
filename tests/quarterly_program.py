"""Linear programs of another author: variables by quarter, each kind by a letter, and a level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from numpy.typing import NDArray

PERIODS = 4
DAYS = np.array([90.0, 91.0, 92.0, 92.0])
"""Of the quarters of 2026."""
YEARS = DAYS / 365.25
QUARTERS = DAYS / (365.25 / 4)
"""Rates a quarter hold for a mean quarter."""


class Program:
    """Rows that are at most a limit; `level` is the last column."""

    def __init__(self, letters: str) -> None:
        self.letters, self.size = letters, len(letters) * PERIODS + 1
        self.level = self.size - 1
        self.rows: list[NDArray[np.float64]] = []
        self.limits: list[float] = []

    def col(self, letter: str, t: int) -> int:
        """Return the column of a kind in a quarter."""
        return self.letters.index(letter) * PERIODS + t

    def at_most(self, terms: dict[int, float], limit: float) -> None:
        """Add a row, of coefficients by column."""
        row = np.zeros(self.size)
        for index, value in terms.items():
            row[index] += value
        self.rows.append(row)
        self.limits.append(limit)

    def least(self, cost: NDArray[np.float64], bounds: list[tuple[float, float | None]]) -> Any:
        """Return what scipy says of the least cost."""
        return linprog(cost, A_ub=np.array(self.rows), b_ub=np.array(self.limits), bounds=bounds,
                       method="highs-ds")  # fmt: skip
