"""Numbers that cannot be, alone or together.

Shares of a whole sum to 1 (cost shares of a mode, payment terms, mixes of teams, probabilities of
scenarios); firm power is not above nameplate; what is divided by is above 0; counts are such that a
plan can be computed. A hall or tranche of 0 MW is allowed and can never serve, which is a warning.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.correlation import (
    is_possible,
    nearest_possible,
    normal_correlation,
    smallest_eigenvalue,
)
from planner.specs.checks.base import Check, at, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.amount import Amount
    from planner.domain.build_mode import PaymentTerms
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site
    from planner.errors import Finding

TOLERANCE: Final = 0.005
"""How far shares of a whole may be from 1: they are written rounded."""

# Sizes that no plan needs, and that would keep a computer busy for ever.
MOST_HALLS: Final = 5_000
MOST_BLOCKS: Final = 200
MOST_SAMPLES: Final = 1_000_000
MOST_STORMS: Final = 100.0
MOST_SCENARIOS: Final = 200
MOST_TERMINAL_QUARTERS: Final = 120
USUAL_TOLERANCE: Final = 0.2
"""Tolerance above which a finished objective says little any more."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield impossible numbers in file order."""
    yield from _portfolio(portfolio)
    yield from _modes(portfolio)
    yield from _fleet(portfolio)
    for name, site in portfolio.sites.items():
        yield from _site(portfolio, name, site)
    yield from _correlation(portfolio)
    for name, climate in portfolio.catalog.climates.items():
        rate = climate.storm_rate
        path = f"catalog.climates.{name}.storm_rate"
        if rate.c > MOST_STORMS:
            yield at(portfolio, path, "too-large", f"{rate} storms a year; at most {MOST_STORMS:g}")
        if rate.c > 0 and not climate.storm_months:
            path = f"catalog.climates.{name}.storm_months"
            yield at(portfolio, path, "too-few", "storms come, but in no month")


def _correlation(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield what is wrong with the correlation of drivers: its shape, then its eigenvalues."""
    stated = portfolio.spec.risk.correlation
    if stated is None:
        return
    path, names = "portfolio.risk.correlation", stated.drivers
    known = list(portfolio.spec.risk.drivers)
    for i, name in enumerate(names):
        if name not in known:
            yield unknown(portfolio, f"{path}.drivers.{i}", "driver", name, known)
        elif name in names[:i]:
            yield at(portfolio, f"{path}.drivers.{i}", "correlation", f'"{name}" stands twice')
    n = len(names)
    if len(stated.matrix) != n or any(len(row) != n for row in stated.matrix):
        message = f"{n} rows of {n} numbers wanted, one a driver"
        yield at(portfolio, f"{path}.matrix", "correlation", message)
        return
    matrix = np.array(stated.matrix, dtype=float)
    if not np.allclose(matrix, matrix.T) or not np.allclose(np.diag(matrix), 1.0):
        message = "symmetrical rows with 1 in the diagonal wanted"
        yield at(portfolio, f"{path}.matrix", "correlation", message)
    elif not is_possible(matrix):
        listed = ", ".join(names)
        low = min(smallest_eigenvalue(matrix), smallest_eigenvalue(normal_correlation(matrix)))
        message = f"correlation of [{listed}] is not possible (smallest eigenvalue {low:.2f})"
        near = "; ".join(", ".join(f"{v:g}" for v in row) for row in nearest_possible(matrix))
        yield at(portfolio, f"{path}.matrix", "correlation", message, f"nearest possible: {near}")


def _sum_to_one(
    portfolio: Portfolio, path: str, noun: str, shares: dict[str, float], code: str
) -> Iterator[Finding]:
    total = math.fsum(shares.values())
    if shares and abs(total - 1) > TOLERANCE:
        listed = ", ".join(f"{name} {value:g}" for name, value in list(shares.items())[:8])
        message = f"{noun} sum to {total:.4g}, 1 wanted ({listed}{', …' * (len(shares) > 8)})"
        yield at(portfolio, path, code, message)


def _positive(
    portfolio: Portfolio, path: str, amount: Amount | None, why: str
) -> Iterator[Finding]:
    if amount is not None and amount.a <= 0:
        yield at(portfolio, path, "not-positive", f"must be > 0 (got {amount}): {why}")


def _portfolio(portfolio: Portfolio) -> Iterator[Finding]:
    spec = portfolio.spec
    for name, team in spec.teams.items():
        mix = {k: v.likely for k, v in team.mix.items()}
        path = f"portfolio.teams.{name}.mix"
        yield from _sum_to_one(portfolio, path, "shares of the mix", mix, "mix-sum")
        if not mix:
            yield at(portfolio, path, "mix-sum", "no workload in the mix")
    odds = {name: s.probability.likely for name, s in spec.scenarios.items()}
    path = "portfolio.scenarios"
    yield from _sum_to_one(portfolio, path, "probabilities", odds, "probability-sum")
    if not 0 < spec.confidence.likely < 1:
        message = f"must lie between 0 and 1, both excluded (got {spec.confidence})"
        yield at(portfolio, "portfolio.confidence", "out-of-range", message, "write e.g. 80 %")
    if spec.samples > MOST_SAMPLES:
        message = f"{spec.samples} samples; at most {MOST_SAMPLES}"
        yield at(portfolio, "portfolio.samples", "too-large", message)
    elif (rest := 1 - spec.confidence.likely) > 0 and spec.samples * rest < 1 - 1e-9:
        message = f"a confidence of {spec.confidence} cannot be seen in {spec.samples} samples"
        more = math.ceil(round(1 / rest, 6))
        hint = f"set samples: {more} or more" if more <= MOST_SAMPLES else "write e.g. 80 %"
        yield at(portfolio, "portfolio.confidence", "too-few", message, hint, "warning")
    yield from _policy(portfolio)
    for name, driver in spec.risk.drivers.items():
        path = f"portfolio.risk.drivers.{name}.factor"
        yield from _positive(portfolio, path, driver.factor, "it multiplies work")


def _policy(portfolio: Portfolio) -> Iterator[Finding]:
    policy, path = portfolio.spec.policy, "portfolio.policy"
    if policy.bet is not None:
        yield from _positive(portfolio, f"{path}.bet.tail", policy.bet.tail, "a mean is taken")
        if policy.bet.scenarios > MOST_SCENARIOS:
            message = f"{policy.bet.scenarios} scenarios; at most {MOST_SCENARIOS}"
            yield at(portfolio, f"{path}.bet.scenarios", "too-large", message)
    if policy.terminal_quarters > MOST_TERMINAL_QUARTERS:
        message = f"{policy.terminal_quarters} quarters; at most {MOST_TERMINAL_QUARTERS}"
        yield at(portfolio, f"{path}.terminal_quarters", "too-large", message)
    if policy.tolerance.likely > USUAL_TOLERANCE:
        message = f"later objectives may use {policy.tolerance} of what earlier ones reached"
        yield at(
            portfolio, f"{path}.tolerance", "unusual", message, "write e.g. 0.5 %", "warning"
        )  # fmt: skip


def _terms(portfolio: Portfolio, path: str, terms: PaymentTerms | None) -> Iterator[Finding]:
    if terms is not None:
        shares = {
            "at_order": terms.at_order.likely,
            "on_delivery": terms.on_delivery.likely,
            "at_acceptance": terms.at_acceptance.likely,
        }
        yield from _sum_to_one(portfolio, path, "payments", shares, "payment-sum")


def _modes(portfolio: Portfolio) -> Iterator[Finding]:
    catalog = portfolio.catalog
    for name, mode in catalog.modes.items():
        path = f"catalog.modes.{name}"
        if mode.peak_facility_ratio.likely < mode.pue.likely:
            message = f"{mode.peak_facility_ratio} on the design day, below pue {mode.pue}"
            hint = "the design day draws more than the average of the year"
            yield at(portfolio, f"{path}.peak_facility_ratio", "ratio-order", message, hint)
        if mode.storm.design_wind.likely < mode.storm.design_wind_open.likely:
            message = f"{mode.storm.design_wind} finished, {mode.storm.design_wind_open} while open"
            hint = "a finished hall withstands more than an open one"
            yield at(portfolio, f"{path}.storm.design_wind", "ratio-order", message, hint)
        per_unit = "work is stated for this power"
        yield from _positive(portfolio, f"{path}.unit_it_power", mode.unit_it_power, per_unit)
        wind = "damage is measured against it"
        yield from _positive(portfolio, f"{path}.storm.design_wind", mode.storm.design_wind, wind)
        inner = f"{path}.storm.design_wind_open"
        yield from _positive(portfolio, inner, mode.storm.design_wind_open, wind)
        if not 1 <= mode.unit_blocks <= MOST_BLOCKS:
            message = f"must be within 1..{MOST_BLOCKS} (got {mode.unit_blocks})"
            yield at(portfolio, f"{path}.unit_blocks", "out-of-range", message)
        yield from _terms(portfolio, f"{path}.terms", mode.terms)
        costs = {k: a.cost_share.likely for k, a in mode.activities.items() if a.cost_share}
        inner = f"{path}.activities"
        yield from _sum_to_one(portfolio, inner, "cost shares", costs, "cost-share-sum")
        if mode.liquid_share.c == 0 and mode.air_share.c == 0:
            message = "no cooling at all: it can never hold a GPU"
            yield at(portfolio, f"{path}.air_share", "no-capacity", message, severity="warning")
    for name, tail in catalog.tails.items():
        path = f"catalog.tails.{name}.unit_it_power"
        yield from _positive(portfolio, path, tail.unit_it_power, "work is stated for this power")
    for name, equipment in catalog.equipment.items():
        yield from _terms(portfolio, f"catalog.equipment.{name}.terms", equipment.terms)


def _fleet(portfolio: Portfolio) -> Iterator[Finding]:
    spec, catalog = portfolio.spec, portfolio.catalog
    for name, sku in catalog.accelerators.items():
        path = f"catalog.accelerators.{name}"
        yield from _terms(portfolio, f"{path}.terms", sku.terms)
        for precision, flops in sku.flops.items():
            inner = f"{path}.flops.{precision}"
            yield from _positive(portfolio, inner, flops, "leave out a precision it lacks")
    used = {w for team in spec.teams.values() for w in team.mix}
    used |= {product.workload for product in spec.products.values()}
    for name, workload in catalog.workloads.items():
        path = f"catalog.workloads.{name}"
        mfu, served = workload.mfu, workload.tokens_per_second
        if workload.job_gpus < 1:
            message = f"must be >= 1 (got {workload.job_gpus})"
            yield at(portfolio, f"{path}.job_gpus", "out-of-range", message)
        if not mfu and not served:
            yield at(portfolio, f"{path}.mfu", "too-few", "no SKU can run it")
        elif spec.reference not in catalog.accelerators:
            continue  # references reports it
        elif name in used and spec.reference not in {*mfu, *served}:
            message = f"the reference SKU {spec.reference} cannot run it: no H100e to count in"
            yield at(portfolio, path, "no-reference", message, f"add mfu: {{{spec.reference}: …}}")
        elif spec.reference in mfu:
            inner = f"{path}.mfu.{spec.reference}"
            yield from _positive(portfolio, inner, mfu[spec.reference], "it is divided by")
        elif spec.reference in served:
            inner = f"{path}.tokens_per_second.{spec.reference}"
            yield from _positive(portfolio, inner, served[spec.reference], "it is divided by")


def _site(portfolio: Portfolio, name: str, site: Site) -> Iterator[Finding]:
    for tranche_name, tranche in site.tranches.items():
        path = f"site.{name}.tranches.{tranche_name}"
        if tranche.firm.c > tranche.nameplate.c * (1 + 1e-9):
            message = f"firm {tranche.firm} is more than nameplate {tranche.nameplate}"
            yield at(portfolio, f"{path}.firm", "firm-nameplate", message)
    for group_name, group in site.groups.items():
        path = f"site.{name}.groups.{group_name}"
        if group.it_power.c == 0:
            message = f'hall group "{group_name}" has 0 MW; it can never hold a GPU'
            yield at(portfolio, f"{path}.it_power", "no-capacity", message, severity="warning")
        if group.count > MOST_HALLS:
            message = f"{group.count} halls; at most {MOST_HALLS} in a group"
            yield at(portfolio, f"{path}.count", "too-large", message)
        if group.blocks > MOST_BLOCKS:
            message = f"{group.blocks} blocks; at most {MOST_BLOCKS} a hall"
            yield at(portfolio, f"{path}.blocks", "too-large", message)
    for hall, standing in site.standing.items():
        if standing.it_power.c == 0:
            message = f'hall "{hall}" has 0 MW; it can never hold a GPU'
            path = f"site.{name}.standing.{hall}.it_power"
            yield at(portfolio, path, "no-capacity", message, severity="warning")
    started: dict[str, int] = {}
    for under_name, under in site.under_way.items():
        started[under.group] = started.get(under.group, 0) + under.count
        group_of = site.groups.get(under.group)
        if group_of is not None and started[under.group] > group_of.count:
            message = (
                f"{started[under.group]} halls of {under.group} under way, "
                f"the group has {group_of.count}"
            )
            path = f"site.{name}.under_way.{under_name}.count"
            yield at(portfolio, path, "too-large", message)
    for equipment, stock in site.stock.items():
        units = sum(row.units for row in stock)
        if units > MOST_HALLS * 10:
            message = f"{units} units in stock; at most {MOST_HALLS * 10}"
            yield at(portfolio, f"site.{name}.stock.{equipment}", "too-large", message)


CHECK = Check(
    "numbers",
    find,
    (
        "mix-sum", "probability-sum", "payment-sum", "cost-share-sum", "not-positive",
        "out-of-range", "too-large", "too-few", "no-capacity", "no-reference", "firm-nameplate",
        "correlation", "unknown-driver", "ratio-order", "unusual",
    ),
)  # fmt: skip
