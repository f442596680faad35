"""What-ifs on a plan's warm model: prices, forced decisions, alternatives, switch points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from planner import optimise
from planner.domain.explanation import CONFIRMED, Explanation, Flip, Point, verdict
from planner.errors import SpecError
from planner.optimise import explain
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.explain.along import Along, apart
from planner.optimise.explain.levers import levers, money_step
from planner.optimise.explain.line import Basis, Line, Numbers
from planner.optimise.explain.parameters import Given, Parameter
from planner.optimise.explain.prices import SHOWN
from planner.optimise.explain.said import scarce
from planner.optimise.explain.session import QUARTER_DAY
from planner.optimise.explain.switch import CLOSE, _bisect, _flips
from planner.optimise.explain.whole import _crossing
from planner.optimise.model import formulate
from tests.portfolios import MODE, ready, tiny

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
    assert [p for p in fixed if p.kind == "money" and p.up is not None and (p.up.level or 0) > 0]
    for price in fixed:
        assert price.up is not None
        assert price.up.level is not None
        assert price.up.level >= 0
        if price.down is not None and price.down.level is not None:
            assert price.up.level <= -price.down.level + 1e-6
        if price.whole is not None and price.whole.level is not None:
            # The plan's halls are among those that may be chosen.
            assert price.whole.level >= price.up.level - 1e-3 * (poor.free.worth.level or 0)


def test_a_step_from_a_period_on_is_told_once() -> None:
    """Power is short from the first hall on: 'throughout' and all earlier quarters say no more."""
    portfolio = tiny(site={"tranches": {"grid": {"nameplate": "15 MW", "firm": "15 MW"}}})
    readiness = ready(portfolio)
    short = explain.Session.of(portfolio, readiness, optimise.solve(portfolio, readiness))
    found = [p for p in explain.prices(short, quiet, never) if p.kind == "power"]
    gains = [p.up.level for p in found if p.up is not None]
    assert found
    assert len({round(gain or 0.0, 6) for gain in gains}) == len(found)


def test_a_price_with_whole_halls_lies_within_its_bounds(poor: explain.Session) -> None:
    """A plan made anew with the step gains as much as is said, give or take both searches."""
    found = explain.prices(poor, quiet, never)
    (price,) = (p for p in found if p.step == "1 MUSD more every period")
    assert price.size == 1.0
    assert price.least is not None
    assert price.most is not None
    assert price.whole is not None
    assert price.least - 1e-9 <= (price.whole.level or 0.0) <= price.most + 1e-9
    flow = [{"since": "2026-01-01", "cash_flow": "31 MUSD"}]
    richer = tiny({"finance": {**POOR, "operating_cash_flow": flow}})
    anew = explain.Session.of(richer, ready(richer), optimise.solve(richer, ready(richer)))
    gain = (anew.free.worth.level or 0.0) - (poor.free.worth.level or 0.0)
    slack = 1e-3 * (poor.free.worth.level or 0.0)
    assert price.least - slack <= gain <= price.most + slack


def test_near_a_big_plan_a_gain_is_bounded_without_a_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the relaxation is near enough no search is made, and the bounds still hold the gain."""
    monkeypatch.setattr("planner.optimise.explain.session.SMALL_INTEGERS", 0)
    monkeypatch.setattr("planner.optimise.explain.session.BIG_SEARCH", (0.5, 10))
    big = session()
    monkeypatch.setattr(big.engine, "solve_mip", None)  # a search would fail
    for price in explain.prices(big, quiet, never):
        if price.whole is not None and price.basis == "halls fixed":
            assert price.least is not None
            assert price.most is not None
            assert price.least <= (price.whole.level or 0.0) <= price.most + 1e-9


def test_what_is_not_short_is_worth_nothing() -> None:
    """With money beyond need its widest step is shown, and said to be worth nothing."""
    rich = session(finance={})
    (money,) = (p for p in explain.prices(rich, quiet, never) if p.kind == "money")
    assert money.step.endswith("more every period")
    assert money.up is not None
    assert money.up.level == pytest.approx(0.0, abs=1e-6)
    told = Explanation(rich.worth_of_plan, rich.base.worth, gap=rich.gap)
    assert verdict(money, told) == "worth nothing"


def test_a_basis_is_carried_by_name_to_a_model_of_another_shape() -> None:
    """Columns and rows that both have keep their status; the optimum is the one found cold."""
    one, other = tiny({"finance": POOR}), tiny({"finance": POOR, "horizon": "2028-12-31"})
    engines = [Engine(formulate(build(p, ready(p))), seed=1) for p in (one, other)]
    for engine in engines:
        engine.seek({engine.column("worst"): 1.0}, "max")
    first, second = engines
    first.solve_lp()
    status = first.basis()
    assert status is not None
    carried = Basis(first.columns, first.rows, *status).on(second)
    assert [len(each) for each in carried] == [len(second.lower), len(second.row_lower)]
    name = next(iter(first.columns.keys() & second.columns.keys()))
    assert carried[0][second.columns[name]] == status[0][first.columns[name]]
    second.adopt(carried)
    warm = second.solve_lp().objective
    assert warm == pytest.approx(second.solve_lp(start_cold=True).objective)


def test_the_way_from_base_to_plan_is_told(poor: explain.Session) -> None:
    """It begins at the base, ends at the plan, and no stage gives anything back."""
    stages = explain.distance(poor)
    left = [stage.level for stage in stages]
    assert left[0] == pytest.approx(poor.base.worth.level)
    assert left[-1] == pytest.approx(poor.worth_of_plan.level)
    assert len(left) == 4
    assert all(a >= b - 1e-6 * a for a, b in pairwise(left))
    again = poor.solved()
    assert again is not None
    assert again.worth.level == pytest.approx(poor.base.worth.level, rel=1e-7)


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


class Stub(Along):
    """Answers without a model: a gives way to b at 3.3, and c comes into use at 6.1."""

    def __init__(self) -> None:
        self.parameter = Parameter("x", "x", "", 1.0, 0.0, 8.0, lambda _value: None)
        self.points, self.tried = {}, set()
        self.halls = {("s", mode): 4.0 for mode in "abc"}

    @property
    def is_small(self) -> bool:
        """Whether whole halls are searched."""
        return True

    def at(self, value: float) -> Point:
        """Return the choice at a value."""
        mw = {"a": 9.0 if value < 3.3 else 0.0, "b": 5.0, "c": 1.9 if value < 6.1 else 2.1}
        self.points[value] = Point(value, mw, None, {"s": mw})
        self.tried.add(value)
        return self.points[value]


def test_a_switch_point_is_bracketed() -> None:
    """Bisection ends with each value between two ends, which are as near as its kind asks."""
    stub = Stub()
    for value in (0.0, 1.0, 8.0):
        stub.at(value)
    for kind in CLOSE:
        _bisect(stub, kind, never)
    found = {(flip.kind, flip.before, flip.after): flip for flip in _flips(stub)}
    assert set(found) == {
        ("most", "a", "b"), ("use", "a", ""), ("use", "", "c"), ("mix", "as today", "otherwise"),
    }  # fmt: skip
    for (kind, _, after), flip in found.items():
        point = 6.1 if after == "c" else 3.3
        assert flip.low < point <= flip.high
        assert flip.high - flip.low <= CLOSE[kind] * 8.0


def test_the_mix_is_apart_by_what_stands_elsewhere() -> None:
    """Two of ten megawatts moved to another site are a fifth; two more are a fifth too."""
    today = Point(0.0, {"a": 10.0}, None, {"s": {"a": 8.0}, "z": {"a": 2.0}})
    moved = Point(1.0, {"a": 10.0}, None, {"s": {"a": 6.0}, "z": {"a": 4.0}})
    more = Point(2.0, {"a": 12.0}, None, {"s": {"a": 8.0}, "z": {"a": 4.0}})
    assert [apart(today, p) for p in (today, moved, more)] == [0.0, 0.2, 0.2]


def test_a_dear_mode_gives_way_where_whole_plans_say_so() -> None:
    """Below the value found the mode is used, above it the other: plans made anew say the same."""
    barn = MODE | {"title": "Barn", "hall_cost": "14 MUSD/MW"}
    catalog = {"modes": {"shed": {"hall_cost": "10 MUSD/MW"}, "barn": barn}}
    site = {"groups": {"sheds": {"modes": ["shed", "barn"]}}}
    portfolio = tiny({"finance": POOR}, site, catalog)
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    warm = explain.Session.of(portfolio, readiness, plan)
    given = explain.given_of(warm, readiness, {})
    cost = next(p for p in explain.usual(given) if p.path == "modes.shed.hall_cost")
    found = explain.switch(given, cost, never)
    flip = next(f for f in found.flips if (f.kind, f.before, f.after) == ("most", "shed", "barn"))
    assert flip.low <= 14.0 * 1.02
    assert flip.high >= 14.0 * 0.98
    for at, mode in ((flip.low - 0.5, "shed"), (flip.high + 0.5, "barn")):
        dearer = {"shed": {"hall_cost": f"{at} MUSD/MW"}, "barn": barn}
        other = tiny({"finance": POOR}, site, {"modes": dearer})
        assert {s.candidate.mode for s in optimise.solve(other, ready(other)).starts} == {mode}


def test_a_flip_of_halls_in_parts_is_tried_with_whole_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a big model whole plans of both sides are compared, and change places at 14 as well."""
    monkeypatch.setattr("planner.optimise.explain.along.SMALL_INTEGERS", 0)
    barn = MODE | {"title": "Barn", "hall_cost": "14 MUSD/MW"}
    catalog = {"modes": {"shed": {"hall_cost": "10 MUSD/MW"}, "barn": barn}}
    portfolio = tiny({"finance": POOR}, {"groups": {"sheds": {"modes": ["shed", "barn"]}}}, catalog)
    readiness = ready(portfolio)
    warm = explain.Session.of(portfolio, readiness, optimise.solve(portfolio, readiness))
    given = explain.given_of(warm, readiness, {})
    cost = next(p for p in explain.usual(given) if p.path == "modes.shed.hall_cost")
    found = explain.switch(given, cost, never)
    flip = next(f for f in found.flips if (f.kind, f.before, f.after) == ("most", "shed", "barn"))
    assert flip.proof == CONFIRMED
    assert flip.whole_low is not None
    assert flip.whole_high is not None
    assert flip.whole_low <= 14.0 <= flip.whole_high


def test_a_price_enters_on_a_straight_line_and_a_duration_does_not(poor: explain.Session) -> None:
    """The model between three values is the one that is made anew there, to the rounding."""
    barn = MODE | {"title": "Barn", "hall_cost": "14 MUSD/MW"}
    portfolio = tiny(
        {"finance": POOR}, {"groups": {"sheds": {"modes": ["shed", "barn"]}}},
        {"modes": {"shed": {"hall_cost": "10 MUSD/MW"}, "barn": barn}},
    )  # fmt: skip
    given = Given(portfolio, ready(portfolio), {}, poor.plan)
    lines = {}
    for parameter in explain.usual(given):
        known = {}
        for value in (0.8, 1.0, 1.5):
            data = parameter.data(value * (parameter.today or 100.0))
            assert data is not None
            engine = Engine(formulate(data), seed=1)
            known[value] = engine, Numbers.of(engine)
        lines[parameter.path] = Line.through(known), parameter
    assert lines["modes.shed.duration"][0] is None
    for path in ("gpu_price", "modes.shed.hall_cost"):
        line, parameter = lines[path]
        assert line is not None
        data = parameter.data(1.1 * parameter.today)
        assert data is not None
        anew, told = Engine(formulate(data), seed=1), line.model(1.1)
        assert abs(anew.matrix - told.matrix).max() <= 1e-9
        assert np.allclose(anew.row_upper, told.row_upper)
        for engine in (anew, told):
            engine.seek({engine.column("worst"): 1.0}, "max")
        assert anew.solve_lp().objective == pytest.approx(told.solve_lp().objective)
        assert told.rows == anew.rows


@pytest.mark.parametrize(
    ("passes", "found"),
    [
        (3.5, (3.0, 4.0)),  # in the bracket
        (6.05, (6.0, 6.125)),  # of the range above it, halved five times
        (1.0, (0.9375, 1.03125)),  # of the range below it
        (9.0, "whole halls of the side below are chosen at every value tried"),
        (-1.0, "whole halls of the side above are chosen at every value tried"),
    ],
)
def test_whole_plans_may_change_places_elsewhere(passes: float, found: object) -> None:
    """The value is sought outside the bracket, and where there is none that is said."""
    stub = Stub()
    for value in (0.0, 3.0, 4.0, 8.0):
        stub.at(value)
    flip = Flip(3.0, 4.0, "a", "b")
    assert _crossing(stub, flip, lambda value: value >= passes) == found


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
    alone, _, altogether = (turned.found for turned in reply.turned)
    assert alone is not None
    assert alone.worth.level is not None
    assert rich.base.worth.level is not None
    assert alone.worth.level <= rich.base.worth.level * (1 + 1e-9)
    assert alone.values[rich.columns].sum() == pytest.approx(rich.starts.sum() - 1)
    without = altogether
    assert without is not None
    assert without.worth.level is not None
    assert rich.free.worth.level is not None
    assert without.worth.level <= rich.free.worth.level * (1 + 1e-3)
    assert without.values[rich.columns].sum() <= rich.starts.sum() - 1 + 1e-6


def test_a_candidate_is_forced_in() -> None:
    """One hall more of it is started than in the plan, or no plan is left."""
    made = session(finance={})
    candidate = made.data.options[0].candidate
    mine = [o for o, option in enumerate(made.data.options) if option.candidate == candidate]
    reply = explain.why_not(made, str(candidate))
    if all(turned.found is None for turned in reply.turned):
        assert reply.binding
    columns = [made.columns[o] for o in mine]
    for found in (turned.found for turned in reply.turned if turned.found is not None):
        assert found.values[columns].sum() >= made.starts[mine].sum() + 1 - 1e-6


@pytest.mark.parametrize(("ask", "name"), [(explain.why, "nowhere"), (explain.why_not, "nowhere")])
def test_what_is_not_known_is_an_input_error(poor: explain.Session, ask, name: str) -> None:  # type: ignore[no-untyped-def]
    """It names what there is."""
    with pytest.raises(SpecError) as raised:
        ask(poor, name)
    assert raised.value.findings[0].help


@pytest.mark.parametrize(("is_poor", "is_big"), [(True, False), (False, False), (False, True)])
def test_alternatives_stay_within_a_hundredth_and_differ(
    is_poor: bool, is_big: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each starts other halls than the plan and all before it, and costs no more than a hundredth.

    Where there is money beyond need, spend is what an alternative could run away with.
    """
    if is_big:
        monkeypatch.setattr("planner.optimise.explain.session.SMALL_INTEGERS", 0)
    poor = session() if is_poor else session(finance={})
    found = explain.alternatives(poor, quiet, never)
    best = poor.base.worth
    seen = [tuple(poor.starts)]
    for other in found:
        worth = other.found.worth
        assert (worth.level or 0.0) >= (best.level or 0.0) * (1 - 0.01) * (1 - 1e-6)
        assert (worth.total or 0.0) >= (best.total or 0.0) * (1 - 0.01) * (1 - 1e-6)
        assert (worth.spend or 0.0) <= (best.spend or 0.0) * (1 + 0.01) * (1 + 1e-6)
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
