"""Everything that can go wrong, and where.

::

    PlannerError            exit code of the command line
    ├── SpecError           3   the input is invalid; carries Findings
    ├── InfeasibleError     4   the model is proved infeasible or unbounded
    ├── LimitError          5   a limit stopped the solver with nothing usable
    ├── OutputError         6   a file or folder could not be read or written
    ├── LockedError         7   the run folder is in use by a live process
    └── EngineError         1   an engine broke its own promise (our bug)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in the user's files.

    Parameters
    ----------
    file
        Path as the user gave it, or a name such as ``<plan>``.
    line, col
        One-based position, 0 where it is not known.
    path
        Key path inside the file, such as ``groups.tents.count``.
    """

    file: str = ""
    line: int = 0
    col: int = 0
    path: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}:{self.col}"
        return f"{place}: {self.path}" if self.path else place


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing found wrong, or worth knowing, in the user's input.

    Printed as ``error[CODE]: file:line:col: path: message`` and, where there is one, a
    ``help:`` line with the nearest fix.
    """

    where: Where
    code: str
    message: str
    help: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        text = f"{self.severity}[{self.code}]: {self.where}: {self.message}"
        return f"{text}\n  help: {self.help}" if self.help else text


class PlannerError(Exception):
    """Base of all errors that a user can act on."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)
        self.parts = parts


class SpecError(PlannerError):
    """The input is invalid; ``findings`` lists every problem of the pass, in file order."""

    exit_code = 3

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        errors = sum(f.severity == "error" for f in self.findings)
        body = "\n".join(str(f) for f in self.findings[:20])
        more = len(self.findings) - 20
        tail = f"\n… and {more} more" if more > 0 else ""
        noun = "error" if errors == 1 else "errors"
        return f"{body}{tail}\n{errors} {noun} found"


class InfeasibleError(PlannerError):
    """No plan can satisfy the stated rules.

    Parameters
    ----------
    conflict
        The smallest conflicting set found: statements in the user's words, each with its place.
    relaxations
        Least changes, each of which alone would mend it; may be empty.
    is_reduced
        Whether the set was proved irreducible.
    """

    exit_code = 4

    def __init__(
        self,
        conflict: tuple[tuple[str, Where], ...],
        relaxations: tuple[str, ...] = (),
        is_reduced: bool = True,
    ) -> None:
        super().__init__(conflict, relaxations, is_reduced)
        self.conflict = tuple(conflict)
        self.relaxations = tuple(relaxations)
        self.is_reduced = is_reduced

    def __str__(self) -> str:
        head = "infeasible: these statements cannot all hold"
        if not self.is_reduced:
            head += " (the set could not be reduced further in the time given)"
        rows = [f"  {where}: {text}" for text, where in self.conflict]
        helps = [f"  help: {text}" for text in self.relaxations]
        return "\n".join([head, *rows, *helps])


class UnboundedError(PlannerError):
    """The model has no best plan: something that is wanted has no limit."""

    exit_code = 4


class LimitError(PlannerError):
    """A limit came before any usable plan."""

    exit_code = 5


class OutputError(PlannerError):
    """A file or folder could not be read or written."""

    exit_code = 6


class LockedError(PlannerError):
    """The run folder is in use by another live process."""

    exit_code = 7


class EngineError(PlannerError):
    """An engine broke one of its own promises: a bug of ours, never the user's."""

    exit_code = 1
