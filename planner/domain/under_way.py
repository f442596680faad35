"""Halls that the specs say were started before the data date, as the commitments they are."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from planner.domain.plan import Candidate, Start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site


def under_way(portfolio: Portfolio) -> tuple[Start, ...]:
    """Return the halls started before the data date, numbered in their groups by release."""
    made = []
    for name, site in portfolio.sites.items():
        numbers: Counter[str] = Counter()
        for release, candidate in sorted(_releases(name, site), key=lambda r: (r[0], str(r[1]))):
            numbers[candidate.group] += 1
            made.append(Start(candidate, numbers[candidate.group], release, is_under_way=True))
    return tuple(sorted(made, key=lambda start: (start.release, start.hall)))


def _releases(name: str, site: Site) -> Iterator[tuple[dt.date, Candidate]]:
    for entry in site.under_way.values():
        candidate = Candidate(name, entry.group, entry.mode, entry.calendar)
        for k in range(entry.count):
            yield entry.released + dt.timedelta(days=round(k * entry.stagger.likely)), candidate
