"""Schedule health: what a reviewer checks on a network before he believes its dates.

A check is a row of data: what was counted, over what, against which threshold, and who offends.
`planner.network.dcma` holds the fourteen points, `planner.network.gao` the ten practices.

Two things may be said of an offender in the specs, at its row or at its network. It may be exempt
(`health: {exempt: [...], why: ...}`), where the premise of a check does not hold for it: it leaves
the count, and every table says how many did and what the check would be with them. Or its failing
is explained (`health: {explain: [...], why: ...}`): it counts all the same, and the reason is
printed beside the verdict, which is a third one where every offender has a reason.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from planner.domain.plan import Start
from planner.network.calendars import DAY_MIN
from planner.network.compile import compile_network
from planner.network.cpm import hand_over_float, work_clocks
from planner.network.orders import equipment_orders
from planner.network.rows import Row, catalog_rows
from planner.network.tables import CERTAIN_ZERO, build_tables, laws
from planner.network.trials import bare_plan, candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.baseline import Baseline
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network
    from planner.network.calendars import WorkClock
    from planner.network.cpm import Deterministic
    from planner.network.tables import Tables

Verdict = Literal["pass", "explained", "fail", "n/a"]
"""A check that fails is explained where the specs say of every offender why it stands."""


@dataclass(frozen=True)
class Check:
    """A check as a reviewer reads it.

    Parameters
    ----------
    code
        ``DCMA-06`` or ``GAO-04``.
    threshold, formula, denominator
        In words.
    value
        What was found, as text: a share with its count, a number, yes or no.
    share
        The same as a number where it is a share of the denominator; NaN else.
    reason
        Why it is not applicable; what else there is to say.
    offenders
        Names of those that count against it, in the order of the network.
    waived
        Offenders that the specs exempt -> the reason; they are not counted.
    explained
        Offenders that count, of which the specs say why -> the reason.
    counted, total
        What `share` is made of, exempt ones left out; None where it is no share.
    bare
        The share with those that are exempt; NaN where it is no share.
    """

    code: str
    name: str
    threshold: str
    formula: str
    denominator: str
    value: str
    verdict: Verdict
    share: float = float("nan")
    reason: str = ""
    offenders: tuple[str, ...] = ()
    waived: dict[str, str] = field(default_factory=dict)
    explained: dict[str, str] = field(default_factory=dict)
    counted: int | None = None
    total: int | None = None
    bare: float = float("nan")

    @property
    def number(self) -> int:
        """Its number within its list."""
        return int(self.code.rpartition("-")[2])

    @property
    def population(self) -> int:
        """What was counted over, those that are exempt among it."""
        return (self.total or 0) + len(self.waived)


@dataclass(frozen=True)
class Schedule:
    """A network with all that its checks look at.

    Parameters
    ----------
    rows
        Row of the catalog behind each activity (A).
    data_date_min
        Minute of the data date.
    is_open
        Whether an activity ends after the data date (A): the usual denominator.
    duration_wd, float_wd
        Likely work, and total float towards the next hand-over, in working days of its own calendar
        (A).
    baseline
        What its dates are held against, where there is one.
    """

    portfolio: Portfolio
    plan: Plan
    network: Network
    found: Deterministic
    rows: tuple[Row, ...]
    clocks: Sequence[WorkClock]
    data_date_min: int
    is_open: BoolArray
    duration_wd: FloatArray
    float_wd: FloatArray
    baseline: Baseline | None = None

    def reason_to_waive(self, activity: int, number: int) -> str:
        """Return why a check is waived for an activity, empty where it is not."""
        notes = self.rows[activity].notes
        return next((n.why for n in notes if number in n.exempt), "")

    def reason_to_offend(self, activity: int, number: int) -> str:
        """Return why an activity offends against a check, empty where the specs do not say."""
        notes = self.rows[activity].notes
        return next((n.why for n in notes if number in n.explain), "")


def schedule(
    portfolio: Portfolio, plan: Plan, network: Network, found: Deterministic,
    tables: Tables | None = None, *, baseline: Baseline | None = None,
) -> Schedule:  # fmt: skip
    """Return what the checks look at."""
    tables = tables or build_tables(portfolio)
    clocks = work_clocks(network)
    day = day_minutes(network)[network.calendar]
    known = portfolio.actuals
    begins = tables.minute(portfolio.spec.data_date if known is None else known.data_date)
    return Schedule(
        portfolio=portfolio,
        plan=plan,
        network=network,
        found=found,
        rows=catalog_rows(portfolio, plan, network),
        clocks=clocks,
        data_date_min=begins,
        is_open=found.finish_min > begins,
        duration_wd=np.maximum(network.work.b, 0) / day,
        float_wd=_float_wd(network, clocks, found, day),
        baseline=baseline,
    )


def hand_overs(network: Network) -> BoolArray:
    """Return which activities hand something over (A): a block, a lot, the works of a tranche.

    The end of a site's works counts as well: the one of them that nothing follows, if it is one.
    """
    count = len(network.activity)
    made = np.zeros(count, dtype=np.bool_)
    is_last = (network.activity_hall < 0) & ~np.isin(np.arange(count), network.relation_pred)
    for site in range(len(network.site)):
        ends = np.flatnonzero(is_last & (network.activity_site == site))
        if ends.size == 1:
            made[ends] = True
    made[network.block_ready.column] = True
    made[network.lot_service[network.lot_service >= 0]] = True
    made[network.tranche_after.column] = True
    return made


def day_minutes(network: Network) -> IntArray:
    """Return the working minutes of a working day of each calendar row: those most days have."""
    length = np.concatenate([[0], np.cumsum(network.type_end_min - network.type_start_min)])
    of_type = np.diff(length[network.type_pointer])
    made = []
    for row in network.day_type:
        minutes = of_type[row]
        worked = minutes[minutes > 0]
        made.append(int(np.bincount(worked).argmax()) if worked.size else 1)
    return np.array(made, dtype=np.int64)


def _float_wd(
    network: Network, clocks: Sequence[WorkClock], found: Deterministic, day: IntArray
) -> FloatArray:
    """Return total float in working days of each activity's calendar (A)."""
    made = np.zeros(len(day))
    total = hand_over_float(found, hand_overs(network))
    last = network.days * DAY_MIN
    for row in np.unique(network.calendar):
        some = network.calendar == row
        early = np.minimum(found.finish_min[some], last)
        late = np.minimum(early + total[some], last)
        worked = clocks[row].all_worked(late) - clocks[row].all_worked(early)
        made[some] = worked / day[some]
    return made


def review_plan(portfolio: Portfolio, tables: Tables | None = None) -> Plan:
    """Return a plan in which every build mode's network occurs, for the health of the specs.

    What stands and is under way, and one hall of each candidate in its first period. It is no plan
    to build: it may ask for more land or power than there is.
    """
    plan = bare_plan(portfolio, tables)
    first = portfolio.periods[0].start
    numbers: dict[tuple[str, str], int] = {}
    for start in plan.starts:
        key = (start.candidate.site, start.candidate.group)
        numbers[key] = max(numbers.get(key, 0), start.number)
    starts = list(plan.starts)
    for chosen in candidates(portfolio):
        key = (chosen.site, chosen.group)
        numbers[key] = numbers.get(key, 0) + 1
        earliest = portfolio.sites[chosen.site].groups[chosen.group].earliest or first
        starts.append(Start(chosen, numbers[key], max(first, earliest)))
    orders = equipment_orders(portfolio, tuple(starts), tables)
    return plan.replace(starts=tuple(starts), orders=orders)


def review_network(portfolio: Portfolio) -> tuple[Plan, Network]:
    """Return that plan and its network; power and equipment are never late there.

    Their dates are commitments of a plan. With today's order book in it, float would speak of what
    was bought when, and not of the logic.
    """
    tables = build_tables(portfolio)
    plan = review_plan(portfolio, tables)
    network = compile_network(portfolio, plan, with_tranches=False, tables=tables)
    there = np.zeros(len(network.unit_pool), dtype=np.int64)
    certain = laws([CERTAIN_ZERO] * len(there))
    return plan, dataclasses.replace(network, unit_order_min=there, unit_lead=certain)


def named(network: Network, activities: IntArray) -> dict[str, int]:
    """Return activities by name."""
    return {network.activity[a]: a for a in activities.tolist()}


def shared(
    plan: Schedule, *, code: str, name: str, limit: float, formula: str, denominator: str,
    bad: dict[str, int], total: int, reason: str = "", at_least: bool = False,
) -> Check:  # fmt: skip
    """Return a check on the share of offenders.

    Parameters
    ----------
    limit
        Largest share of offenders that passes; with `at_least`, smallest share of the others.
    bad
        Offenders with the activity whose exemption covers them.
    """
    number = int(code.rpartition("-")[2])
    waived = {n: why for n, a in bad.items() if (why := plan.reason_to_waive(a, number))}
    left = {n: a for n, a in bad.items() if n not in waived}
    judged = total - len(waived)
    counted = judged - len(left) if at_least else len(left)
    share = _share(len(left), judged, at_least=at_least)
    is_kept = share >= limit - 1e-12 if at_least else share <= limit + 1e-12
    explained = {n: why for n, a in left.items() if (why := plan.reason_to_offend(a, number))}
    verdict: Verdict = "pass" if is_kept else "fail" if left.keys() - explained else "explained"
    return Check(
        code, name, f"{'≥' if at_least else '≤'} {100 * limit:g} %", formula, denominator,
        f"{100 * share:.1f} % ({counted} of {judged})", verdict=verdict,
        share=share, reason=reason, offenders=tuple(left), waived=waived, explained=explained,
        counted=counted, total=judged, bare=_share(len(bad), total, at_least=at_least),
    )  # fmt: skip


def _share(bad: int, total: int, *, at_least: bool) -> float:
    """Return the share of offenders, with `at_least` that of the others."""
    share = bad / total if total else 0.0
    return 1.0 - share if at_least else share


def not_applicable(code: str, name: str, threshold: str, formula: str, reason: str) -> Check:
    """Return a check that cannot be made."""
    return Check(code, name, threshold, formula, "–", f"n/a ({reason})", "n/a", reason=reason)
