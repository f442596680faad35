"""A Dask cluster makes the same bytes as one thread, and says what is wrong with it."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.networks import synthetic
from planner.errors import EngineError, OutputError
from planner.simulate import dask_cluster, run
from planner.simulate.blocks import BLOCK, Job
from tests.networks import Job as Activity
from tests.networks import network
from tests.outcomes import assert_same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.simulate.blocks import Part
    from planner.simulate.cluster import Cluster

HAS_DASK = importlib.util.find_spec("distributed") is not None
SAMPLES = 12 * BLOCK + 5


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two worker processes on this machine."""
    if not HAS_DASK:
        if os.environ.get("CI") == "true":
            pytest.fail("distributed is not installed: the gate needs the extra cluster")
        pytest.skip("distributed is not installed (extra cluster)")
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made.scheduler_address


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of Dask's own shutting down
def test_two_workers_make_the_bytes_of_one_thread(address: str) -> None:
    """Dates, milestones, criticality, crews and spend, with one or two threads and the cluster."""
    made = synthetic(60)
    alone = run(made, seed=5, samples=SAMPLES, workers=1, looks=True)
    with dask_cluster(address) as workers:
        assert_same(alone, run(made, seed=5, samples=SAMPLES, workers=workers, looks=True))
    assert_same(alone, run(made, seed=5, samples=SAMPLES, workers=2, looks=True))


class Struck:
    """Workers of which one is killed when the first part has come back."""

    def __init__(self, workers: Cluster) -> None:
        self.workers = workers
        self.killed: list[int] = []

    def parts(self, job: Job) -> Iterator[Part]:
        victim = next(iter(self.workers.client.run(os.getpid).values()))
        for part in self.workers.parts(job):
            if not self.killed:
                os.kill(victim, signal.SIGKILL)
                self.killed.append(victim)
            yield part


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of Dask, about the worker that is gone
def test_a_worker_killed_on_the_way_changes_no_byte(address: str) -> None:
    """What the dead worker had is made again by the others."""
    made = synthetic(200)
    with dask_cluster(address) as workers:
        struck = Struck(workers)
        found = run(made, seed=6, samples=SAMPLES, workers=struck, looks=True)
    assert len(struck.killed) == 1
    assert_same(run(made, seed=6, samples=SAMPLES, workers=1, looks=True), found)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_an_error_on_a_worker_is_ours(address: str) -> None:
    """A network that cannot end is the same error as it is here."""
    stuck = network([Activity("a", 1, needs={"el": 2})], crews={"el": 1})
    with dask_cluster(address) as workers, pytest.raises(EngineError, match="more crews needed"):
        run(stuck, seed=1, samples=3, workers=workers)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.skipif(not HAS_DASK, reason="distributed is not installed (extra cluster)")
def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address, and how to start one."""
    monkeypatch.setattr("planner.simulate.cluster.TIMEOUT_S", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(OutputError) as caught, dask_cluster(nobody):
        pass
    assert nobody in str(caught.value)
    assert "help: start one with `dask scheduler`" in str(caught.value)


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not installed: how to install it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OutputError, match=r"gigaplan\[cluster\]"), dask_cluster("tcp://nowhere:1"):
        pass


def test_simulating_does_not_load_dask() -> None:
    """Nothing loads it before a cluster is asked for."""
    import subprocess

    code = "import sys, planner.simulate, planner.study; print('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_job_is_told_without_what_was_made_from_it() -> None:
    """Its pickle is that of a job that was never prepared."""
    import pickle

    job, fresh = (Job(synthetic(20), 1, 300, looks=True) for _ in range(2))
    job.prepare()
    assert len(pickle.dumps(job)) == len(pickle.dumps(fresh))
    copy: Any = pickle.loads(pickle.dumps(job))
    np.testing.assert_array_equal(copy.part(128).rows["finish"], fresh.part(128).rows["finish"])
