"""The report as Markdown fit for a pull request: the answer, then tables, the long ones folded."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from planner.report import cells
from planner.report.document import Chart, Gantt, Prose, Table, Tiles
from planner.report.exporters.base import Exporter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.report.document import Built, Document, Part

LONGEST = 40
"""Rows of a table at most; the CSV of the run has all."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def files(document: Document) -> dict[str, bytes]:
    """Return ``report.md``."""
    return {"report.md": render(document).encode("utf-8")}


def render(document: Document) -> str:
    """Return the document as Markdown; every text of the user's is shown literally."""
    facts = " · ".join(f"{text(k)} {text(v)}" for k, v in document.facts)
    made = [f"# {text(document.title)}", "", f"**{text(document.chip.text)}**", "", facts]
    for section in document.sections:
        made += ["", *_section(section)]
    return "\n".join(made) + "\n"


def text(value: str) -> str:
    r"""Return a text so that Markdown and HTML show it as it is.

    Examples
    --------
    >>> text("<img src=x> a_b | c")
    '&lt;img src=x&gt; a\\_b \\| c'
    """
    one_line = " ".join(value.split())
    return escape(_SPECIAL.sub(r"\\\1", one_line), quote=False).replace("\\&", "&")


def _section(section: Built) -> Iterator[str]:
    yield f"## {text(section.title)}"
    for part in section.walk():
        lines = list(_part(part))
        if lines:
            yield ""
            yield from lines


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Prose):
        yield text(part.text)
    elif isinstance(part, Tiles):
        for tile in part.tiles:
            yield f"- {text(tile.label)}: **{text(tile.value)}** ({text(tile.detail)})"
    elif isinstance(part, Chart | Gantt):
        yield f"**{text(part.title)}** {text(part.subtitle)}"
    elif part.place != "file" and part.rows:
        yield from _table(part)


def _table(table: Table) -> Iterator[str]:
    is_folded = table.place == "folded"
    if is_folded:
        yield f"<details><summary>{escape(table.title)}</summary>"
        yield ""
    else:
        yield f"**{text(table.title)}**"
        yield ""
    heads = [f"{c.group} {c.title}".strip() for c in table.columns]
    yield f"| {' | '.join(text(h) for h in heads)} |"
    marks = ("--:" if c.kind in cells.NUMERIC else ":--" for c in table.columns)
    yield f"| {' | '.join(marks)} |"
    for row in table.rows[:LONGEST]:
        shown = (text(cells.shown(v, c.kind)) for v, c in zip(row, table.columns, strict=True))
        yield f"| {' | '.join(shown)} |"
    if len(table.rows) > LONGEST:
        yield ""
        yield f"{len(table.rows) - LONGEST} more rows in `{table.name}.csv`."
    if is_folded:
        yield ""
        yield "</details>"


EXPORTER = Exporter("markdown", ".md", "1.0", is_tabular=False, files=files)
