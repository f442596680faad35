"""Halls that are not firm yet: what cancelling costs, and what the right to it is worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner import optimise
from planner.optimise.constraints import cancel_halls, crews, hall_slots, land
from planner.optimise.constraints.cash import cash_rows
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.model import formulate
from planner.optimise.scenarios import levels, place_bet
from tests.portfolios import TWO_ARRIVALS, ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.optimise.data import ModelData
    from planner.optimise.scenarios import Found

REVEAL = 2
"""Period that begins with the reveal: July 2026, day 181."""
SECOND = 1
"""Halls started in April, day 90."""
DAYS = 300.0
TERMS = {"at_order": 0.2, "on_delivery": 0.8, "at_acceptance": 0, "delay": "0 day"}
RIGHTS: dict[str, Any] = {"firm_after": "200 day", "cancel_cost": 0.1}
GEAR = {
    "title": "Gear", "lead_time": "60 day", "price_share": 0.5,
    "terms": {"at_order": 0.3, "on_delivery": 0.7, "at_acceptance": 0, "delay": "0 day"},
}  # fmt: skip


def catalog(gear: dict[str, Any] | None = None, **rights: Any) -> dict[str, Any]:
    """A shed that is paid over its work; with gear, two activities, of which the second waits."""
    mode: dict[str, Any] = {"terms": TERMS, **rights}
    if gear is None:
        return {"modes": {"shed": mode}}
    first = {"title": "Shell", "duration": "30 wd", "calendar": "always", "crews": {"EL": 4},
             "after": ["release"], "cost_share": 0}  # fmt: skip
    last = {"title": "Fit", "duration": "60 wd", "calendar": "always", "crews": {"EL": 4},
            "after": ["A0"], "cost_share": 1, "waits_for": ["gear"]}  # fmt: skip
    mode["activities"] = {"A0": first, "A1": last}
    return {"modes": {"shed": mode}, "equipment": {"gear": {**GEAR, **gear}}}


def data_of(gear: dict[str, Any] | None = None, **rights: Any) -> ModelData:
    portfolio = tiny(catalog=catalog(gear, **rights))
    return replace(build(portfolio, ready(portfolio, DAYS)), reveal_period=REVEAL)


def option(data: ModelData, period: int = SECOND) -> int:
    return next(o for o, x in enumerate(data.options) if x.period == period)


def test_a_hall_can_be_cancelled_until_it_is_firm() -> None:
    """200 days from January end in July, after the reveal; 180 days on 30 June, before it."""
    periods = [[data.options[o].period for o in cancel_halls.halted_options(data)]
               for data in (data_of(firm_after="200 day"), data_of(firm_after="180 day"),
                            data_of())]  # fmt: skip
    assert periods == [[0, 1], [1], []]


def test_a_hall_that_serves_cannot_be_cancelled() -> None:
    """Started in January, in service after 90 days: in March, before the reveal."""
    portfolio = tiny(catalog=catalog(**RIGHTS))
    data = replace(build(portfolio, ready(portfolio, 90.0)), reveal_period=REVEAL)
    assert cancel_halls.halted_options(data) == []


def test_what_is_spent_is_spent_and_a_share_of_the_rest_is_paid() -> None:
    """Of 100 MUSD 20 at the start and 80 over 300 days, 91 of them by July; a tenth of the rest."""
    data = data_of(**RIGHTS)
    cash = cancel_halls.cancel_cash(data, option(data), REVEAL)
    spent = 20 + 80 * 91 / 300
    assert cash.sum(axis=0) == pytest.approx([0, spent, 0.1 * (100 - spent), 0, 0, 0, 0, 0])


def test_equipment_is_cancelled_with_its_hall_until_it_is_firm() -> None:
    """Fit-out starts on day 190, gear of 50 MUSD is ordered on day 130 at 30 %.

    Firm 90 days later: a fifth of its price in all. Firm after 30: in full. Nothing said: in full.
    """

    def paid(**terms: Any) -> list[float]:
        data = data_of(terms, **RIGHTS)
        row = cancel_halls.cancel_cash(data, option(data), REVEAL)[cancel_halls.EQUIPMENT]
        return [round(float(x), 6) for x in row[:4]]

    assert paid(firm_after="90 day", cancel_cost=0.2) == [0, 15, 10 - 15, 0]
    assert paid(firm_after="90 day") == [0, 15, -15, 0]
    assert paid(firm_after="30 day", cancel_cost=0.2) == [0, 15, 35, 0]
    assert paid() == [0, 15, 35, 0]


def test_equipment_that_would_be_ordered_later_is_not() -> None:
    """With a lead time of five days the order is of day 185."""
    data = data_of({"lead_time": "5 day"}, **RIGHTS)
    assert not cancel_halls.cancel_cash(data, option(data), REVEAL)[cancel_halls.EQUIPMENT].any()


def with_cancelled(day: dt.date = dt.date(2026, 7, 1)) -> tuple[Plan, Plan, ModelData]:
    """A plan without GPUs, the same with a hall of April that is cancelled, and the data."""
    portfolio = tiny(catalog=catalog(**RIGHTS))
    readiness = ready(portfolio, DAYS)
    data, plan = build(portfolio, readiness), optimise.solve(portfolio, readiness)
    bare = plan.replace(purchases=(), lots=(), shares=(), starts=())
    start = replace(plan.starts[0], release=dt.date(2026, 4, 1), cancelled=day)
    return bare, bare.replace(starts=(start,)), data


def test_a_plan_pays_for_a_cancelled_hall_what_the_model_says() -> None:
    """By date of the start and of the end, and nothing once it is cancelled."""
    bare, plan, data = with_cancelled()
    without, more = (cash_rows(p, data) for p in (bare, plan))
    paid = [b.spend - a.spend for a, b in zip(without, more, strict=True)]
    assert paid == pytest.approx(cancel_halls.cancel_cash(data, option(data), REVEAL).sum(axis=0))


def test_a_cancelled_hall_keeps_its_place_and_its_crews_until_then() -> None:
    """Land and slots for good, crews in the second quarter alone."""
    _, plan, data = with_cancelled()
    use = cancel_halls.crew_use(plan, data)
    assert use[0, SECOND] > 0
    assert not use[:, REVEAL:].any()
    many = plan.replace(starts=tuple(replace(plan.starts[0], number=n) for n in range(1, 4)))
    assert any("room for 2" in text for text in hall_slots.violations(many, data))
    assert any("crews" in text for text in crews.violations(many, data))
    far = plan.replace(starts=tuple(replace(plan.starts[0], number=n) for n in range(1, 30)))
    assert land.violations(far, data) != []


def test_a_hall_cancelled_too_late_or_too_early_or_in_use_is_named() -> None:
    """Firm on 18 October; released in April; GPUs of a cancelled hall stand nowhere."""
    _, plan, data = with_cancelled()
    assert cancel_halls.violations(plan, data) == []
    for day, word in ((dt.date(2026, 10, 19), "firm since"), (dt.date(2026, 3, 1), "released on")):
        assert word in cancel_halls.violations(with_cancelled(day)[1], data)[0]
    portfolio = tiny(catalog=catalog(**RIGHTS))
    full = optimise.solve(portfolio, ready(portfolio, DAYS))
    used = full.replace(starts=tuple(replace(s, cancelled=s.release) for s in full.starts))
    assert any("GPUs stand in it" in text for text in cancel_halls.violations(used, data))


def test_rows_hold_cancelled_halls_beside_those_that_are_kept() -> None:
    """With no hall kept two can be cancelled, and are paid as arithmetic says."""
    data = data_of(**RIGHTS)
    engine = Engine(formulate(data), seed=1)
    for column in engine.columns_of("starts").values():
        engine.bound(column, 0.0, 0.0)
    halted = list(engine.columns_of("halted").values())
    engine.seek(dict.fromkeys(halted, 1.0), "max")
    found = engine.solve_lp()
    assert found.values is not None
    assert found.objective == pytest.approx(2.0)
    paid = sum(float(found.values[c]) * cancel_halls.cancel_cash(data, o, REVEAL).sum(axis=0)
               for o, c in zip(cancel_halls.halted_options(data), halted, strict=True))  # fmt: skip
    cash = np.array([float(found.values[engine.column("cash", at)]) for at in data.labels])
    left = data.money.opening + np.cumsum(data.money.inflow - paid)
    assert cash * 1000 == pytest.approx(left)


def bet_of(**rights: Any) -> Portfolio:
    """Cash is short: a hall begun in case it comes late takes it from GPUs if it comes soon."""
    return tiny(
        {
            **TWO_ARRIVALS,
            "finance": {"opening_cash": "30 MUSD",
                        "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": "60 MUSD"}]},
        },
        {"standing": {"old": {"it_power": "4 MW", "mode": "shed", "ready": "2025-01-01"},
                      "new": {"it_power": "3 MW", "mode": "shed", "ready": "2026-07-01"}}},
        catalog=catalog(**rights),
    )  # fmt: skip


def found_for(portfolio: Portfolio, **more: Any) -> Found:
    readiness = {level: ready(portfolio, DAYS) for level in levels(portfolio)}
    return place_bet(portfolio, readiness, ready(portfolio, DAYS), **more)


@pytest.mark.slow
@pytest.mark.parametrize("rows", [40_000, 0], ids=["equivalent", "candidates"])
def test_a_hall_is_begun_in_case_and_cancelled_where_it_is_not_wanted(rows: int) -> None:
    """The right is worth something, is used if it comes soon, and costs what was spent."""
    bet = found_for(bet_of(**RIGHTS), rows=rows).bet
    (right,) = bet.rights
    assert right.kind == "halls"
    assert right.most_in is not None
    assert right.most_in.startswith("soon")
    # With candidates late cancels a little, too: halls count in parts there.
    assert right.most == pytest.approx(1.0, abs=1e-3)
    assert right.cancelled == pytest.approx(0.5, abs=1e-3 if rows else 0.05)
    spent = 20 + 80 * 91 / 300
    assert right.most_musd == pytest.approx(spent + 0.1 * (100 - spent), rel=1e-3)
    assert bet.rigid is not None
    assert bet.recourse > bet.rigid * (1 + 1e-3)
    assert bet.wait_and_see >= bet.recourse * (1 - 1e-6)


@pytest.mark.slow
def test_a_dearer_right_to_cancel_a_hall_is_worth_less() -> None:
    """Mean worth falls with its cost, and is never below that of halls that are firm at once."""
    free, dear = (found_for(bet_of(firm_after="200 day", cancel_cost=share)).bet.recourse
                  for share in (0.0, 1.0))  # fmt: skip
    firm = found_for(bet_of()).bet
    assert firm.rights == ()
    assert free >= dear * (1 - 3e-3)
    assert dear >= firm.recourse * (1 - 3e-3)
