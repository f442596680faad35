"""What an objective is: written once for the solver and once as arithmetic on a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData

Pyo = Any


@dataclass(frozen=True)
class Objective:
    """A member of the family.

    Parameters
    ----------
    name, unit
        Name in policy; unit of its value.
    sense
        ``max`` or ``min``.
    variable
        Name of the model's variable that equals it, so that another level is a change of costs.
    expression
        What it is in a model, as a Pyomo expression.
    evaluate
        What it is of a plan.
    """

    name: str
    unit: str
    sense: Literal["max", "min"]
    variable: str
    expression: Callable[[Pyo, ModelData], Pyo]
    evaluate: Callable[[Plan, ModelData], float]
