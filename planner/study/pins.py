"""What the pins of a finished plan cost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from planner.optimise import explain as model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.explanation import PinCost
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness


def costs_of_pins(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    plan: Plan,
    corrections: Mapping[str, float],
    *,
    seed: int,
    time_s: float | None = None,
) -> tuple[PinCost, ...]:
    """Return what each pin of a plan costs; none where the plan's model has no point to begin from.

    Parameters
    ----------
    time_s
        Seconds after which no further pin is left out; None for no clock, so that the same inputs
        give the same answer.
    """
    end = None if time_s is None else time.monotonic() + time_s
    try:
        session = model.Session.of(portfolio, readiness, plan, corrections, seed=seed)
    except ValueError:
        return ()
    session.until = end
    return model.pin_costs(session, lambda: end is not None and time.monotonic() >= end)
