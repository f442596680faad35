"""Levels counted by teams and by heads."""

from __future__ import annotations

import dataclasses

import pytest

from planner.report.document import Table
from planner.report.facts import gather
from planner.report.facts.counts import count_facts
from planner.report.sections import compute
from tests import results


def test_both_are_said_where_they_differ() -> None:
    """Levels 1 and 4, the second of a team with three times the heads."""
    run = results.result(samples=20)
    small, large = gather(run).teams[:2]
    facts = [
        dataclasses.replace(small, level=1.0, researchers=small.researchers * 0 + 10),
        dataclasses.replace(large, level=4.0, researchers=large.researchers * 0 + 30),
    ]
    found = {f.measure: f for f in count_facts(run, facts)}
    assert (found["Median"].by_teams, found["Median"].by_heads) == (1.0, 4.0)
    assert (found["Mean"].by_teams, found["Mean"].by_heads) == pytest.approx((2.5, 3.25))
    geometric = found["Geometric mean"]
    assert (geometric.by_teams, geometric.by_heads) == pytest.approx((2.0, 4**0.75))


def test_nothing_is_said_where_they_agree() -> None:
    """Teams at one level have one level however they are counted."""
    run = results.result(samples=20)
    facts = [dataclasses.replace(t, level=3.0) for t in gather(run).teams]
    assert count_facts(run, facts) == ()
    assert count_facts(run, []) == ()


def test_the_table_is_there_where_they_differ() -> None:
    """A table names the measures, and what the policy counts."""
    run = results.result(samples=20)
    facts = gather(run)
    two = [dataclasses.replace(t, level=1.0 + 3 * n) for n, t in enumerate(facts.teams[:2])]
    told = dataclasses.replace(facts, counts=count_facts(run, two))
    (table,) = [p for p in compute.build(told) if isinstance(p, Table) and p.name == "counts"]
    assert "counts teams" in table.note
    untold = dataclasses.replace(facts, counts=())
    assert all(p.name != "counts" for p in compute.build(untold) if isinstance(p, Table))
