"""A run folder: whole or not at all, the manifest's clock the only thing that differs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from planner.errors import OutputError
from planner.report import write_run
from planner.report.write import _publish
from tests import results

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.result import Result


@pytest.fixture(scope="module")
def run() -> Result:
    return results.result(samples=60)


def clock(hour: int) -> dt.datetime:
    return dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC)


def write(run: Result, folder: Path, hour: int = 9) -> Path:
    return write_run(run, folder, command="plan optimize synthetic", identity="ab12",
                     started=clock(8), clock=lambda: clock(hour))  # fmt: skip


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(run: Result, tmp_path: Path) -> None:
    """Every file but the manifest is equal, and the manifest differs in its clock alone."""
    first, second = write(run, tmp_path / "a"), write(run, tmp_path / "b", hour=10)
    names = sorted(p.name for p in first.iterdir())
    assert names == sorted(p.name for p in second.iterdir())
    for name in set(names) - {"manifest.json"}:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    one, two = (json.loads((f / "manifest.json").read_text()) for f in (first, second))
    assert {k for k in one if one[k] != two[k]} == {"finished"}


@pytest.mark.slow
def test_the_manifest_holds_the_digest_of_every_file(run: Result, tmp_path: Path) -> None:
    """Digests are those of the bytes on disk, and nothing is left beside the run."""
    folder = write(run, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
    del found["manifest.json"]
    assert {k: v["sha256"] for k, v in manifest["files"].items()} == found
    assert [p.name for p in tmp_path.iterdir()] == ["run"]
    needed = {"plan.yaml", "report.html", "gantt.svg", "workbook.xlsx", "schedule.csv",
              "capacity.csv", "allocation.csv", "purchases.csv", "cashflow.csv", "risk.csv",
              "assumptions.csv"}  # fmt: skip
    assert needed <= set(found)


@pytest.mark.slow
def test_the_page_stays_below_its_budget(run: Result, tmp_path: Path) -> None:
    """The report of the synthetic run is far below 2.5 MB."""
    assert (write(run, tmp_path / "run") / "report.html").stat().st_size < 1_000_000


def test_an_old_run_is_not_overwritten(tmp_path: Path) -> None:
    """A folder that holds something is refused and left as it was."""
    old = tmp_path / "run"
    old.mkdir()
    (old / "kept").write_text("x")
    with pytest.raises(OutputError, match="not empty"):
        _publish(old, {"new": b"y"})
    assert [p.name for p in old.iterdir()] == ["kept"]


def test_an_old_run_gives_way_only_to_a_complete_one(tmp_path: Path) -> None:
    """Asked to replace, the new files stand alone; a failed attempt leaves the old ones."""
    old = tmp_path / "run"
    old.mkdir()
    (old / "kept").write_text("x")
    with pytest.raises(OutputError):
        _publish(old, {"a": b"x", "a/is-a-file": b"y"}, replace=True)
    assert [p.name for p in tmp_path.rglob("*")] == ["run", "kept"]
    _publish(old, {"new": b"y"}, replace=True)
    assert [p.name for p in tmp_path.rglob("*")] == ["run", "new"]


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C between two files removes the temporary folder."""

    class Stop(dict[str, bytes]):
        def items(self):  # type: ignore[no-untyped-def,override]
            yield "a", b"1"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _publish(tmp_path / "run", Stop())
    assert list(tmp_path.iterdir()) == []
