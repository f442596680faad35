"""Generated sentences: none, one and many, and only what the figures carry."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from planner.report import gather, sentences, words
from planner.report.facts import Commitment, Facts
from planner.report.facts.risk import RiskFact
from tests import results


@pytest.fixture(scope="module")
def facts() -> Facts:
    return gather(results.result())


def plain(text: str) -> str:
    return text.replace(words.NO_BREAK, " ")


def due(what: str, count: int) -> Commitment:
    return Commitment(dt.date(2025, 9, 1), what, "north", "x", count, "unit", 1.0, "")  # type: ignore[arg-type]


def test_nothing_to_commit_is_said() -> None:
    """An empty list reads as a sentence."""
    assert sentences.commit((), results.DATA_DATE) == (
        "Nothing has to be committed before October 2025."
    )


def test_commitments_are_counted_by_kind() -> None:
    """One hall is singular, GPUs are counted, what there is none of is left out."""
    made = sentences.commit((due("hall", 1), due("GPUs", 72)), results.DATA_DATE)
    assert made == "Commit to 1 hall start and 72 GPUs by 2025-10-30."


def test_the_chip_says_how_many_promises_are_broken(facts: Facts) -> None:
    """One of two, with a singular verb, in the bad tone."""
    chip = sentences.chip(facts)
    assert plain(chip.text) == ("Not verified: 1 of 2 promises holds in less than 80 % of futures")
    assert chip.tone == "bad"


def test_the_chip_is_good_only_when_all_is(facts: Facts) -> None:
    """All promises kept and a reproducible solve read as verified, with the joint share."""
    run = facts.result
    kept = tuple(dataclasses.replace(v, is_kept=True) for v in run.verification.verdicts)
    good = dataclasses.replace(
        run, verification=dataclasses.replace(run.verification, verdicts=kept)
    )
    chip = sentences.chip(dataclasses.replace(facts, result=good))
    assert plain(chip.text) == "Verified at P80; all promises at once 74 %"
    assert run.plan.status is not None
    cut = dataclasses.replace(run.plan.status, is_reproducible=False)
    late = dataclasses.replace(good, plan=run.plan.replace(status=cut))
    chip = sentences.chip(dataclasses.replace(facts, result=late))
    assert (plain(chip.text), chip.tone) == (
        "Status: feasible, gap 1.8 %; every promise kept", "warn"
    )  # fmt: skip


def test_a_capacity_most_futures_miss_has_no_date(facts: Facts) -> None:
    """Without P50 the share of futures is said instead."""
    fact = facts.dates[0]
    never = dataclasses.replace(fact.spread, p50=None, p80=None, p90=None, reached=0.2)
    made = sentences.reached(dataclasses.replace(fact, amount_mw=1000.0, spread=never))
    assert plain(made) == "1.00 GW IT in time in 20 % of futures only"


def test_p50_and_p80_of_one_month_are_said_once(facts: Facts) -> None:
    """The same month is not printed twice."""
    fact = facts.dates[0]
    spread = dataclasses.replace(fact.spread, p50=dt.date(2027, 5, 2), p80=dt.date(2027, 5, 20))
    made = sentences.reached(dataclasses.replace(fact, amount_mw=500.0, spread=spread))
    assert plain(made) == "500 MW IT in May 2027 (P50 and P80)"


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (("plan", "plan"), "At P50 GPUs are in service when the plan counts on them."),
        (("power", "plan"), "Firm power limits what is in service in 1 of 2 periods."),
        (("halls", "halls", "power"), "Halls limit what is in service in 2 of 3 periods."),
    ],
)
def test_what_limits(limits: tuple[str, ...], text: str) -> None:
    """The commonest limit is named with its periods; none is said as such."""
    assert sentences.limited(limits) == text


def test_the_risk_that_the_key_date_follows() -> None:
    """The first of those shown is named with its rank correlation; none is said as such."""
    assert sentences.risk_title(()) == "The key date follows no single risk"
    one = RiskFact("a", "A", "driver", 12.2, 0.414, "")
    made = sentences.risk_title((one,))
    assert made == "The key date follows “A” most: rank correlation 0.41"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (dt.date(2027, 5, 9), "as announced for May 2027"),
        (dt.date(2027, 6, 20), "1 month after the announced May 2027"),
        (dt.date(2029, 11, 20), "30 months after the announced May 2027"),
        (dt.date(2027, 1, 20), "4 months before the announced May 2027"),
    ],
)
def test_how_far_a_date_lies_from_the_announced_one(day: dt.date, text: str) -> None:
    """In months of the calendar, on either side; within the month it is as announced."""
    assert plain(sentences.apart(day, dt.date(2027, 5, 20))) == text
