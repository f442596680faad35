"""The run that came before: the figures of it that the variance since then is told from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from planner.domain.baseline import Baseline


@dataclass(frozen=True)
class Parent:
    """An earlier run of the same portfolio, as its folder has it.

    Parameters
    ----------
    name
        Of its folder.
    dates
        P50 and P80 by subject, MW and basis of a capacity; None where it does not come.
    curve
        Share of futures by date of its key date, which `curve_of` names as in `dates`.
    levels
        Effective compute per researcher by team, as planned.
    spend_musd
        Nominal, over its horizon, as planned.
    risk_day
        Days of P80 by risk.
    direct
        Inputs that changed since, as path and text.
    moves
        Number of commitments by how they changed: ``+``, ``~``, ``-`` and ``-/+``.
    same
        Commitments that are the same in both.
    identity
        Of the run, as its manifest has it; a chain of runs is followed by it.
    schedule
        Its activities at P50: the second baseline of the Gantt.
    """

    name: str
    dates: Mapping[tuple[str, float, str], tuple[dt.date | None, dt.date | None]]
    curve: tuple[tuple[dt.date, float], ...] = ()
    curve_of: tuple[str, float, str] | None = None
    levels: Mapping[str, float] = field(default_factory=dict)
    spend_musd: float = 0.0
    risk_day: Mapping[str, float] = field(default_factory=dict)
    direct: tuple[tuple[str, str], ...] = ()
    moves: Mapping[str, int] = field(default_factory=dict)
    same: int = 0
    identity: str = ""
    schedule: Baseline | None = None
    years: float | None = None
    """From its data date to its horizon; None where that is not known."""
