"""Cash over the horizon: what is committed and paid by when, and what is left, with bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from planner.domain.result import FloatArray, Result
    from planner.report.facts.commitments import Commitment

SHARES: Final = (0.1, 0.5, 0.8)


@dataclass(frozen=True)
class CashFact:
    """Sums by the end of each period (T) [MUSD].

    Parameters
    ----------
    committed
        All that was committed since the data date, in money of the base year; equipment is in its
        hall.
    paid
        Nominal, as planned, running cost apart.
    running
        Nominal, as planned: energy, operation, rent.
    paid_all
        Simulated nominal spend, running cost included: below it lie a tenth, half and eight tenths
        of futures, shape (3, T).
    closing
        Cash left, as planned.
    left
        Simulated cash left: a tenth, half and eight tenths of futures have at least as much, shape
        (3, T); None where it was not simulated.
    """

    committed: FloatArray
    paid: FloatArray
    running: FloatArray
    paid_all: FloatArray
    closing: FloatArray
    left: FloatArray | None


def cash_fact(result: Result, found: tuple[Commitment, ...]) -> CashFact | None:
    """Return the cash of a run; None without cash rows or simulated spend."""
    rows = sorted(result.plan.cash, key=lambda r: r.period)
    spend, inflow = result.verification.spend_musd, result.verification.inflow_musd
    if not rows or not spend.size or spend.shape[1] != len(rows):
        return None
    running = np.array([r.energy + r.operation + r.rent for r in rows])
    total = np.array([r.spend for r in rows])
    left = None
    # Debt is a decision that a future would take anew; without it cash left is opening and flow.
    if inflow is not None and not result.portfolio.spec.finance.debt:
        closing = rows[0].opening + np.cumsum(inflow - spend, axis=1)
        left = np.quantile(closing, [1 - q for q in SHARES], axis=0, method="inverted_cdf")
    return CashFact(
        committed=_committed(result, found),
        paid=np.cumsum(total - running),
        running=np.cumsum(running),
        paid_all=np.quantile(np.cumsum(spend, axis=1), SHARES, axis=0, method="inverted_cdf"),
        closing=np.array([r.closing for r in rows]),
        left=left,
    )


def _committed(result: Result, found: tuple[Commitment, ...]) -> FloatArray:
    """Return what is committed by the end of each period, shape (T,)."""
    made = np.zeros(len(result.plan.periods))
    for c in found:
        if c.what == "equipment":
            continue
        at = next((t for t, p in enumerate(result.plan.periods) if c.due < p.end), None)
        if at is not None:
            made[at] += c.money_musd
    return np.cumsum(made)
