"""Laws of actuals: the past stands, nothing is forecast before the data date, engines agree."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import simulate
from planner.domain.actuals import Actuals
from planner.domain.result import NEVER
from planner.network import compile_network, deterministic, equipment_orders
from tests.campuses import DAY, lot, plan, portfolio, purchase, start

HALLS = ("north/sheds/01", "north/sheds/02")
LOTS = tuple(
    lot(hall, block, 6 * 72, "2026-09-01", "north/X1/2026Q1") for hall in HALLS for block in (1, 2)
)
MADE = portfolio()
STARTS = (start(1), start(2, "2026-02-02"))
PLAN = plan(
    MADE, starts=STARTS, orders=equipment_orders(MADE, STARTS), purchases=(purchase(),), lots=LOTS
)
BARE = compile_network(MADE, PLAN)
EARLY = deterministic(BARE)


def _date(minute: int) -> dt.date:
    return BARE.epoch + dt.timedelta(days=int(minute) // DAY)


@st.composite
def reports(draw: st.DrawFn) -> Actuals:
    """Return actuals of some activities, the tranche, the delivery and some lots."""
    now = dt.date(2026, 1, 12) + dt.timedelta(days=draw(st.integers(0, 300)))
    rows: dict[str, Any] = {}
    for i, name in enumerate(BARE.activity):
        begun = _date(EARLY.start_min[i]) + dt.timedelta(days=draw(st.integers(-3, 30)))
        if begun >= now or not draw(st.booleans()):
            continue
        rows[name] = {"started": begun}
        done = begun + dt.timedelta(days=draw(st.integers(0, 60)))
        if done < now:
            rows[name]["finished"] = done
        else:
            left = ({}, {"percent": "40 %"}, {"remaining": "0 wd"}, {"remaining": "30 wd"})
            rows[name] |= draw(st.sampled_from(left))
    past = now - dt.timedelta(days=draw(st.integers(1, 20)))
    ahead = now + dt.timedelta(days=draw(st.integers(0, 200)))
    said: dict[str, Any] = {
        "actuals": "drawn", "data_date": now, "activities": rows,
        "logic": draw(st.sampled_from(("retained", "override"))),
    }  # fmt: skip
    tranche = draw(st.sampled_from((None, {"energised": past}, {"expected": ahead})))
    docked = draw(st.sampled_from((None, {"docked": past}, {"expected": ahead})))
    said |= {"tranches": {"north/grid": tranche}} if tranche else {}
    said |= {"deliveries": {"north/X1/2026Q1": docked}} if docked else {}
    serve = draw(st.lists(st.sampled_from(LOTS), unique=True, max_size=2))
    said |= {"lots": {x.name: {"in_service": past} for x in serve}}
    whole = draw(st.sampled_from((None, *HALLS)))
    done = (*(f"{x.name}/" for x in serve), *((f"{whole}/",) if whole else ()))
    for name in [name for name in rows if name.startswith(done)]:
        del rows[name]  # what is done as a whole has no rows of its own
    said |= {"halls": {whole: {"handed_over": past}}} if whole else {}
    return Actuals.model_validate(said)


@settings(deadline=None)
@given(reports())
def test_nothing_is_forecast_before_the_data_date(actuals: Actuals) -> None:
    """What is finished stands at its day; all else happens at the data date or later, in both."""
    made = MADE.replace(actuals=actuals)
    network = compile_network(made, PLAN)
    slow = simulate.run(network, seed=5, samples=3, engine="reference")
    fast = simulate.run(network, seed=5, samples=3)
    assert (slow.start_min == fast.start_min).all()
    assert (slow.finish_min == fast.finish_min).all()
    now, known = network.known_min, network.gate_name.index("data date")
    assert now == (actuals.data_date - network.epoch).days * DAY
    waits = np.repeat(np.arange(len(network.activity)), np.diff(network.gate.pointer))
    ahead = waits[network.gate.column == known]
    assert ahead.size == 0 or fast.start_min[:, ahead].min() >= now
    for name, row in actuals.activities.items():
        a = network.activity.index(name)
        if row.finished is not None and a not in ahead:
            assert {fast.date(m) for m in fast.finish_min[:, a]} == {row.finished}
    there = {a for a in range(len(network.activity)) if a not in set(ahead.tolist())}
    assert (fast.finish_min[:, sorted(there)] < now).all()
    for i, name in enumerate(fast.lot):
        if name in actuals.lots:
            assert {fast.date(m) for m in fast.service_min[:, i]} == {actuals.lots[name].in_service}
    row = actuals.deliveries.get("north/X1/2026Q1")
    is_there = row is not None and row.docked is not None
    assert ((fast.dock_min < now) == is_there).all()
    grid = actuals.tranches.get("north/grid")
    due = dt.date(2026, 6, 1)
    if grid is not None and grid.energised:
        assert {fast.date(m) for m in fast.energised_min[:, 0]} == {grid.energised}
    elif grid is not None and grid.expected:
        assert {fast.date(m) for m in fast.energised_min[:, 0]} == {grid.expected}
    else:
        assert {fast.date(m) for m in fast.energised_min[:, 0]} == {max(due, actuals.data_date)}
    assert (fast.finish_min < NEVER).all()
