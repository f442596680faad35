"""What is promised of every shipped spec, every schema and every check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from planner import specs
from planner.specs import checks
from planner.specs.checks.unused import UNUSED
from planner.specs.load import KINDS, kind_of
from planner.specs.schema import _records, docstrings
from planner.specs.yaml_nodes import read
from tests.specs_files import findings, write
from tests.unit.specs.test_bad_inputs import CASES

if TYPE_CHECKING:
    from planner.errors import Finding

ROOT = Path(__file__).parents[2]
SITES = sorted((ROOT / "sites").rglob("*.yaml"))
SCHEMAS = ROOT / "docs" / "reference" / "schema"
PORTFOLIOS = sorted(p.stem for p in (ROOT / "sites" / "scenarios").glob("*.yaml"))


def raw(path: Path) -> tuple[object, str]:
    """Return a file as plain data, origins and wrappers included, and its kind."""
    found: list[Finding] = []
    root = read(path.read_bytes(), path.name, found.append, wanted="site")
    assert root is not None
    assert not found
    return root.plain, kind_of(root)


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_a_shipped_portfolio_has_no_error(name: str) -> None:
    """It loads, and only warnings and notes are found."""
    portfolio = specs.load(ROOT / "sites" / "scenarios" / f"{name}.yaml")
    assert [f for f in specs.check(portfolio) if f.severity == "error"] == []


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_every_shipped_number_has_an_origin(name: str) -> None:
    """A source or an assumption stands beside or around every number."""
    portfolio = specs.load(ROOT / "sites" / "scenarios" / f"{name}.yaml")
    bare = [str(p.where) for p in portfolio.provenance if not (p.source or p.assumption)]
    assert portfolio.provenance
    assert bare == []


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_committed_schema_is_current(kind: str) -> None:
    """`plan schema --out docs/reference/schema` would change nothing."""
    committed = json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
    assert committed == specs.schema(kind)
    jsonschema.Draft202012Validator.check_schema(committed)


@pytest.mark.parametrize("path", SITES, ids=lambda p: p.stem)
def test_a_shipped_file_satisfies_its_schema(path: Path) -> None:
    """An editor that checks by the schema finds nothing to complain of."""
    data, kind = raw(path)
    validator = jsonschema.Draft202012Validator(specs.schema(kind))
    assert [error.message[:200] for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize("path", SITES, ids=lambda p: p.stem)
def test_a_shipped_file_names_its_schema(path: Path) -> None:
    """The first line tells an editor where the schema is, relative to the file."""
    _, kind = raw(path)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    mark, _, link = first.partition("$schema=")
    assert mark == "# yaml-language-server: "
    assert (path.parent / link).resolve() == SCHEMAS / f"{kind}.json"


def test_a_schema_refuses_what_the_loader_refuses() -> None:
    """A misspelt field and a number where a quantity belongs."""
    validator = jsonschema.Draft202012Validator(specs.schema("catalog"))
    good = {"title": "Frames", "lead_time": "26 weeks"}
    assert validator.is_valid({"equipment": {"frame": good}})
    assert not validator.is_valid({"equipment": {"frame": {**good, "lead_tme": "1 day"}}})
    assert not validator.is_valid({"equipment": {"frame": {**good, "lead_time": 26}}})


@pytest.mark.parametrize("name", list(checks.CHECKS))
def test_a_check_explains_itself(name: str) -> None:
    """The module's docstring is the catalogue entry: a title, then the rule."""
    module = getattr(checks, name)
    title, _, rule = (module.__doc__ or "").partition("\n\n")
    assert title.endswith(".")
    assert len(rule) > 80


def test_every_check_is_listed() -> None:
    """A file of the room that is not listed would never run."""
    folder = Path(checks.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "base"}
    assert files == set(checks.CHECKS)


def test_every_check_fires_on_a_bad_example(tmp_path: Path) -> None:
    """Each family finds something in the table of bad inputs, or in a note of its own."""
    fired = set()
    for number, (_, file, old, new, _pattern) in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        fired |= {f.code for f in findings(write(folder, **{file: (old, new)}))}
    extra = tmp_path / "extra"
    extra.mkdir()
    fired |= {f.code for f in findings(write(extra, lake=("assumption: Invented\n", "")))}
    silent = {name for name, check in checks.CHECKS.items() if fired.isdisjoint(check.codes)}
    # With every field used, the check of unused ones has nothing to fire on.
    assert silent == (set() if UNUSED else {"unused"})


def test_the_list_of_unused_fields_is_that_of_the_docstrings() -> None:
    """A field whose docstring says "not yet used" is in the list, and no other is."""
    told = set()
    for kind in ("portfolio", "site", "catalog"):
        for record in _records(KINDS[kind]):
            for field, text in docstrings(record).items():
                if "not yet used" in text:
                    told.add((record.__name__, field))
    listed = {path.rpartition(".")[2] for path in UNUSED}
    assert {f for _, f in told} == listed
