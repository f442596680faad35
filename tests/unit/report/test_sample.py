"""The sample run that the repository carries is whole, small, and says what made it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
import yaml

SAMPLE = Path(__file__).parents[3] / "reports" / "sample"
MOST_BYTES = 3_000_000

pytestmark = pytest.mark.skipif(not SAMPLE.is_dir(), reason="a source tree without the sample")


def test_the_page_is_a_report_with_its_run() -> None:
    """It opens as one page, closes, carries its policy, and names planner version and run."""
    page = (SAMPLE / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "Content-Security-Policy" in page
    assert re.search(r"\b\d+\.\d+\.\d+", page)
    assert re.search(r"<b>run</b> [0-9a-f]{12}", page)


def test_the_plan_and_the_tables_open() -> None:
    """The plan is YAML, every table has a heading and rows of its width."""
    assert yaml.safe_load((SAMPLE / "plan.yaml").read_text(encoding="utf-8"))
    for file in SAMPLE.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
        assert {len(r) for r in rows} == {len(rows[0])}, file.name


def test_it_is_small_and_names_no_machine() -> None:
    """Less than 3 MB in all, and no path of the machine that made it."""
    files = [f for f in SAMPLE.rglob("*") if f.is_file()]
    assert sum(f.stat().st_size for f in files) < MOST_BYTES
    for file in files:
        assert not re.search(rb"/(?:home|work|Users|tmp)/", file.read_bytes()), file.name
