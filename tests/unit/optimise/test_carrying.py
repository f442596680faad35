"""Halls of the cost level: as late as what they carry allows, and never dearer."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner.errors import InfeasibleError, LimitError
from planner.optimise import levels, solve
from planner.optimise.carrying import carried
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.model import formulate
from planner.optimise.rounding import fix, start_columns
from planner.optimise.search import value_of
from tests.drawn_portfolios import drawn
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.optimise.engine import Solution

YEAR_2027 = {"tranches": {"grid": {"energised": "2027-01-01"}}}
RATED = {"finance": {"discount_rate": 0.08}, "policy": {"tolerance": 0.005}}


def model(portfolio: Portfolio, days: float = 90.0) -> tuple[Engine, list[int]]:
    """Return the compiled model that seeks the least spend, and the columns of its starts."""
    data = build(portfolio, ready(portfolio, days))
    engine = Engine(formulate(data), seed=1)
    return engine, start_columns(engine, data)


@pytest.mark.parametrize("is_small", [True, False])
def test_halls_start_no_earlier_than_power_comes(
    monkeypatch: pytest.MonkeyPatch, *, is_small: bool
) -> None:
    """Power of 2027 needs halls ready in 90 days by then: they start in the quarter before."""
    monkeypatch.setattr(levels, "is_small", lambda *_: is_small)
    portfolio = tiny(RATED, YEAR_2027)
    plan = solve(portfolio, ready(portfolio))
    assert len(plan.starts) == 2
    first = min(start.release for start in plan.starts)
    assert dt.date(2026, 10, 1) <= first < dt.date(2027, 1, 1)


def test_whole_halls_carry_a_point_as_late_as_they_can() -> None:
    """GPUs stand from 2027 on: of all starts before, the last that is ready by then is cheapest."""
    engine, columns = model(tiny(RATED, YEAR_2027))
    early = np.zeros(len(columns))
    early[0] = 2.0
    fix(engine, columns, early, early)
    engine.seek({engine.column("worst"): 1.0}, "max")
    best = engine.solve_lp()
    assert best.values is not None
    engine.seek({engine.column("spend"): 1.0}, "min")
    fix(engine, columns, np.zeros(len(columns)), np.full(len(columns), 2.0))
    later = carried(engine, best.values)
    assert later.values is not None
    # Quarters of 2026: the fourth begins 92 days before the power, and a hall takes 90.
    assert np.round(later.values[columns])[:5].tolist() == [0, 0, 0, 2, 0]
    orders = list(engine.columns_of("orders").values())
    assert later.values[orders].tolist() == best.values[orders].tolist()
    halls = np.round(later.values[columns])
    fix(engine, columns, halls, halls)
    engine.bound(engine.column("worst"), best.values[engine.column("worst")] - 1e-6, np.inf)
    # It is a point of the whole model: the least spend is no more than its own.
    again = engine.solve_lp()
    assert value_of(again) <= value_of(later) * (1 + 1e-6)


def test_what_no_whole_halls_carry_is_none() -> None:
    """GPUs of two halls do not stand in one."""
    engine, columns = model(tiny(RATED))
    engine.seek({engine.column("worst"): 1.0}, "max")
    best = engine.solve_lp()
    assert best.values is not None
    fix(engine, columns, np.zeros(len(columns)), np.eye(1, len(columns))[0])
    assert carried(engine, best.values).values is None


def test_moved_halls_are_never_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn portfolios, none called small: the cost level keeps halls as they are, or saves."""
    seen: list[tuple[float, float]] = []
    move = levels._started_later

    def noted(search: Any, columns: Any, halls: Any, best: Solution) -> Solution:
        found = move(search, columns, halls, best)
        seen.append((value_of(best), value_of(found)))
        return found

    monkeypatch.setattr(levels, "is_small", lambda *_: False)
    monkeypatch.setattr(levels, "_started_later", noted)
    for seed in range(10):
        with contextlib.suppress(InfeasibleError, LimitError):
            solve(*drawn(seed))
    assert all(after <= before for before, after in seen)
    assert any(after < before for before, after in seen)
