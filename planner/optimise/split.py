"""From the aggregated solution to commitments: halls, purchases, lots, shares, cash, promises.

Inside a period the aggregated model takes the lesser of mean capacity and mean deliveries, which
lots with dates of their own can miss by a little. So GPU-time is given out once more, in the same
model with halls, orders and GPUs in place fixed at what the lots make; and where a floor, a
required date or the cash floor is then missed, it is asked for by that much more, and the split is
made again.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import HallClass, LevelStatus, Lot, Plan, Purchase, Share, Start
from planner.errors import LimitError
from planner.network import equipment_orders
from planner.optimise.constraints.cash import cash_rows, settled
from planner.optimise.constraints.docks import dock_room
from planner.optimise.constraints.reservations import reservations
from planner.optimise.consumers import CLASSES
from planner.optimise.engine import INF, Engine, as_costs
from planner.optimise.existing import date_of, power_dates
from planner.optimise.leximin import Ranking, leximin
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.objectives.compute_per_researcher import levels
from planner.optimise.promises import promises
from planner.optimise.racking import Room, fill, rooms
from planner.optimise.rounding import start_columns
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData

ROUNDS = 6
"""Most times the split is made again."""
POWER_ROUNDS = 6
"""Most times lots are dated again by the power they are assigned."""
OVERSHOOT = 1.05
"""How much more than what was missed is asked for."""
TINY_GPUS = 1e-3
HELD = 1e-8
"""Relative slack at which fairness is held while what is left is given out."""
HELD_STEADY = 1e-6
"""The same for what the worst team has a head in each period."""
TINY_LACK = 1e-6
"""What a hard rule may lack by the solver's tolerance."""


def split(
    data: ModelData, engine: Engine, values: FloatArray
) -> tuple[Plan, tuple[LevelStatus, ...]]:
    """Return the plan of a solution, and the levels that it reaches.

    Raises
    ------
    LimitError
        If no split keeps the hard rules after `ROUNDS` attempts.
    """
    asked: dict[str, float] = {}
    for _ in range(ROUNDS):
        plan = placed_plan(data, engine, values)
        _fix_lots(data, engine, plan)
        missed = _missed(engine)
        if not missed:
            tolerance = data.portfolio.spec.policy.tolerance.likely
            final = _give_out(engine, tolerance)
            return _finished(data, engine, plan, final)
        _free_lots(engine)
        for row, amount in missed.items():
            asked[row] = asked.get(row, 0.0) + OVERSHOOT * amount
        again = _again(engine, asked)
        if again is None:
            break
        values = again
    raise LimitError(f"no split into whole racks keeps {', '.join(sorted(asked))}")


def placed_plan(data: ModelData, engine: Engine, values: FloatArray) -> Plan:
    """Return a plan with halls, purchases and lots, but nobody computing yet."""
    starts, option_of = _starts(data, np.round(values[start_columns(engine, data)]))
    found = rooms(data, starts, option_of)
    orders = np.zeros((len(data.skus), len(data.pools), data.n_periods))
    pools = {pool.name: p for p, pool in enumerate(data.pools)}
    for (sku, pool, label), column in engine.columns_of("orders").items():
        amount = values[column]
        if amount * GPUS > TINY_GPUS:
            orders[data.skus.index(sku), pools[pool], data.labels.index(label)] = amount
    spare = np.maximum(data.deliveries.supply - orders.sum(axis=1) * GPUS, 0.0)
    for p in range(len(data.pools)):
        here = [i for i, pool in enumerate(data.pools) if pool.site == data.pools[p].site]
        most = np.minimum(spare, dock_room(data, orders[:, here].sum(axis=1) * GPUS))
        left = most.copy()
        fill(data, p, found[p], orders[:, p], left)
        spare += left - most
    spec = data.portfolio.spec
    lots = (*data.there.lots, *_lots(data, found))
    plan = Plan(spec.portfolio, spec.data_date, data.portfolio.periods, starts, lots=lots)
    contracts = {i: values[c] for n in ("reserved", "exits")
                 for i, c in engine.columns_of(n).items()}  # fmt: skip
    plan = plan.replace(reservations=reservations(contracts, data))
    plan = _powered(data, plan)
    return plan.replace(purchases=_purchases(data, plan.lots))


def _starts(data: ModelData, halls: FloatArray) -> tuple[tuple[Start, ...], dict[str, int]]:
    """Return all halls, those under way first, and the option of each that is started."""
    started: list[Start] = []
    option_of: dict[str, int] = {}
    numbers: dict[tuple[str, str], int] = {}
    for start in data.there.starts:
        key = (start.candidate.site, start.candidate.group)
        numbers[key] = max(numbers.get(key, 0), start.number)
    for o in sorted(range(len(halls)), key=lambda o: (data.options[o].period, o)):
        option, count = data.options[o], int(halls[o])
        c, period = option.candidate, data.portfolio.periods[option.period]
        earliest = data.portfolio.sites[c.site].groups[c.group].earliest or period.start
        for k in range(count):
            numbers[c.site, c.group] = numbers.get((c.site, c.group), 0) + 1
            release = period.start + dt.timedelta(days=period.days * k // count)
            start = Start(c, numbers[c.site, c.group], max(release, earliest))
            started.append(start)
            option_of[start.hall] = o
    started.sort(key=lambda s: (s.release, s.hall))
    return (*data.there.starts, *started), option_of


def _purchase_name(data: ModelData, site: str, sku: int, period: int) -> str:
    return f"{site}/{data.skus[sku]}/{data.labels[period]}"


def _lots(data: ModelData, found: dict[int, list[Room]]) -> tuple[Lot, ...]:
    """Return one lot for each purchase in each block, in service with the last of its racks."""
    end = data.portfolio.periods[-1].end
    made: dict[tuple[str, int, str], Lot] = {}
    for p, blocks in found.items():
        for room in blocks:
            for content in room.contents:
                if content.period < 0:
                    continue
                name = _purchase_name(data, data.pools[p].site, content.sku, content.period)
                key = (room.hall, room.number, name)
                begin, gpus = date_of(data.timeline, content.begin_day), content.gpus
                until = min(date_of(data.timeline, content.until_day), end)
                if key in made:
                    begin, gpus = max(begin, made[key].service), gpus + made[key].gpus
                sku = data.skus[content.sku]
                made[key] = Lot(room.hall, room.number, sku, gpus, name, begin, until)
    return tuple(sorted(made.values(), key=lambda lot: (lot.service, lot.name)))


def _purchases(data: ModelData, lots: tuple[Lot, ...]) -> tuple[Purchase, ...]:
    """Return the purchases that lots are of, by order date and name."""
    made: dict[str, Purchase] = {}
    for lot in lots:
        if not lot.purchase:
            continue
        site, sku, label = lot.purchase.split("/")
        j, t = data.skus.index(sku), data.labels.index(label)
        gpus = lot.gpus + (made[lot.purchase].gpus if lot.purchase in made else 0)
        order = date_of(data.timeline, data.deliveries.order_day[j, t])
        dock = date_of(data.timeline, data.deliveries.dock_day[j, t])
        made[lot.purchase] = Purchase(lot.purchase, site, sku, gpus, order, dock)
    return tuple(sorted(made.values(), key=lambda p: (p.order, p.name)))


def _powered(data: ModelData, plan: Plan) -> Plan:
    """Return the plan with every new lot in service no earlier than the power it is assigned.

    Power is handed out in the order in which lots are counted on, which the dates of power move;
    so this is repeated until the dates stand. A lot that no tranche can carry is left out.
    """
    own = {lot.name: lot.service for lot in plan.lots}
    for _ in range(POWER_ROUNDS):
        dates = power_dates(data.portfolio, data.feed.tranches, plan)
        lots = []
        for lot in plan.lots:
            day = dates.get(lot.name, -np.inf)
            if lot.purchase and day < data.timeline.end_day[-1]:
                power = date_of(data.timeline, day) if day > 0 else own[lot.name]
                lots.append(_served(lot, max(own[lot.name], power)))
            elif not lot.purchase:
                lots.append(lot)
        changed = tuple(lots) != plan.lots
        plan = plan.replace(lots=tuple(lots))
        if not changed:
            break
    alive = tuple(lot for lot in plan.lots if lot.service < lot.until)
    return plan.replace(lots=alive)


def _served(lot: Lot, service: dt.date) -> Lot:
    return Lot(lot.hall, lot.block, lot.sku, lot.gpus, lot.purchase, service, lot.until)


# GPU-time, given out once more with the lots fixed


def _fix_lots(data: ModelData, engine: Engine, plan: Plan) -> None:
    """Fix orders and GPUs in place at what the lots of a plan make, and free the levels."""
    counted = tally(plan, data)
    pools = {pool.name: p for p, pool in enumerate(data.pools)}
    for (sku, pool, time), column in engine.columns_of("placed").items():
        at = counted.new_in_place[data.skus.index(sku), pools[pool], data.times.index(time)] / GPUS
        engine.bound(column, at, at)
    orders = np.zeros((len(data.skus), len(data.pools), data.n_periods))
    zones = _pool_of_halls(data, plan)
    for lot in plan.lots:
        if lot.purchase:
            _, sku, label = lot.purchase.split("/")
            at = (data.skus.index(sku), zones[lot.hall], data.labels.index(label))
            orders[at] += lot.gpus / GPUS
    for (sku, pool, label), column in engine.columns_of("orders").items():
        at = orders[data.skus.index(sku), pools[pool], data.labels.index(label)]
        engine.bound(column, at, at)
    for (component, *index), value in settled(plan, data).items():
        engine.bound(engine.column(component, *index), value, value)
    for row in _balance_rows(engine):
        engine.free(row)
    Ranking(engine).reset()
    for name in ("total", "spend"):
        engine.bound(engine.column(name), -INF, INF)


def _pool_of_halls(data: ModelData, plan: Plan) -> dict[str, int]:
    index = {(pool.site, pool.zone, pool.mode): p for p, pool in enumerate(data.pools)}
    found = {
        f"{pool.site}/{pool.zone}/01": p for p, pool in enumerate(data.pools) if pool.is_standing
    }
    return found | {
        s.hall: index[s.candidate.site, s.candidate.group, s.candidate.mode] for s in plan.starts
    }


def _balance_rows(engine: Engine) -> list[int]:
    """Return rows that lots keep by their dates, and their means would keep to the last bit."""
    # fmt: off
    names = ("delivered[", "stays[", "waits[", "hall_power[", "rack_positions[", "liquid[", "air[",
             "overlap[", "zone_power[", "tranche_power[", "take[", "used_load[",
             "max_price[", "stock_use[", "stock[", "idle_load[")
    # fmt: on
    return [row for name, row in engine.rows.items() if name.startswith(names)]


def _free_lots(engine: Engine) -> None:
    for component in ("placed", "orders", "unused", "stocked", "idle"):
        for column in engine.columns_of(component).values():
            engine.bound(column, 0.0, INF)
    for row in _balance_rows(engine):
        engine.restore(row)


def _lacks(engine: Engine) -> dict[str, int]:
    """Return the columns of what hard rules lack, by the row that they enter."""
    found = {}
    for (name, label), column in engine.columns_of("short").items():
        row = f"floor[{name},{label}]"
        found[row if row in engine.rows else f"guarantee[{name},{label}]"] = column
    found |= {f"required[{i[0]}]": c for i, c in engine.columns_of("missing").items()}
    found |= {f"carbon[{i[0]}]": c for i, c in engine.columns_of("over_carbon").items()}
    return found | {f"cash_floor[{i[0]}]": c for i, c in engine.columns_of("overdrawn").items()}


def _missed(engine: Engine) -> dict[str, float]:
    """Return by how much hard rules are missed with the lots as they are; empty if none is."""
    lacks = _lacks(engine)
    for column in lacks.values():
        engine.bound(column, 0.0, INF)
    engine.seek(as_costs(lacks.values()), "min")
    found = engine.solve_lp()
    for column in lacks.values():
        engine.bound(column, 0.0, 0.0)
    if found.values is None:
        raise LimitError("a limit came before the plan was split into lots")
    values = found.values
    # What the solver's tolerance leaves is no miss.
    return {row: float(values[c]) for row, c in lacks.items() if values[c] > TINY_LACK}


def _again(engine: Engine, asked: dict[str, float]) -> FloatArray | None:
    """Return the cheapest point that keeps hard rules by what was asked more; None if none does."""
    for row, amount in asked.items():
        index = engine.rows[row]
        engine.limit(index, float(engine.row_lower[index]) + amount, INF)
    engine.seek({engine.column("worst"): 1.0}, "max")
    found = engine.solve_lp()
    for row in asked:
        engine.restore(engine.rows[row])
    return found.values


def _give_out(engine: Engine, tolerance: float) -> tuple[FloatArray, tuple[LevelStatus, ...]]:
    """Return the point that gives GPU-time out fairly, steadily, then in total, and its levels.

    A level is a sum over the horizon and says nothing of its periods: taken to the last thousandth
    it gives whole years to the team that makes a little more of old GPUs. So within the tolerance
    of the levels, what the worst team has a head is raised in every period; only then the total.
    """
    settled = leximin(engine) or []
    ranking = Ranking(engine)
    share = 1.0 - max(tolerance, HELD)
    ranking.hold({team: step.level for step in settled for team in step.teams}, share)
    engine.seek(as_costs(engine.columns_of("steady").values()), "max")
    steady = engine.solve_lp()
    if steady.values is not None:
        for column in engine.columns_of("steady").values():
            engine.bound(column, float(steady.values[column]) * (1.0 - HELD_STEADY), INF)
    total = OBJECTIVES["total_compute"]
    engine.seek({engine.column(total.variable): 1.0}, "max")
    found = engine.solve_lp()
    for column in engine.columns_of("steady").values():
        engine.bound(column, 0.0, INF)
    # Levels and periods are held so tightly that the solver may call what it found infeasible.
    found = found if found.values is not None else steady
    if found.values is None:
        raise LimitError("a limit came before GPU-time was given out")
    values = found.values
    unit = OBJECTIVES["compute_per_researcher"].unit
    made = [
        LevelStatus(f"plan: compute_per_researcher {n}: {', '.join(step.teams)}",
                    min(float(values[ranking.level[team]]) for team in step.teams), None, unit,
                    found.termination)
        for n, step in enumerate(settled, 1)
    ]  # fmt: skip
    for name in ("total_compute", "cost"):
        objective = OBJECTIVES[name]
        value = float(values[engine.column(objective.variable)])
        made.append(LevelStatus(f"plan: {name}", value, None, objective.unit, found.termination))
    return values, tuple(made)


def _finished(
    data: ModelData, engine: Engine, plan: Plan, final: tuple[FloatArray, tuple[LevelStatus, ...]]
) -> tuple[Plan, tuple[LevelStatus, ...]]:
    values, statuses = final
    plan = plan.replace(
        shares=_shares(data, engine, values),
        orders=equipment_orders(data.portfolio, plan.starts),
    )
    plan = plan.replace(cash=cash_rows(plan, data), level=levels(plan, data))
    return plan.replace(promises=promises(plan, data)), statuses


def _shares(data: ModelData, engine: Engine, values: FloatArray) -> tuple[Share, ...]:
    rate = {c.name: c.rate for c in data.consumers}
    made = []
    for (name, sku, backup, label), column in engine.columns_of("shares").items():
        gpus = float(values[column]) * GPUS
        if gpus <= TINY_GPUS:
            continue
        each = float(rate[name][data.skus.index(sku), CLASSES.index(_class(backup))])
        made.append(Share(name, sku, _class(backup), data.labels.index(label), gpus, gpus * each))
    return tuple(sorted(made, key=lambda s: (s.period, s.consumer, s.sku, s.backup)))


def _class(backup: str) -> HallClass:
    return "generators" if backup == "generators" else "none"
