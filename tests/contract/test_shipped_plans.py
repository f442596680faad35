"""What a shipped scenario has under way can be written as a plan and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.network import existing_plan
from planner.report.exporters import plan_yaml
from planner.specs import load, read_plan

SCENARIOS = sorted(Path("sites/scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_what_is_under_way_reads_back(path: Path, tmp_path: Path) -> None:
    """Halls that follow at a stagger may begin after the data date: still under way."""
    portfolio = load(path)
    plan = existing_plan(portfolio)
    file = tmp_path / "plan.yaml"
    file.write_text(plan_yaml.render(plan), encoding="utf-8")
    assert read_plan(file, portfolio).starts == plan.starts
