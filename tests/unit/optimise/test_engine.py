"""The compiled model on HiGHS: bounds, rows, statuses."""

from __future__ import annotations

import time

import pyomo.environ as pyo
import pytest

from planner.domain.plan import Termination
from planner.errors import UnboundedError
from planner.optimise.engine import Engine


def toy(limit: float | None = 10.0) -> Engine:
    """max x + y under x + 2 y <= `limit`, y whole."""
    model = pyo.ConcreteModel()
    model.x = pyo.Var(["a"], domain=pyo.NonNegativeReals)
    model.y = pyo.Var(domain=pyo.NonNegativeIntegers, bounds=(0, 3))
    if limit is not None:
        model.row = pyo.Constraint(expr=model.x["a"] + 2 * model.y <= limit)
    model.least = pyo.Constraint(expr=model.x["a"] >= 0.5)
    model.goal = pyo.Objective(expr=0 * model.x["a"])
    engine = Engine(model, seed=1)
    goal = {engine.column("x", "a"): 1.0}
    if limit is not None:
        goal[engine.column("y")] = 3.0
    engine.seek(goal, "max")
    return engine


def test_names_are_stable() -> None:
    """Columns and rows go by the names that a duals table or a conflict would quote."""
    engine = toy()
    assert set(engine.columns) == {"x[a]", "y"}
    assert set(engine.rows) == {"row", "least"}
    assert engine.columns_of("x") == {("a",): engine.column("x", "a")}


NAMES = ("St. Louis", "1", "it's", "GB300 (NVL72)", "a,b", "[x]", 'q"q', "1e3", "back\\slash", "..")


def test_names_are_those_of_the_user() -> None:
    """A name may hold what Pyomo quotes, or be a number: sites and SKUs are called as they like."""
    model = pyo.ConcreteModel()
    model.x = pyo.Var([(name, "2026Q1") for name in NAMES], domain=pyo.NonNegativeReals)
    model.limit = pyo.Constraint(NAMES, rule=lambda m, name: m.x[name, "2026Q1"] <= 1)
    model.goal = pyo.Objective(expr=0 * model.x["1", "2026Q1"])
    engine = Engine(model, seed=1)
    assert list(engine.columns_of("x")) == [(name, "2026Q1") for name in NAMES]
    for name in NAMES:
        assert engine.columns_of("x")[name, "2026Q1"] == engine.column("x", name, "2026Q1")
        assert engine.index_of(f"limit[{name}]") == (name,)


def test_a_new_objective_is_a_change_of_costs() -> None:
    """x + 3 y is largest at y = 3, x = 4: 13; then -x alone at its least, 0.5."""
    engine = toy()
    assert engine.solve_mip(gap=0, nodes=100).objective == pytest.approx(13.0)
    engine.seek({engine.column("x", "a"): 1.0}, "min")
    assert engine.solve_lp().objective == pytest.approx(0.5)


def test_a_row_dropped_and_restored_holds_again() -> None:
    """Without its lower limit x goes to zero, with it back to a half."""
    engine = toy()
    engine.seek({engine.column("x", "a"): 1.0}, "min")
    engine.free(engine.rows["least"])
    assert engine.solve_lp().objective == pytest.approx(0.0)
    engine.restore(engine.rows["least"])
    assert engine.solve_lp().objective == pytest.approx(0.5)


def test_infeasible_has_no_values() -> None:
    """A status comes before any value."""
    found = toy(limit=0.0).solve_lp()
    assert found.termination is Termination.INFEASIBLE
    assert found.values is None


def test_unbounded_is_an_error_of_its_own() -> None:
    """What has no limit is told apart from what has no plan, for whole models too."""
    with pytest.raises(UnboundedError):
        toy(limit=None).solve_lp()
    with pytest.raises(UnboundedError):
        toy(limit=None).solve_mip(gap=0, nodes=10)


def test_no_time_is_a_limit() -> None:
    """A clock that has run out leaves no values, and is remembered."""
    engine = toy()
    engine.deadline = time.monotonic()
    found = engine.solve_lp()
    assert found.values is None or found.termination is Termination.OPTIMAL
    if found.values is None:
        assert engine.hit_clock


def test_least_slack_is_the_least_a_row_must_give_way() -> None:
    """x >= 0.5 against x + 2 y <= 0.2 lacks 0.3, on either side."""
    engine = toy(limit=0.2)
    assert engine.least_slack([engine.rows["least"]]) == pytest.approx(0.3)
    assert engine.least_slack([engine.rows["row"]]) == pytest.approx(0.3)


def test_nothing_goes_to_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    """Stdout is for data: the solver's banner stays away."""
    toy().solve_lp()
    assert capfd.readouterr().out == ""
