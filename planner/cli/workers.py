"""Who simulates: threads of this process, or the workers of a Dask cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.simulate import Workers

Number = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Threads that simulate; as many as there are cores."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Simulate on a Dask cluster, e.g. tcp://10.0.0.1:8786; no result depends on it.",
    ),
]


@contextmanager
def hired(number: int | None, scheduler: str | None) -> Iterator[Workers]:
    """Yield who is asked for.

    Raises
    ------
    OutputError
        If the cluster cannot be had.
    """
    from planner.simulate import Threads, dask_cluster

    if number is not None and scheduler is not None:
        raise typer.BadParameter("--workers counts threads here, --scheduler has workers elsewhere")
    if scheduler is None:
        yield Threads(number)
        return
    with dask_cluster(scheduler) as workers:
        yield workers
