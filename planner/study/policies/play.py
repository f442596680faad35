"""A policy played: period by period it starts halls and buys GPUs, and a plan comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import Plan, Share
from planner.network import equipment_orders
from planner.optimise.constraints.cash import cash_rows
from planner.optimise.consumers import CLASSES
from planner.optimise.data import build
from planner.optimise.objectives.compute_per_researcher import levels
from planner.optimise.promises import promises
from planner.optimise.split import assembled
from planner.optimise.tally import tally
from planner.study.policies.world import World

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.optimise.data import ModelData
    from planner.study.policies.base import Policy

LEAST_GPUS = 1e-3


def planned(portfolio: Portfolio, readiness: tuple[Readiness, ...], policy: Policy) -> Plan:
    """Return the plan that a policy makes of a portfolio, from the readiness the optimiser has.

    It keeps places, land, crews, power and cash; a floor or guarantee that its rules leave unmet
    stays unmet, and the promises say so when the plan is simulated.
    """
    data = build(portfolio, readiness)
    world = World(data)
    for period in range(data.n_periods):
        for site in portfolio.sites:
            _start_halls(world, policy, site, period)
        for sku in policy.skus(data, period):
            for pool in _in_order_of_readiness(data):
                world.buy(sku, pool, period)
    optional = [t.full_name for t in data.feed.tranches if t.is_optional]
    contracts: dict[tuple[str, ...], float] = {(name,): 1.0 for name in optional}
    plan = assembled(data, world.halls, world.orders, contracts)
    plan = plan.replace(
        orders=equipment_orders(portfolio, plan.starts), shares=_shares(data, plan, policy)
    )
    plan = plan.replace(cash=cash_rows(plan, data), level=levels(plan, data))
    return plan.replace(promises=promises(plan, data))


def _start_halls(world: World, policy: Policy, site: str, period: int) -> None:
    """Start halls at a site in a period, by the policy's modes, while all that they need is left.

    A hall is started only if cash pays for it and for the racks that fill it.
    """
    data = world.data
    for mode in policy.modes(world, site, period):
        options = [
            o for o, option in enumerate(data.options)
            if (option.candidate.site, option.candidate.mode, option.period) == (site, mode, period)
        ]  # fmt: skip
        for option in sorted(options, key=lambda o: float(data.options[o].service_day.max())):
            skus = [
                sku for sku in policy.skus(data, period)
                if data.deliveries.fits[sku, data.options[option].pool]
            ]  # fmt: skip
            while (
                skus
                and world.may_start(option)
                and world.can_pay(world.filling_cost(option, skus[0], period))
            ):
                world.start(option)


def _in_order_of_readiness(data: ModelData) -> list[int]:
    """Return the pools, those with the most backup last: research can use either."""
    return sorted(range(len(data.pools)), key=lambda p: (data.class_of(p) == 0, p))


def _shares(data: ModelData, plan: Plan, policy: Policy) -> tuple[Share, ...]:
    """Return who computes on what works of the GPUs in place."""
    placed = tally(plan, data).in_place[:, :, : data.n_periods]
    working = np.zeros((len(data.skus), len(CLASSES), data.n_periods))
    for p in range(len(data.pools)):
        working[:, data.class_of(p)] += placed[:, p] * data.deliveries.usable[:, None]
    given: FloatArray = policy.split(data, working)
    made = []
    for w, j, c, t in np.argwhere(given > LEAST_GPUS).tolist():
        gpus, consumer = float(given[w, j, c, t]), data.consumers[w]
        h100e = gpus * float(consumer.rate[j, c])
        made.append(Share(consumer.name, data.skus[j], CLASSES[c], t, gpus, h100e))
    return tuple(sorted(made, key=lambda s: (s.period, s.consumer, s.sku, s.backup)))
