"""The Document: an ordered tree of prose, tables and figures that every exporter renders.

A section arranges facts into parts; an exporter turns parts into bytes. Neither computes: a cell
holds the value of a fact, and its column says the kind it is shown as.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from planner.report.facts import Facts

Cell = str | int | float | dt.date | None
Kind = Literal["text", "date", "mw", "musd", "day", "count", "number", "share", "factor"]


MarkKind = Literal["rfs", "power", "racks", "point", "target"]
BarKind = Literal[
    "build", "tail", "float", "driving", "done", "summary", "base", "earlier", "rejected"
]
Fold = Literal["open", "closed", "path"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    key
        Name in files, with its unit: ``finish_p80``, ``firm_mw_p50``.
    title
        Heading on the page, with unit or basis.
    kind
        How its cells are written on the page; files hold the plain value.
    group
        Heading over this column and its neighbours of the same group.
    """

    key: str
    title: str
    kind: Kind = "text"
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A tidy table.

    Parameters
    ----------
    name
        Stem of its file, unique in a document.
    place
        ``page`` shows it open, ``folded`` behind a summary, ``file`` only in the files of a run.
    note
        How it is computed, in a sentence or two.
    shown
        Rows shown on the page at most; the file always has all.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    place: Literal["page", "folded", "file"] = "page"
    note: str = ""
    shown: int | None = None

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table {self.name}: row of {len(row)} cells, {len(self.columns)} columns"
                )


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; `role` is ``answer`` for the headline, ``note`` for what is said in small."""

    text: str
    role: Literal["answer", "text", "note"] = "text"


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the first screen, a link to its section."""

    label: str
    value: str
    detail: str
    section: str


@dataclass(frozen=True, slots=True)
class Tiles:
    """The row of tiles."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Chart:
    """A figure.

    Parameters
    ----------
    title
        The finding, as a computed sentence.
    subtitle
        Quantity, unit and basis.
    spec
        Vega-Lite specification with its data inside; None where there is nothing to show, and then
        the title alone says so.
    table
        Name of the table with its numbers.
    method
        How it is computed, in two lines.
    other, switch
        The same figure drawn another way, and what the button that shows it says.
    """

    name: str
    title: str
    subtitle: str
    spec: Mapping[str, Any] | None
    table: str
    method: str = ""
    other: Mapping[str, Any] | None = None
    switch: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone on a Gantt row, with its spread; days since the axis begins, None if never."""

    kind: MarkKind
    day: float
    p10: float | None
    p80: float | None
    p90: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch on a Gantt row, in days since the axis begins."""

    kind: BarKind
    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class GanttColumn:
    """A column beside the names: days since the axis begins, numbers of days, or shares."""

    title: str
    kind: Literal["date", "day", "share"]
    says: str
    """What it holds, in a sentence."""
    is_first_to_go: bool = False
    """Whether it gives way where the page is narrow."""


@dataclass(frozen=True, slots=True)
class GanttRow:
    """A row of the Gantt: its place in the work breakdown, its numbers, bars and marks.

    Parameters
    ----------
    cells
        A number a column, None where there is none; a date counts from the start of the axis.
    fold
        How it opens: ``open``, ``closed``, or ``path`` with the driving path alone.
    is_path
        Whether it lies on the driving path to the date that the report turns on, or holds it.
    is_rejected
        An option that the plan does not take; hidden until asked for.
    needs
        Crews that it holds while it works, by trade.
    driver
        What its start waits for where that is no other row, in words.
    mode
        Build mode of the hall, or of all halls beneath; its bars bear the pattern of that mode.
    done
        Share of its work that was reported done; None where its part before the data date is.
    """

    key: str
    parent: str
    depth: int
    name: str
    cells: tuple[float | None, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    fold: Fold = "open"
    is_path: bool = False
    is_rejected: bool = False
    needs: tuple[tuple[str, int], ...] = ()
    driver: str = ""
    mode: str = ""
    done: float | None = None


@dataclass(frozen=True, slots=True)
class GanttLink:
    """A relation between two rows; `is_driver` where it sets the start of the successor."""

    predecessor: str
    successor: str
    kind: str
    lag_day: float
    is_driver: bool


@dataclass(frozen=True, slots=True)
class StripLine:
    """A line of the strip beneath: values at `day`."""

    name: str
    day: tuple[float, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class Gantt:
    """The Gantt with its strip; days count from `start`.

    Parameters
    ----------
    baseline, earlier
        What the thin bars show, in words, and what the dashed lines beneath them; empty for none.
    storms
        Storm seasons by site: the key of its row, and the spans of days.
    limits
        Crews there are by site, as its row's key, and trade.
    """

    name: str
    title: str
    subtitle: str
    start: dt.date
    end: dt.date
    data_date: dt.date
    columns: tuple[GanttColumn, ...]
    rows: tuple[GanttRow, ...]
    strip: tuple[StripLine, ...]
    table: str
    links: tuple[GanttLink, ...] = ()
    baseline: str = ""
    earlier: str = ""
    storms: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    limits: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    @property
    def modes(self) -> tuple[str, ...]:
        """Build modes of its rows in their order; the place of each gives its pattern."""
        return tuple(dict.fromkeys(r.mode for r in self.rows if r.mode))

    def shown(self) -> tuple[GanttRow, ...]:
        """Return the rows that show when the page opens."""
        by_key = {r.key: r for r in self.rows}
        return tuple(r for r in self.rows if is_shown(r, by_key))


def is_shown(row: GanttRow, by_key: Mapping[str, GanttRow]) -> bool:
    """Return whether a row shows when the page opens, by the fold of all that hold it."""
    while row.parent:
        above = by_key[row.parent]
        if row.is_rejected or above.fold == "closed":
            return False
        if above.fold == "path" and not row.is_path:
            return False
        row = above
    return not row.is_rejected


Part = Prose | Table | Tiles | Chart | Gantt


@dataclass(frozen=True, slots=True)
class Columns:
    """Parts side by side where there is room: the left column, then the right."""

    left: tuple[Part, ...]
    right: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """The verdict on the whole, the worst of what is true."""

    text: str
    tone: Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Built:
    """A section as built: its heading, the question it answers, its parts."""

    name: str
    title: str
    question: str
    parts: tuple[Part | Columns, ...]

    def walk(self) -> Iterator[Part]:
        """Return every part in reading order."""
        for part in self.parts:
            if isinstance(part, Columns):
                yield from part.left
                yield from part.right
            else:
                yield part


@dataclass(frozen=True, slots=True)
class Section:
    """A member of the family of sections.

    Parameters
    ----------
    name, title
        Anchor and heading.
    question
        What a reader asks when he turns to it.
    build
        From facts to parts.
    is_shown
        Whether the report of a run has it.
    """

    name: str
    title: str
    question: str
    build: Callable[[Facts], tuple[Part | Columns, ...]]
    is_shown: Callable[[Facts], bool] = lambda _: True

    def built(self, facts: Facts) -> Built:
        """Return the section made of these facts."""
        return Built(self.name, self.title, self.question, self.build(facts))


@dataclass(frozen=True)
class Document:
    """A report before it has a format.

    Parameters
    ----------
    title
        Name of the portfolio.
    facts
        Pairs of label and value for the band: data date, horizon, run, seed.
    chip
        The verdict.
    stamps
        What every output carries: versions, digest, seed, solver, status.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    chip: Chip
    sections: tuple[Built, ...]
    stamps: Mapping[str, Cell] = field(default_factory=dict)

    def tables(self) -> tuple[Table, ...]:
        """Return every table once, in reading order."""
        found = [p for s in self.sections for p in s.walk() if isinstance(p, Table)]
        names = [t.name for t in found]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"tables named twice: {', '.join(twice)}")
        return tuple(found)

    def gantts(self) -> tuple[Gantt, ...]:
        """Return every Gantt, in reading order."""
        return tuple(p for s in self.sections for p in s.walk() if isinstance(p, Gantt))
