"""The `plan` command: commands are registered here, errors become messages and exit codes."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import typer

from planner import __version__, interrupts
from planner.cli import (
    INTERRUPTED,
    compare,
    diff,
    explain,
    export,
    import_,
    init,
    methods,
    optimize,
    report,
    runs,
    schema,
    show,
    simulate,
    sources,
    sweep,
    validate,
    why,
)

app = typer.Typer(
    name="plan",
    help="Plan gigawatt GPU campuses: what to build, when, how, and who computes on it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: loading Rich would take longer than all else
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(init.init)
app.command("validate")(validate.validate)
app.command("show")(show.show)
app.command("simulate")(simulate.simulate)
app.command("optimize")(optimize.optimize)
app.command("optimise", hidden=True)(optimize.optimize)
app.command("compare")(compare.compare)
app.command("report")(report.report)
app.command("export")(export.export)
app.command("import")(import_.import_)
app.command("sweep")(sweep.sweep)
app.command("methods")(methods.methods)
app.command("diff")(diff.diff)
app.command("sources")(sources.sources)
app.command("schema")(schema.schema)
app.command("runs")(runs.runs)
app.command("explain")(explain.explain)
app.command("why")(why.why)


def _version(show_it: bool) -> None:
    if show_it:
        print(f"plan {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Plan gigawatt GPU campuses: what to build, when, how, and who computes on it."""


def main() -> None:
    """Run the command line; every way out has its exit code (conventions, section 8)."""
    signal.signal(signal.SIGTERM, _terminated)
    interrupts.listen()
    _open_streams()
    if (odd := _not_text()) is not None:
        print(f"error: {ascii(odd)[1:-1]} is not UTF-8; rename the file", file=sys.stderr)
        sys.exit(2)
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
        if code == 130:  # what Typer makes of Ctrl-C
            print(INTERRUPTED, file=sys.stderr)
        sys.exit(code if isinstance(code, int) else 0)
    except BrokenPipeError:
        _leave_quietly(141)
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        _leave_quietly(130)
    except Exception as error:  # noqa: BLE001 - the one place that catches everything
        if interrupts.is_waiting():  # a library broke where the interrupt was dropped
            print(INTERRUPTED, file=sys.stderr)
            _leave_quietly(130)
        sys.exit(_report(error))


def _open_streams() -> None:
    """Give each stream somewhere to go, and let none refuse a character that it cannot write.

    Python leaves a stream None that the caller has closed (`>&-`).
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _not_text() -> str | None:
    """Return a word of the command line that no report could hold, values of ``--set`` aside."""
    words = (word for word in sys.argv[1:] if "=" not in word or word.startswith("--out="))
    return next((word for word in words if any("\ud800" <= c <= "\udfff" for c in word)), None)


def _terminated(_signal: int, _frame: object) -> NoReturn:
    sys.exit(143)


def _leave_quietly(code: int) -> NoReturn:
    """Exit without Python's own complaint about a closed pipe."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    sys.exit(code)


def _report(error: Exception) -> int:
    """Print what went wrong in one form and return the exit code."""
    from planner.cli import failure

    if isinstance(error, typer.Abort):
        print(INTERRUPTED, file=sys.stderr)
        return 130
    if isinstance(error, typer.Exit):
        return error.exit_code
    if hasattr(error, "format_message"):
        # A wrong command line; Typer carries a Click of its own, whose classes are private.
        return failure.usage(error)
    return failure.tell(error, as_json="--json" in sys.argv[1:])
