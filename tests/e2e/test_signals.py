"""Signals and limits as a person meets them: nothing half-written, no stale lock, no orphan."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PLAN = [sys.executable, "-m", "planner"]
HARD = ("--set", "policy.tolerance=0", "--samples", "40")
SLOW = (*HARD, "--rounds", "1")
"""Without a tolerance the search for whole halls takes some seconds: time to stop it."""


def begin(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PLAN, *words], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    return begin(folder, "optimize", "first-light", "--out", "run", *SLOW, *more)


def stop(
    process: subprocess.Popen[str], word: str, number: int, after_s: float
) -> tuple[str, float]:
    """Send a signal some time after a stage began; return stderr, and how long the answer took."""
    assert process.stderr is not None
    heard = ""
    for line in process.stderr:
        heard += line
        if word in line:
            break
    time.sleep(after_s)
    process.send_signal(number)
    began = time.monotonic()
    first = process.stderr.readline()
    took = time.monotonic() - began
    rest = process.stderr.read()  # not by `communicate`, which forgets what is read ahead
    process.communicate(timeout=200)
    return heard + first + rest, took


def assert_clean(folder: Path, group: int, *, runs: int) -> None:
    """Only whole runs, no lock, no process of the group."""
    left = sorted(p.name for p in folder.iterdir())
    assert left == ["run"] * runs
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


@pytest.mark.slow
def test_an_interrupt_keeps_the_incumbent(tmp_path: Path) -> None:
    """The solver stops within 2 s, the plan is finished and written with its gap, exit 130."""
    for number, wait in enumerate((0.5, 1.0, 2.0, 4.0)):  # machines differ in when a plan is known
        folder = tmp_path / str(number)
        folder.mkdir()
        process = start(folder)
        said, took = stop(process, "whole halls", signal.SIGINT, wait)
        if "best solution so far kept" in said:
            break
    tmp_path = folder
    assert process.returncode == 130, said
    assert took < 2.0
    assert "interrupted; best solution so far kept in run (status: interrupted, gap" in said
    assert "Traceback" not in said
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["reproducible"] is False
    assert manifest["solver"]["status"].startswith("interrupted, gap")
    assert "Status: interrupted" in (tmp_path / "run" / "report.html").read_text()
    assert_clean(tmp_path, process.pid, runs=1)


@pytest.mark.slow
def test_an_interrupt_before_any_plan_leaves_nothing(tmp_path: Path) -> None:
    """While options are simulated there is nothing to keep."""
    process = start(tmp_path)
    said, _ = stop(process, "readiness", signal.SIGINT, 0.0)
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert_clean(tmp_path, process.pid, runs=0)


@pytest.mark.slow
@pytest.mark.parametrize("word", ["simulation of", "terminal value", "removals"])
def test_an_interrupt_is_never_lost(word: str, tmp_path: Path) -> None:
    """Once a plan has been verified it is kept, whatever was being added to it; exit 130."""
    process = begin(tmp_path, "optimize", "first-light", "--out", "run", "--samples", "40",
                    "--rounds", "1")  # fmt: skip
    said, _ = stop(process, word, signal.SIGINT, 0.0)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    is_kept = word != "simulation of"
    assert ("best solution so far kept in run (status: interrupted" in said) == is_kept, said
    assert_clean(tmp_path, process.pid, runs=int(is_kept))


@pytest.mark.slow
def test_a_signal_to_terminate_leaves_nothing(tmp_path: Path) -> None:
    """Exit 143 in the middle of a solve, and the folder is free for the next run."""
    process = start(tmp_path)
    said, _ = stop(process, "whole halls", signal.SIGTERM, 1.0)
    assert process.returncode == 143, said
    assert "Traceback" not in said
    assert_clean(tmp_path, process.pid, runs=0)


@pytest.mark.slow
def test_a_limit_without_a_plan_says_what_to_try(tmp_path: Path) -> None:
    """Exit 5, and nothing written."""
    process = start(tmp_path, "--time-limit", "0.01")
    _, said = process.communicate(timeout=200)
    assert process.returncode == 5, said
    assert "stopped at 0.01 s with no plan" in said
    assert "help: raise --time-limit" in said
    assert_clean(tmp_path, process.pid, runs=0)


@pytest.mark.slow
def test_a_limit_with_a_plan_is_done_and_never_called_optimal(tmp_path: Path) -> None:
    """Exit 0 with the gap and the limit in the headline, the report and the JSON."""
    for number, limit in enumerate(("0.7", "1", "1.5", "2", "3", "4", "6")):
        folder = tmp_path / str(number)
        folder.mkdir()
        process = start(folder, "--time-limit", limit)
        out, said = process.communicate(timeout=200)
        assert process.returncode in {0, 5}, said
        if "Status: feasible, gap" in out:
            break
    tmp_path = folder
    assert "Status: feasible, gap" in out
    assert f"(limit {limit} s)" in out
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["solver"]["status"].endswith(f"(limit {limit} s)")
    assert f"(limit {limit} s)" in (tmp_path / "run" / "report.html").read_text()
    assert_clean(tmp_path, process.pid, runs=1)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small run in it."""
    folder = tmp_path_factory.mktemp("finished")
    words = ("optimize", "first-light", "--out", "run", "--samples", "20", "--rounds", "1")
    done = subprocess.run([*PLAN, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "kept"), [("model", None), ("shadow prices", False), ("switch points", True)]
)
def test_an_interrupted_explain_keeps_the_parts_that_are_done(
    word: str, kept: bool | None, finished: Path, tmp_path: Path
) -> None:
    """What was found before stands and is shown; a part cut short is not; exit 130."""
    shutil.copytree(finished / "run", tmp_path / "run")
    process = begin(tmp_path, "explain", "run", "--time-limit", "0")
    said, _ = stop(process, word, signal.SIGINT, 0.0)
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    file = tmp_path / "run" / "explanation.json"
    assert file.exists() or kept is None
    if kept is not None:
        told = json.loads(file.read_text(encoding="utf-8"))
        assert told["is_interrupted"]
        assert not told["is_complete"]
        assert bool(told["prices"]) == kept
        assert told["alternatives"] == []
    assert not list((tmp_path / "run").glob(".*.part"))
    assert_clean(tmp_path, process.pid, runs=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("compare", "first-light", "--overlay", "late-power", *HARD),
        ("sweep", "first-light", "finance.opening_cash=700..1000 MUSD:2", "--out", "run",
         "--samples", "20"),
    ],
    ids=["compare", "sweep"],
)  # fmt: skip
def test_an_interrupt_of_several_plans_leaves_no_half_of_them(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    """A comparison of plans of which one was cut short would be none: exit 130, and none is told.

    A sweep says where its finished points are, here none yet.
    """
    process = begin(tmp_path, *words)
    said, _ = stop(process, "whole halls", signal.SIGINT, 0.3)
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("manifest.json"))
    assert not list(tmp_path.rglob("report.html"))
    assert not list(tmp_path.rglob("*.part"))
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
