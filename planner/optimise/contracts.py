"""What power contracts cost by period: reservation, minimum take, exit. Nominal MUSD."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.cost import Escalation, energy_musd
from planner.capacity.laws import conservative

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray, Timeline
    from planner.domain.amount import Amount
    from planner.domain.portfolio import Portfolio
    from planner.optimise.feed import Feed


@dataclass(frozen=True)
class Contracts:
    """Contracts of the tranches (L) by period (T).

    Parameters
    ----------
    timeline
        The periods.
    deposit
        Of each tranche that can be reserved, shape (L,) [MUSD]; 0 of those that are given.
    capital
        Of the same, paid once energised, shape (L, T) [MUSD].
    exit
        Fee of leaving a contract at the beginning of each period, shape (L, T) [MUSD]; infinite
        where it cannot be left.
    unused
        A MW of minimum take that is not drawn, shape (L, T) [MUSD/MW].
    take_mw
        Minimum take of a contract that is kept, mean over each period, shape (L, T) [MW].
    """

    timeline: Timeline
    deposit: FloatArray
    capital: FloatArray
    exit: FloatArray
    unused: FloatArray
    take_mw: FloatArray

    def reserved(self, tranche: int, day: float) -> FloatArray:
        """Return what reserving a tranche on a day costs by period, shape (T,) [MUSD]."""
        cash: FloatArray = (
            self.timeline.pay_at(day, float(self.deposit[tranche])) + self.capital[tranche]
        )
        return cash

    def exits(self, tranche: int) -> list[int]:
        """Return the periods at whose beginning a contract can be left."""
        return [int(t) for t in np.flatnonzero(np.isfinite(self.exit[tranche]))]


def contracts(portfolio: Portfolio, feeding: Feed, timeline: Timeline) -> Contracts:
    """Return what the contracts of all tranches cost."""
    spec, n = portfolio.spec, len(timeline.days)
    level = Escalation(spec.finance, timeline)
    energy_level = level.at("energy", (timeline.start_day + timeline.end_day) / 2)

    def high(amount: Amount | None) -> float:
        return conservative(amount, spec.confidence.likely) if amount is not None else 0.0

    deposit = np.zeros(len(feeding.tranches))
    capital, unused, take = (np.zeros((len(feeding.tranches), n)) for _ in range(3))
    leave = np.full((len(feeding.tranches), n), np.inf)
    for i, tranche in enumerate(feeding.tranches):
        terms = portfolio.sites[tranche.site].tranches[tranche.name]
        if tranche.is_optional:
            deposit[i] = high(terms.deposit)
            capital[i] = timeline.pay_at(tranche.energised_day, high(terms.capital))
        if tranche.can_exit:
            # Nothing is left before it is there: who does not want it does not reserve it.
            late = timeline.start_day >= max(tranche.energised_day, tranche.reserve_day + 1)
            leave[i, late] = high(terms.exit_fee)
        unused[i] = energy_musd(1.0, timeline.days, high(terms.price) * energy_level)
        take[i] = tranche.take_mw * timeline.presence(tranche.energised_day)
    return Contracts(timeline, deposit, capital, leave, unused, take)
