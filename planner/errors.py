"""Everything that can go wrong, and where.

::

    PlannerError            exit code of the command line
    ├── SpecError           3   the input is invalid; carries Findings
    ├── InfeasibleError     4   the model is proved infeasible or unbounded
    ├── LimitError          5   a limit stopped the solver with nothing usable
    ├── StoppedError      130   the user stopped it with nothing usable
    ├── OutputError         6   a file or folder could not be read or written
    ├── LockedError         7   the run folder is in use by a live process
    └── EngineError         1   an engine broke its own promise (our bug)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning", "note"]


def reason_of(error: OSError) -> str:
    """Return what the system says of a file that cannot be used, as the end of a sentence."""
    return (error.strerror or str(error)).lower()


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


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one figure of the user's that would make a plan possible, alone or with others.

    Parameters
    ----------
    settings
        The change as what-ifs, ``path=value``.
    old, new
        The figure before and after, in `unit` (none for counts); a date in days from the data date.
    text
        The statement that it changes.
    where
        Its place.
    is_confirmed
        Whether a plan was made with it.
    is_date
        Whether the figure is a date.
    """

    settings: tuple[str, ...]
    old: float
    new: float
    unit: str = ""
    text: str = ""
    where: Where = Where()
    is_confirmed: bool = False
    is_date: bool = False

    def __str__(self) -> str:
        sure = "" if self.is_confirmed else " (no plan was made with it in the time given)"
        return f"{self.said}{sure}\n    {self.options}"

    @property
    def said(self) -> str:
        """The change in words."""
        amount = f"{abs(self.new - self.old):.4g} {self.unit}".rstrip()
        is_more = self.new > self.old
        if self.is_date:
            name = self.settings[0].partition("=")[0].rpartition(".")[2].replace("_", " ")
            word = f"move '{name}' {'later' if is_more else 'earlier'}"
        else:
            word = "raise" if is_more else "lower"
        return f"{word} by at least {amount}: {self.text}"

    @property
    def options(self) -> str:
        """The change as options of a command."""
        return " ".join(f"--set '{text}'" for text in self.settings)


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
    because
        The conflict told in a sentence.
    changes
        Least changes that were seen to mend it, each alone.
    others
        Further sets that conflict as well, with no statement of another: no single change mends
        them all.
    together
        Where no single change mends it, sets of changes that do, all of a set at once; the fewest
        and smallest first.
    """

    exit_code = 4

    def __init__(
        self,
        conflict: tuple[tuple[str, Where], ...],
        relaxations: tuple[str, ...] = (),
        is_reduced: bool = True,
        because: str = "",
        changes: tuple[Change, ...] = (),
        others: tuple[tuple[tuple[str, Where], ...], ...] = (),
        together: tuple[tuple[Change, ...], ...] = (),
    ) -> None:
        super().__init__(conflict, relaxations, is_reduced, because, changes, others, together)
        self.conflict = tuple(conflict)
        self.relaxations = tuple(relaxations)
        self.is_reduced = is_reduced
        self.because = because
        self.changes = tuple(changes)
        self.others = tuple(others)
        self.together = tuple(together)

    def __str__(self) -> str:
        head = "infeasible: these statements cannot all hold"
        if not self.is_reduced:
            head += " (the set could not be reduced further in the time given)"
        rows = [f"  {where}: {text}" for text, where in self.conflict]
        chain = [f"  {self.because}"] if self.because else []
        helps = [f"  help: {text}" for text in (*self.changes, *self.relaxations)]
        if len(helps) > 1:
            helps.insert(0, "  each of these alone would mend it:")
        if self.because and not helps:
            more = ": more conflicts than these" if self.others or not self.together else ""
            helps = [f"  no change of one of these alone would mend it{more}"]
        for other in self.others:
            helps += ["nor can these:", *(f"  {where}: {text}" for text, where in other)]
        for i, changes in enumerate(self.together):
            first = "these changes together would mend it" if i == 0 else "or these together"
            helps += [f"{first}:", *(f"  help: {change}" for change in changes)]
        return "\n".join([head, *rows, *chain, *helps])


class UnboundedError(PlannerError):
    """The model has no best plan: something that is wanted has no limit."""

    exit_code = 4


class LimitError(PlannerError):
    """A limit came before any usable plan."""

    exit_code = 5


class StoppedError(PlannerError):
    """The user stopped the work before any usable plan."""

    exit_code = 130


class OutputError(PlannerError):
    """A file or folder could not be read or written."""

    exit_code = 6


class LockedError(PlannerError):
    """The run folder is in use by another live process."""

    exit_code = 7


class EngineError(PlannerError):
    """An engine broke one of its own promises: a bug of ours, never the user's."""

    exit_code = 1
