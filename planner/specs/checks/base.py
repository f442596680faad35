"""What a check is, and the words that several of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.domain.base import Model
from planner.errors import Finding
from planner.specs.fields import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Severity

MOST_NAMES = 12
"""Known names listed in a message."""


@dataclass(frozen=True)
class Check:
    """A family of rules on a portfolio; its module's docstring is the catalogue entry.

    Parameters
    ----------
    name
        Name of the family.
    find
        Yields what is found.
    codes
        Codes of the findings it may yield.
    """

    name: str
    find: Callable[[Portfolio], Iterator[Finding]]
    codes: tuple[str, ...]


def at(
    portfolio: Portfolio, path: str, code: str, message: str, hint: str = "",
    severity: Severity = "error",
) -> Finding:  # fmt: skip
    """Return a finding at a key path of the portfolio, such as ``site.NAME.groups.G.count``."""
    return Finding(portfolio.where(path), code, message, hint, severity)


def values(portfolio: Portfolio) -> Iterator[tuple[str, Any]]:
    """Yield every value of a portfolio with its key path, each before what is in it, in file order.

    Records, mappings and lists are values too.
    """
    yield from _values("portfolio", portfolio.spec)
    for name, site in portfolio.sites.items():
        yield from _values(f"site.{name}", site)
    yield from _values("catalog", portfolio.catalog)


def _values(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, Model):
        for name in type(value).model_fields:
            yield from _values(f"{path}.{name}", getattr(value, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _values(f"{path}.{name}", inner)
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _values(f"{path}.{index}", inner)


def unknown(portfolio: Portfolio, path: str, noun: str, name: str, known: Iterable[str]) -> Finding:
    """Return the finding of a name that nothing is called by, with the nearest that is.

    Names are listed by the alphabet, unless `known` is a list.
    """
    names = list(dict.fromkeys(known)) if isinstance(known, list) else sorted(set(known))
    match = nearest(name, names)
    listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    message = f'unknown {noun} "{name}"; known: {listed or "none"}'
    hint = f'did you mean "{match}"?' if match else ""
    return at(portfolio, path, f"unknown-{noun.lower().replace(' ', '-')}", message, hint)
