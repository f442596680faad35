"""Equipment is ordered at the latest date that serves, and not before the data date."""

from __future__ import annotations

import datetime as dt

from planner.network import build_tables, compile_network, deterministic, equipment_orders
from tests.campuses import plan, portfolio, row_of, site, start

GEAR = {"title": "Gear", "lead_time": "30 day"}


def test_ordered_a_lead_time_before_the_need():
    """The need is when the deterministic pass starts the row; the lead time comes off."""
    made = portfolio()
    starts = [start(1, "2027-03-01")]
    (order,) = equipment_orders(made, starts)
    # A1 takes two working weeks from Monday 1 March: A2 starts on Friday the 12th at 16:00.
    assert order.needed == dt.date(2027, 3, 12)
    assert order.order == dt.date(2027, 2, 10)
    assert (order.site, order.equipment, order.units, order.hall) == (
        "north",
        "gear",
        1,
        "north/sheds/01",
    )


def test_never_before_the_data_date():
    """What should have been ordered earlier is ordered at the data date, and comes late."""
    made = portfolio(equipment={"gear": {**GEAR, "lead_time": "300 day"}})
    orders = equipment_orders(made, [start()])
    assert orders[0].order == made.spec.data_date
    network = compile_network(made, plan(made, starts=(start(),), orders=orders))
    found = deterministic(network)
    arrives = (370 + 300 - 1) * 1440  # the data date is day 369 from the epoch
    assert found.start_min[row_of(network, "north/sheds/01/A2")] == arrives


def test_stock_goes_to_the_earliest_need():
    """Units in stock serve the first halls; only the rest is ordered."""
    made = portfolio(site(stock={"gear": [{"units": 1, "arrives": "2025-12-01"}]}))
    orders = equipment_orders(made, [start(2, "2026-03-02"), start(1, "2027-03-01")])
    assert [o.hall for o in orders] == ["north/sheds/01"]


def test_confidence_and_drivers_lengthen_the_lead():
    """Orders allow for the lead time at the portfolio's confidence, shared drivers in it."""
    spread = {**GEAR, "lead_time": {"low": "20 day", "likely": "30 day", "high": "50 day"}}
    plain = build_tables(portfolio(equipment={"gear": spread})).lead_day["gear"]
    assert 30 < plain < 50
    driven = {**spread, "drivers": ["supply"]}
    factor = {"low": 1.0, "likely": 1.5, "high": 2.0}
    for chance, longer in ((1.0, 1.4), (0.0, 1.0)):
        driver = {"title": "S", "factor": factor, "probability": chance}
        risk = {"drivers": {"supply": driver}}
        lead = build_tables(portfolio(equipment={"gear": driven}, risk=risk)).lead_day["gear"]
        assert (lead >= plain * longer) if chance else (abs(lead - plain) <= 1)


def test_demand_is_covered():
    """Whatever is started, each row that waits has its unit."""
    made = portfolio()
    starts = [start(n, f"2026-0{n}-01") for n in (1, 2, 3)]
    network = compile_network(
        made, plan(made, starts=tuple(starts), orders=equipment_orders(made, starts))
    )
    assert len(network.wait.column) == len(network.unit_pool) == 3
