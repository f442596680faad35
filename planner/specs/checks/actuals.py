"""Actuals that cannot be so.

Nothing has happened on or after the data date, which lies between that of the portfolio and its
horizon; what is finished was started before and has nothing left; tranches, halls, purchases and
lots are named as the portfolio and its plans name them. What was ordered says what it is and where
it goes: to blocks of halls that stand or were started.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from planner.domain.site import standing_blocks
from planner.domain.under_way import under_way
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
        yield from _whole(portfolio, actuals, name, row)
    yield from _tranches(portfolio, actuals)
    yield from _names(portfolio, actuals)
    yield from _started(portfolio, actuals)
    yield from _ordered(portfolio, actuals)
    yield from _equipment(portfolio, actuals)


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


def _whole(portfolio: Portfolio, actuals: Actuals, name: str, row: Progress) -> Iterator[Finding]:
    """Yield that a row is not done of what is reported as done as a whole."""
    lot, parts = actuals.lots.get(name.rpartition("/")[0]), name.split("/")
    hall = actuals.halls.get("/".join(parts[:3])) if len(parts) < LOT_PARTS else None
    by = lot.in_service if lot is not None else hall.handed_over if hall is not None else None
    if by is not None and (row.finished is None or row.finished > by):
        said = "not finished" if row.finished is None else f"finished {row.finished}"
        noun = "its GPUs serve" if lot is not None else "its hall was handed over"
        message, hint = f"{said}, and {noun} since {by}", "one of the two is to be left out"
        yield at(portfolio, f"actuals.activities.{name}", "actual-order", message, hint)


def _tranches(portfolio: Portfolio, actuals: Actuals) -> Iterator[Finding]:
    known = [f"{s}/{t}" for s, site in portfolio.sites.items() for t in site.tranches]
    for name, row in actuals.tranches.items():
        path = f"actuals.tranches.{name}"
        if name not in known:
            yield unknown(portfolio, path, "tranche", name, known)
        said = [key for key in ("energised", "expected") if getattr(row, key) is not None]
        if len(said) == 2 or not (said or row.reserved):
            message = "one of energised and expected is wanted, or reserved"
            yield at(portfolio, path, "actual-order", message)
        if row.reserved and name in known and not _is_optional(portfolio, name):
            message = "the tranche is given: it has no terms of a reservation"
            yield at(portfolio, f"{path}.reserved", "actual-order", message)
        if row.expected is not None and row.expected < actuals.data_date:
            message = f"expected {row.expected}, before the data date {actuals.data_date}"
            yield at(portfolio, f"{path}.expected", "forecast-before-data-date", message)


def _is_optional(portfolio: Portfolio, name: str) -> bool:
    site, _, tranche = name.partition("/")
    return portfolio.sites[site].tranches[tranche].is_optional


def _started(portfolio: Portfolio, actuals: Actuals) -> Iterator[Finding]:
    """Yield what is wrong with halls that were started."""
    numbers = Counter(start.hall for start in under_way(portfolio))
    for name, row in actuals.halls.items():
        path = f"actuals.halls.{name}"
        if row.released is None and row.handed_over is None:
            yield at(portfolio, path, "actual-order", "neither released nor handed over")
        if row.released and row.mode is None:
            message, hint = "released, and no build mode", "say mode: and, if it has one, calendar:"
            yield at(portfolio, path, "actual-order", message, hint)
        if row.released and row.handed_over and row.handed_over < row.released:
            message = f"handed over {row.handed_over} is before released {row.released}"
            yield at(portfolio, f"{path}.handed_over", "date-order", message)
        if numbers[name] > 1:
            message = "the site file has this hall under way already"
            yield at(portfolio, path, "actual-order", message, "leave released out of one of them")


def _ordered(portfolio: Portfolio, actuals: Actuals) -> Iterator[Finding]:
    """Yield what is wrong with GPUs that were ordered."""
    rooms = _rooms(portfolio)
    for name, row in actuals.deliveries.items():
        path = f"actuals.deliveries.{name}"
        if row.ordered is None and row.docked is None and row.expected is None:
            yield at(portfolio, path, "actual-order", "one of ordered, expected, docked is wanted")
        if row.docked is not None and row.expected is not None:
            yield at(portfolio, path, "actual-order", "docked, and yet expected")
        for key in ("docked", "expected"):
            date = getattr(row, key)
            if row.ordered and date is not None and date < row.ordered:
                message = f"{key} {date} is before ordered {row.ordered}"
                yield at(portfolio, f"{path}.{key}", "date-order", message)
        if row.expected is not None and row.expected < actuals.data_date:
            message = f"expected {row.expected}, before the data date {actuals.data_date}"
            yield at(portfolio, f"{path}.expected", "forecast-before-data-date", message)
        if row.ordered is None:
            continue
        if row.sku is None or not row.into:
            message, hint = "ordered, and not said what or where to", "say sku: and into:"
            yield at(portfolio, path, "actual-order", message, hint)
        if row.sku is not None and row.sku not in portfolio.catalog.accelerators:
            known = list(portfolio.catalog.accelerators)
            yield unknown(portfolio, f"{path}.sku", "SKU", row.sku, known)
        if len({block.partition("/")[0] for block in row.into}) > 1:
            message = "blocks of several sites"
            yield at(portfolio, f"{path}.into", "actual-order", message, "one purchase is for one")
        for block in row.into:
            if block not in rooms:
                yield unknown(portfolio, f"{path}.into.{block}", "block", block, rooms)


def _rooms(portfolio: Portfolio) -> list[str]:
    """Return the blocks of halls that stand or are under way, such as ``site/group/03/1``."""
    modes = portfolio.catalog.modes
    made = [
        f"{name}/{entry}/01/{block + 1}"
        for name, site in portfolio.sites.items()
        for entry, standing in site.standing.items()
        if standing.mode in modes
        for block in range(standing_blocks(standing, modes[standing.mode]))
    ]
    for start in under_way(portfolio):
        group = portfolio.sites[start.candidate.site].groups.get(start.candidate.group)
        made += [f"{start.hall}/{block + 1}" for block in range(group.blocks if group else 0)]
    return made


def _equipment(portfolio: Portfolio, actuals: Actuals) -> Iterator[Finding]:
    """Yield what is wrong with equipment that was ordered."""
    for name, orders in actuals.equipment.items():
        path = f"actuals.equipment.{name}"
        site = name.partition("/")[0]
        if site not in portfolio.sites:  # its class is checked with the stock that it joins
            yield unknown(portfolio, path, "site", site, list(portfolio.sites))
        for i, order in enumerate(orders):
            if order.arrives < order.ordered:
                message = f"arrives {order.arrives} is before ordered {order.ordered}"
                yield at(portfolio, f"{path}.{i}.arrives", "date-order", message)


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
        "unknown-activity", "unknown-block", "unknown-hall", "unknown-site", "unknown-sku",
        "unknown-tranche",
    ),
)  # fmt: skip
