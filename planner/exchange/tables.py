"""Tables of a workbook or of a folder of CSV files: rows of cells that know their place."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import io
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.domain.characters import FORMULA_STARTS
from planner.errors import Finding, OutputError, SpecError, Where, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Uncomputed:
    """A formula that the program which wrote the book has not computed."""


Cell = str | int | float | bool | dt.date | Uncomputed | None

UNCOMPUTED: Final = Uncomputed()
LARGEST_BYTES: Final = 64_000_000
"""Of a file, or of a workbook when unpacked: a table of sites is some thousands."""
MOST_ROWS: Final = 10_000
MOST_COLUMNS: Final = 200
BOOKS: Final = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Place:
    """Where a table stands: its file, and its sheet where the file is a workbook."""

    file: str
    sheet: str = ""

    def __call__(self, row: int = 0, column: int = 0) -> Where:
        """Return a cell's place, one-based; in a workbook it is named as the sheet names it."""
        if not self.sheet:
            return Where(self.file, row, column)
        cell = f"{letters(column)}{row}" if column else f"row {row}" if row else ""
        return Where(self.file, path=f"sheet {self.sheet}{', ' if cell else ''}{cell}")


@dataclass(frozen=True)
class Grid:
    """A table as it was found: its place, its header, and its rows with their numbers."""

    place: Place
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column.

    Examples
    --------
    >>> letters(1), letters(26), letters(28)
    ('A', 'Z', 'AB')
    """
    name = ""
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(65 + digit) + name
    return name


def read_tables(path: Path, names: Iterable[str]) -> dict[str, Grid]:
    """Return the tables of those names that a workbook, or a folder of CSV files, has.

    Raises
    ------
    OutputError
        If the file cannot be read, or is none of the two.
    SpecError
        If a table is too large to be meant.
    """
    if path.is_dir():
        found = {name: _csv(path / f"{name}.csv") for name in names
                 if (path / f"{name}.csv").is_file()}  # fmt: skip
    elif path.suffix.lower() in BOOKS:
        found = _book(path, frozenset(names))
    else:
        raise OutputError(
            f"cannot read {path}: a workbook ({', '.join(BOOKS)}) or a folder of CSV files wanted"
        )
    if not found:
        raise OutputError(f"cannot read {path}: it has none of the tables {', '.join(names)}")
    return found


def _csv(path: Path) -> Grid:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise OutputError(f"cannot read {path}: larger than {LARGEST_BYTES // 10**6} MB")
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=True))
    except OSError as error:
        raise OutputError(f"cannot read {path}: {reason_of(error)}") from None
    except UnicodeDecodeError as error:
        raise OutputError(f"cannot read {path}: not UTF-8 at byte {error.start}") from None
    except csv.Error as error:
        raise OutputError(f"cannot read {path}: no CSV: {error}") from None
    return _grid(Place(str(path)), [[_unquoted(cell) for cell in row] for row in rows])


def _unquoted(cell: str) -> str:
    """Return a cell without the quote that keeps a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell


def _dialect(text: str) -> type[csv.excel]:
    """Return the dialect of a file: spreadsheets in many countries write semicolons."""
    head = text.partition("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=head.count)

    return Found


def _book(path: Path, names: frozenset[str]) -> dict[str, Grid]:
    book, formulas = _opened(path, values=True), _opened(path, values=False)
    try:
        return {
            sheet.title.strip().lower(): _grid(
                Place(str(path), sheet.title), _cells(sheet, formulas[sheet.title])
            )
            for sheet in book.worksheets
            if sheet.title.strip().lower() in names
        }
    except UNREADABLE as error:
        raise OutputError(f"cannot read {path}: the workbook is damaged: {_first(error)}") from None
    finally:
        book.close()
        formulas.close()


UNREADABLE: Final = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError,
    NotImplementedError, RuntimeError, SyntaxError,
)  # fmt: skip
"""What openpyxl and zipfile raise on damaged files (a ParseError of XML is a SyntaxError)."""


def _opened(path: Path, *, values: bool) -> Any:
    """Return a workbook, with what its formulas came to or with the formulas themselves."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_BYTES:
                size = f"{LARGEST_BYTES // 10**6} MB"
                raise OutputError(f"cannot read {path}: unpacked it is larger than {size}")
        # Imported here: no other command needs it, and it takes a quarter of a second.
        openpyxl = importlib.import_module("openpyxl")
        with warnings.catch_warnings(action="ignore"):  # of styles and other extras it leaves out
            return openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
    except OSError as error:
        raise OutputError(f"cannot read {path}: {reason_of(error)}") from None
    except UNREADABLE as error:
        raise OutputError(f"cannot read {path}: no workbook: {_first(error)}") from None


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _cells(sheet: Any, formulas: Any) -> Iterator[list[Cell]]:
    for row, said in zip(_rows(sheet), _rows(formulas), strict=True):
        yield [
            UNCOMPUTED if cell.value is None and of.data_type == "f" else _cell(cell.value)
            for cell, of in zip(row, said, strict=True)
        ]


def _rows(sheet: Any) -> Iterator[Any]:
    # The size that a sheet claims is not trusted, and no more is read than a table may have.
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS))


def _cell(value: Any) -> Cell:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, str | int | float | bool | dt.date) or value is None:
        return value
    return str(value)


def _grid(place: Place, lines: Iterable[list[Any]]) -> Grid:
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for number, line in enumerate(lines, 1):
        cells = tuple(c.strip() if isinstance(c, str) else c for c in line)
        if all(c is None or c == "" for c in cells):
            continue
        if not header:
            header = tuple("" if c is None else str(c) for c in cells)
        else:
            rows.append((number, cells))
        if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
            limit = f"{MOST_ROWS:,} rows, {MOST_COLUMNS} columns"
            raise SpecError(
                (Finding(place(), "table-size", f"larger than a table of ours: {limit}"),)
            )
    if not header:
        raise SpecError((Finding(place(), "no-header", "the table is empty: a header is wanted"),))
    return Grid(place, header, tuple(rows))
