"""Money: what each decision and each standing commitment costs by period, nominal MUSD.

Construction is paid by the terms of the mode: at the start, over the work, at turnover. The part
of a row's cost that is equipment is paid by the terms of its class, around an order placed at its
lead time before the row needs it. What falls due before the data date is sunk, and what falls due
after the horizon is charged to the last period, so that nothing is had for free; rent and energy
after the horizon pay for what is used then, and are left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.cost import Escalation, available_cash, energy_musd, payments
from planner.capacity.laws import conservative
from planner.capacity.timeline import DAYS_PER_MONTH, DAYS_PER_YEAR, FloatArray, Timeline
from planner.domain.plan import Candidate
from planner.optimise.contracts import Contracts, contracts
from planner.optimise.course import Course, hall_course, works_course
from planner.optimise.gear import Bought, StockUse, bundled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.amount import Amount
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Tenancy, UnderWay
    from planner.optimise.deliveries import Deliveries
    from planner.optimise.feed import Feed
    from planner.optimise.halls import Option, Pool

KINDS: Final = (
    "construction", "equipment", "gpus", "site_works", "power", "energy", "operation", "rent",
)  # fmt: skip
EQUIPMENT_SHARE: Final = 0.75
"""Share of a waiting row's cost that its equipment is, where the class states none."""


@dataclass(frozen=True)
class Commitment:
    """Spend that stands whatever is decided.

    Parameters
    ----------
    name, text, path
        Stable name; what it is in the user's words; key path of the statement.
    cash
        By kind and period, shape (kinds, T).
    """

    name: str
    text: str
    path: str
    cash: FloatArray


@dataclass(frozen=True)
class Money:
    """Costs by decision.

    Parameters
    ----------
    opening, floor
        Cash at the data date, and least at the end of any period [MUSD].
    inflow
        By period, on its adverse side, shape (T,).
    option
        One hall of each option, shape (O, kinds, T).
    order
        One GPU ordered in a period, by period of payment, shape (J, T, T).
    order_price, order_rent
        Price of one GPU ordered in a period, and its rent a month, shape (J, T).
    energy
        One MW of mean IT load in a pool, shape (P, T).
    commitments
        What stands.
    contracts
        What the contracts of tranches cost.
    equipment
        What one hall of each option buys, by class (O).
    stock
        Where equipment in stock goes.
    bundles
        Classes in stock whose units go the same way, by site and the first of them.
    """

    opening: float
    floor: float
    inflow: FloatArray
    option: FloatArray
    order: FloatArray
    order_price: FloatArray
    order_rent: FloatArray
    energy: FloatArray
    commitments: tuple[Commitment, ...]
    contracts: Contracts
    equipment: tuple[dict[str, Bought], ...]
    stock: StockUse
    bundles: dict[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class _Books:
    """What all the helpers below need."""

    portfolio: Portfolio
    timeline: Timeline
    level: Escalation

    @property
    def confidence(self) -> float:
        return self.portfolio.spec.confidence.likely

    def high(self, amount: Amount | None) -> float:
        return conservative(amount, self.confidence) if amount is not None else 0.0

    def blank(self) -> FloatArray:
        return np.zeros((len(KINDS), len(self.timeline.days)))


def money(
    portfolio: Portfolio, pools: tuple[Pool, ...], options: tuple[Option, ...],
    arriving: Deliveries, feeding: Feed, timeline: Timeline, stock: StockUse,
) -> Money:  # fmt: skip
    """Return all costs by period."""
    finance = portfolio.spec.finance
    books = _Books(portfolio, timeline, Escalation(finance, timeline))
    low = 1.0 - books.confidence
    flows = tuple(
        conservative(s.cash_flow, books.confidence, "low") for s in finance.operating_cash_flow
    )
    share = conservative(finance.share_available, books.confidence, "low") if low else 0.0
    courses: dict[Candidate, Course] = {}
    bought = tuple(_option_equipment(books, o, courses) for o in options)
    costs = [_option(books, pools[o.pool], o, had) for o, had in zip(options, bought, strict=True)]
    energy = np.array([_energy(books, p, feeding) for p in pools])
    return Money(
        opening=finance.opening_cash.likely,
        floor=finance.cash_floor.likely,
        inflow=share * available_cash(finance, timeline, flows),
        option=np.array(costs).reshape(len(options), len(KINDS), len(timeline.days)),
        order=np.array([_orders(books, arriving, j, pools) for j in range(len(arriving.skus))]),
        order_price=np.array([_prices(books, arriving, j) for j in range(len(arriving.skus))]),
        order_rent=np.array([_rents(books, arriving, j) for j in range(len(arriving.skus))]),
        energy=energy.reshape(len(pools), len(timeline.days)),
        commitments=(
            *_works(books), *_tranches(books, feeding),
            *_under_way(books, pools, stock), *_standing(books, pools, arriving, energy),
            *_stock(books),
        ),
        contracts=contracts(portfolio, feeding, timeline),
        equipment=bought,
        stock=stock,
        bundles=bundled(options, bought, stock.left),
    )  # fmt: skip


def _option_equipment(
    books: _Books, option: Option, courses: dict[Candidate, Course]
) -> dict[str, Bought]:
    candidate = option.candidate
    if candidate not in courses:
        courses[candidate] = hall_course(books.portfolio, candidate)
    return _equipment(books, candidate, courses[candidate], *_span(books, option))


def _option(books: _Books, pool: Pool, option: Option, bought: dict[str, Bought]) -> FloatArray:
    begin, done = _span(books, option)
    cash = _build(books, option.candidate, begin, done, bought)
    return cash + _running(books, pool, option.service_day, option.block_mw, begin_day=begin)


def _span(books: _Books, option: Option) -> tuple[float, float]:
    """Return the days on which a hall of an option is begun and done."""
    return float(books.timeline.start_day[option.period]), float(option.service_day.max())


def _hall_cost(books: _Books, candidate: Candidate) -> float:
    """Return what building one hall costs, soft cost apart, before escalation [MUSD]."""
    portfolio = books.portfolio
    mode = portfolio.catalog.modes[candidate.mode]
    group = portfolio.sites[candidate.site].groups[candidate.group]
    hall = books.high(mode.hall_cost) * group.it_power.likely
    hall *= books.high(group.cost_factor) if group.cost_factor else 1.0
    if group.tenancy and group.tenancy.capital_share:
        hall *= books.high(group.tenancy.capital_share)
    if candidate.calendar != "standard":
        hall *= books.high(portfolio.catalog.calendars[candidate.calendar].cost_factor)
    return hall


def _equipment(
    books: _Books, candidate: Candidate, course: Course, begin: float, done: float
) -> dict[str, Bought]:
    """Return the equipment that one hall buys, by class."""
    portfolio, timeline = books.portfolio, books.timeline
    mode, hall = portfolio.catalog.modes[candidate.mode], _hall_cost(books, candidate)
    made: dict[str, Bought] = {}
    for row in course.stretched(done - begin).rows:
        for name in row.equipment:
            item = portfolio.catalog.equipment[name]
            share = item.price_share.likely if item.price_share else EQUIPMENT_SHARE
            amount = hall * row.cost_share * share / len(row.equipment)
            had = made.get(name, Bought(0, 0.0, np.zeros(len(timeline.days))))
            needed = begin + row.start_day
            order = needed - books.high(item.lead_time)
            # An order that should lie in the past is placed on the data date; if the hall itself
            # was started before, it was placed in time and its deposit is sunk.
            order = max(order, 0.0) if begin >= 0 else order
            paid = payments(
                timeline, item.terms or mode.terms,
                amount * float(books.level.at("construction", order)),
                order, (needed, needed), done,
            )  # fmt: skip
            made[name] = Bought(had.units + 1, had.amount + amount, had.cash + paid)
    return made


def _build(
    books: _Books, candidate: Candidate, begin: float, done: float, equipment: dict[str, Bought],
    in_stock: Mapping[str, int] | None = None,
) -> FloatArray:  # fmt: skip
    """Return what building one hall costs, but for units from stock, shape (kinds, T)."""
    timeline, hall = books.timeline, _hall_cost(books, candidate)
    mode = books.portfolio.catalog.modes[candidate.mode]
    cash = books.blank()
    ordered = 0.0
    for name, bought in equipment.items():
        ordered += bought.amount
        there = min(bought.units, (in_stock or {}).get(name, 0))
        cash[KINDS.index("equipment")] += bought.cash * (1.0 - there / bought.units)
    rest = (hall - ordered) + hall * books.high(mode.soft_cost)
    rest *= float(books.level.at("construction", (begin + done) / 2))
    cash[KINDS.index("construction")] += payments(
        timeline, mode.terms, rest, begin, (begin, done), done
    )
    return cash


def _running(
    books: _Books, pool: Pool, service_day: FloatArray, block_mw: FloatArray,
    rent_month: float | None = None, begin_day: float = -np.inf,
) -> FloatArray:  # fmt: skip
    """Return operation of blocks from their service on, and rent, shape (kinds, T)."""
    timeline, mode = books.timeline, books.portfolio.catalog.modes[pool.mode]
    there = sum(
        (mw * timeline.presence(day) for day, mw in zip(service_day, block_mw, strict=True)),
        np.zeros(len(timeline.days)),
    )
    level = books.level.at("operation", (timeline.start_day + timeline.end_day) / 2)
    rent = books.high(mode.rent_month) if rent_month is None else rent_month
    cash = books.blank()
    cash[KINDS.index("operation")] = there * books.high(mode.opex_year) * timeline.years * level
    group = books.portfolio.sites[pool.site].groups.get(pool.zone)
    if group is None or group.tenancy is None:
        cash[KINDS.index("rent")] = there * rent * timeline.days / DAYS_PER_MONTH * level
    else:
        owed, rows = group.tenancy, zip(service_day, block_mw, strict=True)
        rent = books.high(owed.rent_month) if owed.rent_month else rent
        for day, mw in rows:
            cash[KINDS.index("rent")] += mw * _tenant(books, owed, rent * level, day, begin_day)
    return cash


def _tenant(
    books: _Books, owed: Tenancy, rent: FloatArray, service_day: float, begin_day: float
) -> FloatArray:
    """Return what a MW of a block costs its tenant: rent and deposit, shape (T,) [MUSD/MW].

    Parameters
    ----------
    rent
        A month, at the level of each period, shape (T,).
    service_day, begin_day
        Of the block, and of the start of its hall.
    """
    timeline, deposit = books.timeline, books.high(owed.deposit)
    first = service_day if owed.since is None else max(timeline.day(owed.since), begin_day)
    paid: FloatArray = rent * timeline.presence(first) * timeline.days / DAYS_PER_MONTH
    paid = paid + timeline.pay_at(begin_day, deposit)
    if owed.term is not None:
        back = first + owed.term.likely * DAYS_PER_YEAR
        if begin_day >= 0 and back < timeline.end_day[-1]:
            paid = paid - timeline.pay_at(back, deposit)
    return paid


def _orders(books: _Books, arriving: Deliveries, sku: int, pools: tuple[Pool, ...]) -> FloatArray:
    """Return what one GPU ordered in each period costs by period of payment, shape (T, T)."""
    timeline = books.timeline
    item = books.portfolio.catalog.accelerators[arriving.skus[sku]]
    tail = max((p.rack_tail_day for p in pools), default=0.0)
    price, rent = _prices(books, arriving, sku), _rents(books, arriving, sku) / DAYS_PER_MONTH
    paid = np.zeros((len(timeline.days), len(timeline.days)))
    for t in range(len(timeline.days)):
        order, dock = arriving.order_day[sku, t], arriving.dock_day[sku, t]
        paid[t] = payments(timeline, item.terms, price[t], order, (dock, dock), dock + tail)
        if rent[t]:
            days = timeline.presence(dock, dock + arriving.life_day[sku]) * timeline.days
            paid[t] += days * rent[t]
        retired = dock + tail + arriving.life_day[sku]
        if item.resale and not item.rental and retired < timeline.end_day[-1]:
            share = conservative(item.resale, books.confidence, "low")
            paid[t] -= timeline.pay_at(retired, price[t] * share)
    return paid


def _prices(books: _Books, arriving: Deliveries, sku: int) -> FloatArray:
    """Return the price of one GPU ordered in each period, shape (T,) [MUSD]."""
    item = books.portfolio.catalog.accelerators[arriving.skus[sku]]
    steps = sorted((books.timeline.day(p.since), books.high(p.price)) for p in item.prices)
    orders = arriving.order_day[sku]
    price = [next((p for since, p in reversed(steps) if since <= day), 0.0) for day in orders]
    nominal: FloatArray = np.array(price) * books.level.at("gpus", orders)
    return nominal


def _rents(books: _Books, arriving: Deliveries, sku: int) -> FloatArray:
    """Return the rent a month of one GPU ordered in each period, shape (T,) [MUSD/month]."""
    item = books.portfolio.catalog.accelerators[arriving.skus[sku]]
    month = books.high(item.rental.price_month) if item.rental else 0.0
    rent: FloatArray = month * books.level.at("gpus", arriving.order_day[sku])
    return rent


def _energy(books: _Books, pool: Pool, feeding: Feed) -> FloatArray:
    """Return the cost of energy of one MW of mean IT load by period, shape (T,)."""
    timeline = books.timeline
    level = books.level.at("energy", (timeline.start_day + timeline.end_day) / 2)
    price = feeding.price[feeding.zone_of(pool)] * level
    pue = books.high(books.portfolio.catalog.modes[pool.mode].pue)
    pue += pool.traits.pue - books.portfolio.catalog.modes[pool.mode].pue.likely
    return energy_musd(pue, timeline.days, price)


def _works(books: _Books) -> list[Commitment]:
    made = []
    for site in books.portfolio.sites.values():
        if site.works is None:
            continue
        begin = books.timeline.day(site.works.started)
        end = begin + works_course(books.portfolio, site).span_day
        level = float(books.level.at("construction", max(0.0, (begin + end) / 2)))
        cash = books.blank()
        cost = books.high(site.works.cost) * level
        cash[KINDS.index("site_works")] = books.timeline.pay_over(begin, end, cost)
        text = f"site works of {site.site} cost {site.works.cost}"
        made.append(Commitment(f"works {site.site}", text, f"site.{site.site}.works.cost", cash))
    return made


def _tranches(books: _Books, feeding: Feed) -> list[Commitment]:
    made = []
    for tranche in feeding.tranches:
        spec = books.portfolio.sites[tranche.site].tranches[tranche.name]
        if spec.capital is None or spec.is_optional:
            continue
        cash = books.blank()
        cash[KINDS.index("power")] = books.timeline.pay_at(
            tranche.energised_day, books.high(spec.capital)
        )
        name, path = f"tranche {tranche.full_name}", f"site.{tranche.site}.tranches.{tranche.name}"
        made.append(Commitment(name, f"{name} costs {spec.capital}", f"{path}.capital", cash))
    return made


def _stock(books: _Books) -> list[Commitment]:
    """Return what is still to be paid for equipment on order."""
    made = []
    for site in books.portfolio.sites.values():
        for name, entries in site.stock.items():
            cash = books.blank()
            for entry in entries:
                day = max(0.0, books.timeline.day(entry.arrives))
                cash[KINDS.index("equipment")] += books.timeline.pay_at(
                    day, books.high(entry.unpaid)
                )
            text = f"{name} on order for {site.site} is paid"
            path = f"site.{site.site}.stock.{name}"
            made.append(Commitment(f"stock {site.site}/{name}", text, path, cash))
    return made


def _under_way(books: _Books, pools: tuple[Pool, ...], stock: StockUse) -> list[Commitment]:
    made = []
    numbers: Counter[str] = Counter()
    for pool in pools:
        site = books.portfolio.sites[pool.site]
        for name, entry in site.under_way.items():
            if (entry.group, entry.mode) != (pool.zone, pool.mode):
                continue
            first = numbers[pool.zone_name] + 1
            numbers[pool.zone_name] += entry.count
            taken = [stock.by_hall.get(f"{pool.zone_name}/{first + k:02d}", Counter())
                     for k in range(entry.count)]  # fmt: skip
            cash = _hall_remainders(books, pool, entry, taken)
            text = f"halls {name} of {pool.site} are under way and are finished"
            path = f"site.{pool.site}.under_way.{name}"
            made.append(Commitment(f"under way {pool.site}/{name}", text, path, cash))
        if pool.count and not pool.is_standing:
            cash = _running(books, pool, pool.service_day, pool.block_mw)
            text, path = f"halls under way at {pool.name} are run", f"site.{pool.site}.under_way"
            made.append(Commitment(f"running {pool.name}", text, path, cash))
    return made


def _hall_remainders(
    books: _Books, pool: Pool, entry: UnderWay, taken: list[Counter[str]]
) -> FloatArray:
    candidate = Candidate(pool.site, pool.zone, pool.mode, entry.calendar)
    course = hall_course(books.portfolio, candidate)
    cash = books.blank()
    for k in range(entry.count):
        begin = books.timeline.day(entry.released) + k * entry.stagger.likely
        done = max(begin + course.span_day, 0.0)
        if pool.service_day.size:
            per_hall = len(pool.service_day) // max(pool.count, 1)
            blocks = pool.service_day[k * per_hall : (k + 1) * per_hall]
            done = max(float(blocks.max(initial=0.0)), 0.0)
        bought = _equipment(books, candidate, course, begin, done)
        cash += _build(books, candidate, begin, done, bought, taken[k])
    return cash


def standing_commitment(pool: Pool) -> str:
    """Return the name of the commitment to run the standing halls of a pool."""
    return f"standing {pool.zone_name}"


def _standing(
    books: _Books, pools: tuple[Pool, ...], arriving: Deliveries, energy: FloatArray
) -> list[Commitment]:
    made = []
    for p, pool in enumerate(pools):
        if not pool.is_standing:
            continue
        standing = books.portfolio.sites[pool.site].standing[pool.zone]
        rent = books.high(standing.rent_month)
        cash = _running(books, pool, pool.service_day, pool.block_mw, rent)
        n = len(books.timeline.days)
        load = sum(
            (
                arriving.stood_gpus[j, p, :n] * arriving.racks[j].gpu_mw
                for j in range(len(arriving.skus))
            ),
            np.zeros(n),
        )
        cash[KINDS.index("energy")] += load * energy[p]
        for entry in books.portfolio.sites[pool.site].installed.get(pool.zone, ()):
            day = books.timeline.day(entry.since)
            cash[KINDS.index("gpus")] += books.timeline.pay_at(day, books.high(entry.unpaid))
        text, path = f"standing hall {pool.zone_name} is run", f"site.{pool.site}.standing"
        made.append(Commitment(standing_commitment(pool), text, f"{path}.{pool.zone}", cash))
    return made
