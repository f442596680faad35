"""Plans nearly as good that differ most, for people to choose on what the model does not know.

Found as in modelling to generate alternatives: each of the policy's objectives, spend among them,
is held within a share of what the plan's own halls give, and of the halls that the plan and the
alternatives so far start, as few megawatts as possible are started again: an option used before
counts once for each, a candidate used before half as much. What is then found is polished: all else
is solved with its halls. In a big model halls in parts are sought within half the share, and
rounded; whole halls are searched only where no rounding stays within all of it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.engine import INF
from planner.optimise.explain.session import MEMBERS
from planner.optimise.objectives import OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.capacity.timeline import FloatArray
    from planner.domain.result import Progress
    from planner.optimise.explain.session import Found, Session

MOST = 5
WITHIN = 0.01
"""Share of each objective that an alternative may give up."""
CANDIDATE = 0.5
"""What starting a candidate used before counts, beside 1 for the same candidate and period."""
ANY = 0.05
"""What starting any hall counts, so that none is started for nothing."""


@dataclass(frozen=True)
class Other:
    """An alternative: its point, and the halls that it starts otherwise than the plan."""

    found: Found
    moved: int


def alternatives(
    session: Session, progress: Progress, is_over: Callable[[], bool], most: int = MOST
) -> tuple[Other, ...]:
    """Return up to `most` plans within a share of the best, each unlike all before it."""
    seen, made = [session.starts], []
    for number in range(most):
        progress("alternatives", number / most)
        if is_over():
            break
        costs = _costs(session, seen)
        parts = None
        if not session.is_small:
            with _nearly_as_good(session, WITHIN / 2):  # rounding takes of what is left
                parts = session.in_parts(costs)
        with _nearly_as_good(session, WITHIN):
            found = None if parts is None else session.rounding(parts)
            if found is None:
                found = session.searched(costs=costs, is_wide=True)
            if found is None:  # none whole around the relaxation: around the plan there is one
                found = session.searched(costs=costs, start=session.base.values)
        if found is None:
            break
        starts = np.round(found.values[session.columns])
        if any((starts == other).all() for other in seen):
            break
        seen.append(starts)
        made.append(Other(found, moved(session.starts, starts)))
    return tuple(made)


@contextmanager
def _nearly_as_good(session: Session, share: float) -> Iterator[None]:
    """Hold each of the policy's objectives within a share of the plan's own halls', for a while.

    Spend is among them: a plan as good for a billion more is no alternative.
    """
    engine, kept = session.engine, {}
    for name in session.data.portfolio.spec.policy.objectives:
        member = MEMBERS.get(name)
        best = None if member is None else getattr(session.base.worth, member)
        if best is None:
            continue
        column = engine.column(OBJECTIVES[name].variable)
        kept[column] = float(engine.lower[column]), float(engine.upper[column])
        give = share * abs(best)
        is_max = OBJECTIVES[name].sense == "max"
        engine.bound(column, *((best - give, INF) if is_max else (-INF, best + give)))
    try:
        yield
    finally:
        for column, (low, high) in kept.items():
            engine.bound(column, low, high)


def _costs(session: Session, seen: list[FloatArray]) -> dict[int, float]:
    """Return what starting each option counts against a plan, as costs to be made large."""
    options = session.data.options
    weight = np.full(len(options), ANY)
    for starts in seen:
        used = {options[o].candidate for o in np.flatnonzero(starts)}
        weight += starts > 0
        weight += [CANDIDATE * (option.candidate in used) for option in options]
    mw = [float(option.block_mw.sum()) for option in options]
    return {c: -float(w * m) for c, w, m in zip(session.columns, weight, mw, strict=True)}


def moved(before: FloatArray, after: FloatArray) -> int:
    """Return how many halls are started otherwise: in another way or period, more, or fewer.

    Examples
    --------
    >>> moved(np.array([2.0, 0.0]), np.array([1.0, 1.0]))
    1
    """
    more, fewer = np.maximum(after - before, 0).sum(), np.maximum(before - after, 0).sum()
    return int(max(more, fewer))
