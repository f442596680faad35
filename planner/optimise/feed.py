"""Power: what each tranche carries over time, whom it serves, and what its energy costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.laws import amount_quantile, conservative
from planner.optimise.course import works_course

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import PowerTranche, Site
    from planner.optimise.clock import Clock, Extra
    from planner.optimise.halls import Pool

GRID_POINTS = 400
"""Points of a law on which the sum of a slip and the delays of events is formed."""


@dataclass(frozen=True)
class Tranche:
    """A tranche of a site.

    Parameters
    ----------
    firm_mw
        What it carries [MW].
    energised_day, usable_day
        From the data date at confidence; `usable_day` adds the tail from power to service.
    zones
        Names of the zones it can serve.
    is_optional
        Whether it is there only if it is reserved.
    reserve_day
        Day on which it is reserved if it is: the last that will do.
    can_reserve, can_exit
        Whether its last date is not over, and whether its contract can be left.
    take_mw
        Mean facility MW that is paid for whether drawn or not, once energised.
    carbon
        Of its energy [t/MWh].
    """

    site: str
    name: str
    firm_mw: float
    energised_day: float
    usable_day: float
    zones: tuple[str, ...]
    is_optional: bool = False
    reserve_day: float = 0.0
    can_reserve: bool = True
    can_exit: bool = False
    take_mw: float = 0.0
    carbon: float = 0.0

    @property
    def full_name(self) -> str:
        """Stable name, such as ``prometheus/socrates-south``."""
        return f"{self.site}/{self.name}"


@dataclass(frozen=True)
class Feed:
    """All tranches (L) and zones (Z).

    Parameters
    ----------
    firm_mw
        What each tranche carries at each time, shape (L, K) [MW].
    price
        Mean price of the energy of each zone by period, shape (Z, T) [USD/MWh], not escalated.
    """

    tranches: tuple[Tranche, ...]
    zones: tuple[str, ...]
    firm_mw: FloatArray
    price: FloatArray

    def optional(self) -> list[int]:
        """Return the tranches that are there only if they are reserved."""
        return [i for i, tranche in enumerate(self.tranches) if tranche.is_optional]

    def zone_of(self, pool: Pool) -> int:
        """Return the index of a pool's zone."""
        return self.zones.index(pool.zone_name)


def feed(portfolio: Portfolio, pools: tuple[Pool, ...], extra: Extra, clock: Clock) -> Feed:
    """Return the tranches with what they carry, sites and tranches in the order of the files."""
    tranches = [
        _tranche(portfolio, site, name, pools, extra)
        for site in portfolio.sites.values()
        for name in site.tranches
    ]
    firm = np.array([t.firm_mw * clock.presence(t.usable_day) for t in tranches])
    zones = tuple(dict.fromkeys(p.zone_name for p in pools))
    prices = np.array([_price(portfolio, z, tranches, clock) for z in zones])
    return Feed(
        tuple(tranches), zones, firm.reshape(len(tranches), len(clock.presence(0.0))),
        prices.reshape(len(zones), len(clock.timeline.days)),
    )  # fmt: skip


def energised_day(portfolio: Portfolio, site: Site, name: str, confidence: float) -> float:
    """Return the day of a tranche's energisation at a confidence; the past is certain [day].

    Slip and the events that hit the tranche are independent; their sum is formed on a grid.
    """
    tranche = site.tranches[name]
    planned = float((tranche.energised - portfolio.spec.data_date).days)
    if planned <= 0:
        return planned
    total = _grid(tranche)
    for event in portfolio.spec.risk.events.values():
        if event.hits != f"{site.site}/{name}":
            continue
        chance = event.probability.likely
        delay = amount_quantile(event.delay, _midpoints())
        hit = round(chance * GRID_POINTS)
        # Equal weights: the delay on `hit` points spread over its law, none on the others.
        drawn = np.zeros(GRID_POINTS)
        drawn[:hit] = delay[np.linspace(0, GRID_POINTS - 1, hit).astype(int)] if hit else 0.0
        total = np.add.outer(total, drawn).ravel()
        total = np.quantile(total, _midpoints(), method="inverted_cdf")
    works = _works_day(portfolio, site, tranche)
    slip = float(np.quantile(total, confidence, method="inverted_cdf"))
    return max(planned + slip, works)


def _midpoints() -> FloatArray:
    points: FloatArray = (np.arange(GRID_POINTS) + 0.5) / GRID_POINTS
    return points


def _grid(tranche: PowerTranche) -> FloatArray:
    if tranche.slip is None:
        return np.zeros(GRID_POINTS)
    return amount_quantile(tranche.slip, _midpoints())


def _works_day(portfolio: Portfolio, site: Site, tranche: PowerTranche) -> float:
    """Return the day on which the site works that a tranche waits for are likely done."""
    if site.works is None or not tranche.after:
        return -np.inf
    course = works_course(portfolio, site)
    started = float((site.works.started - portfolio.spec.data_date).days)
    return started + max(course.finish_of(name) for name in tranche.after)


def _tranche(
    portfolio: Portfolio, site: Site, name: str, pools: tuple[Pool, ...], extra: Extra
) -> Tranche:
    tranche = site.tranches[name]
    served = [
        p for p in pools
        if p.site == site.site and (not tranche.serves or p.zone in tranche.serves)
    ]  # fmt: skip
    day = energised_day(portfolio, site, name, portfolio.spec.confidence.likely)
    usable = day
    if day > 0:
        day += extra.of(f"tranche {site.site}", f"tranche {site.site}/{name}")
        usable = day + max((p.power_tail_day for p in served), default=0.0)
    zones = tuple(dict.fromkeys(p.zone_name for p in served))
    firm = tranche.firm.likely
    reserve = tranche.reserve_by or portfolio.spec.data_date
    confidence = portfolio.spec.confidence.likely
    return Tranche(
        site.site, name, firm, day, usable, zones,
        is_optional=tranche.is_optional,
        reserve_day=float((reserve - portfolio.spec.data_date).days),
        can_reserve=reserve >= portfolio.spec.data_date,
        can_exit=tranche.exit_fee is not None,
        take_mw=firm * tranche.minimum_take.likely if tranche.minimum_take else 0.0,
        carbon=conservative(tranche.carbon, confidence) if tranche.carbon else 0.0,
    )  # fmt: skip


def _price(portfolio: Portfolio, zone: str, tranches: list[Tranche], clock: Clock) -> FloatArray:
    """Return the mean price of the energised tranches of a zone by firm power, shape (T,).

    Which of the tranches that can be reserved are there is not known here: they count where they
    make the energy dearer.
    """
    everything = _mean_price(portfolio, zone, tranches, clock)
    given = [t for t in tranches if not t.is_optional]
    if len(given) == len(tranches):
        return everything
    price: FloatArray = np.maximum(everything, _mean_price(portfolio, zone, given, clock))
    return price


def _mean_price(
    portfolio: Portfolio, zone: str, tranches: list[Tranche], clock: Clock
) -> FloatArray:
    confidence = portfolio.spec.confidence.likely
    weight, money = np.zeros(len(clock.timeline.days)), np.zeros(len(clock.timeline.days))
    flat = [0.0]
    for t in tranches:
        if zone not in t.zones:
            continue
        price = conservative(portfolio.sites[t.site].tranches[t.name].price, confidence)
        flat.append(price)
        carried = t.firm_mw * clock.timeline.presence(t.energised_day)
        weight += carried
        money += carried * price
    return np.where(weight > 0, money / np.where(weight > 0, weight, 1.0), max(flat))
