"""Lots that take the place of others wait until it is empty."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np

from planner import specs
from planner.domain.plan import Lot, Move, Plan
from planner.network.calendars import DAY_MIN
from planner.study.places import sent_min, vacated

PORTFOLIO = specs.load("first-light")
HALL = "lakeside/old-hall/01"
RACK_MW = 0.045  # 32 GPUs of H100


def lot(purchase: str, racks: int, service: int, until: int) -> Lot:
    """Return H100 racks that serve from the start of one year to that of another."""
    return Lot(HALL, 1, "H100", 32 * racks, purchase, dt.date(service, 1, 1), dt.date(until, 1, 1))


def leaves(*lots: Lot, racks: int) -> dict[str, dt.date]:
    """Return when the places of lots are empty, in a block with room for so many racks."""
    return vacated(PORTFOLIO, lots, {f"{HALL}/1": racks * RACK_MW})


def test_a_lot_waits_for_the_one_whose_place_it_takes() -> None:
    """Ten racks in a block of ten: the next ten serve from the day the first leave."""
    old, new = lot("", 10, 2024, 2028), lot("a", 10, 2028, 2032)
    assert leaves(old, new, racks=10) == {new.name: dt.date(2028, 1, 1)}


def test_a_lot_beside_another_waits_for_nobody() -> None:
    """There is room for both, so a lot that comes early may serve early."""
    old, new = lot("", 5, 2024, 2028), lot("a", 5, 2028, 2032)
    assert leaves(old, new, racks=10) == {}


def test_only_as_many_as_needed_must_have_left() -> None:
    """Of two that leave, the one that leaves later could stay; the earlier one's place is taken."""
    first, second = lot("", 4, 2024, 2026), lot("b", 4, 2024, 2027)
    new = lot("a", 6, 2028, 2032)
    assert leaves(first, second, new, racks=10) == {new.name: dt.date(2026, 1, 1)}


def test_gpus_that_stand_wait_for_nobody() -> None:
    """A lot without a purchase is there, whatever the plan says of others."""
    assert leaves(lot("a", 10, 2020, 2024), lot("", 10, 2024, 2028), racks=10) == {}


def moved(source_min: int, dock_min: int, service_min: int) -> int:
    """Return when racks serve that are sent on day 100 and docked on day 130, as planned."""
    day = dt.date(2026, 1, 1)
    sent, dock = day + dt.timedelta(days=100), day + dt.timedelta(days=130)
    end = dt.date(2030, 1, 1)
    move = Move("m", "H100", 32, "lakeside/old-hall", "lakeside/halls", sent, dock)
    source = Lot(HALL, 1, "H100", 32, "a", day, sent, leaves="m")
    come = Lot("lakeside/halls/01", 1, "H100", 32, "m", dock, end)
    plan = Plan("p", day, (), lots=(source, come), moves=(move,))
    outcome = SimpleNamespace(
        samples=1, service_min=np.array([[source_min, service_min]]),
        dock_min=np.array([[0, dock_min]]),
    )  # fmt: skip
    index = {source.name: 0, come.name: 1}
    return int(sent_min(plan, outcome, index)[0, 1])  # type: ignore[arg-type]  # what it reads


def test_moved_racks_come_no_earlier_than_they_could() -> None:
    """They dock when they dock; from a hall they came to late, they come as much later."""
    assert moved(0, 131 * DAY_MIN, 0) == 131 * DAY_MIN
    assert moved(120 * DAY_MIN, 131 * DAY_MIN, 0) == 150 * DAY_MIN
