"""Sites from tables: YAML as a person would have written it, and the cell behind each value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from planner.domain.characters import visible
from planner.errors import Finding, SpecError, Where
from planner.exchange.columns import SPREAD, TABLES, Checker
from planner.exchange.tables import read_tables
from planner.exchange.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from planner.exchange.tables import Grid

Row = dict[str, Any]

HEADINGS: Final = {
    "groups": "What may be built: halls that are alike, by group.",
    "tranches": "Power. Only `firm` counts against load.",
    "stock": "Equipment in stock or on order at the data date; the plan orders the rest.",
}
WIDEST: Final = 96
"""Characters of a line in brackets before its values are set one below the other."""


@dataclass(frozen=True)
class ImportedSite:
    """A site as YAML, with the places in the tables that its values come from.

    Parameters
    ----------
    places
        Place of the cell, or the row, by key path in the YAML.
    """

    name: str
    text: str
    places: Mapping[str, Where] = field(default_factory=dict)

    def place_of(self, path: str) -> Where:
        """Return the cell or row that a key path of the YAML stands for."""
        parts = path.split(".")
        for end in range(len(parts), 0, -1):
            if (found := self.places.get(".".join(parts[:end]))) is not None:
                return found
        return self.places[""]


def import_sites(path: Path, known: Mapping[str, Iterable[str]]) -> tuple[ImportedSite, ...]:
    """Return the sites of a workbook or of a folder of CSV files.

    Parameters
    ----------
    known
        Names of the catalog, by what they are: climates, trades, works, modes, calendars,
        equipment; and `kinds` of tranches.

    Raises
    ------
    OutputError
        If the file cannot be read.
    SpecError
        With everything that is wrong in the tables, each with its sheet, row and column.
    """
    grids = read_tables(path, TABLES)
    checker = Checker({what: frozenset(names) for what, names in known.items()})
    if "sites" not in grids:
        raise SpecError((Finding(Where(str(path)), "missing", "there is no table sites"),))
    sites = checker.rows("sites", grids["sites"])
    checker.known["sites"] = frozenset(str(row["site"]) for _, row in sites if "site" in row)
    found = {name: checker.rows(name, grids[name]) for name in TABLES if name != "sites"
             and name in grids}  # fmt: skip
    if not sites:
        where = grids["sites"].place()
        checker.findings.append(Finding(where, "missing", "the table sites has no rows"))
    if checker.findings:
        raise SpecError(tuple(checker.findings))
    made = tuple(_Site(path.name, grids, number, row, found) for number, row in sites)
    if wrong := [finding for site in made for finding in site.findings]:
        raise SpecError(tuple(wrong))
    return tuple(ImportedSite(s.name, s.text(), s.places) for s in made)


class _Site:
    """Collects the rows of a site and writes them."""

    def __init__(
        self, file: str, grids: Mapping[str, Grid], number: int, row: Row,
        tables: Mapping[str, list[tuple[int, Row]]],
    ) -> None:  # fmt: skip
        self.file, self.grids, self.row, self.name = file, grids, row, str(row["site"])
        self.findings: list[Finding] = []
        self.places: dict[str, Where] = {"": grids["sites"].place(number)}
        self._note("sites", number, "", row)
        mine = {name: [(n, r) for n, r in rows if r["site"] == self.name]
                for name, rows in tables.items()}  # fmt: skip
        self.groups = dict(self._named("halls", "groups", "group", mine))
        self.tranches = dict(self._named("tranches", "tranches", "tranche", mine))
        self.stock: dict[str, list[Row]] = {}
        for n, entry in mine.get("orders", ()):
            lots = self.stock.setdefault(entry["equipment"], [])
            self._note("orders", n, f"stock.{entry['equipment']}.{len(lots)}", entry)
            lots.append(self._fields("orders", n, entry, ("site", "equipment")))
        for n, entry in mine.get("tranches", ()):
            for group in set(entry.get("serves", ())) - set(self.groups):
                where = self._cell("tranches", n, "serves")
                hint = f"known: {', '.join(self.groups)}"
                message = f'serves: no group "{group}" on {self.name}'
                self.findings.append(Finding(where, "unknown-name", message, hint))

    def _named(
        self, table: str, key: str, by: str, mine: Mapping[str, list[tuple[int, Row]]]
    ) -> Iterator[tuple[str, Row]]:
        for number, entry in mine.get(table, ()):
            self._note(table, number, f"{key}.{entry[by]}", entry)
            yield entry[by], self._fields(table, number, entry, ("site", by))

    def _note(self, table: str, number: int, base: str, row: Row) -> None:
        """Keep the places of a row and of its cells."""
        self.places.setdefault(base, self.grids[table].place(number))
        for key in row:
            inner = {"slip": "slip", "works": "works"}.get(key.partition(" ")[0], key)
            field_path = f"works.{key.partition(' ')[2]}" if inner == "works" else inner
            whole = f"{base}.{field_path}" if base else field_path
            self.places.setdefault(whole, self._cell(table, number, key))

    def _cell(self, table: str, number: int, key: str) -> Where:
        grid = self.grids[table]
        heads = [h.partition("[")[0].partition("(")[0].strip().lower() for h in grid.header]
        alike = {key, key.replace(" ", "_"), key.replace("_", " ")}
        column = next((i for i, head in enumerate(heads, 1) if head in alike), 0)
        return grid.place(number, column)

    def _fields(self, table: str, number: int, row: Row, without: tuple[str, ...]) -> Row:
        """Return the fields of a row, its slip in one."""
        made: Row = {}
        points = {point: row[f"slip {point}"] for point in SPREAD if f"slip {point}" in row}
        for key, value in row.items():
            if key in without:
                continue
            if not key.startswith("slip "):
                made[key] = value
            elif "slip" not in made:
                made["slip"] = points if len(points) == len(SPREAD) else points.get("p50")
        if points and len(points) < len(SPREAD) and list(points) != ["p50"]:
            message = "slip: P10, P50 and P90 wanted, or P50 alone for one that is certain"
            self.findings.append(Finding(self._cell(table, number, "slip p50"), "missing", message))
        return made

    def text(self) -> str:
        """Return the YAML."""
        row = self.row
        origin = (
            "" if {"source", "assumption"} & set(row) else f"Imported from {visible(self.file)}"
        )
        head = {key: row[key] for key in ("site", "title", "place", "source", "assumption")
                if key in row} | ({"assumption": origin} if origin else {})  # fmt: skip
        body = {key: row[key] for key in ("latitude", "longitude", "land", "climate", "crews",
                                          "people", "tools") if key in row}  # fmt: skip
        lines = [
            f"# {self.name}, imported from {yaml_text(self.file)}. Add what its tables lack:",
            "# what stands and is under way (standing, installed, under_way), fabrics, tenancies.",
            *(f"{key}: {_flow(value)}" for key, value in (head | body).items()),
        ]
        works = {key.removeprefix("works "): value for key, value in row.items()
                 if key.startswith("works ")}  # fmt: skip
        if works:
            lines += ["", "# Site works come once, before halls can start.", "works:",
                      *(f"  {key}: {_flow(value)}" for key, value in works.items())]  # fmt: skip
        for key, entries in (("groups", self.groups), ("tranches", self.tranches)):
            if entries:
                lines += ["", f"# {HEADINGS[key]}", f"{key}:"]
                for name, fields in entries.items():
                    lines += [f"  {_key(name)}:", *_aligned(fields)]
        if self.stock:
            lines += ["", f"# {HEADINGS['stock']}", "stock:"]
            for name, lots in self.stock.items():
                line = f"  {_key(name)}: [{', '.join(map(_flow, lots))}]"
                lines += [line] if len(line) <= WIDEST else [
                    f"  {_key(name)}:", *(f"    - {_flow(lot)}" for lot in lots)]  # fmt: skip
        return "\n".join(lines) + "\n"


def _aligned(fields: Row) -> Iterator[str]:
    for key, value in fields.items():
        yield f"    {key}: {_flow(value)}"


def _key(name: str) -> str:
    """Return a name as a key: YAML must not take it for a number or a date."""
    return yaml_text(name)


def _flow(value: Any) -> str:
    """Return a value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, str):
        return value if _is_quantity(value) else yaml_text(value)
    return str(value)


def _is_quantity(text: str) -> bool:
    """Return whether a text is a number and a unit, which YAML takes for a text without quotes."""
    number, _, unit = text.partition(" ")
    return (
        number.replace(".", "", 1).replace("-", "", 1).isdigit()
        and unit[:1].isalpha()
        and (all(c.isalnum() or c in "/ ^*" for c in unit))
    )
