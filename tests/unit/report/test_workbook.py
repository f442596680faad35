"""The workbook: front sheet, native charts on the rows they speak of, the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from planner.report import compose
from planner.report.exporters import workbook
from planner.report.exporters.workbook_charts import NATIVE
from tests import results


@pytest.mark.slow
def test_main_tables_have_native_charts_and_the_bytes_are_the_same() -> None:
    """Each chart names cells of its own sheet; the front sheet has run, seed and basis."""
    document = compose(results.result(samples=60), identity="ab12")
    made = workbook.files(document)["workbook.xlsx"]
    assert made == workbook.files(document)["workbook.xlsx"]
    book = zipfile.ZipFile(io.BytesIO(made))
    drawn = [n for n in book.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]
    tables = {t.name: t for t in document.tables()}
    wanted = [n for n, d in NATIVE.items() if n in tables and tables[n].rows
              and set(d.values) <= {c.key for c in tables[n].columns}]  # fmt: skip
    assert len(drawn) == len(wanted) >= 4
    sheets = {re.findall(r"<c:f>'?([\w ]+)'?!", book.read(n).decode())[0] for n in drawn}
    assert sheets == set(wanted)
    capacity = tables["capacity"]
    whole = sum(row[0] == capacity.rows[0][0] for row in capacity.rows)
    body = next(b for b in (book.read(n).decode() for n in drawn) if "capacity!" in b)
    assert f"$2:$B${whole + 1}" in body
    front = book.read("xl/sharedStrings.xml").decode()
    for text in ("ab12", "seed", "Basis", "Money"):
        assert text in front


def test_a_text_beyond_a_cell_is_cut_with_a_mark() -> None:
    """The library would leave the cell empty; what XML cannot hold is marked too."""
    assert workbook._clean("x" * 40_000) == "x" * 32_766 + "…"
    assert workbook._clean("a\x0bb\ud800c\uffff") == "a\ufffdb\ufffdc\ufffd"
