"""Text of removals: what each cause, taken away alone, would gain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from planner.cli.console import table

if TYPE_CHECKING:
    from planner.domain.review import Removal, Review

LEAST_DAY = 0.5
"""A cause that gains less at P50 and at P80 is not shown."""


def removal_text(review: Review, shown: int = 20) -> str:
    """Return the tornado of the key date as a table, with the method it uses."""
    if not review.milestone:
        return "no key date to remove causes from"
    head = (
        f"days by which {review.milestone} would come earlier without each cause (removed alone, "
        f"the same {review.removal_samples} futures simulated again):"
    )
    return f"{head}\n{removal_table(review.removals, shown)}"


def removal_table(removals: Sequence[Removal], shown: int) -> str:
    """Return the largest gains as a table, or a line that says there are none."""
    rows = [
        (r.title, f"{r.p50_day:.0f}", f"{r.p80_day:.0f}", f"{r.mean_day:.1f} ± {r.error_day:.1f}")
        for r in removals
        if max(r.p80_day, r.p50_day) >= LEAST_DAY
    ]
    if not rows:
        return "nothing removed alone gains half a day"
    return table(("cause", "P50", "P80", "mean ± error"), rows[:shown], right=(1, 2, 3))
