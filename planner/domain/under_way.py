"""Commitments made before the data date, as what they are: halls under way, GPUs on order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

from planner.domain.amount import fixed
from planner.domain.plan import Candidate, Reservation, Start
from planner.domain.site import EquipmentStock, UnderWay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.domain.actuals import Actuals, HallProgress
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site
    from planner.errors import Where

NAMED = "reported-"
"""What the names of halls under way begin with that actuals report."""


def under_way(portfolio: Portfolio) -> tuple[Start, ...]:
    """Return the halls started before the data date; see `begun` for their numbers."""
    made = [
        start for name, site in portfolio.sites.items()
        for starts in begun(name, site).values() for start in starts
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda start: (start.release, start.hall)))


def begun(name: str, site: Site) -> dict[str, tuple[Start, ...]]:
    """Return the halls of a site that are under way, by entry of its file.

    Those whose entry says no number take what is left in their group, in order of release.
    """
    taken: defaultdict[str, set[int]] = defaultdict(set)
    for entry in site.under_way.values():
        if entry.first is not None:
            taken[entry.group] |= set(range(entry.first, entry.first + entry.count))
    made: dict[str, list[Start]] = {key: [] for key in site.under_way}
    rows = sorted(_releases(name, site), key=lambda row: (row[0], str(row[1])))
    for release, candidate, key, k in rows:
        first = site.under_way[key].first
        number = next(free(taken[candidate.group])) if first is None else first + k
        taken[candidate.group].add(number)
        made[key].append(Start(candidate, number, release, is_under_way=True))
    return {key: tuple(starts) for key, starts in made.items()}


def free(taken: set[int]) -> Iterator[int]:
    """Yield the numbers of halls from 1 on that are not taken when they are asked for."""
    return (number for number in count(1) if number not in taken)


def _releases(name: str, site: Site) -> list[tuple[dt.date, Candidate, str, int]]:
    """Return release, candidate, entry and place in it of every hall."""
    return [
        (entry.released + dt.timedelta(days=round(k * entry.stagger.likely)),
         Candidate(name, entry.group, entry.mode, entry.calendar), key, k)
        for key, entry in site.under_way.items()
        for k in range(entry.count)
    ]  # fmt: skip


def committed(sites: Mapping[str, Site], actuals: Actuals) -> dict[str, Site]:
    """Return sites with what actuals report as started and ordered.

    Halls become halls under way, equipment is stock that comes later, and a reserved tranche has no
    deposit or last date left. What names no site is left to the checks.
    """
    made = dict(sites)
    for hall, row in actuals.halls.items():
        site, name = _parted(hall)
        entry = _entry(name, row)
        if site in made and entry is not None and entry.group in made[site].groups:
            there = {**made[site].under_way, _key(name): entry}
            made[site] = made[site].model_copy(update={"under_way": there})
    for item, orders in actuals.equipment.items():
        site, name = _parted(item)
        if site in made:
            more = tuple(EquipmentStock.model_validate(dict(order)) for order in orders)
            stock = {**made[site].stock, name: (*made[site].stock.get(name, ()), *more)}
            made[site] = made[site].model_copy(update={"stock": stock})
    for tranche, told in actuals.tranches.items():
        site, name = _parted(tranche)
        if told.reserved and site in made and name in made[site].tranches:
            tranches = {**made[site].tranches, name: made[site].tranches[name].paid()}
            made[site] = made[site].model_copy(update={"tranches": tranches})
    return made


def as_filed(portfolio: Portfolio) -> dict[str, Site]:
    """Return sites without the halls and equipment that actuals report as started and ordered."""
    if portfolio.actuals is None:
        return portfolio.sites
    made = {}
    for name, site in portfolio.sites.items():
        begun_by_file = {k: v for k, v in site.under_way.items() if not k.startswith(NAMED)}
        said = portfolio.actuals.equipment
        in_file = {
            item: entries[: len(entries) - len(said.get(f"{name}/{item}", ()))]
            for item, entries in site.stock.items()
        }
        stock = {item: rows for item, rows in in_file.items() if rows or not site.stock[item]}
        made[name] = site.model_copy(update={"under_way": begun_by_file, "stock": stock})
    return made


def _key(hall: str) -> str:
    """Return what a reported hall is called among those under way."""
    return NAMED + hall.replace("/", "-")


def _parted(name: str) -> tuple[str, str]:
    site, _, rest = name.partition("/")
    return site, rest


def _entry(hall: str, row: HallProgress) -> UnderWay | None:
    """Return a reported hall as one under way; None where it was not started, or is no hall."""
    group, _, number = hall.rpartition("/")
    if row.released is None or row.mode is None or not number.isdecimal() or not int(number):
        return None
    return UnderWay.model_validate({
        "group": group, "mode": row.mode, "calendar": row.calendar, "count": 1,
        "released": row.released, "stagger": fixed(0.0, "day"), "first": int(number),
    })  # fmt: skip


def places_of_committed(actuals: Actuals, places: Mapping[str, Where]) -> dict[str, Where]:
    """Return the places of what `committed` makes, by the key paths of sites."""
    made = {}
    for hall in (name for name, row in actuals.halls.items() if row.released):
        site, name = _parted(hall)
        for path, where in places.items():
            inner = path.removeprefix(f"actuals.halls.{hall}")
            if inner != path and (not inner or inner.startswith(".")):
                made[f"site.{site}.under_way.{_key(name)}{inner}"] = where
    for equipment in actuals.equipment:
        site, name = _parted(equipment)
        path, told = f"site.{site}.stock.{name}", f"actuals.equipment.{equipment}"
        if path not in places and told in places:
            made[path] = places[told]
    return made


def reservations(portfolio: Portfolio) -> tuple[Reservation, ...]:
    """Return the tranches that were reserved before the data date, by date and name."""
    known = portfolio.actuals.tranches if portfolio.actuals is not None else {}
    made = []
    for name, row in known.items():
        site, tranche = _parted(name)
        found = portfolio.sites[site].tranches.get(tranche) if site in portfolio.sites else None
        if row.reserved and found is not None and found.is_optional:
            made.append(Reservation(site, tranche, row.reserved))
    return tuple(sorted(made, key=lambda r: (r.reserve, r.name)))
