"""Money by period: what is there, what is spent, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.report.facts.spread import Fan, fan

if TYPE_CHECKING:
    from planner.domain.plan import CashRow
    from planner.domain.portfolio import Period
    from planner.domain.result import FloatArray, Result


@dataclass(frozen=True)
class MoneyFact:
    """Cash by period (T), nominal MUSD.

    Parameters
    ----------
    rows
        As planned.
    spend
        Simulated spend, a fan over T; None where it was not simulated.
    risk
        Chance by period that the cash floor is broken (T).
    peak
        Index of the period whose spend takes the largest share of the cash that is there, and that
        share; None without cash rows.
    """

    periods: tuple[Period, ...]
    rows: tuple[CashRow, ...]
    spend: Fan | None
    risk: FloatArray
    floor: float
    peak: tuple[int, float] | None

    @property
    def total(self) -> float:
        """All that is spent over the horizon."""
        return sum(r.spend for r in self.rows)


def money_fact(result: Result) -> MoneyFact:
    """Return the money of a run."""
    rows = tuple(sorted(result.plan.cash, key=lambda r: r.period))
    spend = result.verification.spend_musd
    return MoneyFact(
        periods=result.plan.periods,
        rows=rows,
        spend=fan(spend) if spend.size else None,
        risk=np.asarray(result.verification.cash_risk, dtype=np.float64),
        floor=result.portfolio.spec.finance.cash_floor.likely,
        peak=_peak(rows),
    )


def _peak(rows: tuple[CashRow, ...]) -> tuple[int, float] | None:
    shares = [
        (r.spend / (r.opening + r.inflow), r.period) for r in rows if r.opening + r.inflow > 0
    ]
    if not shares:
        return None
    # The earliest of equal shares, so that the answer does not hang on the order of rows.
    share, period = max(shares, key=lambda s: (s[0], -s[1]))
    return period, share
