"""The cheapest whole halls that carry what a point orders, places and computes.

With these operations as they are, what is left of the model is small: starts of halls, contracts,
equipment from stock, and cash. It is searched to the end, where a search of the whole model would
stop at a percent. Every hall is started as late as what it carries allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from planner.optimise.engine import Solution

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.engine import Engine

OPERATIONS: Final = ("orders", "placed", "served", "flow", "shares", "trained", "holds")
GAP = 1e-5
"""A hall started a month later saves a few millionths of what is spent."""
NODES = 1000


def carried(engine: Engine, values: FloatArray, *, nodes: int = NODES) -> Solution:
    """Return the best point with whole halls and the operations of another, within the bounds.

    Its values are None where no whole halls carry them, as may be where halls were in parts.

    Parameters
    ----------
    values
        Point of the whole model, shape (columns,).
    nodes
        Most nodes of the search.
    """
    held = [c for name in OPERATIONS for c in engine.columns_of(name).values()]
    rest, at = engine.with_held(held, values)
    found = rest.solve_mip(gap=GAP, nodes=min(nodes, NODES))
    engine.was_interrupted |= rest.was_interrupted
    engine.hit_clock |= rest.hit_clock
    if found.values is None:
        return found
    whole = values.copy()
    whole[at] = found.values
    whole[at[np.isin(at, engine.integers)]] = np.round(whole[at[np.isin(at, engine.integers)]])
    return Solution(found.termination, whole, found.objective, None)
