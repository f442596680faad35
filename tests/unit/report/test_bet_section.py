"""The section of the report on the bet says what `Result.bet` holds, and so do its sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from planner.domain.bet import Bet, BetCheck, BetItem, BetPlan, BetScenario
from planner.report.document import Prose, Table
from planner.report.facts import gather
from planner.report.sections import bet as section
from planner.study.bet import read, written
from tests.results import result

BET = Bet(
    objective="expected", unit="H100e/researcher", revealed=dt.date(2027, 2, 1),
    scenarios=(BetScenario("soon fast", "soon", "fast", 0.5, 548.0, 110.0, 100.0),
               BetScenario("late fast", "late", "fast", 0.5, 548.0, 90.0, None)),
    plans=(BetPlan("the bet", (100.0, 85.0), is_promised=True),
           BetPlan("soon fast", (110.0, None), is_promised=False)),
    items=(BetItem("halls", "north", "sheds/tent/24x7", 3.0, 1.0, dt.date(2026, 5, 1),
                   4.0, 1.5, "late fast"),),
    recourse=92.0, expected_value=90.0, method="equivalent",
    checks=(BetCheck("soon", 50.0, 45.0, 55.0, 0.75),),
)  # fmt: skip


def tables(bet: Bet | None) -> dict[str, Table]:
    parts = section.build(gather(replace(result(), bet=bet)))
    return {p.name: p for p in parts if isinstance(p, Table)}


def test_a_run_without_a_bet_says_how_to_place_one() -> None:
    """One note, no table."""
    (note,) = section.build(gather(replace(result(), bet=None)))
    assert isinstance(note, Prose)
    assert "--bet" in note.text


def test_a_regret_is_full_knowledge_less_the_row_and_empty_where_it_cannot_be_kept() -> None:
    """110 - 100 and 90 - 85; the second row cannot be kept in the second scenario."""
    rows = tables(BET)["bet_regret"].rows
    assert rows == (("the bet", 10.0, 5.0, "yes"), ("soon fast", 0.0, None, "no"))


def test_a_hedge_is_what_some_scenario_would_do_without() -> None:
    """3 halls, of which every scenario's own plan starts one."""
    (row,) = tables(BET)["bet_commitments"].rows
    assert row[3:] == (3, 1, 2, 4.0, 1.5, "late fast", dt.date(2026, 5, 1))


def test_the_finding_says_what_knowing_and_hedging_are_worth() -> None:
    """Wait and see 100, recourse 92, expected value plan 90."""
    text = " ".join(section.said(BET))
    assert "knowing is worth 8.00 (8.0 %)" in text
    assert "would lose 2.00" in text


def test_a_mean_world_that_cannot_be_kept_is_said_to_be_so() -> None:
    """No number stands in for it."""
    assert "cannot be kept" in section.said(replace(BET, expected_value=None))[2]


def test_a_bet_reads_back_as_it_was_written() -> None:
    """Through plain values, dates and all."""
    assert read(written(BET)) == BET
    assert read(None) is None
