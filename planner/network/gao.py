"""The ten practices of the GAO Schedule Assessment Guide (GAO-16-89G), as far as a machine can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.amount import Form
from planner.domain.result import NEVER
from planner.network.baseline import baseline_kept
from planner.network.dcma import OPEN, site_paths
from planner.network.draft import ARC, NONE
from planner.network.health import Check, hand_overs, named, shared

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from planner.network.health import Schedule, Verdict

RANGED: Final = 0.95
"""Share of durations that must be ranges, and of numbers that must say where they come from."""


def gao(plan: Schedule, points: Sequence[Check]) -> tuple[Check, ...]:
    """Return the ten practices; `points` are the DCMA checks of the same schedule."""
    by_number = {check.number: check for check in points}

    def of(*numbers: int) -> list[Check]:
        return [by_number[n] for n in numbers]

    return (
        _captured(plan),
        _follows("GAO-02", "Sequence all activities", of(1, 2, 3, 4, 5)),
        _resourced(plan, by_number[10]),
        _durations(plan, by_number[8]),
        _traceable(plan),
        _critical_path(plan, by_number[12]),
        _follows("GAO-07", "Reasonable total float", of(6, 7)),
        _risk_analysis(plan),
        _updated(plan, by_number[9]),
        baseline_kept(plan),
    )  # fmt: skip


def _verdict(is_met: bool, *points: Check) -> Verdict:
    """Return the verdict of a practice that asks for something and for points of DCMA."""
    verdicts = {p.verdict for p in points}
    if not is_met or "fail" in verdicts:
        return "fail"
    return "explained" if "explained" in verdicts else "pass"


def _follows(code: str, name: str, points: Sequence[Check]) -> Check:
    """Return a practice that holds where some points do."""
    failed = [p for p in points if p.verdict in {"fail", "explained"}]
    numbers = ", ".join(p.code for p in points)
    value = ", ".join(f"{p.code} {p.verdict}" for p in points)
    return Check(
        code, name, "all pass", f"points {numbers}", f"{len(points)} points", value,
        _verdict(True, *points), reason="; ".join(f"{p.name}: {p.value}" for p in failed),
    )  # fmt: skip


def _captured(plan: Schedule) -> Check:
    """Return whether every hall has every row of its mode, and no two activities share a name."""
    network = plan.network
    missing: dict[str, int] = {}
    have: dict[int, set[str]] = {}
    for a, hall in enumerate(network.activity_hall.tolist()):
        have.setdefault(hall, set()).add(plan.rows[a].name)
    first = {hall: a for a, hall in reversed(list(enumerate(network.activity_hall.tolist())))}
    total = 0
    for hall, names in have.items():
        families = {name.partition("/")[0] for name in names if "/" in name}
        modes = families & set(plan.portfolio.catalog.modes) if hall >= 0 else set()
        for mode in modes:
            rows = plan.portfolio.catalog.modes[mode].activities
            total += len(rows)
            for key in rows:
                if f"{mode}/{key}" not in names:
                    missing[f"{network.hall[hall]}: {mode}/{key}"] = first[hall]
    twice = len(network.activity) - len(set(network.activity))
    made = shared(
        plan, code="GAO-01", name="Capture all activities", limit=0.0, bad=missing, total=total,
        formula="rows of a hall's build mode that it does not have",
        denominator="rows of the build modes of all halls",
        reason=f"{len(network.activity)} activities, {twice} names twice",
    )  # fmt: skip
    return made if not twice else _failed(made)


def _failed(check: Check) -> Check:
    return Check(**{**check.__dict__, "verdict": "fail"})


def _resourced(plan: Schedule, resources: Check) -> Check:
    network = plan.network
    owner = np.repeat(np.arange(len(network.activity)), np.diff(network.need.pointer))
    over = network.need.units > network.capacity[network.need.column]
    bad = tuple(network.activity[a] for a in np.unique(owner[over]))
    value = f"{resources.value}; {len(bad)} ask for more than there is"
    return Check(
        "GAO-03", "Assign resources to all activities", "100 %, none over its limit",
        "DCMA-10, and crews asked for over crews there are", resources.denominator, value,
        _verdict(not bad, resources), share=resources.share,
        offenders=(*resources.offenders, *bad), waived=resources.waived,
        explained=resources.explained, counted=resources.counted, total=resources.total,
        bare=resources.bare,
        reason="crews are dispatched under their limits, so that no date is over-allocated",
    )  # fmt: skip


def _durations(plan: Schedule, long: Check) -> Check:
    works = plan.is_open & (plan.duration_wd > 0)
    ranged = works & (plan.network.work.form != Form.FIXED)
    share = float(ranged.sum() / works.sum()) if works.any() else 1.0
    origin = plan.portfolio.provenance
    said = sum(bool(p.source or p.assumption) for p in origin) / len(origin) if origin else 1.0
    fixed = tuple(plan.network.activity[a] for a in np.flatnonzero(works & ~ranged))
    return Check(
        "GAO-04", "Establish durations", f"DCMA-08, ranges ≥ {RANGED:.0%}, origins ≥ {RANGED:.0%}",
        "durations given as ranges; numbers with a source or an assumption",
        f"{OPEN}, milestones apart; numbers of the specs",
        f"ranges {share:.1%}, origins {said:.1%}, DCMA-08 {long.verdict}",
        _verdict(share >= RANGED and said >= RANGED, long),
        share=share, offenders=fixed,
    )  # fmt: skip


def _traceable(plan: Schedule) -> Check:
    """Return whether every hand-over follows from a commitment, through relations alone."""
    network = plan.network
    is_logic = network.relation_kind != ARC
    reached = np.diff(network.gate.pointer) > 0
    pred, succ = network.relation_pred[is_logic], network.relation_succ[is_logic]
    while True:
        more = reached.copy()
        more[succ[reached[pred]]] = True
        if (more == reached).all():
            break
        reached = more
    over = hand_overs(network) & plan.is_open
    bad = named(network, np.flatnonzero(over & ~reached))
    return shared(
        plan, code="GAO-05", name="Traceable horizontally and vertically", limit=0.0, bad=bad,
        formula="hand-overs that no chain of relations ties to a commitment",
        denominator="hand-overs: blocks, lots, tranches", total=int(over.sum()),
        reason="dates of halls and sites are those of their rows, never entered",
    )  # fmt: skip


def _critical_path(plan: Schedule, test: Check) -> Check:
    """Return whether the path to each site's last finish runs from a commitment without a break."""
    network, found = plan.network, plan.found
    begins = []
    for site, (_, path) in site_paths(plan).items():
        gate, unit = int(found.start_gate[path[0]]), int(found.start_unit[path[0]])
        if gate != NONE:
            begins.append(f"{site}: {len(path)} from {network.gate_name[gate]}")
        elif unit != NONE:
            begins.append(f"{site}: {len(path)} from {network.unit_name[unit]}")
        else:
            begins.append(f"{site}: {len(path)} from {network.activity[path[0]]}")
    unreached = int((found.finish_min >= NEVER).sum())
    return Check(
        "GAO-06", "Valid critical path", "DCMA-12, unbroken", "DCMA-12; where each path begins",
        test.denominator, f"DCMA-12 {test.verdict}; {'; '.join(begins)}",
        _verdict(test.verdict == "pass" and not unreached), offenders=test.offenders,
        reason=f"{unreached} activities never end within the tables" if unreached else "",
    )  # fmt: skip


def _risk_analysis(plan: Schedule) -> Check:
    network, spec = plan.network, plan.portfolio.spec
    works = plan.duration_wd > 0
    ranged = int((works & (network.work.form != Form.FIXED)).sum())
    drivers = int((~network.driver_is_event).sum())
    events = len(spec.risk.events)
    value = (
        f"{ranged} of {int(works.sum())} durations ranged, {drivers} drivers, {events} events, "
        f"{spec.samples} futures, commitments at P{100 * spec.confidence.likely:.0f}"
    )
    return Check(
        "GAO-08", "Schedule risk analysis", "ranges, drivers, a stated confidence",
        "simulated with ranges, drivers and events; dates by percentile", "the portfolio", value,
        _verdict(ranged > 0 and drivers > 0 and spec.samples > 0),
        reason="contingency of each hall: P80 less deterministic, in every report",
    )  # fmt: skip


def _updated(plan: Schedule, dates: Check) -> Check:
    return Check(
        "GAO-09", "Update with actual progress", "data date set, DCMA-09",
        "data date and DCMA-09", dates.denominator,
        f"data date {_data_date(plan)}, DCMA-09 {dates.verdict}",
        dates.verdict, offenders=dates.offenders, waived=dates.waived, reason=dates.reason,
        share=dates.share, explained=dates.explained, counted=dates.counted, total=dates.total,
        bare=dates.bare,
    )  # fmt: skip


def _data_date(plan: Schedule) -> dt.date:
    known = plan.portfolio.actuals
    return plan.portfolio.spec.data_date if known is None else known.data_date
