"""Build methods side by side, from the readiness that the optimiser chose among."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.report.facts.inventory import hall_cost

if TYPE_CHECKING:
    from planner.domain.result import Readiness, Result


@dataclass(frozen=True, slots=True)
class MethodFact:
    """A candidate: a mode on a calendar for a group, if started in its first open period.

    Parameters
    ----------
    period
        Label of that period.
    to_ready_day, to_service_day
        Days from the start of that period to ready for IT and for service of the last block, at
        the portfolio's confidence, with power and racks never late.
    cost_musd_per_mw
        Construction cost per IT MW with soft cost, locality and shifts.
    halls
        Halls of it that the plan starts.
    """

    site: str
    group: str
    mode: str
    calendar: str
    title: str
    period: str
    to_ready_day: float
    to_service_day: float
    cost_musd_per_mw: float
    peak_ratio: float
    pue: float
    backup: str
    design_wind_mph: float
    halls: int


def method_facts(result: Result) -> tuple[MethodFact, ...]:
    """Return every candidate at the earliest period it was simulated for."""
    earliest: dict[str, Readiness] = {}
    for ready in sorted(result.readiness, key=lambda r: (str(r.candidate), r.period)):
        if ready.period >= 0 and len(ready.service_day):
            earliest.setdefault(str(ready.candidate), ready)
    made = [_method(result, ready) for ready in earliest.values()]
    return tuple(sorted(made, key=lambda m: (m.site, m.group, m.to_service_day, m.mode)))


def _method(result: Result, ready: Readiness) -> MethodFact:
    portfolio, chosen = result.portfolio, ready.candidate
    mode = portfolio.catalog.modes[chosen.mode]
    period = result.plan.periods[ready.period]
    since = (period.start - result.plan.data_date).days
    return MethodFact(
        site=chosen.site,
        group=chosen.group,
        mode=chosen.mode,
        calendar=chosen.calendar,
        title=mode.title,
        period=period.label,
        to_ready_day=float(ready.ready_day.max()) - since,
        to_service_day=float(ready.service_day.max()) - since,
        cost_musd_per_mw=hall_cost(portfolio, mode, chosen.site, chosen.group, chosen.calendar),
        peak_ratio=mode.peak_facility_ratio.likely,
        pue=mode.pue.likely,
        backup=mode.backup,
        design_wind_mph=mode.storm.design_wind.likely,
        halls=sum(s.candidate == chosen and not s.is_under_way for s in result.plan.starts),
    )
