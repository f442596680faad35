"""GPUs are placed within what halls in service offer.

For all pools p and times k, with `there[p, k] = standing_mw + sum of option_mw x starts`:

- ``hall_power``: sum of gpu_mw[j] x (placed[j, p, k] + stood[j, p, k]) <= there[p, k]
- ``rack_positions``: sum of racks <= racks_per_mw[p] x there[p, k]
- ``liquid``, ``air``: sum of heat to either <= its share of there[p, k]

In large models the sum is a variable ``offered[p, k]``, and ``offered_is`` says what it adds to
offered[p, k-1]: a term a start, where sums take one a start and time. Smaller ones do without:
simplex goes better with fewer rows.

There a rule that follows from that of power in all its terms is left out, too. What stands at the
data date is taken to fit. A rack too dense for a pool has no variable there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, Statement, exceeds
from planner.optimise.tally import halls_of, option_of
from planner.optimise.variables import GPUS, at_most, linear

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.plan import Lot, Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData
    from planner.optimise.halls import Pool

COMPONENTS = ("hall_power", "rack_positions", "liquid", "air")
DEFINED = "offered_is"
TINY_MW = 1e-12


@dataclass(frozen=True)
class Block:
    """A block of a plan's hall: when it serves, and what it holds."""

    service_day: float
    mw: float


def takes(data: ModelData, component: str, sku: int) -> float:
    """Return what one GPU takes: MW of power or heat, or racks."""
    rack = data.deliveries.racks[sku]
    return {
        "hall_power": rack.gpu_mw,
        "rack_positions": 1.0 / rack.gpus,
        "liquid": rack.gpu_mw * rack.liquid,
        "air": rack.gpu_mw * (1.0 - rack.liquid),
    }[component]


def offers(pool: Pool, component: str) -> float:
    """Return what one MW of IT power of a pool's halls offers, in the unit of `takes`."""
    traits = pool.traits
    return {
        "hall_power": 1.0,
        "rack_positions": traits.racks_per_mw,
        "liquid": traits.liquid_share,
        "air": traits.air_share,
    }[component]


def add(model: Pyo, data: ModelData) -> None:
    """Add ``offered_is`` and the four rules, each ``[pool, time]``."""
    by_pool = {pool.name: p for p, pool in enumerate(data.pools)}
    options = {p: data.options_of_pool(p) for p in by_pool.values()}
    stood, loose = data.deliveries.stood_gpus, data.deliveries.loose_gpus
    is_chained = bool(len(model.offered))
    _add_offered(model, data, options)

    def rule_of(component: str) -> Pyo:
        each = [takes(data, component, j) for j in range(len(data.skus))]

        def rule(m: Pyo, name: str, time: str) -> Pyo:
            p, k = by_pool[name], data.times.index(time)
            share = offers(data.pools[p], component)
            taken = sum(each[j] * stood[j, p, k] for j in range(len(data.skus)))
            fits = sum(each[j] * loose[j, p, k] for j in range(len(data.skus)))
            free = max(share * data.standing_mw[p, k] - taken, fits)
            if (
                is_chained
                and component != "hall_power"
                and share > 0
                and _follows(component, p, k, free)
            ):
                return pyo.Constraint.Skip
            terms = [
                (each[j] * GPUS, m.placed[sku, name, time])
                for j, sku in enumerate(data.skus)
                if (sku, name, time) in m.placed
            ]
            if not terms:
                return pyo.Constraint.Skip
            if (name, time) in m.offered:
                terms.append((-share, m.offered[name, time]))
            elif not is_chained:
                terms += [
                    (-share * float(data.option_mw[o, k]), m.starts[data.option_name(o)])
                    for o in options[p]
                    if data.option_mw[o, k] > 0
                ]
            return at_most(m, terms, free)

        return rule

    def _follows(component: str, p: int, k: int, free: float) -> bool:
        """Return whether a rule is nowhere tighter than that of power."""
        share, power = offers(data.pools[p], component), data.gpu_mw
        stands = float(power @ stood[:, p, k])
        room = max(float(data.standing_mw[p, k]) - stands, 0.0)
        return free >= share * room and all(
            takes(data, component, j) <= share * power[j]
            for j in range(len(data.skus))
            if data.deliveries.fits[j, p]
        )

    for component in COMPONENTS:
        pools, times = list(by_pool), list(data.times)
        setattr(model, component, pyo.Constraint(pools, times, rule=rule_of(component)))


def _add_offered(model: Pyo, data: ModelData, options: dict[int, list[int]]) -> None:
    """Add ``offered_is[pool, time]``."""
    by_pool = {data.pools[p].name: p for p in options}

    def rule(m: Pyo, name: str, time: str) -> Pyo:
        k, here = data.times.index(time), options[by_pool[name]]
        terms, come = [(1.0, m.offered[name, time])], data.option_mw[here, k]
        if 1 <= k < data.n_periods and (name, data.times[k - 1]) in m.offered:
            terms.append((-1.0, m.offered[name, data.times[k - 1]]))
            come = come - data.option_mw[here, k - 1]
        terms += [
            (-float(mw), m.starts[data.option_name(o)])
            for o, mw in zip(here, come, strict=True)
            if abs(mw) > TINY_MW
        ]
        return linear(terms) == 0.0

    model.offered_is = pyo.Constraint(list(model.offered), rule=rule)


def block_of(lot: Lot, plan: Plan, data: ModelData) -> Block | None:
    """Return the block that a lot stands in; None where the plan has no such block."""
    pool = halls_of(plan, data).get(lot.hall)
    if pool is None:
        return None
    start = next((s for s in plan.starts if s.hall == lot.hall), None)
    if start is not None and not start.is_under_way:
        option = option_of(start, data)
        if option is None:
            return None
        service, mw = data.options[option].service_day, data.options[option].block_mw
    else:
        here = data.pools[pool].blocks(lot.hall)
        service, mw = data.pools[pool].service_day[here], data.pools[pool].block_mw[here]
    at = lot.block - 1
    return Block(float(service[at]), float(mw[at])) if at < len(mw) else None


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name lots that serve before their block, and blocks that hold more than they can."""
    found: list[str] = []
    pools = halls_of(plan, data)
    blocks: dict[tuple[str, int], list[Lot]] = {}
    for lot in plan.lots:
        if lot.hall not in pools or lot.sku not in data.skus:
            continue
        blocks.setdefault((lot.hall, lot.block), []).append(lot)
        found += _lot_faults(lot, plan, data, data.pools[pools[lot.hall]])
    for (hall, number), lots in blocks.items():
        block = block_of(lots[0], plan, data)
        if block is not None and any(lot.is_new for lot in lots):
            found += _overfull(f"{hall}/{number}", lots, block, data.pools[pools[hall]], data)
    return found


def _lot_faults(lot: Lot, plan: Plan, data: ModelData, pool: Pool) -> list[str]:
    block = block_of(lot, plan, data)
    if block is None:
        return [f"placement: lot {lot.name} stands in a block that does not exist"]
    found = []
    if lot.is_new and data.timeline.day(lot.service) + 1 <= block.service_day:
        found.append(f"placement: lot {lot.name} serves on {lot.service}, before its block")
    if lot.is_new and not data.deliveries.racks[data.skus.index(lot.sku)].fits(pool.traits):
        found.append(f"placement: racks of {lot.sku} are too dense for {pool.name}")
    return found


def _overfull(name: str, lots: list[Lot], block: Block, pool: Pool, data: ModelData) -> list[str]:
    """Name what a block has too much of on any day."""
    words = {"hall_power": "IT power", "rack_positions": "rack positions",
             "liquid": "liquid cooling", "air": "air cooling"}  # fmt: skip
    skus = np.array([data.skus.index(lot.sku) for lot in lots])
    found = []
    for component in COMPONENTS:
        each = np.array([takes(data, component, j) for j in skus]) * [lot.gpus for lot in lots]
        limit = max(offers(pool, component) * block.mw, _stood(lots, each))
        most = max(_on(day, lots, each) for day in {lot.service for lot in lots})
        if exceeds(most, limit):
            found.append(f"placement: block {name} takes {most:.3f} of {words[component]}, "
                         f"has {limit:.3f}")  # fmt: skip
    return found


def _stood(lots: list[Lot], each: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(sum(e for lot, e in zip(lots, each, strict=True) if not lot.is_new))


def _on(
    day: dt.date, lots: list[Lot], each: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> float:
    return float(
        sum(e for lot, e in zip(lots, each, strict=True) if lot.service <= day < lot.until)
    )


def statement(data: ModelData, component: str, index: Index) -> Statement | None:
    """Return the pool whose halls must hold the GPUs; what halls offer is a definition."""
    if component == DEFINED:
        return None
    site, zone, mode = index[0].split("/")
    kind = "standing" if zone in data.portfolio.sites[site].standing else "groups"
    return Statement(
        f"{mode} halls of {site}/{zone} hold what their IT power, racks and cooling take",
        data.portfolio.where(f"site.{site}.{kind}.{zone}.it_power"), "MW",
    )  # fmt: skip


CONSTRAINT = Constraint("placement", (DEFINED, *COMPONENTS), add, violations, statement)
