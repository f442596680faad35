"""Pydantic's errors as Findings: one message a cause, at the place in the file, with the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.errors import Finding, Where
from planner.specs.fields import Shape, at, below, deeper, fields, home_of, nearest, twin_of
from planner.specs.yaml_nodes import Node, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from planner.domain.base import Model

Loc = tuple[str | int, ...]

_NOT_A_MAPPING = ("model_type", "dict_type", "model_attributes_type")
_MOST_FIELDS = 12
"""Known fields listed in a message."""


def translate(error: ValidationError, model: type[Model], root: Node) -> list[Finding]:
    """Return the findings that pydantic's errors stand for.

    Parameters
    ----------
    error
        What pydantic raised.
    model
        Record that was to be made of the file.
    root
        The file's nodes, as given to pydantic.
    """
    errors = [(_loc(e), e) for e in error.errors(include_url=False)]
    places = {loc for loc, _ in errors}
    leaves = [  # a parent's error says nothing where a child under it has one
        (loc, e)
        for loc, e in errors
        if not any(len(other) > len(loc) and other[: len(loc)] == loc for other in places)
    ]
    made = [_Translator(model, root, loc, e) for loc, e in leaves]
    expected = {one.meant for one in made} - {()}
    missing = [one for one in made if one.kind == "missing" and one.loc not in expected]
    found = [one.finding() for one in made if one.kind != "missing"]
    return [*found, *_missing(missing)]


def _loc(error: ErrorDetails) -> Loc:
    return tuple(key for key in error["loc"] if key != "[key]")


def _missing(errors: Sequence[_Translator]) -> Iterator[Finding]:
    """Yield one finding for all the fields that are missing in the same place."""
    by_parent: dict[Loc, list[str]] = {}
    for one in errors:
        by_parent.setdefault(one.loc[:-1], []).append(str(one.loc[-1]))
    for parent, names in by_parent.items():
        where = key_place(errors[0].root, parent)
        noun = "field" if len(names) == 1 else "fields"
        listed = ", ".join(f'"{name}"' for name in names)
        yield Finding(where, "missing-field", f"{noun} missing: {listed}")


def node_at(root: Node, loc: Loc) -> Node:
    """Return the node at a key path, or the deepest one on the way there."""
    node = root
    for key in loc:
        child = node.child(key)
        if child is None:
            break
        node = child
    return node


def key_place(root: Node, loc: Loc) -> Where:
    """Return the place of the key at the end of a path, or of the nearest parent that has one."""
    for length in range(len(loc), 0, -1):
        parent = node_at(root, loc[: length - 1])
        if (where := parent.keys.get(str(loc[length - 1]))) is not None:
            return Where(where.file, where.line, where.col, dotted(loc))
    return Where(root.where.file, root.where.line, root.where.col, dotted(loc))


def value_place(root: Node, loc: Loc) -> Where:
    """Return the place of the value at a path, or of its nearest parent."""
    where = node_at(root, loc).where
    return Where(where.file, where.line, where.col, dotted(loc))


def dotted(loc: Loc) -> str:
    """Return a key path as text."""
    path = ""
    for key in loc:
        path = join(path, key)
    return path


class _Translator:
    """One of pydantic's errors on its way to a Finding."""

    def __init__(self, model: type[Model], root: Node, loc: Loc, error: ErrorDetails) -> None:
        self.model = model
        self.root = root
        self.loc = loc
        self.error = error
        self.kind = str(error["type"])
        self.context: dict[str, Any] = error.get("ctx") or {}
        self.meant: Loc = ()
        """Path of the missing field that a misspelt one stands for."""
        self.help = ""
        if self.kind == "extra_forbidden":
            self.help = self._unknown_hint()
        elif self.kind in _NOT_A_MAPPING:
            self.help = self._mapping_hint()

    def finding(self) -> Finding:
        """Return the finding."""
        if self.kind == "extra_forbidden":
            name, parent = self.loc[-1], dotted(self.loc[:-1])
            message = f'unknown field "{name}"' + (f" at {parent}" if parent else "")
            return Finding(key_place(self.root, self.loc), "unknown-field", message, self.help)
        if self.kind in ("amount", "relation"):
            return self._own()
        code, message, hint = self._plain()
        return Finding(value_place(self.root, self.loc), code, message, hint)

    def _own(self) -> Finding:
        """Return the finding of an error that our own validators raised."""
        key = str(self.context.get("key", ""))
        where = value_place(self.root, (*self.loc, key) if key else self.loc)
        code, message = str(self.context["code"]), str(self.context["message"])
        if code == "rate" and self.loc:
            message = f"{self.loc[-1]} {message}"
        return Finding(where, code, message, str(self.context["hint"]))

    def _shape(self) -> Shape:
        return at(self.model, self.loc) or Shape()

    def _unknown_hint(self) -> str:
        """Say where an unknown field belongs: spelt otherwise, deeper, further out, or nowhere."""
        name, parent = str(self.loc[-1]), self.loc[:-1]
        here = at(self.model, parent)
        if here is None or here.model is None:
            return ""
        known = list(fields(here.model))
        data = node_at(self.root, parent).plain
        free = [k for k in known if not isinstance(data, dict) or k not in data]
        if match := nearest(name, free):
            self.meant = (*parent, match)
            return f'did you mean "{match}"?'
        if twin := twin_of(here.model, node_at(self.root, self.loc).plain, free):
            self.meant = (*parent, twin)
            return f'did you mean "{twin}"?'
        if path := deeper(here.model, name, data):
            full = join(dotted(parent), path)
            self.meant = (*parent, *path.split("."))
            return f"did you mean {full}? (check the indentation)"
        if field := home_of(here.model, node_at(self.root, self.loc).plain):
            return (
                f"did you mean {join(join(dotted(parent), field), name)}? (check the indentation)"
            )
        for length in range(len(parent) - 1, -1, -1):
            outer = at(self.model, parent[:length])
            if outer is not None and outer.model is not None and name in outer.model.model_fields:
                self.meant = (*parent[:length], name)
                return f"did you mean {dotted(self.meant)}? (check the indentation)"
        if match := nearest(name, known):
            return f'did you mean "{match}"?'
        listed = ", ".join(known[:_MOST_FIELDS]) + (", …" if len(known) > _MOST_FIELDS else "")
        return f"known fields: {listed}"

    def _plain(self) -> tuple[str, str, str]:
        """Return code, message and hint of an error of pydantic's own."""
        given, context = _given(node_at(self.root, self.loc)), self.context
        match self.kind:
            case "literal_error":
                return self._choice(given)
            case kind if kind in _NOT_A_MAPPING:
                return "wrong-type", f"a mapping wanted, got {given}", self.help
            case "tuple_type" | "list_type":
                return "wrong-type", f"a list wanted, got {given}", self._list_hint()
            case "string_type":
                value = node_at(self.root, self.loc).data
                is_scalar = isinstance(value, (bool, int, float))
                hint = f'write "{given}" in quotes' if is_scalar else ""
                return "wrong-type", f"a text wanted, got {given}", hint
            case "bool_type":
                return "wrong-type", f"true or false wanted, got {given}", self._truth_hint()
            case "int_type" | "int_from_float":
                return self._whole(given)
            case "float_type":
                return "wrong-type", f"a number wanted, got {given}", ""
            case "finite_number":
                return "not-finite", f"not a finite number ({given})", ""
            case "greater_than" | "greater_than_equal":
                sign, bound = (">", "gt") if self.kind == "greater_than" else (">=", "ge")
                return "out-of-range", f"must be {sign} {context[bound]:.10g} (got {given})", ""
            case "less_than" | "less_than_equal":
                bound = context.get("lt", context.get("le", 0))
                return "out-of-range", f"must be at most {bound:.10g} (got {given})", ""
            case "too_short":
                least = context.get("min_length", 1)
                return "too-few", f"at least {least} wanted, got {context['actual_length']}", ""
            case "too_long":
                most = context.get("max_length", 1)
                return "too-many", f"at most {most} wanted, got {context['actual_length']}", ""
            case "string_too_short":
                return "empty-text", "a text that is not empty wanted", ""
            case "string_too_long":
                most = context["max_length"]
                return "long-text", f"a text of at most {most} characters wanted", ""
            case "string_pattern_mismatch":
                return "wrong-form", f"not of the form wanted: {given}", self._pattern_hint()
            case _:
                return self.kind.replace("_", "-"), f"{self.error['msg']} (got {given})", ""

    def _choice(self, given: str) -> tuple[str, str, str]:
        choices = self._shape().choices
        match = nearest(given.strip('"'), choices)
        hint = f'did you mean "{match}"?' if match else ""
        return "unknown-choice", f"{given} is none of {', '.join(choices)}", hint

    def _whole(self, given: str) -> tuple[str, str, str]:
        value = node_at(self.root, self.loc).data
        if isinstance(value, float):
            if value != value or value in (float("inf"), float("-inf")):
                return "not-finite", f"not a finite number ({given})", ""
            hint = f"write {value:.0f}" if value.is_integer() and abs(value) < 1e15 else ""
            return "wrong-type", f"a whole number wanted, got {given}", hint
        hint = ""
        if isinstance(value, str) and (digits := value.replace("_", "").split()[:1]):
            hint = f"write {int(digits[0])}" if digits[0].isdecimal() else ""
        return "wrong-type", f"a whole number wanted, got {given}", hint

    def _mapping_hint(self) -> str:
        """Say that a field of an entry stands where entries by name are wanted."""
        here, outer = self._shape(), at(self.model, self.loc[:-1])
        name = str(self.loc[-1]) if self.loc else ""
        if here.model is None or outer is None or outer.each is None:
            return ""
        if name not in here.model.model_fields:
            return ""
        siblings = node_at(self.root, self.loc[:-1]).data
        keys = [k for k in siblings if k != name] if isinstance(siblings, dict) else []
        entry = keys[0] if keys else "NAME"
        self.meant = (*self.loc[:-1], entry, name)
        return f"did you mean {dotted(self.meant)}? (check the indentation)"

    def _list_hint(self) -> str:
        """Say what stands in the list."""
        item = below(self._shape(), "0")
        if item is None or item.model is None:
            return "write it in [ ]"
        info = item.model.model_fields
        wanted = ", ".join(f"{name}: …" for name in info if info[name].is_required())
        return f"write [{{{wanted}}}]"

    def _truth_hint(self) -> str:
        text = node_at(self.root, self.loc).text.lower()
        if text in ("yes", "on", "y", "true", "1"):
            return "write true"
        return "write false" if text in ("no", "off", "n", "false", "0") else ""

    def _pattern_hint(self) -> str:
        return 'write a clock time such as "07:00"' if "shifts" in self.loc else ""


def _given(node: Node) -> str:
    if isinstance(node.data, dict):
        return "a mapping"
    if isinstance(node.data, list):
        return "a list"
    if node.data is None:
        return "nothing"
    if isinstance(node.data, str):
        text = node.data if len(node.data) <= 60 else f"{node.data[:57]}..."
        return f'"{text}"'
    return node.text or str(node.data)
