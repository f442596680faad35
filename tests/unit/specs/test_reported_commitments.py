"""Halls, GPUs, equipment and power that actuals report as started, ordered and reserved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from planner import simulate, specs
from planner.domain.under_way import under_way
from planner.errors import SpecError
from planner.network import build_tables, compile_network, existing_plan

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.portfolio import Portfolio

BODY = """
actuals: september
data_date: 2026-09-15
cash: 640 MUSD
halls:
  lakeside/halls/02: {released: 2026-03-01, mode: tent, calendar: 24x7}
  lakeside/halls/01: {released: 2026-04-01, mode: concrete}
deliveries:
  lakeside/GB300/2026Q2: {ordered: 2026-04-01, sku: GB300, into: {lakeside/halls/02/1: 7200},
    unpaid: 90 MUSD}
equipment:
  lakeside/gensets: [{units: 1, ordered: 2026-02-01, arrives: 2027-03-01}]
"""


UNFINISHED = "activities: {lakeside/halls/01/C01: {started: 2026-04-01}}"


def reported(folder: Path, body: str = BODY, *settings: str) -> Portfolio:
    path = folder / "september.yaml"
    path.write_text(body, encoding="utf-8")
    return specs.load("first-light", overrides=settings, actuals=path)


def test_halls_keep_their_numbers_modes_and_calendars(tmp_path: Path) -> None:
    """The second was released first: it stays the second."""
    found = [
        (s.hall, s.candidate.mode, s.candidate.calendar) for s in under_way(reported(tmp_path))
    ]
    assert found == [
        ("lakeside/halls/02", "tent", "24x7"), ("lakeside/halls/01", "concrete", "standard"),
    ]  # fmt: skip


def test_orders_are_part_of_what_is_there(tmp_path: Path) -> None:
    """GPUs stand in the block they go to, and the unit of equipment is not ordered again."""
    portfolio = reported(tmp_path)
    made = existing_plan(portfolio)
    (lot,) = (lot for lot in made.lots if lot.purchase)
    assert lot.name == "lakeside/halls/02/1/lakeside/GB300/2026Q2/GB300"
    assert (lot.gpus, made.purchases[0].gpus) == (7200, 7200)
    bare = reported(tmp_path, BODY[: BODY.index("equipment:")])
    before, after = (
        sum(o.units for o in existing_plan(p).orders if o.equipment == "gensets")
        for p in (bare, portfolio)
    )
    assert (before, after) == (1, 0)


def test_equipment_on_order_is_late_as_its_class_may_be(tmp_path: Path) -> None:
    """No slip is given: a unit comes at the data date or later, around the day it is expected."""
    portfolio = reported(tmp_path)
    network = compile_network(portfolio, existing_plan(portfolio))
    (unit,) = (i for i, n in enumerate(network.unit_name) if n == "stock/lakeside/gensets/1/1")
    tables = build_tables(portfolio)
    likely = int(network.unit_order_min[unit] + network.unit_lead.b[unit])
    assert abs((tables.date(likely) - dt.date(2027, 3, 1)).days) < 45
    assert network.unit_lead.a[unit] < network.unit_lead.c[unit] or network.unit_lead.shapes.size
    certain = BODY.replace("arrives: 2027-03-01", "arrives: 2026-09-01")
    come = reported(tmp_path, certain)
    network = compile_network(come, existing_plan(come))
    (unit,) = (i for i, n in enumerate(network.unit_name) if n == "stock/lakeside/gensets/1/1")
    assert tables.date(int(network.unit_order_min[unit])) == dt.date(2026, 9, 1)


def test_both_engines_simulate_what_is_on_order(tmp_path: Path) -> None:
    """To the minute; no rack docks and no ordered unit comes before the data date."""
    portfolio = reported(tmp_path)
    network = compile_network(portfolio, existing_plan(portfolio))
    slow = simulate.run(network, seed=4, samples=6, engine="reference")
    fast = simulate.run(network, seed=4, samples=6)
    assert (slow.start_min == fast.start_min).all()
    assert (slow.finish_min == fast.finish_min).all()
    (lot,) = (i for i, name in enumerate(fast.lot) if "GB300" in name)
    assert (fast.dock_min[:, lot] >= network.known_min).all()
    assert (fast.service_min[:, lot] > fast.dock_min[:, lot]).all()


def test_cash_at_the_data_date_opens_a_plan_from_there(tmp_path: Path) -> None:
    """Planned from the data date on, and not where the portfolio's own is kept."""
    money = reported(tmp_path, BODY, "data_date=2026-09-15").spec.finance
    assert money.opening_cash.likely == 640
    assert reported(tmp_path).spec.finance.opening_cash.likely == 900


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (", mode: concrete", "", "actual-order"),
        ("mode: concrete", "mode: concret", "unknown-mode"),
        ("released: 2026-04-01", "released: 2026-09-15", "actual-after-data-date"),
        ("mode: concrete}", "mode: concrete, handed_over: 2026-03-01}", "date-order"),
        ("sku: GB300, ", "", "actual-order"),
        ("sku: GB300", "sku: GB3000", "unknown-sku"),
        ("halls/02/1: 7200", "halls/02/2: 7200", "unknown-block"),
        ("halls/02/1: 7200", "halls/03/1: 7200", "unknown-block"),
        ("unpaid: 90 MUSD", "expected: 2026-09-01", "forecast-before-data-date"),
        ("unpaid: 90 MUSD", "docked: 2026-03-01", "date-order"),
        ("lakeside/gensets", "lakeside/genset", "unknown-equipment"),
        ("lakeside/gensets", "lakside/gensets", "unknown-site"),
        ("arrives: 2027-03-01", "arrives: 2026-01-01", "date-order"),
        ("cash: 640 MUSD", "tranches: {lakeside/grid: {reserved: 2026-03-01}}", "actual-order"),
        ("halls/02: {rel", "hals/02: {rel", "unknown-hall"),
        (
            "mode: concrete}",
            f"mode: concrete, handed_over: 2026-09-01}}\n{UNFINISHED}",
            "actual-order",
        ),
    ],
)
def test_what_cannot_have_been_ordered_is_refused(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    """Each fault is named at its line of the file."""
    assert old in BODY
    with pytest.raises(SpecError) as caught:
        reported(tmp_path, BODY.replace(old, new, 1))
    found = [f for f in caught.value.findings if f.code == code]
    assert found, [str(f) for f in caught.value.findings]
    assert found[0].where.file.endswith("september.yaml")
    assert found[0].where.line > 1


def test_a_hall_is_under_way_once(tmp_path: Path) -> None:
    """What a site file has under way cannot be reported as started too."""
    body = BODY.replace("lakeside/halls/02", "prometheus/tents-north/01").split("deliveries:")[0]
    body = body.replace("  lakeside/halls/01: {released: 2026-04-01, mode: concrete}\n", "")
    path = tmp_path / "september.yaml"
    path.write_text(body.replace("2026-09-15", "2026-12-15"), encoding="utf-8")
    with pytest.raises(SpecError, match="6 halls of tents-north under way"):
        specs.load("meta-2026", actuals=path)
