"""Models along a parameter: how the next is made from those before it, and where it begins.

Making a big model anew takes seconds. Where a parameter is a price, every coefficient is a straight
line in it: then models at three values tell the rest, and the third proves that it is so.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.optimise.engine import Engine

AT_LOWER, BASIC = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
EXACT: Final = 1e-9
"""Relative distance from a straight line that is the rounding of numbers."""


@dataclass(frozen=True)
class Basis:
    """The basis of a linear program by name, so that a model of another shape can begin from it.

    A later hall or another date leaves columns and rows out of a model, and brings others in.
    """

    columns: Mapping[str, int]
    rows: Mapping[str, int]
    column_status: list[Any]
    row_status: list[Any]

    def fits(self, engine: Engine) -> bool:
        """Return whether a model has the same columns and rows."""
        return bool(engine.columns == self.columns and engine.rows == self.rows)

    def on(self, engine: Engine) -> tuple[list[Any], list[Any]]:
        """Return the status of an engine's columns and rows; what is new is at its bound."""
        if self.fits(engine):
            return self.column_status, self.row_status
        columns = [AT_LOWER] * len(engine.lower)
        rows = [BASIC] * len(engine.row_lower)
        for name, i in engine.columns.items():
            if (known := self.columns.get(name)) is not None:
                columns[i] = self.column_status[known]
        for name, i in engine.rows.items():
            if (known := self.rows.get(name)) is not None:
                rows[i] = self.row_status[known]
        return columns, rows


@dataclass(frozen=True)
class Numbers:
    """All numbers of a model: the matrix, and bounds of columns and rows."""

    matrix: Any
    bounds: tuple[FloatArray, FloatArray, FloatArray, FloatArray]

    @classmethod
    def of(cls, engine: Engine) -> Numbers:
        """Return a copy of an engine's, as its bounds are now."""
        bounds = (engine.lower, engine.upper, engine.row_lower, engine.row_upper)
        lower, upper, row_lower, row_upper = (each.copy() for each in bounds)
        return cls(engine.matrix, (lower, upper, row_lower, row_upper))


@dataclass(frozen=True)
class Line:
    """Models between two values, of which the first is an engine's."""

    engine: Engine
    ends: tuple[float, float]
    first: Numbers
    last: Numbers

    @classmethod
    def through(cls, known: dict[float, tuple[Engine, Numbers]]) -> Line | None:
        """Return the line through models at three values; None where they lie on none."""
        values = sorted(known)
        low, middle, high = values[0], values[1], values[-1]
        engine = known[low][0]
        if any(other.columns != engine.columns or other.rows != engine.rows
               for other, _ in known.values()):  # fmt: skip
            return None
        made = cls(engine, (low, high), known[low][1], known[high][1])
        return made if _same(made.at(middle), known[middle][1]) else None

    def at(self, value: float) -> Numbers:
        """Return the numbers of the model at a value."""
        low, high = self.ends
        share = (value - low) / (high - low)
        matrix = (self.first.matrix * (1.0 - share) + self.last.matrix * share).tocsc()
        with np.errstate(invalid="ignore"):  # nothing times no limit
            lower, upper, row_lower, row_upper = (
                np.where(a == b, a, (1.0 - share) * a + share * b)
                for a, b in zip(self.first.bounds, self.last.bounds, strict=True)
            )
        return Numbers(matrix, (lower, upper, row_lower, row_upper))

    def model(self, value: float) -> Engine:
        """Return the model at a value, on a solver of its own."""
        engine, numbers = self.engine, self.at(value)
        names = {name: engine.index_of(name) for name in engine.columns}
        lower, upper, row_lower, row_upper = numbers.bounds
        made = copy(engine).become(
            names, numbers.matrix, lower, upper, row_lower, row_upper,
            engine.integers.astype(np.int64),
        )  # fmt: skip
        made.rows = dict(engine.rows)
        return made


def _same(one: Numbers, other: Numbers) -> bool:
    """Return whether two models have the same numbers."""
    size = abs(other.matrix)
    size.data = np.maximum(size.data, 1.0) * EXACT
    off = abs(one.matrix - other.matrix)
    is_near = (off - size).max() <= EXACT
    return bool(is_near) and all(
        np.allclose(a, b, rtol=EXACT, atol=EXACT)
        for a, b in zip(one.bounds, other.bounds, strict=True)
    )
