"""Fields that are read and not yet used.

Their place in the specs is settled so that files need no change later; until the planner uses them,
one warning lists those that the portfolio sets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from planner.specs.checks.base import Check, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

# Key path, and the value that says nothing and so needs no warning. A test holds this list against
# the docstrings of the records.
UNUSED: Final[dict[str, str]] = {}


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield one warning that lists the fields, at the first of them."""
    rules: dict[str, list[tuple[re.Pattern[str], str, str]]] = {}
    for name, idle in UNUSED.items():
        rules.setdefault(name.rpartition(".")[2], []).append((_pattern(name), name, idle))
    first: dict[str, str] = {}
    for path in portfolio.places:
        last = path.rpartition(".")[2]
        for pattern, name, idle in rules.get(last, ()):
            if name not in first and pattern.fullmatch(path) and _value(portfolio, path) != idle:
                first[name] = path
    if first:
        places = [
            f"{name.replace('.*', '')} ({(w := portfolio.where(path)).file}:{w.line})"
            for name, path in sorted(first.items())
        ]
        message = f"read and not yet used: {', '.join(places)}"
        yield at(portfolio, next(iter(first.values())), "not-yet-used", message, severity="warning")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\*", r".+"))


def _value(portfolio: Portfolio, path: str) -> str:
    """Return the value at a path as text, or a dash where it is no scalar."""
    head, *rest = path.split(".")
    here: object = {"catalog": portfolio.catalog, "portfolio": portfolio.spec}.get(head)
    if head == "site":
        here = portfolio.sites
    while rest and here is not None:
        if isinstance(here, dict):
            used = next((n for n in range(len(rest), 0, -1) if ".".join(rest[:n]) in here), 0)
            here, rest = (here[".".join(rest[:used])], rest[used:]) if used else (None, rest)
        else:
            here, rest = getattr(here, rest[0], None), rest[1:]
    return "-" if isinstance(here, dict) else str(here)


CHECK = Check("unused", find, ("not-yet-used",))
