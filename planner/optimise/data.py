"""The optimiser's data: a portfolio and its readiness as frozen arrays in canonical units.

Quantities are taken on the adverse side at the portfolio's confidence: durations, deliveries and
costs high, cash inflow and supply low. Axes: J SKUs, P pools, O options, T periods, K times (the
periods, one instant for each required date, then parts of periods where there are any), L tranches,
Z zones, C hall classes, W consumers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.timeline import FloatArray, Timeline, discount
from planner.optimise.arrivals import expected_worth
from planner.optimise.clock import Clock, CorrectionDays, Extra
from planner.optimise.consumers import CLASSES, Consumer, consumers
from planner.optimise.deliveries import Deliveries, deliveries
from planner.optimise.existing import there
from planner.optimise.feed import Feed, feed
from planner.optimise.gear import stock_use
from planner.optimise.halls import Option, Pool, capacity, halls
from planner.optimise.labour import Labour, labour
from planner.optimise.leaving import Leaving, leaving
from planner.optimise.money import Money, money

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from planner.domain.plan import HallClass, Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

QUARTER_YEAR = 0.25
DAYS_YEAR = 365.25


@dataclass(frozen=True)
class Required:
    """IT MW of a site (of all where None) that must be in service by a date."""

    name: str
    site: str | None
    it_mw: float
    by: dt.date
    day: float


@dataclass(frozen=True)
class ModelData:
    """Everything that constraints and objectives need.

    Parameters
    ----------
    there
        The plan that adds nothing: halls under way, and GPUs that stand.
    labels
        Names of the periods (T).
    times
        Names of the times (K): periods, then required dates, then parts of periods.
    skus, pools, options, consumers
        Names and records along J, P, O, W.
    deliveries, labour, money, feed
        What arrives when, what crews do, what is paid, and what tranches carry.
    option_mw
        Usable IT MW that one hall of an option adds at each time, shape (O, K).
    standing_mw
        Usable IT MW of standing halls and halls under way, shape (P, K).
    compute_weight
        Weight of compute by period: discount x years, terminal value in the last, shape (T,).
    money_weight
        Discount factor of money by period, shape (T,).
    """

    portfolio: Portfolio
    there: Plan
    clock: Clock
    labels: tuple[str, ...]
    times: tuple[str, ...]
    required: tuple[Required, ...]
    skus: tuple[str, ...]
    pools: tuple[Pool, ...]
    options: tuple[Option, ...]
    consumers: tuple[Consumer, ...]
    deliveries: Deliveries
    labour: Labour
    money: Money
    feed: Feed
    option_mw: FloatArray
    standing_mw: FloatArray
    compute_weight: FloatArray
    money_weight: FloatArray
    leaving: Leaving = field(default_factory=Leaving)
    """Ways in which GPUs may leave before their time."""
    members: tuple[Consumer, ...] = ()
    """Consumers before alike teams were pooled; empty where none were (`alike`)."""
    alike: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Members of a class of alike teams with their parts of it, by the name of the class."""

    reveal_period: int | None = None
    """Period at whose beginning it is known which scenario it is; None where there is but one.
    Orders from before can be cancelled then, or wait for their hall for as long as they must."""

    lumps: Mapping[tuple[str, str, str], tuple[str, str, str]] = field(default_factory=dict)
    """Site, zone and mode of pools that are part of another, with the other's (`lumping`)."""

    @cached_property
    def pool_of(self) -> dict[tuple[str, str, str], int]:
        """Pool by site, zone and mode of its halls."""
        own = {(pool.site, pool.zone, pool.mode): p for p, pool in enumerate(self.pools)}
        return own | {key: own[other] for key, other in self.lumps.items()}

    @property
    def timeline(self) -> Timeline:
        """The periods."""
        return self.clock.timeline

    @property
    def n_periods(self) -> int:
        """Number of periods T."""
        return len(self.labels)

    @cached_property
    def gpu_mw(self) -> FloatArray:
        """IT power of one GPU, shape (J,) [MW]."""
        made = np.array([rack.gpu_mw for rack in self.deliveries.racks])
        made.flags.writeable = False
        return made

    def mw(self, sku: int) -> float:
        """Return the IT power of one GPU of a SKU [MW]."""
        return self.deliveries.racks[sku].gpu_mw

    def class_of(self, pool: int) -> int:
        """Return the index of a pool's hall class in `CLASSES`."""
        return CLASSES.index(self.pools[pool].traits.backup)

    def pools_of_class(self, backup: HallClass) -> list[int]:
        """Return the pools of a hall class."""
        return [p for p, pool in enumerate(self.pools) if pool.traits.backup == backup]

    def options_of_pool(self, pool: int) -> list[int]:
        """Return the options that add halls to a pool."""
        return list(self._options_by_pool.get(pool, ()))

    def options_of_group(self, site: str, group: str) -> list[int]:
        """Return the options of a hall group."""
        return list(self._options_by_group.get((site, group), ()))

    @cached_property
    def _options_by_pool(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for o, option in enumerate(self.options):
            found.setdefault(option.pool, []).append(o)
        return found

    @cached_property
    def _options_by_group(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        for o, option in enumerate(self.options):
            found.setdefault((option.candidate.site, option.candidate.group), []).append(o)
        return found

    def option_name(self, option: int) -> tuple[str, str]:
        """Return the index of an option in the model: candidate and period."""
        return self._option_names[option]

    @cached_property
    def _option_names(self) -> tuple[tuple[str, str], ...]:
        return tuple((str(o.candidate), self.labels[o.period]) for o in self.options)

    @property
    def group_room(self) -> dict[tuple[str, str], int]:
        """Halls that can still be started in each group: its count less those under way."""
        room = {}
        for site in self.portfolio.sites.values():
            for name, group in site.groups.items():
                started = sum(u.count for u in site.under_way.values() if u.group == name)
                room[site.site, name] = max(0, group.count - started)
        return room


def build(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    corrections: CorrectionDays | None = None,
    *,
    is_parted: bool = False,
) -> ModelData:
    """Return the optimiser's data.

    Parameters
    ----------
    readiness
        One entry an option, and entries of period -1 for what stands or is under way.
    corrections
        Extra days found by verification, by cause and start period.
    is_parted
        Whether periods in which a tranche comes are balanced before and after it (`parts`).
    """
    spec = portfolio.spec
    extra = Extra(corrections or {})
    timeline = Timeline.of(portfolio.periods, spec.data_date)
    required = _required(portfolio, timeline)
    clock = Clock(timeline, tuple(r.day for r in required))
    labels = tuple(p.label for p in portfolio.periods)
    pools, options = halls(portfolio, readiness, extra, clock)
    feeding = feed(portfolio, pools, extra, clock)
    if is_parted:
        clock = clock.parted([tranche.usable_day for tranche in feeding.tranches])
        feeding = feed(portfolio, pools, extra, clock)
    option_mw, standing_mw = capacity(pools, options, clock)
    standing = there(portfolio, pools, feeding.tranches, timeline, extra)
    arriving = deliveries(portfolio, pools, standing.lots, extra, clock)
    return ModelData(
        portfolio=portfolio,
        there=standing,
        clock=clock,
        labels=labels,
        times=(*labels, *(f"by {r.name}" for r in required), *_part_names(labels, clock)),
        required=required,
        skus=arriving.skus,
        pools=pools,
        options=options,
        consumers=consumers(portfolio, timeline, arriving.skus, pools),
        deliveries=arriving,
        labour=labour(portfolio, options, pools, timeline, extra),
        money=money(
            portfolio,
            pools,
            options,
            arriving,
            feeding,
            timeline,
            stock_use(portfolio, standing.starts),
            standing,
        ),
        feed=feeding,
        option_mw=option_mw,
        standing_mw=standing_mw,
        leaving=leaving(
            portfolio,
            pools,
            arriving,
            clock,
            {p.name: (timeline.day(p.order), timeline.day(p.dock)) for p in standing.purchases},
        ),
        compute_weight=compute_weight(portfolio, timeline),
        money_weight=discount(spec.finance.discount_rate.likely, timeline.mid_year),
    )


def _part_names(labels: tuple[str, ...], clock: Clock) -> list[str]:
    """Return the names of the parts of periods: of which, and the day from which it is."""
    return [f"{labels[t]} from day {first:g}" for t, first, _ in clock.parts]


def _required(portfolio: Portfolio, timeline: Timeline) -> tuple[Required, ...]:
    """Return the required dates, each at the end of the last period that is over by then.

    Verification reads capacity at ends of periods, so a date inside one counts from the end
    before it; a date in the first period counts at that period's end.
    """
    made = []
    for name, rule in portfolio.spec.policy.dates.items():
        ends = [e for e in timeline.end_day if e <= timeline.day(rule.by) + 1]
        day = max(ends, default=timeline.end_day[0])
        made.append(Required(name, rule.site, rule.it_power.likely, rule.by, float(day)))
    return tuple(made)


def compute_weight(
    portfolio: Portfolio, timeline: Timeline, terminal: float = 1.0,
    worth: Callable[[FloatArray, FloatArray], FloatArray] | None = None,
) -> FloatArray:  # fmt: skip
    """Return the weight of a period's compute, the last one's repeated after the horizon.

    Parameters
    ----------
    terminal
        How much of the worth after the horizon counts.
    worth
        Mean worth of a unit of compute between days from the data date; that over the arrivals of
        a bet where not given, 1 where there are none.
    """
    policy, worth = portfolio.spec.policy, worth or expected_worth(portfolio)
    rate = policy.compute_discount_rate.likely
    weight = discount(rate, timeline.mid_year) * timeline.years
    if worth is not None:
        weight = weight * worth(timeline.start_day, timeline.end_day)
    horizon = timeline.mid_year[-1] + timeline.years[-1] / 2
    quarters = (np.arange(policy.terminal_quarters) + 0.5) * QUARTER_YEAR
    late = discount(rate, horizon + quarters)
    if worth is not None:
        days = (horizon + quarters) * DAYS_YEAR
        half = DAYS_YEAR * QUARTER_YEAR / 2
        late = late * worth(days - half, days + half)
    weight[-1] += terminal * policy.terminal_share.likely * late.sum() * QUARTER_YEAR
    return weight
