"""Build methods side by side, from the readiness that the optimiser chose among."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.domain.result import NEVER
from planner.report.facts.inventory import hall_cost

if TYPE_CHECKING:
    from planner.domain.result import Readiness, Result

NEVER_DAY: Final = NEVER / 1440 / 2
"""Days that no date reaches."""


@dataclass(frozen=True, slots=True)
class MethodFact:
    """A candidate: a mode on a calendar for a group, started in the period that suits it best.

    Parameters
    ----------
    period
        Label of the period in which a start takes fewest days.
    to_ready_day, to_service_day
        Days from the start of that period to ready for IT and for service of the last block, at
        the portfolio's confidence, with power and racks never late.
    earliest
        First date at which a hall of it could serve, of all periods simulated.
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
    earliest: dt.date
    cost_musd_per_mw: float
    peak_ratio: float
    pue: float
    backup: str
    design_wind_mph: float
    halls: int


def method_facts(result: Result) -> tuple[MethodFact, ...]:
    """Return every candidate, by site and group and then the quickest first.

    One that never comes to service within the calendars has no days to tell, and is left out.
    A start before the site is released would count the site's own works, so that the period with
    the fewest days tells how quick the method is.
    """
    options: dict[str, list[Readiness]] = {}
    for ready in result.readiness:
        if ready.period >= 0 and len(ready.service_day) and ready.service_day.max() < NEVER_DAY:
            options.setdefault(str(ready.candidate), []).append(ready)
    made = [_method(result, found) for _, found in sorted(options.items())]
    return tuple(sorted(made, key=lambda m: (m.site, m.group, m.to_service_day, m.mode)))


def _method(result: Result, found: list[Readiness]) -> MethodFact:
    ready = min(found, key=lambda r: (_to_service(result, r), r.period))
    portfolio, chosen = result.portfolio, ready.candidate
    mode = portfolio.catalog.modes[chosen.mode]
    since = _since(result, ready)
    first = min(float(r.service_day.min()) for r in found)
    return MethodFact(
        site=chosen.site,
        group=chosen.group,
        mode=chosen.mode,
        calendar=chosen.calendar,
        title=mode.title,
        period=result.plan.periods[ready.period].label,
        to_ready_day=float(ready.ready_day.max()) - since,
        to_service_day=_to_service(result, ready),
        earliest=result.plan.data_date + dt.timedelta(days=int(first)),
        cost_musd_per_mw=hall_cost(portfolio, mode, chosen.site, chosen.group, chosen.calendar),
        peak_ratio=mode.peak_facility_ratio.likely,
        pue=mode.pue.likely,
        backup=mode.backup,
        design_wind_mph=mode.storm.design_wind.likely,
        halls=sum(s.candidate == chosen and not s.is_under_way for s in result.plan.starts),
    )


def _since(result: Result, ready: Readiness) -> float:
    """Return days from the data date to the start of an option's period."""
    return float((result.plan.periods[ready.period].start - result.plan.data_date).days)


def _to_service(result: Result, ready: Readiness) -> float:
    return float(ready.service_day.max()) - _since(result, ready)
