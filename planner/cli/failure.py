"""How a failed command ends: our errors as messages, our bugs as one line and a crash log."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from planner.cli.console import finding_as_dict, put_json, say
from planner.errors import OutputError, PlannerError, SpecError


def tell(error: Exception, *, as_json: bool) -> int:
    """Print an error to stderr, with ``--json`` an object on stdout too; return the exit code."""
    if isinstance(error, OSError):
        error = OutputError(f"{_os_text(error)}")
    if not isinstance(error, PlannerError):
        return _bug(error)
    if as_json:
        findings = error.findings if isinstance(error, SpecError) else ()
        put_json(
            "error", exit_code=error.exit_code, message=str(error),
            findings=[finding_as_dict(f) for f in findings],
        )  # fmt: skip
    say(str(error) if isinstance(error, SpecError) else _headed(error))
    if os.environ.get("PLAN_DEBUG"):
        traceback.print_exception(error)
    return error.exit_code


def usage(error: Any) -> int:
    """Say what is wrong with the command line, and where its help is."""
    say(f"error: {error.format_message()}")
    if getattr(error, "ctx", None) is not None:
        say(f"  help: {error.ctx.command_path} --help")
    return 2


def _headed(error: PlannerError) -> str:
    text = str(error)
    return text if text.startswith(("infeasible", "stopped", "error")) else f"error: {text}"


def _os_text(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"cannot use {error.filename}: {reason}" if error.filename else reason


def _bug(error: Exception) -> int:
    """Write a crash log and say where it is: a traceback never reaches the terminal."""
    if os.environ.get("PLAN_DEBUG"):
        traceback.print_exception(error)
    handle, name = tempfile.mkstemp(prefix="plan-crash-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(" ".join(sys.argv) + "\n")
        log.writelines(traceback.format_exception(error))
    say(f"error: a bug of ours: {type(error).__name__}: {error}")
    say(f"  the details are in {Path(name)}; please send it with your specs")
    return 1
