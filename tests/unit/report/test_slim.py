"""The drawings made small: the same path, the same spoken values, and no name that breaks them."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report import charts, slim

FRAME = charts.Frame(dt.date(2025, 1, 1), dt.date(2027, 1, 1), 300, 100)
DAYS = (dt.date(2025, 2, 1), dt.date(2026, 2, 1))
HOSTILE = ("a\\\"b", "a\\'b", "a\\", "x\ny", "\u2028x", "\x00x", "\ud800", "${x}", "a.b[0]",
           "<img src=x onerror=1>", "=cmd", "x" * 200, "æ漢字ع")  # fmt: skip


def _lines(name: str, **titles: str) -> str:
    series = charts.Series(name, charts.BLUE, DAYS, np.array([1.0, 2.0]), said=(name, name),
                           low=np.array([0.5, 1.0]), high=np.array([2.0, 3.0]))  # fmt: skip
    return charts.render(charts.finished(charts.lines(FRAME, [series], **titles)))


def _points(path: str) -> list[tuple[float, float]]:
    """Return the corners of a path of M, L, H, V and Z, an independent reading of the grammar."""
    made: list[tuple[float, float]] = []
    for kind, rest in re.findall(r"([MLHVZ])([^MLHVZ]*)", path):
        if kind in "ML":
            x, y = rest.split(",")
            made.append((float(x), float(y)))
        elif kind == "H":
            made.append((float(rest), made[-1][1]))
        elif kind == "V":
            made.append((made[-1][0], float(rest)))
    return made


COORDINATES = st.tuples(st.integers(-9, 9), st.integers(-9, 9))


@given(st.lists(COORDINATES, min_size=2, max_size=12))
def test_a_straightened_path_covers_the_same_points(points: list[tuple[int, int]]) -> None:
    """Every corner left out lies on a stretch that stays, in order; the ends stay."""
    path = "M" + "L".join(f"{x},{y}" for x, y in points)
    kept = _points(slim.straightened(path))
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    at = 0
    for x, y in points:
        while at < len(kept) - 1 and not _between(kept[at], kept[at + 1], (x, y)):
            at += 1
        assert (x, y) in (kept[at], kept[-1]) or _between(kept[at], kept[at + 1], (x, y))


def _between(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> bool:
    if p in (a, b):
        return True
    on_axis = (a[0] == b[0] == p[0]) or (a[1] == b[1] == p[1])
    return on_axis and min(a, b) <= p <= max(a, b)


def test_a_path_that_turns_back_keeps_its_spike() -> None:
    """Collinear is not enough: the far end of a spike is a corner."""
    assert slim.straightened("M0,0L5,0L2,0") == "M0,0H5H2"
    assert slim.straightened("M0,0L2,0L5,0L5,3Z") == "M0,0H5V3Z"
    assert slim.straightened("M-0.04,1.26L2.50,1.26") == "M0,1.3H2.5"


def test_marks_keep_their_values_and_text_is_read() -> None:
    """Both points are labelled images; lines are hidden from readers; the label is plain text."""
    root = ET.fromstring(_lines("firm power"))
    every = list(root.iter())
    spoken = [e.get("aria-label") for e in every if e.get("role") == "img"]
    assert spoken == ["firm power", "firm power"]
    hidden = {e.get("class", "").split()[0] for e in every if e.get("aria-hidden")}
    assert {"mark-line", "mark-area"} <= hidden
    assert "mark-text" not in hidden
    assert "firm power" in "".join(root.itertext())


def test_an_attribute_at_its_default_goes_and_no_other() -> None:
    """Opacity 1 is left out, opacity 0.22 stays."""
    made = slim.slim('<svg><path opacity="1"/><path opacity="0.22" fill-opacity="1"/></svg>')
    assert made == '<svg><path/><path opacity="0.22" fill-opacity="1"/></svg>'


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_can_be_a_title(name: str) -> None:
    """Backslashes with quotes, line ends, zero bytes and markup in titles, axes and labels."""
    drawn = _lines(name, title=name, axis_title=name)
    texts = "".join(ET.fromstring(drawn).itertext())
    cleaned = re.sub("[\x00\ud800]", "\ufffd", name).replace("\n", "").replace("\u2028", "")
    assert cleaned[:12] in texts.replace("\n", "").replace(" x", "x")
