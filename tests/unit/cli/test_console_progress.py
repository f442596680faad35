"""Progress where stderr is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.cli import console

if TYPE_CHECKING:
    import pytest


def test_a_stage_says_how_fast_it_goes_and_how_long_it_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rate and time left are of the stage, not of all that went before it."""
    clock = iter([0.0, 10.0, 100.0, 140.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with console.progress() as update:
        update("solve", 0.0)
        update("simulation", 0.1)
        # A fifth in 40 seconds: half a percent a second, and 70 % are left.
        update("simulation", 0.3)
    assert capsys.readouterr().err.splitlines() == [
        "[   10 s] solve",
        "[  100 s] simulation",
        "[  140 s] simulation 30%, 0.50% a second, about 140 s left",
    ]
