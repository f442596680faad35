"""Sections of the report. To add one: write a file that defines SECTION, and list it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.report.sections import (
    assumptions,
    bet,
    capacity,
    compute,
    drivers,
    headline,
    methods,
    money,
    progress,
    risk,
    stranding,
    this_run,
    timeline,
    variance,
    why,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.report.document import Section

SECTIONS: Final[Mapping[str, Section]] = {
    m.SECTION.name: m.SECTION
    for m in (
        headline, progress, timeline, capacity, stranding, compute, money, methods, bet, risk,
        drivers, why, assumptions, variance, this_run,
    )
}  # fmt: skip
