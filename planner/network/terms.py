"""Commitments that may still move: until when halls and equipment do, and what is cancelled.

Every activity of such a hall has a gate of its own, ``hold/NAME``, which is open. Simulation closes
those of what has not started, future by future, on the day on which it is decided
(`planner.simulate.firm`): until the hall is to go on, or for good where it is cancelled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import NEVER
from planner.network.arrays import Terms
from planner.network.calendars import DAY_MIN
from planner.network.cpm import early_starts
from planner.network.draft import NONE, Gate, Unit, integers
from planner.network.tables import CERTAIN_ZERO

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.plan import EquipmentOrder, Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.arrays import Network
    from planner.network.draft import Draft
    from planner.network.tables import Tables


def add_terms(
    portfolio: Portfolio, plan: Plan, tables: Tables, draft: Draft, *, with_tranches: bool
) -> Terms | None:
    """Append the gates that hold halls, and return all terms; None where everything stands.

    Parameters
    ----------
    draft
        With halls and units, nothing frozen yet.
    with_tranches
        False where power is never late: no hall has a reason to move.
    """
    starts = {s.hall: s for s in plan.starts if not s.is_under_way}
    is_open = portfolio.spec.policy.open_loop
    hold = [NONE] * len(draft.rows)
    firm, gone = [NONE] * len(draft.halls), [NONE] * len(draft.halls)
    for h, row in enumerate(draft.halls):
        start = starts.get(row.name)
        if start is None:
            continue
        after = portfolio.catalog.modes[start.candidate.mode].firm_after
        if after is not None and with_tranches and not is_open:
            firm[h] = tables.minute(start.release) + round(after.likely * DAY_MIN)
        if start.cancelled is not None:
            gone[h] = tables.minute(start.cancelled)
        if firm[h] != NONE or gone[h] != NONE:
            for a in range(row.first, row.last):
                hold[a] = draft.add_gate(Gate(f"hold/{draft.rows[a].name}", 0))
                draft.rows[a].gates.append(hold[a])
    units = [u.firm_min for u in draft.units]
    if not any(value != NONE for value in (*hold, *units)):
        return None
    return Terms(
        integers(hold), integers(firm), integers(gone), integers(units),
        tuple(u.place for u in draft.units),
    )  # fmt: skip


def unit_firm_min(portfolio: Portfolio, order: EquipmentOrder, tables: Tables) -> int:
    """Return the minute from which ordered equipment comes on its date; -1 where it always does."""
    after = portfolio.catalog.equipment[order.equipment].firm_after
    if after is None or portfolio.spec.policy.open_loop:
        return NONE
    return tables.minute(order.order) + round(after.likely * DAY_MIN)


def coming(portfolio: Portfolio, plan: Plan) -> tuple[EquipmentOrder, ...]:
    """Return the orders of equipment that are made and kept.

    With a hall those of its orders are cancelled that are not firm and not there by then, and those
    of later days are not made.
    """
    gone = {s.hall: s.cancelled for s in plan.starts if s.cancelled is not None}
    if not gone:
        return plan.orders
    return tuple(o for o in plan.orders if o.hall not in gone or _is_kept(portfolio, o, gone))


def _is_kept(portfolio: Portfolio, order: EquipmentOrder, gone: dict[str, dt.date]) -> bool:
    day, after = gone[order.hall], portfolio.catalog.equipment[order.equipment].firm_after
    if order.order >= day:
        return False
    is_firm = after is None or (day - order.order).days > after.likely
    return is_firm or order.needed < day


def add_missing(plan: Plan, draft: Draft) -> None:
    """Append units that never come, for rows of cancelled halls of which no order is made.

    Engines want a unit for every row, also for one that never starts.
    """
    gone = {s.hall for s in plan.starts if s.cancelled is not None}
    if not gone:
        return
    inside = {a for h in draft.halls if h.name in gone for a in range(h.first, h.last)}
    short = Counter(pool for row in draft.rows for pool in row.pools)
    short.subtract(unit.pool for unit in draft.units)
    own = Counter(pool for a in inside for pool in draft.rows[a].pools)
    for (site, equipment), pool in draft.pools.items():
        for n in range(min(short[pool], own[pool])):
            name = f"cancelled/{site}/{equipment}/{n + 1}"
            draft.units.append(Unit(name, pool, NEVER, CERTAIN_ZERO))


def closed(network: Network) -> Network:
    """Return a network whose deterministic pass leaves out what is cancelled before it starts."""
    terms = network.terms
    if terms is None or not (terms.hall_cancel_min != NONE).any():
        return network
    hall = network.activity_hall
    day = np.where(hall >= 0, terms.hall_cancel_min[hall], NONE)
    out = (day != NONE) & (early_starts(network) >= day)
    base = network.gate_base_min.copy()
    base[terms.hold[out]] = NEVER
    return replace(network, gate_base_min=base)
