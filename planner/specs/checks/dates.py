"""Dates that contradict each other.

The horizon lies after the data date and within thirty years of it; ends lie after starts; steps
of headcount, price, supply and cash are in order; halls under way were started before the data
date, and GPUs on order come no earlier than their hall; a required date lies within the horizon.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from planner.specs.checks.base import Check, at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

MAX_YEARS: Final = 30
"""Longest horizon: beyond it a date is a slip, and the calendars would grow without need."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield contradicting dates in file order."""
    spec = portfolio.spec
    yield from _horizon(portfolio)
    yield from _base_year(portfolio)
    for name, team in spec.teams.items():
        path = f"portfolio.teams.{name}"
        yield from _steps(portfolio, f"{path}.researchers", [s.since for s in team.researchers])
        yield from _ends(portfolio, path, "earliest", team.earliest, "latest", team.latest)
        since = team.guarantee_since
        yield from _ends(portfolio, path, "guarantee_since", since, "latest", team.latest)
    steps = [s.since for s in spec.finance.operating_cash_flow]
    yield from _steps(portfolio, "portfolio.finance.operating_cash_flow", steps)
    for name, sku in portfolio.catalog.accelerators.items():
        path = f"catalog.accelerators.{name}"
        yield from _steps(portfolio, f"{path}.prices", [s.since for s in sku.prices])
        yield from _steps(portfolio, f"{path}.supply", [s.since for s in sku.supply])
    for name, scenario in spec.scenarios.items():
        if scenario.revealed is not None and scenario.revealed.likely > scenario.arrival.likely:
            message = f"revealed ({scenario.revealed}) after it arrives ({scenario.arrival})"
            yield at(portfolio, f"portfolio.scenarios.{name}.revealed", "date-order", message)
    yield from _required(portfolio)
    yield from _sites(portfolio)


def _horizon(portfolio: Portfolio) -> Iterator[Finding]:
    start, end = portfolio.spec.data_date, portfolio.spec.horizon
    if end <= start:
        message = f"horizon {end} is before data_date {start}"
        if end == start:
            message = f"horizon {end} is the data date: nothing is left to plan"
        yield at(portfolio, "portfolio.horizon", "date-order", message)
    elif end.year - start.year > MAX_YEARS:
        message = f"horizon {end} is more than {MAX_YEARS} years after data_date {start}"
        yield at(portfolio, "portfolio.horizon", "horizon-long", message)


def _base_year(portfolio: Portfolio) -> Iterator[Finding]:
    year, start = portfolio.spec.finance.base_year, portfolio.spec.data_date.year
    if abs(year - start) > MAX_YEARS:
        message = f"costs of {year}, more than {MAX_YEARS} years from the data date of {start}"
        path = "portfolio.finance.base_year"
        yield at(portfolio, path, "date-order", message, f"write e.g. {start}")


def _ends(
    portfolio: Portfolio, path: str, first: str, start: dt.date | None, last: str,
    end: dt.date | None,
) -> Iterator[Finding]:  # fmt: skip
    if start is not None and end is not None and end < start:
        message = f"{last} {end} is before {first} {start}"
        yield at(portfolio, f"{path}.{last}", "date-order", message)


def _steps(portfolio: Portfolio, path: str, dates: Sequence[dt.date]) -> Iterator[Finding]:
    for index, (before, after) in enumerate(pairwise(dates), start=1):
        if after <= before:
            message = f"step since {after} does not come after the one since {before}"
            hint = "put the steps in order, one a date"
            yield at(portfolio, f"{path}.{index}.since", "date-order", message, hint)


def _required(portfolio: Portfolio) -> Iterator[Finding]:
    spec = portfolio.spec
    for name, required in spec.policy.dates.items():
        path = f"portfolio.policy.required.{name}.by"
        if required.by < spec.data_date:
            message = f"required by {required.by}, before the data date {spec.data_date}"
            yield at(portfolio, path, "date-order", message)
        elif required.by > spec.horizon:
            message = f"required by {required.by}, after the horizon {spec.horizon}"
            yield at(portfolio, path, "date-order", message)


def _sites(portfolio: Portfolio) -> Iterator[Finding]:
    spec, known = portfolio.spec, portfolio.actuals
    last = spec.data_date if known is None else max(spec.data_date, known.data_date)
    for name, site in portfolio.sites.items():
        for under_name, under in site.under_way.items():
            if under.released > last:
                message = f"under way since {under.released}, after the data date {last}"
                path = f"site.{name}.under_way.{under_name}.released"
                hint = "halls started later are decisions of the plan"
                yield at(portfolio, path, "date-order", message, hint)
            after_day = (under.count - 1) * under.stagger.likely
            if under.released.toordinal() + after_day > spec.horizon.toordinal():
                message = f"hall {under.count} of {under.count} starts after the horizon"
                path = f"site.{name}.under_way.{under_name}.stagger"
                hint = "leave out the halls that are not under way"
                yield at(portfolio, path, "date-order", message, hint)
        for hall, rows in site.installed.items():
            for index, row in enumerate(rows):
                ready = site.standing[hall].ready if hall in site.standing else row.since
                if spec.data_date < row.since < ready:
                    message = f"installed {row.since}, before its hall is ready {ready}"
                    path = f"site.{name}.installed.{hall}.{index}.since"
                    yield at(portfolio, path, "date-order", message, f"write {ready}")
        for tranche_name, tranche in site.tranches.items():
            path = f"site.{name}.tranches.{tranche_name}"
            reserve, energised = tranche.reserve_by, tranche.energised
            yield from _ends(portfolio, path, "reserve_by", reserve, "energised", energised)
        for group_name, group in site.groups.items():
            if group.earliest is not None and group.earliest > spec.horizon and group.count:
                message = f"earliest start {group.earliest} is after the horizon {spec.horizon}"
                path = f"site.{name}.groups.{group_name}.earliest"
                yield at(portfolio, path, "never-started", message, severity="warning")


CHECK = Check("dates", find, ("date-order", "horizon-long", "never-started"))
