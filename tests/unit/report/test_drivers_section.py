"""The schedule review in the report, made by hand on the synthetic run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import replace

import numpy as np
import pytest

from planner.domain.review import (
    CURVE,
    Criticality,
    FloatPath,
    Removal,
    Review,
    SpendCurve,
    Usage,
)
from planner.report import charts, compose
from planner.report.document import Chart, Prose, Table
from planner.report.exporters import EXPORTERS
from planner.report.facts.risk import RiskFact, causes_of
from tests import results

pytestmark = pytest.mark.slow

MONTHS = (dt.date(2025, 7, 1), dt.date(2025, 9, 1), dt.date(2025, 10, 1))


@pytest.fixture(scope="module")
def run():
    """Return the synthetic run with a review: two causes, two resources, three months."""
    made = results.result(samples=60)
    names = made.outcome.activity
    index = np.zeros(len(names))
    index[0] = 0.75
    review = Review(
        criticality=Criticality(names, ("",) * len(names), index, index / 2),
        usage=Usage(
            ("a/EL", "a/people"), np.array([4.0, 100.0]), MONTHS,
            p50=np.array([[1.0, 3, 2], [9, 9, 9]]), p90=np.array([[1.0, 4, 3], [9, 9, 9]]),
            early=np.array([[1.0, 6, 2], [9, 9, 9]]),
        ),
        spend=SpendCurve(MONTHS, *(np.array([1.0, k, 10]) for k in (9, 2, 3, 4, 6))),
        milestone="100 MW of IT power in service",
        removals=(Removal("storms", "Storms", "storms", 2.0, 12.4, 3.0, 0.5),
                  Removal("x", "Nothing", "event", 0.0, float("nan"), 0.0, 0.0)),
        removal_samples=128,
        paths=(FloatPath("a/h/01/G12", 1, 0.0, ("a/h/01/T1", "a/h/01/G12")),),
    )  # fmt: skip
    return replace(made, review=review)


def parts(run):
    """Return the parts of the section by name."""
    section = next(s for s in compose(run).sections if s.name == "drivers")
    return {p.name: p for p in section.walk() if isinstance(p, (Chart, Table))}


def test_the_tornado_names_its_method_and_its_largest_cause(run):
    """Days of P80 by removal, the rerun said to be of the same futures; NaN draws no bar."""
    chart = next(p for s in compose(run).sections for p in s.walk()
                 if isinstance(p, Chart) and p.name == "removal")  # fmt: skip
    assert chart.title == "Without “Storms” the key date comes 12 days earlier at P80"
    assert "128 futures simulated again (common random numbers)" in chart.method
    assert parts(run)["removal"].rows[1][4] is None  # tables come after figures of that name


def test_over_allocation_is_flagged_by_month(run):
    """6 of 4 electricians are asked for in September, before levelling."""
    found = parts(run)
    assert found["crews"].rows[0][-2:] == (1, "over-allocated")
    over = [row for row in found["crews_by_month"].rows if row[-1] == "yes"]
    assert [(row[0], row[1]) for row in over] == [(MONTHS[1], "a/EL")]


def test_figures_show_the_time_of_the_plan_only(run):
    """July lies before the data date: it is in the file and not in the figure."""
    chart = next(p for s in compose(run).sections for p in s.walk()
                 if isinstance(p, Chart) and p.name == "spend_curve")  # fmt: skip
    days = {row["day"] for rows in chart.spec["datasets"].values() for row in rows}
    assert MONTHS[0].isoformat() not in days
    assert len(parts(run)["spend_curve"].rows) == 3


def test_schedule_csv_has_criticality(run):
    """Criticality and cruciality of each activity, empty where a run was not reviewed."""
    for reviewed, wanted in ((run, {"0.75", "0"}), (replace(run, review=None), {""})):
        body = EXPORTERS["csv"].files(compose(reviewed))["schedule.csv"].decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(body)))
        assert {row["criticality"] for row in rows} == wanted


def test_the_first_screen_gives_the_days_of_the_removal(run):
    """One number for one thing: the largest risks are those of the tornado, spread left out."""
    spread = Removal("spread", "Spread of work", "spread", 9.0, 40.0, 9.0, 1.0)
    review = replace(run.review, removals=(spread, *run.review.removals))
    found = causes_of(replace(run, review=review), ())
    assert [(c.title, c.p80_day) for c in found.largest] == [("Storms", 12.4)]
    assert found.samples == 128
    top = next(t for t in compose(run).tables() if t.name == "top_risks")
    assert [row[:2] for row in top.rows] == [("Storms", 12.4)]
    assert "the same 128 futures, without it" in top.note


def test_the_curve_without_the_largest_cause_lies_over_the_histogram(run):
    """Pre and post: its points are those of the removal, and the subtitle says what it gains."""
    first, *rest = run.review.removals
    days = tuple(900.0 + 10 * i for i in range(len(CURVE)))
    review = replace(run.review, removals=(replace(first, curve_day=days), *rest))
    chart = next(p for s in compose(replace(run, review=review)).sections for p in s.walk()
                 if isinstance(p, Chart) and p.name == "key_date")  # fmt: skip
    assert "dotted: without “Storms”, P80 12 days earlier" in chart.subtitle
    laid = [
        rows for rows in chart.spec["datasets"].values() if rows and set(rows[0]) == {"end", "sum"}
    ]
    assert [[r["sum"] for r in rows] for rows in laid] == [list(CURVE)]
    last = run.outcome.epoch + dt.timedelta(days=days[-1])
    assert laid[0][-1]["end"] == last.isoformat()


def test_without_removals_the_largest_risks_are_estimates(run):
    """By regression, and the note says so."""
    risk = RiskFact("a", "A", "driver", 7.0, 0.3, "wait")
    found = causes_of(replace(run, review=None), (risk, replace(risk, p80_day=0.2)))
    assert [(c.title, c.p80_day, c.response) for c in found.largest] == [("A", 7.0, "wait")]
    assert found.samples == 0


def test_over_allocation_is_hatched(run):
    """6 of 4 electricians: the area above the limit has the pattern that the drawing brings."""
    chart = next(p for s in compose(run).sections for p in s.walk()
                 if isinstance(p, Chart) and p.name == "crews")  # fmt: skip
    assert chart.spec is not None
    made = charts.render(chart.spec)
    (name,) = set(re.findall(r'pattern id="(\w+)"', made))
    assert f'fill="url(#{name})"' in made
    assert "hatched: over-allocated" in chart.subtitle


def test_a_run_without_review_says_so():
    """One sentence, no figure."""
    section = next(s for s in compose(results.result(samples=60)).sections if s.name == "drivers")
    assert [type(p) for p in section.walk()] == [Prose]
