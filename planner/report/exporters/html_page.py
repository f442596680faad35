"""The report as one self-contained page that works from disk with the network off.

Every text from the user's files goes through `escape` on its way in; the content policy is the
second line of defence, and forbids every request.
"""

from __future__ import annotations

import re
from html import escape
from importlib.resources import files as package_files
from typing import Final

from planner.report import charts
from planner.report.document import (
    Built,
    Chart,
    Columns,
    Document,
    Gantt,
    Part,
    Prose,
    Tiles,
)
from planner.report.exporters import page_table
from planner.report.exporters.base import Exporter
from planner.report.gantt import page as gantt_page

POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
)

GROWTH: Final = 1.3
"""How much a figure may grow over its drawn size where there is room."""
_UNSEEN: Final = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff]")
"""Characters that a page may not hold."""
_WIDTH: Final = re.compile(r'<svg[^>]* width="([\d.]+)"')


def files(document: Document) -> dict[str, bytes]:
    """Return ``report.html``."""
    return {"report.html": _UNSEEN.sub("\ufffd", render(document)).encode("utf-8")}


def render(document: Document) -> str:
    """Return the page."""
    style = _asset("page.css") + gantt_page.style()
    script = gantt_page.script() + _asset("page.js")
    sections = "\n".join(_section(s, is_first=i == 0) for i, s in enumerate(document.sections))
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{_t(document.title)}</title>
<style>
{style}</style>
</head>
<body>
{_band(document)}
<div class="page">
{_navigation(document)}
<main>
{sections}
</main>
</div>
<div id="say" role="status" hidden></div>
<script>
{script}</script>
</body>
</html>
"""


def _asset(name: str) -> str:
    return package_files("planner.report.exporters").joinpath(name).read_text(encoding="utf-8")


def _t(text: str) -> str:
    return escape(text, quote=True)


def _band(document: Document) -> str:
    pairs = "".join(f"<span><b>{_t(k)}</b> {_t(v)}</span>" for k, v in document.facts)
    chip = f'<a class="chip {document.chip.tone}" href="#t-promises">{_t(document.chip.text)}</a>'
    return f'<header class="band"><h1>{_t(document.title)}</h1>{chip}<p>{pairs}</p></header>'


def _navigation(document: Document) -> str:
    links = "".join(
        f'<li><a href="#{_t(s.name)}">{_t(s.title)}</a></li>' for s in document.sections
    )
    return (
        f'<nav aria-label="Sections"><details class="menu" open><summary>Sections</summary>'
        f"<ul>{links}</ul></details></nav>"
    )


def _section(section: Built, *, is_first: bool) -> str:
    parts = "\n".join(_any(p) for p in section.parts)
    hidden = " quiet" if is_first else ""
    question = f"<small>{_t(section.question)}</small>"
    head = f'<h2 class="sectionhead{hidden}">{_t(section.title)}{question}</h2>'
    return f'<section id="{_t(section.name)}">{head}\n{parts}\n</section>'


def _any(part: Part | Columns) -> str:
    if isinstance(part, Columns):
        left, right = ("\n".join(_part(p) for p in side) for side in (part.left, part.right))
        return f'<div class="columns"><div>{left}</div><div>{right}</div></div>'
    return _part(part)


def _part(part: Part) -> str:
    if isinstance(part, Prose):
        return f'<p class="{part.role}">{_t(part.text)}</p>'
    if isinstance(part, Tiles):
        return _tiles(part)
    if isinstance(part, Chart):
        return _chart(part)
    if isinstance(part, Gantt):
        return _gantt(part)
    return page_table.render(part)


def _tiles(tiles: Tiles) -> str:
    made = "".join(
        f'<a class="tile" href="#{_t(t.section)}"><span>{_t(t.label)}</span>'
        f"<strong>{_t(t.value)}</strong><small>{_t(t.detail)}</small></a>"
        for t in tiles.tiles
    )
    return f'<div class="tiles">{made}</div>'


def _chart(chart: Chart) -> str:
    if chart.spec is None:
        return f'<p class="empty">{_t(chart.title)}.</p>'
    body = _drawing(chart, chart.spec)
    if chart.other is not None:
        # Without script there is no button, and the first drawing stays.
        button = f'<button type="button" aria-pressed="false">{_t(chart.switch)}</button>'
        other = _drawing(chart, chart.other).replace("<svg ", "<svg hidden ", 1)
        body = f'<div class="tools" hidden>{button}</div>{body}{other}'
    return _figure(chart.name, chart.title, chart.subtitle, body, chart.table, chart.method)


def _drawing(chart: Chart, spec: charts.Spec) -> str:
    """Return the SVG of a figure, no wider than reads well, with its finding as its title."""
    body = charts.render(spec)
    # The finding is what a screen reader needs first; Vega's own label says "SVG image".
    title = f"<title>{_t(chart.title)}</title><desc>{_t(chart.subtitle)}</desc>"
    start = body.index(">") + 1
    width = round(GROWTH * float(_WIDTH.findall(body)[0]))
    return f'{body[: start - 1]} style="max-width:{width}px">{title}{body[start:]}'


def _gantt(gantt: Gantt) -> str:
    if not gantt.rows:
        return f'<p class="empty">{_t(gantt.title)}.</p>'
    body = gantt_page.figure(gantt)
    return _figure(gantt.name, gantt.title, gantt.subtitle, body, gantt.table, "", file=".svg")


def _figure(
    name: str, title: str, subtitle: str, body: str, table: str, method: str, file: str = ""
) -> str:
    how = f"<details><summary>how it is computed</summary>{_t(method)}</details>" if method else ""
    own = f'<a href="{_t(name)}{file}">SVG</a>' if file else ""
    return (
        f'<figure id="f-{_t(name)}"><figcaption><h3>{_t(title)}</h3><p>{_t(subtitle)}</p>'
        f"</figcaption>{body}"
        f'<div class="under"><a href="#t-{_t(table)}">table</a>'
        f'<a href="{_t(table)}.csv">CSV</a>{own}{how}</div></figure>'
    )


EXPORTER = Exporter("html", ".html", "1.0", is_tabular=False, files=files)
