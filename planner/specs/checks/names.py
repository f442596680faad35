"""Names that cannot be told apart, or out of which no name of a hall or an activity can be made.

A hall is called ``site/group/number``, an activity ``site/group/number/row``: none of the names
that such a name is made of holds a slash. No name begins or ends with a space, or is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.domain.portfolio import CatalogFile
from planner.specs.checks.base import Check, at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

OF_SITE: Final = ("tranches", "groups", "fabrics", "under_way", "standing", "tools")
"""Fields of a site whose keys are names."""
OF_PORTFOLIO: Final = ("teams", "products", "scenarios", "targets")
"""Fields of a portfolio whose keys are names."""
WITH_ROWS: Final = ("works", "tails", "modes")
"""Sections of the catalog whose entries hold activities."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield names that cannot be, in file order."""
    spec, catalog = portfolio.spec, portfolio.catalog
    yield from _name(portfolio, "portfolio.portfolio", spec.portfolio, may_slash=True)
    for field in OF_PORTFOLIO:
        names = getattr(spec, field)
        yield from _names(portfolio, f"portfolio.{field}", names, may_slash=True)
    for section in CatalogFile.model_fields:
        yield from _names(portfolio, f"catalog.{section}", getattr(catalog, section))
    for section in WITH_ROWS:
        for name, entry in getattr(catalog, section).items():
            path = f"catalog.{section}.{name}.activities"
            yield from _names(portfolio, path, entry.activities)
    for name, site in portfolio.sites.items():
        yield from _name(portfolio, f"site.{name}.site", name)
        for field in OF_SITE:
            yield from _names(portfolio, f"site.{name}.{field}", getattr(site, field))


def _names(
    portfolio: Portfolio, path: str, names: Iterable[str], *, may_slash: bool = False
) -> Iterator[Finding]:
    for name in names:
        yield from _name(portfolio, f"{path}.{name}", name, may_slash=may_slash)


def _name(
    portfolio: Portfolio, path: str, name: str, *, may_slash: bool = False
) -> Iterator[Finding]:
    if name != name.strip() or not name:
        message = f'the name "{name}" begins or ends with a space' if name.strip() else "empty name"
        hint = f'write "{name.strip()}"' if name.strip() else "give it a name"
        yield at(portfolio, path, "name", message, hint)
    elif "/" in name and not may_slash:
        message = f'the name "{name}" holds a slash, which parts site, group and hall'
        yield at(portfolio, path, "name", message, f'write "{name.replace("/", "-").strip("-")}"')


CHECK = Check("names", find, ("name",))
