"""A plan's promises held against fresh futures: which are kept, how surely, and what broke them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv

from planner.capacity.demand import floors_h100e, guarantees_h100e
from planner.capacity.power import lot_mw
from planner.domain.result import NEVER, Verdict, Verification, quantile_min
from planner.network.calendars import DAY_MIN
from planner.study.money import cash_risk, simulated_inflow, simulated_spend
from planner.study.service import compute, fleet

if TYPE_CHECKING:
    from planner.domain.plan import Lot, Plan, Promise
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import BoolArray, FloatArray, Outcome
    from planner.network import Network

Tranches = dict[str, set[int]]
"""Tranche indices by block name."""
ALPHA = 0.05
"""A plan fails where even the one-sided 95 % upper bound of a share is below the confidence."""
LONGEST_DAY = 365.0
"""Most that one round corrects: what never comes has no lateness to learn from."""
TOLERANCE = 1e-6
"""Relative slack when a simulated figure is held against a promised one."""


def verify(
    portfolio: Portfolio, plan: Plan, network: Network, outcome: Outcome, number: int
) -> Verification:
    """Return what simulation says of a plan's promises (design, section 7)."""
    floors = less_given_up(plan, "floor", floors_h100e(portfolio))
    guarantees = less_given_up(plan, "guarantee", guarantees_h100e(portfolio))
    service = fleet(portfolio, plan, outcome)
    given = compute(plan, service.gpus, floors, guarantees) if service.gpus else {}
    confidence = portfolio.spec.confidence.likely
    needs = {**floors, **guarantees}
    held = {
        promise.name: _held(promise, plan, service.mw, given, needs) for promise in plan.promises
    }
    power = tranches_of_blocks(network)
    verdicts = tuple(
        _verdict(portfolio, plan, power, outcome, promise, held[promise.name], confidence)
        for promise in plan.promises
    )
    everything = np.logical_and.reduce([*held.values(), np.ones(outcome.samples, dtype=bool)])
    spend = simulated_spend(portfolio, plan, outcome)
    return Verification(
        confidence=confidence,
        verdicts=verdicts,
        joint=float(everything.mean()),
        cash_risk=cash_risk(portfolio, plan, spend, outcome.seed),
        compute=given,
        in_service_mw=service.mw,
        spend_musd=spend,
        inflow_musd=simulated_inflow(portfolio, plan, outcome.samples, outcome.seed)
        if plan.cash
        else None,
        seed=outcome.seed,
        round=number,
        lateness_day=_lateness(portfolio, plan, power, outcome, confidence),
    )


def less_given_up(plan: Plan, kind: str, needs: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return what consumers must have, shape (T,), less what a plan says they give up."""
    left = {name: need.copy() for name, need in needs.items()}
    for wish in plan.gave_way:
        if wish.kind == kind and wish.period is not None and wish.subject in left:
            left[wish.subject][wish.period] -= wish.lost
    return left


def _lateness(
    portfolio: Portfolio, plan: Plan, power: Tranches, outcome: Outcome, confidence: float
) -> dict[str, float]:
    """Return by what cause, and by how many days, lots miss their planned dates on average."""
    total: dict[str, float] = {}
    weight: dict[str, float] = {}
    column_of = {name: i for i, name in enumerate(outcome.lot)}
    for lot in plan.lots:
        if not lot.purchase:
            continue
        column = column_of[lot.name]
        service = outcome.service_min[:, column]
        at = int(quantile_min(service, confidence))
        late = min(at / DAY_MIN - (lot.service - outcome.epoch).days, LONGEST_DAY)
        # What is last where the date at the confidence is passed is what makes that date.
        name = _blame(outcome, power, lot, column, service >= at, plan)
        mw = lot_mw(portfolio.catalog.accelerators, lot)
        total[name] = total.get(name, 0.0) + mw * late
        weight[name] = weight.get(name, 0.0) + mw
    return {name: total[name] / weight[name] for name in sorted(total)}


def upper_bound(held: int, samples: int) -> float:
    """Return the one-sided 95 % upper bound of a share seen `held` times (Clopper-Pearson)."""
    if held >= samples:
        return 1.0
    return float(betaincinv(held + 1, samples - held, 1 - ALPHA))


def _held(
    promise: Promise,
    plan: Plan,
    mw: dict[str, FloatArray],
    given: dict[str, FloatArray],
    needs: dict[str, FloatArray],
) -> BoolArray:
    """Return in which futures a promise holds, shape (S,)."""
    if promise.kind in ("floor", "guarantee"):
        until = sum(p.start < promise.by for p in plan.periods)
        need = needs[promise.subject][:until]
        kept: BoolArray = np.all(
            given[promise.subject][:, :until] >= need * (1 - TOLERANCE), axis=1
        )
        return kept
    period = _period_at(plan, promise)
    sites = mw.values() if promise.subject == "portfolio" else [mw[promise.subject]]
    total = sum((site[:, period] for site in sites), np.zeros(1))
    held: BoolArray = total >= promise.amount * (1 - TOLERANCE)
    return held


def _period_at(plan: Plan, promise: Promise) -> int:
    """Return the last period that ends by the promised date (a day after it at the latest)."""
    ended = [i for i, p in enumerate(plan.periods) if (p.end - promise.by).days <= 1]
    return max(ended, default=0)


def _verdict(
    portfolio: Portfolio,
    plan: Plan,
    power: Tranches,
    outcome: Outcome,
    promise: Promise,
    held: BoolArray,
    confidence: float,
) -> Verdict:
    upper = upper_bound(int(held.sum()), len(held))
    share = float(held.mean())
    if upper >= confidence:
        return Verdict(promise, share, upper, is_kept=True)
    cause, overrun = _cause(portfolio, plan, power, outcome, promise, ~held)
    overrun = max(overrun, _days_late(portfolio, plan, outcome, promise))
    return Verdict(promise, share, upper, is_kept=False, cause=cause, overrun_day=overrun)


def _days_late(portfolio: Portfolio, plan: Plan, outcome: Outcome, promise: Promise) -> float:
    """Return by how many days a promised capacity comes late at the confidence; 0 for the others.

    Lots that are each a little late at different times break a promise that none of them breaks
    alone, so what is corrected is the lateness of the capacity and not of its worst lot.
    """
    lots = [lot for lot in _lots_of(promise, plan, bought=False) if lot.until > promise.by]
    if promise.kind not in ("required", "capacity") or not lots:
        return 0.0
    columns = [outcome.lot.index(lot.name) for lot in lots]
    service = outcome.service_min[:, columns]
    order = np.argsort(service, axis=1, kind="stable")
    mw = np.array([lot_mw(portfolio.catalog.accelerators, lot) for lot in lots])[order].cumsum(
        axis=1
    )
    reaches = mw >= promise.amount * (1 - TOLERANCE)
    at = np.take_along_axis(service, order, axis=1)
    date = np.where(reaches.any(axis=1), at[np.arange(len(at)), reaches.argmax(axis=1)], NEVER)
    late = float(quantile_min(date, portfolio.spec.confidence.likely)) / DAY_MIN
    return min(max(0.0, late - (promise.by - outcome.epoch).days), LONGEST_DAY)


def _cause(
    portfolio: Portfolio,
    plan: Plan,
    power: Tranches,
    outcome: Outcome,
    promise: Promise,
    failed: BoolArray,
) -> tuple[str, float]:
    """Return what most often made a promise fail, by megawatt-days of lateness, and its overrun."""
    lost: dict[str, float] = {}
    overrun: dict[str, float] = {}
    confidence = portfolio.spec.confidence.likely
    for lot in _lots_of(promise, plan):
        column = outcome.lot.index(lot.name)
        planned = float((lot.service - outcome.epoch).days)
        late = outcome.service_min[:, column] / DAY_MIN - planned
        if not (late[failed] > 1).any():
            continue
        name = _blame(outcome, power, lot, column, failed, plan)
        weight = float(np.clip(late[failed], 0, LONGEST_DAY).sum()) * lot_mw(
            portfolio.catalog.accelerators, lot
        )
        lost[name] = lost.get(name, 0.0) + weight
        at = float(quantile_min(outcome.service_min[:, column], confidence)) / DAY_MIN - planned
        overrun[name] = max(overrun.get(name, 0.0), min(at, LONGEST_DAY))
    if not lost:
        return "", 0.0
    worst = max(lost, key=lambda name: (lost[name], name))
    return worst, overrun[worst]


def _lots_of(promise: Promise, plan: Plan, *, bought: bool = True) -> list[Lot]:
    """Return the lots that a promise counts on; without those that stand where `bought`."""
    is_local = promise.kind in ("required", "capacity") and promise.subject != "portfolio"
    return [
        lot
        for lot in plan.lots
        if lot.service <= promise.by
        and (lot.purchase or not bought)
        and (not is_local or lot.hall.startswith(f"{promise.subject}/"))
    ]


def tranches_of_blocks(network: Network) -> Tranches:
    """Return the tranches that each block waits for: block name -> tranche indices."""
    of_gate = {int(gate): t for t, gate in enumerate(network.tranche_gate)}
    found: Tranches = {name: set() for name in network.block}
    rows = np.repeat(np.arange(len(network.activity)), np.diff(network.gate.pointer))
    for activity, gate in zip(rows.tolist(), network.gate.column.tolist(), strict=True):
        if gate not in of_gate:
            continue
        for block in _blocks_of(network, activity):
            found[network.block[block]].add(of_gate[gate])
    return found


def _blocks_of(network: Network, activity: int) -> list[int]:
    """Return the blocks that an activity belongs to: its own, or all of its hall."""
    block, hall = int(network.activity_block[activity]), int(network.activity_hall[activity])
    if block >= 0:
        return [block]
    return np.flatnonzero(network.block_hall == hall).tolist() if hall >= 0 else []


def _blame(
    outcome: Outcome, power: Tranches, lot: Lot, column: int, failed: BoolArray, plan: Plan
) -> str:
    """Return which of hall, tranche and delivery came last for a lot in the failed futures."""
    block = f"{lot.hall}/{lot.block}"
    ready = outcome.ready_min[failed, outcome.block.index(block)]
    dock = outcome.dock_min[failed, column]
    tranches = np.array(sorted(power[block]), dtype=np.int64)
    energised = outcome.energised_min[failed][:, tranches]
    powered = energised.max(axis=1, initial=0)
    last = np.argmax(np.stack([ready, powered, dock]), axis=0)
    worst = int(np.bincount(last, minlength=3).argmax())
    if worst == 0:
        return f"hall {lot.hall}"
    if worst == 1:
        slowest = int(np.bincount(energised.argmax(axis=1)).argmax())
        return f"tranche {outcome.tranche[tranches[slowest]]}"
    if any(move.name == lot.purchase for move in plan.moves):
        return f"move {lot.purchase}"
    purchase = next(p for p in plan.purchases if p.name == lot.purchase)
    return f"delivery {purchase.site}/{purchase.sku}"
