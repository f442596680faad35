"""From aggregated orders to lots: whole racks, few lots, dates."""

from __future__ import annotations

import numpy as np
import pytest

from planner import optimise
from planner.optimise.data import build
from planner.optimise.racking import Content, Room, fill, least
from tests.portfolios import ready, tiny

RACK = 32


def filled(orders: dict[int, float], rooms: list[Room], **site: object) -> list[Content]:
    """Put orders (period -> GPUs) of the one SKU into rooms of the one pool."""
    portfolio = tiny(site=site or None)
    data = build(portfolio, ready(portfolio))
    wanted = np.zeros((1, data.n_periods))
    for period, gpus in orders.items():
        wanted[0, period] = gpus / 1000
    fill(data, 0, rooms, wanted, np.zeros((1, data.n_periods)))
    return [content for room in rooms for content in room.contents]


def test_orders_become_whole_racks() -> None:
    """1,000 GPUs are 31 racks of 32; the rest of a rack is not bought."""
    (lot,) = filled({0: 1000.0}, [Room("h", 1, 90.0, 10.0)])
    assert lot.gpus == 31 * RACK


def test_a_block_takes_what_its_power_takes() -> None:
    """A block of 10 MW holds 250 racks of 40 kW, the rest goes to the next."""
    first, second = filled({0: 9000.0}, [Room("h", 1, 90.0, 10.0), Room("h", 2, 120.0, 10.0)])
    assert (first.gpus, second.gpus) == (250 * RACK, 31 * RACK)
    assert (first.begin_day, second.begin_day) == (90.0, 120.0)


def test_gpus_wait_for_their_block_and_blocks_for_their_gpus() -> None:
    """A lot serves from the later of both; an order of the second quarter arrives on day 90."""
    early, late = filled({0: 3200.0, 1: 3200.0}, [Room("h", 1, 30.0, 10.0)])
    assert (early.begin_day, late.begin_day) == (30.0, 90.0)


def test_dust_joins_the_next_order() -> None:
    """Four racks are less than a row of a 10 MW block (6): they come with the next order."""
    portfolio = tiny()
    data = build(portfolio, ready(portfolio))
    room = Room("h", 1, 30.0, 10.0)
    assert least(data, 0, room) == 6
    wanted, spare = np.zeros((1, data.n_periods)), np.full((1, data.n_periods), 1000.0)
    wanted[0, 0], wanted[0, 1] = 4 * RACK / 1000, 10 * RACK / 1000
    fill(data, 0, [room], wanted, spare)
    assert [(c.period, c.gpus) for c in room.contents] == [(1, 14 * RACK)]


def test_dust_is_not_bought_where_makers_have_no_more() -> None:
    """What an order takes over must be there to be had."""
    (lot,) = filled({0: 4.0 * RACK, 1: 10.0 * RACK}, [Room("h", 1, 30.0, 10.0)])
    assert (lot.period, lot.gpus) == (1, 10 * RACK)


def test_a_lot_takes_the_place_of_gpus_that_retire() -> None:
    """A block full until day 200 has room from then on."""
    old = Content(0, 250 * RACK, -100.0, 200.0, -1)
    contents = filled({0: 3200.0}, [Room("h", 1, 0.0, 10.0, [old])])
    assert contents[1].begin_day == 200.0


def test_lots_of_a_plan_are_whole_racks_of_what_is_bought() -> None:
    """Every lot is whole racks, and the lots of a purchase make up the purchase."""
    sku = {"supply": [{"since": "2025-01-01", "gpus": "3000 gpu/quarter"}]}
    portfolio = tiny(catalog={"accelerators": {"H100": sku}})
    plan = optimise.solve(portfolio, ready(portfolio))
    assert all(lot.gpus % RACK == 0 for lot in plan.lots)
    for purchase in plan.purchases:
        assert purchase.gpus == sum(x.gpus for x in plan.lots if x.purchase == purchase.name)


def test_promises_are_what_the_plan_has_in_service() -> None:
    """By the end of each year, all sites and each that builds: the lots' IT MW."""
    portfolio = tiny()
    plan = optimise.solve(portfolio, ready(portfolio))
    made = {promise.name: promise.amount for promise in plan.promises}
    assert made["capacity/portfolio/2026-12-31"] == pytest.approx(20.0)
    assert made["capacity/north/2027-12-31"] == pytest.approx(20.0)
