"""What-ifs: "path=value" applied to the nodes of the files before they are validated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.errors import Finding, Where
from planner.specs.fields import Shape, below, fields, nearest
from planner.specs.yaml_nodes import Builder, Node, compose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.domain.base import Model

FILE = "--set"
"""Stands for the file in places of values given on the command line."""


OVERLAY = "@"
"""Begins a what-if that names an overlay of the portfolio."""


def expanded(
    root: Node, texts: Sequence[str], report: Callable[[Finding], None]
) -> tuple[str, ...]:
    """Return what-ifs in which each named overlay stands as its own path=value lines."""
    listed = root.child("overlays")
    overlays = listed.data if listed is not None and isinstance(listed.data, dict) else {}
    made: list[str] = []
    for text in texts:
        if not text.startswith(OVERLAY):
            made.append(text)
            continue
        name = text.removeprefix(OVERLAY)
        if (overlay := overlays.get(name)) is None:
            match = nearest(name, list(overlays))
            hint = f'did you mean "{match}"?' if match else f"known: {', '.join(overlays) or '-'}"
            report(Finding(Where("--overlay", path=name), "override", f'no overlay "{name}"', hint))
        elif isinstance(overlay.data, dict):
            made += [f"{path}={value.text}" for path, value in overlay.data.items()]
    return tuple(made)


@dataclass(frozen=True)
class Override:
    """One what-if.

    Parameters
    ----------
    path
        Key path inside its file.
    value
        The new value.
    full
        Path as given.
    """

    path: tuple[str, ...]
    value: Node
    full: str


def parse(text: str, report: Callable[[Finding], None]) -> Override | None:
    """Return the what-if of a text such as ``finance.cash_floor=0 MUSD``, or None once reported."""
    full, sign, value = text.partition("=")
    full = full.strip().replace("[", ".").replace("]", "")
    where = Where(FILE, path=full)
    if not sign or not full:
        hint = 'write e.g. "finance.cash_floor=0 MUSD"'
        report(Finding(where, "override", f'not of the form path=value: "{text}"', hint))
        return None
    if not value.strip():
        report(Finding(where, "override", "no value given", "write null for none"))
        return None
    problems: list[Finding] = []
    tree = compose(value.strip(), FILE, problems.append)
    node = Builder(FILE, value, problems.append, None).build(tree) if tree is not None else None
    for problem in problems:
        report(replace(problem, where=where))
    if node is None or problems:
        return None
    return Override(tuple(full.split(".")), _placed(node, full), full)


def _placed(node: Node, path: str) -> Node:
    """Return a node of the command line: no line, and its reason."""
    for each in node.walk():
        inner = f"{path}.{each.where.path}" if each.where.path else path
        each.where = Where(FILE, path=inner)
        each.keys = {key: Where(FILE, path=f"{inner}.{key}") for key in each.keys}
        each.source, each.assumption = "", "set on the command line"
    return node


def apply(
    root: Node, override: Override, report: Callable[[Finding], None], model: type[Model]
) -> Node:
    """Return a root in which the value at the path is replaced; what is shared stays as it was.

    Parameters
    ----------
    model
        Record of the root: a record below it that the file leaves out is begun where it is named.
    """
    return _set(root, override.path, 0, override, report, Shape(model=model))


def _set(
    node: Node, path: Sequence[str], depth: int, override: Override,
    report: Callable[[Finding], None], here: Shape | None,
) -> Node:  # fmt: skip
    rest = path[depth:]
    if isinstance(node.data, list):
        index = int(rest[0]) if rest[0].isdecimal() else -1
        if not 0 <= index < len(node.data):
            message = f"there is no item {rest[0]}: {len(node.data)} items, the first is 0"
            report(Finding(Where(FILE, path=override.full), "override", message))
            return node
        items = list(node.data)
        items[index] = (
            override.value if len(rest) == 1
            else _set(items[index], path, depth + 1, override, report, below(here, rest[0]))
        )  # fmt: skip
        return replace(node, data=items)
    if not isinstance(node.data, dict):
        message = f'"{node.where.path}" holds a value, nothing lies below it'
        report(Finding(Where(FILE, path=override.full), "override", message))
        return node
    key, used = _longest_key(node.data, rest)
    inner = below(here, key)
    made = replace(node, data=dict(node.data), keys=dict(node.keys))
    if not isinstance(made.data, dict):  # for the type checker: it was copied from one
        return node
    if used == len(rest):
        made.data[key] = override.value
        made.keys[key] = Where(FILE, path=override.full)
    elif key in node.data:
        made.data[key] = _set(node.data[key], path, depth + used, override, report, inner)
    elif here is not None and here.model is not None and inner is not None and inner.has_keys:
        begun = replace(node, data={}, keys={}, where=Where(FILE, path=override.full))
        made.data[key] = _set(begun, path, depth + used, override, report, inner)
        made.keys[key] = Where(FILE, path=override.full)
    else:
        model = None if here is None else here.model
        names = list(dict.fromkeys([*node.data, *(fields(model) if model else ())])) or ["-"]
        match = nearest(key, names)
        hint = f'did you mean "{match}"?' if match else f"known: {', '.join(names)}"
        at = node.where.path or "the top"
        message = f'no "{key}" at {at}'
        report(Finding(Where(FILE, path=override.full), "override", message, hint))
    return made


def _longest_key(data: dict[str, Node], rest: Sequence[str]) -> tuple[str, int]:
    """Return the key that the path goes on with; a name may itself hold dots."""
    for used in range(len(rest), 0, -1):
        if (key := ".".join(rest[:used])) in data:
            return key, used
    return rest[0], 1
