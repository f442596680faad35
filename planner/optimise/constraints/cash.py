"""Cash never falls below its floor.

``balance``: cash[t] = cash[t-1] + inflow[t] - commitments - sum of option_cost x starts - sum of
order_cost x orders - sum of energy x IT MW placed; and ``cash_floor``: cash[t] >= floor, for all t.

Money from operations pays for everything, and cash never falls below its floor; all nominal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.domain.plan import CashRow
from planner.optimise.constraints import (
    cancel,
    cancel_halls,
    carbon,
    debt,
    equipment,
    leaving,
    reservations,
)
from planner.optimise.constraints.base import Constraint, Statement, exceeds
from planner.optimise.money import KINDS
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, MUSD, linear

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData

CHARGES = (reservations.CHARGE, equipment.CHARGE, carbon.CHARGE, cancel.CHARGE,
           cancel_halls.CHARGE, leaving.CHARGE)  # fmt: skip
"""What is paid beyond halls, GPUs, their energy, and what stands."""
TINY_MUSD = 1e-9
CLOSE = 1e-6


def spend_terms(model: Pyo, data: ModelData, period: int) -> list[tuple[float, Pyo]]:
    """Return what a period's spend is made of, in billions of USD."""
    money, label = data.money, data.labels[period]
    terms = [
        (float(c.cash[:, period].sum()) / MUSD, model.commitments[c.name])
        for c in money.commitments
    ]
    terms += [
        (float(cost) / MUSD, model.starts[data.option_name(o)])
        for o, cost in enumerate(money.option[:, :, period].sum(axis=1))
        if abs(cost) > TINY_MUSD  # less than nothing is a deposit or resale that comes back
    ]
    for j, sku in enumerate(data.skus):
        paid = np.flatnonzero(np.abs(money.order[j, :, period]) > TINY_MUSD)
        costs = [(data.labels[t], float(money.order[j, t, period]) * GPUS / MUSD) for t in paid]
        for pool in data.pools:
            terms += [
                (cost, model.orders[sku, pool.name, at])
                for at, cost in costs
                if (sku, pool.name, at) in model.orders
            ]
    for p, pool in enumerate(data.pools):
        terms += [
            (float(money.energy[p, period]) * data.gpu_mw[j] * GPUS / MUSD,
             model.placed[sku, pool.name, label])
            for j, sku in enumerate(data.skus)
            if (sku, pool.name, label) in model.placed
        ]  # fmt: skip
    for charge in CHARGES:
        terms += charge.terms(model, data, period)
    return terms


def add(model: Pyo, data: ModelData) -> None:
    """Add ``balance[period]`` and ``cash_floor[period]``."""

    def balance(m: Pyo, label: str) -> Pyo:
        t = data.labels.index(label)
        terms = [(1.0, m.cash[label]), *spend_terms(m, data, t), *debt.cash_terms(m, data, t)]
        have = float(data.money.inflow[t])
        if t:
            terms.append((-1.0, m.cash[data.labels[t - 1]]))
        else:
            have += data.money.opening
        return linear(terms) == have / MUSD

    def floor(m: Pyo, label: str) -> Pyo:
        return linear([(1.0, m.cash[label]), (1.0, m.overdrawn[label])]) >= data.money.floor / MUSD

    model.balance = pyo.Constraint(list(data.labels), rule=balance)
    model.cash_floor = pyo.Constraint(list(data.labels), rule=floor)


def spend(plan: Plan, data: ModelData) -> FloatArray:
    """Return what a plan pays by kind and period, shape (kinds, T) [MUSD]."""
    counted, money, n = tally(plan, data), data.money, data.n_periods
    paid = sum((c.cash for c in money.commitments), np.zeros((len(KINDS), n)))
    paid = paid + np.einsum("o,okt->kt", counted.starts, money.option)
    paid[KINDS.index("gpus")] += np.einsum("jt,jtu->u", counted.orders, money.order)
    load = np.einsum("j,jpt->pt", data.gpu_mw, counted.new_in_place[:, :, :n])
    paid[KINDS.index("energy")] += (load * money.energy).sum(axis=0)
    total: FloatArray = sum((charge.cash(plan, data) for charge in CHARGES), paid)
    return total


def settled(plan: Plan, data: ModelData) -> dict[tuple[str, ...], float]:
    """Return all columns of charges that follow from the lots of a plan, with their values."""
    return {k: v for charge in CHARGES for k, v in charge.settled(plan, data).items()}


def cash_rows(plan: Plan, data: ModelData) -> tuple[CashRow, ...]:
    """Return the cash of a plan, one row a period."""
    paid, rows, opening = spend(plan, data), [], data.money.opening
    owed, interest = debt.borrowed(data, opening, data.money.inflow - paid.sum(axis=0))
    drawn = np.diff(owed, prepend=0.0)
    for t in range(data.n_periods):
        parts = {kind: float(paid[i, t]) for i, kind in enumerate(KINDS)}
        inflow = float(data.money.inflow[t])
        closing = opening + inflow - sum(parts.values()) + float(drawn[t] - interest[t])
        rows.append(
            CashRow(period=t, opening=opening, inflow=inflow, closing=closing, **parts,
                    borrowed=float(drawn[t]), interest=float(interest[t]))
        )  # fmt: skip
        opening = closing
    return tuple(rows)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name periods in which cash falls below its floor, or is not what the plan says."""
    rows, labels = cash_rows(plan, data), data.labels
    found = [
        f"cash: {row.closing:.1f} MUSD at the end of {labels[row.period]}, "
        f"the floor is {data.money.floor:g}"
        for row in rows
        if exceeds(data.money.floor, row.closing)
    ]
    found += [
        f"cash: the plan says {said.closing:.1f} MUSD at the end of {labels[row.period]}, "
        f"its decisions make {row.closing:.1f}"
        for said, row in zip(plan.cash, rows, strict=False)
        if abs(said.closing - row.closing) > CLOSE * max(1.0, abs(row.closing))
    ]
    return found


def statement(data: ModelData, component: str, _index: Index) -> Statement:
    """Return the cash floor, or the operating cash flow that pays."""
    finance, where = data.portfolio.spec.finance, data.portfolio.where
    if component == "cash_floor":
        return Statement(f"cash never falls below {finance.cash_floor}",
                         where("portfolio.finance.cash_floor"), "MUSD", MUSD)  # fmt: skip
    return Statement(
        f"all is paid from {finance.opening_cash} and {finance.share_available} of the operating "
        "cash flow",
        where("portfolio.finance.operating_cash_flow"), "MUSD", MUSD,
    )  # fmt: skip


CONSTRAINT = Constraint("cash", ("balance", "cash_floor"), add, violations, statement)
