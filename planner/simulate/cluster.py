"""Workers of a Dask cluster (extra ``cluster``): blocks of samples as tasks on other machines.

The job itself is a task, so that a worker that is gone takes nothing away that cannot be made
again. Parts come back in the order of their samples and do not depend on who made them, so the
bytes are those of one thread, as long as all machines run the same versions.
"""

from __future__ import annotations

import importlib
import pickle
from collections import deque
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner import __version__
from planner.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.simulate.blocks import Job, Part

TIMEOUT_S: Final = 10
"""Seconds in which a scheduler must answer and have a worker."""
TASKS_A_THREAD: Final = 8
"""Tasks into which the blocks are cut for each thread of the cluster: few enough to cost little,
enough to be shared out evenly."""
INSTALL: Final = 'install the extra: pip install "gigaplan[cluster]"'


@dataclass(frozen=True)
class Cluster:
    """Workers of a Dask cluster that a client is connected to."""

    client: Any
    address: str

    def parts(self, job: Job) -> Iterator[Part]:
        """Yield the parts of all blocks in order, few of them waiting to be taken at any time.

        Raises
        ------
        EngineError
            If the network could not end, or an activity was left waiting for no reason.
        OutputError
            If the cluster could not do it.
        """
        threads = max(1, sum(self.client.nthreads().values()))
        each = max(1, len(job.firsts) // (TASKS_A_THREAD * threads))
        batches = [job.firsts[i : i + each] for i in range(0, len(job.firsts), each)]
        told = self.client.submit(_opened, pickle.dumps(job), __version__, pure=False)
        waiting: deque[Any] = deque()
        try:
            for batch in batches:
                waiting.append(self.client.submit(_parts, told, batch, pure=False))
                if len(waiting) > 2 * threads:
                    yield from self._result(waiting.popleft())
            while waiting:
                yield from self._result(waiting.popleft())
        finally:
            self.client.cancel([*waiting, told])

    def _result(self, future: Any) -> list[Part]:
        distributed = _distributed()
        try:
            found: list[Part] = future.result()
        except (ImportError, AttributeError, pickle.UnpicklingError) as error:
            message = f"the workers at {self.address} have no planner {__version__}: {error}"
            raise OutputError(f"{message}\n  help: install the same version there") from None
        except (distributed.KilledWorker, CancelledError, OSError) as error:
            message = f"the workers at {self.address} were lost: {error}"
            raise OutputError(f"{message}\n  help: give them more memory, or use threads") from None
        return found


@contextmanager
def dask_cluster(address: str) -> Iterator[Cluster]:
    """Connect to the scheduler of a Dask cluster.

    Parameters
    ----------
    address
        Such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    OutputError
        If Dask is missing, the scheduler does not answer, or it has no worker.
    """
    distributed = _distributed()
    try:
        distributed.comm.get_address_host_port(address)  # a client of nonsense never closes
        client = distributed.Client(address, timeout=TIMEOUT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise OutputError(
            f"no Dask scheduler answers at {address}: {str(error) or 'it timed out'}\n"
            "  help: start one with `dask scheduler`, and `dask worker ADDRESS` beside it"
        ) from None
    try:
        try:
            client.wait_for_workers(1, timeout=TIMEOUT_S)
        except TimeoutError:
            raise OutputError(
                f"the Dask scheduler at {address} has no workers\n"
                f"  help: start one with `dask worker {address}`"
            ) from None
        yield Cluster(client, address)
    finally:
        client.close()


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise OutputError(f"a cluster needs Dask: {error}\n  help: {INSTALL}") from None


# --- on the workers


def _opened(told: bytes, version: str) -> Job:
    """Return the job, made ready, if this machine has the version that it is from."""
    if version != __version__:
        raise ImportError(f"it is {__version__} there")
    job: Job = pickle.loads(told)
    job.prepare()
    return job


def _parts(job: Job, firsts: Sequence[int]) -> list[Part]:
    return [job.part(first) for first in firsts]
