"""The command line called in this process: exit code and both streams as a shell sees them."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.cli.app import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    said: str


def plan(*words: str | os.PathLike[str], cwd: Path) -> Done:
    """Run `plan` with some words in a folder."""
    argv, handler = sys.argv, signal.getsignal(signal.SIGTERM)
    out, said = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with ExitStack() as stack:
        stack.enter_context(chdir(cwd))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(said))
        try:
            sys.argv = ["plan", *(os.fspath(word) for word in words)]
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        finally:
            sys.argv = argv
            signal.signal(signal.SIGTERM, handler)
    texts = []
    for stream in (out, said):
        stream.seek(0)
        texts.append(stream.read())
    return Done(code, *texts)
