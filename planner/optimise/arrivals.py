"""When compute is worth what: the arrivals that a bet weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.domain.portfolio import Portfolio, Scenario


def arrivals_of(portfolio: Portfolio) -> list[tuple[str, float, Scenario]]:
    """Return the arrivals with their probabilities, which sum to 1."""
    found = portfolio.spec.scenarios
    total = sum(s.probability.likely for s in found.values())
    if total <= 0:
        return []
    return [
        (name, s.probability.likely / total, s)
        for name, s in found.items()
        if s.probability.likely > 0
    ]


def worth_of(
    arrivals: Sequence[tuple[float, Scenario]],
) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """Return the mean worth of compute between days, over arrivals with their probabilities.

    ``share before the arrival x 1 + share after it x weight_after``.
    """

    def worth(start: FloatArray, end: FloatArray) -> FloatArray:
        total = np.zeros(np.broadcast(start, end).shape)
        for probability, scenario in arrivals:
            after = 1.0 if scenario.weight_after is None else scenario.weight_after.likely
            before = np.clip((scenario.arrival.likely - start) / (end - start), 0.0, 1.0)
            total = total + probability * (before + (1.0 - before) * after)
        return total

    return worth


def expected_worth(
    portfolio: Portfolio,
) -> Callable[[FloatArray, FloatArray], FloatArray] | None:
    """Return the mean worth over the arrivals of a bet; None where there are none, or no bet.

    A plan that keeps a bet's commitments then has a use for them after the reveal, too.
    """
    arrivals = [(probability, scenario) for _, probability, scenario in arrivals_of(portfolio)]
    return worth_of(arrivals) if arrivals and portfolio.spec.policy.bet is not None else None
