"""The checks of a portfolio. To add one: write a file that defines CHECK, and list it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.specs.checks import (
    actuals,
    calendars,
    contracts,
    crews,
    cycles,
    dates,
    earliest,
    magnitudes,
    names,
    networks,
    numbers,
    objectives,
    references,
    repeats,
    room,
    unsourced,
    unused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding
    from planner.specs.checks.base import Check

STRUCTURAL: Final[Mapping[str, Check]] = {
    m.CHECK.name: m.CHECK for m in (references, networks, cycles)
}
"""Checks that still make sense of a portfolio in which something else is invalid."""

INNER: Final[Mapping[str, Check]] = {
    m.CHECK.name: m.CHECK
    for m in (
        names,
        dates,
        numbers,
        magnitudes,
        contracts,
        calendars,
        objectives,
        repeats,
        unused,
        unsourced,
    )
}
"""Checks that need valid records, and no names that resolve."""

WHOLE: Final[Mapping[str, Check]] = {
    m.CHECK.name: m.CHECK for m in (crews, earliest, room, actuals)
}
"""Checks that need all that the others check."""

CHECKS: Final[Mapping[str, Check]] = {**STRUCTURAL, **INNER, **WHOLE}


def run(portfolio: Portfolio, *, is_valid: bool = True) -> list[Finding]:
    """Return what the checks find.

    Parameters
    ----------
    portfolio
        Portfolio to look at.
    is_valid
        False where some of its records stand in for invalid ones.
    """
    found = [f for check in STRUCTURAL.values() for f in check.find(portfolio)]
    if not is_valid:
        return found
    found += [f for check in INNER.values() for f in check.find(portfolio)]
    if all(finding.severity != "error" for finding in found):
        found += [f for check in WHOLE.values() for f in check.find(portfolio)]
    return found
