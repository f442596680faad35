"""The benchmark of the simulator runs from end to end, on next to nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import simulate
from benchmarks.networks import synthetic
from planner.simulate.flow import needs_no_dispatch

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_case_is_measured() -> None:
    """The page has three tables without a hole in them, and growth is drawn."""
    page = simulate.page(simulate.TINY, "test")
    machine, *tables = page.split("\n\n")
    rows = [line for table in tables for line in table.splitlines()]
    assert "numba" in machine
    assert [table.count("\n") for table in tables] == [5, 11, 5]
    assert not any("nan" in row or "inf" in row for row in rows)
    assert all("█" in row for row in tables[2].splitlines()[2:])


@pytest.mark.slow
def test_the_reference_is_not_measured_beside_numba(tmp_path: Path) -> None:
    """The process of the reference says whether numba is loaded, which would double every ratio."""
    made = synthetic(5)
    found = simulate._elsewhere(made, simulate.Sampler(made, seed=1, samples=2).draw(0, 2), 0.01)
    assert not found["is numba loaded"]
    assert found["reference"] > 0


def test_synthetic_networks_are_the_same_for_the_same_seed() -> None:
    """Two networks of one seed are one; crews bind, and arcs of a sequence hand them on."""
    first, second = synthetic(100), synthetic(100)
    assert (first.relation_pred == second.relation_pred).all()
    assert (first.work.c == second.work.c).all()
    assert not needs_no_dispatch(first)
    assert needs_no_dispatch(simulate.with_arcs(first))


def test_the_command_says_what_it_does() -> None:
    """Help names the quick variant."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.simulate", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "--quick" in done.stdout
