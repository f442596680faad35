"""What has to be committed in the next ninety days, and after: what, where, how many, money, why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from planner.domain.build_mode import BuildMode
from planner.domain.plan import EquipmentOrder, Purchase, Start
from planner.domain.result import Result
from planner.report.facts.inventory import hall_cost
from planner.report.facts.stranding import price_at
from planner.report.words import counted, listed

SOON_DAYS: Final = 90
DEFAULT_PRICE_SHARE: Final = 0.75
"""Share of a waiting activity's cost that its equipment is, where the catalog is silent; the
catalog's own default (`Equipment.price_share`)."""

What = Literal["hall", "GPUs", "equipment"]


@dataclass(frozen=True, slots=True)
class Commitment:
    """A decision with a date; alike ones of the same day are one.

    Parameters
    ----------
    due
        Last day on which the plan needs it decided.
    what, item
        Kind, and the build mode, SKU or class of equipment.
    count, unit
        How many of what.
    money_musd
        All that it commits to, in money of the base year.
    why
        What it is for, in few words.
    """

    due: dt.date
    what: What
    site: str
    item: str
    count: int
    unit: str
    money_musd: float
    why: str

    @property
    def is_soon(self) -> bool:
        """Whether `due` was found within ninety days; set by `soon`."""
        raise NotImplementedError


def commitments(result: Result) -> tuple[Commitment, ...]:
    """Return every commitment that is still to be made, by date, then kind, site and item."""
    made = [*_hall_starts(result), *_purchases(result), *_orders(result)]
    return tuple(sorted(made, key=lambda c: (c.due, c.what != "hall", c.what, c.site, c.item)))


def soon(result: Result, found: Iterable[Commitment]) -> tuple[Commitment, ...]:
    """Return the commitments due within ninety days of the data date."""
    last = result.plan.data_date + dt.timedelta(days=SOON_DAYS)
    return tuple(c for c in found if c.due <= last)


def _hall_starts(result: Result) -> list[Commitment]:
    portfolio = result.portfolio
    free = [s for s in result.plan.starts if not s.is_under_way]
    made = []
    for (site, group, mode, calendar, due), members in _grouped(
        free,
        lambda s: (
            s.candidate.site, s.candidate.group, s.candidate.mode, s.candidate.calendar, s.release
        ),
    ):  # fmt: skip
        record = portfolio.sites[site].groups[group]
        cost = hall_cost(portfolio, portfolio.catalog.modes[mode], site, group, calendar)
        power = record.it_power.likely * len(members)
        shifts = "" if calendar == "standard" else f" on {calendar}"
        made.append(
            Commitment(due, "hall", site, f"{mode} {group}{shifts}", len(members), "hall",
                       cost * power, _why_hall(result, members))
        )  # fmt: skip
    return made


def _why_hall(result: Result, members: list[Start]) -> str:
    names = {s.hall for s in members}
    service = [lot.service for lot in result.plan.lots if lot.hall in names and lot.purchase]
    if not service:
        return "for ready halls beyond the horizon's GPUs"
    return f"GPUs in service from {min(service):%Y-%m}"


def _purchases(result: Result) -> list[Commitment]:
    made = []
    for bought in result.plan.purchases:
        halls = sorted({x.hall for x in result.plan.lots if x.purchase == bought.name})
        money = bought.gpus * price_at(result, bought.sku, bought.order)
        made.append(
            Commitment(bought.order, "GPUs", bought.site, bought.sku, bought.gpus, "GPU", money,
                       _why_purchase(bought, halls))
        )  # fmt: skip
    return made


def _why_purchase(bought: Purchase, halls: list[str]) -> str:
    place = halls[0] if len(halls) == 1 else counted(len(halls), "hall")
    return f"dock {bought.dock:%Y-%m} for {place}" if halls else f"dock {bought.dock:%Y-%m}"


def _orders(result: Result) -> list[Commitment]:
    made = []
    for (site, item, due), members in _grouped(
        result.plan.orders, lambda o: (o.site, o.equipment, o.order)
    ):
        halls = sorted({o.hall for o in members if o.hall})
        needed = min(o.needed for o in members)
        place = listed(halls) if len(halls) == 1 else counted(len(halls), "hall")
        money = sum(_order_money(result, o) for o in members)
        made.append(
            Commitment(due, "equipment", site, item, sum(o.units for o in members), "unit", money,
                       f"needed {needed:%Y-%m}" + (f" for {place}" if halls else ""))
        )  # fmt: skip
    return made


def _order_money(result: Result, order: EquipmentOrder) -> float:
    """Return the price of an order: its share of the cost of the rows that wait for the class."""
    start = next((s for s in result.plan.starts if s.hall == order.hall), None)
    if start is None:
        return 0.0
    portfolio, chosen = result.portfolio, start.candidate
    mode = portfolio.catalog.modes[chosen.mode]
    power = portfolio.sites[chosen.site].groups[chosen.group].it_power.likely
    cost = power * hall_cost(portfolio, mode, chosen.site, chosen.group, chosen.calendar)
    known = portfolio.catalog.equipment.get(order.equipment)
    share = known.price_share.likely if known and known.price_share else DEFAULT_PRICE_SHARE
    waiting, units = _waiting(mode, order.equipment, portfolio, chosen.site, chosen.group)
    return cost * waiting * share * order.units / max(units, 1)


def _waiting(mode: BuildMode, equipment: str, portfolio: object, site: str, group: str) -> tuple[float, int]:
    raise NotImplementedError


def _grouped(items, key):  # type: ignore[no-untyped-def]
    return [(k, list(g)) for k, g in groupby(sorted(items, key=key), key=key)]
