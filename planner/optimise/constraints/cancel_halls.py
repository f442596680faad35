"""Halls that are not firm yet can be cancelled, at a cost, and what of their equipment is not.

Variables: ``halted[candidate, period]``, halls started in period t and cancelled at the beginning
of period c, in which a scenario is known (`ModelData.reveal_period`). They exist where the mode
says so and the hall is not firm by then, and no block of it serves:

``start_day[t] + firm_after[mode] >= start_day[c]`` and ``service_day >= start_day[c]``, t < c

What is committed to is starts + halted. Such a hall has its place and its land, and until c its
crews and its orders of equipment, as one that is kept; nothing ever stands in it. It pays

- in u < c what a hall that is kept pays: what is spent is spent
- in c: ``cancel_cost[mode] x construction still to be paid``
- for equipment: orders that are firm by c, or there, in full; of the others ``cancel_cost[class] x
  price`` in all, what was paid beside being given back; what would be ordered later nothing

Only a plan over scenarios cancels. A plan written by hand may, with a date for each start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Charge, Constraint, structural
from planner.optimise.constraints.cancel import firm_day, lost
from planner.optimise.existing import date_of
from planner.optimise.money import KINDS
from planner.optimise.tally import option_of, period_of
from planner.optimise.variables import MUSD

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan, Start
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData
    from planner.optimise.gear import Ordered

EQUIPMENT = KINDS.index("equipment")
CONSTRUCTION = KINDS.index("construction")


def can_cancel(data: ModelData, option: int, period: int) -> bool:
    """Return whether a hall of an option can be cancelled at the beginning of a period."""
    chosen, day = data.options[option], float(data.timeline.start_day[period])
    begin = float(data.timeline.start_day[chosen.period])
    after = data.portfolio.catalog.modes[chosen.candidate.mode].firm_after
    return bool(
        chosen.period < period
        and after is not None
        and firm_day(begin, after) >= day
        and float(np.min(chosen.service_day)) >= day
    )


def cancel_cash(data: ModelData, option: int, period: int) -> FloatArray:
    """Return what a hall pays that is cancelled at the beginning of a period, shape (kinds, T)."""
    kept, mode = data.money.option[option], data.options[option].candidate.mode
    cash: FloatArray = np.zeros_like(kept)
    cash[:, :period] = kept[:, :period]
    left = float(kept[CONSTRUCTION, period:].sum())
    cash[CONSTRUCTION, period] += lost(data, data.portfolio.catalog.modes[mode].cancel_cost) * left
    cash[EQUIPMENT] = 0.0
    for name, bought in data.money.equipment[option].items():
        for order in bought.orders:
            cash[EQUIPMENT] += _equipment(data, name, order, period)
    return cash


def _equipment(data: ModelData, name: str, order: Ordered, period: int) -> FloatArray:
    """Return what is paid for an order of equipment whose hall is cancelled, shape (T,)."""
    item, day = data.portfolio.catalog.equipment[name], float(data.timeline.start_day[period])
    if order.order_day >= day:
        return np.zeros(data.n_periods)
    after = item.firm_after
    if after is None or order.order_day + after.likely < day or order.needed_day < day:
        return order.cash
    cash: FloatArray = np.zeros(data.n_periods)
    cash[:period] = order.cash[:period]
    cash[period] = lost(data, item.cancel_cost) * order.price - cash[:period].sum()
    return cash


def halted_options(data: ModelData) -> list[int]:
    """Return the options of which halls can be cancelled; none where nothing can."""
    period = data.reveal_period
    if period is None or period >= data.n_periods:
        return []
    return [o for o in range(len(data.options)) if can_cancel(data, o, period)]


def add(model: Pyo, data: ModelData) -> None:
    """Add the decisions; their rows are those of slots, land, crews, equipment and cash."""
    names = [data.option_name(o) for o in halted_options(data)]
    # Whole of itself: what is committed to is, and so are the starts that are kept.
    model.halted = pyo.Var(names, domain=pyo.NonNegativeReals)


def beside(
    model: Pyo, data: ModelData, terms: list[tuple[float, int]], period: int | None = None
) -> list[tuple[float, Pyo]]:
    """Return what cancelled halls take of a limit, beside those that are kept.

    Parameters
    ----------
    terms
        Coefficients of options.
    period
        Period of the limit, of which a cancelled hall takes nothing from its end on; None where it
        takes of it for good.
    """
    if period is not None and (data.reveal_period is None or period >= data.reveal_period):
        return []
    names = ((at, data.option_name(o)) for at, o in terms)
    return [(at, model.halted[name]) for at, name in names if name in model.halted]


def terms(model: Pyo, data: ModelData, period: int) -> list[tuple[float, Pyo]]:
    """Return what cancelled halls cost in a period, in billions of USD."""
    made: list[tuple[float, Pyo]] = []
    if data.reveal_period is None or not len(model.halted):
        return made
    for o in halted_options(data):
        cash = float(cancel_cash(data, o, data.reveal_period)[:, period].sum())
        if cash:
            made.append((cash / MUSD, model.halted[data.option_name(o)]))
    return made


def halted(plan: Plan, data: ModelData) -> list[tuple[Start, int, int]]:
    """Return the starts that are cancelled, with option and period of the end."""
    made = []
    for start in plan.starts:
        option = None if start.cancelled is None else option_of(start, data)
        if start.cancelled is not None and option is not None:
            period = period_of(start.cancelled, data)
            if data.options[option].period <= period < data.n_periods:
                made.append((start, option, period))
    return made


def spend(plan: Plan, data: ModelData) -> FloatArray:
    """Return what cancelled halls pay, shape (kinds, T) [MUSD]."""
    cash = np.zeros((len(KINDS), data.n_periods))
    for _, option, period in halted(plan, data):
        cash += cancel_cash(data, option, period)
    return cash


def crew_use(plan: Plan, data: ModelData) -> FloatArray:
    """Return the crews that cancelled halls hold until their end, shape (R, T)."""
    use: FloatArray = np.zeros(data.labour.use.shape[1:])
    for _, option, period in halted(plan, data):
        use[:, :period] += data.labour.use[option, :, :period]
    return use


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name halls cancelled before their start, when they are firm, or used all the same."""
    found, used = [], {lot.hall for lot in plan.lots}
    for start in plan.starts:
        day = start.cancelled
        if day is None:
            continue
        said = f"cancel_halls: {start.hall} is cancelled on {day}"
        if start.is_under_way:
            found.append(f"{said}, and was started before the data date")
        if start.hall in used:
            found.append(f"{said}, and GPUs stand in it")
        if day < start.release:
            found.append(f"{said}, released on {start.release}")
        begin = data.timeline.day(start.release)
        after = data.portfolio.catalog.modes[start.candidate.mode].firm_after
        firm = date_of(data.timeline, firm_day(begin, after))
        if day > firm:
            found.append(f"{said}, firm since {firm}")
    return found


CHARGE = Charge(terms, spend)
CONSTRAINT = Constraint("cancel_halls", (), add, violations, structural)
