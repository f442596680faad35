"""A plan with actuals as a schedule: what happened stands, with its calendar and its logic."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from planner import simulate, specs
from planner.exchange import actuals_yaml, schedule_of
from planner.network import build_tables, compile_network
from planner.study.reported import as_reported

if TYPE_CHECKING:
    from planner.exchange import Schedule, Task

ROOT: Final = Path(__file__).parents[3]
DATA_DATE: Final = dt.date(2026, 6, 15)
TOLD: Final = """\
actuals: june
data_date: 2026-06-15
activities:
  lakeside/S08: {started: 2026-01-05, finished: 2026-03-20}
  lakeside/S09: {started: 2026-02-16, percent: 40 %}
  lakeside/S12: {started: 2026-05-01}
"""


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Schedule, Schedule]:
    """The sample's plan with actuals, as a schedule, and the same with nothing reported."""
    file = tmp_path_factory.mktemp("actuals") / "june.yaml"
    file.write_text(TOLD, "utf-8")
    place = ROOT / "sites" / "scenarios" / "first-light.yaml"
    told = specs.load(place, actuals=file)
    plan = specs.read_plan(ROOT / "reports" / "sample" / "plan.yaml", specs.load(place))
    now = compile_network(told, plan)
    before = compile_network(told.replace(actuals=None), plan)
    future, past = (simulate.run(n, seed=1, samples=10, workers=1) for n in (now, before))
    future = as_reported(told, now, build_tables(told), future)
    return (
        schedule_of(now, future, title="t", data_date=DATA_DATE, planned=before),
        schedule_of(before, past, title="t", data_date=DATA_DATE),
    )


def tasks(schedule: Schedule) -> dict[str, Task]:
    return {t.code: t for t in schedule.tasks if not t.is_summary}


def test_what_is_finished_keeps_its_calendar_and_its_shifts(
    reported: tuple[Schedule, Schedule],
) -> None:
    """From the first working minute of its first day to the last of its last: 6 days of 10 hours.

    5 January to 20 March 2026 has 65 working days but Sundays (and no closure): 39,000 minutes.
    """
    done = tasks(reported[0])["lakeside/S08"]
    assert (done.start, done.finish) == (moment("2026-01-05T07:00"), moment("2026-03-20T17:00"))
    assert (done.calendar, done.work_min, done.percent) == ("6x10", 39_000, 100)
    assert not done.is_milestone


def test_what_is_under_way_began_when_it_did(reported: tuple[Schedule, Schedule]) -> None:
    """Some of it is done and its finish is ahead."""
    found = tasks(reported[0])
    for name, day in (("S09", "2026-02-16"), ("S12", "2026-05-01")):
        task = found[f"lakeside/{name}"]
        assert task.start.date() == dt.date.fromisoformat(day)
        assert 0 < task.percent < 100
        assert task.finish.date() > DATA_DATE


def test_nothing_else_has_happened(reported: tuple[Schedule, Schedule]) -> None:
    """What is not reported starts on the data date or later, and has no progress."""
    known = {"lakeside/S08", "lakeside/S09", "lakeside/S12"}
    old = {t.code for t in tasks(reported[0]).values() if t.finish.date() < dt.date(2026, 1, 1)}
    for code, task in tasks(reported[0]).items():
        if code not in known | old:
            assert task.start.date() >= DATA_DATE, code
            assert task.percent == 0, code


def test_no_link_is_lost_to_what_happened(reported: tuple[Schedule, Schedule]) -> None:
    """The engine forgets what led to a finished activity; the schedule does not."""
    assert set(reported[0].links) == set(reported[1].links)
    assert any(link.successor == "lakeside/S08" for link in reported[0].links)


def test_it_comes_back_as_the_actuals_that_it_was_made_of(
    reported: tuple[Schedule, Schedule],
) -> None:
    """The dates of a report survive the way to another tool and back."""
    known = {code: task.name for code, task in tasks(reported[0]).items()}
    text, unmatched = actuals_yaml(reported[0], name="june", file="june.xml", known=known)
    rows = yaml.safe_load(text)["activities"]
    said = yaml.safe_load(TOLD)["activities"]
    assert unmatched == ()
    assert {name: rows[name]["started"] for name in said} == {
        name: row["started"] for name, row in said.items()
    }
    assert rows["lakeside/S08"]["finished"] == said["lakeside/S08"]["finished"]
