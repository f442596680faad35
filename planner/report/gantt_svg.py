"""The Gantt as SVG: complete without script; the page's script draws the same on demand.

A row is one group, bar and text in it, so that they cannot part; the strip beneath shares the axis.
"""

from __future__ import annotations

import datetime as dt
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from planner.report import words
from planner.report.gantt import ink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.report.document import Bar, Gantt, GanttColumn, GanttRow, Mark, StripLine

WIDTH: Final = 1400
NAME: Final = 290
CELL: Final = {"date": 76, "day": 50, "share": 42}
"""Width of a column, by kind."""
ROW: Final = 22
HEAD: Final = 56
LEGEND: Final = 24
STRIP: Final = 120
RIGHT: Final = 110

PATTERNED: Final = {"build", "tail", "group"}
"""Bars that bear the pattern of their row's build mode."""
HALLS: Final = 2
"""Depth at which halls lie."""


def draw(gantt: Gantt, *, depth: int | None = None, is_alone: bool = True) -> str:
    """Return the SVG of a Gantt: the rows that show at first, or all down to a depth.

    Parameters
    ----------
    is_alone
        Whether it brings the patterns that fill its bars; a page has them already.
    """
    rows = gantt.shown()
    if depth is not None:
        rows = tuple(r for r in gantt.rows if r.depth <= depth and not r.is_rejected)
    scale = _Scale(gantt)
    body = HEAD + ROW * len(rows)
    below = body + (STRIP if gantt.strip else 0)
    legend, lines = _legend(gantt, below)
    height = below + LEGEND * lines + 4
    opened = {r.parent for r in rows}
    parents = {r.parent for r in gantt.rows}
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="g" role="img" '
        f'viewBox="0 0 {WIDTH} {height}" aria-label="{_text(gantt.title)}">'
    )
    parts = [
        head,
        f"<title>{_text(gantt.title)}</title><desc>{_text(gantt.subtitle)}</desc>",
        f"<style>{ink.STYLE}</style>",
        ink.patterns() if is_alone else "",
        _storms(gantt, rows, scale),
        _header(gantt, scale, body),
        *(
            _row(
                r,
                HEAD + ROW * i,
                scale,
                ink.pattern_of(gantt, r.mode),
                "▾" if r.key in opened else "▸" if r.key in parents else "",
            )
            for i, r in enumerate(rows)
        ),
        _data_date(gantt, scale, body),
        _strip(gantt, scale, body),
        legend,
        "</svg>",
    ]
    return "\n".join(p for p in parts if p)


class _Scale:
    """Days on the axis to pixels, and columns to the right edges of their texts."""

    def __init__(self, gantt: Gantt) -> None:
        self.columns = _edges(gantt.columns)
        self.left = (self.columns[-1] if self.columns else NAME) + 16
        self.kinds = tuple(c.kind for c in gantt.columns)
        self.start = gantt.start
        self.now = float((gantt.data_date - gantt.start).days)
        self.days = max(1.0, float((gantt.end - gantt.start).days))
        self.right = WIDTH - RIGHT

    def __call__(self, day: float) -> float:
        day = min(max(day, 0.0), self.days)
        return self.left + (self.right - self.left) * day / self.days

    def said(self, value: float | None, column: int) -> str:
        """Return a number of a row as its column says it."""
        if value is None:
            return ""
        if self.kinds[column] == "date":
            return words.iso(self.start + dt.timedelta(days=round(value)))
        if self.kinds[column] == "share":
            return f"{value:.2f}"
        return f"{round(value):,}".replace("-", "\u2212")


def _edges(columns: Sequence[GanttColumn]) -> list[int]:
    made, at = [], NAME
    for column in columns:
        at += CELL[column.kind]
        made.append(at)
    return made


def _text(value: str) -> str:
    return escape(value, quote=True)


_n = ink.number


def _header(gantt: Gantt, scale: _Scale, body: int) -> str:
    made = [
        f'<text class="num dim" x="{x}" y="{HEAD - 8}">{_text(c.title)}'
        f"<title>{_text(c.says)}</title></text>"
        for x, c in zip(scale.columns, gantt.columns, strict=True)
    ]
    quarters = _quarters(gantt.start, gantt.end)
    step = 1 if len(quarters) <= 24 else 2
    for i, day in enumerate(quarters):
        x = _n(scale((day - gantt.start).days))
        is_year = day.month == 1
        kind = "grid year tall" if is_year else "grid tall"
        made.append(f'<line class="{kind}" x1="{x}" x2="{x}" y1="{HEAD - 4}" y2="{body}"/>')
        if is_year or (i == 0 and len(quarters) > 1 and quarters[1].month != 1):
            made.append(f'<text class="head" x="{x}" y="30" dx="3">{day.year}</text>')
        if len(quarters) <= 36 and i % step == 0:
            made.append(
                f'<text class="dim" x="{x}" y="{HEAD - 10}" dx="3">{words.quarter(day)[-2:]}</text>'
            )
    return f"<g>{''.join(made)}</g>"


def _quarters(start: dt.date, end: dt.date) -> list[dt.date]:
    day = dt.date(start.year, (start.month - 1) // 3 * 3 + 1, 1)
    made = []
    while day <= end:
        if day >= start:
            made.append(day)
        year, month = divmod(day.year * 12 + day.month + 2, 12)
        day = dt.date(year, month + 1, 1)
    return made


def _row(row: GanttRow, y: int, scale: _Scale, pattern: int, fold: str) -> str:
    x = 8 + 14 * row.depth
    weight = ' class="head"' if row.depth == 0 else ""
    sign = f'<text x="{x - 2}" y="15">{fold}</text>' if fold else ""
    # A long name must not run into the columns beside it.
    room = 40 - 2 * row.depth
    name = row.name if len(row.name) <= room else f"{row.name[: room - 1]}…"
    bars = sorted(row.bars, key=lambda b: b.kind != "base")
    parts = [
        f'<g class="row" transform="translate(0,{y})">',
        f'<rect class="back" width="{WIDTH}" height="{ROW}"/>',
        sign,
        (
            f'<text{weight} x="{x + 12}" y="15">{_text(name)}<title>{_text(row.name)} '
            f"({_text(row.key)})</title></text>"
        ),
        *(
            f'<text class="num dim" x="{edge}" y="15">{scale.said(row.cells[i], i)}</text>'
            for i, edge in enumerate(scale.columns)
            if row.cells[i] is not None
        ),
        *(_bar(b, scale, row, pattern) for b in bars),
        *(_mark(m, scale) for m in row.marks),
        "</g>",
    ]
    return "".join(parts)


def _bar(bar: Bar, scale: _Scale, row: GanttRow, pattern: int) -> str:
    x, end = scale(bar.start), scale(bar.end)
    kind = "group" if bar.kind == "summary" and row.mode else bar.kind
    made = [ink.rect(kind, x, end, bar.label, pattern if kind in PATTERNED else 0)]
    # What was reported, else what lies before the data date.
    until = min(end, scale(scale.now)) if row.done is None else x + row.done * (end - x)
    if bar.kind in {"build", "tail"} and until > x:
        made.append(ink.rect("done", x, until, ""))
    return "".join(made)


def _mark(mark: Mark, scale: _Scale) -> str:
    x, y = scale(mark.day), ROW // 2
    made = []
    if mark.p10 is not None:
        low = scale(mark.p10)
        high = scale(mark.p90) if mark.p90 is not None else scale.right
        made.append(f'<path class="whisker" d="M{_n(low)} {y - 3}v6m0-3H{_n(high)}m0-3v6"/>')
        if mark.p80 is not None:
            made.append(f'<path class="whisker" d="M{_n(scale(mark.p80))} {y - 7}v14"/>')
    made.append(ink.symbol(mark.kind, x, y))
    return f"<g>{''.join(made)}<title>{_text(mark.label)}</title></g>"


def _storms(gantt: Gantt, rows: Sequence[GanttRow], scale: _Scale) -> str:
    """Shade the storm season over the rows of each site."""
    made = []
    tops = [i for i, r in enumerate(rows) if r.depth == 0]
    for i, end in pairwise([*tops, len(rows)]):
        y, height = HEAD + ROW * i, ROW * (end - i)
        for first, last in gantt.storms.get(rows[i].key, ()):
            x, width = scale(first), scale(last) - scale(first)
            made.append(f'<rect class="storm" x="{_n(x)}" y="{y}" width="{_n(width)}" '
                        f'height="{height}"/>')  # fmt: skip
    return f"<g>{''.join(made)}</g>" if made else ""


def _legend(gantt: Gantt, y: float) -> tuple[str, int]:
    """Return what the bars and marks are, and in how many lines."""
    made, x, line = [], 8, 0
    for sample, said in ink.samples(gantt):
        wide = 44 + round(6.3 * len(said))
        if x + wide > WIDTH:
            x, line = 8, line + 1
        made.append(f'<g transform="translate({x},{LEGEND * line + 1})">{sample}'
                    f'<text x="30" y="15">{_text(said)}</text></g>')  # fmt: skip
        x += wide
    return f'<g class="legend" transform="translate(0,{_n(y)})">{"".join(made)}</g>', line + 1


def _data_date(gantt: Gantt, scale: _Scale, body: int) -> str:
    x = _n(scale((gantt.data_date - gantt.start).days))
    label = f"data date {gantt.data_date.isoformat()}"
    return (
        f'<g><line class="date tall" x1="{x}" x2="{x}" y1="16" y2="{body}"/>'
        f'<text x="{x}" y="12" style="fill:#D55E00">{label}</text></g>'
    )


def _strip(gantt: Gantt, scale: _Scale, body: int) -> str:
    if not gantt.strip:
        return ""
    top = max((max(s.value, default=0.0) for s in gantt.strip), default=0.0) or 1.0
    height, base = STRIP - 34, STRIP - 16
    at, high = scale.left - 6, base - height + 8
    made = [
        f'<line class="grid year" x1="{scale.left}" x2="{scale.right}" y1="{base}" y2="{base}"/>',
        f'<text class="num dim" x="{at}" y="{base}">0</text>',
        f'<text class="num dim" x="{at}" y="{high}">{words.mw(top)}</text>',
        f'<text class="head" x="20" y="{high}">MW of facility power, P50 and plan</text>',
    ]
    ends = [s.value[-1] / top if s.value else 0.0 for s in gantt.strip]
    places = _apart(ends, 15 / height)
    for i, line in enumerate(gantt.strip):
        made.append(_strip_line(line, i, scale, base, height, top))
        y = base - height * places[i] + 4
        made.append(f'<text x="{_n(scale.right + 6)}" y="{_n(y)}">{_text(line.name)}</text>')
    return f'<g class="strip" transform="translate(0,{body})">{"".join(made)}</g>'


def _strip_line(
    line: StripLine, index: int, scale: _Scale, base: float, height: float, top: float
) -> str:
    points = " ".join(
        f"{_n(scale(d))},{_n(base - height * v / top)}"
        for d, v in zip(line.day, line.value, strict=True)
    )
    return (
        f'<polyline class="line{index % 4}" fill="none" stroke-width="2" points="{points}">'
        f"<title>{_text(line.name)}</title></polyline>"
    )


def _apart(values: list[float], gap: float) -> list[float]:
    """Return heights 0..1 at least `gap` apart, highest first."""
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))
    made, ceiling = [0.0] * len(values), 1.0
    for i in order:
        made[i] = min(values[i], ceiling)
        ceiling = made[i] - gap
    floor = 0.0
    for i in reversed(order):
        made[i] = max(made[i], floor)
        floor = made[i] + gap
    return made
