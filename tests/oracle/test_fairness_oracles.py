"""Every fairness objective against a method of its own: ordered sums, enumeration, smooth
search, on random small instances.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize

from planner.optimise.allocation import Allocation, Fleet, Party, allocate
from planner.optimise.fairness import Claim, Curve, MaxMin, Mean, Ordered
from tests.depth import depth

INSTANCES = depth(100, 200)
TOLERANCE = 1e-6
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Instance:
    """Teams (W) and SKUs (J): rates (W, J), units (J), least use (W), ceilings (W), bases (W)."""

    rate: Floats
    units: Floats
    least: Floats
    most: Floats
    base: Floats
    weight: Floats

    @property
    def names(self) -> list[str]:
        return [f"t{w}" for w in range(len(self.base))]

    @property
    def fleet(self) -> Fleet:
        return Fleet({f"s{j}": float(x) for j, x in enumerate(self.units)})

    @property
    def parties(self) -> list[Party]:
        return [
            Party(
                name,
                {f"s{j}": float(x) for j, x in enumerate(self.rate[w])},
                least=float(self.least[w]),
                most=float(self.most[w]),
            )
            for w, name in enumerate(self.names)
        ]

    def claims(self, base: Floats) -> tuple[Claim, ...]:
        return tuple(
            Claim((name,), float(base[w]), float(self.weight[w]))
            for w, name in enumerate(self.names)
        )


def drawn(seed: int) -> Instance:
    """Return a random instance: two to four teams, one to three SKUs, some floors and ceilings."""
    random = np.random.default_rng(seed)
    teams, skus = int(random.integers(2, 5)), int(random.integers(1, 4))
    rate = random.uniform(0.2, 3.0, (teams, skus)) * (random.random((teams, skus)) < 0.8)
    rate[:, 0] = np.maximum(rate[:, 0], 0.2)
    units = random.uniform(1.0, 10.0, skus)
    # Guarantees take at most half of the first SKU together, so that there is always a way.
    part = random.dirichlet(np.ones(teams)) * units[0] / 2
    least = part * rate[:, 0] * (random.random(teams) < 0.3)
    most = np.where(random.random(teams) < 0.3, least + random.uniform(0.5, 5.0, teams), np.inf)
    return Instance(
        rate, units, least, most, random.uniform(0.5, 5.0, teams), random.uniform(0.5, 3.0, teams)
    )


def leximin_by_ordered_sums(case: Instance, divisor: Floats) -> list[float]:
    """Return the leximin vector: the greatest sum of the k lowest levels for k = 1, 2, ...

    Columns are units (W, J), then for every k a pivot and what levels are under it (W).
    """
    teams, skus = case.rate.shape
    n = teams * skus
    size = n + teams * (1 + teams)
    use = np.zeros((teams, size))
    for w in range(teams):
        use[w, w * skus : (w + 1) * skus] = case.rate[w]
    rows = [np.concatenate([np.tile(np.eye(skus)[j], teams), np.zeros(size - n)])
            for j in range(skus)]  # fmt: skip
    limits = list(case.units)
    for w in range(teams):
        rows.append(-use[w])
        limits.append(-case.least[w])
        if np.isfinite(case.most[w]):
            rows.append(use[w])
            limits.append(case.most[w])
    sums = []
    for k in range(1, teams + 1):
        at = n + (k - 1) * (1 + teams)
        lowest = np.zeros(size)
        lowest[at], lowest[at + 1 : at + 1 + teams] = k, -1.0
        sums.append(lowest)
        for w in range(teams):
            row = -use[w] / divisor[w]
            row[at], row[at + 1 + w] = 1.0, -1.0
            rows.append(row)
            limits.append(0.0)
    free = [(None, None) if i >= n and (i - n) % (1 + teams) == 0 else (0, None)
            for i in range(size)]  # fmt: skip
    found = []
    for lowest in sums:
        answer = linprog(-lowest, A_ub=np.array(rows), b_ub=limits, bounds=free, options=TIGHT)
        assert answer.status == 0
        found.append(-answer.fun)
        rows.append(-lowest)
        limits.append(answer.fun + 1e-8)
    return list(np.diff([0.0, *found]))


def levels(case: Instance, found: Allocation, divisor: Floats) -> list[float]:
    return sorted(found.use[name] / divisor[w] for w, name in enumerate(case.names))


@pytest.mark.slow
@pytest.mark.parametrize("base", ["researchers", "equal split", "weight alone"])
def test_settled_teams_are_the_ordered_sums(base: str) -> None:
    """Leximin by settled teams gives the vector that ordered sums give, whatever the base."""
    for seed in range(INSTANCES):
        case = drawn(seed)
        own = {
            "researchers": case.base,
            "equal split": case.rate @ case.units / len(case.base),
            "weight alone": np.ones(len(case.base)),
        }[base]
        found = allocate(case.fleet, case.parties, [MaxMin(case.claims(own))])
        assert isinstance(found, Allocation)
        wanted = leximin_by_ordered_sums(case, own * case.weight)
        got = levels(case, found, own * case.weight)
        assert got == pytest.approx(wanted, rel=TOLERANCE, abs=TOLERANCE), seed


@pytest.mark.slow
def test_dominant_shares_are_the_ordered_sums() -> None:
    """DRF by the tasks that all of the fleet would carry raises dominant shares in leximin order.

    The oracle knows nothing of tasks with everything: it divides by the dominant share of a task.
    """
    for seed in range(INSTANCES):
        random = np.random.default_rng(seed)
        teams, skus = int(random.integers(2, 5)), int(random.integers(1, 4))
        task = random.uniform(0.1, 3.0, (teams, skus))
        units, weight = random.uniform(2.0, 9.0, skus), random.uniform(0.5, 3.0, teams)
        dominant = (task / units).max(axis=1)
        fleet = Fleet({f"s{j}": float(x) for j, x in enumerate(units)})
        parties = [Party(f"t{w}", task={f"s{j}": float(x) for j, x in enumerate(task[w])})
                   for w in range(teams)]  # fmt: skip
        alone = (units / task).min(axis=1)
        claims = tuple(Claim((f"t{w}",), float(alone[w]), float(weight[w])) for w in range(teams))
        found = allocate(fleet, parties, [MaxMin(claims)])
        assert isinstance(found, Allocation)
        got = [found.use[f"t{w}"] * dominant[w] / weight[w] for w in range(teams)]
        # All need some of every resource, so the first that is used up stops everybody: one level.
        level = float((units / (task * (weight / dominant)[:, None]).sum(axis=0)).min())
        assert got == pytest.approx([level] * teams, rel=TOLERANCE), seed


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, 2.0])
def test_sums_are_those_of_a_smooth_search(alpha: float) -> None:
    """Nash and alpha-fair by tangents reach what sequential quadratic programming reaches."""
    for seed in range(INSTANCES):
        case = drawn(seed)
        unit = float(np.mean(case.rate @ case.units / case.base)) / len(case.base)
        mean = Mean(case.claims(case.base), Curve(alpha), unit)
        found = allocate(case.fleet, case.parties, [mean])
        assert isinstance(found, Allocation)
        level = {n: found.use[n] / case.base[w] for w, n in enumerate(case.names)}
        got = mean.value(level)
        wanted = best_mean(case, alpha)
        assert got == pytest.approx(wanted, rel=TOLERANCE), seed


def best_mean(case: Instance, alpha: float) -> float:
    """Return the greatest power mean, searched from an equal split."""
    teams, skus = case.rate.shape
    share = case.weight / case.weight.sum()

    def use(x: Floats) -> Floats:
        made: Floats = (case.rate * x.reshape(teams, skus)).sum(axis=1)
        return made

    def worth(x: Floats) -> float:
        level = np.maximum(use(x) / case.base, 1e-12)
        if alpha == 1.0:
            return -float(share @ np.log(level))
        return -float(share @ (level ** (1.0 - alpha))) / (1.0 - alpha)

    def slope(x: Floats) -> Floats:
        level = np.maximum(use(x) / case.base, 1e-12)
        made: Floats = -((share * level**-alpha / case.base)[:, None] * case.rate).ravel()
        return made

    rules = [
        {"type": "ineq", "fun": lambda x: case.units - x.reshape(teams, skus).sum(axis=0)},
        {"type": "ineq", "fun": lambda x: use(x) - case.least},
        {"type": "ineq", "fun": lambda x: np.where(np.isfinite(case.most), case.most - use(x), 1)},
    ]
    start = np.tile(case.units / teams, teams)
    answer = minimize(
        worth, start, jac=slope, bounds=[(0, None)] * (teams * skus), constraints=rules,
        method="SLSQP", options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    value = -float(answer.fun)
    return float(np.exp(value)) if alpha == 1.0 else float(
        (value * (1.0 - alpha)) ** (1.0 / (1.0 - alpha)))  # fmt: skip


@pytest.mark.slow
def test_whole_nodes_are_those_of_enumeration() -> None:
    """Leximin over whole nodes is the best of all ways to give them out."""
    for seed in range(INSTANCES):
        random = np.random.default_rng(seed)
        teams, nodes = int(random.integers(2, 4)), int(random.integers(2, 7))
        rate, base = random.uniform(0.5, 2.0, teams), random.uniform(0.5, 4.0, teams)
        fleet = Fleet({"s": 8.0 * nodes}, node={"s": 8.0})
        parties = [Party(f"t{w}", {"s": float(rate[w])}) for w in range(teams)]
        claims = tuple(Claim((f"t{w}",), float(base[w])) for w in range(teams))
        found = allocate(fleet, parties, [Ordered(claims)])
        assert isinstance(found, Allocation)
        got = sorted(found.use[f"t{w}"] / base[w] for w in range(teams))
        ways = (way for way in itertools.product(range(nodes + 1), repeat=teams)
                if sum(way) <= nodes)  # fmt: skip
        wanted = max(sorted(8.0 * n * rate[w] / base[w] for w, n in enumerate(way))
                     for way in ways)  # fmt: skip
        assert got == pytest.approx(wanted, rel=TOLERANCE), seed
