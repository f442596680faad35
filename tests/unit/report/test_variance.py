"""The variance since the run before: sentences for moved, unmoved and missing figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from planner.domain.parent import Parent
from planner.report import gather
from planner.report.sections import variance
from tests import results

if TYPE_CHECKING:
    from planner.domain.result import Result
    from planner.report.facts import Facts


@pytest.fixture(scope="module")
def run() -> Result:
    return results.result(samples=200)


def _with(run: Result, days: int, **more: object) -> Facts:
    """Return facts of the run after one whose key date came `days` earlier."""
    found = gather(run).key
    assert found is not None
    assert found.fact.spread.p50 is not None
    assert found.fact.spread.p80 is not None
    back = dt.timedelta(days=days)
    key = (found.fact.subject, found.fact.amount_mw, found.fact.basis)
    dates = {key: (found.fact.spread.p50 - back, found.fact.spread.p80 - back)}
    parent = Parent("before", dates, **more)  # type: ignore[arg-type]
    return gather(dataclasses.replace(run, parent=parent))


def _told(facts: Facts) -> str:
    assert facts.variance is not None
    return " ".join(variance.told(facts, facts.variance)).replace("\u00a0", " ")


def test_a_date_that_moved_is_told_with_its_causes(run: Result) -> None:
    """Days, the input that changed, the count of moves and the spend are all named."""
    facts = _with(run, 12, direct=(("spec.seed", "1 -> 2"),), moves={"~": 3, "+": 1}, same=5,
                  spend_musd=1.0)  # fmt: skip
    text = _told(facts)
    assert "comes 12 days later at P50 and 12 days later at P80" in text
    assert "1 input changed: spec.seed (1 -> 2)." in text
    assert "1 new and 3 moved; 5 commitments as before." in text
    assert "spend" in text
    assert 3 <= len(variance.told(facts, facts.variance)) <= 6  # type: ignore[arg-type]


def test_what_the_old_dates_are_worth_now_is_told(run: Result) -> None:
    """The chance of an old date is the share of the new futures by the end of that day."""
    facts = _with(run, 12)
    assert facts.variance is not None
    assert facts.key is not None
    move = facts.variance.key
    assert move is not None
    assert move.before_p50 is not None
    days = facts.key.fact.minutes // 1440
    limit = (move.before_p50 - run.outcome.epoch).days
    assert move.p50_chance == sum(int(d) <= limit for d in days) / len(days)
    assert move.p80_chance is not None
    assert move.p50_chance < 0.5 < 0.8 > move.p80_chance >= move.p50_chance
    assert f"The P50 of before, {move.before_p50}, is met now in" in _told(facts)
    assert "is met now in" not in _told(_with(run, 0))


def test_means_over_another_horizon_are_not_compared(run: Result) -> None:
    """What is left of the horizon is shorter: both figures are told, and no percentage."""
    years = run.plan.years
    levels = {name: 2 * level for name, level in run.plan.level.items()}
    alike = _told(_with(run, 12, spend_musd=1.0, levels=levels, years=years))
    assert "50 % less per researcher" in alike
    later = _told(_with(run, 12, spend_musd=1.0, levels=levels, years=years + 1.5))
    assert f"As planned in the {years:.1f} years left, {years + 1.5:.1f} then:" in later
    assert "less per researcher" not in later
    assert "spend" in later


def test_nothing_moved_is_said_as_such(run: Result) -> None:
    """The same date, inputs and plan read as the same."""
    text = _told(_with(run, 0, same=1))
    assert "comes on the same days at P50 and P80 as in before." in text
    assert "No input changed" in text
    assert "The plan is the same: 1 commitment." in text


def test_a_date_that_the_parent_does_not_have_is_said(run: Result) -> None:
    """A parent without the key date gives no move and no curve."""
    facts = gather(dataclasses.replace(run, parent=Parent("before", {})))
    assert "is not in before." in _told(facts)


def test_without_a_parent_the_section_says_how_to_get_one(run: Result) -> None:
    """One note and no table."""
    (part,) = variance.build(gather(run))
    assert "--parent" in part.text  # type: ignore[union-attr]
