"""Sections and exporters: every member keeps the promises of its family."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import planner.report.exporters
import planner.report.sections
from planner.domain.actuals import Actuals
from planner.report import compose
from planner.report.document import Chart, Document, Gantt, Table
from planner.report.exporters import EXPORTERS
from planner.report.sections import SECTIONS
from tests import results

pytestmark = pytest.mark.slow

NO_SECTION = {"__init__", "fan_chart", "gantt_rows", "cash", "joint", "orders"}
"""Files that sections share."""
NO_EXPORTER = {
    "__init__",
    "base",
    "json_schema",
    "markdown",
    "page_table",
    "parquet",
    "pictures",
    "plan_yaml",
    "workbook_charts",
}
"""The protocol, and the plan document, which is no rendering of the report."""


@pytest.fixture(scope="module")
def document() -> Document:
    """A run with actuals, for sections that are shown only with them."""
    made = results.result(samples=60)
    told = Actuals(actuals="november", data_date=dt.date(2027, 1, 1))
    return compose(replace(made, portfolio=replace(made.portfolio, actuals=told)))


@pytest.mark.parametrize(
    ("room", "listed", "shared"),
    [(planner.report.sections, SECTIONS, NO_SECTION),
     (planner.report.exporters, EXPORTERS, NO_EXPORTER)],
)  # fmt: skip
def test_every_file_of_the_room_is_listed(room, listed, shared) -> None:  # type: ignore[no-untyped-def]
    """A member that nobody lists would never be built."""
    files = {p.stem for p in Path(room.__file__).parent.glob("*.py")} - shared
    assert len(files) == len(listed)
    assert all(name == member.name for name, member in listed.items())


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_something(document: Document, name: str) -> None:
    """It has parts; each figure names a table of the document and has a title."""
    section = next(s for s in document.sections if s.name == name)
    parts = list(section.walk())
    tables = {t.name for t in document.tables()}
    assert parts
    for part in parts:
        if isinstance(part, (Chart, Gantt)):
            assert part.title
            assert part.table in tables


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_exporter_renders_the_same_bytes_twice(document: Document, name: str) -> None:
    """Files carry the suffix of the format and do not hang on a clock."""
    one, two = EXPORTERS[name].files(document), EXPORTERS[name].files(document)
    assert one == two
    assert all(file.endswith(EXPORTERS[name].suffix) for file in one)
    assert all(one.values())


@pytest.mark.parametrize("name", SECTIONS)
def test_every_table_of_a_section_survives_in_tabular_formats(
    document: Document, name: str
) -> None:
    """CSV, JSON and workbook hold as many rows and columns as the section has."""
    section = next(s for s in document.sections if s.name == name)
    tables = [p for p in section.walk() if isinstance(p, Table)]
    csvs = EXPORTERS["csv"].files(document)
    body = json.loads(EXPORTERS["json"].files(document)["results.json"])
    in_json = {t["name"]: t for s in body["sections"] for t in s["tables"]}
    book = openpyxl.load_workbook(io.BytesIO(EXPORTERS["xlsx"].files(document)["workbook.xlsx"]))
    for table in tables:
        rows = list(csv.reader(io.StringIO(csvs[f"{table.name}.csv"].decode())))
        assert rows[0] == [c.key for c in table.columns]
        assert len(rows) == len(table.rows) + 1
        assert len(in_json[table.name]["rows"]) == len(table.rows)
        sheet = book[table.name[:31]]
        assert sheet.max_column == len(table.columns)
        assert sheet.max_row >= len(table.rows) + 1 or not table.rows


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_and_figure_is_on_the_page(document: Document, name: str) -> None:
    """The page holds an anchor for the section, its tables and its figures."""
    page = EXPORTERS["html"].files(document)["report.html"].decode()
    section = next(s for s in document.sections if s.name == name)
    assert f'<section id="{name}">' in page
    for part in section.walk():
        if isinstance(part, Table):
            assert f'id="t-{part.name}"' in page
        if isinstance(part, Chart) and part.spec is not None:
            assert f'id="f-{part.name}"' in page


def test_a_plan_that_does_nothing_still_has_a_report() -> None:
    """Without halls, GPUs, money or risks each section says so instead of failing."""
    document = compose(results.nothing())
    for exporter in EXPORTERS.values():
        assert exporter.files(document) or exporter.name == "gantt"
