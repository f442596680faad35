"""`plan validate --health` and `plan why` through the runner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer import BadParameter
from typer.testing import CliRunner

from planner.cli.app import app
from planner.cli.health import Health, as_dict, checked, findings, text
from planner.errors import SpecError
from planner.network import existing_plan
from planner.report.exporters import plan_yaml
from planner.specs import load

if TYPE_CHECKING:
    from pathlib import Path

SMALL = "first-light"


def plan(*args: str):
    """Run a command; its errors come through."""
    return CliRunner().invoke(app, list(args), catch_exceptions=False, standalone_mode=False)


def test_health_prints_the_table_it_is_asked_for():
    """--health dcma14 shows the fourteen points with formulas, and no GAO practice."""
    shown = plan("validate", SMALL, "--health", "dcma14").stdout
    assert [f"DCMA-{n:02d}" in shown for n in range(1, 15)] == [True] * 14
    assert "GAO-01" not in shown
    assert "formulas:" in shown
    assert "n/a (no baseline)" in shown


def test_a_baseline_is_judged_with_the_plan_that_it_is_of(tmp_path: Path):
    """What is under way, held against itself: nothing was due, and the path has its own length."""
    portfolio = load(SMALL)
    file = tmp_path / "plan.yaml"
    file.write_text(plan_yaml.render(existing_plan(portfolio)), encoding="utf-8")
    shown = plan("validate", SMALL, "--health", "dcma14", "--baseline", str(file)).stdout
    lines = {line.split()[0]: line for line in shown.splitlines() if line.startswith("DCMA-")}
    assert "nothing due by the data date, 2026-01-01" in shown
    assert "lakeside 1.00" in lines["DCMA-13"]
    with pytest.raises(BadParameter, match="--health"):
        plan("validate", SMALL, "--baseline", str(file))


def test_simulate_prints_what_needs_a_baseline_and_all_where_asked(tmp_path: Path):
    """Four checks with a baseline alone; the tables where they are asked for."""
    file = tmp_path / "plan.yaml"
    file.write_text(plan_yaml.render(existing_plan(load(SMALL))), encoding="utf-8")
    short = ("simulate", SMALL, "--plan", str(file), "--samples", "5", "--quiet")
    body = json.loads(plan(*short, "--baseline", str(file), "--json").stdout)
    assert [c["code"] for c in body["health"]] == ["DCMA-11", "DCMA-13", "DCMA-14", "GAO-10"]
    assert body["health"][3]["verdict"] == "pass"
    assert "health" not in json.loads(plan(*short, "--json").stdout)
    assert "DCMA-01" in plan(*short, "--health", "dcma14").stdout


def test_health_in_json_has_formula_denominator_and_offenders():
    """Machines get every part of a check."""
    body = json.loads(plan("validate", SMALL, "--health", "all", "--json").stdout)
    assert len(body["health"]) == 24
    first = body["health"][0]
    assert (first["code"], first["verdict"], first["offenders"]) == ("DCMA-01", "pass", [])
    assert first["formula"]
    assert first["denominator"]


def test_a_check_that_the_specs_explain_is_no_warning():
    """The lags of first-light are what its specs say they are; a machine gets each reason."""
    checks = checked(load(SMALL), Health.DCMA)
    assert checks[2].verdict == "explained"
    assert not findings(load(SMALL), checks)
    assert len(as_dict(checks[2])["explained"]) == 227


def test_a_failing_check_is_a_warning_that_names_who_is_not_explained():
    """Without the reasons of the specs, five are named, and how to give one."""
    portfolio = load(SMALL)
    catalog = portfolio.catalog
    bare = {
        kind: {
            name: record.model_copy(update={"health": ()})
            for name, record in getattr(catalog, kind).items()
        }
        for kind in ("modes", "works", "tails")
    }
    torn = portfolio.replace(catalog=catalog.model_copy(update=bare))
    found = {f.code: f for f in findings(torn, checked(torn, Health.DCMA))}
    assert set(found) == {"DCMA-03", "DCMA-04", "DCMA-06"}
    assert found["DCMA-03"].severity == "warning"
    assert " % (227 of " in found["DCMA-03"].message
    assert found["DCMA-03"].message.endswith("and 222 more")
    assert "health: {explain: [3], why: ...}" in found["DCMA-03"].help


def test_a_table_says_how_much_is_exempt():
    """Sign-offs of four lots leave the count of point 10; the row says what they would make it."""
    lines = text(checked(load(SMALL), Health.DCMA)).splitlines()
    row = next(line for line in lines if line.startswith("DCMA-10"))
    assert "100.0 %" in row
    assert "97.7 %" in row
    assert any(line.startswith("  DCMA-10: 4 of 175 (2.3 %): A decision") for line in lines)


def test_strict_fails_on_warnings_with_the_tables_shown():
    """first-light has warnings of its specs, so that --strict fails; the tables come first."""
    with pytest.raises(SpecError):
        plan("validate", SMALL, "--health", "gao", "--strict")


def test_an_unknown_activity_gives_the_nearest():
    """T077 is none; its like are offered."""
    with pytest.raises(SpecError, match="lakeside/S17"):
        plan("why", "lakeside/S177", SMALL, "-q")


def test_a_part_that_fits_several_is_ambiguous():
    """Every site row begins with its site."""
    with pytest.raises(SpecError, match="fits"):
        plan("why", "lakeside/S", SMALL, "-q")


@pytest.mark.slow
def test_why_is_one_screen():
    """Dates by basis, float, criticality, what it waits for, the chain, and what would help."""
    shown = plan("why", "lakeside/S15", SMALL, "-q", "--samples", "40").stdout
    for said in ("MV ring", "deterministic", "P90", "total float", "criticality",
                 "its start waits last for", "driving path", "float paths",
                 "would come earlier without"):  # fmt: skip
        assert said in shown
    assert len(shown.splitlines()) <= 45
    assert "release/lakeside" in shown or "mv-cable" in shown
