"""Hostile names are shown literally in every format."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest

from planner.report import compose
from planner.report.exporters import csv_files, gantt, html_page, workbook
from tests import results

MARKUP = "<img src=x onerror=alert(1)>"
FORMULA = "=cmd|'/c calc'!A1"


@pytest.fixture(scope="module")
def document():  # type: ignore[no-untyped-def]
    return compose(results.result(team=MARKUP, tent=FORMULA, samples=60))


@pytest.mark.slow
def test_markup_in_a_name_is_text_on_the_page(document) -> None:  # type: ignore[no-untyped-def]
    """No element comes from the user's files; the page's own are counted."""
    page = html_page.render(document)
    assert "<img" not in page
    assert FORMULA.replace("'", "&#x27;") in page
    # Nothing is asked of a network: no address is loaded by any attribute or style.
    assert re.findall(r'(?:src|data)="?https?:|url\((?!#)|@import|<link', page) == []
    assert "default-src 'none'" in page


@pytest.mark.slow
def test_the_gantt_stays_well_formed(document) -> None:  # type: ignore[no-untyped-def]
    """The SVG parses as XML and holds the name as text."""
    (body,) = gantt.files(document).values()
    texts = "".join(ET.fromstring(body).itertext())
    assert FORMULA in texts


@pytest.mark.slow
def test_formulas_are_quoted_in_csv(document) -> None:  # type: ignore[no-untyped-def]
    """No text cell of any CSV begins with what a spreadsheet runs."""
    for name, body in csv_files.files(document).items():
        for row in csv.reader(io.StringIO(body.decode())):
            for cell in row:
                bad = cell.startswith(("=", "+", "@", "\t", "\r"))
                assert not bad, (name, cell)
    methods = csv_files.files(document)["methods.csv"].decode()
    assert f"'{FORMULA}" in methods


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_each_dangerous_beginning_is_quoted(text: str) -> None:
    """All six beginnings get a quote; numbers below nought do not."""
    assert csv_files.cell(text) == f"'{text}"
    assert csv_files.cell(-1.5) == "-1.5"


@pytest.mark.slow
def test_the_workbook_holds_no_formula(document) -> None:  # type: ignore[no-untyped-def]
    """Text that begins with = is text."""
    book = zipfile.ZipFile(io.BytesIO(workbook.files(document)["workbook.xlsx"]))
    sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/")]
    assert sheets
    assert not any(b"<f>" in book.read(n) for n in sheets)
    assert FORMULA.encode() in book.read("xl/sharedStrings.xml").replace(b"&apos;", b"'")
