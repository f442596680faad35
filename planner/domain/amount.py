"""Quantities that may be uncertain: a law with its parameters, and the unit they are in.

Only the data and its checks live here; quantiles and draws are in `planner.capacity.laws`.
"""

from __future__ import annotations

import enum
import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.units import UnitProblem, parse, quantity

if TYPE_CHECKING:
    import pint


class Form(enum.IntEnum):
    """The law of an amount; the integer goes into engine arrays."""

    FIXED = 0
    """`a` for certain."""
    PERT = 1
    """PERT with minimum `a`, mode `b`, maximum `c`, written {min, likely, max}."""
    PERT80 = 2
    """PERT with 10th percentile `a`, mode `b`, 90th percentile `c`, written {low, likely, high}."""
    LOGNORMAL = 3
    """Shifted lognormal through P10 `a`, P50 `b`, P90 `c`, tail capped; {p10, p50, p90}."""
    TRIANGULAR = 4
    """Triangle with minimum `a`, mode `b`, maximum `c`, written {tri_min, likely, tri_max}."""
    EMPIRICAL = 5
    """As observed: minimum `a`, median `b`, maximum `c` of `points`, written {observed: [...]}."""


FORMS: Mapping[tuple[str, str, str], Form] = {
    ("min", "likely", "max"): Form.PERT,
    ("low", "likely", "high"): Form.PERT80,
    ("p10", "p50", "p90"): Form.LOGNORMAL,
    ("tri_min", "likely", "tri_max"): Form.TRIANGULAR,
}


OBSERVED = "observed"
"""Key of the list of an empirical amount."""
FEWEST = 3
"""Observations below which a list says nothing of a law."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity, certain or uncertain.

    Parameters
    ----------
    form
        Law.
    a, b, c
        Its parameters in `unit`; all equal where the amount is certain.
    unit
        Canonical unit.
    text
        What the user wrote.
    points
        Observations of an empirical amount, sorted; empty for every other law.
    """

    form: Form
    a: float
    b: float
    c: float
    unit: str
    text: str
    points: tuple[float, ...] = ()

    def __str__(self) -> str:
        return self.text

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of its three points as they are written; none for what is no three-point form."""
        return next((keys for keys, form in FORMS.items() if form is self.form), ())

    @property
    def likely(self) -> float:
        """The deterministic value in `unit`: the mode, or the median of a lognormal."""
        return self.b

    @property
    def is_uncertain(self) -> bool:
        """Whether a draw can differ from `likely`."""
        return self.form is not Form.FIXED

    @property
    def quantity(self) -> pint.Quantity[float]:
        """The deterministic value as a Pint quantity."""
        return quantity(self.b, self.unit)

    def m_as(self, unit: str) -> float:
        """Return the deterministic value in another unit of the same dimension."""
        return float(self.quantity.m_as(unit))

    def check_bounds(
        self, *, low: float | None, high: float | None, above: float | None, yearly: bool = False
    ) -> None:
        """Raise `UnitProblem` where a parameter lies outside the bounds (in `unit`)."""
        least = low if above is None else above
        for value in (self.a, self.c):
            is_low = (low is not None and value < low) or (above is not None and value <= above)
            is_high = high is not None and value > high
            if not is_low and not is_high:
                continue
            unit = "" if self.unit == "dimensionless" else f" {self.unit}"
            if high is None or (is_low and high != 1):
                least_text = f"{least:g}{unit}" if least else "0"
                rule = f"must be {'>=' if above is None else '>'} {least_text}"
            else:
                rule = f"must be within {0 if least is None else least:g}..{high:g}{unit}"
            percent = f'did you mean "{value:g} %" ({value / 100:g})?'
            hint = percent if high == 1 and 1 < value <= 100 and "%" not in self.text else ""
            if yearly and is_high:
                raise UnitProblem("rate", f"{value:g} means {100 * value:g} %/year; {rule}", hint)
            raise UnitProblem("out-of-range", f"{rule} (got {self.text})", hint)

    def scaled(self, factor: float) -> Amount:
        """Return the amount with every parameter multiplied."""
        return Amount(
            self.form, self.a * factor, self.b * factor, self.c * factor, self.unit, self.text,
            tuple(point * factor for point in self.points),
        )  # fmt: skip


def fixed(value: float, unit: str) -> Amount:
    """Return a certain amount."""
    return Amount(Form.FIXED, value, value, value, unit, f"{value:g} {unit}")


def parse_amount(value: object, unit: str) -> Amount:
    """Return the amount that a user wrote.

    Parameters
    ----------
    value
        A quantity text, or a mapping of one of the three-point forms.
    unit
        Canonical unit wanted.

    Raises
    ------
    UnitProblem
        If it is no such quantity, or the three points are impossible.
    """
    if not isinstance(value, Mapping):
        number = parse(value, unit)
        return Amount(Form.FIXED, number, number, number, unit, str(value))
    if set(value) == {OBSERVED}:
        return _empirical(value[OBSERVED], unit)
    keys = tuple(value)
    form = next((f for k, f in FORMS.items() if set(k) == set(keys)), None)
    if form is None:
        raise UnitProblem(
            "three-point",
            f"keys {', '.join(map(str, keys)) or 'none'} make no three-point estimate",
            "write {low, likely, high}, {min, likely, max}, {p10, p50, p90} or {observed: [...]}",
        )
    order = next(k for k, f in FORMS.items() if f is form)
    a, b, c = (_parse_point(value, key, unit) for key in order)
    text = ", ".join(str(value[k]) for k in order)
    _check_points(form, (a, b, c), order, text)
    if a == c:
        return Amount(Form.FIXED, b, b, b, unit, text)
    return Amount(form, a, b, c, unit, text)


def _empirical(listed: object, unit: str) -> Amount:
    """Return the amount of a list of observations."""
    if not isinstance(listed, list | tuple) or len(listed) < FEWEST:
        message = f"{OBSERVED} is a list of at least {FEWEST} quantities"
        raise UnitProblem("three-point", message, 'write e.g. {observed: ["12 wd", "15 wd", ...]}')
    points = tuple(sorted(parse(each, unit) for each in listed))
    text = ", ".join(map(str, listed))
    middle = statistics.median(points)
    form = Form.FIXED if points[0] == points[-1] else Form.EMPIRICAL
    kept = points if form is Form.EMPIRICAL else ()
    return Amount(form, points[0], middle, points[-1], unit, text, kept)


def _parse_point(value: Mapping[str, object], key: str, unit: str) -> float:
    try:
        return parse(value[key], unit)
    except UnitProblem as problem:
        problem.key = key  # so that the message points at the number and not at the mapping
        raise


def _check_points(
    form: Form, points: tuple[float, float, float], order: tuple[str, str, str], text: str
) -> None:
    a, b, c = points
    if not (a <= b <= c):
        raise UnitProblem(
            "three-point", f"{' <= '.join(order)} needed ({text})", "sort the three points"
        )
    if form is Form.LOGNORMAL and a < c:
        if not a < b < c:
            raise UnitProblem("three-point", f"{' < '.join(order)} needed ({text})")
        if (c - b) < (b - a) and not math.isclose(c - b, b - a):
            raise UnitProblem(
                "three-point",
                f"a lognormal leans to the right: p90 - p50 >= p50 - p10 needed ({text})",
                "use {low, likely, high} for an estimate that leans to the left",
            )
