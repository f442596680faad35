"""What changed between two plans: matched by what commitments are, not by their numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.domain.plan import (
    Candidate,
    EquipmentOrder,
    Move,
    Plan,
    Purchase,
    Reservation,
    Retirement,
    Start,
)
from planner.study.differ import difference, lines, span

FIRST = dt.date(2026, 1, 1)
LATER = dt.date(2028, 1, 1)


def start(number: int, mode: str = "tent", days: int = 0, calendar: str = "standard") -> Start:
    """Return a start so many days after the first."""
    return Start(Candidate("north", "halls", mode, calendar), number, FIRST + dt.timedelta(days))


def plan(*starts: Start, **parts: object) -> Plan:
    """Return a plan of these starts."""
    return Plan("p", FIRST, (), starts, **parts)  # type: ignore[arg-type]


def test_equal_plans_have_no_changes() -> None:
    """A plan against itself is empty, and says how much is the same."""
    found = difference(plan(start(1), start(2)), plan(start(1), start(2)))
    assert found.is_empty
    assert found.same == 2
    assert lines(found) == ["No changes of halls, orders or contracts."]


@pytest.mark.parametrize(
    ("before", "after", "symbol", "said"),
    [
        ((), (start(1),), "+", "release 2026-01-01"),
        ((start(1),), (), "-", "release 2026-01-01"),
        ((start(1),), (start(1, days=182),), "~", "2 quarters later"),
        ((start(1),), (start(1, mode="concrete"),), "-/+", "tent -> concrete"),
        ((start(1),), (start(1, calendar="24x7"),), "~", "tent -> tent on 24x7"),
    ],
)
def test_a_hall_has_its_symbol(
    before: tuple[Start, ...], after: tuple[Start, ...], symbol: str, said: str
) -> None:
    """+ new, - dropped, ~ moved or on another calendar, -/+ by another mode."""
    (change,) = difference(plan(*before), plan(*after)).consequences
    assert change.symbol == symbol
    assert said in change.text


def test_renumbered_halls_are_the_same() -> None:
    """Numbers within a group are names only: two halls that swap them are unchanged."""
    before = plan(start(1), start(2, days=90))
    after = plan(start(2), start(1, days=90))
    assert difference(before, after).is_empty


def test_purchases_and_equipment_are_counted_together() -> None:
    """Orders of one SKU in one quarter are one line with both totals."""

    def bought(*gpus: int) -> tuple[Purchase, ...]:
        return tuple(
            Purchase(f"north/A/{n}", "north", "A", g, FIRST, FIRST) for n, g in enumerate(gpus)
        )  # fmt: skip

    order = EquipmentOrder("north", "ups", 2, FIRST, FIRST)
    found = difference(
        plan(purchases=bought(8, 8)), plan(purchases=bought(24), orders=(order,))
    )  # fmt: skip
    assert [(c.symbol, c.subject, c.text) for c in found.consequences] == [
        ("~", "north/A/2026Q1", "16 -> 24 GPUs"), ("+", "north/ups", "2 units"),
    ]  # fmt: skip
    assert "1 to add, 1 to change" in lines(found)[-1]


def test_reservations_have_their_symbols() -> None:
    """A tranche is reserved, given up, or left at another date."""
    kept, left = (Reservation("north", "gas", FIRST, at) for at in (None, LATER))
    assert [c.symbol for c in difference(plan(), plan(reservations=(kept,))).consequences] == ["+"]
    assert [c.symbol for c in difference(plan(reservations=(kept,)), plan()).consequences] == ["-"]
    (change,) = difference(plan(reservations=(kept,)), plan(reservations=(left,))).consequences
    assert (change.symbol, change.kind, change.subject) == ("~", "power", "north/gas")
    assert f"left {LATER.isoformat()}" in change.text
    same = plan(reservations=(kept,))
    assert difference(same, same).is_empty


def test_moves_are_said_in_the_unit_that_fits() -> None:
    """Days below four weeks, then weeks, and whole quarters where it is one."""
    assert [span(n) for n in (1, -27, 28, 91, -365)] == [
        "1 day later", "27 days earlier", "4 weeks later", "1 quarter later", "4 quarters earlier",
    ]  # fmt: skip


def test_what_was_ordered_before_the_next_data_date_is_no_change() -> None:
    """A unit ordered in the first month is on order in the plan a quarter later, not dropped."""
    early = EquipmentOrder("north", "ups", 2, FIRST, FIRST)
    late = EquipmentOrder("north", "ups", 1, FIRST + dt.timedelta(days=200), FIRST)
    before = plan(orders=(early, late))
    after = before.replace(orders=(late,), data_date=FIRST + dt.timedelta(days=91))
    assert difference(before, after).consequences == ()


def test_what_leaves_is_counted_by_quarter() -> None:
    """Early retirements by site and SKU, moves by their way; more of them is a change of size."""
    there = FIRST + dt.timedelta(days=60)
    retired = [Retirement("north", "H100", 100 * n, FIRST) for n in (1, 2, 4)]
    move = Move("north/a/south/b/H100/2026Q1", "H100", 64, "north/a", "south/b", FIRST, there)
    before = plan(retirements=(retired[0], retired[1]), moves=(move,))
    after = plan(retirements=(retired[2],))
    gone, more = sorted(difference(before, after).consequences, key=lambda c: c.kind)
    assert (gone.symbol, gone.kind, gone.subject, gone.text) == (
        "-", "move", "north/a -> south/b/H100/2026Q1", "64 GPUs",
    )  # fmt: skip
    assert (more.symbol, more.kind, more.subject, more.text) == (
        "~", "retire", "north/H100/2026Q1", "300 -> 400 GPUs",
    )  # fmt: skip
    assert difference(before, before).is_empty
