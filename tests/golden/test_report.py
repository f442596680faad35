"""The report's text outputs on the synthetic run, byte for byte.

A mismatch writes what came out beside what was expected, as NAME.actual. Run once with
PLAN_ACCEPT_GOLDEN=1 to accept it, and say in the commit why the numbers moved.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

from planner.report import compose, headline_text
from planner.report.exporters import EXPORTERS
from tests import results

EXPECTED = Path(__file__).parent / "report" / "expected"
TABLES = (
    "dates.csv", "targets.csv", "next_90_days.csv", "hall_durations.csv", "risk.csv",
    "stranding_total.csv", "promises.csv", "cashflow.csv",
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outputs() -> dict[str, str]:
    run = results.result()
    document = compose(run, identity="golden")
    files = {**EXPORTERS["csv"].files(document), **EXPORTERS["gantt"].files(document)}
    kept = {name: files[name].decode() for name in (*TABLES, "gantt.svg")}
    return {**kept, "headline.txt": headline_text(run) + "\n"}


@pytest.mark.parametrize("name", [*TABLES, "gantt.svg", "headline.txt"])
def test_output_is_as_accepted(outputs: dict[str, str], name: str) -> None:
    """Every published number of the small run stays what it was."""
    place, actual = EXPECTED / name, EXPECTED / f"{name}.actual"
    if os.environ.get("PLAN_ACCEPT_GOLDEN"):
        place.write_text(outputs[name], encoding="utf-8")
    expected = place.read_text(encoding="utf-8")
    if outputs[name] == expected:
        actual.unlink(missing_ok=True)
        return
    actual.write_text(outputs[name], encoding="utf-8")
    lines = difflib.unified_diff(
        expected.splitlines(), outputs[name].splitlines(), lineterm="", n=0
    )
    pytest.fail("\n".join(list(lines)[:40]))
