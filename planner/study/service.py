"""GPUs and megawatts in service in each simulated future, and who then computes how much.

In a future that is short of GPUs, products keep their floors first, then teams their guarantees,
then the rest of the plan; what a future has beyond the plan goes to the teams in its proportions.
A product that is still short is served from GPUs that teams would have had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.compute import usable_share
from planner.capacity.power import lot_mw
from planner.network.calendars import DAY_MIN

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.plan import Lot, Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import FloatArray, Outcome

Pool = tuple[str, str]
"""SKU and hall class."""


@dataclass(frozen=True)
class Fleet:
    """What is in service over samples S and periods T.

    Parameters
    ----------
    gpus
        Mean usable GPUs by SKU and hall class, pool -> shape (S, T).
    mw
        IT MW in service at the end of each period by site, name -> shape (S, T).
    """

    gpus: dict[Pool, FloatArray]
    mw: dict[str, FloatArray]


def fleet(portfolio: Portfolio, plan: Plan, outcome: Outcome) -> Fleet:
    """Return the fleet in service that the simulated dates of all lots make."""
    index = {name: i for i, name in enumerate(outcome.lot)}
    shape = (outcome.samples, len(plan.periods))
    gpus: dict[Pool, FloatArray] = {}
    mw = {site: np.zeros(shape) for site in portfolio.sites}
    for lot in plan.lots:
        service = outcome.service_min[:, index[lot.name]] / DAY_MIN
        share, at_end = _presence(lot, service, plan, outcome.epoch)
        sku = portfolio.catalog.accelerators[lot.sku]
        pool = (lot.sku, hall_class(portfolio, plan, lot.hall))
        usable = lot.gpus * usable_share(sku)
        gpus[pool] = gpus.get(pool, np.zeros(shape)) + usable * share
        mw[lot.hall.split("/")[0]] += lot_mw(portfolio.catalog.accelerators, lot) * at_end
    return Fleet(gpus, mw)


def hall_class(portfolio: Portfolio, plan: Plan, hall: str) -> str:
    """Return whether a hall has generators, by its mode."""
    site, group, _ = hall.split("/")
    standing = portfolio.sites[site].standing.get(group)
    if standing is not None:
        return portfolio.catalog.modes[standing.mode].backup
    mode = next(s.candidate.mode for s in plan.starts if s.hall == hall)
    return portfolio.catalog.modes[mode].backup


def _presence(
    lot: Lot, service_day: FloatArray, plan: Plan, epoch: dt.date
) -> tuple[FloatArray, FloatArray]:
    """Return the share of each period a lot is in service, and whether it is at its end (S, T)."""
    start = np.array([(p.start - epoch).days for p in plan.periods], dtype=float)
    end = np.array([(p.end - epoch).days for p in plan.periods], dtype=float)
    until = float((lot.until - epoch).days)
    begin = np.maximum(service_day[:, None], start)
    share = np.clip(np.minimum(end, until) - begin, 0.0, None) / (end - start)
    at_end = (service_day[:, None] <= end) & (until >= end)
    return share, at_end.astype(float)


@dataclass(frozen=True)
class Use:
    """Planned GPU-time of one consumer in one pool: mean GPUs and H100e a GPU over periods."""

    consumer: str
    pool: Pool
    gpus: FloatArray
    rate: float


def uses(plan: Plan) -> tuple[Use, ...]:
    """Return the planned uses, one a consumer and pool."""
    gathered: dict[tuple[str, Pool], tuple[FloatArray, float]] = {}
    for share in plan.shares:
        key = (share.consumer, (share.sku, share.backup))
        gpus, rate = gathered.get(key, (np.zeros(len(plan.periods)), 0.0))
        gpus[share.period] += share.gpus
        if share.gpus > 0:
            rate = max(rate, share.h100e / share.gpus)
        gathered[key] = (gpus, rate)
    return tuple(Use(c, pool, gpus, rate) for (c, pool), (gpus, rate) in gathered.items())


def compute(
    plan: Plan,
    available: dict[Pool, FloatArray],
    floors: dict[str, FloatArray],
    guarantees: dict[str, FloatArray],
) -> dict[str, FloatArray]:
    """Return the effective compute of every consumer in every future.

    Parameters
    ----------
    available
        Usable GPUs by pool, shape (S, T).
    floors, guarantees
        H100e that each product and team must have, shape (T,); teams without one may be missing.

    Returns
    -------
    dict
        Consumer -> shape (S, T) [H100e].
    """
    planned = uses(plan)
    shape = next(iter(available.values())).shape
    given = {use.consumer: np.zeros(shape) for use in planned}
    for name in (*floors, *guarantees):
        given.setdefault(name, np.zeros(shape))
    guarantee_share = _guarantee_share(planned, guarantees)
    team_gpus: dict[tuple[str, Pool], FloatArray] = {}
    for pool, have in available.items():
        here = [use for use in planned if use.pool == pool]
        for use, gpus in _serve(here, have, floors, guarantee_share):
            given[use.consumer] += gpus * use.rate
            if use.consumer not in floors:
                team_gpus[use.consumer, pool] = gpus
    _rescue(given, floors, planned, team_gpus)
    return given


def _guarantee_share(
    planned: tuple[Use, ...], guarantees: dict[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the share of each team's planned compute that its guarantee needs, shape (T,)."""
    shares = {}
    for team, need in guarantees.items():
        total = sum((u.gpus * u.rate for u in planned if u.consumer == team), np.zeros(len(need)))
        shares[team] = np.clip(
            np.divide(need, total, out=np.zeros(len(need)), where=total > 0), 0, 1
        )
    return shares


def _serve(
    here: list[Use],
    have: FloatArray,
    floors: dict[str, FloatArray],
    guarantee_share: dict[str, FloatArray],
) -> list[tuple[Use, FloatArray]]:
    """Hand out the GPUs of a pool: products, guaranteed parts of teams, then the rest."""
    zero = np.zeros(have.shape[1])
    first = [u.gpus if u.consumer in floors else zero for u in here]
    second = [
        zero if u.consumer in floors else u.gpus * guarantee_share.get(u.consumer, zero)
        for u in here
    ]
    third = [u.gpus - a - b for u, a, b in zip(here, first, second, strict=True)]
    given = [np.zeros(have.shape) for _ in here]
    left = have
    for want, is_last in ((first, False), (second, False), (third, True)):
        total = sum(want, zero)
        ratio = np.divide(left, total, out=np.zeros(have.shape), where=total > 0)
        if not is_last:
            ratio = np.minimum(ratio, 1.0)
        given = [g + ratio * w for g, w in zip(given, want, strict=True)]
        left = np.maximum(left - ratio * total, 0.0)
    return list(zip(here, given, strict=True))


def _rescue(
    given: dict[str, FloatArray],
    floors: dict[str, FloatArray],
    planned: tuple[Use, ...],
    team_gpus: dict[tuple[str, Pool], FloatArray],
) -> None:
    """Serve what products still lack from teams' GPUs in pools where they are known to run."""
    rate = {(u.consumer, u.pool): u.rate for u in planned if u.rate > 0}
    for product, floor in floors.items():
        lack = np.maximum(floor - given[product], 0.0)
        for (team, pool), gpus in team_gpus.items():
            serves = rate.get((product, pool), 0.0)
            if serves == 0.0 or not lack.any():
                continue
            moved = np.minimum(gpus, lack / serves)
            given[product] += moved * serves
            given[team] -= moved * rate[team, pool]
            gpus -= moved
            lack = lack - moved * serves
