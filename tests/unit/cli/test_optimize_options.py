"""What a run of `plan optimize` keeps of how it was asked, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import study
from planner.cli.baseline import baseline_of
from planner.cli.finished import _pins
from planner.cli.optimize import _command
from planner.domain.baseline import Baseline
from planner.domain.pin import PinnedHalls, Pins
from planner.errors import OutputError
from tests.portfolios import tiny

HEAD = "activity,start_p50,finish_p50\n"


def test_the_command_repeats_every_option() -> None:
    """Options given are there with their values, those left at their usual value are not."""
    said = _command("mine", ["@lean", "a=1 MW"], {"--level": 3, "--parent": "last", "--seed": None})
    assert said == "plan optimize mine --overlay lean --set 'a=1 MW' --level 3 --parent last"


def test_a_baseline_or_parent_makes_another_run() -> None:
    """Both enter its report, so both enter its identity."""
    portfolio = tiny()
    ask = study.Ask.of(portfolio)
    made = {
        study.identity(portfolio, ask),
        study.identity(portfolio, ask, baseline=Baseline("old")),
        study.identity(portfolio, ask, parent="abc"),
        study.identity(portfolio, ask, parent="abd"),
    }
    assert len(made) == 4


def test_pins_read_back_from_the_manifest() -> None:
    """What is written of them gives the same; what was damaged is refused."""
    pins = Pins(halls={"one": PinnedHalls(site="north", group="sheds", halls=1, rule="at_least")})
    body = pins.model_dump(mode="json", exclude_defaults=True)
    assert _pins(Path("run"), body) == pins
    assert _pins(Path("run"), None) is None
    with pytest.raises(OutputError, match="pins are damaged"):
        _pins(Path("run"), {"halls": {"one": 3}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column activity"),
        (HEAD, "no activity"),
        ("rubbish\n\x01\x02\n", "no column activity"),
        (f"{HEAD}a,2026-01-01\n", "not as many cells"),
        (f"{HEAD}a,2026-01-01,2026-02-01,x\n", "not as many cells"),
        (f"{HEAD}a,2026-01-01,soon\n", "soon"),
        (f"{HEAD},2026-01-01,2026-02-01\n", "names no activity"),
    ],
)
def test_a_garbled_baseline_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A schedule that is none ends the run before any work."""
    (tmp_path / "schedule.csv").write_text(text)
    with pytest.raises(OutputError, match=said):
        baseline_of(tmp_path)


def test_a_baseline_is_read(tmp_path: Path) -> None:
    """An activity without a date has none; the others have theirs."""
    (tmp_path / "schedule.csv").write_text(f"{HEAD}a,2026-01-01,2026-02-01\nb,,\n")
    found = baseline_of(tmp_path)
    assert list(found.start) == ["a"]
    assert found.finish["a"].isoformat() == "2026-02-01"
