"""The run itself: how it was found, what it read, and what it warns of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import words
from planner.report.document import Column, Columns, Part, Prose, Section, Table

if TYPE_CHECKING:
    from planner.report.facts import Facts


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return solver levels, inputs and warnings."""
    return (Prose(_status(facts)), _levels(facts), _inputs(facts), _warnings(facts))


def _status(facts: Facts) -> str:
    status = facts.result.plan.status
    found = facts.result.verification
    if status is None:
        return f"A plan written by hand, simulated {facts.result.outcome.samples} times."
    gap = (
        f"a gap of {words.share(status.gap)} to the bound"
        if status.gap is not None
        else "no bound on its first level"
    )
    end = "" if status.is_reproducible else " A clock or a signal ended a solve: not reproducible."
    rounds = words.counted(facts.result.rounds, "round")
    return (
        f"Solved by {status.solver} with {gap}; best of {rounds} (round {found.round}); "
        f"verified on {facts.result.outcome.samples} futures.{end}"
    )


def _levels(facts: Facts) -> Table:
    status = facts.result.plan.status
    columns = (
        Column("level", "Objective"), Column("value", "Value", "number"),
        Column("bound", "Bound", "number"), Column("unit", "Unit"),
        Column("termination", "Stopped because"),
    )  # fmt: skip
    rows = tuple((x.name, x.value, x.bound, x.unit, x.termination.value)
                 for x in status.levels) if status else ()  # fmt: skip
    return Table("solver", "Objectives as solved", columns, rows)


def _inputs(facts: Facts) -> Table:
    columns = (Column("file", "File"), Column("sha256", "SHA-256"))
    rows = tuple(sorted(facts.result.portfolio.digests.items()))
    return Table("inputs", "Files read", columns, rows, place="folded")


def _warnings(facts: Facts) -> Table:
    rows = tuple((w,) for w in facts.result.warnings)
    return Table("warnings", "Warnings", (Column("warning", "Warning"),), rows)


SECTION = Section("run", "This run", "Can I repeat it?", build)
