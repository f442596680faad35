"""What has to be committed, by date: what, where, how many, money, why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from planner.domain.plan import RETIRED
from planner.domain.under_way import reservations
from planner.report.facts.inventory import hall_cost
from planner.report.facts.stranding import price_at
from planner.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from planner.domain.activity import Activity
    from planner.domain.plan import EquipmentOrder, Purchase, Start
    from planner.domain.result import Result

SOON_DAYS: Final = 90
MONTHS_A_YEAR: Final = 12
DEFAULT_PRICE_SHARE: Final = 0.75
"""Share of a waiting activity's cost that its equipment is where the catalog is silent, as stated
at `planner.domain.build_mode.Equipment.price_share`."""

What = Literal["hall", "GPUs", "equipment", "power", "retirement", "move"]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Commitment:
    """A decision with a date; alike ones of the same day are one.

    Parameters
    ----------
    due
        Last day on which the plan needs it decided; from then on it is firm.
    what, item
        Kind, and the build mode, SKU or class of equipment.
    count, unit
        How many of what.
    money_musd
        All that it commits to, in money of the base year; a hall's includes its equipment.
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


def commitments(result: Result) -> tuple[Commitment, ...]:
    """Return every commitment that is still to be made, by date, then kind, site and item."""
    made = [*_hall_starts(result), *_purchases(result), *_orders(result),
            *_reservations(result), *_retirements(result), *_moves(result)]  # fmt: skip
    rank = {"hall": 0, "GPUs": 1, "equipment": 2, "power": 3, "retirement": 4, "move": 5}
    return tuple(sorted(made, key=lambda c: (c.due, rank[c.what], c.site, c.item)))


def soon(result: Result, found: Iterable[Commitment]) -> tuple[Commitment, ...]:
    """Return the commitments due within ninety days, alike ones together at their first date.

    By date, and of one day the dearest first.
    """
    last = result.plan.data_date + dt.timedelta(days=SOON_DAYS)
    due = [c for c in found if c.due <= last]
    merged = [_merged(alike) for _, alike in _grouped(due, lambda c: (c.what, c.site, c.item))]
    return tuple(sorted(merged, key=lambda c: (c.due, -c.money_musd, c.site, c.item)))


def _merged(alike: list[Commitment]) -> Commitment:
    """Return alike commitments as one, due when the first of them is."""
    first = min(alike, key=lambda c: c.due)
    return replace(
        first,
        count=sum(c.count for c in alike),
        money_musd=sum(c.money_musd for c in alike),
    )


def _hall_starts(result: Result) -> list[Commitment]:
    portfolio = result.portfolio
    made = []
    for (chosen, due, _), members in _grouped(
        [s for s in result.plan.starts if not s.is_under_way],
        lambda s: (s.candidate, s.release, s.cancelled),
        order=lambda s: (s.release, str(s.candidate), s.cancelled or s.release),
    ):
        mode = portfolio.catalog.modes[chosen.mode]
        power = portfolio.sites[chosen.site].groups[chosen.group].it_power.likely * len(members)
        cost = hall_cost(portfolio, mode, chosen.site, chosen.group, chosen.calendar)
        shifts = "" if chosen.calendar == "standard" else f", {chosen.calendar}"
        item = f"{chosen.group} ({chosen.mode}{shifts})"
        why = _why_hall(result, members)
        made.append(
            Commitment(due, "hall", chosen.site, item, len(members), "hall", cost * power, why)
        )
    return made


def _why_hall(result: Result, members: list[Start]) -> str:
    cancelled = members[0].cancelled
    if cancelled is not None:
        return f"cancelled {cancelled:%Y-%m}, before it is firm"
    names = {s.hall for s in members}
    service = [lot.service for lot in result.plan.lots if lot.hall in names and lot.purchase]
    return f"GPUs in service {min(service):%Y-%m}" if service else "no GPUs planned in it"


def _purchases(result: Result) -> list[Commitment]:
    made = []
    for bought in (p for p in result.plan.purchases if not p.is_under_way):
        halls = sorted({x.hall for x in result.plan.lots if x.purchase == bought.name})
        money = bought.gpus * (price_at(result, bought.sku, bought.order) + _rent(result, bought))
        why = _why_purchase(bought, halls)
        made.append(
            Commitment(
                bought.order, "GPUs", bought.site, bought.sku, bought.gpus, "GPU", money, why
            )
        )
    return made


def _retirements(result: Result) -> list[Commitment]:
    """Return what early retirement commits to: what it costs less what it brings, on that day."""
    made = []
    for row in result.plan.retirements:
        terms = result.portfolio.catalog.accelerators[row.sku].early_retirement
        cost = terms.cost.likely if terms and terms.cost else 0.0
        resale = terms.resale.likely if terms and terms.resale else 0.0
        halls = sorted({x.hall for x in result.plan.lots
                        if x.leaves == RETIRED and x.sku == row.sku and x.until == row.date
                        and x.hall.startswith(f"{row.site}/")})  # fmt: skip
        why = f"retired early{_from_halls(halls)}"
        money = row.gpus * (cost - resale)
        made.append(
            Commitment(row.date, "retirement", row.site, row.sku, row.gpus, "GPU", money, why)
        )
    return made


def _moves(result: Result) -> list[Commitment]:
    made = []
    for move in result.plan.moves:
        terms = result.portfolio.catalog.accelerators[move.sku].moves
        money = move.gpus * terms.cost.likely if terms else 0.0
        site = move.origin.partition("/")[0]
        why = f"{move.origin} to {move.to}, there {move.dock:%Y-%m-%d}"
        made.append(Commitment(move.sent, "move", site, move.sku, move.gpus, "GPU", money, why))
    return made


def _from_halls(halls: list[str]) -> str:
    return _for_halls(halls).replace(" for ", " from ", 1)


def _rent(result: Result, bought: Purchase) -> float:
    """Return the rent of a GPU over its term [MUSD]; 0 where it is bought."""
    rental = result.portfolio.catalog.accelerators[bought.sku].rental
    return rental.price_month.likely * rental.term.likely * MONTHS_A_YEAR if rental else 0.0


def _reservations(result: Result) -> list[Commitment]:
    """Return the deposits, and capital to be paid, of tranches that the plan reserves."""
    made, held = [], {r.name for r in reservations(result.portfolio)}
    for r in (r for r in result.plan.reservations if r.name not in held):
        terms = result.portfolio.sites[r.site].tranches[r.tranche]
        money = sum(part.likely for part in (terms.deposit, terms.capital) if part)
        why = f"{terms.firm} firm, energised {terms.energised:%Y-%m}"
        why += f", left {r.exit:%Y-%m}" if r.exit else ""
        made.append(Commitment(r.reserve, "power", r.site, r.tranche, 1, "tranche", money, why))
    return made


def _why_purchase(bought: Purchase, halls: list[str]) -> str:
    if bought.cancelled is not None:
        return f"cancelled {bought.cancelled:%Y-%m}, before it is firm"
    return f"docks {bought.dock:%Y-%m}{_for_halls(halls)}"


def _for_halls(halls: list[str]) -> str:
    """Say which halls something is for; an order of site works names its site instead."""
    if not any("/" in hall for hall in halls):
        return " for site works" if halls else ""
    return (
        f" for {halls[0].partition('/')[2]}"
        if len(halls) == 1
        else f" for {counted(len(halls), 'hall')}"
    )


def _orders(result: Result) -> list[Commitment]:
    price = _EquipmentPrice(result)
    made = []
    for (due, site, item), members in _grouped(
        result.plan.orders, lambda o: (o.order, o.site, o.equipment)
    ):
        halls = sorted({o.hall for o in members if o.hall})
        why = f"needed {min(o.needed for o in members):%Y-%m}{_for_halls(halls)}"
        units, money = sum(o.units for o in members), sum(price(o) for o in members)
        made.append(Commitment(due, "equipment", site, item, units, "unit", money, why))
    return made


class _EquipmentPrice:
    """Price of an order: its part of the cost of the rows that wait for the class."""

    def __init__(self, result: Result) -> None:
        self.portfolio = result.portfolio
        self.starts = {s.hall: s for s in result.plan.starts}

    def __call__(self, order: EquipmentOrder) -> float:
        """Return the price in MUSD, 0 where nothing says what it costs."""
        start = self.starts.get(order.hall)
        cost, rows, blocks = self._hall(start) if start else self._works(order.site)
        mine = [r for r in rows if order.equipment in r.waits_for]
        units = sum(blocks if r.per == "block" else 1 for r in mine)
        shares = sum(r.cost_share.likely / len(r.waits_for) for r in mine if r.cost_share)
        known = self.portfolio.catalog.equipment.get(order.equipment)
        part = known.price_share.likely if known and known.price_share else DEFAULT_PRICE_SHARE
        return cost * shares * part * order.units / max(units, 1)

    def _hall(self, start: Start) -> tuple[float, tuple[Activity, ...], int]:
        """Return the cost of a hall, the rows that share it, and its blocks."""
        chosen = start.candidate
        mode = self.portfolio.catalog.modes[chosen.mode]
        group = self.portfolio.sites[chosen.site].groups[chosen.group]
        cost = hall_cost(self.portfolio, mode, chosen.site, chosen.group, chosen.calendar)
        return cost * group.it_power.likely, tuple(mode.activities.values()), group.blocks

    def _works(self, site: str) -> tuple[float, tuple[Activity, ...], int]:
        """Return the same of site works."""
        works = self.portfolio.sites[site].works
        if works is None:
            return 0.0, (), 1
        rows = self.portfolio.catalog.works[works.network].activities
        return works.cost.likely, tuple(rows.values()), 1


def _grouped(
    items: Iterable[Item],
    key: Callable[[Item], tuple[Any, ...]],
    order: Callable[[Item], tuple[Any, ...]] | None = None,
) -> list[tuple[tuple[Any, ...], list[Item]]]:
    ordered = sorted(items, key=order or key)
    return [(k, list(g)) for k, g in groupby(ordered, key=key)]
