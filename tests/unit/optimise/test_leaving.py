"""GPUs that are retired early or moved: what the model makes of it, and what a plan may not.

The old hall of 10 MW and the power of 12.5 MW for it (ratio 1.25) are full with 8,000 old GPUs. A
new SKU of four times the speed can be had from July 2026, 8,000 at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.domain.plan import RETIRED, Move, Plan, Retirement
from planner.domain.site import Site
from planner.optimise.constraints.leaving import violations
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.model import formulate
from planner.optimise.scenarios.shared import LEAVE, Held, decisions
from tests.portfolios import MODE, SITE, SKU, merged, ready, standing, tiny

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

NOTHING = [{"since": "2025-01-01", "gpus": "0 gpu/quarter"}]
NEW = merged(SKU, {
    "title": "New", "family": "new", "flops": {"bf16": "4000 TFLOP/s"},
    "prices": [{"since": "2026-07-01", "price": "0.04 MUSD/gpu"}],
    "supply": [{"since": "2026-07-01", "gpus": "8000 gpu/quarter"},
               {"since": "2026-10-01", "gpus": "0 gpu/quarter"}],
})  # fmt: skip
RETIRE = {"early_retirement": {"cost": "0.001 MUSD/gpu", "resale": "0.003 MUSD/gpu"}}
MOVE = {"moves": {"cost": "0.002 MUSD/gpu", "downtime": "60 day"}}


def portfolio_of(terms: dict[str, Any], *, halls: int = 0, firm: str = "12.5 MW",
                 new: dict[str, Any] | None = None) -> Portfolio:  # fmt: skip
    """Return the full hall, with halls that could be built beside it."""
    site = merged(standing(8000), {
        "tranches": {"grid": {"firm": firm}}, "groups": {"sheds": {"count": halls}},
    })  # fmt: skip
    return tiny(
        {"products": {}}, site,
        {"accelerators": {"H100": merged({"supply": NOTHING}, terms),
                          "NEW": merged(NEW, new or {})},
         "workloads": {"work": {"mfu": {"H100": 0.4, "NEW": 0.4}}}},
    )  # fmt: skip


def two_sites(terms: dict[str, Any]) -> Portfolio:
    """Return the same with a second site, powered and empty, whose hall is too thin for NEW."""
    portfolio = portfolio_of(terms, new={"rack_power": "40 kW/rack"})
    thin = merged(MODE, {"rack_limit": "45 kW/rack"})
    catalog = portfolio.catalog
    dense = catalog.accelerators["NEW"].model_validate(
        merged(NEW, {"rack_power": "50 kW/rack", "gpus_per_rack": 40})
    )
    modes = {**catalog.modes, "thin": catalog.modes["shed"].model_validate(thin)}
    south = Site(**merged(SITE, {
        "site": "south", "tranches": {"grid": {"firm": "12.5 MW"}},
        "groups": {"sheds": {"count": 0}},
        "standing": {"far": {"it_power": "10 MW", "mode": "thin", "ready": "2025-01-01"}},
    }))  # fmt: skip
    return portfolio.replace(
        sites={**portfolio.sites, "south": south},
        catalog=catalog.model_copy(
            update={"modes": modes, "accelerators": {**catalog.accelerators, "NEW": dense}}
        ),
    )


@cache
def solved(kind: str) -> tuple[Portfolio, tuple[Readiness, ...], Plan]:
    portfolio = {
        "stay": lambda: portfolio_of({}),
        "retire": lambda: portfolio_of(RETIRE),
        "other hall": lambda: portfolio_of(RETIRE, halls=1),
        "move": lambda: two_sites(MOVE),
        "apart": lambda: two_sites({}),
    }[kind]()
    readiness = ready(portfolio, 30.0)
    return portfolio, readiness, optimise.solve(portfolio, readiness)


def test_who_may_not_leave_stays() -> None:
    """Without terms there are no ways to leave, and the full hall stays as it is."""
    portfolio, readiness, plan = solved("stay")
    data = build(portfolio, readiness)
    assert not data.leaving.ways
    assert len(formulate(data).left) == 0
    assert not plan.retirements
    assert [lot.name for lot in plan.lots] == ["north/old/01/1/installed/H100"]


def test_a_faster_sku_takes_the_hall_of_one_that_is_retired() -> None:
    """All 8,000 leave on the day from which the new ones, in the same hall, can be there."""
    portfolio, readiness, plan = solved("retire")
    day = dt.date(2026, 7, 1)
    assert plan.retirements == (Retirement("north", "H100", 8000, day),)
    old, new = plan.lots
    assert (old.until, old.leaves) == (day, RETIRED)
    assert (new.hall, new.sku, new.gpus, new.service) == ("north/old/01", "NEW", 8000, day)
    assert optimise.violations(portfolio, readiness, plan) == ()


def test_retirement_is_paid_and_resale_comes_back() -> None:
    """8,000 x 0.04 for the new ones + 8,000 x (0.001 - 0.003) in the third quarter."""
    _, _, plan = solved("retire")
    assert [row.gpus for row in plan.cash[:4]] == pytest.approx([0.0, 0.0, 304.0, 0.0])


def test_the_power_of_retired_gpus_serves_another_hall() -> None:
    """With a new hall beside the old one, power that is left goes to whichever takes it."""
    portfolio, readiness, plan = solved("other hall")
    assert sum(lot.gpus for lot in plan.lots if lot.sku == "NEW") == 8000
    assert sum(row.gpus for row in plan.retirements) == 8000
    assert optimise.violations(portfolio, readiness, plan) == ()


def test_end_of_life_resale_is_given_up_with_early_retirement() -> None:
    """A GPU that is retired early does not bring its resale at the end of its life as well."""
    sku = {
        "resale": 0.5,
        "service_life": "1 year",
        "early_retirement": {"resale": "0.001 MUSD/gpu"},
    }
    portfolio = portfolio_of({}, new=sku)
    data = build(portfolio, ready(portfolio, 30.0))
    way = next(w for w in data.leaving.ways.values() if w.batch.order == 2 and w.period == 3)
    # Brings 0.001 in the fourth quarter; 0.5 x 0.04 that were to come in 2027Q3 do not.
    assert way.cash.tolist() == pytest.approx([0, 0, 0, -0.001, 0, 0, 0.02, 0])


def test_who_is_retired_in_the_last_period_has_no_terminal_value() -> None:
    """The weight after the horizon is that of what computes in the last period."""
    portfolio = portfolio_of(RETIRE)
    policy = portfolio.spec.policy.model_copy(update={"terminal_quarters": 4})
    portfolio = portfolio.replace(spec=portfolio.spec.model_copy(update={"policy": policy}))
    data = build(portfolio, ready(portfolio, 30.0))
    way = next(w for w in data.leaving.ways.values() if w.period == 7)
    assert way.gone[:8].tolist() == [0.0] * 7 + [1.0]


def test_a_move_frees_the_hall_for_what_fits_nowhere_else() -> None:
    """All old GPUs go to the thin hall; they are 60 days on the road and serve from there."""
    portfolio, readiness, plan = solved("move")
    sent = dt.date(2026, 7, 1)
    name = "north/old/south/far/H100/2026Q3"
    there = sent + dt.timedelta(days=60)
    assert plan.moves == (Move(name, "H100", 8000, "north/old", "south/far", sent, there),)
    come = next(lot for lot in plan.lots if lot.purchase == name)
    assert (come.hall, come.gpus, come.service) == ("south/far/01", 8000, there)
    assert sum(lot.gpus for lot in plan.lots if lot.sku == "NEW") == 8000
    assert optimise.violations(portfolio, readiness, plan) == ()
    _, _, apart = solved("apart")
    assert min(plan.level.values()) > 2 * min(apart.level.values())


def test_a_move_is_paid_when_it_is_sent() -> None:
    """8,000 x 0.04 for the new ones and 8,000 x 0.002 for the move."""
    _, _, plan = solved("move")
    assert plan.cash[2].gpus == pytest.approx(336.0)


def test_evaluate_agrees_with_the_model() -> None:
    """Cost by arithmetic on the plan is that of the solver, for retirement and for moves."""
    for kind in ("retire", "move"):
        portfolio, readiness, plan = solved(kind)
        assert plan.status is not None
        said = next(s.value for s in plan.status.levels if s.name == "plan: cost")
        assert optimise.evaluate(portfolio, readiness, plan)["cost"] == pytest.approx(said)


def test_what_leaves_before_a_reveal_is_shared_by_scenarios() -> None:
    """Each way to leave is a decision of its period and site, held by rows as orders are."""
    portfolio = portfolio_of(RETIRE)
    data = build(portfolio, ready(portfolio, 30.0))
    engine = Engine(formulate(data), seed=1)
    found = {key: columns for key, columns in decisions(engine, data).items() if key[0] == LEAVE}
    assert len(found) == len(data.leaving.ways)
    key = next(key for key in found if key[3] == 2)
    held = Held(engine, found, data.n_periods)
    held.hold({key: 3.2})
    engine.seek({found[key][0]: 1.0}, "min")
    values = engine.solve_lp().values
    assert values is not None
    assert values[found[key][0]] == pytest.approx(3.2, abs=1e-5)


def retired(plan: Plan, **changes: Any) -> Plan:
    return plan.replace(retirements=tuple(replace(r, **changes) for r in plan.retirements))


def moved(plan: Plan, **changes: Any) -> Plan:
    return plan.replace(moves=tuple(replace(m, **changes) for m in plan.moves))


def with_leaving(plan: Plan, **changes: Any) -> Plan:
    return plan.replace(lots=tuple(replace(x, **changes) if x.leaves else x for x in plan.lots))


def with_come(plan: Plan, **changes: Any) -> Plan:
    names = {move.name for move in plan.moves}
    lots = tuple(replace(x, **changes) if x.purchase in names else x for x in plan.lots)
    return plan.replace(lots=lots)


BROKEN: dict[str, tuple[str, Callable[[Plan], Plan], str]] = {
    "more retired than leave": ("retire", lambda p: retired(p, gpus=9000), "its lots say 8000"),
    "retired on another day": (
        "retire", lambda p: retired(p, date=dt.date(2026, 8, 1)), "its lots say 0"),
    "before they serve": (
        "retire", lambda p: with_leaving(p, until=dt.date(2026, 1, 1)), "before it serves"),
    "by no move": ("move", lambda p: p.replace(moves=()), "which is no move of the plan"),
    "to where they are": ("move", lambda p: moved(p, to="north/old"), "to where they are"),
    "more moved than leave": ("move", lambda p: moved(p, gpus=9000), "8000 leave for it"),
    "from elsewhere": ("move", lambda p: moved(p, origin="south/far"), "another hall, SKU or day"),
    "to elsewhere": ("move", lambda p: moved(p, to="north/sheds"), "or elsewhere"),
    "without downtime": (
        "move", lambda p: moved(p, dock=dt.date(2026, 7, 1)), "before its downtime is over"),
    "past their life": (
        "move", lambda p: with_come(p, until=dt.date(2060, 1, 1)), "past their life"),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_plan_is_named(how: str) -> None:
    """A plan broken by hand is caught, in words that say how."""
    kind, broken, words = BROKEN[how]
    portfolio, readiness, plan = solved(kind)
    found = violations(broken(plan), build(portfolio, readiness))
    assert any(words in text for text in found), found


@pytest.mark.parametrize("kind", ["retire", "move"])
def test_terms_are_needed_to_leave(kind: str) -> None:
    """The same plan under a portfolio whose SKU may not leave is named."""
    _, _, plan = solved(kind)
    portfolio = {"retire": lambda: portfolio_of({}), "move": lambda: two_sites({})}[kind]()
    assert violations(plan, build(portfolio, ready(portfolio, 30.0))) != []
