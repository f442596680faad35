"""Every constraint and objective keeps the promises of its family; a new one is tested by being
listed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from planner import optimise
from planner.domain.plan import RETIRED, GaveWay, Reservation
from planner.optimise.constraints import CONSTRAINTS
from planner.optimise.data import ModelData, build
from planner.optimise.model import formulate
from planner.optimise.objectives import OBJECTIVES
from tests.portfolios import merged, ready, standing, tiny

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.plan import Lot, Plan, Share
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

ROOM = Path(optimise.__file__).parent
CHAT = {
    "title": "Chat", "users": "1e6 user", "growth": 0, "requests": "864 request/user/day",
    "flop": "10 TFLOP/request", "peak": 1, "workload": "work",
}  # fmt: skip

GAS = {
    "title": "Gas", "kind": "gas", "nameplate": "9 MW", "firm": "9 MW", "energised": "2026-07-01",
    "price": "90 USD/MWh", "carbon": "0.5 t/MWh", "reserve_by": "2026-03-31", "deposit": "5 MUSD",
    "minimum_take": 0.5, "exit_fee": "1 MUSD",
}  # fmt: skip


def reserved(plan: Plan, day: str, leave: str | None = None) -> Plan:
    until = dt.date.fromisoformat(leave) if leave else None
    return plan.replace(
        reservations=(Reservation("north", "gas", dt.date.fromisoformat(day), until),)
    )


@cache
def case() -> tuple[Portfolio, tuple[Readiness, ...], ModelData, Plan]:
    """A portfolio in which every constraint has something to hold, and its plan."""
    site = merged(standing(4000), {
        "land": "10 acre", "people": 100,
        "tranches": {"grid": {"firm": "40 MW", "carbon": "0.4 t/MWh"}, "gas": GAS},
        "groups": {"sheds": {"starts_per_period": 1}},
    })  # fmt: skip
    spec = {
        "teams": {"a": {"guarantee": "10 h100e/researcher"}, "b": {"smallest_cluster": 2000}},
        "products": {"chat": CHAT},
        "policy": {"required": {"ten": {"it_power": "10 MW", "by": "2026-12-31"}},
                   "pinned": {"halls": {"one": {"site": "north", "group": "sheds", "halls": 1,
                                                "rule": "at_least"}}},
                   "carbon_cap": "150000 t/year", "max_price": "0.001 MUSD/h100e/month"},
        "finance": {"opening_cash": "900 MUSD",
                    "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": "100 MUSD"}]},
    }  # fmt: skip
    prices = [{"since": "2025-01-01", "price": "0.03 MUSD/gpu"},
              {"since": DEAR.isoformat(), "price": "0.3 MUSD/gpu"}]  # fmt: skip
    sku = {"racks_per_day": 3, "prices": prices, "lead_time": "30 day",
           "supply": [{"since": "2025-01-01", "gpus": "9000 gpu/quarter"}]}  # fmt: skip
    catalog = {
        "accelerators": {"H100": sku},
        "equipment": {"gear": {"title": "Gear", "lead_time": "10 day", "supply_per_period": 1}},
        "modes": {"shed": {"activities": {"A1": {"waits_for": ["gear"]}}}},
    }
    portfolio = tiny(spec, site, catalog)
    readiness = ready(portfolio, days=100.0, rack_tail=10.0, power_tail=10.0)
    return portfolio, readiness, build(portfolio, readiness), optimise.solve(portfolio, readiness)


def new_lot(plan: Plan) -> Lot:
    return next(lot for lot in plan.lots if lot.purchase and "/sheds/" in lot.hall)


def with_lot(plan: Plan, **changes: object) -> Plan:
    """Return the plan with its first lot in a new hall changed."""
    first = new_lot(plan)
    lots = tuple(replace(lot, **changes) if lot == first else lot for lot in plan.lots)  # type: ignore[arg-type]
    return plan.replace(lots=lots)


def started_on(plan: Plan, *dates: dt.date) -> Plan:
    """Return the plan with its halls started on other dates."""
    starts = tuple(replace(s, release=d) for s, d in zip(plan.starts, dates, strict=False))
    return plan.replace(starts=starts)


def more_purchased(plan: Plan, factor: int) -> Plan:
    purchases = tuple(replace(p, gpus=p.gpus * factor) for p in plan.purchases)
    return plan.replace(purchases=purchases)


def shares_times(plan: Plan, factor: float, consumer: str = "") -> Plan:
    def scaled(share: Share) -> Share:
        if consumer and share.consumer != consumer:
            return share
        return replace(share, gpus=share.gpus * factor, h100e=share.h100e * factor)

    return plan.replace(shares=tuple(scaled(s) for s in plan.shares))


def in_another_mode(plan: Plan) -> Plan:
    start = plan.starts[0]
    other = replace(start, candidate=replace(start.candidate, mode="tent"))
    return plan.replace(starts=(other, *plan.starts[1:]))


def twice_the_halls(plan: Plan) -> Plan:
    more = tuple(replace(s, number=s.number + 10) for s in plan.starts)
    return plan.replace(starts=(*plan.starts, *more))


SAME_DAY = (dt.date(2026, 1, 1),) * 2
EARLY = dt.date(2026, 1, 1)
DEAR = dt.date(2027, 10, 1)

BROKEN: dict[str, dict[str, Callable[[Plan], Plan]]] = {
    "cancel": {
        "orders that were firm at once": lambda p: p.replace(
            purchases=tuple(
                replace(x, cancelled=x.order + dt.timedelta(days=30)) for x in p.purchases
            )
        )
    },
    "cancel_halls": {
        "halls that were firm at once": lambda p: p.replace(
            starts=tuple(replace(s, cancelled=s.release + dt.timedelta(days=30)) for s in p.starts)
        )
    },
    "options": {"a mode that the group does not have": in_another_mode},
    "hall_slots": {
        "two starts in a period of one": lambda p: started_on(p, *SAME_DAY),
        "four halls in a group of two": twice_the_halls,
    },
    "land": {"four halls on land for two": twice_the_halls},
    "crews": {"both halls at once": lambda p: started_on(twice_the_halls(p), *SAME_DAY * 2)},
    "placement": {
        "too many GPUs in a block": lambda p: with_lot(p, gpus=80_000),
        "a lot before its block": lambda p: with_lot(p, service=EARLY),
        "a block that is not there": lambda p: with_lot(p, block=9),
    },
    "deliveries": {
        "more placed than bought": lambda p: with_lot(p, gpus=new_lot(p).gpus + 32),
        "a lot before its racks": lambda p: with_lot(p, service=EARLY),
        "a lot of no purchase": lambda p: with_lot(p, purchase="north/H100/2031Q1"),
        "a dock before the lead time": lambda p: p.replace(
            purchases=tuple(replace(q, dock=q.order) for q in p.purchases)
        ),
        "more standing GPUs than stand": lambda p: p.replace(
            lots=tuple(lot if lot.purchase else replace(lot, gpus=4032) for lot in p.lots)
        ),
    },
    "supply": {"ten times the order": lambda p: more_purchased(p, 10)},
    "reservations": {
        "a reservation after its last date": lambda p: reserved(p, "2026-04-01"),
        "a contract left before it is energised": lambda p: reserved(p, "2026-03-31", "2026-04-01"),
        "a tranche that takes none": lambda p: p.replace(
            reservations=(Reservation("north", "grid", EARLY),)
        ),
    },
    "docks": {"three times the order": lambda p: more_purchased(p, 3)},
    "equipment": {
        "more ordered than makers take": lambda p: p.replace(
            orders=tuple(replace(order, units=2) for order in p.orders)
        ),
        "halls without equipment": lambda p: p.replace(orders=()),
    },
    "debt": {
        "a loan without leave": lambda p: p.replace(
            cash=tuple(replace(row, borrowed=1.0) for row in p.cash)
        )
    },
    "max_price": {
        "more at ten times the price than anything needs": lambda p: with_lot(
            p.replace(purchases=tuple(replace(q, order=DEAR) for q in p.purchases)), gpus=80_000
        )
    },
    "carbon": {"ten times the load": lambda p: with_lot(p, gpus=80_000)},
    "power": {"more than the tranche carries": lambda p: with_lot(p, gpus=80_000)},
    "gpu_time": {
        "every GPU given away twice": lambda p: shares_times(p, 2.0),
        "a class without halls": lambda p: p.replace(
            shares=tuple(replace(s, backup="none") for s in p.shares)
        ),
    },
    "needs": {
        "a product below its floor": lambda p: shares_times(p, 0.9, "chat"),
        "a team below its guarantee": lambda p: shares_times(p, 0.0, "a"),
    },
    "required": {
        "the lots gone": lambda p: p.replace(lots=tuple(x for x in p.lots if not x.purchase))
    },
    "cash": {
        "more bought than can be paid": lambda p: more_purchased(p, 10),
        "cash that is not what it says": lambda p: p.replace(
            cash=tuple(replace(row, closing=row.closing + 1) for row in p.cash)
        ),
    },
}
BROKEN |= {
    "gives_way": {"a hard floor given up": lambda p: p.replace(
        gave_way=(GaveWay("floor", "chat", 0, 10.0, 5.0),)
    )},
    "leaving": {"standing GPUs retired that may not be": lambda p: p.replace(
        lots=tuple(x if x.purchase else replace(x, leaves=RETIRED) for x in p.lots)
    )},
    "pins": {"no hall at all": lambda p: p.replace(starts=())},
    "clusters": {"training that nobody gave time for": lambda p: p.replace(
        clusters=tuple(replace(c, gpus=c.gpus * 2) for c in p.clusters)
    )},
}  # fmt: skip
UNBREAKABLE = {"overlap", "lateness", "parts"}
"""Constraints that only tighten or measure the aggregated model; others hold a plan to a rule."""


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_solver_plan_has_no_violations(name: str) -> None:
    """What the solver returns keeps every rule, by plain arithmetic."""
    _, _, data, plan = case()
    assert CONSTRAINTS[name].violations(plan, data) == []


@pytest.mark.parametrize(("name", "how"), [(n, how) for n, ways in BROKEN.items() for how in ways])
def test_a_broken_plan_is_named(name: str, how: str) -> None:
    """A plan broken by hand is caught by the constraint that it breaks."""
    _, _, data, plan = case()
    assert CONSTRAINTS[name].violations(BROKEN[name][how](plan), data) != []


def test_every_constraint_has_a_plan_that_breaks_it() -> None:
    """A constraint that no plan can break is no constraint."""
    assert set(BROKEN) | UNBREAKABLE == set(CONSTRAINTS)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_rows_stand_for_statements_of_the_user(name: str) -> None:
    """Every row that a constraint adds is of a named component, and speaks where it can."""
    _, _, data, _ = case()
    model = formulate(data)
    constraint = CONSTRAINTS[name]
    for component in constraint.components:
        for index in getattr(model, component):
            words = index if isinstance(index, tuple) else (index,)
            said = constraint.statement(data, component, tuple(map(str, words)))
            assert said is None or said.text


@pytest.mark.parametrize("name", OBJECTIVES)
def test_evaluate_agrees_with_the_model(name: str) -> None:
    """The arithmetic on the plan equals the solver's variable for it, to a millionth."""
    portfolio, readiness, _, plan = case()
    assert plan.status is not None
    solver = {level.name.removeprefix("plan: ").split(" 1:")[0]: level.value
              for level in plan.status.levels if level.name.startswith("plan: ")}  # fmt: skip
    if name not in solver:
        pytest.skip("not among the objectives of this case; its own test holds it")
    value = optimise.evaluate(portfolio, readiness, plan)[name]
    assert value == pytest.approx(solver[name], rel=1e-6)


@pytest.mark.parametrize("family", ["constraints", "objectives"])
def test_every_file_of_the_family_is_listed(family: str) -> None:
    """A member that is not listed is a member that nobody uses."""
    files = {f.stem for f in (ROOM / family).glob("*.py")} - {"__init__", "base"}
    members = {"constraints": CONSTRAINTS, "objectives": OBJECTIVES}[family]
    assert files == set(members)
