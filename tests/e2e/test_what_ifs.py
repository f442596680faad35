"""The page on what-ifs, run as it stands; and a sweep that is stopped and goes on."""

from __future__ import annotations

import csv
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planner import specs

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "what-ifs.md"
PLAN = (sys.executable, "-m", "planner")
SAYS = {
    "optimize": "Lakeside",
    "compare": "site.lakeside.tranches.grid.energised",
    "sweep": "the plan turns from tent to concrete",
    "methods": "At lakeside tent takes",
}
"""What each command of the page prints, among the rest."""

pytestmark = pytest.mark.slow


def _commands() -> list[list[str]]:
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("words", _commands(), ids=lambda words: words[0])
def test_the_page_runs(words: list[str], tmp_path: Path) -> None:
    """Every command of the page ends well and says what it is there to say."""
    ran = subprocess.run(
        [*PLAN, *words, "--quiet"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert SAYS[words[0]] in ran.stdout
    if words[0] == "methods":
        _check_methods(tmp_path / "reports" / "methods")


def _check_methods(folder: Path) -> None:
    """The files of the page agree with one another: steps of the driving path add up to days."""
    assert (folder / "report.html").stat().st_size < 1_000_000
    with (folder / "plans.csv").open(encoding="utf-8") as lines:
        assert {row["method"] for row in csv.DictReader(lines)} == {"free", "tent", "concrete"}
    with (folder / "methods.csv").open(encoding="utf-8") as lines:
        rows = {(r["mode"], r["calendar"]): r for r in csv.DictReader(lines)}
    assert float(rows["tent", "24x7"]["days_p50"]) < float(rows["tent", "5x8"]["days_p50"])
    with (folder / "method_steps.csv").open(encoding="utf-8") as lines:
        steps = [r for r in csv.DictReader(lines) if (r["mode"], r["calendar"]) == ("tent", "24x7")]
    days = sum(float(r["days"]) for r in steps)
    low, high = (float(rows["tent", "24x7"][f"days_{q}"]) for q in ("p10", "p80"))
    assert low <= days <= high


def test_the_page_names_the_overlays_that_there_are() -> None:
    """Both shipped portfolios have every overlay that the page names, and none that it does not."""
    text = PAGE.read_text(encoding="utf-8")
    said = re.search(r"both name (.*)\.\n", text)
    assert said is not None
    named = set(re.findall(r"`([a-z-]+)`", said.group(1)))
    for portfolio in ("first-light", "meta-2025"):
        base = specs.load(portfolio)
        assert set(base.spec.overlays) == named
        for name in named:
            changed = specs.load(portfolio, overrides=[f"@{name}"])
            assert not [f for f in specs.check(changed) if f.severity == "error"]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_sweep_goes_on(workers: str, tmp_path: Path) -> None:
    """Ctrl-C after the first point: it is kept, no process is left, and the next run reads it."""
    words = ["sweep", "first-light", "finance.opening_cash=700..1000 MUSD:3", "--samples", "10",
             "--workers", workers, "--out", "sweep", "--quiet"]  # fmt: skip
    points = tmp_path / "sweep" / "points"
    begun = subprocess.Popen(
        [*PLAN, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    while not list(points.glob("*.json")):
        assert begun.poll() is None, begun.stderr.read() if begun.stderr else ""
        time.sleep(0.1)
    os.killpg(begun.pid, signal.SIGINT)
    _, said = begun.communicate(timeout=120)
    assert begun.returncode == 130
    assert "finished points are kept" in said
    kept = {p.name: p.stat().st_mtime_ns for p in points.glob("*.json")}
    assert 1 <= len(kept) < 3
    again = subprocess.run(
        [*PLAN, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stderr
    assert f"{len(kept)} of 3 points were there already" in again.stderr
    assert {p.name: p.stat().st_mtime_ns for p in points.glob("*.json")}.items() >= kept.items()
