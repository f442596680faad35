"""`plan runs --chain`: a run and those before it, by the identities in their manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from planner.cli.app import app
from planner.cli.parent import chain_of
from planner.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

DATES = "subject,amount_mw,basis,p50,p80\nnorth,500,IT,{0}-03-01,{0}-06-01\n"
BINS = "until,count,cumulative,subject,amount_mw,basis\n2027-01-01,1,1,north,500,IT\n"


def _run(folder: Path, name: str, parent: str | None, year: int) -> Path:
    place = folder / name
    place.mkdir()
    before = {"name": f"run-{parent}", "identity": parent} if parent else None
    body = {"samples": 9, "seed": 1, "reopen": {}, "verification": {"seed": 2},
            "format_version": "1.0", "identity": name, "parent": before, "data_date": "2026-11-01",
            "finished": f"{year}-01-01"}  # fmt: skip
    (place / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    (place / "dates.csv").write_text(DATES.format(year), encoding="utf-8")
    (place / "key_date.csv").write_text(BINS, encoding="utf-8")
    return place


def test_a_chain_is_followed_from_the_newest_to_the_first(tmp_path: Path) -> None:
    """Each run gives its own P50 and P80 of the date that the newest turns on."""
    _run(tmp_path, "a", None, 2027)
    _run(tmp_path, "other", None, 2031)
    _run(tmp_path, "b", "a", 2028)
    newest = _run(tmp_path, "c", "b", 2029)
    assert [place.name for place, _ in chain_of(newest)] == ["c", "b", "a"]
    shown = CliRunner().invoke(app, ["runs", "--chain", str(newest), "--json"])
    rows = json.loads(shown.stdout)["runs"]
    assert [(r["p50"], r["p80"]) for r in rows] == [
        ("2029-03-01", "2029-06-01"), ("2028-03-01", "2028-06-01"), ("2027-03-01", "2027-06-01"),
    ]  # fmt: skip
    text = CliRunner().invoke(app, ["runs", "--chain", str(newest)])
    assert "north, 500 MW IT" in text.output
    assert "2031" not in text.output


def test_a_chain_ends_where_a_run_is_gone_and_never_runs_in_a_circle(tmp_path: Path) -> None:
    """What is not beside the run is named; a run that follows itself is listed once."""
    lone = _run(tmp_path, "c", "b", 2029)
    assert len(chain_of(lone)) == 1
    shown = CliRunner().invoke(app, ["runs", "--chain", str(lone)])
    assert "run-b" in shown.output
    _run(tmp_path, "b", "c", 2028)
    assert [place.name for place, _ in chain_of(lone)] == ["c", "b"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    """Without a manifest there is no chain."""
    with pytest.raises(OutputError):
        chain_of(tmp_path / "none")


def test_of_two_runs_of_the_same_inputs_the_named_one_is_in_the_chain(tmp_path: Path) -> None:
    """A run made again has the identity of the first; which one it was told against has a name."""
    first, again = _run(tmp_path, "b", None, 2027), _run(tmp_path, "run-b", None, 2028)
    body = json.loads((again / "manifest.json").read_text(encoding="utf-8"))
    (again / "manifest.json").write_text(json.dumps({**body, "identity": "b"}), encoding="utf-8")
    newest = _run(tmp_path, "c", "b", 2029)
    assert [place.name for place, _ in chain_of(newest)] == ["c", again.name]
    assert first.name != again.name
