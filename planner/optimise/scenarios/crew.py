"""Scenarios asked at the same time, each on an engine of its own, by threads of this process.

The solver leaves other threads free to run while it solves. What is asked of one engine is asked in
the same order by however many threads, so that no answer depends on their number.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from planner.optimise.engine import Engine

T = TypeVar("T")


class Crew:
    """Threads that ask engines; whatever ends the work early stops the engines first.

    Parameters
    ----------
    number
        Threads; as many as there are cores where not given.
    """

    def __init__(self, number: int | None = None) -> None:
        self.pool = ThreadPoolExecutor(number or os.cpu_count() or 1)
        self.engines: list[Engine] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        where: TracebackType | None,
    ) -> None:  # fmt: skip
        if kind is not None:
            self.stop()
        self.pool.shutdown(cancel_futures=True)

    def stop(self) -> None:
        """End all that is asked, and answer nothing more."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        for engine in self.engines:
            # Who is between two solves begins no other one: its time is over.
            engine.deadline = 0.0
            engine.stop()

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Begin to answer a question."""
        return self.pool.submit(question)

    def all_of(self, questions: Sequence[Callable[[], T]]) -> tuple[T, ...]:
        """Return the answers in the order of the questions."""
        return tuple(f.result() for f in [self.ask(q) for q in questions])
