"""Names that nothing is called by.

Every name in a spec must be that of something in the portfolio: modes, calendars, trades,
equipment, climates, site works, tails, SKUs, workloads, hall groups, tranches. A driver that a
portfolio leaves out does not act, which is a note, unless it looks like a slip of a known one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.specs.checks.base import Check, at, unknown
from planner.specs.fields import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site
    from planner.errors import Finding

STANDARD = "standard"
"""The calendar choice that leaves each activity on its own."""
SLIP = 0.8
"""Likeness from which a driver that is not there is a slip: "labor", and not "gpu-supply" where
there is a "supply"."""
COST_CLASSES = ("construction", "gpus", "energy", "operation")
"""Classes that escalation may name."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield unknown names in file order."""
    yield from _demand(portfolio)
    yield from _rules(portfolio)
    yield from _fleet(portfolio)
    yield from _modes(portfolio)
    for name, site in portfolio.sites.items():
        yield from _site(portfolio, name, site)
    yield from _drivers(portfolio)


def _each(
    portfolio: Portfolio, path: str, noun: str, names: Iterable[str], known: Iterable[str]
) -> Iterator[Finding]:
    """Yield the unknown among names that stand in a list or as keys of a mapping."""
    there = set(known)
    is_list = isinstance(names, tuple)
    for index, name in enumerate(names):
        if name not in there:
            yield unknown(portfolio, f"{path}.{index if is_list else name}", noun, name, there)


def _one(
    portfolio: Portfolio, path: str, noun: str, name: str | None, known: Iterable[str]
) -> Iterator[Finding]:
    there = set(known)
    if name is not None and name not in there:
        yield unknown(portfolio, path, noun, name, there)


def _demand(portfolio: Portfolio) -> Iterator[Finding]:
    spec, catalog = portfolio.spec, portfolio.catalog
    yield from _one(portfolio, "portfolio.reference", "SKU", spec.reference, catalog.accelerators)
    yield from _each(portfolio, "portfolio.skus", "SKU", spec.skus, catalog.accelerators)
    for name, team in spec.teams.items():
        path = f"portfolio.teams.{name}.mix"
        yield from _each(portfolio, path, "workload", dict(team.mix), catalog.workloads)
    for name, product in spec.products.items():
        path = f"portfolio.products.{name}.workload"
        yield from _one(portfolio, path, "workload", product.workload, catalog.workloads)


def _rules(portfolio: Portfolio) -> Iterator[Finding]:
    spec, modes = portfolio.spec, portfolio.catalog.modes
    yield from _each(portfolio, "portfolio.policy.modes", "mode", spec.policy.modes, modes)
    escalation = dict(spec.finance.escalation)
    path = "portfolio.finance.escalation"
    yield from _each(portfolio, path, "cost class", escalation, COST_CLASSES)
    for field, dates in (("policy.required", spec.policy.required), ("targets", spec.targets)):
        for name, required in dates.items():
            path = f"portfolio.{field}.{name}.site"
            yield from _one(portfolio, path, "site", required.site, portfolio.sites)
    yield from _pins(portfolio)
    for key, goal in (("time_to", spec.policy.time_to), ("cost_for", spec.policy.cost_for)):
        at = f"portfolio.policy.{key}.site"
        yield from _one(portfolio, at, "site", goal.site if goal else None, portfolio.sites)
    hit = set(modes) | set(portfolio.sites)
    hit |= {f"{name}/{t}" for name, site in portfolio.sites.items() for t in site.tranches}
    for name, event in spec.risk.events.items():
        path = f"portfolio.risk.events.{name}.hits"
        yield from _one(portfolio, path, "target", event.hits, hit)


def _pins(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield unknown names in pinned decisions."""
    pins, path = portfolio.spec.policy.pinned, "portfolio.policy.pinned"
    skus = portfolio.catalog.accelerators
    for name, halls in pins.halls.items():
        at = f"{path}.halls.{name}"
        yield from _one(portfolio, f"{at}.site", "site", halls.site, portfolio.sites)
        if halls.site in portfolio.sites:
            groups = portfolio.sites[halls.site].groups
            yield from _one(portfolio, f"{at}.group", "hall group", halls.group, groups)
        yield from _one(portfolio, f"{at}.mode", "mode", halls.mode, portfolio.catalog.modes)
        calendars = {STANDARD, *portfolio.catalog.calendars}
        yield from _one(portfolio, f"{at}.calendar", "calendar", halls.calendar, calendars)
    for name, order in pins.purchases.items():
        at = f"{path}.purchases.{name}"
        yield from _one(portfolio, f"{at}.sku", "SKU", order.sku, skus)
        yield from _one(portfolio, f"{at}.site", "site", order.site, portfolio.sites)
    for name, held in pins.reservations.items():
        at = f"{path}.reservations.{name}"
        yield from _one(portfolio, f"{at}.site", "site", held.site, portfolio.sites)
        if held.site in portfolio.sites:
            tranches = portfolio.sites[held.site].tranches
            yield from _one(portfolio, f"{at}.tranche", "tranche", held.tranche, tranches)


def _fleet(portfolio: Portfolio) -> Iterator[Finding]:
    skus = portfolio.catalog.accelerators
    for name, workload in portfolio.catalog.workloads.items():
        path = f"catalog.workloads.{name}"
        yield from _each(portfolio, f"{path}.mfu", "SKU", dict(workload.mfu), skus)
        served = dict(workload.tokens_per_second)
        yield from _each(portfolio, f"{path}.tokens_per_second", "SKU", served, skus)
        yield from _each(portfolio, f"{path}.precisions", "SKU", dict(workload.precisions), skus)
        for sku in workload.mfu:
            precision = workload.precisions.get(sku, workload.precision)
            if sku in skus and precision not in skus[sku].flops:
                where = f"{path}.precisions.{sku}"
                yield unknown(portfolio, where, "precision", precision, skus[sku].flops)


def _modes(portfolio: Portfolio) -> Iterator[Finding]:
    catalog = portfolio.catalog
    for name, mode in catalog.modes.items():
        path = f"catalog.modes.{name}"
        yield from _one(portfolio, f"{path}.tail", "tail", mode.tail, catalog.tails)
    groups = {
        **{f"modes.{name}": mode.activities for name, mode in catalog.modes.items()},
        **{f"tails.{name}": tail.activities for name, tail in catalog.tails.items()},
        **{f"works.{name}": works.activities for name, works in catalog.works.items()},
    }
    for group, activities in groups.items():
        for name, activity in activities.items():
            path = f"catalog.{group}.activities.{name}"
            yield from _one(
                portfolio, f"{path}.calendar", "calendar", activity.calendar, catalog.calendars
            )
            crews = dict(activity.crews)
            yield from _each(portfolio, f"{path}.crews", "trade", crews, catalog.trades)
            yield from _each(
                portfolio, f"{path}.waits_for", "equipment", activity.waits_for, catalog.equipment
            )


def _site(portfolio: Portfolio, name: str, site: Site) -> Iterator[Finding]:
    catalog, path = portfolio.catalog, f"site.{name}"
    yield from _one(portfolio, f"{path}.climate", "climate", site.climate, catalog.climates)
    yield from _each(portfolio, f"{path}.crews", "trade", dict(site.crews), catalog.trades)
    yield from _each(portfolio, f"{path}.stock", "equipment", dict(site.stock), catalog.equipment)
    yield from _works(portfolio, name, site)
    calendars = {STANDARD, *catalog.calendars}
    for kind, halls in (("groups", site.groups), ("standing", site.standing)):
        for zone, entry in halls.items():
            inner = f"{path}.{kind}.{zone}.fabric"
            # A fabric without a limit of its own needs no entry, unless others of the site have.
            known = site.fabrics or ({entry.fabric} if entry.fabric else {})
            yield from _one(portfolio, inner, "fabric", entry.fabric, known)
    for group_name, group in site.groups.items():
        inner = f"{path}.groups.{group_name}"
        yield from _each(portfolio, f"{inner}.modes", "mode", group.modes, catalog.modes)
        yield from _each(portfolio, f"{inner}.calendars", "calendar", group.calendars, calendars)
    for tranche_name, tranche in site.tranches.items():
        inner = f"{path}.tranches.{tranche_name}.serves"
        served = {*site.groups, *site.standing}
        yield from _each(portfolio, inner, "hall group", tranche.serves, served)
    for under_name, under in site.under_way.items():
        inner = f"{path}.under_way.{under_name}"
        yield from _one(portfolio, f"{inner}.group", "hall group", under.group, site.groups)
        yield from _one(portfolio, f"{inner}.mode", "mode", under.mode, catalog.modes)
        yield from _one(portfolio, f"{inner}.calendar", "calendar", under.calendar, calendars)
    for hall_name, standing in site.standing.items():
        inner = f"{path}.standing.{hall_name}.mode"
        yield from _one(portfolio, inner, "mode", standing.mode, catalog.modes)
    yield from _each(
        portfolio, f"{path}.installed", "standing hall", dict(site.installed), site.standing
    )
    for hall_name, rows in site.installed.items():
        for index, row in enumerate(rows):
            inner = f"{path}.installed.{hall_name}.{index}.sku"
            yield from _one(portfolio, inner, "SKU", row.sku, catalog.accelerators)


def _works(portfolio: Portfolio, name: str, site: Site) -> Iterator[Finding]:
    works, networks, path = site.works, portfolio.catalog.works, f"site.{name}"
    known = set()
    if works is not None:
        inner = f"{path}.works"
        yield from _one(portfolio, f"{inner}.network", "site works", works.network, networks)
        if works.network not in networks:
            return
        known = set(networks[works.network].activities)
        yield from _each(portfolio, f"{inner}.done", "activity", works.done, known)
        yield from _each(portfolio, f"{inner}.factors", "activity", dict(works.factors), known)
    anywhere = known | {row for one in networks.values() for row in one.activities}
    for tranche_name, tranche in site.tranches.items():
        inner = f"{path}.tranches.{tranche_name}.after"
        yield from _each(portfolio, inner, "activity", tranche.after, anywhere)


def _drivers(portfolio: Portfolio) -> Iterator[Finding]:
    known = portfolio.spec.risk.drivers
    absent: dict[str, str] = {}
    for path, names in _driver_lists(portfolio):
        for index, name in enumerate(names):
            if name in known:
                continue
            if nearest(name, list(known), SLIP):
                yield unknown(portfolio, f"{path}.{index}", "driver", name, known)
            else:
                absent.setdefault(name, f"{path}.{index}")
    for name, path in absent.items():
        message = f'driver "{name}" is none of this portfolio\'s risk.drivers: it does not act'
        yield at(portfolio, path, "driver-absent", message, severity="note")


def _driver_lists(portfolio: Portfolio) -> Iterator[tuple[str, tuple[str, ...]]]:
    catalog = portfolio.catalog
    for kind, group in (
        ("modes", catalog.modes),
        ("tails", catalog.tails),
        ("works", catalog.works),
    ):
        for name, entry in group.items():
            for row, activity in entry.activities.items():
                yield f"catalog.{kind}.{name}.activities.{row}.drivers", activity.drivers
    for name, equipment in catalog.equipment.items():
        yield f"catalog.equipment.{name}.drivers", equipment.drivers
    for name, sku in catalog.accelerators.items():
        yield f"catalog.accelerators.{name}.drivers", sku.drivers


CHECK = Check(
    "references",
    find,
    (
        "unknown-sku", "unknown-precision", "unknown-workload", "unknown-mode",
        "unknown-calendar", "unknown-trade", "unknown-equipment", "unknown-climate",
        "unknown-tail", "unknown-site-works", "unknown-activity", "unknown-hall-group",
        "unknown-standing-hall", "unknown-site", "unknown-cost-class", "unknown-target",
        "unknown-driver", "driver-absent",
    ),
)  # fmt: skip
