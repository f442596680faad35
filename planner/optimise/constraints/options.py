"""Only halls that policy, group and dates allow are started.

Sets: options o. Variables: ``starts[o]``, which exist for allowed options only, so nothing is added
to the model.

A hall is started in a mode and on a calendar of its group, in a period that its group and the
policy leave open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.optimise.constraints.base import Constraint, structural
from planner.optimise.tally import tally

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData


def add(_model: Pyo, _data: ModelData) -> None:
    """Add nothing: variables exist for allowed options only."""


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name starts, lots and shares that belong to no allowed option, pool or consumer."""
    return list(tally(plan, data).strangers)


CONSTRAINT = Constraint("options", (), add, violations, structural)
