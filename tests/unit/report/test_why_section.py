"""The section that says why, made by hand on the synthetic run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.domain.explanation import (
    CONFIRMED,
    IN_PARTS,
    Alternative,
    Answer,
    Explanation,
    Flip,
    Forced,
    Point,
    Price,
    Said,
    Stage,
    Switch,
    Worth,
)
from planner.report import compose
from planner.report.charts import render
from planner.report.document import Built, Chart, Prose, Table
from tests import results

pytestmark = pytest.mark.slow


def _point(value: float, mw: dict[str, float], level: float) -> Point:
    return Point(value, mw, level, {"s": mw})


TOLD = Explanation(
    plan=Worth(90.0, 10.0, 1.0), base=Worth(100.0, 11.0, 1.1),
    prices=(Price("money", "1 BUSD more", "a.yaml:1", "halls fixed", Worth(2.0, 1.0, 0.5), None),),
    answers=(
        Answer("why a/b/01", "it is 10 MW", (Said("site a has 9 acres", "a.yaml:3"),),
               (Forced("why a/b/01", "one hall less", None),)),
    ),
    alternatives=(Alternative("A1", Worth(-0.5, 0.0, -0.1), 1, ("~ hall a/b/01: later",)),),
    switches=(
        Switch("gpu_price", "price of all GPUs", "times today's", 1.0,
               (_point(0.5, {"a": 9.0, "b": 0.0}, 2.0), _point(1.0, {"a": 9.0, "b": 0.0}, 1.0),
                _point(2.0, {"a": 1.0, "b": 4.0}, 0.5)),
               (Flip(1.49, 1.5, "a", "b", proof=CONFIRMED, whole_low=1.2, whole_high=1.3),
                Flip(0.9, 1.1, "a", "", "use", "s", proof=IN_PARTS))),
    ),
    gap=0.05, distance=(Stage("the base", 100.0), Stage("the plan", 90.0)),
    mw={"s": {"a": 9.0, "b": 0.0}},
)  # fmt: skip


def section(told: Explanation | None) -> Built:
    """Return the section of the synthetic run with an explanation."""
    document = compose(replace(results.result(samples=60), explanation=told))
    return next(s for s in document.sections if s.name == "why")


def test_a_run_that_was_not_asked_says_how_to_ask() -> None:
    """There is one line, and no empty table."""
    (only,) = section(None).parts
    assert isinstance(only, Prose)
    assert "plan explain" in only.text


def test_every_part_is_shown() -> None:
    """Prices, switches with a figure each, alternatives and answers have their rows."""
    parts = list(section(TOLD).walk())
    tables = {p.name: p for p in parts if isinstance(p, Table)}
    assert {n: len(t.rows) for n, t in tables.items()} == {
        "prices": 1, "switches": 2, "switch_points": 6, "alternatives": 1,
        "alternative_changes": 1, "answers": 1, "bindings": 1, "distance": 2,
    }  # fmt: skip
    row = dict(
        zip((c.key for c in tables["prices"].columns), tables["prices"].rows[0], strict=True)
    )
    assert row["up_spend_musd"] == 500.0
    assert row["down_h100e_per_researcher"] is None
    assert row["verdict"] == "below the gap of a search"
    assert tables["distance"].rows[1][2] == pytest.approx(0.1)
    proofs = [row[-2] for row in tables["switches"].rows]
    assert proofs == ["with whole halls between 1.2 and 1.3", "halls in parts only"]
    (chart,) = (p for p in parts if isinstance(p, Chart))
    assert "most a -> most b between 1.49 and 1.5" in chart.title
    assert chart.spec is not None
    assert "IT MW started" in render(chart.spec)
