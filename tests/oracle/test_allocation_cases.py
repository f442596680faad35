"""Allocations with known answers: closed forms, and cases confirmed by two formulations.

SKUs stand in one hall and nothing can be built, so that the plan is an allocation in one period.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from planner import optimise
from planner.errors import InfeasibleError
from tests.portfolios import SKU, WORKLOAD, nothing_to_build, ready, tiny

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio

PER_RATE = 0.05
"""MFU that is one H100e."""


@dataclass(frozen=True)
class Crowd:
    """A team: researchers, effective compute of a GPU by SKU, least compute."""

    researchers: int
    rate: dict[str, float]
    least: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True)
class Case:
    """Teams and SKUs, the compute of each team, and a product's floor with its rates."""

    name: str
    skus: dict[str, int]
    teams: dict[str, Crowd]
    expected: dict[str, float]
    floor: float = 0.0
    floor_rate: dict[str, float] = field(default_factory=dict)


CASES = (
    Case(
        "three teams, one of which cannot use a SKU",
        {"H": 4000, "G": 2000, "T": 3000},
        {
            "pretrain": Crowd(60, {"H": 1.0, "G": 2.5}),
            "posttrain": Crowd(40, {"H": 1.0, "G": 2.2, "T": 1.4}),
            "research": Crowd(100, {"H": 1.0, "G": 1.6, "T": 0.9}),
        },
        {"pretrain": 3619.428969, "posttrain": 2412.952646, "research": 6032.381616},
    ),
    Case(
        "leximin goes on after the worst team is settled",
        {"A": 100, "H": 900},
        {
            "locked": Crowd(10, {"A": 1.0}),
            "b": Crowd(10, {"A": 1.0, "H": 2.0}),
            "c": Crowd(20, {"H": 2.0}),
        },
        {"locked": 100.0, "b": 600.0, "c": 1200.0},
    ),
    Case(
        "comparative advantage: the fair answer, not the largest sum",
        {"H": 1000, "G": 500},
        {"a": Crowd(50, {"H": 1.0, "G": 3.0}), "b": Crowd(50, {"H": 1.2, "G": 2.0})},
        {"a": 1320.0, "b": 1320.0},
    ),
    Case(
        "a guarantee above the fair share, the rest shared by heads",
        {"H": 1000},
        {
            "safety": Crowd(10, {"H": 1.0}, least=400),
            "pretrain": Crowd(40, {"H": 1.0}),
            "apps": Crowd(50, {"H": 1.0}),
        },
        {"safety": 400.0, "pretrain": 800 / 3, "apps": 1000 / 3},
    ),
    Case(
        "a floor served from the SKU that costs research least",
        {"H": 1000, "L": 800},
        {
            "pretrain": Crowd(30, {"H": 1.0, "L": 0.2}),
            "rl": Crowd(20, {"H": 1.0, "L": 0.3}),
        },
        {"pretrain": 570.0, "rl": 380.0},
        floor=900.0,
        floor_rate={"H": 2.0, "L": 1.0},
    ),
    Case(
        "twice the weight, twice the compute a head",
        {"H": 900},
        {"a": Crowd(10, {"H": 1.0}, weight=2.0), "b": Crowd(10, {"H": 1.0})},
        {"a": 600.0, "b": 300.0},
    ),
    Case(
        "a guarantee that binds in the late case only",
        {"H": 1000},
        {"a": Crowd(20, {"H": 1.0}), "b": Crowd(20, {"H": 1.0}, least=600)},
        {"a": 400.0, "b": 600.0},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_teams_get_what_is_known(case: Case) -> None:
    """The plan gives every team its known effective compute."""
    portfolio = portfolio_of(case)
    plan = optimise.solve(portfolio, ready(portfolio))
    given = dict.fromkeys(case.teams, 0.0)
    for share in plan.shares:
        name = share.consumer.removeprefix("team ")
        if name in given:
            given[name] += share.h100e
    assert given == pytest.approx(case.expected, rel=1e-4)
    assert optimise.violations(portfolio, ready(portfolio), plan) == ()


def test_guarantees_beyond_the_fleet_are_named_with_their_shortfall() -> None:
    """700 and 500 of 1,000: both guarantees conflict, and either may give way by 200."""
    case = Case(
        "", {"H": 1000},
        {name: Crowd(10, {"H": 1.0}, least=x) for name, x in {"a": 700, "b": 500, "c": 0}.items()},
        {},
    )  # fmt: skip
    portfolio = portfolio_of(case)
    with pytest.raises(InfeasibleError) as caught:
        optimise.solve(portfolio, ready(portfolio))
    texts = [text for text, _ in caught.value.conflict]
    assert texts == [
        "team team a is guaranteed 70 h100e/researcher",
        "team team b is guaranteed 50 h100e/researcher",
    ]  # fmt: skip
    assert caught.value.is_reduced
    # 200 of the fleet are 20 h100e a researcher of either team.
    assert [round(c.old - c.new, 6) for c in caught.value.changes] == [20, 20]
    assert all(c.is_confirmed for c in caught.value.changes)


def portfolio_of(case: Case) -> Portfolio:
    """Return a portfolio of one quarter whose SKUs stand and whose teams have their own work."""
    skus = {name: {**SKU, "supply": [{"since": "2025-01-01", "gpus": "0 gpu/quarter"}]}
            for name in ("H100", *case.skus)}  # fmt: skip
    work = {name: _work(crowd.rate) for name, crowd in case.teams.items()}
    teams: dict[str, object] = {"a": None, "b": None} | {
        f"team {name}": {
            "title": name, "mix": {name: 1}, "weight": crowd.weight,
            "researchers": [{"since": "2026-01-01", "researchers": crowd.researchers}],
        } | _guarantee(crowd)
        for name, crowd in case.teams.items()
    }  # fmt: skip
    spec: dict[str, object] = {"horizon": "2026-03-31", "teams": teams}
    if case.floor:
        work["serve"] = _work(case.floor_rate)
        # One H100e is 1000 x PER_RATE TFLOP/s.
        spec["products"] = {"serve": {
            "title": "Serve", "users": f"{case.floor * 1000 * PER_RATE} user", "growth": 0,
            "requests": "86400 request/user/day", "flop": "1 TFLOP/request", "peak": 1,
            "workload": "serve",
        }}  # fmt: skip
    site = {
        "standing": {"old": {"it_power": "100 MW", "mode": "shed", "ready": "2025-01-01"}},
        "tranches": {"grid": {"firm": "200 MW"}},
        "installed": {"old": [
            {"sku": name, "gpus": gpus, "since": "2025-06-01"} for name, gpus in case.skus.items()
        ]},
        **nothing_to_build(),
    }  # fmt: skip
    return tiny(spec, site, {"accelerators": skus, "workloads": work})


def _work(rate: dict[str, float]) -> dict[str, object]:
    mfu = {"H100": PER_RATE} | {sku: PER_RATE * value for sku, value in rate.items()}
    return {**WORKLOAD, "mfu": mfu}


def _guarantee(crowd: Crowd) -> dict[str, object]:
    if not crowd.least:
        return {}
    return {"guarantee": f"{crowd.least / crowd.researchers:g} h100e/researcher"}
