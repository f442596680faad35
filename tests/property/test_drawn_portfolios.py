"""Random small portfolios: plans break no rule, and what is infeasible is told truly.

300 in the deep profile, 40 otherwise.
"""

from __future__ import annotations

import pytest
import yaml

from planner import optimise
from planner.domain.amount import Amount, parse_amount
from planner.errors import Change, InfeasibleError
from planner.optimise.alike import pooled
from planner.optimise.conflict import _drop, _feasible, _groups, _let_all_give, _restore
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.mending import put, values
from planner.optimise.model import formulate
from tests.depth import depth
from tests.drawn_portfolios import drawn

COUNT = depth(40, 300)
BATCH = 10
PARTED = {110}
"""Portfolios whose conflict shows only with periods in parts: means of whole periods hide it."""


def changed(portfolio, change: Change):
    """Apply the what-ifs of a change as they are printed."""
    for text in change.settings:
        path, _, value = text.partition("=")
        found, given = values(portfolio, path), yaml.safe_load(value)
        is_plain = not found or not isinstance(found[0][1], Amount)
        new = given if is_plain else parse_amount(given, found[0][1].unit)
        portfolio = put(portfolio, path, new)
    return portfolio


def check_conflicts(portfolio, readiness, error: InfeasibleError, *, is_parted=False) -> None:
    """Each set alone is infeasible, and feasible without any one of its statements.

    Further sets share no statement with one before.
    """
    data = pooled(build(portfolio, readiness, is_parted=is_parted))
    engine = Engine(formulate(data), seed=1)
    _let_all_give(data, engine)
    engine.seek({}, "min")
    groups = _groups(data, engine)
    seen: set[object] = set()
    for conflict in (error.conflict, *error.others):
        assert not seen & set(conflict)
        seen |= set(conflict)
        named = [g for g in groups if (g.statement.text, g.statement.where) in conflict]
        for group in groups:
            (_restore if group in named else _drop)(engine, group)
        assert _feasible(engine, whole=True) is False
        for group in named:
            _drop(engine, group)
            assert _feasible(engine, whole=True) is True, group.statement.text
            _restore(engine, group)


def check_changes(portfolio, readiness, error: InfeasibleError) -> None:
    """Each change alone, or each set of them at once, gives a plan without a violation."""
    for changes in (*((change,) for change in error.changes), *error.together):
        mended = portfolio
        for change in changes:
            assert change.is_confirmed, change
            mended = changed(mended, change)
        plan = optimise.solve(mended, readiness)
        assert optimise.violations(mended, readiness, plan) == (), changes


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_plans_break_no_rule_and_conflicts_are_true(first: int) -> None:
    """Each seed gives a plan without a violation, or a conflict that is confirmed."""
    for seed in range(first, first + BATCH):
        portfolio, readiness = drawn(seed)
        try:
            plan = optimise.solve(portfolio, readiness)
        except InfeasibleError as error:
            found = error
        else:
            assert optimise.violations(portfolio, readiness, plan) == (), seed
            continue
        assert found.is_reduced, seed
        check_conflicts(portfolio, readiness, found, is_parted=seed in PARTED)
        check_changes(portfolio, readiness, found)


def test_a_lot_is_parted_where_some_of_it_has_power_first() -> None:
    """Whole, it would wait for the tranche that comes last, and a required date would be missed.

    11 MW are asked for by the end of 2026, and 14 MW of grid carry 11.2 of IT; but the last lot of
    the grid is larger than what is left, and the gas that it would wait for comes in 2027.
    """
    portfolio, readiness = drawn(103)
    plan = optimise.solve(portfolio, readiness)
    assert optimise.violations(portfolio, readiness, plan) == ()
    parted = [p.name for p in plan.purchases if p.name.endswith("+")]
    assert parted
    assert {name.rstrip("+") for name in parted} <= {p.name for p in plan.purchases}


@pytest.mark.parametrize("seed", [270, 292])
def test_a_change_is_made_larger_until_a_plan_confirms_it(seed: int) -> None:
    """The model has a point before whole racks and their dates do."""
    portfolio, readiness = drawn(seed)
    with pytest.raises(InfeasibleError) as raised:
        optimise.solve(portfolio, readiness)
    assert raised.value.changes
    for change in raised.value.changes:
        assert change.is_confirmed
        optimise.solve(changed(portfolio, change), readiness)


def test_two_conflicts_are_both_told_and_mended_together() -> None:
    """Carbon against a required date, and a pin against the room: each needs a change of its own.

    None of the two changes of a set will do without the other.
    """
    portfolio, readiness = drawn(59)
    with pytest.raises(InfeasibleError, match="nor can these") as raised:
        optimise.solve(portfolio, readiness)
    found = raised.value
    assert not found.changes
    (other,) = found.others
    assert "exactly 2 halls of north/sheds pinned" in {text for text, _ in other}
    check_conflicts(portfolio, readiness, found)
    assert "these changes together would mend it:" in str(found)
    check_changes(portfolio, readiness, found)
    for one, two in found.together:
        assert (one.text, one.where) in found.conflict
        assert (two.text, two.where) in other
        for alone in (one, two):
            with pytest.raises(InfeasibleError):
                optimise.solve(changed(portfolio, alone), readiness)


def test_what_means_of_periods_hide_is_a_conflict_all_the_same() -> None:
    """6,000 GPUs as a mean of 2026Q3: the one hall holds 8,000, and tranches carry more by mean.

    Until the gas comes on day 236, 6 MW of grid carry 3,840; from then on the hall is full: with 37
    of 92 days that makes 5,513.
    """
    portfolio, readiness = drawn(110)
    with pytest.raises(InfeasibleError) as raised:
        optimise.solve(portfolio, readiness)
    texts = {text for text, _ in raised.value.conflict}
    assert "group north/sheds has room for 1 halls" in texts
    check_conflicts(portfolio, readiness, raised.value, is_parted=True)
    check_changes(portfolio, readiness, raised.value)
    assert [c.settings for c in raised.value.changes if c.is_date] == [
        ("products.chat.launch=2026-07-09",)
    ]


def test_a_period_that_is_parted_is_the_mean_of_its_parts() -> None:
    """2026Q3 has two, before day 236 and from it on; no other quarter of the portfolio has any."""
    data = build(*drawn(110), is_parted=True)
    assert data.times[-2:] == ("2026Q3 from day 181", "2026Q3 from day 236")
    ((_, a, b), (_, c, d)) = data.clock.parts
    for day in (0.0, 200.0, 236.0, 260.0, 300.0):
        share = data.clock.presence(day)
        mean = (share[-2] * (b - a) + share[-1] * (d - c)) / (d - a)
        assert share[data.labels.index("2026Q3")] == pytest.approx(mean)
