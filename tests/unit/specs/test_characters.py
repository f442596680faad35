"""Names and texts that hold what cannot be seen are refused where they come in; the rest is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import specs
from planner.domain.characters import LONGEST_TEXT, refusal
from planner.errors import SpecError
from tests.specs_files import write

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = {
    "null": "\\0", "vertical-tab": "\\x0b", "tab": "\\t", "line-break": "\\n", "escape": "\\e",
    "delete": "\\x7f", "next-line": "\\N", "c1": "\\x9b", "mark": "\\ufeff", "override": "\\u202e",
    "isolate": "\\u2066", "no-character": "\\uffff",
}  # fmt: skip
"""As YAML writes them between double quotes, by what they are."""
SHOWN = ("=cmd|'/c calc'!A1", "<img src=x onerror=alert(1)>", "]]>", "{{ x }}", "a\u2028b",
         "\u05d0\u200f", "\u0645\u200c\u06cc", "\U0001f3d7\ufe0f", "\u200b")  # fmt: skip


@pytest.mark.parametrize("sign", REFUSED.values(), ids=REFUSED)
def test_a_text_with_what_cannot_be_seen_is_refused_at_its_place(sign: str, tmp_path: Path) -> None:
    """File, line and column of the text, the character by number, and the way out."""
    write(tmp_path, lake=("title: Lake", f'title: "La{sign}ke"'))
    with pytest.raises(SpecError) as caught:
        specs.load(tmp_path / "small.yaml")
    (finding,) = caught.value.findings
    assert finding.code == "yaml-character"
    assert (finding.where.line, finding.where.col) == (2, 8)
    assert finding.where.path.endswith("title")
    assert "holds U+" in finding.message
    assert finding.help


@pytest.mark.parametrize("sign", ["\\0", "\\n", "\\u202e"])
def test_a_name_with_what_cannot_be_seen_is_refused(sign: str, tmp_path: Path) -> None:
    """A key is a name, whatever it is the name of."""
    write(tmp_path, small=("  lab:", f'  "l{sign}ab":'))
    with pytest.raises(SpecError) as caught:
        specs.load(tmp_path / "small.yaml")
    assert caught.value.findings[0].code == "yaml-character"


def test_the_command_line_is_held_to_the_same_rule(tmp_path: Path) -> None:
    """A what-if brings text in as a file does."""
    write(tmp_path)
    with pytest.raises(SpecError, match=r"U\+202E"):
        specs.load(tmp_path / "small.yaml", ["title=a\u202eb"])


def test_a_block_of_lines_may_break(tmp_path: Path) -> None:
    """Folded and literal blocks are texts of several lines, meant as such."""
    write(tmp_path, lake=("assumption: Invented", "assumption: |\n  Invented\n  twice"))
    specs.load(tmp_path / "small.yaml")


@pytest.mark.parametrize("text", SHOWN, ids=map(ascii, SHOWN))
def test_what_some_format_gives_a_meaning_is_no_reason(text: str) -> None:
    """It is for exporters to show it literally; marks that scripts need stay too."""
    assert refusal(text) is None


@given(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Cf"]))
def test_no_character_with_a_shape_is_refused(character: str) -> None:
    """Letters, figures, signs, spaces and marks of every script."""
    assert refusal(character) is None


@given(st.characters(categories=["Cc", "Cs"]))
def test_every_control_and_half_character_is(character: str) -> None:
    """Each has a name in the message, and a way out."""
    message, hint = refusal(f"a{character}") or ("", "")
    assert f"U+{ord(character):04X} (" in message
    assert "()" not in message
    assert hint


def test_a_text_longer_than_a_cell_is_refused() -> None:
    """A workbook would lose it without a word."""
    assert refusal("x" * LONGEST_TEXT) is None
    assert refusal("x" * (LONGEST_TEXT + 1)) is not None
