"""GPUs leave their place before their time: retired early, or moved; nothing teleports.

Variables: ``left[b, to, t]``, thousands of GPUs of a batch (`optimise.leaving`) that leave at the
beginning of period t, for good or for another pool. For all batches b:

``leaves``: sum over to and t of left[b, to, t] <= GPUs of b: those that stand, or orders[b]

Where they were they are gone from the first day of t to the end of their life; where they are moved
to they serve from then on: after the downtime of the move and the installation, to the same end.
These terms are in the rows of `deliveries`; what it costs is paid on the day they leave, and what
retired ones would have brought at the end of their life is given up.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.domain.plan import RETIRED
from planner.optimise.constraints.base import Charge, Constraint, structural
from planner.optimise.leaving import STANDS, leave_cash, move_dock_day
from planner.optimise.money import KINDS
from planner.optimise.tally import halls_of, period_of
from planner.optimise.variables import GPUS, MUSD, linear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Lot, Move, Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData
    from planner.optimise.leaving import Batch


def add(model: Pyo, data: ModelData) -> None:
    """Add ``leaves[batch]``, where GPUs may leave."""
    batches = {way.batch.name: way.batch for way in data.leaving.ways.values()}
    ways: dict[str, list[tuple[str, str, str]]] = {}
    for index in data.leaving.ways:
        ways.setdefault(index[0], []).append(index)

    def rule(m: Pyo, name: str) -> Pyo:
        batch, terms = batches[name], [(1.0, m.left[index]) for index in ways[name]]
        if batch.order == STANDS:
            return linear(terms) <= batch.gpus / GPUS
        at = (data.skus[batch.sku], data.pools[batch.pool].name, data.labels[batch.order])
        return linear([*terms, (-1.0, m.orders[at])]) <= 0.0

    model.leaves = pyo.Constraint(list(batches), rule=rule)


def terms_at(
    model: Pyo, data: ModelData, sku: int, pool: int, time: int, sign: float,
    orders: NDArray[np.bool_] | None = None,
) -> list[tuple[float, Pyo]]:  # fmt: skip
    """Return what leaving changes of the GPUs in a pool at a time, times a sign [thousands].

    Parameters
    ----------
    orders
        Periods whose orders count, shape (T,); what stood always does. All where not given.
    """
    terms = []
    for index in data.leaving.out_of(sku, pool):
        way = data.leaving.ways[index]
        order = way.batch.order
        if order == STANDS or orders is None or orders[order]:
            terms.append((-sign * float(way.gone[time]), model.left[index]))
    terms += [
        (sign * float(data.leaving.ways[index].come[time]), model.left[index])
        for index in data.leaving.into(sku, pool)
    ]
    return [(c, v) for c, v in terms if c != 0.0]


# What it costs


def terms(model: Pyo, data: ModelData, period: int) -> list[tuple[float, Pyo]]:
    """Return what leaving costs in a period, in billions of USD."""
    return [
        (float(way.cash[period]) * GPUS / MUSD, model.left[index])
        for index, way in data.leaving.ways.items()
        if way.cash[period] != 0.0
    ]


def spend(plan: Plan, data: ModelData) -> FloatArray:
    """Return what a plan pays for GPUs that leave, shape (kinds, T) [MUSD]."""
    cash = np.zeros((len(KINDS), data.n_periods))
    for lot in plan.lots:
        if lot.leaves:
            each = leave_cash(
                data.portfolio, data.timeline, lot.sku, data.timeline.day(lot.until),
                is_moved=lot.leaves != RETIRED, late=_late(lot, plan, data),
            )  # fmt: skip
            cash[KINDS.index("gpus")] += lot.gpus * each
    return cash


def _late(lot: Lot, plan: Plan, data: ModelData) -> FloatArray | None:
    """Return what a GPU of a lot would bring at the end of its life; None where it brings none."""
    batch = batch_of(lot, plan, data)
    ways = data.leaving.ways.values()
    return next((w.late for w in ways if w.batch is batch), None) if batch else None


def batch_of(lot: Lot, plan: Plan, data: ModelData) -> Batch | None:
    """Return the batch that a lot is of, or a part of one; None where there is none."""
    if not lot.is_new:
        return data.leaving.batch_of_lot.get(whole_name(lot))
    bought = next((p for p in plan.purchases if p.name == lot.purchase), None)
    pool = halls_of(plan, data).get(lot.hall)
    if bought is None or pool is None or lot.sku not in data.skus:
        return None
    key = (data.skus.index(lot.sku), pool, period_of(bought.order, data))
    return data.leaving.batch_of_order.get(key)


def whole_name(lot: Lot) -> str:
    """Return the name of the lot that a lot is a part of; its own where it is whole."""
    return lot.name.removesuffix(lot.part) if lot.part else lot.name


def settled(plan: Plan, data: ModelData) -> dict[tuple[str, ...], float]:
    """Return the columns of all ways to leave, with what the lots of a plan say of them."""
    made: dict[tuple[str, ...], float] = {("left", *index): 0.0 for index in data.leaving.ways}
    moves = {move.name: move for move in plan.moves}
    for lot in plan.lots:
        batch = batch_of(lot, plan, data) if lot.leaves else None
        if batch is None:
            continue
        move = moves.get(lot.leaves)
        for index, way in data.leaving.ways.items():
            label = data.labels[min(period_of(lot.until, data), data.n_periods - 1)]
            if way.batch is batch and index[2] == label and _goes(way.to, move, data):
                made["left", *index] += lot.gpus / GPUS
                break
    return made


def _goes(to: int | None, move: Move | None, data: ModelData) -> bool:
    """Return whether a way leads where a move does; without one, whether it is retirement."""
    if to is None or move is None:
        return to is None and move is None
    return data.pools[to].zone_name == move.to


# What a plan may get wrong


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name GPUs that leave though they may not, and moves and retirements that lots deny."""
    return [*_lot_faults(plan, data), *_retirement_faults(plan), *_move_faults(plan, data)]


def _lot_faults(plan: Plan, data: ModelData) -> Iterator[str]:
    moves = {move.name for move in plan.moves}
    catalog = data.portfolio.catalog.accelerators
    for lot in (lot for lot in plan.lots if lot.leaves):
        item = catalog.get(lot.sku)
        if item is None:
            continue
        if lot.leaves == RETIRED:
            if item.early_retirement is None or not item.may_leave:
                yield f"leaving: lot {lot.name} is retired early, which {lot.sku} may not be"
        elif lot.leaves not in moves:
            yield f"leaving: lot {lot.name} leaves by {lot.leaves}, which is no move of the plan"
        elif item.moves is None or not item.may_leave or lot.is_new:
            yield f"leaving: lot {lot.name} is moved, which it may not be"
        if lot.until <= lot.service:
            yield f"leaving: lot {lot.name} leaves on {lot.until}, before it serves"


def _retirement_faults(plan: Plan) -> Iterator[str]:
    said: Counter[tuple[str, str, object]] = Counter()
    for row in plan.retirements:
        said[row.site, row.sku, row.date] += row.gpus
    done: Counter[tuple[str, str, object]] = Counter()
    for lot in plan.lots:
        if lot.leaves == RETIRED:
            done[lot.hall.split("/")[0], lot.sku, lot.until] += lot.gpus
    for site, sku, date in sorted({*said, *done}, key=str):
        gpus, there = said[site, sku, date], done[site, sku, date]
        if gpus != there:
            yield (f"leaving: {gpus} {sku} of {site} are retired on {date}, its lots say "
                   f"{there}")  # fmt: skip


def _move_faults(plan: Plan, data: ModelData) -> Iterator[str]:
    for move in plan.moves:
        gone = [lot for lot in plan.lots if lot.leaves == move.name]
        come = [lot for lot in plan.lots if lot.purchase == move.name]
        if move.origin == move.to:
            yield f"leaving: {move.name} moves GPUs from {move.origin} to where they are"
        if sum(lot.gpus for lot in gone) != move.gpus:
            there = sum(lot.gpus for lot in gone)
            yield f"leaving: {move.name} moves {move.gpus} GPUs, {there} leave for it"
        if any(_zone(x) != move.origin or x.sku != move.sku or x.until != move.sent for x in gone):
            yield f"leaving: {move.name} takes GPUs of another hall, SKU or day"
        if any(_zone(x) != move.to or x.sku != move.sku for x in come):
            yield f"leaving: {move.name} brings GPUs of another SKU, or elsewhere"
        item = data.portfolio.catalog.accelerators.get(move.sku)
        day = data.timeline.day
        if item is not None and day(move.dock) + 1 <= move_dock_day(
            data.portfolio, item, day(move.sent)
        ):
            yield f"leaving: {move.name} docks on {move.dock}, before its downtime is over"
        last = max((_natural_end(x, data) for x in gone), default=np.inf)
        if any(day(x.until) > last + 1 for x in come):
            yield f"leaving: {move.name} makes GPUs serve past their life"


def _zone(lot: Lot) -> str:
    return lot.hall.rpartition("/")[0]


def _natural_end(lot: Lot, data: ModelData) -> float:
    """Return the day on which a lot would leave if it stayed; infinity where nothing is known."""
    batch = data.leaving.batch_of_lot.get(whole_name(lot))
    return batch.until_day if batch is not None else np.inf


CHARGE = Charge(terms, spend, settled)
CONSTRAINT = Constraint("leaving", ("leaves",), add, violations, structural)
