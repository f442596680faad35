"""Teams with a smallest cluster train in one fabric domain, long enough, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.optimise.constraints import clusters as rule
from planner.optimise.data import build
from tests.portfolios import merged, nothing_to_build, ready, tiny

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

FULL = merged(nothing_to_build(), {"tranches": {"grid": {"firm": "12.5 MW"}}})
HALLS = {
    "standing": {
        "east": {"it_power": "5 MW", "mode": "shed", "ready": "2025-01-01"},
        "west": {"it_power": "5 MW", "mode": "shed", "ready": "2025-01-01"},
    },
    "installed": {
        "east": [{"sku": "H100", "gpus": 4000, "since": "2026-01-01"}],
        "west": [{"sku": "H100", "gpus": 4000, "since": "2026-01-01"}],
    },
}
"""Two full halls of 4,000 GPUs, and power for no more."""


def case(
    a: dict[str, Any], b: dict[str, Any] | None = None, site: dict[str, Any] | None = None
) -> Portfolio:
    """Two teams of 20, eight quarters, two full halls."""
    twenty = {"researchers": [{"since": "2026-01-01", "researchers": 20}]}
    spec = {"teams": {"a": {**twenty, **a}, "b": {**twenty, **(b or {})}}}
    return tiny(spec, merged(FULL, merged(HALLS, site or {})))


def solved(portfolio: Portfolio) -> Plan:
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    assert optimise.violations(portfolio, readiness, plan) == ()
    return plan


def total(plan: Plan, team: str) -> float:
    return sum(s.gpus for s in plan.shares if s.consumer == team)


def test_a_cluster_lies_in_one_domain() -> None:
    """6,000 of 8,000 GPUs are no cluster when halls of 4,000 are two networks."""
    plan = solved(case({"smallest_cluster": 6000}))
    assert total(plan, "a") == 0


def test_halls_of_one_fabric_train_together() -> None:
    """The same two halls, joined, carry it; level with the other team by taking fewer quarters."""
    site = {
        "standing": {"east": {"fabric": "spine"}, "west": {"fabric": "spine"}},
        "fabrics": {"spine": {"largest": 8000}},
    }
    plan = solved(case({"smallest_cluster": 6000}, site=site))
    assert {c.domain for c in plan.clusters} == {"north/spine"}
    assert all(c.gpus >= 6000 - 0.1 for c in plan.clusters)
    assert min(plan.level.values()) == pytest.approx(200, rel=0.01)


def test_a_network_joins_no_more_than_its_largest() -> None:
    """A spine of 5,000 is no place for a cluster of 6,000."""
    site = {
        "standing": {"east": {"fabric": "spine"}, "west": {"fabric": "spine"}},
        "fabrics": {"spine": {"largest": 5000}},
    }
    assert total(solved(case({"smallest_cluster": 6000}, site=site)), "a") == 0


def test_teams_take_turns() -> None:
    """Two clusters of 3,000 in one hall of 4,000 each: a hall each, or by half the quarter."""
    half = {"smallest_cluster": 3000, "cluster_share": 0.5}
    site = {"installed": {"west": []}, "tranches": {"grid": {"firm": "6.25 MW"}}}
    plan = solved(case(half, half, site))
    assert min(plan.level.values()) == pytest.approx(100, rel=0.01)
    whole = {"smallest_cluster": 3000}
    by_quarter = solved(case(whole, whole, site))
    held = [{c.consumer for c in by_quarter.clusters if c.period == t} for t in range(8)]
    assert all(len(teams) == 1 for teams in held)


def test_a_cluster_is_held_for_its_run() -> None:
    """With a run of three quarters no cluster is let go after one or two."""
    team = {"smallest_cluster": 3000, "cluster_run": 3}
    site = {"installed": {"west": []}, "tranches": {"grid": {"firm": "6.25 MW"}}}
    plan = solved(case(team, team, site))
    for name in "ab":
        held = "".join(
            "x" if any((c.consumer, c.period) == (name, t) for c in plan.clusters) else "."
            for t in range(8)
        )
        runs = [run for run in held.split(".") if run]
        assert runs
        assert all(len(run) >= 3 or held.endswith(run) for run in runs)


def test_other_teams_use_what_clusters_leave() -> None:
    """A team without a smallest cluster is not held to domains."""
    plan = solved(case({"smallest_cluster": 3000}))
    assert {c.consumer for c in plan.clusters} == {"a"}
    assert min(plan.level.values()) == pytest.approx(200, rel=0.01)


def test_clusters_of_halls_to_be_built_hold_with_their_dates() -> None:
    """Halls that come during a quarter carry the cluster that the plan says they do."""
    portfolio = tiny({"teams": {"a": {"smallest_cluster": 7000, "cluster_run": 2}}})
    plan = solved(portfolio)
    assert plan.clusters


def scaled(plan: Plan, factor: float) -> Plan:
    return plan.replace(clusters=tuple(replace(c, gpus=c.gpus * factor) for c in plan.clusters))


BROKEN: dict[str, Callable[[Plan], Plan]] = {
    "smaller than is useful": lambda p: scaled(p, 0.5),
    "more than are there": lambda p: scaled(p, 3.0),
    "time outside of clusters": lambda p: p.replace(clusters=()),
    "let go before its run": lambda p: p.replace(
        clusters=tuple(c for c in p.clusters if c.period != p.clusters[0].period + 1)
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_cluster_is_named(how: str) -> None:
    """A plan broken by hand is caught by plain arithmetic."""
    portfolio = case({"smallest_cluster": 3000, "cluster_run": 3})
    plan = solved(portfolio)
    data = build(portfolio, ready(portfolio))
    assert rule.violations(plan, data) == []
    assert rule.violations(BROKEN[how](plan), data) != []


def test_teams_that_need_more_than_half_are_never_at_once() -> None:
    """Three clusters of 3,000 for half a quarter each do not fit into one hall of 4,000."""
    half = {"smallest_cluster": 3000, "cluster_share": 0.5}
    site = {"installed": {"west": []}, "tranches": {"grid": {"firm": "6.25 MW"}}}
    portfolio = case(half, half, site)
    plan = solved(portfolio)
    data = build(portfolio, ready(portfolio))
    longer = data.portfolio.spec.teams["a"].model_copy(update={"cluster_share": None})
    teams = {**data.portfolio.spec.teams, "a": longer}
    spec = data.portfolio.spec.model_copy(update={"teams": teams})
    stricter = build(portfolio.replace(spec=spec), ready(portfolio))
    assert any("in turn" in text for text in rule.violations(plan, stricter))
