"""Lots that take the place of others wait until it is empty."""

from __future__ import annotations

import datetime as dt

from planner import specs
from planner.domain.plan import Lot
from planner.study.places import vacated

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
