"""Names that stand twice in a list: the second says nothing, and is often a slip of another.

Modes, calendars, SKUs, objectives, files and the like count once however often they are named. Two
relations to one predecessor are no repeat where their kinds or lags differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.domain.activity import Relation
from planner.specs.checks.base import Check, at, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield what stands twice in a list of texts, in file order."""
    for path, value in values(portfolio):
        listed = value if isinstance(value, tuple) else ()
        texts = [str(item) if isinstance(item, (str, Relation)) else None for item in listed]
        for index, text in enumerate(texts):
            if text is not None and text in texts[:index]:
                message = f'"{text}" stands twice'
                yield at(portfolio, f"{path}.{index}", "repeated", message, "remove one", "warning")


CHECK = Check("repeats", find, ("repeated",))
