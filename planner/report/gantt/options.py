"""Rows of the options that the plan does not take: greyed, and hidden until asked for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from planner.report import words
from planner.report.document import Bar, GanttRow

if TYPE_CHECKING:
    from planner.domain.plan import Candidate
    from planner.domain.result import Readiness
    from planner.report.facts import Facts
    from planner.report.gantt.axis import Axis


def rejected_rows(facts: Facts, axis: Axis, site: str, group: str) -> list[GanttRow]:
    """Return the other ways to build a group's halls, begun when its first hall is begun.

    Their dates are those the optimiser saw: readiness at the confidence of the portfolio, with
    power and racks never late.
    """
    plan = facts.result.plan
    starts = [s for s in plan.starts if (s.candidate.site, s.candidate.group) == (site, group)]
    taken = {s.candidate for s in starts}
    first = min((s.release for s in starts if not s.is_under_way), default=None)
    options: dict[Candidate, Readiness] = {}
    for option in facts.result.readiness:
        made = option.candidate
        if (made.site, made.group) != (site, group) or made in taken or option.period < 0:
            continue
        begins = plan.periods[option.period].start
        if first is None or begins <= first or made not in options:
            options[made] = option
    return [_row(facts, axis, o) for o in sorted(options.values(), key=_order)]


def _order(option: Readiness) -> tuple[str, str]:
    return option.candidate.mode, option.candidate.calendar


def _row(facts: Facts, axis: Axis, option: Readiness) -> GanttRow:
    made, plan = option.candidate, facts.result.plan
    begin = max(plan.periods[option.period].start, plan.data_date)
    ready, service = (
        plan.data_date + dt.timedelta(days=round(float(days.max())))
        for days in (option.ready_day, option.service_day)
    )
    said = (
        f"not taken: released {words.iso(begin)} it could serve {words.iso(service)} at "
        f"{words.share(facts.result.portfolio.spec.confidence.likely)}, power and racks never late"
    )
    bars = (Bar("rejected", axis.cut(begin), axis.cut(ready), said),
            Bar("rejected", axis.cut(ready), axis.cut(service), said))  # fmt: skip
    name = f"Not taken: {made.mode}, {made.calendar}"
    key = f"option/{made.site}/{made.group}/{made.mode}/{made.calendar}"
    return GanttRow(key, f"{made.site}/{made.group}", 2, name, axis.cells(begin, None, service),
                    bars, (), is_rejected=True)  # fmt: skip
