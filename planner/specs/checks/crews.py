"""Activities that want more crews than their site can ever have.

An activity holds its crews times the crews behind its calendar, rounded up, all at once. Where the
site has fewer of a trade, a tool or people, it gets all there are and takes longer in proportion:
one warning for each way to build. Where the site has none at all it would wait for ever, an error.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.specs.checks.base import Check, at
from planner.specs.checks.references import STANDARD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.domain.activity import Activity
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site
    from planner.errors import Finding


PEOPLE = "people"


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield one warning for each way to build at a site, and an error where there is no crew."""
    for name, site in portfolio.sites.items():
        told: set[tuple[str, str]] = set()
        for path, what, calendar, activities in _built(portfolio, name, site):
            if (what, calendar) in told:
                continue
            told.add((what, calendar))
            worst = _worst(portfolio, site, calendar, activities)
            short = {r: w for r, w in worst.items() if w[0] > _limit(site, r)}
            for resource, (units, row) in short.items():
                if not _limit(site, resource):
                    message = f"{row} of {what} needs {units} of {resource}, the site has none"
                    hint = "leave it out for no limit"
                    where = f"site.{name}.{_place(resource)}"
                    yield at(portfolio, where, "crews-none", message, hint)
            listed = ", ".join(
                f"{resource} {units} of {_limit(site, resource)} ({row})"
                for resource, (units, row) in short.items()
                if _limit(site, resource)
            )
            if listed:
                on = "" if calendar == STANDARD else f" on {calendar}"
                message = f"{what}{on} wants more than the site has, and takes longer: {listed}"
                hint = "allow more crews, or take this choice away"
                yield at(portfolio, path, "crews-short", message, hint, "warning")


def _worst(
    portfolio: Portfolio, site: Site, calendar: str, activities: Mapping[str, Activity]
) -> dict[str, tuple[int, str]]:
    """Return the largest need of each limited resource, and the activity that has it."""
    worst: dict[str, tuple[int, str]] = {}
    for row, activity in activities.items():
        is_own = calendar == STANDARD or activity.keeps_calendar
        on = activity.calendar if is_own else calendar
        for resource, units in _needs(portfolio, activity, on, site).items():
            if units > worst.get(resource, (0, ""))[0]:
                worst[resource] = (units, row)
    return worst


def _built(
    portfolio: Portfolio, name: str, site: Site
) -> Iterator[tuple[str, str, str, dict[str, Activity]]]:
    """Yield path, words, calendar choice and rows of everything that is built at a site."""
    catalog, path = portfolio.catalog, f"site.{name}"
    if site.works is not None and site.works.network in catalog.works:
        works = catalog.works[site.works.network]
        left = {k: a for k, a in works.activities.items() if k not in site.works.done}
        yield f"{path}.works.network", f"site works {site.works.network}", STANDARD, left
    ways = [
        (f"{path}.groups.{group_name}.calendars.{index}", mode, calendar)
        for group_name, group in site.groups.items()
        if group.count
        for mode in group.modes
        for index, calendar in enumerate(group.calendars)
    ]
    ways += [
        (f"{path}.under_way.{key}.calendar", under.mode, under.calendar)
        for key, under in site.under_way.items()
    ]
    for where, mode_name, calendar in ways:
        mode = catalog.modes.get(mode_name)
        if mode is not None:
            tail = catalog.tails.get(mode.tail) if mode.tail else None
            rows = dict(mode.activities) | (dict(tail.activities) if tail else {})
            yield where, f"mode {mode_name}", calendar, rows


def _needs(portfolio: Portfolio, activity: Activity, on: str, site: Site) -> Mapping[str, int]:
    calendar = portfolio.catalog.calendars.get(on)
    behind = calendar.crews_behind if calendar is not None else 1.0
    crews = {trade: math.ceil(n * behind - 1e-9) for trade, n in activity.crews.items() if n}
    made = {trade: n for trade, n in crews.items() if trade in site.crews}
    made |= {tool: n for tool, n in activity.tools.items() if tool in site.tools}
    if site.people is not None:
        trades = portfolio.catalog.trades
        people = sum(n * trades[trade].people for trade, n in crews.items() if trade in trades)
        made[PEOPLE] = people
    return made


def _limit(site: Site, resource: str) -> int:
    if resource == PEOPLE:
        return site.people or 0
    return site.crews[resource] if resource in site.crews else site.tools[resource]


def _place(resource: str) -> str:
    return resource if resource == PEOPLE else f"crews.{resource}"


CHECK = Check("crews", find, ("crews-short", "crews-none"))
