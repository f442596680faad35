"""Money: what each decision and each standing commitment costs by period, nominal MUSD.

Construction is paid by the terms of the mode: at the start, over the work, at turnover. The part
of a row's cost that is equipment is paid by the terms of its class, around an order placed at its
lead time before the row needs it. What falls due before the data date is sunk, and what falls due
after the horizon is charged to the last period, so that nothing is had for free; rent and energy
after the horizon pay for what is used then, and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.cost import Escalation, available_cash, energy_musd, payments
from planner.capacity.laws import conservative
from planner.capacity.timeline import DAYS_PER_MONTH, DAYS_PER_YEAR, FloatArray, Timeline
from planner.domain.under_way import begun
from planner.optimise.contracts import Contracts, contracts
from planner.optimise.course import Course, hall_course, works_course
from planner.optimise.deliveries import life_years
from planner.optimise.gear import Bought, Ordered, StockUse, bundled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.amount import Amount
    from planner.domain.build_mode import PaymentTerms
    from planner.domain.fleet import Accelerator
    from planner.domain.plan import Candidate, Plan, Start
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Tenancy
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
    arriving: Deliveries, feeding: Feed, timeline: Timeline, stock: StockUse, standing: Plan,
) -> Money:  # fmt: skip
    """Return all costs by period; `standing` is the plan that adds nothing."""
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
            *_under_way(books, pools, stock, arriving, energy),
            *_standing(books, pools, arriving, energy), *_on_order(books, pools, standing),
            *_stock(books, {o.candidate for o in options} | {s.candidate for s in standing.starts}),
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
            price = amount * float(books.level.at("construction", order))
            paid = payments(
                timeline, item.terms or mode.terms, price, order, (needed, needed), done
            )
            one = (Ordered(order, needed, price, paid),) if mode.firm_after is not None else ()
            made[name] = Bought(
                had.units + 1, had.amount + amount, had.cash + paid, (*had.orders, *one)
            )
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
    price, rent = _prices(books, arriving, sku), _rents(books, arriving, sku)
    return np.array([
        _gpu_cash(books, item, (float(price[t]), float(rent[t])),
                  (float(arriving.order_day[sku, t]), float(arriving.dock_day[sku, t])), tail)
        for t in range(len(timeline.days))
    ])  # fmt: skip


def _gpu_cash(
    books: _Books, item: Accelerator, cost: tuple[float, float], days: tuple[float, float],
    tail: float,
) -> FloatArray:  # fmt: skip
    """Return what one GPU costs by period, less what it is sold for at the end, shape (T,).

    Parameters
    ----------
    cost
        Its price, and its rent a month [MUSD].
    days
        Of the order, and of its delivery.
    tail
        Days from delivery to service.
    """
    timeline, (price, rent), (order, dock) = books.timeline, cost, days
    life = life_years(item, books.confidence) * DAYS_PER_YEAR
    paid = payments(timeline, item.terms, price, order, (dock, dock), dock + tail)
    if rent:
        month = timeline.presence(dock, dock + life) * timeline.days / DAYS_PER_MONTH
        paid = paid + month * rent
    return paid - resale_cash(books.portfolio, timeline, item, price, dock + tail + life)


def resale_cash(
    portfolio: Portfolio, timeline: Timeline, item: Accelerator, price: float, retired_day: float
) -> FloatArray:
    """Return what a GPU bought at a price brings at the end of its life, shape (T,) [MUSD].

    Nothing where it is rented, or outlives the horizon.
    """
    if not item.resale or item.rental or retired_day >= timeline.end_day[-1]:
        return np.zeros(len(timeline.days))
    share = conservative(item.resale, portfolio.spec.confidence.likely, "low")
    return timeline.pay_at(retired_day, price * share)


def price_on(portfolio: Portfolio, timeline: Timeline, item: Accelerator, day: float) -> float:
    """Return the price of one GPU ordered on a day [MUSD]; 0 before it has one."""
    books = _Books(portfolio, timeline, Escalation(portfolio.spec.finance, timeline))
    return _price_on(books, item, day)


def _prices(books: _Books, arriving: Deliveries, sku: int) -> FloatArray:
    """Return the price of one GPU ordered in each period, shape (T,) [MUSD]."""
    item = books.portfolio.catalog.accelerators[arriving.skus[sku]]
    return np.array([_price_on(books, item, float(day)) for day in arriving.order_day[sku]])


def _price_on(books: _Books, item: Accelerator, day: float) -> float:
    """Return the price of one GPU ordered on a day [MUSD]; 0 before it has one."""
    steps = sorted((books.timeline.day(p.since), books.high(p.price)) for p in item.prices)
    price = next((p for since, p in reversed(steps) if since <= day), 0.0)
    return price * float(books.level.at("gpus", day))


def _rents(books: _Books, arriving: Deliveries, sku: int) -> FloatArray:
    """Return the rent a month of one GPU ordered in each period, shape (T,) [MUSD/month]."""
    item = books.portfolio.catalog.accelerators[arriving.skus[sku]]
    return np.array([_rent_on(books, item, float(day)) for day in arriving.order_day[sku]])


def _rent_on(books: _Books, item: Accelerator, day: float) -> float:
    """Return the rent a month of one GPU ordered on a day [MUSD]; 0 where it is bought."""
    month = books.high(item.rental.price_month) if item.rental else 0.0
    return month * float(books.level.at("gpus", day))


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


def _stock(books: _Books, candidates: set[Candidate]) -> list[Commitment]:
    """Return what is still to be paid for equipment on order.

    As stated; of what a plan ordered, by the terms of its class, at the price that it has in the
    dearest hall of the site.
    """
    made, timeline = [], books.timeline
    for site in books.portfolio.sites.values():
        for name, entries in site.stock.items():
            cash = books.blank()
            row = cash[KINDS.index("equipment")]
            for entry in entries:
                arrives = timeline.day(entry.arrives)
                row += timeline.pay_at(max(0.0, arrives), books.high(entry.unpaid))
                if entry.ordered is None or entry.unpaid is not None:
                    continue
                order = timeline.day(entry.ordered)
                price, terms = _unit_price(books, candidates, site.site, name)
                price *= entry.units * float(books.level.at("construction", order))
                if terms is not None:
                    row += payments(timeline, terms, price, order, (arrives, arrives), arrives)
            text = f"{name} on order for {site.site} is paid"
            path = f"site.{site.site}.stock.{name}"
            made.append(Commitment(f"stock {site.site}/{name}", text, path, cash))
    return made


def _unit_price(
    books: _Books, candidates: set[Candidate], site: str, name: str
) -> tuple[float, PaymentTerms | None]:
    """Return the highest price of a unit of a class in halls of a site, and its terms [MUSD]."""
    item, best = books.portfolio.catalog.equipment[name], 0.0
    terms = None
    share = item.price_share.likely if item.price_share else EQUIPMENT_SHARE
    for candidate in sorted((c for c in candidates if c.site == site), key=str):
        hall = _hall_cost(books, candidate)
        for row in hall_course(books.portfolio, candidate).rows:
            price = hall * row.cost_share * share / max(len(row.equipment), 1)
            if name in row.equipment and price > best:
                mode = books.portfolio.catalog.modes[candidate.mode]
                best, terms = price, item.terms or mode.terms
    return best, terms


def _under_way(
    books: _Books, pools: tuple[Pool, ...], stock: StockUse, arriving: Deliveries,
    energy: FloatArray,
) -> list[Commitment]:  # fmt: skip
    made = []
    for pool in pools:
        site = books.portfolio.sites[pool.site]
        for name, starts in begun(pool.site, site).items():
            if not {start.hall for start in starts} & set(pool.halls):
                continue
            cash = sum((_hall_remainder(books, pool, s, stock) for s in starts), books.blank())
            text = f"halls {name} of {pool.site} are under way and are finished"
            path = f"site.{pool.site}.under_way.{name}"
            made.append(Commitment(f"under way {pool.site}/{name}", text, path, cash))
        if pool.count and not pool.is_standing:
            cash = _running(books, pool, pool.service_day, pool.block_mw)
            cash[KINDS.index("energy")] += _drawn(arriving, pools, pool, energy)
            text, path = f"halls under way at {pool.name} are run", f"site.{pool.site}.under_way"
            made.append(Commitment(f"running {pool.name}", text, path, cash))
    return made


def _hall_remainder(books: _Books, pool: Pool, start: Start, stock: StockUse) -> FloatArray:
    """Return what is still to be paid for a hall under way, shape (kinds, T)."""
    course = hall_course(books.portfolio, start.candidate)
    begin = books.timeline.day(start.release)
    blocks = pool.service_day[pool.blocks(start.hall)]
    done = blocks.max() if blocks.size else begin + course.span_day
    done = max(float(done), 0.0)
    bought = _equipment(books, start.candidate, course, begin, done)
    return _build(books, start.candidate, begin, done, bought, stock.by_hall.get(start.hall))


def _drawn(
    arriving: Deliveries, pools: tuple[Pool, ...], pool: Pool, energy: FloatArray
) -> FloatArray:
    """Return the cost of energy of GPUs that stand in a pool or are on order for it, shape (T,)."""
    p, n = pools.index(pool), energy.shape[1]
    load = sum(
        (
            arriving.stood_gpus[j, p, :n] * arriving.racks[j].gpu_mw
            for j in range(len(arriving.skus))
        ),
        np.zeros(n),
    )
    cost: FloatArray = load * energy[p]
    return cost


def _on_order(books: _Books, pools: tuple[Pool, ...], standing: Plan) -> list[Commitment]:
    """Return what is still to be paid for GPUs on order: as stated, or by the terms of the SKU."""
    timeline, made = books.timeline, []
    known = books.portfolio.actuals.deliveries if books.portfolio.actuals is not None else {}
    tail = max((p.rack_tail_day for p in pools), default=0.0)
    for bought in standing.purchases:
        item = books.portfolio.catalog.accelerators[bought.sku]
        order, dock, cash = timeline.day(bought.order), timeline.day(bought.dock), books.blank()
        unpaid = known[bought.name].unpaid if bought.name in known else None
        price = 0.0 if unpaid is not None else _price_on(books, item, order)
        rent = _rent_on(books, item, order)
        paid = _gpu_cash(books, item, (price, rent), (order, dock), tail) * bought.gpus
        paid = paid + timeline.pay_at(max(dock, 0.0), books.high(unpaid))
        cash[KINDS.index("gpus")] += paid
        text = f"{bought.gpus:,} {bought.sku} on order as {bought.name} are paid"
        path = f"actuals.deliveries.{bought.name}"
        made.append(Commitment(f"on order {bought.name}", text, path, cash))
    return made


def standing_commitment(pool: Pool) -> str:
    """Return the name of the commitment to run the standing halls of a pool."""
    return f"standing {pool.zone_name}"


def _standing(
    books: _Books, pools: tuple[Pool, ...], arriving: Deliveries, energy: FloatArray
) -> list[Commitment]:
    made = []
    for pool in pools:
        if not pool.is_standing:
            continue
        standing = books.portfolio.sites[pool.site].standing[pool.zone]
        rent = books.high(standing.rent_month)
        cash = _running(books, pool, pool.service_day, pool.block_mw, rent)
        cash[KINDS.index("energy")] += _drawn(arriving, pools, pool, energy)
        for entry in books.portfolio.sites[pool.site].installed.get(pool.zone, ()):
            day = books.timeline.day(entry.since)
            cash[KINDS.index("gpus")] += books.timeline.pay_at(day, books.high(entry.unpaid))
        text, path = f"standing hall {pool.zone_name} is run", f"site.{pool.site}.standing"
        made.append(Commitment(standing_commitment(pool), text, f"{path}.{pool.zone}", cash))
    return made
