"""What a terminal shows: progress on stderr, data on stdout, errors in one form."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from planner import interrupts

if TYPE_CHECKING:
    from planner.errors import Finding

FORMAT_VERSION = "1.0"
DETAIL = "\t"
"""Parts a stage from what is known of it now, such as incumbent, bound and gap of a solve."""
PLAIN_EVERY_S = 30.0
"""Where stderr is no terminal, one line of progress in so many seconds."""


_CONTROL = re.compile("[^\n\t\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ufefe\uff00-\U0010ffff]")
"""What would steer a terminal; a name refused for holding one is in the message about it."""


def say(text: str) -> None:
    """Print talk to stderr."""
    print(_CONTROL.sub(lambda c: f"\\u{ord(c[0]):04x}", text), file=sys.stderr)


def put(text: str) -> None:
    """Print data to stdout."""
    _stream(lambda: print(text, flush=True))


def put_file(body: bytes) -> None:
    """Print a file to stdout byte for byte, whatever the encoding of the terminal."""

    def write() -> None:
        left = memoryview(body)
        while left:  # a stream without a buffer (PYTHONUNBUFFERED) takes a part at a time
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.flush()

    _stream(write)


def put_json(kind: str, **body: object) -> None:
    """Print one versioned JSON document to stdout."""
    put(json.dumps({"format_version": FORMAT_VERSION, "kind": kind, **body}, default=str))


def _stream(write: Callable[[], object]) -> None:
    """Write to stdout; a reader that has gone away ends the command, and not as a failure of ours.

    Said here, for Click would make it exit code 1.
    """
    try:
        write()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def finding_as_dict(finding: Finding) -> dict[str, Any]:
    """Return a finding as machines read it."""
    where = finding.where
    return {
        "severity": finding.severity, "code": finding.code, "file": where.file,
        "line": where.line, "col": where.col, "path": where.path,
        "message": finding.message, "help": finding.help,
    }  # fmt: skip


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str, float], None]]:
    """Show stages with time left on a terminal, a plain line now and then elsewhere.

    Yields a callback that takes the stage and the share of it that is done.
    """
    if quiet:
        yield _interruptible(lambda _stage, _share: None)
    elif sys.stderr.isatty():
        with _live() as update:
            yield _interruptible(update)
    else:
        yield _interruptible(_plain())


def _interruptible(update: Callable[[str, float], None]) -> Callable[[str, float], None]:
    """Raise, with the next report of progress, a Ctrl-C that was dropped on its way."""

    def checked(stage: str, share: float) -> None:
        interrupts.check()
        update(stage, share)

    return checked


@contextmanager
def _live() -> Iterator[Callable[[str, float], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def update(stage: str, share: float) -> None:
            stage, _, detail = stage.partition(DETAIL)
            if stage not in tasks:
                for task in tasks.values():
                    bar.update(task, completed=1.0, visible=False)
                tasks[stage] = bar.add_task(stage, total=1.0, rate="")
            speed = bar.tasks[tasks[stage]].speed
            rate = detail or (f"{speed:.2%} a second" if speed else "")
            bar.update(tasks[stage], completed=share, rate=rate)

        yield update


def _plain() -> Callable[[str, float], None]:
    began = last = since = time.monotonic()
    shown, from_share = "", 0.0

    def update(stage: str, share: float) -> None:
        nonlocal last, shown, since, from_share
        stage, _, detail = stage.partition(DETAIL)
        now = time.monotonic()
        if stage != shown:
            say(f"[{now - began:5.0f} s] {stage}")
            last, shown, since, from_share = now, stage, now, share
        elif now - last > PLAIN_EVERY_S:
            rate = (share - from_share) / (now - since)
            speed = f", {rate:.2%} a second" if rate > 0 else ""
            left = f", about {(1 - share) / rate:.0f} s left" if rate > 0 else ""
            known = f": {detail}" if detail else f" {share:.0%}{speed}{left}"
            say(f"[{now - began:5.0f} s] {stage}{known}")
            last = now

    return update


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> str:
    """Return a plain text table; the columns in `right` are right-aligned."""
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [
            str(cell).rjust(width) if i in right else str(cell).ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(header), rule, *(line(row) for row in rows)])
