"""The Gantt as an SVG file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import gantt_svg
from planner.report.exporters.base import Exporter

if TYPE_CHECKING:
    from planner.report.document import Document


def files(document: Document) -> dict[str, bytes]:
    """Return a file a Gantt, ``gantt.svg`` as a rule."""
    drawn = {g.name: gantt_svg.draw(g, depth=gantt_svg.HALLS) for g in document.gantts()}
    return {f"{name}.svg": f"{body}\n".encode() for name, body in drawn.items()}


EXPORTER = Exporter("gantt", ".svg", "1.0", is_tabular=False, files=files)
