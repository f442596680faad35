"""Schedules written for MS Project and P6, read back whole by MPXJ."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from planner.exchange import Calendar, Link, Schedule, Task, mspdi, read_schedule, rewritten

if TYPE_CHECKING:
    from pathlib import Path

needs_java = pytest.mark.skipif(
    shutil.which("java") is None and not os.environ.get("CI"), reason="no Java runtime here"
)
WEEK = (((420, 720), (780, 1080)),) * 5 + ((), ())
AROUND = (((0, 1440),),) * 7


def at(text: str) -> dt.datetime:
    """Return a moment."""
    return dt.datetime.fromisoformat(text)


def sample() -> Schedule:
    """Return a schedule with every feature that formats differ in."""
    a = Task(
        "n/01/A", "Pour, cure & <strip>", 3, at("2026-01-05T07:00"), at("2026-01-06T18:00"), 1200,
        "shift", percent=100, baseline=(at("2026-01-05T07:00"), at("2026-01-05T18:00")),
        baseline_min=600,
        p50=at("2026-01-07T09:30"), p80=at("2026-01-09T16:05"),
    )  # fmt: skip
    b = Task(
        "n/01/B", "=cmd|'/c calc'!A1", 3, at("2026-01-07T13:31"), at("2026-01-08T07:31"), 1080,
        "around", percent=50, not_before=at("2026-01-07T13:31"),
    )  # fmt: skip
    c = Task(
        "n/01/M", "Hall dried in 建屋", 3, at("2026-01-08T07:31"), at("2026-01-08T07:31"), 0,
        "around", is_milestone=True,
    )  # fmt: skip
    d = Task("n/01/D", "Fit out", 3, at("2026-01-09T07:00"), at("2026-01-09T18:00"), 600, "shift")
    leaves = (a, b, c, d)
    whole = (a.start, d.finish)
    summary = [
        Task(code, name, level, *whole, is_summary=True, baseline=whole)
        for level, (code, name) in enumerate((("n", "North"), ("n/01", "Hall 1")), 1)
    ]
    links = (
        Link("n/01/A", "n/01/B", "FS", 720), Link("n/01/A", "n/01/D", "SS", 2880),
        Link("n/01/B", "n/01/D", "FF"), Link("n/01/B", "n/01/M", "SF"),
    )  # fmt: skip
    off = ((dt.date(2026, 1, 1), dt.date(2026, 1, 2), ()),)
    calendars = (Calendar("shift", WEEK, off), Calendar("around", AROUND))
    return Schedule("Two <sites>", at("2026-01-08T00:00"), calendars, (*summary, *leaves), links)


def read(body: bytes, name: str, folder: Path) -> Schedule:
    """Return what MPXJ reads of a file."""
    path = folder / name
    path.write_bytes(body)
    return read_schedule(path)


def test_the_same_schedule_gives_the_same_bytes() -> None:
    """Nothing in the file depends on a clock."""
    assert mspdi(sample()) == mspdi(sample())


@needs_java
def test_ms_project_reads_back_to_the_minute(tmp_path: Path) -> None:
    """Names, outline, dates, work, calendars, progress, baselines and links survive."""
    wrote, found = sample(), read(mspdi(sample()), "a.xml", tmp_path)
    assert (found.title, found.data_date) == (wrote.title, wrote.data_date)
    for old, new in zip(wrote.tasks, found.tasks, strict=True):
        assert (new.code, new.name, new.level) == (old.code, old.name, old.level)
        assert (new.start, new.finish, new.percent) == (old.start, old.finish, old.percent)
        assert (new.is_milestone, new.is_summary) == (old.is_milestone, old.is_summary)
        assert new.baseline == old.baseline
        assert (new.p50, new.p80) == (old.p50, old.p80)
        if not old.is_summary:
            assert (new.work_min, new.calendar) == (old.work_min, old.calendar)
    assert sorted(found.links, key=str) == sorted(wrote.links, key=str)
    assert {c.name: c.week for c in found.calendars} == {c.name: c.week for c in wrote.calendars}
    assert found.calendars[0].exceptions == wrote.calendars[0].exceptions


@needs_java
@pytest.mark.parametrize("form", ["pmxml", "xer"])
def test_primavera_reads_back_with_the_losses_that_docs_list(form: str, tmp_path: Path) -> None:
    """Activities, dates, milestones, progress, links and calendars survive; summaries are WBS."""
    wrote = sample()
    found = read(rewritten(wrote, form), f"a.{form}", tmp_path)
    old = {t.name: t for t in wrote.tasks if not t.is_summary}
    new = {t.name: t for t in found.tasks if not t.is_summary}
    assert new.keys() == old.keys()
    for name, task in old.items():
        assert (new[name].start, new[name].finish) == (task.start, task.finish)
        assert new[name].is_milestone == task.is_milestone
        assert new[name].percent == task.percent
        assert (new[name].p50, new[name].p80) == (task.p50, task.p80)
    assert sorted((x.kind, x.lag_min) for x in found.links) == sorted(
        (x.kind, x.lag_min) for x in wrote.links
    )
    assert {c.week for c in wrote.calendars} <= {c.week for c in found.calendars}


@needs_java
@pytest.mark.parametrize("name", ["n/01/A", "n/01/D"])
def test_pmxml_has_the_baseline_as_a_project_of_its_own(name: str, tmp_path: Path) -> None:
    """Whichever the one activity is that has a baseline: it gets its own dates back."""
    dates = (at("2026-01-02T07:00"), at("2026-01-03T18:00"))
    tasks = [
        task if task.is_summary
        else replace(task, baseline=dates if task.code == name else None, baseline_min=1200)
        for task in sample().tasks
    ]  # fmt: skip
    body = rewritten(replace(sample(), tasks=tuple(tasks)), "pmxml")
    (kept,) = (e for e in ET.fromstring(body) if e.tag.endswith("BaselineProject"))
    (one,) = (e for e in kept if e.tag.endswith("}Activity"))
    titles = {task.code: task.name for task in tasks}
    assert [e.text for e in one if e.tag.endswith("}Name")] == [titles[name]]
    found = {t.code: t for t in read(body, "a.pmxml", tmp_path).tasks}
    assert (found[name].baseline, found[name].baseline_min) == (dates, 1200)


@needs_java
@pytest.mark.parametrize("form", ["pmxml", "xer"])
def test_primavera_files_do_not_hang_on_the_clock(form: str) -> None:
    """The same schedule, the same bytes: the day of an export is its data date."""
    body = rewritten(sample(), form)
    assert body == rewritten(sample(), form)
    assert dt.datetime.now(tz=dt.UTC).date().isoformat().encode() not in body


@needs_java
@pytest.mark.parametrize("sites", [1, 2])
def test_an_xer_has_one_project_whatever_the_sites(sites: int, tmp_path: Path) -> None:
    """P6 wants one root of the work breakdown: it has the title, its brackets apart."""
    one = sample()
    tasks = [
        replace(task, code=task.code.replace("n", name, 1))
        for name in ("n", "m")[:sites] for task in one.tasks
    ]  # fmt: skip
    body = rewritten(replace(one, title="Two [sites] | 2027", tasks=tuple(tasks)), "xer")
    rows = [line.split("\t") for line in body.decode().splitlines()]
    heads = {row[1]: rows[n + 1] for n, row in enumerate(rows) if row[0] == "%T"}
    column = heads["PROJWBS"].index("proj_node_flag")
    nodes = [row for row in rows if row[0] == "%R" and len(row) > column and row[column] == "Y"
             and row[heads["PROJWBS"].index("wbs_name")].startswith("Two")]  # fmt: skip
    assert len(nodes) == 1
    found = read(body, "a.xer", tmp_path)
    assert found.title == "Two sites 2027"
    assert [t.name for t in found.tasks if t.level == 1] == [found.title]
    assert sum(t.level == 2 for t in found.tasks) == sites


@needs_java
@pytest.mark.parametrize("form", ["pmxml", "xer"])
def test_a_project_is_told_apart_by_an_id_that_p6_takes(form: str) -> None:
    """At most twenty letters, digits and hyphens, and not the same one for every portfolio."""
    body = rewritten(replace(sample(), title="Øst & Vest | 2027 (draft)"), form).decode()
    assert "st-Vest-2027-draft" in body


@needs_java
def test_a_file_that_is_no_schedule_is_refused_in_words(tmp_path: Path) -> None:
    """Unknown content is an error that names the file."""
    from planner.errors import OutputError

    with pytest.raises(OutputError, match=r"a\.xer"):
        read(b"not a schedule", "a.xer", tmp_path)
