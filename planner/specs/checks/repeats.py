"""Names that stand twice in a list: the second says nothing, and is often a slip of another.

Modes, calendars, SKUs, objectives, files and the like count once however often they are named. Two
relations to one predecessor are no repeat where their kinds or lags differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.domain.activity import Relation
from planner.domain.base import Model
from planner.specs.checks.base import Check, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield what stands twice, in file order."""
    yield from _repeats(portfolio, "portfolio", portfolio.spec)
    for name, site in portfolio.sites.items():
        yield from _repeats(portfolio, f"site.{name}", site)
    yield from _repeats(portfolio, "catalog", portfolio.catalog)


def _repeats(portfolio: Portfolio, path: str, value: Any) -> Iterator[Finding]:
    """Yield the repeats of lists of texts at and below a value of a record."""
    if isinstance(value, Model):
        for name in type(value).model_fields:
            yield from _repeats(portfolio, f"{path}.{name}", getattr(value, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _repeats(portfolio, f"{path}.{name}", inner)
    elif isinstance(value, tuple):
        texts = [str(item) for item in value]
        for index, item in enumerate(value):
            if isinstance(item, Model):
                yield from _repeats(portfolio, f"{path}.{index}", item)
            elif isinstance(item, (str, Relation)) and texts[index] in texts[:index]:
                message = f'"{item}" stands twice'
                yield at(portfolio, f"{path}.{index}", "repeated", message, "remove one", "warning")


CHECK = Check("repeats", find, ("repeated",))
