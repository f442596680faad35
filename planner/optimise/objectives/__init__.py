"""All objectives. To add one: write a file that defines OBJECTIVE, and list it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.optimise.objectives import (
    compute_per_researcher,
    cost,
    cost_for,
    time_to,
    total_compute,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.optimise.objectives.base import Objective

OBJECTIVES: Final[Mapping[str, Objective]] = {
    m.OBJECTIVE.name: m.OBJECTIVE
    for m in (compute_per_researcher, total_compute, cost, time_to, cost_for)
}
