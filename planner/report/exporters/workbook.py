"""A workbook: a sheet a table, with real dates, filters and native charts; never a formula."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from planner.report.cells import is_missing
from planner.report.exporters.base import Exporter
from planner.report.exporters.workbook_charts import NATIVE, add_chart

if TYPE_CHECKING:
    from planner.report.document import Cell, Document, Table

CREATED: Final = dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Fixed, so that the same document gives the same bytes."""

FORMATS: Final = {
    "date": "yyyy-mm-dd", "mw": "#,##0.0", "musd": "#,##0.0", "day": "#,##0", "count": "#,##0",
    "number": "#,##0.000", "share": "0.0%", "factor": "0.00",
}  # fmt: skip
BASIS: Final = (
    ("Basis", ("P10, P50, P80, P90: a tenth, half, eight and nine tenths of the simulated futures "
              "lie at or below; a P80 date is met in 80 % of them")),
    ("Money", "MUSD: million US dollars, nominal where a heading or note does not say base year"),
    ("Power", "MW of IT, or MW of facility power on the design day where the heading says so"),
    ("Dates", "True dates without a zone; empty where it does not come within the horizon"),
    ("Columns", "In brackets the name that the CSV file of the same table gives the column"),
)  # fmt: skip
"""What the numbers of every sheet rest on."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL: Final = 32_767
"""Characters of a cell; a longer text would be left out without a word."""


def files(document: Document) -> dict[str, bytes]:
    """Return ``workbook.xlsx``."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False, "nan_inf_to_errors": False}  # fmt: skip
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": _clean(document.title), "created": CREATED})
    kinds = {k: book.add_format({"num_format": f}) for k, f in FORMATS.items()}
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    _read_me(book, document, head)
    for table in document.tables():
        _sheet(book, table, head, kinds)
    book.close()
    return {"workbook.xlsx": out.getvalue()}


def _clean(text: str) -> str:
    """Return a text as a cell can hold it."""
    whole = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return whole if len(whole) <= LONGEST_CELL else f"{whole[: LONGEST_CELL - 1]}…"


def _read_me(book: Any, document: Document, head: Any) -> None:
    """Write the front sheet: run, seed, basis, and a link to each sheet."""
    sheet = book.add_worksheet("Read me")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.freeze_panes(1, 0)
    stamps = [(key.replace("_", " "), value) for key, value in document.stamps.items()
              if key in {"planner", "portfolio", "solver"} and value is not None]  # fmt: skip
    rows = [("Portfolio", document.title), ("Verdict", document.chip.text), *document.facts,
            *stamps, *BASIS]  # fmt: skip
    for i, (label, value) in enumerate(rows):
        sheet.write_string(i, 0, _clean(label), head)
        sheet.write_string(i, 1, _clean(str(value)))
    for i, table in enumerate(document.tables(), len(rows) + 1):
        name = table.name[:31]
        sheet.write_url(i, 0, f"internal:'{name}'!A1", string=name)
        chart = "; with a chart" if table.name in NATIVE and table.rows else ""
        sheet.write_string(i, 1, _clean(f"{table.title}, {len(table.rows):,} rows{chart}"))


def _sheet(book: Any, table: Table, head: Any, kinds: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.name[:31])
    sheet.freeze_panes(1, 1)
    for j, column in enumerate(table.columns):
        sheet.write_string(
            0, j, _clean(f"{column.group} {column.title} [{column.key}]".strip()), head
        )
        sheet.set_column(j, j, 34 if column.kind == "text" else 14)
        for i, row in enumerate(table.rows):
            _write(sheet, i + 1, j, row[j], kinds.get(column.kind))
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)
    add_chart(book, sheet, table.name[:31], table)


def _write(sheet: Any, i: int, j: int, value: Cell, form: Any) -> None:
    if is_missing(value):
        return
    if isinstance(value, str):
        sheet.write_string(i, j, _clean(value))
    elif isinstance(value, dt.date):
        sheet.write_datetime(i, j, dt.datetime(value.year, value.month, value.day), form)  # noqa: DTZ001 - a date of the plan has no zone
    else:
        sheet.write_number(i, j, float(f"{value:.10g}"), form)


EXPORTER = Exporter("xlsx", ".xlsx", "1.1", is_tabular=True, files=files)
