"""A plan document against the portfolio it is a plan of: names, numbers of halls, dates."""

from __future__ import annotations

from collections import Counter, defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from planner.domain.portfolio import periods
from planner.domain.under_way import under_way
from planner.errors import Finding
from planner.specs.fields import nearest
from planner.specs.leaving_checks import check_leaving
from planner.specs.translate import key_place, value_place

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from planner.domain.portfolio import Portfolio
    from planner.domain.site import HallGroup
    from planner.specs.plan_document import PlanDocument, StartRow
    from planner.specs.translate import Loc
    from planner.specs.yaml_nodes import Node


MOST_UNITS: Final = 50_000
"""Units of one order; more would keep a computer busy for ever."""
ROUNDED: Final = 0.01
"""Share by which lots may hold more than was bought, for rounding."""


def check_plan(
    document: PlanDocument, portfolio: Portfolio, root: Node, version: int
) -> Iterator[Finding]:
    """Yield what of a plan does not fit its portfolio, each at its place in the file."""
    checker = Checker(document, portfolio, root)
    yield from checker.head(version)
    yield from checker.starts()
    yield from checker.reservations()
    yield from checker.orders()
    yield from checker.purchases()
    yield from checker.lots()
    yield from check_leaving(checker)
    yield from checker.sequence()
    yield from checker.results()


def check_sequence(
    sequence: Sequence[Sequence[str]], activities: Collection[str], root: Node
) -> Iterator[Finding]:
    """Yield each name of a sequence that no activity of the plan's network has, once."""
    there: defaultdict[str, list[str]] = defaultdict(list)
    for name in activities:
        for part in _parts(name):
            there[part].append(name)
    seen = set(activities)
    for number, pair in enumerate(sequence):
        for side, name in enumerate(pair):
            if name in seen:
                continue
            seen.add(name)
            match = nearest(name, [near for part in _parts(name) for near in there[part]])
            hint = f'did you mean "{match}"? If not, ' if match else ""
            message = f'unknown activity "{name}": no hall and no works of this plan have it'
            place = value_place(root, ("sequence", number, side))
            yield Finding(place, "unknown-activity", message, f"{hint}remove the pair")


def _parts(activity: str) -> tuple[str, str]:
    """Return where an activity is and which row it is: a misspelt name has one of them right."""
    place, _, row = activity.rpartition("/")
    return f"{place}/", row


class Checker:
    """What all checks of a plan document need.

    Parameters
    ----------
    root
        The nodes of the file, for places.
    """

    def __init__(self, document: PlanDocument, portfolio: Portfolio, root: Node) -> None:
        self.document = document
        self.portfolio = portfolio
        self.root = root
        self.blocks = {
            f"{name}/{hall}/01": None
            for name, site in portfolio.sites.items()
            for hall in site.standing
        }
        """Blocks of each hall that stands or is started; None where any number will do."""
        self.halls: dict[str, int | None] = dict(self.blocks)
        # Halls that follow one begun before the data date at a stagger may begin after it.
        self.staggered = {start.release for start in under_way(portfolio)}

    def at(self, loc: Loc, code: str, message: str, hint: str = "") -> Finding:
        """Return a finding at a value of the document."""
        return Finding(value_place(self.root, loc), code, message, hint)

    def known(self, loc: Loc, noun: str, name: str, names: Iterable[str]) -> Iterator[Finding]:
        """Yield the finding of a name that nothing is called by."""
        there = sorted(set(names))
        if name not in there:
            match = nearest(name, there)
            message = f'unknown {noun} "{name}"; known: {", ".join(there[:12]) or "none"}'
            hint = f'did you mean "{match}"?' if match else ""
            yield self.at(loc, f"unknown-{noun.lower().replace(' ', '-')}", message, hint)

    def head(self, version: int) -> Iterator[Finding]:
        """Yield what of the top does not fit."""
        spec, document = self.portfolio.spec, self.document
        if document.format != version:
            message = f"format {document.format}; this planner reads {version}"
            yield self.at(("format",), "plan-format", message)
        if document.plan != spec.portfolio:
            message = f'a plan of "{document.plan}", the portfolio is "{spec.portfolio}"'
            yield self.at(("plan",), "plan-portfolio", message)
        if document.data_date != spec.data_date:
            message = f"data_date {document.data_date}, the portfolio's is {spec.data_date}"
            yield self.at(("data_date",), "plan-dates", message)
        if document.period != spec.period:
            message = f"period {document.period}, the portfolio's is {spec.period}"
            yield self.at(("period",), "plan-dates", message)
        last = self.portfolio.periods[-1].end if self.portfolio.periods else spec.horizon
        if not document.data_date <= document.until < last:
            message = f"until {document.until}, the portfolio's horizon is {spec.horizon}"
            yield self.at(("until",), "plan-dates", message)

    def starts(self) -> Iterator[Finding]:
        """Yield starts that the portfolio does not allow; keep the halls of the others."""
        groups = {
            f"{name}/{key}": group
            for name, site in self.portfolio.sites.items()
            for key, group in site.groups.items()
        }
        for key, rows in self.document.starts.items():
            if key not in groups:
                yield from self._unknown_group(key, groups)
                continue
            numbers = Counter(row.hall for row in rows)
            for index, row in enumerate(rows):
                loc: Loc = ("starts", key, index)
                yield from self._start(loc, row, groups[key], numbers[row.hall])
                self.halls[f"{key}/{row.hall:02d}"] = groups[key].blocks

    def _unknown_group(self, key: str, groups: Iterable[str]) -> Iterator[Finding]:
        for finding in self.known(("starts", key), "hall group", key, groups):
            place = key_place(self.root, ("starts", key))
            yield Finding(place, finding.code, finding.message, finding.help)

    def _start(self, loc: Loc, row: StartRow, group: HallGroup, times: int) -> Iterator[Finding]:
        calendars = {*group.calendars, *({"standard"} if row.under_way else ())}
        yield from self.known((*loc, "mode"), "mode", row.mode, self.portfolio.catalog.modes)
        if row.mode in self.portfolio.catalog.modes and not row.under_way:
            yield from self.known((*loc, "mode"), "mode of this group", row.mode, group.modes)
        if row.under_way:
            calendars |= set(self.portfolio.catalog.calendars)
        yield from self.known((*loc, "calendar"), "calendar", row.calendar, calendars)
        if row.hall > group.count:
            message = f"hall {row.hall} of a group of {group.count}"
            yield self.at((*loc, "hall"), "plan-halls", message)
        if times > 1:
            yield self.at((*loc, "hall"), "plan-halls", f"hall {row.hall} is started {times} times")
        if row.under_way:
            if row.release not in self.staggered:
                yield from self._not_after((*loc, "release"), "under way since", row.release)
        else:
            yield from self._not_before((*loc, "release"), "release", row.release)
        if row.cancelled is not None and row.cancelled < row.release:
            message = f"cancelled {row.cancelled} is before release {row.release}"
            yield self.at((*loc, "cancelled"), "date-order", message)

    def _not_before(self, loc: Loc, noun: str, date: dt.date) -> Iterator[Finding]:
        if date < self.document.data_date:
            message = f"{noun} {date} is before the data date {self.document.data_date}"
            yield self.at(loc, "date-order", message)

    def _not_after(self, loc: Loc, noun: str, date: dt.date) -> Iterator[Finding]:
        if date > self.document.data_date:
            message = f"{noun} {date}, after the data date {self.document.data_date}"
            yield self.at(loc, "date-order", message)

    def reservations(self) -> Iterator[Finding]:
        """Yield reservations of tranches that need none, twice, too late, or left before."""
        optional = {
            f"{name}/{key}": tranche
            for name, site in self.portfolio.sites.items()
            for key, tranche in site.tranches.items()
            if tranche.is_optional
        }
        names = Counter(f"{row.site}/{row.tranche}" for row in self.document.reservations)
        for index, row in enumerate(self.document.reservations):
            loc: Loc = ("reservations", index)
            name = f"{row.site}/{row.tranche}"
            yield from self.known((*loc, "tranche"), "tranche to reserve", name, optional)
            yield from self._not_before((*loc, "reserve"), "reserve", row.reserve)
            if row.exit is not None and row.exit < row.reserve:
                message = f"exit {row.exit} is before reserve {row.reserve}"
                yield self.at((*loc, "exit"), "date-order", message)
            if names[name] > 1:
                yield self.at((*loc, "tranche"), "duplicate-name", f"{name} is reserved twice")

    def orders(self) -> Iterator[Finding]:
        """Yield equipment orders of nothing known, of too much, or before the data date."""
        catalog = self.portfolio.catalog
        for index, row in enumerate(self.document.orders):
            loc: Loc = ("orders", index)
            if row.units > MOST_UNITS:
                message = f"{row.units} units; at most {MOST_UNITS} an order"
                yield self.at((*loc, "units"), "too-large", message)
            yield from self.known((*loc, "site"), "site", row.site, self.portfolio.sites)
            yield from self.known(
                (*loc, "equipment"), "equipment", row.equipment, catalog.equipment
            )
            yield from self._not_before((*loc, "order"), "order", row.order)
            if row.hall and row.hall != row.site:  # orders for site works name their site
                yield from self.known((*loc, "hall"), "hall", row.hall, self.halls)

    def purchases(self) -> Iterator[Finding]:
        """Yield purchases of nothing known, twice, or delivered before they are ordered."""
        names = Counter(row.name for row in self.document.purchases)
        skus = self.portfolio.catalog.accelerators
        for index, row in enumerate(self.document.purchases):
            loc: Loc = ("purchases", index)
            yield from self.known((*loc, "site"), "site", row.site, self.portfolio.sites)
            yield from self.known((*loc, "sku"), "SKU", row.sku, skus)
            if row.under_way:
                yield from self._not_after((*loc, "order"), "under way, ordered", row.order)
            else:
                yield from self._not_before((*loc, "order"), "order", row.order)
            if row.dock < row.order:
                message = f"dock {row.dock} is before order {row.order}"
                yield self.at((*loc, "dock"), "date-order", message)
            if row.cancelled is not None and row.cancelled < row.order:
                message = f"cancelled {row.cancelled} is before order {row.order}"
                yield self.at((*loc, "cancelled"), "date-order", message)
            if names[row.name] > 1:
                yield self.at((*loc, "name"), "duplicate-name", f'"{row.name}" is there twice')

    def lots(self) -> Iterator[Finding]:
        """Yield lots in halls or of purchases that are not there."""
        purchases = {row.name: row for row in self.document.purchases}
        moves = {row.name for row in self.document.moves}
        skus = self.portfolio.catalog.accelerators
        for index, row in enumerate(self.document.lots):
            loc: Loc = ("lots", index)
            yield from self.known((*loc, "hall"), "hall", row.hall, self.halls)
            blocks = self.halls.get(row.hall)
            if blocks is not None and row.block > blocks:
                message = f"block {row.block} of a hall of {blocks}"
                yield self.at((*loc, "block"), "plan-halls", message)
            yield from self.known((*loc, "sku"), "SKU", row.sku, skus)
            if row.purchase:
                yield from self.known(
                    (*loc, "purchase"), "purchase", row.purchase, {*purchases, *moves}
                )
                bought = purchases.get(row.purchase)
                if bought is not None and bought.sku != row.sku:
                    message = f"{row.sku} of a purchase of {bought.sku}"
                    yield self.at((*loc, "sku"), "plan-lots", message)
            if row.until < row.service:
                message = f"until {row.until} is before service {row.service}"
                yield self.at((*loc, "until"), "date-order", message)
        for name, bought in purchases.items():
            if (most := self._at_once(name)) > bought.gpus * (1.0 + ROUNDED):
                index = self.document.purchases.index(bought)
                message = f"{most} GPUs of it stand at once in lots, {bought.gpus} are bought"
                yield self.at(("purchases", index, "gpus"), "plan-lots", message)

    def _at_once(self, purchase: str) -> int:
        """Return the most GPUs of a purchase that stand in lots on any day."""
        rows = [row for row in self.document.lots if row.purchase == purchase]
        return max(
            (sum(r.gpus for r in rows if r.service <= row.service < r.until) for row in rows),
            default=0,
        )

    def sequence(self) -> Iterator[Finding]:
        """Yield a circle of pairs, at the last of them in the file."""
        sorter = TopologicalSorter[str]()
        for giver, taker in self.document.sequence:
            sorter.add(taker, giver)
        try:
            sorter.prepare()
        except CycleError as error:
            circle = error.args[1]
            pairs = set(pairwise(circle))
            last = max(i for i, pair in enumerate(self.document.sequence) if tuple(pair) in pairs)
            message = f"the sequence runs in a circle: {' -> '.join(circle)}"
            yield self.at(("sequence", last), "cycle", message, "remove one of its pairs")

    def results(self) -> Iterator[Finding]:
        """Yield shares, money and promises of nothing known."""
        document, spec = self.document, self.portfolio.spec
        labels = [p.label for p in periods(document.data_date, document.until, document.period)]
        consumers = {*spec.teams, *spec.products}
        skus = self.portfolio.catalog.accelerators
        for index, row in enumerate(document.shares):
            loc: Loc = ("shares", index)
            yield from self.known((*loc, "period"), "period", row.period, labels)
            yield from self.known((*loc, "consumer"), "team or product", row.consumer, consumers)
            yield from self.known((*loc, "sku"), "SKU", row.sku, skus)
        for index, cluster in enumerate(document.clusters):
            loc = ("clusters", index)
            yield from self.known((*loc, "period"), "period", cluster.period, labels)
            yield from self.known((*loc, "consumer"), "team", cluster.consumer, spec.teams)
            yield from self.known((*loc, "sku"), "SKU", cluster.sku, skus)
        subjects: dict[str, Iterable[str]] = {"floor": spec.products, "guarantee": spec.teams}
        wishes = {**subjects, "required": spec.policy.required}
        for index, wish in enumerate(document.gave_way):
            loc = ("gave_way", index)
            yield from self.known((*loc, "subject"), "wish", wish.subject, wishes[wish.kind])
            if wish.kind != "required":
                yield from self.known((*loc, "period"), "period", wish.period, labels)
        for label in document.cash:
            yield from self.known(("cash", label), "period", label, labels)
        places = {"portfolio", *self.portfolio.sites}
        for index, promise in enumerate(document.promises):
            known = subjects.get(promise.kind, places)
            at: Loc = ("promises", index, "subject")
            yield from self.known(at, "subject", promise.subject, known)
        for name in document.level:
            yield from self.known(("level", name), "team", name, spec.teams)
