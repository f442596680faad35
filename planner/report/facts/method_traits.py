"""What each build method does to cash, carbon and redundancy, a hall and a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.report.facts.inventory import hall_cost

if TYPE_CHECKING:
    from planner.domain.methods import MethodTrial
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Result

HOURS_A_YEAR: Final = 8766.0
KILO: Final = 1000.0
ADVERSE: Final = 0.2


@dataclass(frozen=True, slots=True)
class MethodTraits:
    """Of one hall, a MW of IT power.

    Parameters
    ----------
    cost_musd_per_mw
        To build, soft cost, local factor and shift premium included.
    rent_musd_per_mw_year, opex_musd_per_mw_year
        Yearly; 0 where there is none.
    at_order_share, at_acceptance_share
        Of the cost, paid at start and held back.
    carbon_kt_per_mw_year
        Of energy at full load, by the mean of the site's tranches by firm power; None where no
        tranche says its carbon.
    """

    cost_musd_per_mw: float
    rent_musd_per_mw_year: float
    opex_musd_per_mw_year: float
    at_order_share: float
    at_acceptance_share: float
    carbon_kt_per_mw_year: float | None
    pue: float
    peak_ratio: float
    backup: str
    availability: float
    design_wind_mph: float
    life_year: float


def traits(portfolio: Portfolio, trial: MethodTrial) -> MethodTraits:
    """Return the traits of a trial's mode at its site."""
    way = trial.candidate
    mode = portfolio.catalog.modes[way.mode]
    tonnes = site_carbon(portfolio, way.site)
    pue = mode.pue.likely
    return MethodTraits(
        cost_musd_per_mw=hall_cost(portfolio, mode, way.site, way.group, way.calendar),
        rent_musd_per_mw_year=12 * mode.rent_month.likely if mode.rent_month else 0.0,
        opex_musd_per_mw_year=mode.opex_year.likely if mode.opex_year else 0.0,
        at_order_share=mode.terms.at_order.likely,
        at_acceptance_share=mode.terms.at_acceptance.likely,
        carbon_kt_per_mw_year=None if tonnes is None else HOURS_A_YEAR * pue * tonnes / KILO,
        pue=pue,
        peak_ratio=mode.peak_facility_ratio.likely,
        backup=mode.backup,
        availability=mode.availability.likely,
        design_wind_mph=mode.storm.design_wind.likely,
        life_year=mode.service_life.likely,
    )


def site_carbon(portfolio: Portfolio, site: str) -> float | None:
    """Return tonnes a MWh of a site: the mean of the tranches that say theirs, by firm power."""
    found = [t for t in portfolio.sites[site].tranches.values() if t.carbon is not None]
    firm = np.array([t.firm.likely for t in found])
    if not firm.sum():
        return None
    return float(firm @ np.array([t.carbon.likely for t in found if t.carbon]) / firm.sum())


@dataclass(frozen=True, slots=True)
class PlanTraits:
    """Of a whole plan.

    Parameters
    ----------
    started_mw
        IT MW of halls started by mode.
    backed_share
        Share of the started MW that has generators; None where nothing is started.
    lowest_cash_musd
        Least cash at the end of a period that four of five futures keep; None with debt.
    storm_musd
        Mean repair after storms.
    carbon_kt
        Of energy of all that is in service over the horizon, at full load; None where unknown.
    """

    started_mw: dict[str, float]
    backed_share: float | None
    lowest_cash_musd: float | None
    storm_musd: float
    carbon_kt: float | None


def plan_traits(result: Result) -> PlanTraits:
    """Return the traits of a plan."""
    started: dict[str, float] = {}
    for start in result.plan.starts:
        if not start.is_under_way:
            c = start.candidate
            mw = result.portfolio.sites[c.site].groups[c.group].it_power.likely
            started[c.mode] = started.get(c.mode, 0.0) + mw
    modes = result.portfolio.catalog.modes
    backed = sum(mw for mode, mw in started.items() if modes[mode].backup != "none")
    return PlanTraits(
        started_mw=started,
        backed_share=backed / sum(started.values()) if started else None,
        lowest_cash_musd=_lowest_cash(result),
        storm_musd=float(result.outcome.storm_cost_musd.mean()),
        carbon_kt=_carbon(result),
    )


def _lowest_cash(result: Result) -> float | None:
    spend, inflow = result.verification.spend_musd, result.verification.inflow_musd
    if inflow is None or result.portfolio.spec.finance.debt or not result.plan.cash:
        return None
    opening = min(result.plan.cash, key=lambda row: row.period).opening
    lowest = (opening + np.cumsum(inflow - spend, axis=1)).min(axis=1)
    return float(np.quantile(lowest, ADVERSE, method="inverted_cdf"))


def _carbon(result: Result) -> float | None:
    """Return kilotonnes: mean MW in service, its halls' mean PUE, the mean carbon of its site."""
    total, is_known = 0.0, False
    day = np.array([p.days for p in result.plan.periods], dtype=np.float64)
    for site, mw in result.verification.in_service_mw.items():
        tonnes = site_carbon(result.portfolio, site)
        if tonnes is None:
            continue
        is_known = True
        total += float(mw.mean(axis=0) @ day) * 24 * _pue(result, site) * tonnes / KILO
    return total if is_known else None


def _pue(result: Result, site: str) -> float:
    """Return the mean PUE of a site's halls by IT power, standing and started."""
    modes, record = result.portfolio.catalog.modes, result.portfolio.sites[site]
    found = [(s.it_power.likely, modes[s.mode].pue.likely) for s in record.standing.values()]
    found += [
        (record.groups[s.candidate.group].it_power.likely, modes[s.candidate.mode].pue.likely)
        for s in result.plan.starts
        if s.candidate.site == site
    ]
    whole = sum(mw for mw, _ in found)
    return sum(mw * pue for mw, pue in found) / whole if whole else 1.0
