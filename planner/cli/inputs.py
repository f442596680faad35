"""What commands read: a checked portfolio, and times given as options."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from planner import specs, units
from planner.cli.console import say
from planner.errors import EngineError, Finding, SpecError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from planner.domain.portfolio import Portfolio


def load(
    scenario: str, settings: list[str] | None, actuals: Path | None = None
) -> tuple[Portfolio, tuple[Finding, ...]]:
    """Return a portfolio without errors, and its warnings (said on stderr).

    Raises
    ------
    SpecError
        With all findings, where one of them is an error.
    """
    portfolio = specs.load(scenario, overrides=tuple(settings or ()), actuals=actuals)
    return checked(portfolio)


def checked(portfolio: Portfolio) -> tuple[Portfolio, tuple[Finding, ...]]:
    """Return a portfolio without errors, and its warnings, as `load` does."""
    findings = specs.check(portfolio)
    if any(f.severity == "error" for f in findings):
        raise SpecError(tuple(f for f in findings if f.severity != "note"))
    warnings = tuple(f for f in findings if f.severity == "warning")
    for finding in warnings:
        say(str(finding))
    return portfolio, warnings


@contextmanager
def blamed(plan: Path | None) -> Iterator[None]:
    """Say of a plan file that no schedule can be made of it, where that is what went wrong.

    Raises
    ------
    SpecError
        In place of the engine's error, where there is a plan file.
    """
    try:
        yield
    except EngineError as error:
        if plan is None:
            raise
        hint = "check its orders, starts and sequence, or make the plan again"
        found = Finding(Where(str(plan)), "plan-schedule", f"it has no schedule: {error}", hint)
        raise SpecError((found,)) from None


def days(text: str | None) -> float | None:
    """Return a time given as an option, in days; None where none is.

    Raises
    ------
    BadParameter
        Where it is no time above 0.
    """
    if text is None:
        return None
    try:
        found = units.parse(text, "day")
    except units.UnitProblem as problem:
        hint = f"; {problem.hint}" if problem.hint else ""
        raise typer.BadParameter(f"{problem.message}{hint}") from None
    if found <= 0:
        raise typer.BadParameter(f'a time above 0 wanted, got "{text}"')
    return found
