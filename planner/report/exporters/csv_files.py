"""One tidy CSV a table: UTF-8, ISO dates, units in the heading, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from planner.domain.characters import FORMULA_STARTS
from planner.report.cells import plain
from planner.report.exporters.base import Exporter

if TYPE_CHECKING:
    from planner.report.document import Cell, Document, Table


def files(document: Document) -> dict[str, bytes]:
    """Return a file a table."""
    return {f"{t.name}.csv": render(t) for t in document.tables()}


def render(table: Table) -> bytes:
    """Return the CSV of a table."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([c.key for c in table.columns])
    writer.writerows([cell(v) for v in row] for row in table.rows)
    return out.getvalue().encode("utf-8")


def cell(value: Cell) -> str:
    """Return a cell; text that a spreadsheet would take for a formula gets a quote before it."""
    text = plain(value)
    if isinstance(value, str) and text.startswith(FORMULA_STARTS):
        return f"'{text}"
    return text


EXPORTER = Exporter("csv", ".csv", "1.0", is_tabular=True, files=files)
