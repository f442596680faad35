"""JSON Schema of each kind of file, made from the records, for editors that complete and check.

Descriptions are the docstrings under the fields. Every mapping takes ``source`` and
``assumption``, and every value may be wrapped as ``{value, source, assumption}``, as in `load`.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from planner.specs.fields import fields, shape
from planner.specs.load import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.base import Model

Json = dict[str, Any]

SOURCED: Final = ("catalog", "site", "portfolio", "actuals")
"""Kinds whose values may say where they come from."""
_ORIGIN_DEFS: Final[Json] = {
    "source": {
        "description": "Key of the sources file, for all numbers beside and below",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    },
    "assumption": {
        "description": "One line of why it was assumed, for all numbers beside and below",
        "type": "string",
    },
}
ORIGIN: Final[Json] = {name: {"$ref": f"#/$defs/{name}"} for name in _ORIGIN_DEFS}


def schema(kind: str) -> Json:
    """Return the JSON Schema of a kind of file.

    Parameters
    ----------
    kind
        A key of `KINDS`: catalog, site, portfolio, sources or plan.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no kind of file {kind!r}; known: {', '.join(KINDS)}")
    model = KINDS[kind]
    made = model.model_json_schema()
    records = {record.__name__: record for record in _records(model)}
    for name, record in records.items():
        _describe(made if record is model else made["$defs"][name], record)
    made.setdefault("$defs", {})
    quantities: Json = {}
    made = _shared(made, quantities)
    if kind in SOURCED:
        for each in [made, *made["$defs"].values(), *quantities.values()]:
            _allow_origins(each)
        made["$defs"] |= _ORIGIN_DEFS
    made["$defs"] |= dict(sorted(quantities.items()))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": f"Gigaplan: {kind} file",
    }


def _records(model: type[Model], seen: set[type[Model]] | None = None) -> Iterator[type[Model]]:
    """Yield a record and all that stand below it, each once."""
    seen = set() if seen is None else seen
    if model in seen:
        return
    seen.add(model)
    yield model
    for what in fields(model).values():
        inner = what
        while inner.each is not None:
            inner = shape(inner.each)
        if inner.model is not None:
            yield from _records(inner.model, seen)


def _describe(made: Json, record: type[Model]) -> None:
    """Put the docstrings of a record and its fields into its schema."""
    made["description"] = inspect.cleandoc(record.__doc__ or "")
    for name, text in docstrings(record).items():
        made["properties"][name]["description"] = text


def docstrings(record: type[Model]) -> dict[str, str]:
    """Return the docstring under each field of a record, on one line."""
    for node in _module(record.__module__).body:
        if isinstance(node, ast.ClassDef) and node.name == record.__name__:
            return dict(_field_texts(node))
    return {}


@cache
def _module(name: str) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(sys.modules[name])))


def _field_texts(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement, following in zip(node.body, node.body[1:], strict=False):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            yield statement.target.id, " ".join(str(following.value.value).split())


def _shared(made: Any, quantities: Json) -> Any:
    """Return a schema whose quantities are references, one definition a unit."""
    if isinstance(made, list):
        return [_shared(each, quantities) for each in made]
    if not isinstance(made, dict):
        return made
    if "x-unit" in made:
        name = f"quantity in {made['x-unit']}".replace("/", " per ")
        about = {key: value for key, value in made.items() if key not in ("anyOf", "x-unit")}
        quantities[name] = {"x-unit": made["x-unit"], "anyOf": made["anyOf"]}
        return {**about, "$ref": f"#/$defs/{name.replace(' ', '%20')}"}
    return {key: _shared(value, quantities) for key, value in made.items()}


def _allow_origins(made: Json) -> None:
    """Let a schema and all inside it take origins, in place."""
    if made.get("type") == "object":
        inside = made.get("properties", {})
        made["properties"] = {name: _wrapped(inner) for name, inner in inside.items()} | ORIGIN
        if isinstance(made.get("additionalProperties"), dict):
            made["additionalProperties"] = _wrapped(made["additionalProperties"])
    if isinstance(made.get("items"), dict):
        made["items"] = _wrapped(made["items"])
    for each in made.get("anyOf", []):
        _allow_origins(each)
    if "x-unit" in made:
        made["anyOf"].append(_wrapper(made["anyOf"][0]))


def _wrapped(inner: Json) -> Json:
    """Return a schema that also takes ``{value: …}`` with an origin."""
    options = [inner, *inner.get("anyOf", [])]
    if any("$ref" in each or each.get("type") == "object" for each in options):
        _allow_origins(inner)
        return inner  # a mapping says its origin inside, and a quantity's definition holds both
    about: Json = {
        key: inner.pop(key) for key in ("title", "description", "default") if key in inner
    }
    _allow_origins(inner)
    return {**about, "anyOf": [inner, _wrapper(inner)]}


def _wrapper(inner: Json) -> Json:
    return {
        "type": "object",
        "properties": {"value": inner, **ORIGIN},
        "required": ["value"],
        "additionalProperties": False,
    }
