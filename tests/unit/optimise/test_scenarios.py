"""Plans over scenarios: what is shared, what is known when, and what knowing is worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner import optimise
from planner.domain.amount import parse_amount
from planner.domain.portfolio import BetPolicy, Portfolio, Scenario
from planner.optimise.arrivals import arrivals_of, worth_of
from planner.optimise.data import build
from planner.optimise.scenarios import Found, levels, members, merit, pins_for, place_bet
from planner.optimise.scenarios.joint import Joint, Worth
from planner.optimise.scenarios.members import Member, reduced
from planner.optimise.scenarios.single import Single
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.optimise.scenarios.shared import Key

SOON = {"title": "S", "probability": 0.5, "arrival": "1 year", "revealed": "0.5 year",
        "weight_after": 0.1}  # fmt: skip
LATE = {"title": "L", "probability": 0.5, "arrival": "3 year", "revealed": "1 year"}
SLACK = 5e-3
"""Relative gap to which the scenarios are solved, and a little more."""
DAYS = 108.0
HALL: Key = ("halls", "north", "sheds/shed/standard", 0)


def bet_on(objective: str = "expected", scenarios: int = 2, **arrivals: Any) -> Portfolio:
    """Return a portfolio whose cash makes it choose, over arrivals with their probabilities."""
    flow = {"low": "30 MUSD", "likely": "40 MUSD", "high": "50 MUSD"}
    return tiny({
        "scenarios": arrivals or {"soon": SOON, "late": LATE},
        "finance": {"opening_cash": "300 MUSD",
                    "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": flow}]},
        "policy": {"bet": {"objective": objective, "scenarios": scenarios},
                   "terminal_share": 0.4},
    })  # fmt: skip


def found_for(portfolio: Portfolio, **more: Any) -> Found:
    readiness = {level: ready(portfolio, 60 + 60 * level) for level in levels(portfolio)}
    return place_bet(portfolio, readiness, ready(portfolio, DAYS), **more)


def members_of(portfolio: Portfolio) -> tuple[Member, ...]:
    return members(portfolio, {x: ready(portfolio, 60 + 60 * x) for x in levels(portfolio)})


@pytest.fixture(scope="module")
def two_by_two() -> Found:
    """Two arrivals in the futures of four scenarios, solved as one model."""
    return found_for(bet_on(scenarios=4))


def test_compute_counts_as_it_does_before_and_after_an_arrival() -> None:
    """Arrival on day 365.25 with 0.1 after: 1 before, 0.1 after, the mean in the period of it."""
    worth = worth_of([(1.0, Scenario(**SOON))])
    start, end = np.array([0.0, 365.25 - 50, 400.0]), np.array([100.0, 365.25 + 50, 500.0])
    assert worth(start, end) == pytest.approx([1.0, 0.55, 0.1])


def test_the_mean_world_weighs_arrivals_by_their_probability() -> None:
    """Long after both, half of 0.1 and half of 1."""
    worth = worth_of([(0.5, Scenario(**SOON)), (0.5, Scenario(**LATE))])
    assert worth(np.array([5000.0]), np.array([5001.0])) == pytest.approx([0.55])


def test_futures_are_never_slower_than_the_confidence() -> None:
    """Thirds of probability have their middles at 1/6, 1/2 and 5/6; the last is cut to 80 %."""
    assert levels(bet_on(scenarios=6)) == pytest.approx((1 / 6, 0.5, 0.8))
    assert levels(bet_on(scenarios=2)) == (0.5,)


def test_slices_slower_than_the_confidence_are_one_future() -> None:
    """Of nine middles two lie beyond 80 %: eight futures, and the last is twice as likely."""
    found = members_of(bet_on(scenarios=9, soon={**SOON, "probability": 1.0}))
    assert len({m.name for m in found}) == len(found) == 8
    assert [m.probability for m in found] == pytest.approx([*[1 / 9] * 7, 2 / 9])


def test_scenarios_are_told_apart_by_the_first_of_their_reveals() -> None:
    """Soon is known after half a year, late after one: after half a year it is one or the other."""
    soon, late = members_of(bet_on())
    assert soon.apart_day(late) == pytest.approx(182.625)


def test_a_reduction_keeps_all_probability() -> None:
    """Six scenarios made four: the probability of what is left out goes to what is near."""
    full = members_of(bet_on(scenarios=6))
    few = reduced(full, 4)
    assert (len(full), len(few)) == (6, 4)
    assert sum(m.probability for m in few) == pytest.approx(1.0)
    assert {m.name for m in few} < {m.name for m in full}


@pytest.mark.slow
def test_knowing_is_worth_something_and_so_is_hedging(two_by_two: Found) -> None:
    """Wait and see >= recourse >= expected value plan."""
    bet = two_by_two.bet
    assert bet.method == "equivalent"
    assert bet.expected_value is not None
    assert bet.wait_and_see >= bet.recourse * (1 - 1e-9)
    assert bet.recourse >= bet.expected_value * (1 - SLACK)
    assert bet.bound is not None
    assert bet.recourse <= bet.bound * (1 + 1e-6)


@pytest.mark.slow
def test_no_commitments_beat_full_knowledge(two_by_two: Found) -> None:
    """No entry of the regret matrix is negative, and what is chosen can be promised."""
    bet = two_by_two.bet
    best = [s.wait_and_see for s in bet.scenarios]
    for plan in bet.plans:
        for value, most in zip(plan.worth, best, strict=True):
            assert value is None or value <= most * (1 + 1e-6)
    assert bet.plans[0].is_promised


@pytest.mark.slow
def test_decisions_before_the_reveal_are_equal_and_later_ones_need_not_be() -> None:
    """Every decision of a period that begins within half a year is the same in both worlds."""
    portfolio = bet_on()
    found = members_of(portfolio)
    base = build(portfolio, ready(portfolio, DAYS))
    joint = Joint(found, base, Worth.of(base), "expected", first_day=182.625)
    solved = joint.solve(gap=1e-4, nodes=50)
    assert solved.values is not None
    values = solved.values
    a, b = ({k: sum(values[c] for c in cs) for k, cs in d.items()} for d in joint.decisions[:2])
    shared = [k for k in a if k in b and base.timeline.start_day[k[3]] < 182.625]
    assert shared
    assert sum(a[k] for k in shared) > 0
    for key in shared:
        assert a[key] == pytest.approx(b[key], abs=1e-6)


@pytest.mark.slow
def test_worlds_that_are_alike_leave_nothing_to_know() -> None:
    """Two arrivals of the same date and weight: knowing which is worth nothing."""
    bet = found_for(bet_on(one=SOON, other={**SOON, "title": "O"})).bet
    assert bet.information == pytest.approx(0.0, abs=SLACK * bet.wait_and_see)


@pytest.mark.slow
def test_the_least_regret_is_no_more_than_that_of_any_other_commitments() -> None:
    """Over the rows that can be promised, the chosen one has the smallest worst regret."""
    bet = found_for(bet_on("regret", 4)).bet
    best = [s.wait_and_see for s in bet.scenarios]
    worst = {
        p.name: max(w - v for v, w in zip(p.worth, best, strict=True) if v is not None)
        for p in bet.plans
        if p.is_promised and None not in p.worth
    }
    assert worst[bet.plans[0].name] <= min(worst.values()) + SLACK * max(best)


@pytest.mark.slow
def test_a_plan_keeps_the_bet() -> None:
    """The halls that the plan starts before the reveal are those of the bet."""
    portfolio = bet_on()
    found = found_for(portfolio)
    readiness = ready(portfolio, DAYS)
    pins = pins_for(portfolio, found.stage)
    plan = optimise.solve(portfolio, readiness, pins=pins)
    early = [s for s in plan.starts if s.release < found.bet.revealed]
    halls = sum(i.amount for i in found.bet.items if i.kind == "halls")
    assert (len(early), halls) == (1, 1)


@pytest.mark.slow
def test_a_large_portfolio_takes_the_best_of_a_few() -> None:
    """With no room for one model, candidates are tried; full knowledge is still the upper bound."""
    bet = found_for(bet_on(), rows=0).bet
    assert bet.method == "candidates"
    assert bet.information >= -1e-9
    assert bet.notes


@pytest.mark.slow
def test_the_plan_found_before_is_taken_where_no_other_is_better_by_the_tolerance() -> None:
    """Its halls and GPUs of the first periods are the bet; of no tolerance they need not be."""
    for tolerance, is_taken in (("20 %", True), ("0 %", False)):
        portfolio = bet_on()
        policy = portfolio.spec.policy.model_copy(update={"tolerance": parse_amount(tolerance, "")})
        portfolio = portfolio.replace(spec=portfolio.spec.model_copy(update={"policy": policy}))
        plan = optimise.solve(portfolio, ready(portfolio, DAYS))
        found = found_for(portfolio, rows=0, plan=plan)
        said = "The commitments are those of the verified plan."
        assert (said in found.bet.notes) is is_taken
        assert "the verified plan" in [p.name for p in found.bet.plans]
        if is_taken:
            assert any("more in the mean here" in note for note in found.bet.notes)
            ordered = sum(p.gpus for p in plan.purchases if p.order < dt.date(2026, 7, 1))
            pinned = sum(at for key, at in found.stage.items() if key[0] == "gpus")
            assert pinned == pytest.approx(ordered / 1000, rel=1e-6)


@pytest.mark.slow
def test_one_thread_and_two_place_the_same_bet() -> None:
    """Every number of the bet and of its first decisions is the same to the last bit."""
    one, two = (found_for(bet_on(), rows=0, threads=n) for n in (1, 2))
    assert (one.bet, one.stage) == (two.bet, two.stage)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["plan of late P50", "plan of mean world", "how long"])
def test_an_interrupt_keeps_the_best_commitments_valued_by_then(stage: str) -> None:
    """What was valued before is compared; nothing more is solved, and the gap is told."""
    said: list[str] = []

    def tell(text: str, _share: float) -> None:
        said.append(text)
        if text.startswith(stage):
            raise KeyboardInterrupt

    whole = found_for(bet_on(), rows=0)
    found = found_for(bet_on(), rows=0, progress=tell)
    assert not found.is_whole
    assert said[-1] == found.bet.notes[0].replace("Interrupted", "interrupted").rstrip(".")
    assert "below full knowledge" in said[-1]
    assert found.bet.recourse <= whole.bet.recourse * (1 + 1e-9)
    assert {p.name for p in found.bet.plans} <= {p.name for p in whole.bet.plans}
    assert found.bet.items
    assert all(i.hedge_worth is None and i.can_wait_until is None for i in found.bet.items)


def test_an_interrupt_before_any_commitments_are_valued_keeps_nothing() -> None:
    """It goes on to whoever asked."""

    def tell(text: str, _share: float) -> None:
        if text == "plans of single scenarios":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found_for(bet_on(), rows=0, progress=tell)


@pytest.mark.slow
def test_nothing_is_a_hedge_where_every_scenario_commits_to_it(two_by_two: Found) -> None:
    """No worth is sought of what every scenario's own plan commits to."""
    sure = [i for i in two_by_two.bet.items if i.hedge < 1e-3]
    assert sure
    assert all(i.hedge_worth is None for i in sure)


@pytest.mark.slow
def test_forcing_halls_out_or_in_is_worth_no_more_than_leaving_them_free() -> None:
    """The one hall of the bet, out: less compute. Out or in: no more than with it left free."""
    portfolio = bet_on()
    stage = found_for(portfolio).stage
    item = next(k[:3] for k, at in stage.items() if k[0] == "halls" and at > 0.5)
    base = build(portfolio, ready(portfolio, DAYS))
    single = Single.of(base, Worth.of(base), 3, whole=False, gap=1e-4, nodes=50, seed=1)
    free, out, kept = (
        single.within(stage, item, low, high) for low, high in ((0.0, 9.0), (0.0, 0.0), (1.0, 9.0))
    )
    assert free is not None
    assert out is not None
    assert kept is not None
    assert out < kept - 1.0
    assert max(out, kept) <= free * (1 + 1e-6)


def kept(portfolio: Portfolio, days: float, stage: dict[Key, float]) -> float | None:
    """Return what commitments of the first quarter are worth where halls take so many days."""
    data = replace(build(portfolio, ready(portfolio, days)), reveal_period=1)
    single = Single.of(data, Worth.of(data), 1, whole=True, gap=1e-4, nodes=50, seed=1)
    return single.worth_of(stage)


def test_what_was_ordered_before_the_reveal_waits_as_it_must() -> None:
    """4,000 GPUs of January and a hall in September: two quarters in a warehouse, no refusal."""
    stage: dict[Key, float] = {HALL: 1.0, ("gpus", "north", "H100", 0): 4.0}
    late = kept(bet_on(), 250.0, stage)
    assert late is not None
    assert late < kept(bet_on(), 60.0, stage)  # type: ignore[operator]
    data = build(bet_on(), ready(bet_on(), 250.0))  # who orders now, knowing that, may not
    single = Single.of(data, Worth.of(data), 1, whole=True, gap=1e-4, nodes=50, seed=1)
    assert single.worth_of(stage) is None


def test_whoever_knows_what_comes_buys_for_no_warehouse() -> None:
    """Full knowledge has the rules of a plan for one world: the same worth, later and again."""
    portfolio = bet_on()
    data = build(portfolio, ready(portfolio, 250.0))
    first, second = (
        Single.of(d, Worth.of(d), 1, whole=True, gap=1e-4, nodes=50, seed=1)
        for d in (data, replace(data, reveal_period=1))
    )
    best = first.best()
    assert second.best() == pytest.approx(best)
    assert second.worth_of({HALL: 1.0, ("gpus", "north", "H100", 0): 4.0}) is not None
    assert second.best() == pytest.approx(best)


@pytest.mark.parametrize(("crews", "is_kept"), [(8, True), (7, True), (6, False)])
def test_halls_that_were_begun_stretch_the_crews_by_a_fifth(crews: int, is_kept: bool) -> None:
    """Two halls at once want eight: 8 and 7 do, of 6 it is a third too much."""
    portfolio = tiny({"policy": {"terminal_share": 0.4}}, {"crews": {"EL": crews}})
    found = kept(portfolio, 90.0, {HALL: 2.0})
    assert (found is not None) is is_kept


def test_what_is_promised_stretches_nobody() -> None:
    """The plan at the confidence is made next, by the rules of one world: seven crews are seven."""
    portfolio = tiny({"policy": {"terminal_share": 0.4}}, {"crews": {"EL": 7}})
    data = build(portfolio, ready(portfolio, 90.0))
    single = Single.of(data, Worth.of(data), 1, whole=True, gap=1e-4, nodes=50, seed=1)
    assert single.worth_of({HALL: 2.0}) is None
    assert single.worth_of({HALL: 1.0}) is not None


def test_a_row_that_was_strained_is_at_rest_again() -> None:
    """What is asked next has no more crews than there are."""
    portfolio = tiny(site={"crews": {"EL": 7}})
    data = replace(build(portfolio, ready(portfolio, 90.0)), reveal_period=1)
    single = Single.of(data, Worth.of(data), 1, whole=True, gap=1e-4, nodes=50, seed=1)
    before = single.best()
    assert single.worth_of({HALL: 2.0}) is not None
    assert single.best() == pytest.approx(before)


def test_the_mean_of_the_worst_takes_parts_of_a_scenario() -> None:
    """The worst 30 % of 4 (20 %), 6 (50 %), 9 (30 %): (0.2 x 4 + 0.1 x 6) / 0.3."""
    policy = BetPolicy(objective="cvar", tail="30 %")
    value = merit((0.5, 0.2, 0.3), (6.0, 4.0, 9.0), (9.0, 9.0, 9.0), policy)
    assert value == pytest.approx((0.2 * 4 + 0.1 * 6) / 0.3)


def test_regret_is_that_of_the_scenario_where_most_is_lost() -> None:
    """9 - 6, 5 - 4 and 9 - 9: the largest is 3."""
    policy = BetPolicy(objective="regret")
    assert merit((0.5, 0.2, 0.3), (6.0, 4.0, 9.0), (9.0, 5.0, 9.0), policy) == -3.0


def test_probabilities_of_arrivals_are_scaled_to_one() -> None:
    """30 % and 30 % count as a half each; an arrival of no probability is left out."""
    three = {"soon": {**SOON, "probability": 0.3}, "late": {**LATE, "probability": 0.3},
             "never": {**LATE, "probability": 0}}  # fmt: skip
    found = arrivals_of(bet_on(**three))
    assert [(name, p) for name, p, _ in found] == [("soon", 0.5), ("late", 0.5)]


def test_without_arrivals_there_is_one_with_all_probability() -> None:
    """Futures alone: three of them, a third each."""
    portfolio = bet_on(scenarios=3)
    spec = portfolio.spec.model_copy(update={"scenarios": {}})
    found = members_of(portfolio.replace(spec=spec))
    assert [m.probability for m in found] == pytest.approx([1 / 3] * 3)
    assert replace(found[0], name="x").arrival == "none"
