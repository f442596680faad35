"""Progress of another tool as actuals: matched by our name or a title, with what remains."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from planner import specs
from planner.errors import SpecError
from planner.exchange import Schedule, actuals_yaml, mspdi, rewritten
from tests.unit.exchange.test_round_trips import needs_java, read, sample

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = {"n/01/A": "Pour", "n/01/X9": "=cmd|'/c calc'!A1", "n/01/D": "Fit out", "n/02/D": "Fit out"}


def made(schedule: Schedule, **more: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the actuals of a schedule as PyYAML reads them, and what was not matched."""
    more = {"name": "november", "file": "theirs.xer", "known": KNOWN} | more
    text, unmatched = actuals_yaml(schedule, **more)
    return yaml.safe_load(text), unmatched


def test_what_began_is_reported_by_our_names() -> None:
    """A by its stable name, B by its unique title: half of 1,080 minutes are 0.375 days of 24 h."""
    found, unmatched = made(sample())
    assert found["data_date"] == dt.date(2026, 1, 8)
    assert found["activities"] == {
        "n/01/A": {"started": dt.date(2026, 1, 5), "finished": dt.date(2026, 1, 6)},
        "n/01/X9": {"started": dt.date(2026, 1, 7), "percent": "50 %"},
    }
    assert unmatched == ()


def test_what_remains_is_in_days_of_the_activity_s_own_calendar() -> None:
    """720 minutes of a calendar round the clock are half a day."""
    old = sample()
    tasks = [dataclasses.replace(t, remaining_min=720) if t.percent == 50 else t for t in old.tasks]
    found, _ = made(dataclasses.replace(old, tasks=tuple(tasks)))
    assert found["activities"]["n/01/X9"]["remaining"] == "0.5 wd"


def test_progress_of_no_activity_of_ours_is_named() -> None:
    """It is left out of the rows, and said."""
    found, unmatched = made(sample(), known={"n/01/A": "Pour"})
    assert list(found["activities"]) == ["n/01/A"]
    assert unmatched == ("n/01/B",)


def test_a_title_that_is_not_unique_matches_nothing() -> None:
    """Two of ours are called so: which one is meant cannot be known."""
    twice = {"n/01/X9": "=cmd|'/c calc'!A1", "n/02/X9": "=cmd|'/c calc'!A1"}
    assert made(sample(), known=twice)[1] == ("n/01/A", "n/01/B")


def test_a_date_on_the_data_date_or_later_is_refused() -> None:
    """Nothing can have happened yet: each activity that says so is named."""
    with pytest.raises(SpecError, match=r"n/01/B has a date on 2026-01-07 or later"):
        made(sample(), data_date=dt.date(2026, 1, 7))


def test_a_schedule_without_a_status_date_asks_for_one() -> None:
    """The help names the option."""
    with pytest.raises(SpecError, match="--data-date"):
        made(dataclasses.replace(sample(), data_date=None))


def test_the_file_is_valid_as_it_stands(tmp_path: Path) -> None:
    """The checks of specs find nothing."""
    text, _ = actuals_yaml(sample(), name="=x: y", file="a\nb.xer", known=KNOWN)
    path = tmp_path / "actuals.yaml"
    path.write_text(text, encoding="utf-8")
    assert [f for f in specs.check_file(path) if f.severity == "error"] == []


@needs_java
@pytest.mark.slow
@pytest.mark.parametrize("form", ["xml", "pmxml", "xer"])
def test_progress_survives_the_round_trip(form: str, tmp_path: Path) -> None:
    """What we export and MPXJ reads back gives the same rows in all three formats."""
    body = mspdi(sample()) if form == "xml" else rewritten(sample(), form)
    known = KNOWN | {"n/01/B": "B"}
    found, unmatched = made(read(body, f"a.{form}", tmp_path), known=known)
    rows = found["activities"]
    assert rows["n/01/A"] == {"started": dt.date(2026, 1, 5), "finished": dt.date(2026, 1, 6)}
    assert rows["n/01/B"] == {"started": dt.date(2026, 1, 7), "remaining": "0.375 wd"}
    assert unmatched == ()
