"""Actuals that cannot be so.

Nothing has happened on or after the data date, which lies between that of the portfolio and its
horizon; what is finished was started before and has nothing left; tranches, halls, purchases and
lots are named as the portfolio and its plans name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.specs.checks.base import Check, at, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.actuals import Actuals, Progress
    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

LOT_PARTS = 6
"""Parts of the name of a lot: site, group, number, block, purchase, SKU."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield what cannot be so."""
    actuals = portfolio.actuals
    if actuals is None:
        return
    first, last = portfolio.spec.data_date, actuals.data_date
    if last < first:
        message = f"data date {last} is before that of the portfolio, {first}"
        yield at(portfolio, "actuals.data_date", "date-order", message)
    if last > portfolio.spec.horizon:
        message = f"data date {last} is after the horizon {portfolio.spec.horizon}"
        yield at(portfolio, "actuals.data_date", "date-order", message)
    for path, date in actuals.dates().items():
        if date >= last:
            message = f"{date} is an actual date on or after the data date {last}"
            hint = "what is to come is a forecast: leave it out, or move the data date"
            yield at(portfolio, f"actuals.{path}", "actual-after-data-date", message, hint)
    for name, row in actuals.activities.items():
        yield from _activity(portfolio, f"actuals.activities.{name}", row)
    yield from _tranches(portfolio, actuals)
    yield from _names(portfolio, actuals)


def _activity(portfolio: Portfolio, path: str, row: Progress) -> Iterator[Finding]:
    if row.started is None and row.finished is None:
        message, hint = "neither started nor finished", "leave out what has not begun"
        yield at(portfolio, path, "actual-order", message, hint)
    if row.started and row.finished and row.finished < row.started:
        message = f"finished {row.finished} is before started {row.started}"
        yield at(portfolio, f"{path}.finished", "date-order", message)
    left = row.remaining is not None or (row.percent is not None and row.percent.likely < 1)
    if row.finished and left:
        key = "remaining" if row.remaining is not None else "percent"
        message = "finished, and yet something is left"
        yield at(portfolio, f"{path}.{key}", "actual-order", message, f"drop {key}, or finished")
    if not row.finished and row.percent is not None and row.percent.likely >= 1:
        message = "all of it is done, and it is not finished"
        yield at(portfolio, f"{path}.percent", "actual-order", message, "say when it was finished")


def _tranches(portfolio: Portfolio, actuals: Actuals) -> Iterator[Finding]:
    known = [f"{s}/{t}" for s, site in portfolio.sites.items() for t in site.tranches]
    for name, row in actuals.tranches.items():
        path = f"actuals.tranches.{name}"
        if name not in known:
            yield unknown(portfolio, path, "tranche", name, known)
        if (row.energised is None) == (row.expected is None):
            message = "one of energised and expected is wanted"
            yield at(portfolio, path, "actual-order", message)
        if row.expected is not None and row.expected < actuals.data_date:
            message = f"expected {row.expected}, before the data date {actuals.data_date}"
            yield at(portfolio, f"{path}.expected", "forecast-before-data-date", message)


def _names(portfolio: Portfolio, actuals: Actuals) -> Iterator[Finding]:
    halls = {f"{s}/{g}": group.count for s, site in portfolio.sites.items()
             for g, group in site.groups.items()}  # fmt: skip
    halls |= {f"{s}/{n}": 1 for s, site in portfolio.sites.items() for n in site.standing}
    for name in actuals.halls:
        path = f"actuals.halls.{name}"
        group, _, number = name.rpartition("/")
        if group not in halls:
            yield unknown(portfolio, path, "hall", name, [f"{h}/01" for h in halls])
        elif not number.isdecimal() or not 1 <= int(number) <= halls[group]:
            message = f"{group} has {halls[group]} halls, numbered from 01"
            yield at(portfolio, path, "unknown-hall", message)
    for name in actuals.activities:
        yield from _row(portfolio, name, halls)


def _row(portfolio: Portfolio, name: str, halls: dict[str, int]) -> Iterator[Finding]:
    """Yield that there is no such activity, as far as that can be told without a plan."""
    parts, catalog = name.split("/"), portfolio.catalog
    path = f"actuals.activities.{name}"
    site = portfolio.sites.get(parts[0])
    if site is None:
        yield unknown(portfolio, path, "activity", name, [f"{s}/…" for s in portfolio.sites])
    elif len(parts) == 2:
        rows = catalog.works[site.works.network].activities if site.works else {}
        if parts[1] not in rows:
            known = [f"{parts[0]}/{row}" for row in rows]
            yield unknown(portfolio, path, "activity", name, known)
        elif site.works and parts[1] in site.works.done:
            message = f"{parts[1]} is among the works that the site file calls done"
            yield at(portfolio, path, "actual-order", message, "leave it out of one of the two")
    elif "/".join(parts[:2]) not in halls:
        yield unknown(portfolio, path, "activity", name, [f"{h}/01/…" for h in halls])
    elif len(parts) <= LOT_PARTS - 1:
        group = site.groups.get(parts[1])
        modes = group.modes if group else ()
        known = [f"{'/'.join(parts[:-1])}/{r}" for m in modes for r in catalog.modes[m].activities]
        if name not in known:
            yield unknown(portfolio, path, "activity", name, known)


CHECK = Check(
    "actuals",
    find,
    (
        "actual-after-data-date", "actual-order", "date-order", "forecast-before-data-date",
        "unknown-activity", "unknown-hall", "unknown-tranche",
    ),
)  # fmt: skip
