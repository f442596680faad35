"""Blocks of uncertain amounts: streams of uniform numbers through the quantiles of their laws.

What `LawTable.quantile` does in passes over memory, a compiled loop does in one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from planner.capacity.laws import ODDS_REACH, LawTable, prepare
from planner.domain.amount import Form
from planner.domain.result import NEVER
from planner.simulate.streams import stream_keys, uniforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.network.arrays import Csr, FloatArray, IntArray, Laws

PERTS: Final = (Form.PERT, Form.PERT80)
TRIANGLES: Final = (Form.TRIANGULAR,)
OTHERS: Final = tuple(f for f in Form if f not in (Form.FIXED, *PERTS, *TRIANGLES))

kernel = numba.njit(cache=True, nogil=True)


class Streams:
    """Streams of n laws; certain laws take none. Those of one form stand together."""

    def __init__(self, laws: Laws, seed: int, names: Sequence[str]) -> None:
        self.value = laws.b
        pert, triangle, other = (
            np.flatnonzero(np.isin(laws.form, forms)) for forms in (PERTS, TRIANGLES, OTHERS)
        )
        self.pert, self.triangle, self.other = (
            (rows, law_table(laws, rows)) for rows in (pert, triangle, other)
        )
        self.key = stream_keys(seed, [names[i] for i in np.concatenate([pert, triangle, other])])

    def draw(self, first: int, count: int, total: int) -> FloatArray:
        """Return a block of amounts, shape (S, n)."""
        drawn = np.empty((count, len(self.value)))
        drawn[:] = self.value
        u = uniforms(self.key, first, count, total)
        (pert, law), (triangle, shape), (other, rest) = self.pert, self.triangle, self.other
        _fill_pert(u, law.low, law.span, law.row, law.rows, pert, drawn)
        _fill_triangle(u, len(pert), shape.low, shape.span, shape.shape, triangle, drawn)
        if other.size:
            drawn[:, other] = rest.quantile(u[:, len(pert) + len(triangle) :])
        return drawn


def law_table(laws: Laws, rows: IntArray | slice = slice(None)) -> LawTable:
    """Return rows of laws, prepared for many quantiles."""
    return prepare(laws.form[rows], laws.a[rows], laws.b[rows], laws.c[rows], laws.shapes)


@kernel
def _fill_pert(
    u: FloatArray, low: FloatArray, span: FloatArray, row: IntArray, rows: FloatArray,
    target: IntArray, out: FloatArray,
) -> None:  # fmt: skip
    """Write quantiles of PERT laws at the first columns of `u` to columns `target`.

    As `LawTable.quantile`, without its passes over memory.
    """
    last = rows.shape[1] - 1
    for s in range(u.shape[0]):
        for i in range(len(target)):
            place = (math.log(u[s, i] / (1 - u[s, i])) + ODDS_REACH) * (last / (2 * ODDS_REACH))
            place = min(max(place, 0.0), float(last))
            left = min(int(place), last - 1)
            share = place - left
            x = rows[row[i], left] * (1 - share) + rows[row[i], left + 1] * share
            out[s, target[i]] = low[i] + span[i] * x


@kernel
def _fill_triangle(
    u: FloatArray, first: int, low: FloatArray, span: FloatArray, mode: FloatArray,
    target: IntArray, out: FloatArray,
) -> None:  # fmt: skip
    """Write quantiles of triangles at the columns of `u` from `first` on to columns `target`."""
    row = np.empty(len(target))
    for s in range(u.shape[0]):
        drawn = u[s, first:]
        for i in range(len(target)):
            chance = drawn[i]
            below = math.sqrt(chance * mode[i])
            above = 1 - math.sqrt((1 - chance) * (1 - mode[i]))
            row[i] = low[i] + span[i] * (below if chance < mode[i] else above)
        for i in range(len(target)):
            out[s, target[i]] = row[i]


def minutes(
    value: FloatArray,
    drivers: Csr,
    factor: FloatArray,
    base: IntArray | None = None,
    events: Csr | None = None,
    delay: FloatArray | None = None,
    *,
    is_parallel: bool = False,
) -> IntArray:
    """Return whole minutes from 0 to `NEVER`: base + value x factors + delays.

    Parameters
    ----------
    value
        Amounts, shape (S, n).
    drivers, factor
        Whose factors (S, V) multiply each of them.
    base
        Added to each (n,).
    events, delay
        Whose delays (S, V) are added to each.
    is_parallel
        Whether only the largest factor of the drivers that act multiplies, instead of all.
    """
    none = np.zeros(value.shape[1] + 1, dtype=np.int64)
    out = np.empty(value.shape, dtype=np.int64)
    _to_minutes(
        value, drivers.pointer, drivers.column, factor, none[1:] if base is None else base,
        none if events is None else events.pointer, none if events is None else events.column,
        factor if delay is None else delay, is_parallel, out,
    )  # fmt: skip
    return out


@kernel
def _to_minutes(
    value: FloatArray, pointer: IntArray, driver: IntArray, factor: FloatArray, base: IntArray,
    event_pointer: IntArray, event: IntArray, delay: FloatArray,
    is_parallel: bool, out: IntArray,
) -> None:  # fmt: skip
    for s in range(value.shape[0]):
        for i in range(value.shape[1]):
            amount = value[s, i]
            largest = 0.0
            for k in range(pointer[i], pointer[i + 1]):
                each = factor[s, driver[k]]
                if not is_parallel:
                    amount *= each
                elif each != 1.0:  # a driver that does not act has a factor of one
                    largest = max(largest, each)
            if largest > 0.0:
                amount *= largest
            for k in range(event_pointer[i], event_pointer[i + 1]):
                amount += delay[s, event[k]]
            out[s, i] = int(min(max(np.rint(base[i] + amount), 0.0), float(NEVER)))
