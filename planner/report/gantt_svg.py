"""The Gantt as SVG: complete without script, and folded by a little script where there is one.

A row is one group, bar and text in it, so that they cannot part; the strip beneath shares the axis.
"""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Final

from planner.report import words

if TYPE_CHECKING:
    from planner.report.document import Bar, Gantt, GanttRow, Mark, StripLine

WIDTH: Final = 1320
NAME: Final = 300
CELL: Final = 84
ROW: Final = 22
HEAD: Final = 56
STRIP: Final = 120
RIGHT: Final = 110

STYLE: Final = """
.g{font:12px system-ui,sans-serif;color:inherit}
.g text{fill:currentColor;font-variant-numeric:tabular-nums}
.g .dim{opacity:.7}.g .head{font-weight:600}.g .num{text-anchor:end}
.g .grid{stroke:currentColor;stroke-opacity:.12}.g .year{stroke-opacity:.35}
.g .build,.g .tail,.g .rfs{fill:var(--blue,#0072B2)}.g .tail{fill-opacity:.45}
.g .done{fill:var(--grey,#767676)}.g .power{fill:var(--green,#009E73)}
.g .float{fill:none;stroke:var(--grey,#767676);stroke-dasharray:3 2}
.g .driving{fill:url(#g-hatch);stroke:#D55E00}
.g .summary{fill:currentColor;fill-opacity:.55}
.g .rfs,.g .power{stroke:currentColor;stroke-width:.6}
.g .whisker{stroke:currentColor;stroke-width:1.3;fill:none}
.g .date{stroke:#D55E00;stroke-width:1.5}
.g .line0{stroke:var(--grey,#767676)}.g .line1{stroke:var(--green,#009E73)}
.g .line2{stroke:var(--blue,#0072B2)}
.g .back{fill:currentColor;fill-opacity:0}
.g .row:hover .back,.g .row:focus-within .back{fill-opacity:.08}
.g .fold{cursor:pointer}
""".strip()


HATCH: Final = (
    '<defs><pattern id="g-hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="5" height="5" fill="#D55E00" fill-opacity=".25"/>'
    '<line y2="5" stroke="#D55E00" stroke-width="3"/></pattern></defs>'
)


def draw(gantt: Gantt) -> str:
    """Return the SVG of a Gantt."""
    scale = _Scale(gantt)
    body = HEAD + ROW * len(gantt.rows)
    height = body + (STRIP if gantt.strip else 0) + 10
    parents = {r.parent for r in gantt.rows}
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="g" role="img" '
        f'viewBox="0 0 {WIDTH} {height}" data-head="{HEAD}" data-row="{ROW}" '
        f'data-strip="{STRIP if gantt.strip else 0}" aria-label="{_text(gantt.title)}">'
    )
    parts = [
        head,
        f"<title>{_text(gantt.title)}</title><desc>{_text(gantt.subtitle)}</desc>",
        f"<style>{STYLE}</style>",
        HATCH,
        _header(gantt, scale, body),
        *(_row(r, i, scale, is_parent=r.key in parents) for i, r in enumerate(gantt.rows)),
        _data_date(gantt, scale, body),
        _strip(gantt, scale, body),
        "</svg>",
    ]
    return "\n".join(p for p in parts if p)


class _Scale:
    """Days on the axis to pixels."""

    def __init__(self, gantt: Gantt) -> None:
        self.left = NAME + CELL * len(gantt.cell_titles) + 16
        self.days = max(1.0, float((gantt.end - gantt.start).days))
        self.right = WIDTH - RIGHT

    def __call__(self, day: float) -> float:
        day = min(max(day, 0.0), self.days)
        return self.left + (self.right - self.left) * day / self.days


def _text(value: str) -> str:
    return escape(value, quote=True)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _header(gantt: Gantt, scale: _Scale, body: int) -> str:
    made = [
        f'<text class="num dim" x="{NAME + CELL * (i + 1)}" y="{HEAD - 8}">{_text(t)}</text>'
        for i, t in enumerate(gantt.cell_titles)
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


def _row(row: GanttRow, index: int, scale: _Scale, *, is_parent: bool) -> str:
    y = HEAD + ROW * index
    x = 8 + 16 * row.depth
    weight = ' class="head"' if row.depth == 0 else ""
    fold = ""
    if is_parent:
        fold = (
            '<text class="fold" tabindex="0" role="button" aria-expanded="true" '
            f'x="{x - 2}" y="15">▾</text>'
        )
    # A long name must not run into the columns beside it.
    name = row.name if len(row.name) <= 42 - 2 * row.depth else f"{row.name[: 41 - 2 * row.depth]}…"
    begin = (
        f'<g class="row" data-key="{_text(row.key)}" data-parent="{_text(row.parent)}" '
        f'data-open="{int(row.is_open)}" transform="translate(0,{y})">'
    )
    parts = [
        begin,
        f'<rect class="back" width="{WIDTH}" height="{ROW}"/>',
        fold,
        f'<text{weight} x="{x + 12}" y="15">{_text(name)}<title>{_text(row.key)}</title></text>',
        *(f'<text class="num dim" x="{NAME + CELL * (i + 1)}" y="15">{_text(c)}</text>'
          for i, c in enumerate(row.cells) if c),
        *(_bar(b, scale) for b in row.bars),
        *(_mark(m, scale) for m in row.marks),
        "</g>",
    ]  # fmt: skip
    return "".join(parts)


def _bar(bar: Bar, scale: _Scale) -> str:
    x, end = scale(bar.start), scale(bar.end)
    top, height = {"summary": (8, 5), "float": (8, 6), "driving": (4, 14)}.get(bar.kind, (5, 12))
    width = max(end - x, 1.5)
    return (
        f'<rect class="{bar.kind}" x="{_n(x)}" y="{top}" width="{_n(width)}" height="{height}">'
        f"<title>{_text(bar.label)}</title></rect>"
    )


def _mark(mark: Mark, scale: _Scale) -> str:
    x, y = scale(mark.day), ROW // 2
    made = []
    if mark.p10 is not None:
        low = scale(mark.p10)
        high = scale(mark.p90) if mark.p90 is not None else scale.right
        made.append(f'<path class="whisker" d="M{_n(low)} {y - 3}v6m0-3H{_n(high)}m0-3v6"/>')
        if mark.p80 is not None:
            made.append(f'<path class="whisker" d="M{_n(scale(mark.p80))} {y - 7}v14"/>')
    shape = "0-6l6 6-6 6-6-6z" if mark.kind == "rfs" else "0-6l6 11h-12z"
    made.append(f'<path class="{mark.kind}" d="M{_n(x)} {y}m{shape}"/>')
    return f"<g>{''.join(made)}<title>{_text(mark.label)}</title></g>"


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
        f'<text class="head" x="20" y="{high}">MW of facility power, P50</text>',
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
        f'<polyline class="line{index % 3}" fill="none" stroke-width="2" points="{points}">'
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
