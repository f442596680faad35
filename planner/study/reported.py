"""What was reported, put back into the futures: what has happened has its actual dates.

The network holds a finished activity as a milestone, and a started one as what is left of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner.network.progress import reported_dates

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Outcome
    from planner.network import Network, Tables

NAMED = 5
"""Activities that a warning names."""


def as_reported(
    portfolio: Portfolio, network: Network, tables: Tables, outcome: Outcome
) -> Outcome:
    """Return the outcome with the actual dates of what began before the data date."""
    found = reported_dates(portfolio, network, tables)
    if not found:
        return outcome
    starts = {i: row.start for i, row in found.items()}
    ends = {i: row.finish for i, row in found.items() if row.finish is not None}
    return replace(
        outcome,
        start_min=_with(outcome.start_min, starts),
        finish_min=_with(outcome.finish_min, ends),
        deterministic_start_min=_with(outcome.deterministic_start_min, starts),
        deterministic_finish_min=_with(outcome.deterministic_finish_min, ends),
    )


def _with(minutes: NDArray[np.int64], known: dict[int, int]) -> NDArray[np.int64]:
    """Return minutes, shape (..., A), with those of some activities replaced."""
    made = minutes.copy()
    for activity, minute in known.items():
        made[..., activity] = minute
    return made


def progress_warnings(portfolio: Portfolio, network: Network) -> tuple[str, ...]:
    """Return what is odd in actuals: progress out of sequence, names that the plan has not.

    Parameters
    ----------
    network
        Of the plan, with the actuals in it.
    """
    actuals = portfolio.actuals
    if actuals is None:
        return ()
    made = []
    out = network.out_of_sequence
    if out:
        named = ", ".join(f"{after} before {before}" for after, before in out[:NAMED])
        more = f" and {len(out) - NAMED} more" if len(out) > NAMED else ""
        made.append(f"warning: progress out of sequence ({actuals.logic} logic): {named}{more}")
    kinds: dict[str, tuple[Iterable[str], tuple[str, ...]]] = {
        "activity": (actuals.activities, network.activity),
        "hall": (actuals.halls, network.hall),
        "lot": (actuals.lots, network.lot),
        "delivery": ({f"dock/{n}": 0 for n in actuals.deliveries}, network.gate_name),
    }
    for noun, (said, there) in kinds.items():
        absent = [name for name in said if name not in set(there)]
        if absent:
            listed = ", ".join(absent[:NAMED])
            made.append(f"warning: actuals of what is not in this plan ({noun}): {listed}")
    return tuple(made)
