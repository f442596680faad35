"""Terms that must come together: leases and joint ventures, reservations, rentals, debt.

Halls that are not our own have a rent; a joint venture says our share of their cost; terms of a
tenancy stand where there is one; a loan has a ceiling and a rate; a tranche whose last date to
reserve it is over can no longer be had, which is a warning. Orders and halls that cost something to
cancel say until when that goes, which is no use once they are delivered: a warning. Rented GPUs
stay to the end of their term, and early resale brings less than any price, or GPUs are bought to be
sold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.specs.checks.base import Check, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.build_mode import BuildMode, Equipment
    from planner.domain.fleet import Accelerator
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import HallGroup, Site
    from planner.errors import Finding

CODE = "contract-terms"


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield terms that lack what they need."""
    for name, site in portfolio.sites.items():
        for group_name, group in site.groups.items():
            yield from _tenancy(portfolio, f"site.{name}.groups.{group_name}", group)
        yield from _reservations(portfolio, name, site)
    yield from _debt(portfolio)
    for name, mode in portfolio.catalog.modes.items():
        yield from _firm(portfolio, f"catalog.modes.{name}", mode, "halls")
    for name, gear in portfolio.catalog.equipment.items():
        yield from _orders(portfolio, f"catalog.equipment.{name}", gear)
    for name, item in portfolio.catalog.accelerators.items():
        yield from _orders(portfolio, f"catalog.accelerators.{name}", item)
        yield from _leaving(portfolio, f"catalog.accelerators.{name}", item)
        if item.rental and item.rental.site and item.rental.site not in portfolio.sites:
            path = f"catalog.accelerators.{name}.rental.site"
            message = f'rented at "{item.rental.site}", which is no site of this portfolio'
            yield at(portfolio, path, CODE, message, "add the site, or take the SKU from `skus`")


def _firm(
    portfolio: Portfolio, path: str, item: Accelerator | Equipment | BuildMode, what: str
) -> Iterator[Finding]:
    if item.cancel_cost is not None and item.firm_after is None:
        message = f"a cost of cancelling {what} that are firm at once"
        yield at(portfolio, f"{path}.cancel_cost", CODE, message, "write firm_after: 90 day")


def _orders(portfolio: Portfolio, path: str, item: Accelerator | Equipment) -> Iterator[Finding]:
    yield from _firm(portfolio, path, item, "orders")
    after = item.firm_after
    if after is not None and after.likely > item.lead_time.likely:
        message = f"firm {after} after the order, which is delivered {item.lead_time} after it"
        hint = "what has come can no longer be cancelled or moved"
        yield at(portfolio, f"{path}.firm_after", CODE, message, hint, severity="warning")


def _leaving(portfolio: Portfolio, path: str, item: Accelerator) -> Iterator[Finding]:
    for name in ("early_retirement", "moves"):
        if item.rental is not None and getattr(item, name) is not None:
            message = f"{name} of a SKU that is rented: it stays to the end of its term"
            yield at(portfolio, f"{path}.{name}", CODE, message, "leave it out")
    terms = item.early_retirement
    if terms is None or terms.resale is None:
        return
    brings = terms.resale.likely - (terms.cost.likely if terms.cost else 0.0)
    cheapest = min((step.price for step in item.prices), key=lambda price: price.likely)
    if brings >= cheapest.likely and item.rental is None:
        message = f"resale {terms.resale}, and it can be bought for {cheapest}"
        hint = "what is sold early brings less than it costs"
        yield at(portfolio, f"{path}.early_retirement.resale", CODE, message, hint)


def _tenancy(portfolio: Portfolio, path: str, group: HallGroup) -> Iterator[Finding]:
    terms = group.tenancy
    modes = [portfolio.catalog.modes[m] for m in group.modes if m in portfolio.catalog.modes]
    own = group.tenure == "own" and all(mode.tenure == "own" for mode in modes)
    if own and terms is not None:
        message = "terms of a tenancy, but the halls are our own"
        yield at(portfolio, f"{path}.tenancy", CODE, message, "write tenure: lease, or tenure: jv")
    has_rent = terms is not None and terms.rent_month is not None
    if group.tenure != "own" and not has_rent and any(m.rent_month is None for m in modes):
        hint = "write it under `tenancy`, or at the build mode"
        yield at(portfolio, f"{path}.tenure", CODE, f"a {group.tenure} without a rent_month", hint)
    if group.tenure == "jv" and (terms is None or terms.capital_share is None):
        message = "a joint venture that does not say our share of the cost"
        yield at(portfolio, f"{path}.tenure", CODE, message, "write tenancy: {capital_share: 50 %}")


def _reservations(portfolio: Portfolio, name: str, site: Site) -> Iterator[Finding]:
    for tranche_name, tranche in site.tranches.items():
        last = tranche.reserve_by
        if last is not None and last < portfolio.spec.data_date:
            path = f"site.{name}.tranches.{tranche_name}.reserve_by"
            message = f"could be reserved until {last}, before the data date: it is out of reach"
            hint = "where it is reserved already, leave reserve_by, deposit and the like out"
            yield at(portfolio, path, CODE, message, hint, severity="warning")


def _debt(portfolio: Portfolio) -> Iterator[Finding]:
    finance = portfolio.spec.finance
    lacks = [n for n in ("debt_ceiling", "debt_rate") if getattr(finance, n) is None]
    if finance.debt and lacks:
        message = f"debt without {' and '.join(lacks)}"
        yield at(portfolio, "portfolio.finance.debt", CODE, message)


CHECK = Check("contracts", find, (CODE,))
