"""From the aggregated solution to commitments: halls, purchases, lots, shares, cash, promises.

Inside a period the aggregated model takes the lesser of mean capacity and mean deliveries, which
lots with dates of their own can miss by a little. So GPU-time is given out once more, in the same
model with halls, orders and GPUs in place fixed at what the lots make; and where a floor, a
required date or the cash floor is then missed, it is asked for by that much more, and the split is
made again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import HallClass, LevelStatus, Lot, Plan, Purchase, Share, Start
from planner.domain.under_way import free
from planner.errors import LimitError
from planner.network import equipment_orders
from planner.network.roster import roster
from planner.optimise.alike import apart, parts, spelled, spread
from planner.optimise.constraints import CONSTRAINTS
from planner.optimise.constraints.cash import cash_rows, settled
from planner.optimise.constraints.clusters import clusters
from planner.optimise.constraints.docks import dock_room
from planner.optimise.constraints.gives_way import given_up
from planner.optimise.constraints.reservations import reservations
from planner.optimise.consumers import CLASSES
from planner.optimise.departing import Departures, moves, named, parted, retirements
from planner.optimise.engine import INF, Engine, as_costs
from planner.optimise.existing import date_of, powered
from planner.optimise.fairness import fairness_of, unit_of
from planner.optimise.leaving import STANDS
from planner.optimise.leximin import Ranking
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.objectives.compute_per_researcher import levels
from planner.optimise.pinning import bought, closed, dated, in_store, reserved
from planner.optimise.promises import promises
from planner.optimise.racking import LEAST_SHARE, SNAP, Content, Room, fill, place, rooms
from planner.optimise.rounding import whole_starts
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS
from planner.optimise.wishes import let_give, loosen, settle, wishes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData

ROUNDS = 6
"""Most times the split is made again."""
POWER_ROUNDS = 8
"""Most times lots are dated again by the power they are assigned."""
OVERSHOOT = 1.05
"""How much more than what was missed is asked for."""
TINY_GPUS = 1e-3
HELD = 1e-8
"""Relative slack at which fairness is held while what is left is given out."""
HELD_STEADY = 1e-6
"""The same for what the worst team has a head in each period."""
HOLD_GAP = 0.002
HOLD_NODES = 200
MORE = "+"
"""Ends the name of a purchase where another of its site, SKU and period has the name already."""
LACKING = 1e6
"""What a unit of a hard rule's lack weighs against the worst level."""
TINY_LACK = 1e-6
"""What a hard rule may lack by the solver's tolerance."""


class UnkeptError(LimitError):
    """No split into whole racks keeps what the means of a model's periods promise."""


def split(
    data: ModelData, engine: Engine, values: FloatArray
) -> tuple[Plan, tuple[LevelStatus, ...]]:
    """Return the plan of a solution, and the levels that it reaches.

    Raises
    ------
    UnkeptError
        If no split keeps the hard rules after `ROUNDS` attempts.
    """
    missed: dict[str, float] = {}
    for is_parted in (False, True):
        plan, missed = _kept(data, engine, values, is_parted=is_parted)
        if plan is not None:
            tolerance = data.portfolio.spec.policy.tolerance.likely
            final = _give_out(data, engine, tolerance)
            return _finished(data, engine, plan, final)
    raise _unkept(data, engine, missed)


def _kept(
    data: ModelData, engine: Engine, values: FloatArray, *, is_parted: bool
) -> tuple[Plan | None, dict[str, float]]:
    """Return a split that keeps the hard rules, with its lots fixed; or none, and what it missed.

    Parameters
    ----------
    is_parted
        Whether lots are parted where some racks have their power before the others.
    """
    asked: dict[str, float] = {}
    missed: dict[str, float] = {}
    soft = wishes(data)
    for number in range(1, ROUNDS + 1):
        plan = placed_plan(data, engine, values, is_parted=is_parted)
        fix_lots(data, engine, plan)
        _hold_again(engine)
        missed = _missed(engine)
        if missed and number == ROUNDS:
            missed = _yielding(data, engine, missed)
        if not missed:
            if soft:
                settle(engine, soft)
            return plan, {}
        _free_lots(engine)
        for row, amount in missed.items():
            asked[row] = asked.get(row, 0.0) + OVERSHOOT * amount
        again = _again(engine, asked)
        if again is None and not soft:
            break
        if again is None:
            loosen(engine, soft)
            asked = {}
            again = _again(engine, asked)
        if again is None:
            break
        values = again
    return None, missed


def _unkept(data: ModelData, engine: Engine, missed: Mapping[str, float]) -> UnkeptError:
    """Return what whole racks and their dates do not keep, by how much, and what to try."""
    lines = ["no split into whole racks keeps all that the model promises, which sees means only"]
    for row, amount in sorted(missed.items()):
        component, index = row.partition("[")[0], engine.index_of(row)
        constraint = next(k for k in CONSTRAINTS.values() if component in k.components)
        said = constraint.statement(data, component, index)
        if said is not None:
            short = f"{amount * said.scale:.4g} {said.unit}".rstrip()
            lines.append(f"  {said.where}: {said.text}: missed by {short} at {index[-1]}")
    lines.append("  help: plan in shorter periods, ask for a little less, or let it give way")
    return UnkeptError("\n".join(lines))


def _yielding(data: ModelData, engine: Engine, missed: dict[str, float]) -> dict[str, float]:
    """Let the soft ones of what is missed give way after all; return what is still missed."""
    soft = wishes(data)
    if not {wish.row for wish in soft} & set(missed):
        return missed
    let_give(engine, soft)
    return _missed(engine)


def placed_plan(
    data: ModelData, engine: Engine, values: FloatArray, *, is_parted: bool = False
) -> Plan:
    """Return a plan with halls, purchases and lots, but nobody computing yet."""
    orders = np.zeros((len(data.skus), len(data.pools), data.n_periods))
    pools = {pool.name: p for p, pool in enumerate(data.pools)}
    for (sku, pool, label), column in engine.columns_of("orders").items():
        amount = values[column]
        if amount * GPUS > TINY_GPUS:
            orders[data.skus.index(sku), pools[pool], data.labels.index(label)] = amount
    contracts = {i: values[c] for n in ("reserved", "exits")
                 for i, c in engine.columns_of(n).items()}  # fmt: skip
    halls = whole_starts(engine, data, values)
    leave = Departures(data, {i: values[engine.column("left", *i)] for i in data.leaving.ways})
    return assembled(data, halls, orders, contracts, leave, is_parted=is_parted)


def assembled(
    data: ModelData,
    halls: FloatArray,
    orders: FloatArray,
    contracts: Mapping[tuple[str, ...], float],
    leave: Departures | None = None,
    *,
    is_parted: bool = False,
) -> Plan:
    """Return the commitments that decisions come to: dated halls, purchases, lots in blocks.

    Parameters
    ----------
    halls
        Halls started by option, shape (O,).
    orders
        Thousands of GPUs ordered by SKU, pool and period, shape (J, P, T).
    contracts
        Whether tranches are reserved, and when they are left, as the model's variables.
    leave
        GPUs that leave their place early; none where not given.
    is_parted
        Whether lots are parted where some racks have their power before the others.
    """
    starts, option_of = _starts(data, halls)
    found = rooms(data, starts, option_of)
    leave = leave or Departures(data, {})
    leave.send(found)
    spare = closed(data, np.maximum(data.deliveries.supply - orders.sum(axis=1) * GPUS, 0.0))
    for p in leave.order_of_pools():
        site = data.pools[p].site
        _place_moved(data, p, found, leave)
        here = [i for i, pool in enumerate(data.pools) if pool.site == site]
        most = np.minimum(spare, dock_room(data, site, orders[:, here].sum(axis=1) * GPUS))
        left = most.copy()
        fill(data, p, found[p], orders[:, p], left, partial(leave.retire, found[p], p))
        spare += left - most
    spec = data.portfolio.spec
    stood = parted(data, data.there.lots, [room for p in found for room in found[p]])
    lots = (*stood, *_lots(data, found))
    plan = Plan(spec.portfolio, spec.data_date, data.portfolio.periods, starts, lots=lots)
    plan = plan.replace(reservations=reserved(data, reservations(contracts, data)))
    # Racks that wait for power which others give back shall not hold up those that have theirs.
    is_parted = is_parted or any(lot.leaves for lot in plan.lots)
    plan = _powered(data, _parted(data, plan) if is_parted else plan)
    new = bought(data, _purchases(data, plan.lots))
    return plan.replace(
        purchases=(*data.there.purchases, *new), retirements=retirements(plan.lots),
        moves=moves(data, plan.lots),
    )  # fmt: skip


def _place_moved(
    data: ModelData, pool: int, found: dict[int, list[Room]], leave: Departures
) -> None:
    """Put what is moved into a pool in its blocks, in place; what has no room there stays."""
    tail = data.pools[pool].rack_tail_day
    for arrival in leave.arrivals[pool]:
        batch = arrival.way.batch
        per_rack = data.deliveries.racks[batch.sku].gpus
        what = Content(batch.sku, 0, arrival.way.dock_day + tail, batch.until_day, STANDS,
                       move=arrival.move)  # fmt: skip
        racks = ceil(arrival.gpus / per_rack - SNAP)
        back = place(data, pool, found[pool], what, racks)
        short = racks * per_rack - arrival.gpus
        if back < racks and short:  # the last rack is not full
            last = [c for room in found[pool] for c in room.contents if c.move == arrival.move][-1]
            last.gpus -= short
        leave.take_back(found[batch.pool], arrival, min(back * per_rack, arrival.gpus))


def _starts(data: ModelData, halls: FloatArray) -> tuple[tuple[Start, ...], dict[str, int]]:
    """Return all halls, those under way first, and the option of each that is started."""
    started: list[Start] = []
    option_of: dict[str, int] = {}
    taken: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for start in data.there.starts:
        taken[start.candidate.site, start.candidate.group].add(start.number)
    for o in sorted(range(len(halls)), key=lambda o: (data.options[o].period, o)):
        option, count = data.options[o], int(halls[o])
        c, period = option.candidate, data.portfolio.periods[option.period]
        earliest = data.portfolio.sites[c.site].groups[c.group].earliest or period.start
        for k in range(count):
            number = next(free(taken[c.site, c.group]))
            taken[c.site, c.group].add(number)
            release = period.start + dt.timedelta(days=period.days * k // count)
            start = Start(c, number, max(release, earliest))
            started.append(start)
            option_of[start.hall] = o
    started = sorted(dated(data, tuple(started)), key=lambda s: (s.release, s.hall))
    return (*data.there.starts, *started), option_of


def _purchase_name(data: ModelData, site: str, sku: int, period: int) -> str:
    """Return the name of a purchase; marked where one of the name was ordered before."""
    return _unused(data, f"{site}/{data.skus[sku]}/{data.labels[period]}")


def _unused(data: ModelData, name: str) -> str:
    """Return a name, marked until no purchase ordered before has it."""
    taken = {bought.name for bought in data.there.purchases}
    while name in taken:
        name += MORE
    return name


def _ordered(data: ModelData, name: str) -> tuple[str, int, int]:
    """Return site, SKU and period of a purchase of the plan by its name."""
    site, sku, label = name.rstrip(MORE).split("/")
    return site, data.skus.index(sku), data.labels.index(label)


def _lots(data: ModelData, found: dict[int, list[Room]]) -> tuple[Lot, ...]:
    """Return one lot for each purchase in each block, in service with the last of its racks."""
    end = data.portfolio.periods[-1].end
    made: dict[tuple[str, int, str, str, float], Lot] = {}
    for p, blocks in found.items():
        for room in blocks:
            for content in room.contents:
                if (content.period < 0 and not content.move) or content.gpus <= 0:
                    continue
                site = data.pools[p].site
                name = content.move or _purchase_name(data, site, content.sku, content.period)
                key = (room.hall, room.number, name, content.leaves, content.until_day)
                begin, gpus = date_of(data.timeline, content.begin_day), content.gpus
                until = min(date_of(data.timeline, content.until_day), end)
                if key in made:
                    begin, gpus = max(begin, made[key].service), gpus + made[key].gpus
                sku = data.skus[content.sku]
                made[key] = Lot(room.hall, room.number, sku, gpus, name, begin, until,
                                leaves=content.leaves)  # fmt: skip
    return tuple(sorted(named(made.values()), key=lambda lot: (lot.service, lot.name)))


def _purchases(data: ModelData, lots: tuple[Lot, ...]) -> tuple[Purchase, ...]:
    """Return the purchases that lots are of, by order date and name."""
    made: dict[str, Purchase] = {}
    for lot in lots:
        if not lot.is_new or lot.purchase in data.leaving.moves:
            continue
        site, j, t = _ordered(data, lot.purchase)
        gpus = lot.gpus + (made[lot.purchase].gpus if lot.purchase in made else 0)
        order = date_of(data.timeline, data.deliveries.order_day[j, t])
        dock = date_of(data.timeline, data.deliveries.dock_day[j, t])
        made[lot.purchase] = Purchase(lot.purchase, site, lot.sku, gpus, order, dock)
    return tuple(sorted(made.values(), key=lambda p: (p.order, p.name)))


def _powered(data: ModelData, plan: Plan) -> Plan:
    """Return the plan with every new lot in service no earlier than the power it is assigned.

    Power is handed out in the order in which lots are counted on, which the dates of power move;
    so this is repeated until the dates stand. A lot that lacks power is made smaller by the racks
    that lack it, and one that no tranche can carry is left out.
    """
    own = {lot.name: lot.service for lot in plan.lots}
    ratios = {hall.name: data.portfolio.catalog.modes[hall.mode].peak_facility_ratio.likely
              for hall in roster(data.portfolio, plan)}  # fmt: skip
    for _ in range(POWER_ROUNDS):
        dates, short = powered(data.portfolio, data.feed.tranches, plan)
        lots = []
        for lot in plan.lots:
            day = dates.get(lot.name, -np.inf)
            if lot.is_new and lot.name in short:
                lot, day = _smaller(data, lot, short[lot.name] / ratios[lot.hall]), 0.0
            if lot.is_new and lot.gpus > 0 and day < data.timeline.end_day[-1]:
                power = date_of(data.timeline, day) if day > 0 else own[lot.name]
                lots.append(_served(lot, max(own[lot.name], power)))
            elif not lot.is_new:
                lots.append(lot)
        changed = tuple(lots) != plan.lots
        plan = plan.replace(lots=tuple(lots))
        if not changed:
            break
    alive = tuple(lot for lot in plan.lots if lot.service < lot.until)
    return plan.replace(lots=alive)


def _parted(data: ModelData, plan: Plan) -> Plan:
    """Return the plan with new lots parted where some racks have their power before the others.

    A lot waits for all its power, so one that takes the last of a tranche waits for the next with
    all its racks. The racks that have theirs on the lot's own day stay; the others are a lot, and a
    purchase, of their own.
    """
    for lot in sorted(plan.lots, key=lambda lot: (lot.service, lot.name)):
        is_bought = lot.is_new and lot.purchase not in data.leaving.moves
        until = _waits(data, plan, lot) if is_bought else None
        if until is None or until >= data.timeline.end_day[-1]:
            continue
        rack = data.deliveries.racks[data.skus.index(lot.sku)].gpus
        least, most = 0, lot.gpus // rack
        while most - least > 1:
            middle = (least + most) // 2
            tried = replace(lot, gpus=middle * rack)
            is_late = _waits(data, _exchanged(plan, lot, tried), tried) is not None
            least, most = (least, middle) if is_late else (middle, most)
        if least >= max(1.0, LEAST_SHARE * lot.gpus / rack):
            first, late = replace(lot, gpus=least * rack), date_of(data.timeline, until)
            # Counted on later, or it would be handed its power first.
            rest = replace(lot, gpus=lot.gpus - first.gpus, service=late,
                           purchase=_unused(data, lot.purchase + MORE))  # fmt: skip
            plan = _exchanged(plan, lot, first, rest)
    return plan


def _waits(data: ModelData, plan: Plan, lot: Lot) -> float | None:
    """Return the day on which a lot has all its power; None if it has by when it is counted on."""
    dates, short = powered(data.portfolio, data.feed.tranches, plan)
    day = np.inf if lot.name in short else dates.get(lot.name, -np.inf)
    return day if day > data.timeline.day(lot.service) else None


def _exchanged(plan: Plan, lot: Lot, *others: Lot) -> Plan:
    """Return the plan with other lots in the place of one."""
    at = plan.lots.index(lot)
    return plan.replace(lots=(*plan.lots[:at], *others, *plan.lots[at + 1 :]))


def _smaller(data: ModelData, lot: Lot, mw: float) -> Lot:
    """Return a lot without as many whole racks as draw so much IT power."""
    rack = data.deliveries.racks[data.skus.index(lot.sku)]
    racks = ceil(mw / (rack.gpu_mw * rack.gpus) - SNAP)
    return replace(lot, gpus=max(0, lot.gpus - racks * rack.gpus))


def _served(lot: Lot, service: dt.date) -> Lot:
    return replace(lot, service=service)


# GPU-time, given out once more with the lots fixed


def fix_lots(data: ModelData, engine: Engine, plan: Plan) -> None:
    """Fix orders and GPUs in place at what the lots of a plan make, and free the levels."""
    counted = tally(plan, data)
    pools = {pool.name: p for p, pool in enumerate(data.pools)}
    for (sku, pool, time), column in engine.columns_of("placed").items():
        at = counted.new_in_place[data.skus.index(sku), pools[pool], data.times.index(time)] / GPUS
        engine.bound(column, at, at)
    orders = np.zeros((len(data.skus), len(data.pools), data.n_periods))
    zones = _pool_of_halls(data, plan)
    for lot in plan.lots:
        if lot.is_new and lot.purchase not in data.leaving.moves:
            _, j, t = _ordered(data, lot.purchase)
            orders[j, zones[lot.hall], t] += lot.gpus / GPUS
    stored = in_store(data, plan)
    for (sku, pool, label), column in engine.columns_of("orders").items():
        j, t = data.skus.index(sku), data.labels.index(label)
        at = orders[j, pools[pool], t] + stored.pop((j, pool.split("/")[0], t), 0) / GPUS
        engine.bound(column, at, at)
    for (component, *index), value in settled(plan, data).items():
        engine.bound(engine.column(component, *index), value, value)
    for row in balance_rows(engine):
        engine.free(row)
    Ranking(engine).reset()
    for name in ("total", "spend", "late"):
        if name in engine.columns:
            engine.bound(engine.column(name), -INF, INF)


def _pool_of_halls(data: ModelData, plan: Plan) -> dict[str, int]:
    index = data.pool_of
    found = {
        f"{pool.site}/{pool.zone}/01": p for p, pool in enumerate(data.pools) if pool.is_standing
    }
    return found | {
        s.hall: index[s.candidate.site, s.candidate.group, s.candidate.mode] for s in plan.starts
    }


def balance_rows(engine: Engine) -> list[int]:
    """Return rows that lots keep by their dates, and their means would keep to the last bit."""
    # fmt: off
    names = ("delivered[", "stays[", "waits[", "hall_power[", "rack_positions[", "liquid[", "air[",
             "parts_are[", "overlap[", "zone_power[", "tranche_power[", "power_stays[", "take[",
             "used_load[", "max_price[", "pinned_purchase[", "lacking_is[",
             "waiting_is[", "stock_use[", "stock[", "idle_load[", "leaves[")
    # fmt: on
    return [row for name, row in engine.rows.items() if name.startswith(names)]


def _free_lots(engine: Engine) -> None:
    for component in ("placed", "orders", "unused", "stocked", "idle", "left"):
        for column in engine.columns_of(component).values():
            engine.bound(column, 0.0, INF)
    for row in balance_rows(engine):
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
    found = engine.solve_lp(start_cold=True)  # with lots fixed, little is left after presolve
    for column in lacks.values():
        engine.bound(column, 0.0, 0.0)
    if found.values is None:
        raise LimitError("a limit came before the plan was split into lots")
    values = found.values
    # What the solver's tolerance leaves is no miss.
    return {row: float(values[c]) for row, c in lacks.items() if values[c] > TINY_LACK}


def _hold_again(engine: Engine) -> None:
    """Choose training clusters again where lots with their dates do not carry those chosen."""
    holds, lacks = list(engine.columns_of("holds").values()), list(_lacks(engine).values())
    if not holds:
        return
    for column in lacks:
        engine.bound(column, 0.0, INF)
    engine.seek({}, "min")
    if engine.solve_lp().values is None:
        for column in holds:
            engine.bound(column, 0.0, 1.0)
        engine.seek({**as_costs(lacks, -LACKING), engine.column("worst"): 1.0}, "max")
        found = engine.solve_mip(gap=HOLD_GAP, nodes=HOLD_NODES)
        if found.values is not None:
            for column, value in zip(holds, np.round(found.values[holds]).tolist(), strict=True):
                engine.bound(column, value, value)
    for column in lacks:
        engine.bound(column, 0.0, 0.0)


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


def _give_out(
    data: ModelData, engine: Engine, tolerance: float
) -> tuple[FloatArray, tuple[LevelStatus, ...]]:
    """Return the point that gives GPU-time out fairly, steadily, then in total, and its levels.

    A level is a sum over the horizon and says nothing of its periods: taken to the last thousandth
    it gives whole years to the team that makes a little more of old GPUs. So within the tolerance
    of the levels, what the worst team has a head is raised in every period; only then the total.
    """
    fair = fairness_of(data)
    settled = fair.settle(engine) or []
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
    reached = {team: float(values[column]) for team, column in ranking.level.items()}
    made = [
        LevelStatus(f"plan: compute_per_researcher{name}", value, None, unit_of(data),
                    found.termination)
        for name, value in fair.steps(spelled(settled, data), spread(reached, data))
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
    shares, data = _shares(data, engine, values), apart(data)
    plan = plan.replace(
        shares=shares,
        orders=equipment_orders(data.portfolio, plan.starts),
    )
    trained = {i: float(values[c]) for i, c in engine.columns_of("trained").items()}
    plan = plan.replace(clusters=clusters(trained, data), gave_way=given_up(plan, data))
    plan = plan.replace(cash=cash_rows(plan, data), level=levels(plan, data))
    more = tuple(
        LevelStatus(f"plan: {name}", OBJECTIVES[name].evaluate(plan, data), None,
                    OBJECTIVES[name].unit, statuses[-1].termination)
        for name in data.portfolio.spec.policy.objectives
        if name in ("time_to", "cost_for")
    )  # fmt: skip
    return plan.replace(promises=promises(plan, data)), (*statuses, *more)


def _shares(data: ModelData, engine: Engine, values: FloatArray) -> tuple[Share, ...]:
    rate = {c.name: c.rate for c in data.consumers}
    made = []
    for (name, sku, backup, label), column in engine.columns_of("shares").items():
        gpus = float(values[column]) * GPUS
        if gpus <= TINY_GPUS:
            continue
        each = float(rate[name][data.skus.index(sku), CLASSES.index(_class(backup))])
        for member, part in parts(data, name).items():
            own = gpus * part
            made.append(
                Share(member, sku, _class(backup), data.labels.index(label), own, own * each)
            )
    return tuple(sorted(made, key=lambda s: (s.period, s.consumer, s.sku, s.backup)))


def _class(backup: str) -> HallClass:
    return "generators" if backup == "generators" else "none"
