"""The simulator against answers from outside: queues, chains, networks without crews."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from planner.simulate import fast, reference
from planner.simulate.sampling import Sampler
from tests.networks import Job, network

if TYPE_CHECKING:
    from planner.network.arrays import Network


ORIGIN = ("", "")


def simulated(made: Network, samples: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return the draws of work and the finishes."""
    draws = Sampler(made, seed=seed, samples=samples).draw(0, samples)
    return draws.work_min, fast.simulate(made, draws).finish_min


def test_a_chain_is_the_sum_of_its_laws() -> None:
    """Twelve triangles 1000, 2000, 4500 in a row: mean 12 x 2500, variance 12 x 541,667.

    Variance of a triangle: (a^2 + b^2 + c^2 - ab - ac - bc) / 18. A sum of twelve is close to
    normal: its P80 is 0.842 standard deviations above the mean.
    """
    jobs = [
        Job(f"a{i}", (1000, 2000, 4500), ((f"a{i - 1}", "FS", 0),) if i else ()) for i in range(12)
    ]
    work, finish = simulated(network(jobs), 4000)
    np.testing.assert_array_equal(finish[:, -1], work.sum(axis=1))
    deviation = (12 * (1000**2 + 2000**2 + 4500**2 - 2e6 - 4.5e6 - 9e6) / 18) ** 0.5
    assert finish[:, -1].mean() == pytest.approx(30000, abs=1)  # stratified: no error to speak of
    assert finish[:, -1].std() == pytest.approx(deviation, rel=0.04)
    assert np.quantile(finish[:, -1], 0.8) == pytest.approx(30000 + 0.842 * deviation, rel=0.005)


def triangle_below(at: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Return the chance of a triangle below some values."""
    rising = (np.clip(at, low, mode) - low) ** 2 / ((high - low) * max(mode - low, 1e-9))
    falling = (high - np.clip(at, mode, high)) ** 2 / ((high - low) * max(high - mode, 1e-9))
    return np.where(at < mode, rising, 1 - falling)


def test_a_chain_has_the_convolution_of_its_laws() -> None:
    """Skewed triangles in a row, far from normal: at every minute the chance of being done by then
    is that of the exact convolution of the laws in whole minutes, within the Kolmogorov-Smirnov
    bound of one in a thousand."""
    laws = [(0, 0, 3000), (100, 200, 900), (0, 2500, 2500), (10, 20, 4000)]
    jobs = [Job(f"a{i}", law, ((f"a{i - 1}", "FS", 0),) if i else ()) for i, law in enumerate(laws)]
    exact = np.ones(1)
    for law in laws:
        edges = np.arange(law[2] + 2) - 0.5
        exact = np.convolve(exact, np.diff(triangle_below(edges, *law)))
    samples = 20_000
    done = np.sort(simulated(network(jobs), samples)[1][:, -1])
    found = np.searchsorted(done, np.arange(len(exact)), side="right") / samples
    assert np.abs(found - exact.cumsum()).max() < 1.95 / samples**0.5
    # Nor would a shift of a percent of the mean pass unseen.
    assert np.abs(np.roll(found, 45) - exact.cumsum()).max() > 1.95 / samples**0.5


@pytest.mark.slow
def test_a_crew_behind_random_arrivals_waits_as_pollaczek_and_khinchine_say() -> None:
    """Arrivals every 200 minutes (exponential) for one crew that needs a triangle 20, 60, 220: the
    mean wait is E[S^2] / 200 / (2 (1 - 1/2)) = 59.3 minutes, within four standard errors of means
    of a hundred batches of jobs."""
    count, samples = 20_000, 4
    arrivals = np.rint(np.random.default_rng(5).exponential(200, count).cumsum()).astype(int)
    jobs = [Job(f"a{i}", (20, 60, 220), needs={"el": 1}, gates=(f"g{i}",)) for i in range(count)]
    gates = {f"g{i}": (int(minute), 0) for i, minute in enumerate(arrivals)}
    made = network(jobs, crews={"el": 1}, gates=gates, days=3200)
    work, finish = simulated(made, samples)
    wait = (finish - work - arrivals).mean(axis=0)
    batches = wait.reshape(100, -1).mean(axis=1)
    error = batches.std(ddof=1) / 10
    second_moment = 100**2 + (20**2 + 60**2 + 220**2 - 1200 - 4400 - 13200) / 18
    assert error < 3
    assert wait.mean() == pytest.approx(second_moment / 200, abs=4 * error)


def test_one_crew_is_a_single_server_queue() -> None:
    """Lindley: a job waits for the crew as long as its predecessors in line still need it."""
    arrivals = np.cumsum([0, 300, 200, 900, 100, 100, 100, 2000, 50, 400])
    jobs = [Job(f"a{i}", (100, 350, 900), needs={"el": 1}, gates=(f"g{i}",)) for i in range(10)]
    gates = {f"g{i}": (int(minute), 0) for i, minute in enumerate(arrivals)}
    work, finish = simulated(network(jobs, crews={"el": 1}, gates=gates), 200)
    expected = np.empty_like(finish)
    free = np.zeros(200, dtype=np.int64)
    for i, minute in enumerate(arrivals):
        free = np.maximum(free, minute) + work[:, i]
        expected[:, i] = free
    np.testing.assert_array_equal(finish, expected)


def test_many_crews_are_a_multi_server_queue() -> None:
    """Kiefer and Wolfowitz: each job takes the crew that is free first."""
    jobs = [Job(f"a{i}", (100, 350, 900), needs={"el": 1}) for i in range(30)]
    work, finish = simulated(network(jobs, crews={"el": 3}), 100)
    for s in range(100):
        free = [0, 0, 0]
        for i in range(30):
            free.sort()
            free[0] += int(work[s, i])
            assert finish[s, i] == free[0]


@pytest.mark.parametrize("seed", range(20))
def test_without_crews_the_last_finish_is_the_longest_path(seed: int) -> None:
    """Random networks of all kinds of relations, against networkx on moments as nodes."""
    rng = np.random.default_rng(seed)
    jobs = []
    for i in range(25):
        before = rng.permutation(i)[: rng.integers(0, 4)]
        kinds = rng.choice(["FS", "SS", "FF", "SF"], size=len(before))
        after = tuple(
            (f"a{p}", str(kind), int(rng.integers(0, 500)))
            for p, kind in zip(before, kinds, strict=True)
        )
        jobs.append(Job(f"a{i}", int(rng.integers(0, 2000)), after))
    graph = nx.DiGraph()
    for job in jobs:
        graph.add_edge(ORIGIN, (job.name, "S"), weight=0)
        graph.add_edge((job.name, "S"), (job.name, "F"), weight=job.work)
        for pred, kind, lag in job.after:
            # FS runs from a finish to a start.
            edge = ((pred, kind[0]), (job.name, kind[1]))
            known = graph.get_edge_data(*edge, default={"weight": 0})["weight"]
            graph.add_edge(*edge, weight=max(lag, known))
    dates = {ORIGIN: 0}
    for node in itertools.islice(nx.topological_sort(graph), 1, None):
        dates[node] = max(dates[p] + graph.edges[p, node]["weight"] for p in graph.pred[node])
    made = network(jobs)
    draws = Sampler(made, seed=1, samples=1).draw(0, 1)
    for engine in (reference.simulate, fast.simulate):
        times = engine(made, draws)
        assert times.start_min[0].tolist() == [dates[j.name, "S"] for j in jobs]
        assert times.finish_min[0].tolist() == [dates[j.name, "F"] for j in jobs]
