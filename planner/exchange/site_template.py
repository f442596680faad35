"""The tables of sites to fill in, filled with the sites of a portfolio: a workbook or CSV files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from planner.domain.amount import Amount, Form
from planner.domain.characters import FORMULA_STARTS
from planner.exchange.columns import SPREAD, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planner.domain.base import Model
    from planner.domain.site import Site
    from planner.exchange.columns import Column

Value = str | int | float | dt.date | None

GUIDE: Final = "read me"
PARTS: Final = (
    "Each sheet is a table; the first row names its columns, with the unit of their numbers.",
    "A cell may hold another unit with its number, as 0.1 GW. Columns may be left out or moved.",
    "Replace the rows by your own, then: plan import THIS-FILE --as site -o sites/",
)
EPOCH: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the same book, the same bytes


def template_book(sites: Iterable[Site]) -> bytes:
    """Return a workbook with a sheet a table, and one that says what the columns hold."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                                     "strings_to_urls": False})  # fmt: skip
    book.set_properties({"created": EPOCH})
    head = book.add_format({"bold": True, "bottom": 1})
    needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DDE7F3"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    listed = tuple(sites)
    for table, columns in TABLES.items():
        sheet = book.add_worksheet(table)
        sheet.freeze_panes(1, 2)
        for i, column in enumerate(columns):
            sheet.write_string(0, i, column.heading, needed if column.is_needed else head)
            sheet.set_column(i, i, max(12, len(column.heading) + 2))
        for r, row in enumerate(_rows(table, listed), 1):
            for i, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(r, i, dt.datetime.combine(value, dt.time()), day)
                elif isinstance(value, str):
                    sheet.write_string(r, i, value)
                elif value is not None:
                    sheet.write_number(r, i, value)
    _guide(book.add_worksheet(GUIDE), head)
    book.close()
    return out.getvalue()


def _guide(sheet: Any, head: Any) -> None:
    for r, text in enumerate(PARTS):
        sheet.write_string(r, 0, text)
    at = len(PARTS) + 1
    for i, text in enumerate(("sheet", "column", "needed", "what it holds")):
        sheet.write_string(at, i, text, head)
    for table, columns in TABLES.items():
        for column in columns:
            at += 1
            texts = (table, column.heading, "yes" if column.is_needed else "", column.says)
            for i, text in enumerate(texts):
                sheet.write_string(at, i, text)
    sheet.set_column(0, 2, 24)


def template_csv(sites: Iterable[Site]) -> dict[str, bytes]:
    """Return a CSV file a table."""
    listed = tuple(sites)
    made = {}
    for table, columns in TABLES.items():
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.heading for column in columns])
        for row in _rows(table, listed):
            writer.writerow([_plain(value) for value in row])
        made[f"{table}.csv"] = out.getvalue().encode()
    return made


def _plain(value: Value) -> str:
    text = "" if value is None else value.isoformat() if isinstance(value, dt.date) else str(value)
    is_formula = isinstance(value, str) and text.startswith(FORMULA_STARTS)
    return f"'{text}" if is_formula else text


def _rows(table: str, sites: tuple[Site, ...]) -> Iterator[list[Value]]:
    """Yield the rows of a table."""
    for site in sites:
        for names, record in _records(table, site):
            values = names | {f"works {k}": v for k, v in dict(site.works or {}).items()}
            yield [_value(column, values, record) for column in TABLES[table]]


def _records(table: str, site: Site) -> Iterator[tuple[dict[str, Any], Model]]:
    if table == "sites":
        yield {}, site
    elif table == "halls":
        yield from (({"site": site.site, "group": n}, g) for n, g in site.groups.items())
    elif table == "tranches":
        yield from (({"site": site.site, "tranche": n}, t) for n, t in site.tranches.items())
    else:
        for name, lots in site.stock.items():
            yield from (({"site": site.site, "equipment": name}, lot) for lot in lots)


def _value(column: Column, names: dict[str, Any], record: Model) -> Value:
    if column.key.startswith("slip "):
        slip = getattr(record, "slip", None)
        return _point(slip, column.key.rpartition(" ")[2]) if slip else None
    value = names.get(column.key, getattr(record, column.key, None))
    if isinstance(value, Amount):
        return float(f"{value.m_as(column.unit):.12g}")
    if isinstance(value, dict):
        return ", ".join(f"{key} {number}" for key, number in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, str | int | float | dt.date) else None


def _point(slip: Amount, point: str) -> float | None:
    """Return a point of a slip in days; the middle alone where it is certain or of another law."""
    if slip.form is Form.LOGNORMAL:
        return float((slip.a, slip.b, slip.c)[SPREAD.index(point)])
    return float(slip.b) if point == "p50" else None
