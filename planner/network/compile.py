"""Portfolio and plan -> Network: the one place that puts the rooms' tables together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from planner.network.arrays import Network
from planner.network.calendars import DAY_MIN
from planner.network.cpm import finishes
from planner.network.crews import open_site
from planner.network.draft import (
    ARC,
    NONE,
    Draft,
    Gate,
    TrancheRow,
    Unit,
    csr,
    csr_units,
    integers,
)
from planner.network.halls import Yard, add_hall, never_gate
from planner.network.power import NEVER_POWERED, assign_power, contract_ends
from planner.network.progress import apply_progress, hold, known_min, less_used, stretched
from planner.network.roster import roster
from planner.network.tables import CERTAIN_ZERO, build_tables, law, laws
from planner.network.terms import add_missing, add_terms, closed, coming, unit_firm_min
from planner.network.works import add_works

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.plan import EquipmentOrder, Plan, Purchase
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import EquipmentStock
    from planner.network.arrays import IntArray
    from planner.network.crews import Frame
    from planner.network.passes import Graph
    from planner.network.roster import HallPlan
    from planner.network.tables import Tables


HallPriority = Literal["release", "finish"]


def compile_network(
    portfolio: Portfolio,
    plan: Plan,
    *,
    with_tranches: bool = True,
    priority: HallPriority = "finish",
    tables: Tables | None = None,
) -> Network:
    """Return the network of a portfolio under a plan.

    Parameters
    ----------
    with_tranches
        False where power is never late: halls and lots wait for no tranche. Tranches and their
        dates stay in the network.
    priority
        Which hall is served first when crews or equipment are short: the one released first, or
        the one whose deterministic pass finishes first.
    tables
        Tables of the portfolio, from `build_tables`, to spare building them again.

    Raises
    ------
    ValueError
        If a lot names a hall, block or purchase that the plan does not have, or a hall is released
        before the epoch.
    """
    tables = tables or build_tables(portfolio)
    draft = _draft(portfolio, plan, tables, with_tranches=with_tranches)
    _add_units(portfolio, coming(portfolio, plan), tables, draft)
    add_missing(plan, draft)
    _add_arcs(plan, draft)
    terms = add_terms(portfolio, plan, tables, draft, with_tranches=with_tranches)
    return _ranked(closed(replace(_freeze(portfolio, tables, draft), terms=terms)), priority)


def activity_names(portfolio: Portfolio, plan: Plan) -> tuple[str, ...]:
    """Return the names of the activities that a plan's network has, in its order."""
    draft = _draft(portfolio, plan, build_tables(portfolio), with_tranches=False)
    return tuple(row.name for row in draft.rows)


def unequipped_network(portfolio: Portfolio, plan: Plan, tables: Tables) -> Network:
    """Return the network of a plan with no unit of equipment and power never late, unranked."""
    return _freeze(portfolio, tables, _draft(portfolio, plan, tables, with_tranches=False))


def equipped_network(
    network: Network, portfolio: Portfolio, orders: Sequence[EquipmentOrder], tables: Tables,
    graph: Graph | None = None,
) -> Network:  # fmt: skip
    """Return an unequipped network with its stock and what is ordered, ranked.

    Parameters
    ----------
    graph
        Of the network, from `as_graph`, to spare making it again.
    """
    keys = (name.split("/", 1) for name in network.pool)
    draft = Draft(
        pools={(site, equipment): i for i, (site, equipment) in enumerate(keys)},
        used=dict(network.pool_used),
    )
    _add_units(portfolio, orders, tables, draft)
    return _ranked(replace(network, **_unit_arrays(draft.units)), "finish", graph)


def _draft(portfolio: Portfolio, plan: Plan, tables: Tables, *, with_tranches: bool) -> Draft:
    """Return all rows of a network but its equipment and arcs."""
    draft = Draft()
    frames = [open_site(portfolio, tables, draft, i, n) for i, n in enumerate(portfolio.sites)]
    for frame in frames:
        add_works(frame)
    dock = _add_docks(portfolio, plan, tables, draft)
    halls = roster(portfolio, plan)
    yards = {f.name: _yard(f, plan, halls, dock, with_tranches=with_tranches) for f in frames}
    for hall in halls:
        add_hall(yards[hall.site], hall)
    apply_progress(portfolio, tables, draft)
    return draft


def _add_docks(portfolio: Portfolio, plan: Plan, tables: Tables, draft: Draft) -> dict[str, int]:
    """Append the gate of each purchase and move: racks dock a while after order or sending."""
    dock = {}
    for purchase in plan.purchases:
        sku = portfolio.catalog.accelerators[purchase.sku]
        dock[purchase.name] = draft.add_gate(
            Gate(
                name=f"dock/{purchase.name}",
                base_min=tables.minute(purchase.order),
                slip=law(sku.lead_time, DAY_MIN),
                drivers=tables.drivers(sku.drivers),
                firm_min=_firm_min(portfolio, purchase, tables),
            )
        )
    for move in plan.moves:
        terms = portfolio.catalog.accelerators[move.sku].moves
        slip = law(terms.downtime, DAY_MIN) if terms else CERTAIN_ZERO
        base = tables.minute(move.sent)
        dock[move.name] = draft.add_gate(Gate(f"dock/{move.name}", base, slip))
    return dock


def _firm_min(portfolio: Portfolio, purchase: Purchase, tables: Tables) -> int:
    """Return the minute from which an order stands on its date; -1 where it does at once."""
    after = portfolio.catalog.accelerators[purchase.sku].firm_after
    if after is None or portfolio.spec.policy.open_loop:
        return NONE
    return tables.minute(purchase.order) + round(after.likely * DAY_MIN)


def _yard(
    frame: Frame,
    plan: Plan,
    halls: Sequence[HallPlan],
    dock: dict[str, int],
    *,
    with_tranches: bool,
) -> Yard:
    """Return what a site's halls share, its tranches appended to the draft."""
    tables = frame.tables
    gate: dict[str, int] = {}
    after: dict[str, tuple[int, ...]] = {}
    for name in contract_ends(frame.site, plan.reservations):
        tranche = frame.site.tranches[name]
        is_past = tranche.energised <= tables.data_date
        events = () if is_past else tables.risks.tranche_event.get(f"{frame.name}/{name}", ())
        base = tables.minute(tranche.energised)
        slip = tables.slip(tranche.energised, tranche.slip)
        made = Gate(f"tranche/{frame.name}/{name}", base, slip, events=events)
        gate[name] = frame.draft.add_gate(made)
        after[name] = tuple(frame.works[key] for key in tranche.after if key in frame.works)
        frame.draft.tranches.append(TrancheRow(f"{frame.name}/{name}", gate[name], after[name]))
    own = [hall for hall in halls if hall.site == frame.name]
    power = (
        assign_power(frame.portfolio, frame.site, own, plan.reservations) if with_tranches else {}
    )
    if any(NEVER_POWERED in names for names in power.values()):
        gate[NEVER_POWERED], after[NEVER_POWERED] = never_gate(frame), ()
    return Yard(frame, power, gate, after, dock)


def _add_units(
    portfolio: Portfolio, orders: Sequence[EquipmentOrder], tables: Tables, draft: Draft
) -> None:
    """Append stock and ordered units of every class that some row waits for."""
    for (site, equipment), pool in draft.pools.items():
        for number, stock in enumerate(portfolio.sites[site].stock.get(equipment, ())):
            name = f"stock/{site}/{equipment}/{number + 1}"
            first = _in_stock(portfolio, equipment, stock, tables)
            draft.units += (
                Unit(f"{name}/{i + 1}", pool, first.order_min, first.lead, first.drivers)
                for i in range(stock.units)
            )
    numbers: Counter[str] = Counter()
    for order in orders:
        pool_of = draft.pools.get((order.site, order.equipment))
        if pool_of is None:
            continue
        equipment_class = portfolio.catalog.equipment[order.equipment]
        lead = law(equipment_class.lead_time, DAY_MIN)
        drivers = tables.drivers(equipment_class.drivers)
        name, minute = f"order/{order.site}/{order.equipment}", tables.minute(order.order)
        firm = unit_firm_min(portfolio, order, tables)
        for _ in range(order.units):
            numbers[name] += 1
            unit = f"{name}/{numbers[name]}"
            draft.units.append(Unit(unit, pool_of, minute, lead, drivers, firm, order.hall))
    draft.units[:] = less_used(draft.units, draft.used, known_min(portfolio, tables))


def _in_stock(portfolio: Portfolio, equipment: str, stock: EquipmentStock, tables: Tables) -> Unit:
    """Return when a unit of a stock comes.

    One that was ordered has come by the date it is given, where that is past; else it comes as late
    as its class may be, given that it has not come, unless the stock says otherwise.
    """
    arrives = tables.minute(stock.arrives)
    if stock.ordered is None or stock.slip is not None:
        return Unit("", NONE, arrives, tables.slip(stock.arrives, stock.slip))
    known = max(known_min(portfolio, tables), tables.minute(tables.data_date))
    if arrives < known:
        return Unit("", NONE, arrives, CERTAIN_ZERO)
    chosen = portfolio.catalog.equipment[equipment]
    ordered = tables.minute(stock.ordered)
    gate = Gate("", ordered, stretched(law(chosen.lead_time, DAY_MIN), arrives - ordered))
    hold(gate, known)
    return Unit("", NONE, gate.base_min, gate.slip, tables.drivers(chosen.drivers))


def _add_arcs(plan: Plan, draft: Draft) -> None:
    """Append resource-flow arcs; one whose giver or taker the plan no longer has says nothing."""
    if not plan.arcs:
        return
    index = {row.name: i for i, row in enumerate(draft.rows)}
    for giver, taker in plan.arcs:
        if giver in index and taker in index:
            draft.relate(index[giver], index[taker], ARC)


def _firm_mins(gates: Sequence[Gate]) -> IntArray | None:
    """Return when gates stand on their dates; None where all of them do at once."""
    firm = integers([g.firm_min for g in gates])
    return firm if (firm != NONE).any() else None


def _unit_arrays(units: Sequence[Unit]) -> dict[str, Any]:
    """Return the fields of a network that say what equipment comes."""
    return {
        "unit_pool": integers([u.pool for u in units]),
        "unit_order_min": integers([u.order_min for u in units]),
        "unit_lead": laws([u.lead for u in units]),
        "unit_driver": csr([u.drivers for u in units]),
        "unit_name": tuple(u.name for u in units),
    }


def _ranked(network: Network, priority: HallPriority, graph: Graph | None = None) -> Network:
    """Return the network with its ranks: site works, then halls by priority, then latest finish.

    Halls are compiled in order of release, then name, and rows in order of declaration.
    """
    early, late = finishes(network, graph)
    place = network.activity_hall
    if priority == "finish" and len(network.hall):
        pairs = zip(network.hall_first.tolist(), network.hall_last.tolist(), strict=True)
        end = np.array([early[first:last].max() for first, last in pairs], dtype=np.int64)
        place = np.where(place < 0, place, end[place])
    order = np.lexsort((late, network.activity_hall, place))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return replace(network, rank=rank)


def _freeze(portfolio: Portfolio, tables: Tables, draft: Draft) -> Network:
    """Return the draft as flat arrays; ranks are those of declaration."""
    rows, gates, halls = draft.rows, draft.gates, draft.halls
    calendars, climates, risks = tables.calendars, tables.climates, tables.risks
    relations = np.array(draft.relations, dtype=np.int64).reshape(-1, 4)
    climate = [climates.row[s.climate] if s.climate else -1 for s in portfolio.sites.values()]
    return Network(
        epoch=tables.epoch,
        days=tables.days,
        site=tuple(portfolio.sites),
        activity=tuple(r.name for r in rows),
        title=tuple(r.title for r in rows),
        phase=tuple(r.phase for r in rows),
        activity_site=integers([r.site for r in rows]),
        activity_hall=integers([r.hall for r in rows]),
        activity_block=integers([r.block for r in rows]),
        work=laws([r.law for r in rows]),
        work_driver=csr([r.drivers for r in rows]),
        calendar=integers([r.calendar for r in rows]),
        is_outdoor=np.array([r.is_outdoor for r in rows], dtype=np.bool_),
        rank=np.arange(len(rows), dtype=np.int64),
        relation_pred=relations[:, 0].copy(),
        relation_succ=relations[:, 1].copy(),
        relation_kind=relations[:, 2].copy(),
        relation_lag_min=relations[:, 3].copy(),
        resource=tuple(name for name, _ in draft.resources),
        capacity=integers([n for _, n in draft.resources]),
        need=csr_units([r.needs for r in rows]),
        pool=tuple(f"{site}/{equipment}" for site, equipment in draft.pools),
        wait=csr([r.pools for r in rows]),
        **_unit_arrays(draft.units),
        gate=csr([r.gates for r in rows]),
        gate_name=tuple(g.name for g in gates),
        gate_base_min=integers([g.base_min for g in gates]),
        gate_slip=laws([g.slip for g in gates]),
        gate_driver=csr([g.drivers for g in gates]),
        gate_event=csr([g.events for g in gates]),
        gate_firm_min=_firm_mins(gates),
        driver_name=risks.name,
        driver_law=risks.law,
        driver_probability=risks.probability,
        driver_is_event=risks.is_event,
        is_parallel=risks.is_parallel,
        driver_mix=risks.mix,
        calendar_name=calendars.name,
        day_type=calendars.day_type,
        type_pointer=calendars.type_pointer,
        type_start_min=calendars.type_start_min,
        type_end_min=calendars.type_end_min,
        climate=integers(climate),
        lost_day=climates.lost_day,
        storm_rate=climates.storm_rate,
        storm_month=climates.storm_month,
        storm_day=climates.storm_day,
        storm_gust=climates.storm_gust,
        storm_outage=climates.storm_outage,
        storm_basin=climates.storm_basin,
        hall=tuple(h.name for h in halls),
        hall_site=integers([h.site for h in halls]),
        hall_first=integers([h.first for h in halls]),
        hall_last=integers([h.last for h in halls]),
        hall_design_wind=np.array([h.design_wind for h in halls], dtype=np.float64),
        hall_design_wind_open=np.array([h.design_wind_open for h in halls], dtype=np.float64),
        hall_closes=integers([h.closes for h in halls]),
        hall_repair_fixed_min=integers([h.repair_fixed_min for h in halls]),
        hall_repair_full_min=integers([h.repair_full_min for h in halls]),
        hall_repair_cost_musd=np.array([h.repair_cost_musd for h in halls], dtype=np.float64),
        hall_contents_musd=np.array([h.contents_musd for h in halls], dtype=np.float64),
        hall_repair_calendar=integers([h.repair_calendar for h in halls]),
        block=tuple(b.name for b in draft.blocks),
        block_hall=integers([b.hall for b in draft.blocks]),
        block_mw=np.array([b.mw for b in draft.blocks], dtype=np.float64),
        block_ready=csr([b.ready for b in draft.blocks]),
        lot=tuple(x.name for x in draft.lots),
        lot_block=integers([x.block for x in draft.lots]),
        lot_service=integers([x.service for x in draft.lots]),
        lot_gate=integers([x.gate for x in draft.lots]),
        tranche=tuple(t.name for t in draft.tranches),
        tranche_gate=integers([t.gate for t in draft.tranches]),
        tranche_after=csr([t.after for t in draft.tranches]),
        cost_musd=np.array([r.cost_musd for r in rows], dtype=np.float64),
        known_min=known_min(portfolio, tables),
        pool_used=tuple(sorted(draft.used.items())),
        out_of_sequence=tuple(draft.out_of_sequence),
    )
