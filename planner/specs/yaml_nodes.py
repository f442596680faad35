"""YAML text to nodes: every value and key with its place, typed by YAML 1.2 and nothing else.

PyYAML's libyaml parser reads the text (30 times faster here than ruamel.yaml's, which is the
other parser that keeps places); what a scalar means is decided in this module. Only ``true`` and
``false`` are booleans, so ``NO`` stays text, and there are no octal or base-60 numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from planner.domain.characters import refusal
from planner.errors import Finding, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Scalar = str | int | float | bool | None

MAX_NODES: Final = 50_000
"""Nodes of one file with every alias written out; more is a mistake or an attack."""
MAX_DEPTH: Final = 60
"""Levels of nesting; a spec has ten."""
MAX_BYTES: Final = 8_000_000
"""Size of a file."""
_SUSPICIOUS: Final = 5_000
"""Opening marks from which nesting is measured before libyaml recurses into it."""

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final[dict[str, Scalar]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "false": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
    **{f"{sign}.{word}": float(f"{sign}inf")
       for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")},
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """A value of a file with its place.

    Parameters
    ----------
    where
        Place of the value; its `path` is the key path in the file.
    data
        A scalar, nodes by key, or a list of nodes. ``source``, ``assumption`` and ``value``
        wrappers are gone from it.
    text
        A scalar as written.
    keys
        Place of each key of a mapping.
    source, assumption
        Origin stated at this node or the nearest one around it.
    """

    where: Where
    data: Scalar | dict[str, Node] | list[Node] = None
    text: str = ""
    keys: dict[str, Where] = field(default_factory=dict)
    source: str = ""
    assumption: str = ""

    @property
    def plain(self) -> Any:
        """The value as dicts, lists and scalars."""
        if isinstance(self.data, dict):
            return {key: node.plain for key, node in self.data.items()}
        if isinstance(self.data, list):
            return [node.plain for node in self.data]
        return self.data

    def child(self, key: str | int) -> Node | None:
        """Return the node under a key or index, if there is one."""
        if isinstance(self.data, dict):
            return self.data.get(str(key))
        if isinstance(self.data, list) and isinstance(key, int) and key < len(self.data):
            return self.data[key]
        return None

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in file order."""
        yield self
        if isinstance(self.data, (dict, list)):
            nodes = self.data.values() if isinstance(self.data, dict) else self.data
            for node in nodes:
                yield from node.walk()


@dataclass(frozen=True, slots=True)
class Statement:
    """A ``source:`` as stated, with the keys it names."""

    keys: tuple[str, ...]
    where: Where


def join(path: str, key: str | int) -> str:
    """Return the key path of a child."""
    return f"{path}.{key}" if path else str(key)


def read(
    raw: bytes, file: str, report: Callable[[Finding], None], *, wanted: str,
    statements: list[Statement] | None = None,
) -> Node | None:  # fmt: skip
    """Return the root mapping of a file, or None after reporting why there is none.

    Parameters
    ----------
    raw
        Content of the file.
    file
        Its name for messages.
    report
        Takes each finding.
    wanted
        The key that a file of its kind has at the top, for messages.
    statements
        Takes each source stated; None where a file of the kind states none, and ``source``,
        ``assumption`` and ``value`` are keys like any other.
    """
    text = _decode(raw, file, report)
    if text is None:
        return None
    tree = compose(text, file, report)
    if tree is None:
        return None
    if tree is _EMPTY:
        report(Finding(Where(file), "yaml-empty", f'empty; expected a mapping with "{wanted}"'))
        return None
    try:
        root = Builder(file, text, report, statements).build(tree)
    except _TooManyError as error:
        message = f"more than {MAX_NODES} values once its aliases are written out"
        report(Finding(error.args[0], "yaml-size", message))
        return None
    if root is not None and not isinstance(root.data, dict):
        kind = "a list" if isinstance(root.data, list) else "a text"
        if root.data is None:
            message = f'empty; expected a mapping with "{wanted}"'
        else:
            message = f'{kind} given; expected a mapping with "{wanted}"'
        report(Finding(root.where, "yaml-empty" if root.data is None else "yaml-shape", message))
        return None
    return root


def _decode(raw: bytes, file: str, report: Callable[[Finding], None]) -> str | None:
    if len(raw) > MAX_BYTES:
        report(Finding(Where(file), "yaml-size", f"larger than {MAX_BYTES // 10**6} MB"))
        return None
    try:
        return raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        at = error.start
        line = raw.count(b"\n", 0, at) + 1
        col = at - (raw.rfind(b"\n", 0, at) + 1) + 1
        message = f"not UTF-8 at byte {at} (line {line})"
        report(Finding(Where(file, line, col), "yaml-encoding", message, "save the file as UTF-8"))
        return None


_EMPTY: Final = yaml.ScalarNode("", "")


class _Loader(yaml.CSafeLoader):
    """Composes without giving scalars a meaning: an explicit tag is all that is kept."""

    def resolve(self, _kind: object, _value: object, _implicit: object) -> str:
        return ""

    def descend_resolver(self, _parent: object, _index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def compose(text: str, file: str, report: Callable[[Finding], None]) -> yaml.Node | None:
    """Return libyaml's node graph of a text, or None after reporting what is wrong with it."""
    try:
        if sum(map(text.count, ("[", "{", "- ", "? "))) > _SUSPICIOUS:
            _measure_depth(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        report(_syntax(error, text, file))
        return None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Where(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"character U+{ord_of(error.character):04X} is not allowed in YAML"
        report(Finding(place, "yaml-character", message, "remove it"))
        return None
    except UnicodeEncodeError:  # bytes of a command line that are no text
        report(Finding(Where(file), "yaml-encoding", "not UTF-8", "write it as UTF-8"))
        return None
    except _TooDeepError as error:
        report(Finding(Where(file, error.args[0], error.args[1]), "yaml-depth", "nested too deep"))
        return None
    return _EMPTY if node is None else node


def ord_of(character: int | str | bytes) -> int:
    """Return the code of what PyYAML calls a character: its two parsers disagree on the type."""
    return character if isinstance(character, int) else ord(character[:1])


class _TooDeepError(ValueError):
    """Nesting that libyaml's recursion would not survive; its arguments are line and column."""


class _TooManyError(ValueError):
    """More values than a file may hold; its argument is the place of the first beyond."""


def _measure_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            mark = event.start_mark
            raise _TooDeepError(mark.line + 1 if mark else 0, mark.column + 1 if mark else 0)


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Finding:
    marks = [m for m in (error.context_mark, error.problem_mark) if m is not None]
    first, last = (marks[0].line, marks[-1].line) if marks else (0, 0)
    lines = text.splitlines()
    for number in range(first, min(last + 1, len(lines))):
        if tab := _tab(lines[number]):
            return Finding(Where(file, number + 1, tab), "yaml-tab", *_TAB)
    problem = str(error.problem or error.context or "not YAML")
    place = marks[-1] if marks else None
    where = Where(file, place.line + 1, place.column + 1) if place else Where(file)
    if "undefined alias" in problem:
        return Finding(where, "yaml-alias", "alias of an anchor that is not there")
    if "another document" in problem:
        return Finding(where, "yaml-documents", "a second document begins here; one is wanted")
    message = problem + (f" {error.context}" if error.context else "")
    if error.context and len(marks) == 2 and marks[0].line != marks[1].line:
        message += f" that begins at line {marks[0].line + 1}"
    return Finding(where, "yaml-syntax", message, _syntax_hint(problem))


_TAB: Final = ("tab used for indentation; use spaces", "replace each tab by two spaces")


def _tab(line: str) -> int:
    """Return the column of a tab in a line's indentation, or 0."""
    indent = line[: len(line) - len(line.lstrip())]
    return indent.find("\t") + 1


def _syntax_hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return 'check the indentation; a text that holds ": " needs quotes'
    if "cannot start any token" in problem:
        return "a text that begins with this character needs quotes"
    if "block end" in problem or "expected key" in problem or "block mapping" in problem:
        return "check the indentation of this line"
    return ""


class Builder:
    """Builds our nodes from libyaml's: types scalars, takes origins away, reports slips.

    Parameters
    ----------
    file
        Name of the file for messages.
    text
        Its text, for the lines of scalars.
    report
        Takes each finding.
    statements
        Takes each source stated, or None, as in `read`.
    """

    def __init__(
        self, file: str, text: str, report: Callable[[Finding], None],
        statements: list[Statement] | None,
    ) -> None:  # fmt: skip
        self.file = file
        self.statements = statements
        self.lines = text.splitlines()
        self.report = report
        self.count = 0
        self.open: set[int] = set()  # nodes around the current one, to catch aliases of them

    def build(
        self, tree: yaml.Node, path: str = "", source: str = "", assumption: str = ""
    ) -> Node | None:
        """Return our node of a tree, or None after reporting why there is none."""
        where = self._where(tree, path)
        if not self._is_possible(tree, where):
            return None
        if isinstance(tree, yaml.ScalarNode):
            self._check_tab(tree)
            self._check_text(tree, where)
            node = Node(where, self._scalar(tree, where), tree.value)
            node.source, node.assumption = source, assumption
            return node
        self._check_tag(tree, where)
        self.open.add(id(tree))
        if isinstance(tree, yaml.SequenceNode):
            built = [
                self.build(item, join(path, index), source, assumption)
                for index, item in enumerate(tree.value)
            ]
            made = Node(where, [node for node in built if node is not None])
            made.source, made.assumption = source, assumption
        elif isinstance(tree, yaml.MappingNode):
            made = self._mapping(tree, path, source, assumption)
        else:
            raise TypeError(f"no such node: {tree!r}")
        self.open.discard(id(tree))
        return made

    def _where(self, tree: yaml.Node, path: str) -> Where:
        mark = tree.start_mark
        return Where(self.file, mark.line + 1, mark.column + 1, path)

    def _is_possible(self, tree: yaml.Node, where: Where) -> bool:
        self.count += 1
        if self.count > MAX_NODES:
            raise _TooManyError(where)
        if id(tree) in self.open:
            self.report(Finding(where, "yaml-alias", "alias of the value that it is part of"))
            return False
        if len(self.open) > MAX_DEPTH:
            self.report(Finding(where, "yaml-depth", "nested too deep"))
            return False
        return True

    def _mapping(self, tree: yaml.MappingNode, path: str, source: str, assumption: str) -> Node:
        pairs = self._pairs(tree, path)
        own = {
            key: self._origin(pairs.pop(key)[1], join(path, key))
            for key in ("source", "assumption")
            if key in pairs and self.statements is not None
        }
        if any(own.values()):  # the nearest statement counts, not a mix of two levels
            source, assumption = own.get("source", ""), own.get("assumption", "")
        if list(pairs) == ["value"] and self.statements is not None:
            wrapped = self.build(pairs["value"][1], path, source, assumption)
            return wrapped or Node(self._where(tree, path))
        made = Node(self._where(tree, path), {})
        made.source, made.assumption = source, assumption
        for key, (place, value) in pairs.items():
            made.keys[key] = place
            child = self.build(value, join(path, key), source, assumption)
            if child is not None and isinstance(made.data, dict):
                made.data[key] = child
        return made

    def _pairs(self, tree: yaml.MappingNode, path: str) -> dict[str, tuple[Where, yaml.Node]]:
        """Return key place and value by key; merged mappings come after the mapping's own."""
        own: dict[str, tuple[Where, yaml.Node]] = {}
        merged: list[yaml.Node] = []
        for key, value in tree.value:
            if not isinstance(key, yaml.ScalarNode):
                place = self._where(key, path)
                self.report(Finding(place, "yaml-key", "a key must be a text"))
            elif key.value == "<<" and not key.style:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            else:
                place = self._where(key, join(path, key.value))
                self._check_text(key, place)
                if key.value in own:
                    first = own[key.value][0].line
                    message = f'key "{key.value}" already at line {first}'
                    self.report(Finding(place, "yaml-duplicate-key", message, "keep one of them"))
                own[key.value] = (place, value)
        for node in merged:
            self._merge(own, node, path)
        return own

    def _merge(self, own: dict[str, tuple[Where, yaml.Node]], node: yaml.Node, path: str) -> None:
        place = self._where(node, path)
        if not isinstance(node, yaml.MappingNode):
            self.report(Finding(place, "yaml-merge", '"<<" takes a mapping or a list of mappings'))
        elif self._is_possible(node, place):
            self.open.add(id(node))
            for key, pair in self._pairs(node, path).items():
                own.setdefault(key, pair)
            self.open.discard(id(node))

    def _origin(self, tree: yaml.Node, path: str) -> str:
        """Return the text of a ``source`` or ``assumption``; several are joined by commas."""
        items = tree.value if isinstance(tree, yaml.SequenceNode) else [tree]
        texts = [item.value.strip() if isinstance(item, yaml.ScalarNode) else "" for item in items]
        for item in items:
            if isinstance(item, yaml.ScalarNode):
                self._check_text(item, self._where(item, path))
        if not texts or not all(texts):
            name = path.rpartition(".")[2]
            wanted = "a key of the sources file" if name == "source" else "one line of why"
            self.report(Finding(self._where(tree, path), "origin", f"{name} takes {wanted}"))
        elif self.statements is not None and path.rpartition(".")[2] == "source":
            self.statements.append(Statement(tuple(texts), self._where(tree, path)))
        return ", ".join(filter(None, texts))

    def _check_tag(self, tree: yaml.Node, where: Where) -> None:
        if tree.tag:
            self.report(Finding(where, "yaml-tag", f"tag {tree.tag} is not used here", "remove it"))

    def _check_tab(self, tree: yaml.ScalarNode) -> None:
        """Report a tab that libyaml takes for folding inside a text of several lines."""
        if tree.style or tree.start_mark.line == tree.end_mark.line:
            return
        for number in range(tree.start_mark.line + 1, tree.end_mark.line + 1):
            if number < len(self.lines) and (tab := _tab(self.lines[number])):
                self.report(Finding(Where(self.file, number + 1, tab), "yaml-tab", *_TAB))

    def _check_text(self, tree: yaml.ScalarNode, where: Where) -> None:
        if (found := refusal(tree.value, has_lines=tree.style in ("|", ">"))) is not None:
            self.report(Finding(where, "yaml-character", *found))

    def _scalar(self, tree: yaml.ScalarNode, where: Where) -> Scalar:
        if tree.tag in ("tag:yaml.org,2002:str", "!"):
            return str(tree.value)
        self._check_tag(tree, where)
        return str(tree.value) if tree.style else typed(tree.value)


def typed(text: str) -> Scalar:
    """Return what a plain scalar means in YAML 1.2.

    Examples
    --------
    >>> typed("NO"), typed("true"), typed("0777"), typed("07:30"), typed("12"), typed("1e3")
    ('NO', True, '0777', '07:30', 12, 1000.0)
    """
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
