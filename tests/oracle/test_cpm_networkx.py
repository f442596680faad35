"""The deterministic pass against longest paths of networkx, on random networks around the clock."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from planner.network import deterministic
from tests.networks import DAY, Job, network

KINDS = ("FS", "SS", "FF", "SF", "ARC")


def _jobs(seed: int) -> list[Job]:
    rng = np.random.default_rng(seed)
    jobs: list[Job] = []
    for i in range(int(rng.integers(2, 40))):
        after = tuple(
            (f"a{int(rng.integers(i))}", str(rng.choice(KINDS)), int(rng.integers(0, 3)) * 700)
            for _ in range(int(rng.integers(0, 4)) if i else 0)
        )
        jobs.append(Job(f"a{i}", int(rng.integers(0, 5)) * 611, after))
    return jobs


def _graph(jobs: list[Job]) -> nx.DiGraph:
    """Return starts, work ends and finishes as nodes, the longest of parallel links each."""
    graph = nx.MultiDiGraph()
    for job in jobs:
        graph.add_edge("begin", (job.name, "s"), w=0)
        graph.add_edge((job.name, "s"), (job.name, "e"), w=int(job.work))
        graph.add_edge((job.name, "e"), (job.name, "f"), w=0)
        graph.add_edge((job.name, "f"), "end", w=0)
        for pred, kind, lag in job.after:
            source = "e" if kind == "ARC" else "s" if kind[0] == "S" else "f"
            target = "f" if kind in ("FF", "SF") else "s"
            graph.add_edge((pred, source), (job.name, target), w=lag)
    plain = nx.DiGraph()
    for u, v, w in graph.edges(data="w"):
        plain.add_edge(u, v, w=max(w, plain.get_edge_data(u, v, {"w": 0})["w"]))
    return plain


def _longest(graph: nx.DiGraph) -> dict[object, int]:
    """Return the longest path from the beginning to each node."""
    far: dict[object, int] = {}
    for node in nx.topological_sort(graph):
        far[node] = max((far[u] + d["w"] for u, _, d in graph.in_edges(node, data=True)), default=0)
    return far


@pytest.mark.parametrize("seed", range(50))
def test_dates_and_floats(seed):
    """Early dates, late dates and total float agree with longest paths to and from each node."""
    jobs = _jobs(seed)
    graph = _graph(jobs)
    found = deterministic(network(jobs, days=400))
    early = _longest(graph)
    to_end = _longest(graph.reverse())
    end = early["end"]
    for a, job in enumerate(jobs):
        start, finish = early[job.name, "s"], early[job.name, "f"]
        assert found.start_min[a] == start
        assert found.finish_min[a] == finish
        late_start, late_finish = end - to_end[job.name, "s"], end - to_end[job.name, "f"]
        assert found.late_start_min[a] == late_start
        assert found.late_finish_min[a] == late_finish
        assert found.total_float_min[a] == min(late_start - start, late_finish - finish)


@pytest.mark.parametrize("seed", range(50))
def test_driving_path_is_a_longest_path(seed):
    """The driving path to the last finish has no float, and begins when everything does."""
    jobs = _jobs(seed)
    made = network(jobs, days=400)
    found = deterministic(made)
    path = found.path(int(np.argmax(found.finish_min)))
    assert found.start_min[path[0]] == 0
    # An activity on the path may be held at one side only, so the other side may have float.
    for a in path:
        is_late_start = found.late_start_min[a] > found.start_min[a]
        is_late_finish = found.late_finish_min[a] > found.finish_min[a]
        assert not (is_late_start and is_late_finish)
    assert found.finish_min.max() <= 400 * DAY
