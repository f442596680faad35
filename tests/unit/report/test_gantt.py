"""The Gantt as rows and as data for the page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re

import pytest

from planner.domain.actuals import Actuals
from planner.domain.baseline import Baseline
from planner.domain.parent import Parent
from planner.report import gantt_svg
from planner.report.document import Bar, Gantt, GanttLink
from planner.report.facts import gather
from planner.report.facts.spread import Dates
from planner.report.gantt import data, ink, page
from planner.report.gantt.axis import joined
from planner.report.sections.gantt_rows import OPEN_ROWS, gantt
from tests import results

BAD = "</script><img onerror=x>&\u2028\u2029\"'"


@pytest.fixture(scope="module")
def made() -> Gantt:
    return gantt(gather(results.result(samples=60)))


def test_it_opens_at_groups_with_the_driving_path(made: Gantt) -> None:
    """No hall shows but those on the path, and no more rows than the page has room for."""
    shown = {r.key for r in made.shown()}
    assert len(shown) <= OPEN_ROWS
    assert {"north", "north/tents", "south/halls"} <= shown
    assert "north/tents/01" not in shown
    assert "south/halls/02/T01" in shown


def test_every_row_lies_below_one_before_it(made: Gantt) -> None:
    """Outline order: the row above comes earlier, one level up."""
    depth: dict[str, int] = {}
    for row in made.rows:
        assert row.depth == (depth[row.parent] + 1 if row.parent else 0)
        depth[row.key] = row.depth


def test_slip_is_forecast_less_baseline(made: Gantt) -> None:
    """Of an activity the deterministic finish; of a target the date it is due."""
    titles = [c.title for c in made.columns]
    at = {t: i for i, t in enumerate(titles)}
    row = next(r for r in made.rows if r.key == "south/halls/02/T01")
    base = next(b for b in row.bars if b.kind == "base")
    p50, slip = row.cells[at["P50"]], row.cells[at["Slip d"]]
    assert p50 is not None
    assert slip == p50 - base.end
    target = next(r for r in made.rows if any(m.kind == "target" for m in r.marks))
    assert target.cells[at["Slip d"]] == target.cells[at["P50"]] - target.marks[0].day


def test_options_not_taken_are_marked(made: Gantt) -> None:
    """They are there, rejected, and never among the rows that show."""
    rejected = [r for r in made.rows if r.is_rejected]
    assert rejected
    assert not any(r.is_rejected for r in made.shown())
    assert {b.kind for r in rejected for b in r.bars} == {"rejected"}


def test_data_cannot_end_its_element(made: Gantt) -> None:
    """The five characters are escapes in the page, and themselves again once read."""
    rows = (dataclasses.replace(made.rows[0], name=BAD), *made.rows[1:])
    text = data.embedded(dataclasses.replace(made, rows=rows))
    assert not set("<>&\u2028\u2029") & set(text)
    assert BAD in json.loads(text)["texts"]


def test_data_says_what_the_rows_say(made: Gantt) -> None:
    """Keys come back from their tails, links join the rows that they name."""
    link = GanttLink("south/halls/02/T01", "south/halls/02/T02", "SS", 9.0, is_driver=True)
    read = data.as_data(dataclasses.replace(made, links=(link,)))
    keys: list[str] = []
    for above, _, tail, *_ in read["rows"]:
        name = read["texts"][tail]
        keys.append(name[1:] if name.startswith("/") else f"{keys[above]}/{name}")
    assert keys == [r.key for r in made.rows]
    before, after, sort, drives = read["links"]
    assert (keys[before], keys[after], drives) == (link.predecessor, link.successor, 1)
    assert read["sorts"][sort] == ("SS", 9)


def test_a_row_of_the_data_is_short(made: Gantt) -> None:
    """A thousand rows stay below a quarter of a megabyte."""
    assert len(data.embedded(made)) / len(made.rows) < 250


def test_the_figure_has_a_drawing_for_want_of_script(made: Gantt) -> None:
    """Window, data, legend and the static drawing, each once."""
    body = page.figure(made)
    for part in ('class="gview"', 'type="application/json"', "gstill", "driving path</span>"):
        assert body.count(part) == 1
    assert body.count("South campus") >= 2


def test_gpus_that_replace_others_are_no_slip() -> None:
    """A hall is held against the hand-over that its forecast is of, whatever follows in it."""
    facts = gather(results.result(samples=60))
    at = [c.title for c in gantt(facts).columns].index("Slip d")
    slips = {r.key: r.cells[at] for r in gantt(facts).rows if r.depth < 3}
    later = dt.timedelta(days=1500)
    row = next(r for r in facts.schedule if r.hall == "south/halls/02" and r.finish and r.start)
    basis = ("start", "finish", "start_p50", "finish_p10", "finish_p50", "finish_p80", "finish_p90")
    moved = {name: getattr(row, name) + later for name in basis}
    refill = dataclasses.replace(row, activity=f"{row.activity}/refill", **moved)
    more = dataclasses.replace(facts, schedule=(*facts.schedule, refill))
    assert {r.key: r.cells[at] for r in gantt(more).rows if r.depth < 3} == slips


def test_the_run_before_is_a_second_baseline() -> None:
    """Dashed beneath the first, with a column of its own; without a run before, neither."""
    result = results.result(samples=60)
    assert not any(b.kind == "earlier" for r in gantt(gather(result)).rows for b in r.bars)
    name = "south/halls/02/T01"
    row = next(r for r in gather(result).schedule if r.activity == name)
    assert row.start_p50
    assert row.finish_p50
    days = dt.timedelta(days=9)
    before = Baseline("last month", {name: row.start_p50 - days}, {name: row.finish_p50 - days})
    parent = Parent("last month", dates={}, schedule=before)
    made = gantt(gather(dataclasses.replace(result, parent=parent)))
    found = next(r for r in made.rows if r.key == name)
    assert [b.kind for b in found.bars[:2]] == ["base", "earlier"]
    at = [c.title for c in made.columns].index("Since d")
    assert found.cells[at] == 9
    assert len(found.cells) == len(made.columns)
    assert "last month" in made.earlier
    assert "last month" in page.figure(made)


def test_a_run_that_is_both_baselines_is_drawn_once() -> None:
    """The run named as baseline and as parent gives one thin bar."""
    same = Baseline("contract")
    parent = Parent("contract", dates={}, schedule=same)
    result = dataclasses.replace(results.result(samples=60), baseline=same, parent=parent)
    assert not gantt(gather(result)).earlier


def test_a_date_that_never_comes_has_no_mark(made: Gantt) -> None:
    """Its target stands alone: a mark at the end of the axis would claim a date."""
    facts = gather(results.result(samples=60))
    never = Dates(p10=None, p50=None, p80=None, p90=None, reached=0.0, error_day=float("nan"))
    target = dataclasses.replace(facts.targets[0], spread=never, chance=0.0)
    rows = gantt(dataclasses.replace(facts, targets=(target,))).rows
    marks = next(r for r in rows if r.key == "dates/0").marks
    assert [m.kind for m in marks] == ["target"]


def test_stretches_that_touch_are_one() -> None:
    """A day apart is together, two are not; the last of a run that holds another ends it."""
    bars = [Bar("driving", *span, "") for span in ((5, 9), (0, 2), (3, 4), (11, 30), (12, 13))]
    assert [(b.start, b.end) for b in joined(bars)] == [(0, 9), (11, 30)]


def test_modes_are_told_apart_by_pattern(made: Gantt) -> None:
    """Each build mode of the halls has its own, in the drawing too; the first is plain."""
    assert set(made.modes) == {"tent", "concrete"}
    patterns = {ink.pattern_of(made, m) for m in made.modes}
    assert patterns == {0, 1}
    assert 'fill="url(#g-m1)"' in gantt_svg.draw(made, depth=gantt_svg.HALLS)
    for number in range(1, len(ink.MODES)):
        assert f'id="g-m{number}"' in ink.patterns()


def test_what_was_reported_fills_the_bar() -> None:
    """A quarter done is a quarter of the bar, wherever the data date lies; else the data date."""
    facts = gather(results.result(samples=60))
    name = "south/halls/02/T01"
    said = Actuals.model_validate({
        "actuals": "july", "data_date": results.DATA_DATE,
        "activities": {name: {"started": "2025-07-01", "percent": "25 %"}},
    })  # fmt: skip
    portfolio = dataclasses.replace(facts.result.portfolio, actuals=said)
    result = dataclasses.replace(facts.result, portfolio=portfolio)
    made = gantt(dataclasses.replace(facts, result=result))
    assert {r.key: r.done for r in made.rows if r.done is not None} == {name: 0.25}
    rows = data.as_data(made)["rows"]
    at = [r.key for r in made.rows].index(name)
    assert rows[at][-1] == 0.25
    assert len(rows[at]) == len(rows[at - 1]) + 1
    row = next(r for r in made.rows if r.key == name)
    bar = next(b for b in row.bars if b.kind == "build")
    drawn = gantt_svg.draw(made, depth=3)
    (body,) = re.findall(
        f'<g class="row"[^>]*>(?:(?!</g><g class="row").)*?{name}\\)(.*?)\n', drawn
    )
    whole, done = (float(re.search(f'class="{k}"[^>]* width="([0-9.]+)"', body)[1])
                   for k in ("build", "done"))  # fmt: skip
    assert bar.end > bar.start
    assert done == pytest.approx(max(1.5, whole / 4), abs=0.11)


def test_what_is_over_has_no_float() -> None:
    """An activity done by the data date cannot slip: no tail, no number, none in its hall's."""
    facts = gather(results.result(samples=60))
    name, day = "south/halls/02/T01", results.DATA_DATE - dt.timedelta(days=1)
    over = dict.fromkeys(("finish", "finish_p10", "finish_p50", "finish_p80", "finish_p90"), day)
    rows = [dataclasses.replace(r, total_float_day=50.0, **(over if r.activity == name else {}))
            for r in facts.schedule]  # fmt: skip
    made = gantt(dataclasses.replace(facts, schedule=tuple(rows)))
    at = [c.title for c in made.columns].index("TF d")
    found = {r.key: r for r in made.rows}
    assert found[name].cells[at] is None
    assert not any(b.kind == "float" for b in found[name].bars)
    assert found["south/halls/02/T02"].cells[at] == 50
    assert found["south/halls/02"].cells[at] == 50
