"""A baseline: the dates that a plan's forecast is held against, activity by activity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


@dataclass(frozen=True)
class Baseline:
    """Dates of an earlier run, by stable name of the activity; what it has not has no baseline.

    Parameters
    ----------
    name
        What it is called on the page, such as the name of the run's folder.
    start, finish
        At P50 of a run; deterministic of a plan that was not simulated.
    deterministic_finish
        Of the deterministic pass, to hold another against; none where it is not known.
    """

    name: str
    start: Mapping[str, dt.date] = field(default_factory=dict)
    finish: Mapping[str, dt.date] = field(default_factory=dict)
    deterministic_finish: Mapping[str, dt.date] = field(default_factory=dict)
