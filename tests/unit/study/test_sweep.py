"""Sweeps: what an axis takes, that points are kept, and where the choice flips."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import pytest

from planner import specs, study
from planner.domain.amount import Amount
from planner.domain.sweep import Axis, Point
from planner.errors import SpecError
from planner.network import build_tables
from planner.study.differ import values
from planner.study.points import OUT_OF_TRIALS, figures_of, started_of
from planner.study.sweep import _switches, axis_of, changed
from planner.study.trials import ready

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio

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


def _readiness(overrides: tuple[str, ...]) -> list[tuple[object, ...]]:
    portfolio = specs.load("first-light", overrides=overrides)
    ask = dataclasses.replace(study.Ask.of(portfolio), trial_samples=8)
    tried = ready(portfolio, ask, build_tables(portfolio), lambda _s, _x: None)
    return [
        (str(r.candidate), r.period, r.ready_day.tolist(), r.service_day.tolist(),
         r.power_tail_day, r.rack_tail_day)
        for r in tried.readiness
    ]  # fmt: skip


@pytest.mark.slow
def test_what_is_out_of_trials_changes_none() -> None:
    """Every number that a sweep takes for money or demand, a half more, moves no date of a trial;
    a duration does, and is not taken for such.
    """
    base = values(PORTFOLIO)
    ours = {
        path: value for path, value in base.items()
        if OUT_OF_TRIALS.fullmatch(path) and isinstance(value, Amount) and "share" not in path
        and "mix" not in path and not path.startswith("policy")
    }  # fmt: skip
    kinds = {path.split(".")[0] for path in ours}
    assert kinds == {"finance", "teams", "products", "targets", "catalog", "site"}
    settings = tuple(f"{path}={changed(value, 1.5)}" for path, value in ours.items())
    settings += ("policy.tolerance=1 %", "finance.share_available=50 %")
    assert _readiness(settings) == _readiness(())
    longer = "catalog.modes.tent.activities.T06.duration"
    assert OUT_OF_TRIALS.fullmatch(longer) is None
    assert _readiness((f"{longer}=90 wd",)) != _readiness(())


@pytest.mark.slow
def test_a_sweep_of_money_tries_the_options_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two points of a price share their trials, two of a duration do not; the plan is the same."""
    calls = itertools.count()

    def counted(*args: object) -> object:
        next(calls)
        return ready(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("planner.study.points.ready", counted)

    def ask(portfolio: Portfolio) -> study.Ask:
        asked = study.Ask.of(portfolio, samples=5, rounds=1)
        return dataclasses.replace(asked, trial_samples=8)

    def swept(text: str) -> list[Point]:
        axes = [axis_of(text, PORTFOLIO)]
        load = lambda s: specs.load("first-light", overrides=s)  # noqa: E731
        return list(study.sweep(axes, load, ask, lambda _s, _x: None).points)

    points = swept("finance.opening_cash=900..1000 MUSD:2")
    assert next(calls) == 1
    swept("catalog.modes.tent.activities.T06.duration=-10 %..+10 %:2")
    assert next(calls) == 4
    alone = study.run(PORTFOLIO, ask(PORTFOLIO), lambda _s, _x: None)
    assert points[0] == dataclasses.replace(
        points[0], figures=figures_of(alone), started_mw=started_of(alone)
    )
