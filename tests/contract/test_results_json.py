"""`results.json` is what its schema says, for every report."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from planner.report import compose, rendered, results_schema
from tests import results

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "schema" / "results.json"


def test_the_committed_schema_is_current() -> None:
    """`plan schema --out docs/reference/schema` would change nothing."""
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert committed == results_schema()
    jsonschema.Draft202012Validator.check_schema(committed)


@pytest.mark.slow
@pytest.mark.parametrize("is_full", [True, False], ids=["full", "empty"])
def test_a_report_satisfies_the_schema(is_full: bool) -> None:
    """A plan with everything and one with nothing in it, down to each cell."""
    made = results.result(samples=20) if is_full else results.nothing()
    body = json.loads(rendered(compose(made), "json")["results.json"])
    validator = jsonschema.Draft202012Validator(results_schema())
    assert [e.message for e in validator.iter_errors(body)] == []
    widths = [(t["name"], len(row), len(t["columns"])) for s in body["sections"]
              for t in s["tables"] for row in t["rows"]]  # fmt: skip
    assert widths
    assert [name for name, cells, columns in widths if cells != columns] == []


@pytest.mark.slow
def test_the_schema_refuses_what_is_no_report() -> None:
    """A missing field, a field of another version and a cell that is a list are found."""
    body = json.loads(rendered(compose(results.nothing()), "json")["results.json"])
    validator = jsonschema.Draft202012Validator(results_schema())
    for wrong in (
        {**body, "format_version": "0.1"},
        {k: v for k, v in body.items() if k != "chip"},
        {**body, "stamps": {"seed": [1]}},
    ):
        assert not validator.is_valid(wrong)
