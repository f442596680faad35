"""The benchmark of allocations: the cases kept here, a miss, and what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.allocation import answers, main, read

if TYPE_CHECKING:
    from collections.abc import Mapping

CASES = Path(__file__).parents[2] / "oracle" / "allocation_cases.json"
TWO = {
    "id": "T", "objective": "maxmin_per_researcher", "skus": {"H": 100},
    "teams": [{"id": "a", "researchers": 10, "throughput": {"H": 1}},
              {"id": "b", "researchers": 30, "throughput": {"H": 1}}],
    "expected": {"a": 25, "b": 75},
}  # fmt: skip


def verdicts(case: Mapping[str, Any]) -> dict[str, bool]:
    return {row.what: row.is_met for row in answers(case)}


@pytest.mark.parametrize("case", read(CASES), ids=lambda case: case["id"])
def test_a_known_case_is_met(case: Mapping[str, Any]) -> None:
    """Every answer that a case states is found within its tolerance."""
    rows = answers(case)
    assert rows
    assert [row for row in rows if not row.is_met] == []


def test_every_case_says_where_it_is_from() -> None:
    """Cases carry their source."""
    assert all(case["source"] for case in read(CASES))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"expected": {"a": 26, "b": 74}}, "effective"),
        ({"expected_per_researcher": [2.5, 2.6]}, "per_researcher"),
        ({"expected_level": 2.4}, "level"),
        ({"expected_total": 101}, "total"),
        ({"expected_status": "infeasible"}, "status"),
        ({"expected_allocation": {"a": {"H": 20}}}, "allocation"),
        ({"also": {"sum": {"a": 0, "b": 90}}}, "also sum"),
    ],
)
def test_a_wrong_answer_is_a_miss(change: dict[str, Any], what: str) -> None:
    """Each kind of answer fails when it is not what is found."""
    assert verdicts({**TWO, **change})[what] is False


def test_a_miss_makes_the_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One miss among two cases: a row says so, the count too, and the exit code is 1."""
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [TWO, {**TWO, "expected": {"a": 1}}]}), "utf-8")
    assert main([str(file)]) == 1
    out = capsys.readouterr().out
    assert "MISS" in out
    assert "1 of 2 cases pass" in out


def test_all_met_makes_the_exit_code_0(tmp_path: Path) -> None:
    """A plain list of cases is read too."""
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([TWO]), "utf-8")
    assert main([str(file)]) == 0


@pytest.mark.parametrize("text", ["{", "{}", '{"cases": []}'])
def test_no_cases_makes_the_exit_code_3(text: str, tmp_path: Path) -> None:
    """A file that is no JSON, or holds no cases, is named on stderr."""
    file = tmp_path / "cases.json"
    file.write_text(text, "utf-8")
    assert main([str(file)]) == 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"objective": "maxmin_per_reseacher"}, "did you mean 'maxmin_per_researcher'"),
        ({"objective": "alpha_fair"}, "without alpha"),
        ({"objective": "drf"}, "has no task_demand"),
        ({"objective": "hierarchical_maxmin"}, "without orgs"),
        ({"objective": "maxmin_per_researcher_integer_nodes"}, "without node_size"),
        ({"skus": {"H": "many"}}, "'many' is no number"),
        ({"teams": [*TWO["teams"], TWO["teams"][0]]}, "two teams of one name"),  # type: ignore[index,misc]
        ({"teams": [{"researchers": 3}]}, "a team without an id"),
    ],
)
def test_what_cannot_be_answered_says_why(change: dict[str, Any], why: str) -> None:
    """An unknown objective, a missing field and a bad number are a row of their own."""
    (row,) = answers({**TWO, **change})
    assert not row.is_met
    assert why in row.found


def test_unknown_fields_are_no_error() -> None:
    """A field that the benchmark does not know is passed over."""
    assert all(verdicts({**TWO, "notes": "x", "expected_mood": "good"}).values())
