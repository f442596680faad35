"""A schedule of another tool as a build mode: valid at once, its logic and durations kept."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from planner import specs
from planner.errors import SpecError
from planner.exchange import Link, Schedule, mode_yaml
from tests.unit.exchange.test_round_trips import sample

if TYPE_CHECKING:
    from pathlib import Path


def written(schedule: Schedule, spread: tuple[float, float] | None = (0.8, 1.5)) -> str:
    """Return the mode of a schedule, likened to a tent."""
    catalog = specs.load("first-light").catalog
    return mode_yaml(
        schedule, name="shell", like=catalog.modes["tent"], like_name="tent", file="theirs.xer",
        calendars=catalog.calendars, spread=spread,
    )  # fmt: skip


def test_the_mode_is_valid_as_it_stands(tmp_path: Path) -> None:
    """What is written needs no edit before it is read, whatever the activities are called."""
    path = tmp_path / "shell.yaml"
    path.write_text(written(sample()), encoding="utf-8")
    assert [f for f in specs.check_file(path) if f.severity == "error"] == []


def test_durations_calendars_and_relations_are_those_of_the_schedule() -> None:
    """1,200 minutes are 2.5 days of the nearest calendar, 5x8; kinds and elapsed lags are kept."""
    text = written(sample())
    assert "duration: {low: 2 wd, likely: 2.5 wd, high: 3.75 wd}" in text
    assert 'calendar: "6x10"' in text or 'calendar: "5x8"' in text
    assert 'calendar: "24x7"' in text
    assert "after: [release]" in text
    assert "A FS+0.5d" in text
    assert "A SS+2d" in text
    assert "B FF" in text
    assert "B SF" in text
    assert "\"=cmd|'/c calc'!A1\"" in text


def test_a_negative_lag_is_refused_with_the_fix() -> None:
    """An overlap is stated as start-to-start here."""
    old = sample()
    links = (*old.links, Link("n/01/A", "n/01/D", "FS", -600))
    with pytest.raises(SpecError, match="negative lag"):
        written(dataclasses.replace(old, links=links))


def test_a_relation_of_a_summary_moves_to_its_activities() -> None:
    """What follows a whole hall follows the last of its activities."""
    old = sample()
    later = dataclasses.replace(old.tasks[-1], code="n/02/Z", name="Next", level=2)
    grown = dataclasses.replace(
        old, tasks=(*old.tasks, later), links=(*old.links, Link("n/01", "n/02/Z"))
    )
    assert "after: [D]" in written(grown)


def test_an_empty_schedule_is_refused() -> None:
    """There is nothing to build."""
    with pytest.raises(SpecError, match="no activities"):
        written(dataclasses.replace(sample(), tasks=(), links=()))
