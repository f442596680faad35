"""A bet as a person places it: Ctrl-C keeps the best commitments known, with their gap."""

from __future__ import annotations

import csv
import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_signals import assert_clean, start, stop

if TYPE_CHECKING:
    from pathlib import Path

ARRIVALS = (
    "scenarios={soon: {title: S, probability: 0.5, arrival: 2 year, revealed: 1 year, "
    "weight_after: 0.2}, late: {title: L, probability: 0.5, arrival: 4 year, revealed: 1 year}}"
)
BET = ("--bet", "--scenarios", "2", "--set", ARRIVALS)


@pytest.mark.slow
def test_an_interrupt_keeps_the_best_commitments_valued_by_then(tmp_path: Path) -> None:
    """Said within 2 s with the distance to full knowledge; the plan that keeps them, exit 130."""
    process = start(tmp_path, *BET)
    said, took = stop(process, "all scenarios as one", signal.SIGINT, 0.5)
    assert process.returncode == 130, said
    assert took < 2.0
    assert "are kept, at most" in said
    assert "below full knowledge" in said
    assert "best solution so far kept in run (status: interrupted, gap" in said
    assert "Traceback" not in said
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["reproducible"] is False
    with (tmp_path / "run" / "bet_regret.csv").open() as rows:
        plans = [row["plan"] for row in csv.DictReader(rows)]
    assert plans[0] == "the bet"
    assert "mean world" in plans
    assert "below full knowledge." in (tmp_path / "run" / "report.html").read_text()
    assert_clean(tmp_path, process.pid, runs=1)


@pytest.mark.slow
def test_an_interrupt_before_any_commitments_keeps_the_plan_without(tmp_path: Path) -> None:
    """While the best of each scenario is sought the plan at the confidence is there to keep."""
    process = start(tmp_path, *BET)
    said, took = stop(process, "in full knowledge", signal.SIGINT, 0.2)
    assert process.returncode == 130, said
    assert took < 2.0
    assert "best solution so far kept in run (status: interrupted" in said
    assert "Traceback" not in said
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert any("this plan places none" in text for text in manifest["warnings"])
    assert not (tmp_path / "run" / "bet_regret.csv").exists()
    assert_clean(tmp_path, process.pid, runs=1)
