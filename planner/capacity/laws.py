"""Laws of uncertain amounts: quantiles, and the adverse side of an estimate.

A law is a form (`planner.domain.amount.Form`) with three parameters. Draws are quantiles at
uniform numbers, so that common, stratified and counter-based random numbers all work. PERT has
no closed inverse: its normalised quantile is tabulated once over mode and log-odds of u, where
it is smooth far into both tails, and interpolated.

Quantiles do not know the bounds of what they describe: a PERT through a 10th percentile near
zero may begin below it, and who needs a duration clips it at zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from planner.domain.amount import Amount, Form

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

PERT_WEIGHT: Final = 4.0
"""Weight of the mode in the mean of a PERT, by its definition."""
LOGNORMAL_CAP: Final = 0.999
"""Quantile at which both tails of a shifted lognormal are cut: three points say nothing of it."""

KEPT: Final = 4096
"""Quantiles of amounts that are kept."""
MODE_STEPS: Final = 64
ODDS_REACH: Final = 24.0
ODDS_STEPS: Final = 384


SHAPE_POINTS: Final = 257
"""Probabilities at which the quantiles of observations are tabulated, 0 and 1 included."""
_INTERNED: Final[dict[tuple[float, ...], int]] = {}


def interned(points: tuple[float, ...]) -> int:
    """Return a number that stands for observations within this process; the same for the same."""
    return _INTERNED.setdefault(points, len(_INTERNED))


def points_of(number: int) -> tuple[float, ...]:
    """Return the observations that a number of `interned` stands for."""
    return next(points for points, n in _INTERNED.items() if n == number)


def observed_shape(points: tuple[float, ...]) -> FloatArray:
    """Return the quantiles of sorted observations at `SHAPE_POINTS` probabilities from 0 to 1.

    The i-th of n observations is the quantile at (i - 1/2) / n (Hazen), straight lines between;
    nothing is drawn below the least or above the largest.
    """
    at = (np.arange(len(points)) + 0.5) / len(points)
    shape: FloatArray = np.interp(np.linspace(0.0, 1.0, SHAPE_POINTS), at, np.array(points))
    return shape


@cache
def _pert_table() -> FloatArray:
    """Return quantiles of the PERT on [0, 1], by mode and log-odds of u."""
    mode = np.linspace(0.0, 1.0, MODE_STEPS + 1)[:, None]
    odds = np.linspace(-ODDS_REACH, ODDS_REACH, ODDS_STEPS + 1)[None, :]
    alpha, beta = 1 + PERT_WEIGHT * mode, 1 + PERT_WEIGHT * (1 - mode)
    # SciPy loads its functions when first named: a quarter of a second that not all wait for.
    low = scipy.special.betaincinv(alpha, beta, 1 / (1 + np.exp(-odds)))
    # Beyond one half the complement keeps the digits, and the table its symmetry.
    table: FloatArray = np.where(odds <= 0, low, 1 - low[::-1, ::-1])
    table.flags.writeable = False
    return table


@cache
def _pert80_table() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return, by mode of the normalised PERT: its mode, P10, P90, and where the mode lies between.

    The last rises with the mode, from below 0 to above 1, so every triple has one PERT.
    """
    mode = np.linspace(0.0, 1.0, 8 * MODE_STEPS + 1)
    alpha, beta = 1 + PERT_WEIGHT * mode, 1 + PERT_WEIGHT * (1 - mode)
    p10, p90 = (scipy.special.betaincinv(alpha, beta, share) for share in (0.1, 0.9))
    return mode, p10, p90, (mode - p10) / (p90 - p10)


@dataclass(frozen=True)
class LawTable:
    """Laws of n amounts, prepared for many quantiles.

    Parameters
    ----------
    form
        Form codes, shape (n,).
    low, span
        PERT: minimum and range. Triangle: the same. Lognormal: P50 and P90 - P50. Shape (n,).
    shape
        PERT and triangle: mode within the range, 0..1. Lognormal: log of the skew k. Shape (n,).
    pert, row, rows
        Columns that are PERT (m,), row of each in `rows` (m,), and the table of each distinct
        mode, shape (distinct, ODDS_STEPS + 1).
    """

    form: IntArray
    low: FloatArray
    span: FloatArray
    shape: FloatArray
    pert: IntArray
    row: IntArray
    rows: FloatArray
    shapes: FloatArray
    """Quantiles of empirical laws, whose row is `shape` and whose factor is `span`."""

    def quantile(self, u: FloatArray) -> FloatArray:
        """Return the amounts at probabilities.

        Parameters
        ----------
        u
            In (0, 1), shape (n,) or (..., n).

        Returns
        -------
        FloatArray
            The shape of `u`, in the unit of the parameters.
        """
        out = np.empty(u.shape)
        fixed = np.flatnonzero(self.form == Form.FIXED)
        out[..., fixed] = self.low[fixed]
        if self.pert.size:
            out[..., self.pert] = self._pert(u[..., self.pert])
        triangle = np.flatnonzero(self.form == Form.TRIANGULAR)
        if triangle.size:
            out[..., triangle] = self._triangle(u[..., triangle], triangle)
        lognormal = np.flatnonzero(self.form == Form.LOGNORMAL)
        if lognormal.size:
            out[..., lognormal] = self._lognormal(u[..., lognormal], lognormal)
        seen = np.flatnonzero(self.form == Form.EMPIRICAL)
        if seen.size:
            out[..., seen] = self._empirical(u[..., seen], seen)
        return out

    def _empirical(self, u: FloatArray, columns: IntArray) -> FloatArray:
        place = np.clip(u, 0.0, 1.0) * (SHAPE_POINTS - 1)
        left = np.minimum(place.astype(np.int64), SHAPE_POINTS - 2)
        share = place - left
        row = self.shape[columns].astype(np.int64)
        x = self.shapes[row, left] * (1 - share) + self.shapes[row, left + 1] * share
        value: FloatArray = self.span[columns] * x
        return value

    def _pert(self, u: FloatArray) -> FloatArray:
        place = (np.log(u / (1 - u)) + ODDS_REACH) * (ODDS_STEPS / (2 * ODDS_REACH))
        place = np.clip(place, 0, ODDS_STEPS)
        left = np.minimum(place.astype(np.int64), ODDS_STEPS - 1)
        share = place - left
        flat = self.rows.ravel()
        left += self.row * (ODDS_STEPS + 1)
        x = flat[left] * (1 - share) + flat[left + 1] * share
        value: FloatArray = self.low[self.pert] + self.span[self.pert] * x
        return value

    def _triangle(self, u: FloatArray, columns: IntArray) -> FloatArray:
        mode = self.shape[columns]
        x = np.where(u < mode, np.sqrt(u * mode), 1 - np.sqrt((1 - u) * (1 - mode)))
        value: FloatArray = self.low[columns] + self.span[columns] * x
        return value

    def _lognormal(self, u: FloatArray, columns: IntArray) -> FloatArray:
        ndtri = scipy.special.ndtri
        z = ndtri(np.clip(u, 1 - LOGNORMAL_CAP, LOGNORMAL_CAP)) / ndtri(0.9)
        skew = self.shape[columns]
        # (k^z - 1) / (k - 1); its limit at k = 1 is the normal law.
        safe = np.where(skew == 0, 1.0, skew)
        bent = np.where(skew == 0, z, np.expm1(safe * z) / np.expm1(safe))
        value: FloatArray = self.low[columns] + self.span[columns] * bent
        return value


def prepare(
    form: IntArray, a: FloatArray, b: FloatArray, c: FloatArray, shapes: FloatArray | None = None
) -> LawTable:
    """Return laws prepared for many quantiles; parameters as in `Form`, shape (n,).

    An empirical law has the row of its quantiles in `shapes` as `a` and its factor as `c`.
    """
    low, span, shape = a.astype(float), (c - a).astype(float), np.zeros(len(a))
    fixed = form == Form.FIXED
    low[fixed] = b[fixed]
    ended = (form == Form.PERT) | (form == Form.TRIANGULAR)
    shape[ended] = (b - a)[ended] / np.where(span > 0, span, 1)[ended]
    _fit_pert80(form == Form.PERT80, a, b, c, low, span, shape)
    bent = form == Form.LOGNORMAL
    low[bent], span[bent] = b[bent], (c - b)[bent]
    ratio = (c - b)[bent] / np.where(b > a, b - a, 1)[bent]
    skew = np.log(np.maximum(ratio, 1.0))
    shape[bent] = np.where(skew < 1e-9, 0.0, skew)
    seen = form == Form.EMPIRICAL
    shape[seen], span[seen] = a[seen], c[seen]
    pert = np.flatnonzero((form == Form.PERT) | (form == Form.PERT80))
    modes, row = np.unique(shape[pert], return_inverse=True)
    return LawTable(form, low, span, shape, pert, row.astype(np.int64), _rows(modes),
                    np.empty((0, SHAPE_POINTS)) if shapes is None else shapes)  # fmt: skip


def _fit_pert80(
    mask: NDArray[np.bool_], a: FloatArray, b: FloatArray, c: FloatArray,
    low: FloatArray, span: FloatArray, shape: FloatArray,
) -> None:  # fmt: skip
    """Fill minimum, range and mode of the PERT through P10 `a`, mode `b` and P90 `c`, in place."""
    if not mask.any():
        return
    mode, p10, p90, between = _pert80_table()
    width = (c - a)[mask]
    target = (b - a)[mask] / np.where(width > 0, width, 1)
    m = np.interp(target, between, mode)
    q10, q90 = np.interp(m, mode, p10), np.interp(m, mode, p90)
    span[mask] = width / (q90 - q10)
    low[mask] = a[mask] - q10 * span[mask]
    shape[mask] = m


def _rows(modes: FloatArray) -> FloatArray:
    """Return the tabulated quantiles of given modes, interpolated between tabulated ones."""
    if not modes.size:
        return np.empty((0, ODDS_STEPS + 1))
    table = _pert_table()
    place = np.clip(modes, 0, 1) * MODE_STEPS
    left = np.minimum(place.astype(np.int64), MODE_STEPS - 1)
    share = (place - left)[:, None]
    rows: FloatArray = table[left] * (1 - share) + table[left + 1] * share
    return rows


def quantile(
    form: IntArray, a: FloatArray, b: FloatArray, c: FloatArray, u: FloatArray,
    shapes: FloatArray | None = None,
) -> FloatArray:  # fmt: skip
    """Return the amounts at probabilities `u`, shape (n,) or (..., n); see `prepare`."""
    return prepare(form, a, b, c, shapes).quantile(u)


def amount_quantile(amount: Amount, u: ArrayLike) -> FloatArray:
    """Return an amount at probabilities `u`, in its unit; the shape of `u`."""
    probability = np.asarray(u, dtype=float)
    form = np.array([int(amount.form)])
    parts, shapes = (amount.a, amount.b, amount.c), None
    if amount.form is Form.EMPIRICAL:
        parts, shapes = (0.0, amount.b, 1.0), observed_shape(amount.points)[None, :]
    a, b, c = (np.array([part], dtype=float) for part in parts)
    return quantile(form, a, b, c, probability[..., None], shapes)[..., 0]


def conservative(
    amount: Amount, confidence: float, adverse: Literal["high", "low"] = "high"
) -> float:
    """Return an amount on its adverse side at a confidence, in its unit.

    Parameters
    ----------
    confidence
        In (0, 1), such as 0.8.
    adverse
        ``high`` for what is worse when it is more (durations, deliveries, costs), ``low`` for
        inflow, supply and productivity.
    """
    if not amount.is_uncertain:
        return amount.b
    return _quantile_of(amount, confidence if adverse == "high" else 1 - confidence)


@lru_cache(maxsize=KEPT)
def _quantile_of(amount: Amount, probability: float) -> float:
    """Return one quantile; the same few amounts are asked for in every option of every solve."""
    return float(amount_quantile(amount, probability))
