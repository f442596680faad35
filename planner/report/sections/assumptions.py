"""The assumptions register: what the plan is built on, the least certain first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from planner.report import words
from planner.report.document import Column, Columns, Part, Prose, Section, Table

if TYPE_CHECKING:
    from planner.report.facts import Facts


NOUNS: Final = {
    "published": "published number",
    "estimated": "estimate",
    "assumption": "assumption",
    "none": "number without origin",
}


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return a count by confidence and the register."""
    counts = Counter(a.confidence for a in facts.assumptions)
    parts = [words.counted(counts[key], noun) for key, noun in NOUNS.items() if counts[key]]
    text = f"The specs hold {words.listed(parts, 'no numbers with an origin')}."
    columns = (
        Column("file", "File"), Column("line", "Line", "count"), Column("path", "Number"),
        Column("value", "Value"), Column("confidence", "Confidence"),
        Column("basis", "Source, or why assumed"), Column("publisher", "Publisher"),
        Column("date", "Dated"), Column("link", "Link"),
    )  # fmt: skip
    rows = tuple((a.file, a.line, a.path, a.text, a.confidence, a.basis, a.publisher, a.date,
                  a.link) for a in facts.assumptions)  # fmt: skip
    return (Prose(text), Table("assumptions", "Register", columns, rows, place="folded"))


SECTION = Section("assumptions", "Assumptions", "What is it built on?", build)
