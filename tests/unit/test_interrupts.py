"""Ctrl-C: none is lost where a library drops it, and none breaks what lets it wait."""

from __future__ import annotations

import ctypes
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from planner import interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Note interrupts as a command does, and leave the process as it was."""
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("sys.unraisablehook", None)
    interrupts.listen()
    yield
    signal.signal(signal.SIGINT, before)
    interrupts.taken()


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("listening")
def test_one_that_a_call_back_drops_is_raised_with_the_next_progress() -> None:
    """Numba loads its code through such call-backs."""
    ctypes.CFUNCTYPE(None)(interrupt)()
    assert interrupts.is_waiting()
    with pytest.raises(KeyboardInterrupt):
        interrupts.check()
    interrupts.check()  # once


@pytest.mark.usefixtures("listening")
def test_one_that_is_acted_on_is_not_raised_again() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    interrupts.taken()
    interrupts.check()


@pytest.mark.usefixtures("listening")
def test_one_that_waits_is_counted_and_not_raised() -> None:
    """Work within the work leaves it to what is around it."""
    with interrupts.deferred() as heard:
        interrupt()
        with interrupts.deferred() as inner:
            interrupt()
        assert (heard(), inner()) == (2, 0)
    interrupts.check()
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_where_they_are_ignored_they_stay_so() -> None:
    """A process of a pool leaves Ctrl-C to the one that hired it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts.deferred() as heard:
            interrupt()
        assert heard() == 0
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_threads_of_a_crew_hear_none() -> None:
    heard: list[int] = []

    def work() -> None:
        with interrupts.deferred() as count:
            interrupts.check()
            heard.append(count())

    ctypes.CFUNCTYPE(None)(interrupt)()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert heard == [0]
    assert interrupts.is_waiting()
