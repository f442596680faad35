"""Where the numbers of a file come from, and where everything in it stands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from planner.domain.activity import Relation
from planner.domain.portfolio import Provenance
from planner.specs.fields import Shape, fields, shape
from planner.specs.yaml_nodes import Node, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.base import Model
    from planner.errors import Where

NUMBERS = (int, float, dt.date)
"""Plain types that count as numbers; quantities do as well, and lags of relations."""


def places(root: Node, prefix: str) -> dict[str, Where]:
    """Return the place of each key path of a file: of the value if it is one, else of its key."""
    made = {prefix: root.where} if prefix != "catalog" else {}
    _places(root, prefix, made)
    return made


def _places(node: Node, path: str, made: dict[str, Where]) -> None:
    if isinstance(node.data, dict):
        for key, child in node.data.items():
            below = join(path, key)
            is_value = not isinstance(child.data, (dict, list))
            made[below] = child.where if is_value else node.keys.get(key, child.where)
            _places(child, below, made)
    elif isinstance(node.data, list):
        for index, child in enumerate(node.data):
            below = join(path, index)
            made[below] = child.where
            _places(child, below, made)


def numbers(root: Node, model: type[Model]) -> Iterator[Provenance]:
    """Yield every number of a file with its place and origin."""
    yield from _numbers(root, Shape(model=model))


def _numbers(node: Node, what: Shape) -> Iterator[Provenance]:
    if what.model is not None and isinstance(node.data, dict):
        known = fields(what.model)
        for key, child in node.data.items():
            if key in known:
                yield from _numbers(child, known[key])
    elif what.each is not None:
        inner = shape(what.each)
        for child in _children(node):
            yield from _numbers(child, inner)
    elif what.amount is not None or what.base in NUMBERS or _has_lag(node, what):
        yield from _number(node)


def _has_lag(node: Node, what: Shape) -> bool:
    return what.base is Relation and isinstance(node.data, str) and "+" in node.data


def _number(node: Node) -> Iterator[Provenance]:
    text = "/".join(child.text for child in _children(node)) or node.text
    origin = node
    if isinstance(node.data, dict):  # all the points of an estimate have the origin of the whole
        origin = next(iter(node.data.values()), node)
    yield Provenance(node.where, text, origin.source, origin.assumption)


def _children(node: Node) -> list[Node]:
    if isinstance(node.data, dict):
        return list(node.data.values())
    return list(node.data) if isinstance(node.data, list) else []
