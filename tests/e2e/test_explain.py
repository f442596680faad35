"""`plan explain` from a run to its report: prices, questions, a switch point, kept and shown."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli_calls import Done, plan

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one small run in it."""
    folder = tmp_path_factory.mktemp("explain")
    words = ("optimize", "first-light", "--out", "run", "--samples", "30", "--rounds", "1")
    done = plan(*words, "--quiet", cwd=folder)
    assert done.code == 0, done.said
    return folder


@pytest.fixture
def folder(base: Path, tmp_path: Path) -> Path:
    """Return a folder with a run of one's own, of which nothing was asked yet."""
    shutil.copytree(base / "run", tmp_path / "run")
    return tmp_path


def explain(folder: Path, *words: str) -> Done:
    """Ask the run, with no clock."""
    done = plan("explain", "run", *words, "--time-limit", "0", "--quiet", cwd=folder)
    assert "Traceback" not in done.said
    return done


def told(folder: Path, *words: str) -> dict[str, Any]:
    """Return what a script is told."""
    done = explain(folder, *words, "--json")
    assert done.code == 0, done.said
    made: dict[str, Any] = json.loads(done.out)
    return made


def test_prices_are_told_to_people_and_scripts_alike(folder: Path) -> None:
    """The largest gains come first, each with its bounds, and the report has them."""
    made = told(folder, "--prices")
    gains = [p["up"]["level"] for p in made["prices"] if p["basis"] == "halls fixed"]
    assert gains
    assert gains == sorted(gains, reverse=True)
    first = made["prices"][0]
    assert first["least"] <= first["whole"]["level"] * (1 + 1e-9)
    assert first["whole"]["level"] <= first["most"] * (1 + 1e-9)
    levels = [stage["level"] for stage in made["distance"]]
    assert levels[0] == pytest.approx(made["base"]["level"])
    assert levels[-1] == pytest.approx(made["plan"]["level"])
    assert made["switches"] == made["alternatives"] == []
    screen = explain(folder, "--prices").out
    assert first["step"] in screen
    assert "confirmed: " in screen
    again = plan("report", "run", "--format", "md", "-o", "-", "--quiet", cwd=folder)
    assert again.code == 0, again.said
    assert first["step"] in again.out


def test_why_says_what_the_plan_loses(folder: Path) -> None:
    """A hall of the plan is never worth less than nothing, and what holds it has a line."""
    hall = _halls(folder)[0]
    made = told(folder, "--why", hall)
    (answer,) = made["answers"]
    assert answer["question"] == f"why {hall}"
    assert all(".yaml:" in said["where"] for said in answer["binding"])
    assert answer["binding"]
    slack = made["gap"] * made["base"]["level"]
    assert answer["forced"][0]["pinned"].endswith("all other halls as they are")
    assert answer["forced"][0]["worth"]["level"] <= slack


def test_why_not_says_what_holds_a_candidate_back(folder: Path) -> None:
    """One tent more is forced in, and costs what a plan without it has more; questions add up."""
    told(folder, "--why", _halls(folder)[0])
    made = told(folder, "--why-not", "lakeside/halls/tent")
    (answer,) = made["answers"]
    assert "starts none of it" in answer["finding"]
    _, forced = answer["forced"]
    assert forced["worth"] is None or any("tent" in move for move in forced["moves"])
    kept = json.loads((folder / "run" / "explanation.json").read_text(encoding="utf-8"))
    assert len(kept["answers"]) == 2


def test_a_switch_point_is_found_for_a_path_of_the_files(folder: Path) -> None:
    """The value at which tents come into use is bracketed, with the choice at either end."""
    made = told(folder, "--switch", "modes.tent.hall_cost=4..9 MUSD/MW")
    (switch,) = made["switches"]
    assert [p["value"] for p in switch["points"]] == sorted(p["value"] for p in switch["points"])
    flip = next(f for f in switch["flips"] if (f["kind"], f["before"]) == ("use", "tent"))
    at = {p["value"]: p["sites"]["lakeside"]["tent"] for p in switch["points"]}
    assert at[flip["low"]] > 0
    assert at[flip["high"]] == 0
    assert 0 < flip["high"] - flip["low"] <= 0.03 * (switch["points"][-1]["value"] - 4.0) + 1e-9


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--why", "nowhere"), 3, "the plan has no hall, purchase or tranche"),
        (("--why-not", "lakeside/halls/tnet"), 3, "no candidate is named so"),
        (("--switch", "portfolio"), 3, "no number stands there"),
        (("--switch", "gpu_price=1"), 3, "a range is written FROM..TO"),
    ],
)
def test_what_is_not_known_is_answered_in_words(
    words: tuple[str, str], code: int, said: str, folder: Path
) -> None:
    """Each mistake has its exit code, names the way out, and leaves nothing in the run."""
    done = explain(folder, *words)
    assert done.code == code
    assert said in done.said
    assert done.out == ""
    assert not (folder / "run" / "explanation.json").exists()


def _halls(folder: Path) -> list[str]:
    listed = (folder / "run" / "halls.csv").read_text(encoding="utf-8").splitlines()
    head = listed[0].split(",")
    rows = [dict(zip(head, line.split(","), strict=False)) for line in listed[1:]]
    return [row["hall"] for row in rows if "concrete" in row.values()]
