"""Who simulates, as asked on the command line."""

from __future__ import annotations

import pytest
import typer

from planner.cli.workers import hired
from planner.simulate import Threads
from planner.study import Ask


def test_a_number_is_threads_of_this_process() -> None:
    """None is as many as there are cores."""
    with hired(3, None) as found:
        assert found == Threads(3)
    with hired(None, None) as found:
        assert found == Threads(None)


def test_threads_here_and_workers_there_exclude_each_other() -> None:
    """Both at once is a wrong call."""
    with pytest.raises(typer.BadParameter, match="--scheduler"), hired(2, "tcp://a:1"):
        pass


def test_who_simulates_identifies_no_run() -> None:
    """The text of what is asked, from which a run is identified, is the same for any workers."""
    one, two = (Ask(seed=1, samples=9, workers=Threads(n)) for n in (1, 2))
    assert repr(one) == repr(two) == repr(Ask(seed=1, samples=9))
    assert one == two


def test_trials_use_the_threads_asked_for() -> None:
    """A number of threads bounds them too; a cluster says nothing of this process."""
    assert Ask(seed=1, samples=9, workers=Threads(1)).threads == 1
    assert Ask(seed=1, samples=9).threads is None
