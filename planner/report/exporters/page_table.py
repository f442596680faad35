"""A table on the page: open or folded, with what it repeats said once, and cut short on paper."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from planner.report import cells

if TYPE_CHECKING:
    from planner.report.document import Cell, Table

MERGED: Final = 12
"""Characters from which a text that stands in several rows running is one cell over all of them."""
PRINTED: Final = 24
"""Rows of a table that paper gets; the rest is counted there, and stands in its file."""


def render(table: Table) -> str:
    """Return the table, or the note that stands for it."""
    link = f'<a href="{_t(table.name)}.csv">CSV</a>'
    anchor = f'id="t-{_t(table.name)}"'
    if table.place == "file":
        rows = f"{len(table.rows):,} rows"
        return f'<p class="note" {anchor}>{_t(table.title)}: {rows} in {link}.</p>'
    if not table.rows:
        return f'<p class="empty" {anchor}>{_t(table.title)}: none.</p>'
    note = f'<p class="note">{_t(table.note)}</p>' if table.note else ""
    # Focusable, so that the keyboard scrolls a table wider or longer than its place.
    named = f'tabindex="0" role="group" aria-label="{_t(table.title)}"'
    grid = f'<div class="wide" {named}>{_grid(table)}</div>{_rest(table)}'
    if table.place == "folded":
        return (
            f'<details class="table" {anchor}><summary>{_t(table.title)} '
            f"<small>{len(table.rows):,} rows</small></summary>{link}{grid}{note}</details>"
        )
    return f'<div class="table" {anchor}><h3>{_t(table.title)} {link}</h3>{grid}{note}</div>'


def _t(text: str) -> str:
    return escape(text, quote=True)


def _rest(table: Table) -> str:
    """Return what paper says in place of the rows that it does not get."""
    left = len(table.rows) - PRINTED
    if left <= 0:
        return ""
    rows = "row" if left == 1 else "rows"
    return f'<p class="note rest">{left:,} more {rows} in {_t(table.name)}.csv</p>'


def _grid(table: Table) -> str:
    head = "".join(f'<th scope="col"{_side(c.kind)}>{_t(c.title)}</th>' for c in table.columns)
    shown = table.rows if table.shown is None else table.rows[: table.shown]
    columns = [_column(table, shown, j) for j in range(len(table.columns))]
    rows = "\n".join(f"<tr>{''.join(row)}</tr>" for row in zip(*columns, strict=True))
    more = len(table.rows) - len(shown)
    wide = len(table.columns)
    rest = f'<tr><td colspan="{wide}">… and {more} more in the CSV</td></tr>' if more else ""
    over = _group_heads(table)
    return f"<table><thead>{over}<tr>{head}</tr></thead><tbody>\n{rows}{rest}\n</tbody></table>"


def _column(table: Table, rows: tuple[tuple[Cell, ...], ...], j: int) -> list[str]:
    """Return the cells of a column, empty for a row that the cell above reaches into."""
    kind = table.columns[j].kind
    side = _side(kind)
    texts = [cells.shown(row[j], kind) for row in rows]
    if table.place != "folded" or kind != "text":
        return [f"<td{side}>{_t(text)}</td>" for text in texts]
    made: list[str] = []
    for text, same in groupby(texts):
        count = len(list(same))
        if count > 1 and len(text) >= MERGED:
            made.append(f'<td rowspan="{count}"><span>{_t(text)}</span></td>')
            made.extend([""] * (count - 1))
        else:
            made.extend([f"<td>{_t(text)}</td>"] * count)
    return made


def _group_heads(table: Table) -> str:
    """Return the row of headings over several columns, empty where no column has one."""
    if not any(c.group for c in table.columns):
        return ""
    spans = [(group, len(list(same))) for group, same in groupby(c.group for c in table.columns)]
    made = "".join(
        f'<th class="over" colspan="{n}" scope="colgroup">{_t(g)}</th>'
        if g
        else f'<td colspan="{n}"></td>'
        for g, n in spans
    )
    return f"<tr>{made}</tr>"


def _side(kind: str) -> str:
    return ' class="n"' if kind in cells.NUMERIC else ""
