"""`plan export` of a run that the command line made: every format, its places, and what fails."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import openpyxl
import polars as pl
import pytest

from planner.exchange import read_schedule
from tests.cli_calls import plan
from tests.specs_files import write
from tests.unit.exchange.test_round_trips import needs_java

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "schema" / "results.json"
SLAB = "=cmd|'/c calc'!A1 <img src=x onerror=alert(1)> 建屋"
"""Title of an activity."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a portfolio and a finished run of it."""
    folder = tmp_path_factory.mktemp("export")
    write(folder, all=("title: Slab", f'title: "{SLAB}"'))
    made = plan("optimize", "small.yaml", "--samples", "20", "--rounds", "1", "--out", "run",
                "--quiet", cwd=folder)  # fmt: skip
    assert made.code == 0, made.said
    return folder


def files(folder: Path) -> Mapping[str, bytes]:
    """Return every file below a folder."""
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_json_is_the_runs_own_and_what_the_schema_says(home: Path, tmp_path: Path) -> None:
    """A real run's export, down to each cell; and the same on stdout."""
    out = tmp_path / "results.json"
    done = plan("export", "run", "--format", "json", "-o", out, "-q", cwd=home)
    assert done.code == 0, done.said
    body = json.loads(out.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [e.message for e in validator.iter_errors(body)] == []
    assert out.read_bytes() == (home / "run" / "results.json").read_bytes()
    rows = [row for s in body["sections"] for t in s["tables"] for row in t["rows"]]
    assert any(SLAB in row for row in rows)
    streamed = plan("export", "run", "--format", "json", "-o", "-", "-q", cwd=home)
    assert json.loads(streamed.out) == body


@pytest.mark.parametrize("bom", [False, True])
def test_csv_is_marked_as_utf8_only_where_asked(bom: bool, home: Path, tmp_path: Path) -> None:
    """Excel needs the mark, everything else is better without; the rest is the run's own files."""
    marks = ["--bom"] if bom else []
    done = plan("export", "run", "--format", "csv", "-o", tmp_path, "-q", *marks, cwd=home)
    assert done.code == 0, done.said
    made = files(tmp_path)
    own = {n: b for n, b in files(home / "run").items() if n.endswith(".csv") and "/" not in n}
    mark = codecs.BOM_UTF8 if bom else b""
    assert made == {name: mark + body for name, body in own.items()}
    text = made["schedule.csv"].decode("utf-8-sig")
    assert f"'{SLAB}" in {cell for row in csv.reader(io.StringIO(text)) for cell in row}


def test_workbook_and_parquet_hold_every_table(home: Path, tmp_path: Path) -> None:
    """As many sheets and files as the run has tables, and the name as it was written."""
    for form in ("xlsx", "parquet"):
        done = plan("export", "run", "--format", form, "-o", tmp_path, "-q", cwd=home)
        assert done.code == 0, done.said
    tables = {p.stem for p in (home / "run").glob("*.csv")}
    assert {p.stem for p in tmp_path.glob("*.parquet")} == tables
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx", read_only=True)
    assert {sheet.title for sheet in book} == {name[:31] for name in tables} | {"Read me"}
    assert SLAB in set(pl.read_parquet(tmp_path / "schedule.parquet").to_series(1)) | {
        cell for column in pl.read_parquet(tmp_path / "schedule.parquet") for cell in column
    }


@needs_java
def test_schedules_are_held_against_the_baseline_asked_for(home: Path, tmp_path: Path) -> None:
    """The dates of a plan.yaml stand as baseline beside the forecast, in MS Project and in P6."""
    earlier = (home / "run" / "plan.yaml").read_text(encoding="utf-8")
    moved = home / "earlier.yaml"
    moved.write_text(earlier.replace("release: 2026-10-01", "release: 2026-07-01"), "utf-8")
    late = {}
    for form, name in (("mspdi", "a.xml"), ("pmxml", "a.pmxml")):
        for against in ((), ("--baseline", "earlier.yaml")):
            done = plan("export", "run", "--format", form, "-o", tmp_path / name, "-q", "--force",
                        *against, cwd=home)  # fmt: skip
            assert done.code == 0, done.said
            found = [t for t in read_schedule(tmp_path / name).tasks if not t.is_summary]
            late[form, bool(against)] = {
                t.code: (t.start - t.baseline[0]).days for t in found if t.baseline
            }
    for form in ("mspdi", "pmxml"):
        assert set(late[form, False].values()) == {0}
        assert max(late[form, True].values()) > 60
    assert late["mspdi", True] == late["pmxml", True]


def test_a_name_that_begins_as_a_formula_is_text_in_ms_project(home: Path, tmp_path: Path) -> None:
    """The task is called as the activity is."""
    done = plan("export", "run", "--format", "mspdi", "-o", tmp_path / "a.xml", "-q", cwd=home)
    assert done.code == 0, done.said
    names = [e.text for e in ET.parse(tmp_path / "a.xml").iter() if e.tag.endswith("}Name")]
    assert SLAB in names


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("export", "run", "--format", "docx", "-o", "x"), 2, "known are csv, json"),
        (("export", "run", "--format", "json", "-o", "x", "--bom"), 2, "--bom goes with"),
        (("export", "run", "--format", "csv", "-o", "-"), 2, "cannot go to stdout"),
        (("export", "run", "--format", "xlsx", "-o", "-"), 2, "cannot go to stdout"),
        (("export", "run", "--format", "csv", "-o", "x", "--baseline", "run"), 2, "--baseline"),
        (("export", "run", "--format", "mspdi", "-o", "x.xml", "--baseline", "no"), 6, "no"),
        (("export", "none", "--format", "csv", "-o", "x"), 6, "plan runs"),
        (("export", "catalog", "--format", "csv", "-o", "x"), 6, "plan runs"),
        (("export", "run", "--format", "json", "-o", "small.yaml"), 6, "small.yaml exists"),
        (("export", "run", "--format", "json", "-o", "small.yaml/x.json"), 6, "small.yaml"),
        (("export", "run", "--format", "csv", "-o", "run"), 6, "exists"),
        (("export", "run", "--format", "csv", "-o", "lake.yaml", "--force"), 6, "lake.yaml"),
        (("export", "run", "--format", "json", "-o", "/dev/full", "--force"), 6, "regular file"),
        (("report", "run", "--format", "csv", "-o", "-"), 2, "cannot go to stdout"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_said_once_and_nothing_is_lost(
    words: tuple[str, ...], code: int, said: str, home: Path
) -> None:
    """One message, the right exit code, and every file as it was."""
    before = files(home)
    done = plan(*words, "-q", cwd=home)
    assert done.code == code, done.said
    assert said in done.said
    assert "Traceback" not in done.said
    assert done.out == ""
    assert files(home) == before


def test_force_replaces_and_a_folder_gets_the_file(home: Path, tmp_path: Path) -> None:
    """A file where one was asked for, a folder where several are or where one stands."""
    (tmp_path / "old.json").write_text("old", "utf-8")
    for place in ("old.json", "new/deep/results.json", "."):
        done = plan("export", "run", "--format", "json", "-o", tmp_path / place, "-q", "--force",
                    cwd=home)  # fmt: skip
        assert done.code == 0, done.said
    assert set(files(tmp_path)) == {"old.json", "new/deep/results.json", "results.json"}
    assert len(set(files(tmp_path).values())) == 1


def _limited(folder: Path, *words: str, size: int) -> subprocess.CompletedProcess[str]:
    """Run a command that can write files of so many bytes only, as if the disk were full."""
    return subprocess.run(
        [sys.executable, "-m", "planner", *words], cwd=folder, capture_output=True, text=True,
        check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        env={**os.environ, "NUMBA_CACHE_DIR": "", "NUMBA_NUM_THREADS": "1"},
    )  # fmt: skip


def test_a_full_disk_leaves_the_old_files_whole(home: Path, tmp_path: Path) -> None:
    """All or none: where the third of many files does not fit, the first two are not there."""
    old = {"allocation.csv": b"old", "schedule.csv": b"old"}
    for name, body in old.items():
        (tmp_path / name).write_bytes(body)
    done = _limited(home, "export", "run", "--format", "csv", "-o", str(tmp_path), "-q", "--force",
                    size=1500)  # fmt: skip
    assert done.returncode == 6, done.stderr
    assert "cannot write" in done.stderr
    assert "too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert files(tmp_path) == old


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said_before_any_work(
    home: Path, tmp_path: Path
) -> None:
    """The message names the folder and the reason."""
    tmp_path.chmod(0o500)
    done = plan("export", "run", "--format", "csv", "-o", tmp_path, "-q", cwd=home)
    tmp_path.chmod(0o700)
    assert done.code == 6
    assert "permission denied" in done.said


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_export_leaves_nothing(
    sign: signal.Signals, home: Path, tmp_path: Path
) -> None:
    """Whenever it ends: the old file stands, nothing half-written lies about."""
    (tmp_path / "results.json").write_bytes(b"old")
    before = files(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "planner", "export", "run", "--format", "json", "-o", str(tmp_path),
         "--force"], cwd=home, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.readline()  # it has begun to simulate
    time.sleep(0.2)
    process.send_signal(sign)
    said = process.communicate(timeout=120)[1]
    assert process.returncode in {0, 128 + sign}
    assert "Traceback" not in said
    left = files(tmp_path)
    assert set(left) == {"results.json"}
    assert (left["results.json"] == b"old") == (process.returncode != 0)
    assert files(home) == before
