"""What gives way is said in the answer and shown in a table."""

from __future__ import annotations

from dataclasses import replace

from planner.domain.plan import GaveWay
from planner.report import sentences
from planner.report.facts import gather
from planner.report.sections import compute
from tests.results import result


def test_nothing_is_said_where_nothing_gives_way() -> None:
    """A plan that keeps all wishes has neither sentence nor table."""
    facts = gather(result())
    assert sentences.gives_way(facts.gave_way) == ""
    assert not any(getattr(part, "name", "") == "gave_way" for part in compute.build(facts))


def test_a_wish_that_gives_way_is_named_with_its_worst_period() -> None:
    """Two periods of a guarantee: the sentence has the largest share missed, and both ends."""
    run = result()
    team = next(iter(run.portfolio.spec.teams))
    lost = (GaveWay("guarantee", team, 0, 100.0, 90.0), GaveWay("guarantee", team, 2, 100.0, 40.0))
    facts = gather(replace(run, plan=run.plan.replace(gave_way=lost)))
    (fact,) = facts.gave_way
    assert (fact.periods, fact.given, round(fact.share, 9)) == (2, 40.0, 0.6)
    first, last = run.plan.periods[0].label, run.plan.periods[2].label
    said = sentences.gives_way(facts.gave_way).replace("\u00a0", " ")
    assert "up to 60 % missed" in said
    assert f"{first} to {last}" in said
    assert said in " ".join(sentences.answer(facts)).replace("\u00a0", " ")
    assert any(getattr(part, "name", "") == "gave_way" for part in compute.build(facts))
