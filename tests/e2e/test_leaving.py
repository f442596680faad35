"""The example of docs/reference/leaving.md: from its files to a plan, its simulation, its diff."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from planner.cli.app import app
from planner.specs import load, read_plan
from tests.leaving_files import MOVE, RETIRE, SITE, TWO_HALLS, files

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.plan import Plan

pytestmark = pytest.mark.slow


def plan(*words: str) -> str:
    ran = CliRunner().invoke(app, list(words), catch_exceptions=False, standalone_mode=False)
    return ran.stdout


def optimized(folder: Path, terms: str, site: str = SITE) -> tuple[Path, Plan]:
    """Return the run of a portfolio, and its plan read back."""
    folder.mkdir()
    portfolio = files(folder, terms, site)
    run = folder / "run"
    plan("optimize", str(portfolio), "--samples", "60", "--quiet", "--out", str(run))
    return run, read_plan(run / "plan.yaml", load(portfolio))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Plan]]:
    """Return the runs without terms, with early retirement, and with moves to an annex."""
    folder = tmp_path_factory.mktemp("leaving")
    return {
        "stay": optimized(folder / "stay", ""),
        "retire": optimized(folder / "retire", RETIRE),
        "move": optimized(folder / "move", MOVE, TWO_HALLS),
    }


def test_what_is_retired_makes_room(runs: dict[str, tuple[Path, Plan]]) -> None:
    """All but a rack of H100s leave when the new ones are there: within the tolerance, for cost."""
    _, stay = runs["stay"]
    _, made = runs["retire"]
    assert not stay.retirements
    assert sum(r.gpus for r in made.retirements) == 2208
    assert sum(p.gpus for p in made.purchases) == 69 * 72
    assert made.level["lab"] > 3 * stay.level["lab"]


def test_what_is_moved_serves_elsewhere(runs: dict[str, tuple[Path, Plan]]) -> None:
    """The annex is too thin for new racks; of the old ones its air, 2.5 MW, takes 60."""
    _, made = runs["move"]
    assert sum(m.gpus for m in made.moves) == 60 * 32
    assert {m.to for m in made.moves} == {"lake/annex"}
    assert {x.hall for x in made.lots if x.sku == "H100" and x.purchase} == {"lake/annex/01"}


@pytest.mark.parametrize(("kind", "said"), [("retire", "retired"), ("move", "lake/annex")])
def test_the_report_lists_it(runs: dict[str, tuple[Path, Plan]], kind: str, said: str) -> None:
    """Commitments and the table of what leaves have it."""
    run, made = runs[kind]
    there = sum(r.gpus for r in (*made.retirements, *made.moves))
    with (run / "leaving.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert sum(int(float(row["gpus"])) for row in rows) == there
    assert {row["to"] for row in rows} == {said}
    with (run / "commitments.csv").open() as file:
        kinds = {row["kind"] for row in csv.DictReader(file)}
    assert ("retirement" if kind == "retire" else "move") in kinds


@pytest.mark.parametrize("kind", ["retire", "move"])
def test_the_plan_simulates_as_it_is_written(runs: dict[str, tuple[Path, Plan]], kind: str) -> None:
    """`plan simulate --plan plan.yaml` takes the file and keeps its promises."""
    run, _ = runs[kind]
    said = plan("simulate", str(run.parent / "small.yaml"), "--plan", str(run / "plan.yaml"),
                "--samples", "60", "--json")  # fmt: skip
    assert json.loads(said)["verdict"].startswith("Verified at P80")


def test_the_diff_names_it(runs: dict[str, tuple[Path, Plan]]) -> None:
    """+ retire of the site, SKU and quarter."""
    text = plan("diff", str(runs["stay"][0]), str(runs["retire"][0]))
    assert "+ retire" in text
    assert "lake/H100/2026Q3" in text
