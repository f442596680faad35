"""JSON Schema of ``results.json``, for programs that read a run."""

from __future__ import annotations

from typing import Any, Final, get_args

from planner.report.document import Kind
from planner.report.exporters.json_file import VERSION

_TEXT: Final = {"type": "string"}


def results_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``results.json``.

    A field is never removed or given another meaning under the same major version; tables, columns
    and fields may be added.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Gigaplan: results.json",
        "description": "The report of a run as data. A cell is a number, a text, an ISO date as "
        "text, or null where nothing is known; its column says the kind and, in its key, the unit.",
        **_object(
            format_version={"const": VERSION},
            title=_TEXT,
            run={"type": "object", "additionalProperties": _TEXT},
            chip=_object(text=_TEXT, tone={"enum": ["good", "warn", "bad"]}),
            stamps={"type": "object", "additionalProperties": {"$ref": "#/$defs/cell"}},
            sections=_list(_section()),
        ),
        "$defs": {"cell": {"type": ["string", "number", "boolean", "null"]}},
    }


def _section() -> dict[str, Any]:
    return _object(
        name=_TEXT,
        title=_TEXT,
        prose=_list(_TEXT),
        tiles=_list(_object(label=_TEXT, value=_TEXT, detail=_TEXT)),
        figures=_list(_object(name=_TEXT, title=_TEXT, subtitle=_TEXT, table=_TEXT)),
        tables=_list(_table()),
    )


def _table() -> dict[str, Any]:
    column = _object(key=_TEXT, title=_TEXT, kind={"enum": list(get_args(Kind))})
    rows = _list(_list({"$ref": "#/$defs/cell"}))
    return _object(name=_TEXT, title=_TEXT, columns=_list(column), rows=rows)


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
