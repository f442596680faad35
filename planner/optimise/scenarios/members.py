"""The scenarios: arrivals times futures, reduced to a stated number, and when each is told apart.

A future is a slice of probability: durations, slips, deliveries, costs and cash all at the same
quantile, so that things go well or badly together, which is the hardest case to plan for. No future
is slower than the confidence at which commitments are made; what lies beyond it is what
verification counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.timeline import Timeline
from planner.domain.amount import fixed
from planner.optimise.arrivals import arrivals_of, worth_of
from planner.optimise.data import build, compute_weight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.domain.portfolio import Portfolio, Scenario
    from planner.domain.result import Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.data import ModelData

NEVER: Final = "none"
"""Name of the arrival where a portfolio states none."""
SLICES: Final = 3
NAMES: Final[Mapping[int, str]] = {0: "fast", 1: "likely", 2: "slow"}
FAR: Final = float("inf")


@dataclass(frozen=True)
class Member:
    """A scenario as a model: its data, its probability, and when it is known.

    Parameters
    ----------
    revealed_day, known_day
        Days from the data date at which its arrival and its future are told from others.
    """

    name: str
    arrival: str
    future: str
    probability: float
    revealed_day: float
    known_day: float
    data: ModelData

    def apart_day(self, other: Member) -> float:
        """Return the day from which the two may decide differently."""
        days = [FAR]
        if self.arrival != other.arrival:
            days.append(min(self.revealed_day, other.revealed_day))
        if self.future != other.future:
            days.append(min(self.known_day, other.known_day))
        return min(days)


def levels(portfolio: Portfolio) -> tuple[float, ...]:
    """Return the quantiles of the futures: the middle of each slice of probability."""
    bet, most = portfolio.spec.policy.bet, portfolio.spec.confidence.likely
    wanted = bet.scenarios if bet is not None else 1
    arrivals = max(1, len(portfolio.spec.scenarios))
    n = max(SLICES, -(-wanted // arrivals)) if wanted > arrivals else 1
    return tuple(min((k + 0.5) / n, most) for k in range(n))


def at_level(portfolio: Portfolio, level: float) -> Portfolio:
    """Return the portfolio with commitments made at another confidence."""
    confidence = fixed(level, portfolio.spec.confidence.unit)
    return portfolio.replace(spec=portfolio.spec.model_copy(update={"confidence": confidence}))


def weighed(data: ModelData, arrivals: Sequence[tuple[float, Scenario]]) -> ModelData:
    """Return data whose compute counts as it does over arrivals; unchanged where there are none."""
    if not arrivals:
        return data
    weight = compute_weight(data.portfolio, data.timeline, worth=worth_of(arrivals))
    return replace(data, compute_weight=weight)


def members(
    portfolio: Portfolio,
    readiness: Mapping[float, tuple[Readiness, ...]],
    corrections: CorrectionDays | None = None,
) -> tuple[Member, ...]:
    """Return the scenarios of a portfolio, reduced to as many as its policy states.

    Parameters
    ----------
    readiness
        Of every option at each of `levels`.
    """
    found = arrivals_of(portfolio)
    known = _known_day(portfolio, found)
    made, quantiles = [], levels(portfolio)
    listed: list[tuple[str, float, Scenario | None]] = [*found] or [(NEVER, 1.0, None)]
    # Slices slower than the confidence are one future, that of the confidence.
    shares = {level: quantiles.count(level) / len(quantiles) for level in quantiles}
    for k, (level, share) in enumerate(shares.items()):
        data = build(at_level(portfolio, level), readiness[level], corrections)
        future = NAMES.get(k, "") if len(quantiles) == SLICES else f"P{100 * level:.0f}"
        for name, probability, scenario in listed:
            revealed = FAR
            if scenario is not None:
                revealed = (scenario.revealed or scenario.arrival).likely
            alone = [] if scenario is None else [(1.0, scenario)]
            made.append(Member(
                f"{name} {future}", name, future, probability * share, revealed, known,
                weighed(data, alone),
            ))  # fmt: skip
    bet = portfolio.spec.policy.bet
    return reduced(made, len(made) if bet is None else bet.scenarios)


def _known_day(portfolio: Portfolio, found: Sequence[tuple[str, float, Scenario]]) -> float:
    bet = portfolio.spec.policy.bet
    if bet is not None and bet.futures_known is not None:
        return bet.futures_known.likely
    if found:
        return min((s.revealed or s.arrival).likely for _, _, s in found)
    return (portfolio.spec.horizon - portfolio.spec.data_date).days / 2


def reduced(found: Sequence[Member], number: int) -> tuple[Member, ...]:
    """Return so many scenarios, by forward selection: each next one leaves the least distance.

    The probability of what is left out goes to the nearest that is kept.

    References
    ----------
    Heitsch and Römisch, Scenario reduction algorithms in stochastic programming (2003).
    """
    if len(found) <= number:
        return tuple(found)
    p = np.array([m.probability for m in found])
    near = _distances(found)
    kept: list[int] = []
    while len(kept) < number:
        rest = [i for i in range(len(found)) if i not in kept]
        cost = {i: float(p @ near[:, [*kept, i]].min(axis=1)) for i in rest}
        kept.append(min(rest, key=lambda i: (cost[i], i)))
    kept.sort()
    owner = near[:, kept].argmin(axis=1)
    return tuple(
        replace(found[i], probability=float(p[owner == k].sum())) for k, i in enumerate(kept)
    )


def _distances(found: Sequence[Member]) -> FloatArray:
    """Return how far scenarios are apart, shape (N, N): worth of compute, megawatts, cash by time.

    Each of them is scaled by its mean over scenarios.
    """
    parts = []
    for read in (
        lambda d: d.compute_weight / d.compute_weight.sum(),
        lambda d: d.option_mw.sum(axis=0) + d.standing_mw.sum(axis=0),
        lambda d: d.feed.firm_mw.sum(axis=0),
        lambda d: np.cumsum(d.money.inflow),
    ):
        rows = np.array([read(m.data) for m in found])
        parts.append(rows / max(float(np.abs(rows).mean()), 1e-12) / rows.shape[1])
    point = np.concatenate(parts, axis=1)
    far: FloatArray = np.abs(point[:, None, :] - point[None, :, :]).sum(axis=2)
    return far


def weights(portfolio: Portfolio) -> dict[str, FloatArray]:
    """Return the weight of compute by period if an arrival comes, shape (T,), by its name."""
    timeline = Timeline.of(portfolio.periods, portfolio.spec.data_date)
    found = arrivals_of(portfolio)
    if not found:
        return {NEVER: compute_weight(portfolio, timeline)}
    return {
        name: compute_weight(portfolio, timeline, worth=worth_of([(1.0, scenario)]))
        for name, _, scenario in found
    }
