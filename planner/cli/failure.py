"""How a failed command ends: our errors as messages, our bugs as one line and a crash log."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from planner.cli.console import finding_as_dict, put_json, say
from planner.errors import (
    Change,
    InfeasibleError,
    OutputError,
    PlannerError,
    SpecError,
    Where,
    reason_of,
)

MOST_SHOWN = 200
"""Characters of a path that a message shows."""


def tell(error: Exception, *, as_json: bool) -> int:
    """Print an error to stderr, with ``--json`` an object on stdout too; return the exit code."""
    if isinstance(error, OSError):
        error = OutputError(f"{_os_text(error)}")
    if not isinstance(error, PlannerError):
        return _bug(error)
    if as_json:
        findings = error.findings if isinstance(error, SpecError) else ()
        more = _conflict(error) if isinstance(error, InfeasibleError) else {}
        put_json(
            "error", exit_code=error.exit_code, message=str(error),
            findings=[finding_as_dict(f) for f in findings], **more,
        )  # fmt: skip
    say(str(error) if isinstance(error, SpecError) else _headed(error))
    if os.environ.get("PLAN_DEBUG"):
        traceback.print_exception(error)
    return error.exit_code


def _conflict(error: InfeasibleError) -> dict[str, Any]:
    """Return a conflict as machines read it."""
    return {
        "conflict": [{"text": text, **_place(where)} for text, where in error.conflict],
        "is_reduced": error.is_reduced,
        "because": error.because,
        "changes": [_change(change) for change in error.changes],
        "together": [[_change(change) for change in changes] for changes in error.together],
        "hints": list(error.relaxations),
        "others": [[{"text": text, **_place(where)} for text, where in other]
                   for other in error.others],
    }  # fmt: skip


def _change(change: Change) -> dict[str, Any]:
    return {
        "text": change.text, **_place(change.where), "settings": list(change.settings),
        "old": change.old, "new": change.new, "unit": change.unit, "is_date": change.is_date,
        "is_confirmed": change.is_confirmed,
    }  # fmt: skip


def _place(where: Where) -> dict[str, Any]:
    return {"file": where.file, "line": where.line, "col": where.col, "path": where.path}


def usage(error: Any) -> int:
    """Say what is wrong with the command line, and where its help is."""
    say(f"error: {error.format_message()}")
    if getattr(error, "ctx", None) is not None:
        say(f"  help: {error.ctx.command_path} --help")
    return 2


def _headed(error: PlannerError) -> str:
    text = str(error)
    ways = ("infeasible", "stopped", "interrupted", "error")
    return text if text.startswith(ways) else f"error: {text}"


def _os_text(error: OSError) -> str:
    said, name = reason_of(error), str(error.filename or "")
    shown = name if len(name) <= MOST_SHOWN else f"{name[:MOST_SHOWN]}…"
    return f"cannot use {shown}: {said}" if name else said


def _bug(error: Exception) -> int:
    """Write a crash log and say where it is: a traceback never reaches the terminal."""
    if os.environ.get("PLAN_DEBUG"):
        traceback.print_exception(error)
    say(f"error: a bug of ours: {type(error).__name__}: {error}")
    try:
        say(f"  the details are in {_crash_log(error)}; please send it with your specs")
    except OSError as why:
        say(f"  its details could not be written: {reason_of(why)}; PLAN_DEBUG=1 prints them")
    return 1


def _crash_log(error: Exception) -> Path:
    handle, name = tempfile.mkstemp(prefix="plan-crash-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
        log.write(" ".join(sys.argv) + "\n")
        log.writelines(traceback.format_exception(error))
    return Path(name)
