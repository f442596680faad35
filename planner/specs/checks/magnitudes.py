"""Sizes that no plan has, and sizes that are a slip of a prefix more often than not.

Above `MOST` in its canonical unit a quantity is an error: sums of it would leave the range of
numbers. Outside the range that anything built or bought has had, it is a warning: "31 W" for a hall
is a megawatt short of its prefix, "1e9 USD/MWh" for energy is a million too dear.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from planner.domain.amount import Amount
from planner.specs.checks.base import Check, at, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

MOST: Final = 1e11
"""Largest magnitude in a canonical unit; the largest of the shipped portfolios is below 1e10."""
MOST_OF: Final[Mapping[str, float]] = {"FLOP/request": 1e27}
"""The same where the unit is a small one; a request for a minute of video takes 35e15 FLOP."""

USUAL: Final[Mapping[str, tuple[float, float, str]]] = {
    "MW": (1e-3, 1e5, "1 kW to 100 GW"),
    "MUSD": (1e-2, 1e8, "10 kUSD to 100,000 BUSD"),
    "USD/MWh": (1e-2, 1e4, "0.01 to 10,000 USD/MWh"),
    "MUSD/MW": (1e-5, 1e3, "10 USD/MW to 1,000 MUSD/MW"),
    "MUSD/gpu": (1e-5, 10.0, "10 USD to 10 MUSD"),
    "kW/rack": (0.1, 1e4, "0.1 to 10,000 kW/rack"),
    "acre": (1e-2, 1e6, "0.01 to 1,000,000 acre"),
    "mph": (1.0, 400.0, "1 to 400 mph"),
    "1/year": (1e-5, 50.0, "0.00001 to 50 a year"),
    "rack/MW": (0.1, 1e3, "0.1 to 1,000 rack/MW"),
}
"""Least and greatest by canonical unit, 0 aside, and both in words."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield quantities out of range, in file order."""
    for path, value in values(portfolio):
        if isinstance(value, Amount):
            yield from _size(portfolio, path, value)


def _size(portfolio: Portfolio, path: str, amount: Amount) -> Iterator[Finding]:
    largest = max(abs(amount.a), abs(amount.b), abs(amount.c))
    low, high, words = USUAL.get(amount.unit, (0.0, math.inf, ""))
    if largest > MOST_OF.get(amount.unit, MOST):
        message = f"{amount} is beyond any plan"
        yield at(portfolio, path, "too-large", message, "check the number and its unit")
    elif largest > high or 0 < largest < low:
        message = f"{amount} is out of the usual: {words}"
        hint = "check the number and the prefix of its unit"
        yield at(portfolio, path, "unusual", message, hint, "warning")


CHECK = Check("magnitudes", find, ("too-large", "unusual"))
