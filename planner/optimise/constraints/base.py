"""What a constraint is: written once for the solver and once as arithmetic on a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.errors import Where
    from planner.optimise.data import ModelData

Pyo = Any
Index = tuple[str, ...]

TOLERANCE = 1e-6
"""Relative slack of all checks on a plan."""


@dataclass(frozen=True)
class Statement:
    """A sentence of the user's that a row of the model stands for.

    Parameters
    ----------
    text
        In the user's words, with its figure.
    where
        Its place in the files.
    unit, scale
        Unit of its right-hand side, and what one unit of the row is in it, for hints.
    """

    text: str
    where: Where
    unit: str = ""
    scale: float = 1.0


@dataclass(frozen=True)
class Constraint:
    """A member of the family.

    Parameters
    ----------
    name
        Of the constraint, and first word of its violations.
    components
        Names of the Pyomo constraints that it adds.
    add
        Adds them to a model.
    violations
        Says in words where a plan breaks the rule; empty where it holds.
    statement
        The user's statement behind a row, or None for rows that only define.
    """

    name: str
    components: tuple[str, ...]
    add: Callable[[Pyo, ModelData], None]
    violations: Callable[[Plan, ModelData], list[str]]
    statement: Callable[[ModelData, str, Index], Statement | None]


@dataclass(frozen=True)
class Charge:
    """Money that a member of the family adds to what `cash` pays.

    Parameters
    ----------
    terms
        What it costs in a period, as coefficients of a model's variables [BUSD].
    cash
        What it costs of a plan, by kind and period, shape (kinds, T) [MUSD].
    settled
        Columns, as component and index, that follow from the lots of a plan, with their values;
        none where not given.
    """

    terms: Callable[[Pyo, ModelData, int], list[tuple[float, Pyo]]]
    cash: Callable[[Plan, ModelData], FloatArray]
    settled: Callable[[Plan, ModelData], dict[tuple[str, ...], float]] = lambda _plan, _data: {}


def exceeds(value: float, limit: float) -> bool:
    """Return whether a value is above a limit by more than rounding."""
    return value > limit + TOLERANCE * max(1.0, abs(limit))


def structural(_data: ModelData, _component: str, _index: Index) -> None:
    """Return no statement: the rows only define what the others limit."""
    return
