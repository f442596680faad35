"""Ctrl-C, so that none is lost.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. In a call-back from C, or
under a library's bare ``except``, it is dropped there, and the run would go on as if nobody had
asked. So the command line notes each, who acts on one says so, and the next report of progress
raises again what nobody has acted on.
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_asked = threading.Event()
_is_deferred = False


def listen() -> None:
    """Note each Ctrl-C from here on; for the main thread of a command."""
    signal.signal(signal.SIGINT, _heard)
    sys.unraisablehook = _dropped


def _heard(_signal: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt


def _dropped(dropped: sys.UnraisableHookArgs) -> None:
    """Say nothing of an interrupt that a call-back could not pass on: it is raised again."""
    if dropped.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(dropped)


def is_waiting() -> bool:
    """Return whether a Ctrl-C has come on which nobody has acted."""
    return _asked.is_set()


def taken() -> None:
    """Note that the last one is acted on."""
    _asked.clear()


def check() -> None:
    """Raise one that was dropped on its way.

    Raises
    ------
    KeyboardInterrupt
        If there is one; in the main thread alone, as Python does.
    """
    if _asked.is_set() and threading.current_thread() is threading.main_thread():
        _asked.clear()
        raise KeyboardInterrupt


@contextmanager
def deferred() -> Iterator[Callable[[], int]]:
    """Let each Ctrl-C wait while work goes on that it would break, and that looks for it itself.

    Yields how many have come. Outside the main thread, which alone hears of them, where they are
    ignored, and within other work that lets them wait, none ever does.
    """
    global _is_deferred  # noqa: PLW0603 - one a process, as its signals are
    heard = 0

    def note(_signal: int, _frame: FrameType | None) -> None:
        nonlocal heard
        heard += 1

    is_main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if not is_main or _is_deferred or before in {signal.SIG_IGN, None}:
        yield lambda: 0
        return
    signal.signal(signal.SIGINT, note)
    _is_deferred = True
    try:
        yield lambda: heard
    finally:
        _is_deferred = False
        signal.signal(signal.SIGINT, before)
