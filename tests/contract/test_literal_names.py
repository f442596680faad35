"""Names are data: whatever characters they hold, every exporter shows them and runs none."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest

from planner.exchange import Calendar, Link, Schedule, Task, mspdi, read_schedule, rewritten
from planner.report import FORMATS, compose, rendered
from tests import results
from tests.unit.exchange.test_round_trips import needs_java

if TYPE_CHECKING:
    from pathlib import Path

    from planner.report.document import Document

NAMES = {
    "wide": "＝cmd|'/c calc'!A1",
    "formula": "=cmd|'/c calc'!A1",
    "markup": "<img src=x onerror=alert(1)></script>\"'c`d\\e",
    "ends": "]]>--><!--{{x}}${y}{%z%}%s&lt;\\u0041 \u05d0\u05d1\u200f(\u05d2) a\u200bb [x](y) |z|",
    "odd": ("æ漢字ع🏗 one\u2028two\u2029three " + "x" * 200)[:200],
}
"""Names that some format gives a meaning of its own, by what they attack."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝")
"""First characters that make a spreadsheet compute a cell."""
UNTRUSTED = {"onerror", "onload"}


class _Tags(HTMLParser):
    """Tags and attributes as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: set[str] = set()
        self.sources: list[str | None] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        if tag == "img":
            self.sources += [value for name, value in attrs if name == "src"]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module", params=list(NAMES))
def named(request: pytest.FixtureRequest) -> tuple[str, Document]:
    name = NAMES[request.param]
    return name, compose(results.result(team=name, tent=name[:199] + "t", samples=20))


def _all(document: Document, form: str) -> dict[str, bytes]:
    files = dict(rendered(document, form))
    assert files
    return files


@pytest.mark.slow
def test_html_holds_no_tag_of_a_name(named: tuple[str, Document]) -> None:
    """The page's own tags are all there is, and the name begins in its text as it was written."""
    name, document = named
    page = _Tags()
    page.feed(_all(document, "html")["report.html"].decode())
    assert not page.attributes & UNTRUSTED
    assert "x" not in page.sources
    assert name[:12] in "".join(page.text)


@pytest.mark.slow
def test_no_cell_of_csv_is_a_formula(named: tuple[str, Document]) -> None:
    """A cell that is no number begins with none of the characters that a spreadsheet computes."""
    name, document = named
    cells = [
        cell
        for body in _all(document, "csv").values()
        for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
        for cell in row
    ]
    assert name in [cell.removeprefix("'") for cell in cells]
    for cell in cells:
        assert not cell.startswith(FORMULA) or re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", cell), cell


@pytest.mark.slow
def test_no_cell_of_the_workbook_is_a_formula_of_a_name(named: tuple[str, Document]) -> None:
    """The name is a text cell, and no formula holds it."""
    name, document = named
    body = next(iter(_all(document, "xlsx").values()))
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    texts = {cell.value for cell in cells if cell.data_type in {"s", "inlineStr", "str"}}
    assert name in texts
    assert not [c for c in cells if c.data_type == "f" and name in str(c.value)]


@pytest.mark.slow
def test_json_and_parquet_give_the_name_back(named: tuple[str, Document]) -> None:
    """What reads them gets the name to the last character."""
    name, document = named
    body = json.loads(next(iter(_all(document, "json").values())))
    text = json.dumps(body, ensure_ascii=False)
    assert json.dumps(name, ensure_ascii=False)[1:-1] in text
    found: set[object] = set()
    for raw in _all(document, "parquet").values():
        table = pl.read_parquet(io.BytesIO(raw))
        for column in table.get_columns():
            if column.dtype == pl.String:
                found |= set(column)
    assert name in found


@pytest.mark.slow
def test_pictures_are_xml_without_a_tag_of_a_name(named: tuple[str, Document]) -> None:
    """Every figure parses, and holds no element or handler that a name brought."""
    _, document = named
    for body in _all(document, "svg").values():
        for element in ET.fromstring(body.decode()).iter():
            assert element.tag.rpartition("}")[2] not in {"img", "script"}
            assert not UNTRUSTED & set(element.attrib)


@pytest.mark.slow
def test_markdown_has_no_tag_and_keeps_its_tables(named: tuple[str, Document]) -> None:
    """A name opens no tag, and no row of a table has more cells than its head."""
    _, document = named
    text = next(iter(_all(document, "md").values())).decode()
    assert not re.search(r"(?<!\\)<(img|/?script)", text)
    width = 0
    for line in text.split("\n"):
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        width = width or cells
        assert cells == width, line[:300]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_rendered(named: tuple[str, Document], form: str) -> None:
    """No name stops an exporter, and each of its files holds something."""
    _, document = named
    assert all(_all(document, form).values())


def scheduled(name: str) -> Schedule:
    """Return a schedule whose portfolio, hall, activity, calendar and note all have a name."""
    day = dt.datetime(2027, 3, 1, 8)  # noqa: DTZ001 - schedules hold local times
    end = day + dt.timedelta(hours=2)
    whole = Task("n", name, 1, day, end, is_summary=True)
    one = Task("n/a", name, 2, day, end, 120, name, notes=name)
    two = Task("n/b", "after", 2, day, end, 120, name)
    calendar = Calendar(name, (((0, 1440),),) * 7)
    return Schedule(name, day, (calendar,), (whole, one, two), (Link("n/a", "n/b"),))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("form", ["xml", pytest.param("pmxml", marks=needs_java)])
def test_schedules_in_xml_hold_the_name_and_no_element_of_it(form: str, name: str) -> None:
    """Any reader of XML gets the name to the last character."""
    made = mspdi(scheduled(name)) if form == "xml" else rewritten(scheduled(name), form)
    root = ET.fromstring(made.decode())
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    names = [e.text for e in root.iter() if e.tag.rpartition("}")[2] == "Name"]
    assert names.count(name) >= 3
    assert not {"img", "script"} & tags


@needs_java
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_an_xer_has_the_name_in_one_field(name: str, tmp_path: Path) -> None:
    """No name ends a field or a row: every row has the fields of its table, and MPXJ agrees."""
    path = tmp_path / "a.xer"
    path.write_bytes(rewritten(scheduled(name), "xer"))
    width = 0
    for line in path.read_bytes().decode().split("\n"):
        cells = line.rstrip("\r").split("\t")
        width = len(cells) if cells[0] == "%F" else width
        assert cells[0] != "%R" or len(cells) == width, line[:300]
    found = read_schedule(path)
    assert [t.name for t in found.tasks if not t.is_summary] == [name, "after"]
    assert [t.name for t in found.tasks if t.is_summary][1:] == [name]
    assert [(x.predecessor, x.successor) for x in found.links] == [("n/a", "n/b")]
