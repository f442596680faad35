"""What commands read: a checked portfolio, and what identifies a run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import typer

from planner import specs, units
from planner.cli.console import say
from planner.errors import SpecError

if TYPE_CHECKING:
    from planner.domain.pin import Pins
    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding
    from planner.study import Ask


def load(scenario: str, settings: list[str] | None) -> tuple[Portfolio, tuple[Finding, ...]]:
    """Return a portfolio without errors, and its warnings (said on stderr).

    Raises
    ------
    SpecError
        With all findings, where one of them is an error.
    """
    portfolio = specs.load(scenario, overrides=tuple(settings or ()))
    findings = specs.check(portfolio)
    if any(f.severity == "error" for f in findings):
        raise SpecError(tuple(f for f in findings if f.severity != "note"))
    warnings = tuple(f for f in findings if f.severity == "warning")
    for finding in warnings:
        say(str(finding))
    return portfolio, warnings


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


def run_identity(portfolio: Portfolio, asked: Ask, pins: Pins | None = None) -> str:
    """Return a hash of everything that decides a run's result: inputs, seed, settings, pins."""
    pinned = [] if pins is None or pins.is_empty else [repr(pins)]
    parts = [f"{name}={digest}" for name, digest in sorted(portfolio.digests.items())]
    return hashlib.sha256(
        "\n".join([*parts, *portfolio.settings, repr(asked), *pinned]).encode()
    ).hexdigest()
