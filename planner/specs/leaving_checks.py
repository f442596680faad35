"""GPUs that leave their place early in a plan document: allowed, there, and told alike."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from planner.domain.plan import RETIRED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding
    from planner.specs.plan_checks import Checker
    from planner.specs.plan_document import LotRow, MoveRow

CODE: Final = "plan-leaving"


def check_leaving(checker: Checker) -> Iterator[Finding]:
    """Yield retirements, moves and lots that leave which do not fit each other or the portfolio."""
    document = checker.document
    if not (document.retirements or document.moves or any(x.leaves for x in document.lots)):
        return
    yield from _lots(checker)
    yield from _retirements(checker)
    yield from _moves(checker)
    yield from _standing(checker)


def _lots(checker: Checker) -> Iterator[Finding]:
    """Yield lots that leave though their SKU may not, by no known move, or that are there twice."""
    moves = {row.name for row in checker.document.moves}
    names = Counter(_name(row) for row in checker.document.lots)
    for index, row in enumerate(checker.document.lots):
        loc = ("lots", index)
        if names[_name(row)] > 1:
            hint = "give all but one of its parts another `part`: +, ++"
            message = f'lot "{_name(row)}" is there {names[_name(row)]} times'
            yield checker.at((*loc, "part"), "duplicate-name", message, hint)
        item = checker.portfolio.catalog.accelerators.get(row.sku)
        if not row.leaves or item is None:
            continue
        what = "early_retirement" if row.leaves == RETIRED else "moves"
        if row.leaves != RETIRED:
            yield from checker.known((*loc, "leaves"), "move", row.leaves, {RETIRED, *moves})
        if getattr(item, what) is None or item.rental is not None:
            message = f"{row.sku} may not leave early: its SKU states no {what}, or is rented"
            yield checker.at((*loc, "leaves"), CODE, message)
        if row.until <= row.service:
            message = f"leaves on {row.until}, before it serves from {row.service}"
            yield checker.at((*loc, "until"), CODE, message)


def _retirements(checker: Checker) -> Iterator[Finding]:
    document = checker.document
    said = Counter[tuple[str, str, object]]()
    done = Counter[tuple[str, str, object]]()
    for row in document.retirements:
        said[row.site, row.sku, row.date] += row.gpus
    for lot in document.lots:
        if lot.leaves == RETIRED:
            done[lot.hall.split("/")[0], lot.sku, lot.until] += lot.gpus
    for index, row in enumerate(document.retirements):
        loc = ("retirements", index)
        key = (row.site, row.sku, row.date)
        yield from checker.known((*loc, "site"), "site", row.site, checker.portfolio.sites)
        yield from checker.known(
            (*loc, "sku"), "SKU", row.sku, checker.portfolio.catalog.accelerators
        )
        if said[key] != done[key]:
            message = (f"{said[key]} {row.sku} of {row.site} are retired on {row.date}; of its "
                       f"lots {done[key]} leave then as retired")  # fmt: skip
            yield checker.at((*loc, "gpus"), CODE, message)
    for index, lot in enumerate(document.lots):
        key = (lot.hall.split("/")[0], lot.sku, lot.until)
        if lot.leaves == RETIRED and not said[key]:
            message = f"retired on {lot.until}, and no retirement of {lot.sku} says so"
            yield checker.at(("lots", index, "leaves"), CODE, message)


def _moves(checker: Checker) -> Iterator[Finding]:
    document, portfolio = checker.document, checker.portfolio
    names = Counter(row.name for row in document.moves)
    taken = {row.name for row in document.purchases}
    zones = {f"{name}/{zone}" for name, site in portfolio.sites.items()
             for zone in (*site.groups, *site.standing)}  # fmt: skip
    for index, row in enumerate(document.moves):
        loc = ("moves", index)
        yield from checker.known((*loc, "sku"), "SKU", row.sku, portfolio.catalog.accelerators)
        yield from checker.known((*loc, "origin"), "zone", row.origin, zones)
        yield from checker.known((*loc, "to"), "zone", row.to, zones)
        if row.origin == row.to:
            message = f"{row.sku} are moved from {row.origin} to where they are"
            yield checker.at((*loc, "to"), CODE, message, "name another group or standing hall")
        if row.dock < row.sent:
            yield checker.at((*loc, "dock"), "date-order",
                             f"dock {row.dock} is before sent {row.sent}")  # fmt: skip
        if row.sent < document.data_date:
            message = f"sent {row.sent} is before the data date {document.data_date}"
            yield checker.at((*loc, "sent"), "date-order", message)
        if names[row.name] > 1 or row.name in taken:
            yield checker.at((*loc, "name"), "duplicate-name", f'"{row.name}" is there twice')
        for field, message in _move_faults(row, document.lots):
            yield checker.at((*loc, field), CODE, message)


def _move_faults(row: MoveRow, lots: tuple[LotRow, ...]) -> Iterator[tuple[str, str]]:
    """Yield what lots say otherwise than a move: the field, and how."""
    gone = [lot for lot in lots if lot.leaves == row.name]
    come = [lot for lot in lots if lot.purchase == row.name]
    there = sum(lot.gpus for lot in gone)
    if there != row.gpus:
        yield "gpus", f"{row.gpus} GPUs are moved; lots of {there} leave for it"
    if (brought := sum(lot.gpus for lot in come)) > row.gpus:
        yield "gpus", f"{row.gpus} GPUs are moved; lots of {brought} come by it"
    for lot in gone:
        if _zone(lot) != row.origin or lot.purchase == row.name:
            yield "origin", f"from {row.origin}; GPUs of {lot.hall} leave for it"
        if lot.until != row.sent:
            yield "sent", f"sent {row.sent}; a lot of {lot.hall} leaves on {lot.until}"
    for lot in come:
        if _zone(lot) != row.to:
            yield "to", f"to {row.to}; GPUs come to {lot.hall}"
        if lot.service < row.dock:
            yield "dock", f"dock {row.dock}; a lot of {lot.hall} serves from {lot.service}"
    if any(lot.sku != row.sku for lot in (*gone, *come)):
        yield "sku", f"of {row.sku}; lots of another SKU leave or come by it"


def _standing(checker: Checker) -> Iterator[Finding]:
    """Yield lots of more GPUs than stand in a hall at the data date."""
    there = _installed(checker.portfolio)
    said = Counter[tuple[str, str]]()
    for index, row in enumerate(checker.document.lots):
        key = (_zone(row), row.sku)
        if row.purchase or key not in there:
            continue
        said[key] += row.gpus
        if said[key] > there[key]:
            message = f"with it {said[key]} {row.sku} stand at {key[0]}; {there[key]} are installed"
            yield checker.at(("lots", index, "gpus"), CODE, message)


def _installed(portfolio: Portfolio) -> Counter[tuple[str, str]]:
    made = Counter[tuple[str, str]]()
    for name, site in portfolio.sites.items():
        for zone, entries in site.installed.items():
            for entry in entries:
                made[f"{name}/{zone}", entry.sku] += entry.gpus
    return made


def _name(row: LotRow) -> str:
    return f"{row.hall}/{row.block}/{row.purchase or 'installed'}/{row.sku}{row.part}"


def _zone(row: LotRow) -> str:
    return row.hall.rpartition("/")[0]
