"""One Parquet file a table, with the types of its columns: dates, whole and real numbers, text."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl

from planner.report import cells
from planner.report.exporters.base import Exporter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.report.document import Document, Kind, Table

TYPES: Final[Mapping[Kind, type[pl.DataType]]] = {
    "text": pl.String, "date": pl.Date, "mw": pl.Float64, "musd": pl.Float64, "day": pl.Float64,
    "count": pl.Float64, "number": pl.Float64, "share": pl.Float64, "factor": pl.Float64,
}  # fmt: skip


def files(document: Document) -> dict[str, bytes]:
    """Return a file a table."""
    return {f"{t.name}.parquet": render(t) for t in document.tables()}


def frame(table: Table) -> pl.DataFrame:
    """Return a table as a frame; what is not known is null."""
    made = {}
    for i, column in enumerate(table.columns):
        values = [None if cells.is_missing(row[i]) else row[i] for row in table.rows]
        kind = pl.String if any(isinstance(v, str) for v in values) else TYPES[column.kind]
        if kind is pl.String:
            values = [None if v is None else cells.plain(v) for v in values]
        made[column.key] = pl.Series(column.key, values, dtype=kind)
    return pl.DataFrame(made)


def render(table: Table) -> bytes:
    """Return the Parquet of a table; the same table, the same bytes."""
    out = io.BytesIO()
    frame(table).write_parquet(out, compression="zstd", statistics=True)
    return out.getvalue()


EXPORTER = Exporter("parquet", ".parquet", "1.0", is_tabular=True, files=files)
