"""The points of a schedule that need a baseline: DCMA 11, 13 and 14, and GAO practice 10.

What the baseline has and the schedule too is counted; halls that stand are history and are not.
A date is late where its day is. The critical path length is in elapsed days from the data date to
the last finish of a site, for sites mix calendars; its float is that finish in the baseline's
deterministic pass less the one now, like held against like.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.baseline import Baseline
from planner.domain.result import NEVER
from planner.network.calendars import DAY_MIN
from planner.network.compile import compile_network
from planner.network.cpm import deterministic
from planner.network.health import Check, named, not_applicable, shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.arrays import BoolArray, IntArray, Network
    from planner.network.health import Schedule, Verdict

LEAST_INDEX: Final = 0.95
"""CPLI and BEI from which on a schedule passes, and share of activities a baseline must cover."""
NONE: Final = -1
"""Day of an activity without a baseline."""
MISSED: Final = "due by the data date in the baseline, finished late or not at all"
LENGTH: Final = "(critical path length + total float to the baseline finish) / critical path length"
EXECUTED: Final = "activities finished by the data date / activities due by it in the baseline"
KEPT: Final = "activities with a baseline date; days between it and the actual or forecast one"
COVERED: Final = "activities that the baseline has, halls that stand apart"


@dataclass(frozen=True)
class _Held:
    """A schedule beside its baseline, days from the epoch over activities (A); `NONE` where none.

    Parameters
    ----------
    due_day
        Finish in the baseline.
    like_day
        Finish in the baseline's deterministic pass.
    now_day
        Finish now, actual or deterministic.
    counted
        What is no standing hall.
    """

    due_day: IntArray
    like_day: IntArray
    now_day: IntArray
    counted: BoolArray

    @property
    def covered(self) -> BoolArray:
        """What the baseline has a date of."""
        made: BoolArray = self.counted & (self.due_day != NONE)
        return made


def planned_dates(portfolio: Portfolio, plan: Plan, name: str) -> Baseline:
    """Return the deterministic dates of a plan, with nothing reported, as a baseline."""
    network = compile_network(portfolio.replace(actuals=None), plan)
    found = deterministic(network)

    def dates(minutes: IntArray) -> dict[str, dt.date]:
        pairs = zip(network.activity, minutes.tolist(), strict=True)
        return {activity: _date(network, m) for activity, m in pairs if m < NEVER}

    finish = dates(found.finish_min)
    return Baseline(name, dates(found.start_min), finish, finish)


def missed_tasks(plan: Schedule) -> Check:
    """Return DCMA 11: what was due by the data date and came late, or not."""
    if plan.baseline is None:
        return not_applicable("DCMA-11", "Missed tasks", "≤ 5 %", MISSED, "no baseline")
    held = _held(plan, plan.baseline)
    due = _due(plan, held)
    if not due.any():
        return not_applicable("DCMA-11", "Missed tasks", "≤ 5 %", MISSED, _nothing_due(plan))
    late = np.flatnonzero(due & (plan.is_open | (held.now_day > held.due_day)))
    return shared(
        plan, code="DCMA-11", name="Missed tasks", limit=0.05, formula=MISSED,
        denominator="activities due by the data date in the baseline", total=int(due.sum()),
        bad=named(plan.network, late),
        reason=f"of {len(late)}, {int((due & plan.is_open).sum())} are not finished",
    )  # fmt: skip


def path_length_index(plan: Schedule) -> Check:
    """Return DCMA 13: how much faster what is left has to go to end as the baseline does."""
    code, name, threshold = "DCMA-13", "CPLI", f"≥ {LEAST_INDEX}"
    if plan.baseline is None:
        return not_applicable(code, name, threshold, LENGTH, "no baseline finish")
    held, begins = _held(plan, plan.baseline), plan.data_date_min / DAY_MIN
    said: dict[str, tuple[float, str]] = {}
    for number, site in enumerate(plan.network.site):
        own = held.covered & (plan.network.activity_site == number)
        own &= plan.found.finish_min < NEVER
        if not (own & plan.is_open).any():
            continue
        ends, due = int(held.now_day[own].max()), int(held.like_day[own].max())
        length, spare = ends - begins, due - ends
        index = (length + spare) / length if length > 0 else 1.0
        said[site] = index, f"{site} {index:.2f} ({length:.0f} d of path, {spare:+d} d of float)"
    if not said:
        return not_applicable(code, name, threshold, LENGTH, "nothing left that the baseline has")
    least = min(index for index, _ in said.values())
    return Check(
        code, name, threshold, LENGTH, "sites with work left, each by its last finish",
        "; ".join(text for _, text in said.values()), _verdict(least >= LEAST_INDEX), share=least,
        offenders=tuple(site for site, (index, _) in said.items() if index < LEAST_INDEX),
        reason=f"against {plan.baseline.name}, elapsed days",
    )  # fmt: skip


def execution_index(plan: Schedule) -> Check:
    """Return DCMA 14: what is finished over what was to be."""
    code, name, threshold = "DCMA-14", "BEI", f"≥ {LEAST_INDEX}"
    if plan.baseline is None:
        return not_applicable(code, name, threshold, EXECUTED, "no baseline")
    held = _held(plan, plan.baseline)
    due, done = _due(plan, held), held.counted & ~plan.is_open
    if not due.any():
        return not_applicable(code, name, threshold, EXECUTED, _nothing_due(plan))
    index = float(done.sum() / due.sum())
    without = int((done & ~held.covered).sum())
    return Check(
        code, name, threshold, EXECUTED, "activities due by the data date in the baseline",
        f"{index:.2f} ({int(done.sum())} of {int(due.sum())})", _verdict(index >= LEAST_INDEX),
        share=index, offenders=tuple(named(plan.network, np.flatnonzero(due & plan.is_open))),
        reason=f"{without} of those finished are in no baseline" if without else "",
    )  # fmt: skip


def baseline_kept(plan: Schedule) -> Check:
    """Return GAO 10: a baseline is there, and how far the forecast is from it."""
    code, name = "GAO-10", "Maintain a baseline"
    threshold = f"covers ≥ {LEAST_INDEX:.0%}, variances listed"
    if plan.baseline is None:
        return not_applicable(code, name, threshold, KEPT, "no baseline")
    held = _held(plan, plan.baseline)
    total, covered = int(held.counted.sum()), held.covered & (plan.found.finish_min < NEVER)
    share = float(held.covered.sum() / total) if total else 1.0
    meant = np.where(plan.is_open, held.like_day, held.due_day)
    late = np.where(covered, held.now_day - meant, 0)
    value = (
        f"{plan.baseline.name} has {int(held.covered.sum())} of {total} ({share:.1%}); "
        f"{int((late > 0).sum())} later, {int((late < 0).sum())} earlier"
    )
    if (late > 0).any():
        worst = int(late.argmax())
        value += f", the most {plan.network.activity[worst]} by {int(late[worst])} d"
    lacking = np.flatnonzero(held.counted & ~held.covered)
    return Check(
        code, name, threshold, KEPT, COVERED, value, _verdict(share >= LEAST_INDEX), share=share,
        offenders=tuple(named(plan.network, lacking)),
        reason="reasons are in the variance of a report with --parent",
    )  # fmt: skip


def _verdict(is_met: bool) -> Verdict:
    return "pass" if is_met else "fail"


def _nothing_due(plan: Schedule) -> str:
    return f"nothing due by the data date, {_date(plan.network, plan.data_date_min)}"


def _date(network: Network, minute: int) -> dt.date:
    return network.epoch + dt.timedelta(days=minute // DAY_MIN)


def _held(plan: Schedule, baseline: Baseline) -> _Held:
    network = plan.network

    def days(dates: Mapping[str, dt.date]) -> IntArray:
        found = ((dates[n] - network.epoch).days if n in dates else NONE for n in network.activity)
        return np.fromiter(found, dtype=np.int64, count=len(network.activity))

    due = days(baseline.finish)
    like = days(baseline.deterministic_finish)
    stands = {
        f"{name}/{entry}/01"
        for name, site in plan.portfolio.sites.items()
        for entry in site.standing
    }
    halls = np.array([hall in stands for hall in network.hall], dtype=np.bool_)
    of_hall = network.activity_hall
    counted = ~(halls[of_hall] & (of_hall >= 0)) if len(halls) else np.ones(len(due), np.bool_)
    now: IntArray = plan.found.finish_min // DAY_MIN
    return _Held(due, np.where(like == NONE, due, like), now, counted)


def _due(plan: Schedule, held: _Held) -> BoolArray:
    """Return what the baseline has done before the data date (A)."""
    due: BoolArray = held.covered & ((held.due_day + 1) * DAY_MIN <= plan.data_date_min)
    return due
