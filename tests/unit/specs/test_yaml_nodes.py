"""What YAML means here, and what of it is refused."""

from __future__ import annotations

import math

import pytest

from planner.specs.yaml_nodes import Node, Statement, read, typed


def parse(text: str | bytes, statements: list[Statement] | None = None) -> tuple[Node | None, str]:
    """Return the root of a text and its findings as text."""
    found: list[object] = []
    raw = text.encode() if isinstance(text, str) else text
    root = read(raw, "f.yaml", found.append, wanted="site", statements=statements)
    return root, "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("false", False), ("True", "True"), ("yes", "yes"), ("on", "on"),
        ("NO", "NO"), ("null", None), ("~", None), ("", None), ("12", 12), ("-3", -3),
        ("0", 0), ("010", "010"), ("0x1F", "0x1F"), ("1_000", "1_000"), ("07:30", "07:30"),
        ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5), ("2027-01-01", "2027-01-01"), ("5x8", "5x8"),
        ("1e400", math.inf), ("-.inf", -math.inf),
    ],
)  # fmt: skip
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    """Only true and false are booleans; there are no octal, base-60 or grouped numbers."""
    assert typed(text) == value
    assert type(typed(text)) is type(value)


def test_a_quoted_number_is_text() -> None:
    """Quotes keep a number from being one."""
    root, _ = parse('a: "12"')
    assert root is not None
    assert root.plain == {"a": "12"}


def test_every_value_has_its_place() -> None:
    """Line and column of a value and of its key, one-based, with the key path."""
    root, _ = parse("a:\n  - b: 5 MW\n")
    assert root is not None
    node = root.child("a").child(0).child("b")  # type: ignore[union-attr]  # a test fails on None
    assert (node.where.line, node.where.col, node.where.path) == (2, 8, "a.0.b")
    assert root.keys["a"].line == 1


def test_merged_keys_yield_to_own_ones() -> None:
    """`<<` adds what the mapping does not say itself."""
    root, found = parse("a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}")
    assert root is not None
    assert root.plain["d"] == {"b": 3, "c": 2}
    assert not found


def test_origins_are_taken_away_and_inherited() -> None:
    """A wrapper is its value; the nearest statement covers what lies below it."""
    text = "assumption: all\na: {value: 5 MW, source: k}\nb: {source: m, c: 1, d: {e: 2}}\nf: 3\n"
    statements: list[Statement] = []
    root, _ = parse(text, statements)
    assert root is not None
    assert root.plain == {"a": "5 MW", "b": {"c": 1, "d": {"e": 2}}, "f": 3}
    origins = {n.where.path: (n.source, n.assumption) for n in root.walk()}
    assert origins["a.value"] == ("k", "") if "a.value" in origins else origins["a"] == ("k", "")
    assert origins["b.d.e"] == ("m", "")
    assert origins["f"] == ("", "all")
    assert [s.keys for s in statements] == [("k",), ("m",)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [*x]", "yaml-alias"),
        ("a: *x", "yaml-alias"),
        ("a: 1\n---\nb: 2", "yaml-documents"),
        ("a: !foo 1", "yaml-tag"),
        ("a: \x01", "yaml-character"),
        ("? [a]\n: b", "yaml-key"),
        ("a: b: c", "yaml-syntax"),
        ("a: [1", "yaml-syntax"),
        ("a: " + "[" * 9000, "yaml-depth"),
        ("a: " + "[" * 100 + "]" * 100, "yaml-depth"),
        ("<<: 3", "yaml-merge"),
        ("a:\n  b: 1\n\tc: 2", "yaml-tab"),
        ("# nothing", "yaml-empty"),
    ],
)
def test_what_yaml_allows_and_a_spec_does_not(text: str, code: str) -> None:
    """Each is one finding with its code, never an exception."""
    _, found = parse(text)
    assert found.startswith(f"error[{code}]: f.yaml")


def test_a_bomb_of_aliases_is_refused() -> None:
    """Aliases of aliases that would write out to a billion values stop at the limit."""
    rows = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    _, found = parse("\n".join(rows))
    assert "error[yaml-size]" in found


def test_a_byte_order_mark_is_no_error() -> None:
    """Files of Windows editors begin with one."""
    root, found = parse(b"\xef\xbb\xbfa: 1")
    assert root is not None
    assert (root.plain, found) == ({"a": 1}, "")
