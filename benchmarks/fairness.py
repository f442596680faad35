"""How long leximin takes over many teams with builds fixed: ``python -m benchmarks.fairness``.

A fleet that stands, teams of some kinds of work, one in ten of them with a guarantee, periods of a
quarter. Prints a markdown table in CPU seconds: one solve of the first level with every team by
itself, all levels the same way, and both with alike teams pooled as `optimise.solve` does; levels
are compared.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.optimise.alike import pooled
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.fairness import fairness_of
from planner.optimise.model import formulate
from tests.portfolios import SKU, WORKLOAD, nothing_to_build, ready, tiny

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.optimise.data import ModelData

GUARANTEED = 0.1
USABLE = 0.7


@dataclass(frozen=True)
class Case:
    """A size: teams, kinds of work, SKUs, last day planned."""

    teams: int
    kinds: int
    skus: int
    horizon: str


CASES = (
    Case(8, 3, 3, "2029-12-31"), Case(50, 8, 5, "2031-12-31"), Case(200, 12, 8, "2035-12-31"),
    Case(200, 100, 8, "2035-12-31"), Case(200, 200, 8, "2035-12-31"),
)  # fmt: skip


def portfolio_of(case: Case, seed: int) -> Portfolio:
    """Return a portfolio of teams on a fleet that stands."""
    random = np.random.default_rng(seed)
    names = [f"S{j}" for j in range(case.skus)]
    none = [{"since": "2025-01-01", "gpus": "0 gpu/quarter"}]
    skus = {name: {**SKU, "supply": none} for name in ("H100", *names)}
    work = {}
    for kind in range(case.kinds):
        mfu = {n: float(random.uniform(0.05, 0.5)) for n in names if random.random() < USABLE}
        work[f"w{kind}"] = {**WORKLOAD, "mfu": {"H100": 0.2, names[0]: 0.1} | mfu}
    teams: dict[str, Any] = {"a": None, "b": None}
    for w in range(case.teams):
        heads = [{"since": "2026-01-01", "researchers": int(random.integers(5, 80))}]
        teams[f"t{w}"] = {
            "title": f"Team {w}", "mix": {f"w{w % case.kinds}": 1}, "researchers": heads,
            "weight": float(random.choice([1.0, 1.0, 2.0])),
        }  # fmt: skip
        if random.random() < GUARANTEED:
            least = random.uniform(200, 900)
            teams[f"t{w}"]["guarantee"] = f"{least:.2f} h100e/researcher"
    fleet = [
        {"sku": n, "gpus": int(random.integers(40, 400) * case.teams), "since": "2025-06-01"}
        for n in names
    ]
    hall = {"it_power": "2000 MW", "mode": "shed", "ready": "2025-01-01"}
    site = {
        "standing": {"old": hall}, "installed": {"old": fleet}, **nothing_to_build(),
        "tranches": {"grid": {"nameplate": "4000 MW", "firm": "4000 MW"}},
    }  # fmt: skip
    return tiny({"horizon": case.horizon, "teams": teams}, site,
                {"accelerators": skus, "workloads": work})  # fmt: skip


def timed(data: ModelData) -> tuple[float, float, dict[str, float], int]:
    """Return CPU seconds of the first level and of all, the levels, and how many there are."""
    fair, model = fairness_of(data), formulate(data)
    engine = Engine(model, seed=1)
    start = time.process_time()
    fair.relax(engine)
    first = time.process_time() - start
    engine = Engine(model, seed=1)
    start = time.process_time()
    settled = fair.settle(engine) or []
    every = time.process_time() - start
    return first, every, {t: s.level for s in settled for t in s.teams}, len(settled)


def row(case: Case, seed: int) -> str:
    """Return a row of the table."""
    portfolio = portfolio_of(case, seed)
    data = build(portfolio, ready(portfolio))
    small = pooled(data)
    first, every, apart, levels = timed(data)
    first_pooled, every_pooled, together, _ = timed(small)
    off = max(abs(apart[t] - x) / max(abs(x), 1e-9) for t, x in together.items())
    claims = len(small.consumers)
    return (
        f"| {case.teams}, {case.kinds} | {case.skus} x {data.n_periods} | {levels} | {claims} | "
        f"{first:.2f} | {every:.2f} | {first_pooled:.2f} | {every_pooled:.2f} | "
        f"{every_pooled / first:.2f} | {every / first:.2f} | {off:.0e} |"
    )


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the smallest size only")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    print(
        "| teams, kinds | SKUs x periods | levels | consumers pooled | first level s "
        "| all levels s "
        "| first level pooled s | all levels pooled s | all pooled / first | all / first | "
        "levels differ by |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for case in CASES[: 1 if asked.quick else None]:
        print(row(case, asked.seed), flush=True)


if __name__ == "__main__":
    main()
