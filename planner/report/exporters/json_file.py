"""The whole document as data, for machines: tables with their columns, the answer, the chip."""

from __future__ import annotations

import datetime as dt
import json
import math

from planner.report.document import Built, Cell, Chart, Document, Gantt, Prose, Table, Tiles
from planner.report.exporters.base import Exporter

VERSION = "1.0"


def files(document: Document) -> dict[str, bytes]:
    """Return ``results.json``."""
    body = {
        "format_version": VERSION,
        "title": document.title,
        "run": dict(document.facts),
        "chip": {"text": document.chip.text, "tone": document.chip.tone},
        "stamps": {k: _value(v) for k, v in sorted(document.stamps.items())},
        "sections": [_section(s) for s in document.sections],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False)
    return {"results.json": f"{text}\n".encode()}


def _section(section: Built) -> dict[str, object]:
    parts = list(section.walk())
    return {
        "name": section.name,
        "title": section.title,
        "prose": [p.text for p in parts if isinstance(p, Prose)],
        "tiles": [
            {"label": t.label, "value": t.value, "detail": t.detail}
            for p in parts if isinstance(p, Tiles) for t in p.tiles
        ],
        "figures": [
            {"name": p.name, "title": p.title, "subtitle": p.subtitle, "table": p.table}
            for p in parts if isinstance(p, (Chart, Gantt))
        ],
        "tables": [_table(p) for p in parts if isinstance(p, Table)],
    }  # fmt: skip


def _table(table: Table) -> dict[str, object]:
    return {
        "name": table.name,
        "title": table.title,
        "columns": [
            {"key": c.key, "title": f"{c.group} {c.title}".strip(), "kind": c.kind}
            for c in table.columns
        ],
        "rows": [[_value(v) for v in row] for row in table.rows],
    }


def _value(value: Cell) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    return value


EXPORTER = Exporter("json", ".json", VERSION, is_tabular=True, files=files)
