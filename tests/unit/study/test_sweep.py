"""Sweeps: what an axis takes, that points are kept, and where the choice flips."""

from __future__ import annotations

import itertools

import pytest

from planner import specs, study
from planner.domain.sweep import Axis, Point
from planner.errors import SpecError
from planner.study.sweep import _switches, axis_of

PORTFOLIO = specs.load("first-light")


@pytest.mark.parametrize(
    ("text", "first", "last", "numbers"),
    [
        ("finance.opening_cash=500..2000 MUSD:4", "500 MUSD", "2000 MUSD", (500, 1000, 1500, 2000)),
        ("finance.opening_cash=1 BUSD..2000 MUSD:2", "1000 MUSD", "2000 MUSD", (1000, 2000)),
        ("finance.opening_cash=-50 %..+50 %:3", "450 MUSD", "1350 MUSD", (-50, 0, 50)),
        ("site.lakeside.groups.halls.count=2..6:3", "2", "6", (2, 4, 6)),
        ("policy.tolerance=0..1 %:2", "0", "0.01", (0, 0.01)),
    ],
)
def test_an_axis_is_read(text: str, first: str, last: str, numbers: tuple[float, ...]) -> None:
    """Quantities with one unit or two, changes in per cent, counts and shares."""
    axis = axis_of(text, PORTFOLIO)
    assert (axis.texts[0], axis.texts[-1]) == (first, last)
    assert axis.numbers == pytest.approx(numbers)


def test_every_value_of_an_axis_can_be_set() -> None:
    """A change of an uncertain amount keeps its form, and loads."""
    axis = axis_of("catalog.modes.tent.hall_cost=-20 %..+20 %:2", PORTFOLIO)
    made = [specs.load("first-light", overrides=[f"{axis.path}={t}"]) for t in axis.texts]
    costs = [p.catalog.modes["tent"].hall_cost for p in made]
    base = PORTFOLIO.catalog.modes["tent"].hall_cost
    assert [c.a / base.a for c in costs] == pytest.approx([0.8, 1.2])
    assert [c.c / base.c for c in costs] == pytest.approx([0.8, 1.2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("finance.opening_cash", "from..to:n"),
        ("finance.opening_cash=1..2 MUSD:1", "2 to 400"),
        ("finance.openin_cash=1..2 MUSD:3", "nothing stands"),
        ("finance.opening_cash=1..2 MW:3", "power given"),
        ("title=1..2:3", "no number"),
    ],
)
def test_what_is_no_axis_is_refused(text: str, said: str) -> None:
    """Form, number of values, path and dimension are checked before anything is planned."""
    with pytest.raises(SpecError, match=said):
        axis_of(text, PORTFOLIO)


def test_a_switch_is_narrowed_to_an_eighth_of_the_step() -> None:
    """Tents below 13, concrete above: found between 10 and 20 within 1.25."""
    axis = Axis("cost", (0.0, 10.0, 20.0), ("0", "10", "20.0"), "")
    calls = itertools.count()

    def planned(at: tuple[float, ...], _texts: tuple[str, ...]) -> Point:
        next(calls)
        mode = "tent" if at[0] < 13 else "concrete"
        return Point(at, (), started_mw={mode: 10.0})

    made = {(n,): planned((n,), ()) for n in axis.numbers}
    (switch,) = _switches(axis, made, planned)
    assert (switch.before, switch.after) == ("tent", "concrete")
    assert switch.below < 13 <= switch.above
    assert switch.above - switch.below == pytest.approx(1.25)
    assert next(calls) == 6


def test_known_points_are_not_planned_again() -> None:
    """A sweep that was stopped goes on with what it kept."""
    store: dict[str, Point] = {}
    axis = Axis("policy.tolerance", (0.0, 0.01), ("0", "0.01"), "dimensionless")

    def ask(portfolio: object) -> study.Ask:
        return study.Ask.of(portfolio, samples=5, rounds=1)  # type: ignore[arg-type]

    def refuse(_key: str, _point: Point) -> None:
        raise AssertionError("planned again")

    for text in axis.texts:
        portfolio = specs.load("first-light", overrides=[f"policy.tolerance={text}"])
        key = study.identity(portfolio, ask(portfolio))
        store[key] = Point((float(text),), (), {"m [u]": 1.0}, {"tent": 1.0}, is_verified=True)
    found = study.sweep(
        [axis], lambda s: specs.load("first-light", overrides=s), ask, lambda _s, _x: None,
        known=store.get, keep=refuse,
    )  # fmt: skip
    assert [p.figures["m [u]"] for p in found.points] == [1.0, 1.0]
