"""Early retirement and moves on tiny portfolios, against linear programs of another author.

A hall of 10 MW holds 8,000 GPUs. Old ones stand in it, new ones of four times the speed can be had
quarter by quarter; old ones may be retired, or moved to a far hall that new ones do not fit. What
the model finds is what scipy finds for the same story, written here anew, to 1e-6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner import optimise
from planner.domain.site import Site
from tests.portfolios import MODE, SITE, SKU, merged, ready, standing, tiny
from tests.quarterly_program import DAYS, PERIODS, QUARTERS, YEARS, Program

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio

STARTS = ("2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01")
HALL, SPEED, DOWN = 8.0, 4.0, 30.0
SEEDS = range(12)


@dataclass(frozen=True)
class Case:
    """Draws; thousands of GPUs and billions of USD."""

    old: float
    far: float
    supply: tuple[float, ...]
    price: float
    cost: float
    resale: float
    opening: float
    heads: tuple[int, int]


def case(seed: int, kind: str) -> Case:
    r = np.random.default_rng(1000 + seed)
    return Case(
        old=float(r.integers(150, 251)) * 0.032, far=float(r.integers(40, 160)) * 0.032,
        supply=tuple(float(r.integers(0, 6)) for _ in range(PERIODS)),
        price=float(r.integers(20, 60)) / 1000, cost=float(r.integers(1, 12)) / 1000,
        resale=float(r.integers(0, 9)) / 1000 if kind == "retire" else 0.0,
        opening=float(r.integers(30, 400)) / 1000,
        heads=(int(r.integers(5, 60)), int(r.integers(5, 60))),
    )  # fmt: skip


def portfolio_of(drawn: Case, kind: str) -> Portfolio:
    supply = [{"since": day, "gpus": f"{n * 1000} gpu/quarter"}
              for day, n in zip(STARTS, drawn.supply, strict=True)]  # fmt: skip
    terms = {
        "stay": {},
        "retire": {"early_retirement": {"cost": f"{drawn.cost} MUSD/gpu",
                                        "resale": f"{drawn.resale} MUSD/gpu"}},
        "move": {"moves": {"cost": f"{drawn.cost} MUSD/gpu", "downtime": f"{DOWN} day"}},
    }[kind]  # fmt: skip
    old = {"supply": [{"since": "2025-01-01", "gpus": "0 gpu/quarter"}], **terms}
    new = merged(SKU, {
        "title": "New", "family": "new", "flops": {"bf16": f"{SPEED * 1000} TFLOP/s"},
        "rack_power": "50 kW/rack", "gpus_per_rack": 40, "supply": supply,
        "prices": [{"since": "2025-01-01", "price": f"{drawn.price} MUSD/gpu"}],
    })  # fmt: skip
    thin = merged(MODE, {"title": "Thin", "rack_limit": "45 kW/rack"})
    spec = {
        "horizon": "2026-12-31",
        "teams": {"a": {"researchers": [{"since": "2026-01-01", "researchers": drawn.heads[0]}]},
                  "b": {"researchers": [{"since": "2026-01-01", "researchers": drawn.heads[1]}]}},
        "finance": {"operating_cash_flow": [{"since": "2026-01-01", "cash_flow": "0 MUSD"}],
                    "opening_cash": f"{drawn.opening * 1000} MUSD"},
    }  # fmt: skip
    free = {"price": "0 USD/MWh"}
    site = merged(standing(round(drawn.old * 1000)), {
        "tranches": {"grid": free}, "groups": {"sheds": {"count": 0}}})  # fmt: skip
    portfolio = tiny(spec, site, {
        "accelerators": {"H100": old, "NEW": new}, "modes": {"thin": thin},
        "workloads": {"work": {"mfu": {"H100": 0.4, "NEW": 0.4}}}})  # fmt: skip
    far = Site(**merged(SITE, {
        "site": "south", "tranches": {"grid": free}, "groups": {"sheds": {"count": 0}},
        "standing": {"far": {"it_power": f"{drawn.far * 1.25} MW", "mode": "thin",
                             "ready": "2025-01-01"}}}))  # fmt: skip
    return portfolio.replace(sites={**portfolio.sites, "south": far})


def program(drawn: Case, kind: str) -> tuple[float, float]:
    """Return the best level of the worst team, and GPUs that leave [thousands].

    Variables by quarter: orders o, new in place g, leaving l, shares a and b [old GPUs]; level z.
    """
    made = Program("oglab")
    n, col, at_most = made.size, made.col, made.at_most
    for t in range(PERIODS):
        so_far = range(t + 1)
        gone = {col("l", u): -1.0 for u in so_far}
        at_most({col("g", t): 1.0} | {col("o", u): -1.0 for u in so_far}, 0.0)
        at_most({col("g", t): 1.0} | gone, HALL - drawn.old)
        if t:  # those ordered in a quarter before are in place
            at_most({col("o", u): 1.0 for u in range(t)} | {col("g", t): -1.0}, 0.0)
        # Those moved serve at the far hall but for their time on the road.
        back = {col("l", u): (1.0 - DOWN / DAYS[t] if u == t else 1.0) * (kind == "move")
                for u in so_far}  # fmt: skip
        at_most({col("a", t): 1.0, col("b", t): 1.0, col("g", t): -SPEED}
                | {c: 1.0 - back[c] for c in gone}, drawn.old)  # fmt: skip
        at_most({col("l", u): 1.0 for u in so_far}, drawn.old if kind != "stay" else 0.0)
        if kind == "move":
            at_most({c: v for c, v in back.items() if v}, drawn.far)
        net = drawn.cost - drawn.resale
        at_most({col("o", u): drawn.price for u in so_far}
                | {col("l", u): net for u in so_far}, drawn.opening)  # fmt: skip
    for name, heads in zip("ab", drawn.heads, strict=True):
        shares = {col(name, t): -1000.0 * YEARS[t] for t in range(PERIODS)}
        at_most({made.level: YEARS.sum() * heads} | shares, 0.0)
    cost = np.zeros(n)
    cost[made.level] = -1.0
    bounds = [(0.0, s * q) for s, q in zip(drawn.supply, QUARTERS, strict=True)]
    bounds += [(0.0, None)] * (n - PERIODS)
    found = made.least(cost, bounds)
    assert found.status == 0
    return -float(found.fun), float(found.x[2 * PERIODS : 3 * PERIODS].sum())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["retire", "move"])
def test_the_optimum_is_that_of_another_author(kind: str) -> None:
    """The first level to 1e-6, and the plan's lots keep every rule."""
    pays = 0
    for seed in SEEDS:
        drawn = case(seed, kind)
        portfolio = portfolio_of(drawn, kind)
        readiness = ready(portfolio, 0.0)
        plan = optimise.solve(portfolio, readiness, limits=optimise.Limits(gap=1e-9))
        assert plan.status is not None
        theirs, left = program(drawn, kind)
        assert plan.status.levels[0].value == pytest.approx(theirs, rel=1e-6), seed
        assert optimise.violations(portfolio, readiness, plan) == (), seed
        stays, _ = program(drawn, "stay")
        pays += theirs > stays * (1 + 1e-6) and left > 0
    assert pays >= len(SEEDS) // 2, "leaving pays in too few cases to say anything"
