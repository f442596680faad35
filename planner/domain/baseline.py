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
    """

    name: str
    start: Mapping[str, dt.date] = field(default_factory=dict)
    finish: Mapping[str, dt.date] = field(default_factory=dict)
