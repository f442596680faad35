"""The section of the report on the bet says what `Result.bet` holds, and so do its sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from planner.domain.bet import Bet, BetCheck, BetItem, BetPlan, BetRight, BetScenario
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
    rights=(BetRight("north", "GB300", 7200.0, 1800.0, 3600.0, "late fast", 5.4, 10.8),),
    rigid=87.4,
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


def test_a_right_to_cancel_has_its_worth_and_its_price() -> None:
    """Recourse 92 less 87.4 without it, and 5.4 MUSD in the mean for what is cancelled."""
    text = section.said(BET)[3]
    assert "7,200 GPUs" in text
    assert "worth 4.60 H100e/researcher in the mean (5.0 %)" in text
    assert "costs 5.40 MUSD in the mean" in text
    (row,) = tables(BET)["bet_rights"].rows
    assert row == ("GPUs", "north", "GB300", 7200, 1800, 3600, "late fast", 5.4, 10.8)
    values = {r[0]: r[1] for r in tables(BET)["bet_values"].rows}
    assert values["nothing cancelled"] == 87.4
    assert values["value of the right to cancel"] == 92.0 - 87.4


def test_where_no_order_can_ever_be_cancelled_nothing_is_said_of_it() -> None:
    """No sentence, no table, no row; where none is left at the reveal, that is said."""
    firm = replace(BET, rights=(), rigid=None)
    assert len(section.said(firm)) == 3
    assert "bet_rights" not in tables(firm)
    assert not [r for r in tables(firm)["bet_values"].rows if "cancel" in str(r[0])]
    assert "No order is left to cancel" in section.said(replace(BET, rights=()))[3]


def test_a_mean_world_that_cannot_be_kept_is_said_to_be_so() -> None:
    """No number stands in for it."""
    assert "cannot be kept" in section.said(replace(BET, expected_value=None))[2]


def test_what_promising_costs_is_no_worth_of_knowing() -> None:
    """110 and 90 in full knowledge; 104 and 88 of what can be promised: 96, empty if one lacks."""
    plans = (BetPlan("soon fast", (104.0, 60.0), is_promised=True),
             BetPlan("late fast", (70.0, 88.0), is_promised=True))  # fmt: skip
    both = tables(replace(BET, plans=plans))["bet_values"].rows
    assert [r[1] for r in both if r[0] == "wait and see, promised"] == [96.0]
    one = tables(replace(BET, plans=plans[:1]))["bet_values"].rows
    assert not [r for r in one if r[0] == "wait and see, promised"]


def test_a_bet_reads_back_as_it_was_written() -> None:
    """Through plain values, dates and all."""
    assert read(written(BET)) == BET
    assert read(None) is None
