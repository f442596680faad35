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

from planner.exchange import Schedule, Task, mspdi
from planner.report import FORMATS, compose, rendered
from tests import results

if TYPE_CHECKING:
    from planner.report.document import Document

NAMES = {
    "formula": "=cmd|'/c calc'!A1",
    "markup": "<img src=x onerror=alert(1)></script>\"'c`d\\e",
    "odd": ("æ漢字ع🏗 one\u2028two\u2029three " + "x" * 200)[:200],
}
"""Names that some format gives a meaning of its own, by what they attack."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
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


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_ms_project_gets_the_name_back(name: str) -> None:
    """The task is called as the activity was, in a file that is XML without a further element."""
    day = dt.datetime(2027, 3, 1, 8)  # noqa: DTZ001 - schedules hold local times
    task = Task(code=name, name=name, level=1, start=day, finish=day, notes=name)
    made = mspdi(Schedule(name, day, (), (task,), ()))
    root = ET.fromstring(made.decode())
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    names = [e.text for e in root.iter() if e.tag.rpartition("}")[2] == "Name"]
    assert name in names
    assert not {"img", "script"} & tags
