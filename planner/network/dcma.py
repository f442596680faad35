"""The DCMA 14 points on a schedule (EA PAM 200.1), each with formula, threshold and offenders.

A start commitment, a tranche or a delivery (a gate) is a predecessor from outside, as a milestone
would be in the tool of a scheduler; a hand-over (ready for IT, ready for service, the works that a
tranche waits for) is a successor outside. Resource-flow arcs are the planner's own sequence of
crews and no logic: they count nowhere here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.network.baseline import execution_index, missed_tasks, path_length_index
from planner.network.calendars import DAY_MIN
from planner.network.cpm import Arrivals, forward, handed_out
from planner.network.draft import ARC, NONE
from planner.network.health import Check, hand_overs, named, not_applicable, shared
from planner.network.passes import TO_FINISH, as_graph

if TYPE_CHECKING:
    from planner.network.health import Schedule

LONG_WD: Final = 44.0
"""Two months of working days: the threshold of float and of duration."""
HELD_DAY: Final = 600
"""Days by which the critical-path test holds an activity."""
SNAP_DAY: Final = 10
"""Days by which the end may move less or more: weekends and closures fall otherwise."""
OPEN: Final = "activities that end after the data date"
LINKS: Final = "relations into activities that end after the data date"


def dcma(plan: Schedule) -> tuple[Check, ...]:
    """Return the fourteen points of a schedule."""
    return (
        _logic(plan), _leads(plan), _lags(plan), _kinds(plan), _constraints(plan),
        _high_float(plan), _negative_float(plan), _durations(plan), _dates(plan),
        _resources(plan),
        missed_tasks(plan), critical_path_test(plan), path_length_index(plan),
        execution_index(plan),
    )  # fmt: skip


def _logic(plan: Schedule) -> Check:
    network = plan.network
    count = len(network.activity)
    is_logic = network.relation_kind != ARC
    succ, pred = network.relation_succ[is_logic], network.relation_pred[is_logic]
    kind = network.relation_kind[is_logic]
    gated, over = np.diff(network.gate.pointer) > 0, hand_overs(network)
    has_pred = (np.bincount(succ, minlength=count) > 0) | gated
    has_succ = (np.bincount(pred, minlength=count) > 0) | over
    bad = named(network, np.flatnonzero(plan.is_open & ~(has_pred & has_succ)))
    to_finish = np.isin(kind, TO_FINISH)
    starts = np.bincount(succ[~to_finish], minlength=count) + gated
    from_finish = np.isin(kind, (int(Kind.FS), int(Kind.FF)))
    ends = np.bincount(pred[from_finish], minlength=count) + over
    no_start = [
        network.activity[a] for a in np.flatnonzero(plan.is_open & has_pred & (starts == 0))
    ]
    no_end = [network.activity[a] for a in np.flatnonzero(plan.is_open & has_succ & (ends == 0))]
    note = f"dangling starts {len(no_start)}, dangling finishes {len(no_end)}"
    if no_start or no_end:
        note += f" ({', '.join((*no_start, *no_end)[:5])})"
    return shared(
        plan, code="DCMA-01", name="Logic", limit=0.05, bad=bad,
        formula="activities without a predecessor or without a successor, first and last excepted",
        denominator=OPEN, total=int(plan.is_open.sum()), reason=note,
    )  # fmt: skip


def _links(plan: Schedule) -> list[int]:
    network = plan.network
    counts = (network.relation_kind != ARC) & plan.is_open[network.relation_succ]
    found: list[int] = np.flatnonzero(counts).tolist()
    return found


def _link_name(plan: Schedule, e: int) -> str:
    network = plan.network
    pred, succ = network.relation_pred[e], network.relation_succ[e]
    lag = int(network.relation_lag_min[e]) // DAY_MIN
    kind = Kind(int(network.relation_kind[e])).name
    text = f"{kind}{lag:+d}d" if lag else kind
    return f"{network.activity[pred]} -> {network.activity[succ]} {text}"


def _on_links(
    plan: Schedule, code: str, name: str, limit: float, formula: str, bad: list[int],
    *, at_least: bool = False,
) -> Check:  # fmt: skip
    found = {_link_name(plan, e): int(plan.network.relation_succ[e]) for e in bad}
    return shared(
        plan, code=code, name=name, limit=limit, formula=formula, denominator=LINKS, bad=found,
        total=len(_links(plan)), at_least=at_least,
    )  # fmt: skip


def _leads(plan: Schedule) -> Check:
    bad = [e for e in _links(plan) if plan.network.relation_lag_min[e] < 0]
    return _on_links(plan, "DCMA-02", "Leads", 0.0, "relations with a negative lag", bad)


def _lags(plan: Schedule) -> Check:
    bad = [e for e in _links(plan) if plan.network.relation_lag_min[e] > 0]
    return _on_links(plan, "DCMA-03", "Lags", 0.05, "relations with a positive lag", bad)


def _kinds(plan: Schedule) -> Check:
    bad = [e for e in _links(plan) if plan.network.relation_kind[e] != Kind.FS]
    formula = "finish-to-start relations"
    return _on_links(plan, "DCMA-04", "Relation types", 0.9, formula, bad, at_least=True)


def _constraints(plan: Schedule) -> Check:
    return shared(
        plan, code="DCMA-05", name="Hard constraints", limit=0.05, bad={},
        formula="must start or finish on, or no later than, a date", denominator=OPEN,
        total=int(plan.is_open.sum()),
        reason="gates (releases, tranches, deliveries) hold a start no earlier than their date",
    )  # fmt: skip


def _high_float(plan: Schedule) -> Check:
    bad = np.flatnonzero(plan.is_open & (plan.float_wd > LONG_WD))
    return shared(
        plan, code="DCMA-06", name="High float", limit=0.05, denominator=OPEN,
        formula="total float over 44 working days of the activity's calendar, towards the next "
        "hand-over (block, lot, tranche), else the last finish of its hall or site",
        bad=named(plan.network, bad), total=int(plan.is_open.sum()),
    )  # fmt: skip


def _negative_float(plan: Schedule) -> Check:
    bad = np.flatnonzero(plan.is_open & (plan.found.total_float_min < 0))
    return shared(
        plan, code="DCMA-07", name="Negative float", limit=0.0, denominator=OPEN,
        formula="total float below 0", total=int(plan.is_open.sum()),
        bad=named(plan.network, bad),
        reason="late dates run from the network's own ends: no date is imposed on it",
    )  # fmt: skip


def _durations(plan: Schedule) -> Check:
    works = plan.is_open & (plan.duration_wd > 0)
    bad = np.flatnonzero(works & (plan.duration_wd > LONG_WD + 1e-9))
    return shared(
        plan, code="DCMA-08", name="High duration", limit=0.05,
        formula="likely work over 44 working days of the activity's calendar",
        denominator=f"{OPEN}, milestones apart", total=int(works.sum()),
        bad=named(plan.network, bad),
    )  # fmt: skip


def _dates(plan: Schedule) -> Check:
    begins = plan.data_date_min
    bad = np.flatnonzero((plan.found.start_min < begins) & (plan.duration_wd > 0))
    return shared(
        plan, code="DCMA-09", name="Invalid dates", limit=0.0,
        formula="forecast before the data date, or actual after it",
        denominator="all activities", total=len(plan.network.activity),
        bad=named(plan.network, bad),
        reason="no actuals are recorded: what began before the data date is a forecast"
        if plan.portfolio.actuals is None
        else "actuals fix the past; what is left of the rest begins at their data date",
    )  # fmt: skip


def _resources(plan: Schedule) -> Check:
    network = plan.network
    has_crew = np.diff(network.need.pointer) > 0
    has_cost = network.cost_musd > 0
    if not (has_crew.any() or has_cost.any()):
        return not_applicable("DCMA-10", "Resources", "100 %", "activities with crews or cost",
                              "not resource-loaded")  # fmt: skip
    long = plan.is_open & (plan.duration_wd >= 1)
    bad = np.flatnonzero(long & ~has_crew & ~has_cost)
    return shared(
        plan, code="DCMA-10", name="Resources", limit=1.0, at_least=True,
        formula="activities with crews, tools or cost", total=int(long.sum()),
        denominator=f"{OPEN}, of a day of work and more",
        bad=named(network, bad),
    )  # fmt: skip


def critical_path_test(plan: Schedule) -> Check:
    """Hold each activity of the driving paths, one at a time, and see whether the end moves."""
    network, found = plan.network, plan.found
    graph = as_graph(network)
    equipment = handed_out(network, graph)
    bad: dict[str, int] = {}
    total = 0
    for last, path in site_paths(plan).values():
        for a in path:
            until = int(found.start_min[a]) + HELD_DAY * DAY_MIN
            rows = zip(equipment, (a, until, NONE), strict=True)
            held = forward(network, graph, Arrivals(*(np.append(*row) for row in rows))).dates
            total += 1
            if held.finish[last] >= NEVER:
                continue  # the tables end: it moved at least as far as they reach
            moved = (held.finish[last] - int(found.finish_min[last])) / DAY_MIN
            # Where FF or SF holds its finish, that moves by less than its start.
            own = (HELD_DAY, (held.finish[a] - int(found.finish_min[a])) / DAY_MIN)
            if min(abs(moved - days) for days in own) > SNAP_DAY:
                bad[f"{network.activity[a]} ({moved:.0f} d)"] = a
    return shared(
        plan, code="DCMA-12", name="Critical-path test", limit=0.0, bad=bad, total=total,
        formula=f"held back {HELD_DAY} days, the site's last finish does not move as far as "
        f"theirs (within {SNAP_DAY})",
        denominator="activities on the driving path to each site's last finish",
    )  # fmt: skip


def site_paths(plan: Schedule) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Return the last activity of each site and the driving path to it."""
    network, finish = plan.network, plan.found.finish_min
    made: defaultdict[str, tuple[int, tuple[int, ...]]] = defaultdict()
    for n, site in enumerate(network.site):
        works = plan.is_open & (plan.duration_wd > 0) & (finish < NEVER)
        own = np.flatnonzero((network.activity_site == n) & works)
        if own.size:
            last = int(own[np.argmax(finish[own])])
            made[site] = last, plan.found.path(last)
    return dict(made)
