"""Numbers that say neither where they come from nor why they were assumed.

``source:`` (a key of the sources file) or ``assumption:`` (one line of why) beside a value, or at
any mapping around it up to the top of the file, covers it. One note a file counts those without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import Finding
from planner.specs.checks.base import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio, Provenance


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield one note a file, at its first number without origin."""
    by_file: dict[str, list[Provenance]] = {}
    for number in portfolio.provenance:
        if not number.source and not number.assumption:
            by_file.setdefault(number.where.file, []).append(number)
    for numbers in by_file.values():
        first, count = numbers[0], len(numbers)
        more = f", the first of {count} in this file" if count > 1 else ""
        message = f"no source and no assumption ({first.text}){more}"
        hint = "add source: KEY or assumption: WHY beside it, or at the top for all"
        yield Finding(first.where, "unsourced", message, hint, "note")


CHECK = Check("unsourced", find, ("unsourced",))
