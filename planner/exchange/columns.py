"""The tables that sites are imported from: their columns, and cells checked against them."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from planner.errors import Finding
from planner.exchange.tables import Uncomputed
from planner.units import UnitProblem, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Where
    from planner.exchange.tables import Cell, Grid

Kind = Literal["name", "text", "number", "count", "date", "quantity", "list", "counts", "kind"]

SPREAD: Final = ("p10", "p50", "p90")
"""Points that a quantity may be given by, each in a column of its own."""
NO_VALUES: Final = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
)
"""What a spreadsheet shows of a formula without a value."""
EMPTY: Final = "fill it in; of merged cells the first alone has a value"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    key
        Its name in the header, before the unit: also the field of the spec.
    unit
        Unit that the template states in the header; another of the same dimension may stand there.
    says
        What it holds, for the template.
    known
        What its words must be among, a key of the names given to `checked`.
    """

    key: str
    kind: Kind = "text"
    unit: str = ""
    is_needed: bool = False
    says: str = ""
    known: str = ""

    @property
    def heading(self) -> str:
        """The header of the template."""
        return f"{self.key} [{self.unit}]" if self.unit else self.key


def _slip(what: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            f"slip {point}",
            "quantity",
            "day",
            says=f"{what} later, {point.upper()}; or leave all three out",
        )
        for point in SPREAD
    )


ORIGIN: Final = (
    Column("source", says="Key of the sources file that the figures of this row come from"),
    Column("assumption", says="Or why they were assumed"),
)

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "sites": (
        Column("site", "name", is_needed=True, says="Name in all references, without spaces"),
        Column("title", is_needed=True),
        Column("place", is_needed=True),
        Column("latitude", "number", is_needed=True, says="Degrees north"),
        Column("longitude", "number", is_needed=True, says="Degrees east"),
        Column("land", "quantity", "acre", is_needed=True),
        Column("climate", known="climates", says="In the catalog; no weather where empty"),
        Column("people", "count", says="Most people on the site, all shifts"),
        Column("crews", "counts", known="trades", says="Crews by trade, as EW 12, CO 18"),
        Column("tools", "counts", says="One-of-a-kind things, as load-bank-set 1"),
        Column("works network", known="works", says="Site works in the catalog; none where empty"),
        Column("works started", "date", says="When the first was or can be started"),
        Column("works cost", "quantity", "MUSD"),
        Column("works done", "list", says="Activities finished before, as S01, S02"),
        *ORIGIN,
    ),
    "halls": (
        Column("site", "name", is_needed=True, known="sites"),
        Column("group", "name", is_needed=True, says="Halls alike, by one name"),
        Column("title"),
        Column("count", "count", is_needed=True, says="Most halls that can be built"),
        Column("it_power", "quantity", "MW", is_needed=True, says="Of one hall"),
        Column("blocks", "count", is_needed=True, says="Parts turned over one by one"),
        Column("modes", "list", is_needed=True, known="modes", says="Build modes allowed"),
        Column("calendars", "list", known="calendars", says="Calendars allowed; standard if empty"),
        Column("starts_per_period", "count", is_needed=True),
        Column("earliest", "date", says="First start; the data date if empty"),
        *ORIGIN,
    ),
    "tranches": (
        Column("site", "name", is_needed=True, known="sites"),
        Column("tranche", "name", is_needed=True),
        Column("title", is_needed=True),
        Column("kind", "kind", is_needed=True, known="kinds"),
        Column("nameplate", "quantity", "MW", is_needed=True),
        Column("firm", "quantity", "MW", is_needed=True, says="What counts against load"),
        Column("energised", "date", is_needed=True, says="Date in the contract"),
        *_slip("It really comes"),
        Column("price", "quantity", "USD/MWh", is_needed=True),
        Column("capital", "quantity", "MUSD"),
        Column("carbon", "quantity", "t/MWh"),
        Column("serves", "list", says="Hall groups; all where empty"),
        Column("after", "list", says="Site activities that must be done as well"),
        Column("reserve_by", "date", says="Last date to reserve it, for one that is a choice"),
        Column("deposit", "quantity", "MUSD"),
        Column("exit_fee", "quantity", "MUSD"),
        Column("response", says="What would be done about a late one"),
        *ORIGIN,
    ),
    "orders": (
        Column("site", "name", is_needed=True, known="sites"),
        Column("equipment", is_needed=True, known="equipment", says="Class in the catalog"),
        Column("units", "count", is_needed=True),
        Column("arrives", "date", is_needed=True),
        *_slip("It arrives"),
        Column("unpaid", "quantity", "MUSD"),
        *ORIGIN,
    ),
}  # fmt: skip

KEY: Final[Mapping[str, tuple[str, ...]]] = {
    "sites": ("site",), "halls": ("site", "group"), "tranches": ("site", "tranche"), "orders": (),
}  # fmt: skip
"""What names a row, and may stand once only."""


@dataclass
class Checker:
    """Checks tables, and collects everything that is wrong with them.

    Parameters
    ----------
    known
        Names that words may be among, by what they are: climates, trades, modes and so on.
    """

    known: dict[str, frozenset[str]]
    findings: list[Finding] = field(default_factory=list)

    def rows(self, table: str, grid: Grid) -> list[tuple[int, dict[str, Any]]]:
        """Return the rows of a table with their numbers: values by column, as specs hold them."""
        columns = list(self._columns(table, grid))
        made = []
        seen: Counter[tuple[str, ...]] = Counter()
        for number, cells in grid.rows:
            row: dict[str, Any] = {}
            for position, (column, unit) in enumerate(columns):
                cell = cells[position] if position < len(cells) else None
                if column is None:
                    continue
                where = grid.place(number, position + 1)
                if cell is None or cell == "":
                    if column.is_needed:
                        self._add(where, "missing", f"{column.key} is empty", EMPTY)
                elif (value := self._value(column, unit, cell, where)) is not None:
                    row[column.key] = value
            key = tuple(str(row.get(k, "")) for k in KEY[table])
            seen[key] += 1
            if key and all(key) and seen[key] == 2:
                self._add(grid.place(number), "duplicate", f"{'/'.join(key)} stands twice")
            made.append((number, row))
        return made

    def _columns(self, table: str, grid: Grid) -> Iterator[tuple[Column | None, str]]:
        """Yield the column and unit of each position of a header."""
        named = {c.key: c for c in TABLES[table]}
        seen: Counter[str] = Counter()
        for position, heading in enumerate(grid.header, 1):
            match = re.fullmatch(r"(.*?)\s*(?:[\[(]([^\])]*)[\])])?", heading)
            key, unit = (match[1].lower(), match[2] or "") if match else (heading.lower(), "")
            column = (
                named.get(key)
                or named.get(key.replace("_", " "))
                or named.get(key.replace(" ", "_"))
            )
            where = grid.place(1, position)
            if column is None:
                if heading:
                    close = difflib.get_close_matches(key, named, n=1)
                    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(named)}"
                    self._add(where, "unknown-column", f'no column "{heading}" in {table}', hint)
                yield None, ""
                continue
            seen[column.key] += 1
            if seen[column.key] == 2:
                self._add(where, "duplicate", f"column {column.key} stands twice")
            yield column, self._unit(column, unit, where)
        for column in named.values():
            if column.is_needed and not seen[column.key]:
                hint = "plan import --template book.xlsx writes the columns"
                self._add(grid.place(1), "missing", f"{table} has no column {column.heading}", hint)

    def _unit(self, column: Column, unit: str, where: Where) -> str:
        if column.kind != "quantity" or not unit:
            return ""
        try:
            parse(f"1 {unit}", column.unit)
        except UnitProblem as problem:
            self._add(where, problem.code, problem.message, problem.hint)
            return column.unit
        return unit

    def _value(self, column: Column, unit: str, cell: Cell, where: Where) -> Any:
        if isinstance(cell, Uncomputed):
            message = f"{column.key}: a formula that was never computed"
            self._add(where, "formula", message, "open and save the book in a spreadsheet")
            return None
        if cell in NO_VALUES:
            self._add(where, "formula", f"{column.key}: a formula that came to {cell}")
            return None
        try:
            value = READERS[column.kind](cell, unit, column)
        except UnitProblem as problem:
            self._add(where, problem.code, f"{column.key}: {problem.message}", problem.hint)
            return None
        except ValueError as error:
            self._add(where, "cell", f"{column.key}: {error}")
            return None
        for word in _words(value) if column.known else ():
            self._check_known(column, word, where)
        return value

    def _check_known(self, column: Column, word: str, where: Where) -> None:
        names = self.known.get(column.known)
        if names is None or word in names:
            return
        close = difflib.get_close_matches(word, names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(names))}"
        self._add(
            where, "unknown-name", f'{column.key}: no "{word}" among the {column.known}', hint
        )

    def _add(self, where: Where, code: str, message: str, hint: str = "") -> None:
        self.findings.append(Finding(where, code, message, hint))


def _words(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | dict) else [str(value)]


def _text(cell: Cell, _unit: str, _column: Column) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)


def _name(cell: Cell, unit: str, column: Column) -> str:
    text = _text(cell, unit, column)
    if not NAME.fullmatch(text):
        raise ValueError(f'"{text}" is no name: letters, digits, - and _ wanted')
    return text


def _number(cell: Cell, _unit: str, _column: Column) -> float:
    try:
        number = float(cell) if isinstance(cell, str | int | float) else float("nan")
    except ValueError:
        number = float("nan")
    if isinstance(cell, bool) or not abs(number) < float("inf"):
        raise ValueError(f'a number wanted, got "{cell}"')
    return number


def _count(cell: Cell, unit: str, column: Column) -> int:
    number = _number(cell, unit, column)
    if number < 0 or not number.is_integer():
        raise ValueError(f'a whole number wanted, got "{cell}"')
    return int(number)


def _date(cell: Cell, _unit: str, _column: Column) -> dt.date:
    if isinstance(cell, dt.date):
        return cell
    try:
        return dt.date.fromisoformat(str(cell))
    except ValueError:
        raise ValueError(f'a date wanted, as 2026-09-30, got "{cell}"') from None


def _quantity(cell: Cell, unit: str, column: Column) -> str:
    is_bare = not isinstance(cell, str) or re.fullmatch(r"[+-]?[\d.,]+([eE][+-]?\d+)?", cell)
    if isinstance(cell, str) and is_bare and "," in cell:
        raise ValueError(f'"{cell}": a point for decimals and no mark for thousands wanted')
    if is_bare:
        number = _number(cell, unit, column)
        if not unit:
            hint = f'write "{number:.12g} {column.unit}", or head the column {column.heading}'
            raise UnitProblem("unit-missing", "unit missing", hint)
        text = f"{number:.12g} {unit}"
    else:
        text = str(cell)
    parse(text, column.unit)
    return text


def _list(cell: Cell, unit: str, column: Column) -> list[str]:
    return [w for w in re.split(r"[,;\s]+", _text(cell, unit, column)) if w]


def _counts(cell: Cell, unit: str, column: Column) -> dict[str, int]:
    made = {}
    for part in filter(None, re.split(r"\s*[,;]\s*", _text(cell, unit, column))):
        match = re.fullmatch(r"([\w.-]+)\s*[:=\s]\s*(\d+)", part)
        if not match:
            raise ValueError(f'"{part}": a name and a whole number wanted, as EW 12')
        made[match[1]] = int(match[2])
    return made


READERS: Final = {
    "name": _name, "text": _text, "number": _number, "count": _count, "date": _date,
    "quantity": _quantity, "list": _list, "counts": _counts, "kind": _text,
}  # fmt: skip
