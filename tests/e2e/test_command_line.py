"""The command as a person or a script meets it: outputs, exit codes, nothing lost, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PLAN = [sys.executable, "-m", "planner"]


def plan(*args: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a true process."""
    return subprocess.run(
        [*PLAN, *args], capture_output=True, text=True, timeout=300, check=False, cwd=cwd,
        env={**os.environ, **env}, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_help_names_every_command() -> None:
    """`plan --help` lists the commands of the first issue."""
    shown = plan("--help").stdout
    for command in ("init", "validate", "show", "simulate", "optimize", "compare", "sources",
                    "schema", "runs"):  # fmt: skip
        assert command in shown


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("nonsense",), 2, "No such command"),
        (("optimize", "first-light", "--bogus"), 2, "No such option"),
        (("validate", "no-such-portfolio"), 6, "no such file"),
        (("validate", "first-light", "--set", "finance.cash_flor=0 MUSD"), 3, "cash_floor"),
        (("compare", "first-light", "--method", "tnet"), 3, "tent"),
        (("show", "first-light", "tnet"), 3, "tent"),
        (("runs", "no-such-folder"), 6, "no folder"),
        (("schema", "bogus"), 2, "portfolio"),
        (("simulate", "first-light", "--workers", "2", "--scheduler", "x:1"), 2, "--workers"),
        (("simulate", "first-light", "--scheduler", "nonsense"), 6, "dask scheduler"),
        (("simulate", "first-light", "--sampling", "halton"), 2, "sobol"),
        (("simulate", "first-light", "--until-error", "3"), 2, "unit missing"),
    ],
)
def test_a_wrong_call_is_answered_in_words(args: tuple[str, ...], code: int, said: str) -> None:
    """Each class of mistake has its exit code and names the way out, without a traceback."""
    done = plan(*args)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_json_is_the_only_thing_on_stdout() -> None:
    """With --json an invalid input is one JSON object on stdout and text on stderr."""
    done = plan("validate", "first-light", "--json", "--set", "finance.cash_floor=5 MWh")
    assert done.returncode == 3
    body = json.loads(done.stdout)
    assert body["findings"][0]["code"] == "unit-dimension"


def test_a_closed_pipe_is_quiet() -> None:
    """`plan sources | head -1` says nothing on stderr."""
    shell = f"{sys.executable} -m planner sources first-light | head -1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert "Error" not in done.stderr
    assert "Exception" not in done.stderr


def test_closed_and_full_outputs_are_no_bug(tmp_path: Path) -> None:
    """A closed output is nowhere to print to; a full one is told in words."""
    command = " ".join([*PLAN, "show", "first-light"])
    for end, code in ((">&-", 0), (">&- 2>&-", 0), (">/dev/full", 6)):
        done = subprocess.run(
            ["sh", "-c", f"{command} {end}"], cwd=tmp_path,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code
        assert "bug" not in done.stderr
        assert ("no space left" in done.stderr) == (code == 6)


def test_init_writes_a_portfolio_that_is_valid_as_it_stands(tmp_path: Path) -> None:
    """The folder of `plan init` needs nothing outside itself."""
    assert plan("init", "mine", cwd=tmp_path).returncode == 0
    done = plan("validate", "mine/scenarios/my-portfolio.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "my-portfolio: valid" in done.stdout
    again = plan("init", "mine", cwd=tmp_path)
    assert again.returncode == 6
    assert "not empty" in again.stderr


def test_schema_prints_json() -> None:
    """`plan schema site` is a JSON Schema."""
    assert json.loads(plan("schema", "site").stdout)["type"] == "object"


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run of the newcomer's case, with few futures."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    done = plan("optimize", "first-light", "--samples", "40", "--rounds", "1", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    assert "First light at Lakeside" in done.stdout
    assert "report:" in done.stderr
    return folder


@pytest.mark.slow
def test_a_run_is_whole(run_folder: Path) -> None:
    """Every file of a run is there, and the manifest says what made it."""
    for name in ("plan.yaml", "manifest.json", "schedule.csv", "capacity.csv", "allocation.csv",
                 "purchases.csv", "cashflow.csv", "risk.csv", "gantt.svg", "report.html",
                 "workbook.xlsx"):  # fmt: skip
        assert (run_folder / name).stat().st_size > 0, name
    manifest = json.loads((run_folder / "manifest.json").read_text())
    assert manifest["seed"] == 1
    assert manifest["portfolio"] == "first-light"


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes(run_folder: Path, tmp_path: Path) -> None:
    """All files but the manifest are equal byte for byte; another seed gives others."""
    args = ("optimize", "first-light", "--samples", "40", "--rounds", "1", "--quiet")
    assert plan(*args, "--out", str(tmp_path / "again")).returncode == 0
    assert plan(*args, "--seed", "2", "--out", str(tmp_path / "other")).returncode == 0
    for path in sorted(p for p in run_folder.rglob("*") if p.is_file()):
        if path.name != "manifest.json":
            name = path.relative_to(run_folder)
            same = path.read_bytes() == (tmp_path / "again" / name).read_bytes()
            assert same, f"{name} differs"
    first = (run_folder / "schedule.csv").read_bytes()
    assert first != (tmp_path / "other" / "schedule.csv").read_bytes()


@pytest.mark.slow
def test_a_finished_run_is_never_overwritten_by_accident(run_folder: Path) -> None:
    """The same --out again is refused before any work, and the old run is intact."""
    before = (run_folder / "plan.yaml").read_bytes()
    done = plan("optimize", "first-light", "--out", str(run_folder))
    assert done.returncode == 6
    assert "--force" in done.stderr
    assert (run_folder / "plan.yaml").read_bytes() == before


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    """A lock of a live process stops a second run; one of a dead process does not linger."""
    import socket

    lock = tmp_path / ".one.lock"
    held = {"pid": os.getpid(), "host": socket.gethostname(), "since": "10:02"}
    lock.write_text(json.dumps(held))
    done = plan("optimize", "first-light", "--out", str(tmp_path / "one"))
    assert done.returncode == 7
    assert f"in use by pid {os.getpid()}" in done.stderr


@pytest.mark.slow
def test_a_simulation_stops_at_the_error_asked_for(run_folder: Path) -> None:
    """With --until-error futures are doubled until every P80 is as certain; each error is stated,
    in JSON and beside the dates."""
    asked = ("simulate", "first-light", "--plan", str(run_folder / "plan.yaml"),
             "--sampling", "sobol", "--until-error")  # fmt: skip
    rough, fine = (json.loads(plan(*asked, d, "--json").stdout) for d in ("60 day", "8 day"))
    assert rough["sampling"] == "sobol"
    assert rough["samples"] == 512
    assert fine["samples"] in {1024, 2048, 4096, 8192}
    assert fine["largest_p80_error_day"] <= 8 < rough["largest_p80_error_day"]
    assert all(d["p80_error_day"] <= 8 for d in fine["dates"] if d["p80"])
    said = plan(*asked, "60 day").stdout
    assert "512 futures (Sobol); standard error of the least certain P80 ±" in said


@pytest.mark.slow
def test_a_plan_can_be_simulated_again(run_folder: Path) -> None:
    """`plan simulate --plan plan.yaml` prints the dates of the plan's halls."""
    done = plan("simulate", "first-light", "--plan", str(run_folder / "plan.yaml"), "--samples",
                "40", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "simulation"


@pytest.mark.slow
def test_no_money_and_a_promise_conflict(tmp_path: Path) -> None:
    """A budget of zero with a guarantee ends with 4 and names both statements with their places."""
    nothing = ("finance.opening_cash=0 MUSD", "finance.share_available=0",
               "finance.cash_floor=0 MUSD")  # fmt: skip
    args = [part for setting in nothing for part in ("--set", setting)]
    done = plan("optimize", "first-light", *args, "--out", str(tmp_path / "none"), "--quiet")
    assert done.returncode == 4
    assert "cash never falls below 0 MUSD" in done.stderr
    assert "first-light.yaml:" in done.stderr
    assert not (tmp_path / "none").exists()


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two finished runs of First Light, the second with a what-if."""
    base = tmp_path_factory.mktemp("runs")
    for name, extra in (("a", ()), ("b", ("--set", "finance.cash_floor=500 MUSD"))):
        done = plan("optimize", "first-light", "-q", "--samples", "60", "--rounds", "1",
                    "--out", str(base / name), *extra)  # fmt: skip
        assert done.returncode == 0, done.stderr
    return base / "a", base / "b"


@pytest.mark.slow
def test_a_diff_names_the_cause_and_its_consequences(two_runs: tuple[Path, Path]) -> None:
    """What was set stands first, then what the plan does about it; exit 10 only when asked."""
    done = plan("diff", *map(str, two_runs))
    assert done.returncode == 0, done.stderr
    assert "finance.cash_floor  50 MUSD -> 500 MUSD" in done.stdout
    assert "Plan: " in done.stdout
    assert plan("diff", *map(str, two_runs), "--detailed-exitcode").returncode == 10
    assert "No changes" in plan("diff", str(two_runs[0]), str(two_runs[0])).stdout


@pytest.mark.slow
def test_saved_runs_are_compared_in_common_futures(two_runs: tuple[Path, Path]) -> None:
    """A run against itself differs by nothing; another has paired differences."""
    done = plan("compare", *map(str, two_runs), "-q", "--json")
    body = json.loads(done.stdout)
    assert body["variants"] == ["a", "b"]
    assert any(d["mean"] for d in body["differences"] if d["variant"] == "b")
    assert body["changes"]["b"]["direct"][0]["subject"] == "finance.cash_floor"


@pytest.mark.slow
def test_a_run_is_opened_from_the_inputs_it_keeps(two_runs: tuple[Path, Path]) -> None:
    """Opened again with its settings; a damaged basis is named, not a crash."""
    folder = two_runs[1]
    done = plan("why", "lakeside/halls/01", str(folder), "-q", "--samples", "40")
    assert done.returncode == 0, done.stderr
    basis = folder / "basis.json"
    kept = basis.read_bytes()
    basis.write_bytes(b"{")
    done = plan("why", "lakeside/halls/01", str(folder), "-q")
    basis.write_bytes(kept)
    assert done.returncode == 6
    assert "basis.json is damaged" in done.stderr
