"""The health tables of the newcomer's case, held against a file.

A mismatch writes what came out beside it, as NAME.actual. Run once with PLAN_ACCEPT_GOLDEN=1 to
accept it, and say in the commit why the numbers moved.
"""

from __future__ import annotations

import os
from pathlib import Path

from planner.cli.health import Health, checked, text
from planner.specs import load

EXPECTED = Path(__file__).parent / "health" / "first-light.txt"


def test_health_of_first_light() -> None:
    """Both tables with formulas and exemptions; none fails without a reason."""
    checks = checked(load("first-light"), Health.ALL)
    found = text(checks) + "\n"
    if os.environ.get("PLAN_ACCEPT_GOLDEN"):
        EXPECTED.write_text(found, encoding="utf-8")
    actual = EXPECTED.with_name("first-light.txt.actual")
    if found != EXPECTED.read_text(encoding="utf-8"):
        actual.write_text(found, encoding="utf-8")
    assert found == EXPECTED.read_text(encoding="utf-8")
    actual.unlink(missing_ok=True)
    assert {c.code for c in checks if c.verdict == "fail"} == set()
    assert {c.code for c in checks if c.verdict == "explained"} == {
        "DCMA-03", "DCMA-04", "DCMA-06", "GAO-02", "GAO-07",
    }  # fmt: skip
