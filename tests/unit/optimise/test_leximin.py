"""Leximin by settled teams, on a model small enough to see through."""

from __future__ import annotations

from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.leximin import Ranking, leximin
from planner.optimise.model import formulate
from tests.oracle.test_allocation_cases import Case, Crowd, portfolio_of
from tests.portfolios import ready

LOCKED = Case(
    "", {"A": 100, "H": 900},
    {"locked": Crowd(10, {"A": 1.0}), "b": Crowd(10, {"A": 1.0, "H": 2.0}),
     "c": Crowd(20, {"H": 2.0})}, {},
)  # fmt: skip


def engine_of(case: Case) -> Engine:
    portfolio = portfolio_of(case)
    return Engine(formulate(build(portfolio, ready(portfolio))), seed=1)


def test_teams_settle_worst_first() -> None:
    """One team is stuck at 10, the two others share the next level of 60."""
    settled = leximin(engine_of(LOCKED))
    assert settled is not None
    assert [step.teams for step in settled] == [("team locked",), ("team b", "team c")]
    assert [round(step.level, 4) for step in settled] == [10.0, 60.0]


def test_a_ranking_reset_ranks_all_teams_again() -> None:
    """A second run on the same engine gives the same levels."""
    engine = engine_of(LOCKED)
    first = leximin(engine)
    Ranking(engine).hold({"team locked": 10.0}, 1.0)
    second = leximin(engine)
    assert first is not None
    assert second is not None
    assert [s.teams for s in first] == [s.teams for s in second]


def test_nothing_feasible_is_none() -> None:
    """Without a feasible point there is no ranking."""
    short = Case("", {"H": 10}, {"a": Crowd(1, {"H": 1.0}, least=20)}, {})
    assert leximin(engine_of(short)) is None


def test_teams_that_guarantees_hold_up_settle_with_the_first_level() -> None:
    """Two teams are held at 40 and 30 by their guarantees, the rest share what is left alike."""
    crowds = {"a": Crowd(5, {"H": 1.0}, least=200), "b": Crowd(10, {"H": 1.0}, least=300)}
    rest = {f"t{n}": Crowd(10, {"H": 1.0}) for n in range(4)}
    engine = engine_of(Case("", {"H": 900}, {**crowds, **rest}, {}))
    solves = []
    solve_lp = engine.solve_lp
    engine.solve_lp = lambda **k: solves.append(1) or solve_lp(**k)  # type: ignore[method-assign,func-returns-value]
    settled = leximin(engine)
    assert settled is not None
    assert [(step.teams, round(step.level, 4)) for step in settled] == [
        (("team t0", "team t1", "team t2", "team t3"), 10.0),
        (("team b",), 30.0), (("team a",), 40.0),
    ]  # fmt: skip
    assert len(solves) == 3
