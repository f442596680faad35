"""What of retirements and moves in a plan file does not fit is named at its line."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from planner import specs
from planner.domain.plan import RETIRED, Lot, Move, Plan, Retirement
from planner.errors import SpecError
from planner.report.exporters import plan_yaml
from tests.leaving_files import MOVE, RETIRE, TWO_HALLS, files

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.portfolio import Portfolio

SINCE, SENT = dt.date(2024, 1, 1), dt.date(2026, 7, 1)
THERE, END = dt.date(2026, 8, 12), dt.date(2029, 1, 1)
NAME = "lake/old/lake/annex/H100/2026Q3"


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    """Two halls, H100s that may be retired and moved."""
    folder = tmp_path_factory.mktemp("leaving")
    return specs.load(files(folder, f"{RETIRE}\n    {MOVE}", TWO_HALLS))


def example(portfolio: Portfolio) -> Plan:
    """Of 2,240 GPUs 320 stay, 640 are retired and 1,280 moved."""
    old, new = "lake/old/01", "lake/annex/01"
    return Plan(
        "small", portfolio.spec.data_date, portfolio.periods,
        lots=(Lot(old, 1, "H100", 320, "", SINCE, END),
              Lot(old, 1, "H100", 640, "", SINCE, SENT, leaves=RETIRED, part="+"),
              Lot(old, 1, "H100", 1280, "", SINCE, SENT, leaves=NAME, part="++"),
              Lot(new, 1, "H100", 1280, NAME, THERE, END)),
        retirements=(Retirement("lake", "H100", 640, SENT),),
        moves=(Move(NAME, "H100", 1280, "lake/old", "lake/annex", SENT, THERE),),
    )  # fmt: skip


def test_it_reads_back_equal(portfolio: Portfolio, tmp_path: Path) -> None:
    """Retirements, moves, and parts of lots survive the file."""
    path = tmp_path / "plan.yaml"
    path.write_text(plan_yaml.render(example(portfolio)))
    assert specs.read_plan(path, portfolio) == example(portfolio)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("to: lake/annex,", "to: lake/old,", "to where they are"),
        ("to: lake/annex,", "to: lake/anex,", 'did you mean "lake/annex"?'),
        ("gpus: 1280, origin", "gpus: 5000, origin", "5000 GPUs are moved; lots of 1280 leave"),
        ("gpus: 1280, origin", "gpus: 640, origin", "640 GPUs are moved; lots of 1280 come by it"),
        ("sent: 2026-07-01", "sent: 2025-07-01", "is before the data date"),
        ("dock: 2026-08-12}", "dock: 2026-06-12}", "is before sent"),
        ("dock: 2026-08-12}", "dock: 2026-09-12}", "serves from 2026-08-12"),
        ("gpus: 640, date", "gpus: 6400, date", "6400 H100 of lake are retired on 2026-07-01"),
        ("date: 2026-07-01", "date: 2026-08-01", "of its lots 0 leave then as retired"),
        ("leaves: retired,", "leaves: sold,", 'unknown move "sold"'),
        ('part: "+"}', 'part: ""}', "is there 2 times"),
        ("gpus: 320, ", "gpus: 3200, ", "with it 3200 H100 stand at lake/old; 2240 are installed"),
        ("service: 2024-01-01, until: 2026-07-01", "service: 2027-01-01, until: 2026-07-01",
         "before service"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(
    portfolio: Portfolio, tmp_path: Path, old: str, new: str, words: str
) -> None:
    """One thing wrong at a time; the message says what, and where."""
    text = re.sub(", +", ", ", plan_yaml.render(example(portfolio)))
    path = tmp_path / "plan.yaml"
    assert old in text, text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SpecError) as caught:
        specs.read_plan(path, portfolio)
    assert words in str(caught.value)
    assert f"{path}:" in str(caught.value)


@pytest.mark.parametrize("terms", [RETIRE, MOVE])
def test_terms_are_needed(portfolio: Portfolio, tmp_path: Path, terms: str) -> None:
    """A plan that retires or moves what the specs do not let leave is refused."""
    path = tmp_path / "plan.yaml"
    path.write_text(plan_yaml.render(example(portfolio)))
    other = specs.load(files(tmp_path, terms, TWO_HALLS))
    with pytest.raises(SpecError, match="H100 may not leave early"):
        specs.read_plan(path, other)
