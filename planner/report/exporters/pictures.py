"""Every figure of the report as a picture of its own: SVG, PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import vl_convert

from planner.report import charts, gantt_svg
from planner.report.document import Chart, Gantt
from planner.report.exporters.base import Exporter

if TYPE_CHECKING:
    from planner.report.document import Document

SCALE: Final = 2.0
"""Pixels of a PNG for each of the drawing: sharp on a slide."""
INK, PAPER = "#1b1b1b", "#ffffff"


def svg_files(document: Document) -> dict[str, bytes]:
    """Return an SVG a figure, in ink on paper."""
    return {f"{name}.svg": f"{body}\n".encode() for name, body in _drawn(document).items()}


def png_files(document: Document) -> dict[str, bytes]:
    """Return a PNG a figure."""
    return {
        f"{name}.png": bytes(vl_convert.svg_to_png(body, scale=SCALE))
        for name, body in _drawn(document).items()
    }


def _drawn(document: Document) -> dict[str, str]:
    made: dict[str, str] = {}
    for section in document.sections:
        for part in section.walk():
            if isinstance(part, Gantt):
                made[part.name] = gantt_svg.draw(part, depth=gantt_svg.HALLS)
            elif isinstance(part, Chart) and part.spec is not None:
                made[part.name] = _on_paper(charts.render(part.spec))
    return made


def _on_paper(svg: str) -> str:
    """Return a drawing that needs no page around it to have its colours."""
    coloured = svg.replace("currentColor", INK)
    return coloured.replace("<svg ", f'<svg style="background:{PAPER}" ', 1)


SVG = Exporter("svg", ".svg", "1.0", is_tabular=False, files=svg_files)
PNG = Exporter("png", ".png", "1.0", is_tabular=False, files=png_files)
