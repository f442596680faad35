"""A round begins from the halls of the one before, where they still come within the gap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.optimise.carrying import GAP
from planner.optimise.engine import Engine
from planner.optimise.levels import COST_GAP
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.engine import Solution


def halls_of(plan: Plan) -> list[tuple[str, str]]:
    return [(start.hall, start.release.isoformat()) for start in plan.starts]


def worst(plan: Plan) -> float:
    return min(plan.level.values())


def test_the_halls_of_the_round_before_are_kept_without_a_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Corrections of a week leave the choice as it was: linear programs alone find the plan."""
    portfolio = tiny()
    first = optimise.solve(portfolio, ready(portfolio))
    assert first.status is not None
    assert sum(first.status.halls.values()) == len(first.starts)
    late = {"hall north/sheds/shed/standard 0": 7.0}

    searched: list[dict[str, float]] = []
    whole = Engine.solve_mip

    def noted(self: Engine, **more: Any) -> Solution:
        searched.append(more)
        return whole(self, **more)

    monkeypatch.setattr(Engine, "solve_mip", noted)
    anew = optimise.solve(portfolio, ready(portfolio), corrections=late)
    first_level = [more for more in searched if more["gap"] < COST_GAP and more["gap"] != GAP]
    assert first_level, "without a plan to begin from there is a search"
    searched.clear()
    second = optimise.solve(portfolio, ready(portfolio), corrections=late, begin=first)
    assert {more["gap"] for more in searched} <= {GAP, COST_GAP}
    assert halls_of(second) == halls_of(anew)
    assert worst(second) == pytest.approx(worst(anew), rel=1e-6)


def test_halls_that_do_not_come_within_the_gap_any_more_are_sought_anew() -> None:
    """A plan of one hall leaves half of the compute: it is no place to begin from."""
    portfolio = tiny()
    first = optimise.solve(portfolio, ready(portfolio))
    assert first.status is not None
    option = next(iter(first.status.halls))
    poor = first.replace(status=replace(first.status, halls={option: 1.0}))
    second = optimise.solve(portfolio, ready(portfolio), begin=poor)
    assert halls_of(second) == halls_of(first)
    assert worst(second) == pytest.approx(worst(first), rel=1e-6)


def test_halls_of_options_that_are_gone_are_no_beginning() -> None:
    """An option that cannot be ready in time any more is none; its halls are sought anew."""
    portfolio = tiny()
    first = optimise.solve(portfolio, ready(portfolio))
    assert first.status is not None
    gone = first.replace(status=replace(first.status, halls={("nowhere", "2026Q1"): 2.0}))
    assert halls_of(optimise.solve(portfolio, ready(portfolio), begin=gone)) == halls_of(first)
