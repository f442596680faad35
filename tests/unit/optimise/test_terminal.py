"""The answer at none and twice of the terminal value."""

from __future__ import annotations

import dataclasses

import pytest

from planner import optimise
from planner.domain.result import TerminalAnswer
from tests.portfolios import ready, tiny

POLICY = {"terminal_share": 0.5, "terminal_quarters": 8}
POOR = [{"since": "2026-01-01", "cash_flow": "10 MUSD"}]


def answers(**policy: object) -> tuple[TerminalAnswer, ...]:
    """Cash comes in slowly, and the price halves in the last quarter."""
    prices = [{"since": "2025-01-01", "price": "0.03 MUSD/gpu"},
              {"since": "2027-10-01", "price": "0.015 MUSD/gpu"}]  # fmt: skip
    finance = {"opening_cash": "150 MUSD", "operating_cash_flow": POOR}
    portfolio = tiny({"finance": finance, "policy": {**POLICY, **policy}},
                     catalog={"accelerators": {"H100": {"prices": prices}}})  # fmt: skip
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    return optimise.terminal_answers(portfolio, readiness, plan)


def test_more_is_bought_late_the_more_the_time_after_is_worth() -> None:
    """Without any worth after the horizon, money goes into GPUs that serve within it."""
    none, stated, twice = answers()
    assert [a.factor for a in (none, stated, twice)] == [0.0, 1.0, 2.0]
    assert 1.5 * none.last_year_gpus < stated.last_year_gpus < twice.last_year_gpus / 1.5
    assert min(none.level.values()) >= min(twice.level.values())


def test_money_is_counted_alike_in_all_three() -> None:
    """All that comes in is spent within what there is."""
    for answer in answers():
        assert 0 < answer.spend_musd <= 150 + 8 * 30 + 1


def test_nothing_is_asked_where_the_time_after_has_no_worth() -> None:
    """A policy without terminal value has no alternatives to it."""
    assert answers(terminal_share=0) == ()
    assert answers(terminal_quarters=0) == ()


def test_answers_are_plain_records() -> None:
    """They are kept with a run as they are."""
    first = answers()[0]
    assert TerminalAnswer(**dataclasses.asdict(first)) == first
    assert first.gpus == pytest.approx(first.gpus)
