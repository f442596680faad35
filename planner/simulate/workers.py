"""Who makes the parts of a run: threads of this process, or (see `cluster`) other machines."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from planner.simulate.blocks import Job, Part


class Workers(Protocol):
    """Whoever makes the parts of a run; no part depends on who."""

    def parts(self, job: Job) -> Iterator[Part]:
        """Yield the parts of all blocks in the order of their samples.

        Raises
        ------
        EngineError
            If the network could not end, or an activity was left waiting for no reason.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """Threads of this process; as many as there are cores where no number is given."""

    number: int | None = None

    def parts(self, job: Job) -> Iterator[Part]:
        """Yield the parts of all blocks in order, few of them waiting to be taken at any time."""
        job.prepare()
        number = self.number or os.cpu_count() or 1
        pool = ThreadPoolExecutor(number)
        waiting: deque[Future[Part]] = deque()
        try:
            for first in job.firsts:
                waiting.append(pool.submit(job.part, first))
                if len(waiting) > 2 * number:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
