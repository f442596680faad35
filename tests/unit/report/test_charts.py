"""Figures: labels apart, themes, and the words a hover says."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from planner.report import charts
from planner.report.cells import plain, shown


def test_labels_move_apart_and_stay_inside() -> None:
    """Equal ends get places a gap apart, none below the axis or above the top."""
    places = charts.moved_apart([0.0, 0.0, 5.0], 2.0, 10.0)
    ordered = sorted(places)
    assert ordered[0] >= 0
    assert ordered[-1] <= 10
    assert min(np.diff(ordered)) >= 2.0


def test_labels_that_fit_stay_where_they_are() -> None:
    """A label that collides with none marks its line's end exactly."""
    assert charts.moved_apart([1.0, 5.0, 9.0], 2.0, 10.0) == [1.0, 5.0, 9.0]


@pytest.mark.slow
def test_a_figure_is_the_same_bytes_twice_and_says_its_values() -> None:
    """The SVG is static, in the page's ink, and carries what a hover says, escaped."""
    days = [dt.date(2026, 1, 1), dt.date(2027, 1, 1)]
    line = charts.Series("a", charts.BLUE, days, np.array([1.0, 2.0]), said=("<b>", "two"))
    frame = charts.Frame(days[0], days[1], 200, 100)
    one, two = (charts.render(charts.finished(charts.lines(frame, [line]))) for _ in range(2))
    assert one == two
    assert "currentColor" in one
    assert "&lt;b&gt;" in one
    assert "<b>" not in one


def test_cells_of_files_are_plain_and_of_pages_are_words() -> None:
    """A file keeps the number, the page shows it with its unit, the unknown is empty or a dash."""
    assert plain(1234.5) == "1234.5"
    assert shown(1234.5, "mw").replace("\u00a0", " ") == "1.23 GW"
    assert plain(float("nan")) == ""
    assert shown(float("nan"), "mw") == "–"
    assert plain(dt.date(2026, 1, 2)) == shown(dt.date(2026, 1, 2), "date") == "2026-01-02"
