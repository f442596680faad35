"""What-ifs on a plan's warm model: prices, forced decisions, alternatives, switch points."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest

from planner import optimise
from planner.domain.explanation import Point
from planner.errors import SpecError
from planner.optimise import explain
from planner.optimise.explain.levers import levers, money_step
from planner.optimise.explain.prices import SHOWN
from planner.optimise.explain.said import scarce
from planner.optimise.explain.session import QUARTER_DAY
from planner.optimise.explain.switch import _flips
from tests.portfolios import ready, tiny

POOR = {
    "opening_cash": "150 MUSD",
    "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": "30 MUSD"}],
}


def session(**changes: object) -> explain.Session:
    """Return the warm model of the best plan of the tiny portfolio, short of money."""
    portfolio = tiny({"finance": POOR, **changes})
    readiness = ready(portfolio)
    return explain.Session.of(portfolio, readiness, optimise.solve(portfolio, readiness))


def never() -> bool:
    """Return that time is never over."""
    return False


def quiet(_stage: str, _share: float) -> None:
    """Show nothing."""


@pytest.fixture(scope="module")
def poor() -> explain.Session:
    return session()


def test_the_base_is_the_plan_with_all_else_solved(poor: explain.Session) -> None:
    """It is the level that the solver reached before later objectives and whole racks."""
    status = poor.plan.status
    assert status is not None
    assert poor.base.worth.level is not None
    assert poor.worth_of_plan.level is not None
    tolerance = poor.data.portfolio.spec.policy.tolerance.likely
    assert poor.base.worth.level >= (1 - tolerance) * status.levels[0].value
    assert poor.base.worth.level >= poor.worth_of_plan.level * (1 - 1e-6)


def test_a_what_if_leaves_nothing_behind(poor: explain.Session) -> None:
    """After any step and any search the base is what it was."""
    lever = next(x for x in levers(poor) if x.kind == "money")
    with poor.stepped(lever.up):
        poor.solved()
    poor.searched()
    explain.why_not(poor, str(poor.data.options[0].candidate))
    again = poor.solved()
    assert again is not None
    assert again.worth.level == pytest.approx(poor.base.worth.level, rel=1e-7)
    assert again.worth.spend == pytest.approx(poor.base.worth.spend, rel=1e-5)


def test_more_money_helps_and_no_more_than_less_hurts(poor: explain.Session) -> None:
    """With halls fixed the best level is concave in what there is."""
    found = explain.prices(poor, quiet, never)
    fixed = [p for p in found if p.basis == "halls fixed"]
    assert [p for p in fixed if p.kind == "money"]
    for price in fixed:
        assert price.up is not None
        assert price.up.level is not None
        assert price.up.level > 0
        if price.down is not None and price.down.level is not None:
            assert price.up.level <= -price.down.level + 1e-6
        if price.whole is not None and price.whole.level is not None:
            # The plan's halls are among those that may be chosen.
            assert price.whole.level >= price.up.level - 1e-3 * (poor.free.worth.level or 0)


def test_the_largest_are_shown_whatever_the_duals_say(poor: explain.Session) -> None:
    """Solving every period's money again finds none that gains more than those shown."""
    found = explain.prices(poor, quiet, never)
    shown = [p.up.level or 0.0 for p in found if p.kind == "money" and p.up is not None]
    gains = []
    for lever in levers(poor):
        if lever.kind == "money":
            with poor.stepped(lever.up):
                after = poor.solved()
            assert after is not None
            gains.append((after.worth.level or 0.0) - (poor.base.worth.level or 0.0))
    assert shown == pytest.approx(sorted(gains, reverse=True)[: len(shown)], rel=1e-5, abs=1e-5)
    assert len(shown) <= SHOWN


def test_a_step_is_what_a_model_made_anew_says(poor: explain.Session) -> None:
    """10 MUSD more at first are the same as a portfolio that opens with 10 MUSD more."""
    row = poor.engine.rows[f"balance[{poor.data.labels[0]}]"]
    with poor.stepped({row: 0.010}):
        stepped = poor.solved()
    richer = tiny({"finance": {**POOR, "opening_cash": "160 MUSD"}})
    anew = explain.Session.of(richer, ready(richer), poor.plan)
    assert stepped is not None
    assert stepped.worth.level == pytest.approx(anew.base.worth.level, rel=1e-7)
    assert stepped.worth.total == pytest.approx(anew.base.worth.total, rel=1e-6)
    assert stepped.worth.level != pytest.approx(poor.base.worth.level, rel=1e-4)


def test_a_tranche_earlier_is_what_a_model_made_anew_says() -> None:
    """Power a quarter earlier is the same as a correction of that many days."""
    portfolio = tiny(site={"tranches": {"grid": {"energised": "2026-11-15"}}})
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    warm = explain.Session.of(portfolio, readiness, plan)
    (lever,) = (x for x in levers(warm) if x.step == "north/grid one quarter earlier")
    for rows, days in ((lever.up, -QUARTER_DAY), (lever.down, QUARTER_DAY)):
        with warm.stepped(rows):
            stepped = warm.first().objective
        anew = explain.Session.of(portfolio, readiness, plan, {"tranche north/grid": days})
        assert stepped == pytest.approx(anew.base.worth.level, rel=1e-6)
        assert stepped != pytest.approx(warm.base.worth.level, rel=1e-3)


def test_a_switch_point_is_bracketed() -> None:
    """Bisection ends with the value between its two ends, which are as near as was asked."""

    class Stub:
        points: ClassVar = {0.0: Point(0.0, {"a": 9.0}, None), 8.0: Point(8.0, {"b": 9.0}, None)}

        def at(self, value: float) -> Point:
            """Return a choice that flips at 3.3."""
            return Point(value, {"a": 9.0 if value < 3.3 else 0.0, "b": 5.0}, None)

    (flip,) = _flips(Stub(), 0.0, 8.0, 0.1, never)  # type: ignore[arg-type]
    assert flip.low < 3.3 <= flip.high
    assert flip.high - flip.low <= 0.1
    assert (flip.before, flip.after) == ("a", "b")


def test_a_step_of_money_is_a_part_of_what_comes_in(poor: explain.Session) -> None:
    """A billion in a portfolio of millions would say nothing of the margin."""
    assert money_step(poor.data) <= 0.2 * float(np.mean(poor.data.money.inflow))


def test_a_hall_is_worth_what_the_plan_loses_without_it() -> None:
    """A hall less leaves no more compute, and says where money or places hold the plan."""
    rich = session(finance={})
    start = next(s for s in rich.plan.starts if not s.is_under_way)
    reply = explain.why(rich, start.hall)
    assert start.hall in reply.finding
    assert reply.binding == scarce(rich)
    without = reply.turned[1].found
    assert without is not None
    assert without.worth.level is not None
    assert rich.free.worth.level is not None
    assert without.worth.level <= rich.free.worth.level * (1 + 1e-3)
    assert without.values[rich.columns].sum() == pytest.approx(rich.starts.sum() - 1)


def test_a_candidate_is_forced_in() -> None:
    """One hall more of it is started than in the plan, or no plan is left."""
    made = session(finance={})
    candidate = made.data.options[0].candidate
    mine = [o for o, option in enumerate(made.data.options) if option.candidate == candidate]
    reply = explain.why_not(made, str(candidate))
    found = reply.turned[0].found
    if found is None:
        assert reply.binding
    else:
        columns = [made.columns[o] for o in mine]
        assert found.values[columns].sum() >= made.starts[mine].sum() + 1 - 1e-6


@pytest.mark.parametrize(("ask", "name"), [(explain.why, "nowhere"), (explain.why_not, "nowhere")])
def test_what_is_not_known_is_an_input_error(poor: explain.Session, ask, name: str) -> None:  # type: ignore[no-untyped-def]
    """It names what there is."""
    with pytest.raises(SpecError) as raised:
        ask(poor, name)
    assert raised.value.findings[0].help


def test_alternatives_stay_within_a_hundredth_and_differ(poor: explain.Session) -> None:
    """Each starts other halls than the plan and all before it."""
    found = explain.alternatives(poor, quiet, never)
    best = poor.free.worth.level or 0.0
    seen = [tuple(poor.starts)]
    for other in found:
        assert (other.found.worth.level or 0.0) >= best * (1 - 0.01) * (1 - 1e-6)
        starts = tuple(np.round(other.found.values[poor.columns]))
        assert starts not in seen
        assert other.moved >= 1
        seen.append(starts)


def test_dearer_gpus_never_help(poor: explain.Session) -> None:
    """Ends and today's value are tried, and the level falls along them."""
    readiness = ready(poor.data.portfolio)
    given = explain.given_of(poor, readiness, {})
    price = next(p for p in explain.usual(given) if p.path == "gpu_price")
    found = explain.switch(given, price, never)
    assert [p.value for p in found.points] == sorted(p.value for p in found.points)
    assert {price.low, price.today, price.high} <= {p.value for p in found.points}
    # Dearer GPUs never give more of them a head.
    levels = [p.level or 0.0 for p in found.points]
    assert levels == sorted(levels, reverse=True)


def test_slip_of_power_is_no_help(poor: explain.Session) -> None:
    """The level falls or stays as power comes later."""
    given = explain.given_of(poor, ready(poor.data.portfolio), {})
    slip = next(p for p in explain.usual(given) if p.path == "power_slip")
    found = explain.switch(given, slip, never)
    levels = [p.level or 0.0 for p in found.points]
    assert all(a >= b - 1e-6 * max(1.0, a) for a, b in pairwise(levels))
