"""A plan checked and scored by plain arithmetic, whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.optimise.constraints import CONSTRAINTS
from planner.optimise.data import build
from planner.optimise.objectives import OBJECTIVES

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.optimise.clock import CorrectionDays


def violations(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    plan: Plan,
    corrections: CorrectionDays | None = None,
) -> tuple[str, ...]:
    """Return every rule that a plan breaks, in words that begin with the constraint's name."""
    data = build(portfolio, readiness, corrections)
    return tuple(text for c in CONSTRAINTS.values() for text in c.violations(plan, data))


def evaluate(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    plan: Plan,
    corrections: CorrectionDays | None = None,
) -> dict[str, float]:
    """Return the value of every objective for a plan, by name and in the objective's unit."""
    data = build(portfolio, readiness, corrections)
    return {name: objective.evaluate(plan, data) for name, objective in OBJECTIVES.items()}
