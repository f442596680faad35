"""Random single edits of a good portfolio: findings or success, never another exception."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from planner import specs
from planner.errors import PlannerError, SpecError
from tests.depth import depth
from tests.specs_files import FILES, write

if TYPE_CHECKING:
    from pathlib import Path

SWAPS = (
    "true", "null", "[]", "{}", "[1, 2]", "{a: 1}", '""', "x", "-1", "0", "1e400", ".nan",
    "99999999999999999999", "1e30", "5 MW", "5 wd", "5 days", "-5 MUSD", "1e300 MUSD/MW",
    "2027-02-30", "9999-12-31", "*x", "&x 1", "!!python/object:os.system x", "'", "\t",
    "{value: 1}", "{low: 1 wd, likely: 2 wd, high: 3 wd}", "2 **9", "prev.x SS+5d", "é" * 300,
)  # fmt: skip
ODD = "{}[],:#&*!|>'\"%@`\t\n -?0aé\x07"
SPOILT = [name for name in FILES if name != "sources.yaml"]


def mutate(text: str, dice: random.Random) -> str:
    """Return a text with one line changed at random."""
    rows = text.splitlines(keepends=True)
    at = dice.randrange(len(rows))
    row = rows[at]
    key, colon, value = row.partition(":")
    match dice.randrange(8):
        case 0:
            rows[at] = ""
        case 1:
            rows[at] = row.replace(key.strip()[:1], "", 1)
        case 2:
            rows[at] = f"{key}{colon} {dice.choice(SWAPS)}\n"
        case 3:
            rows[at] = f"  {row}" if dice.random() < 0.5 else row.removeprefix("  ")
        case 4:
            rows[at] = row + row
        case 5:
            rows[at] = f"{key}{colon}{value.replace('1', '-1').replace('2', '2e9')}"
        case 6:
            rows[at] = row.replace(dice.choice(row), dice.choice(ODD), 1)
        case _:
            words = row.split(" ")
            words[dice.randrange(len(words))] = dice.choice(SWAPS)
            rows[at] = " ".join(words).rstrip("\n") + "\n"
    return "".join(rows)


def attempt(folder: Path, seed: int) -> str:
    """Load one spoilt portfolio; return what came of it."""
    dice = random.Random(seed)
    path = write(folder)
    name = dice.choice(SPOILT)
    text = mutate(FILES[name], dice)
    (folder / name).write_bytes(text.encode())
    try:
        specs.check(specs.load(path))
    except SpecError as error:
        return "findings" if error.findings and str(error) else "a silent error"
    except PlannerError:
        return "unreadable"
    return "success"


def test_a_spoilt_portfolio_gives_findings_or_loads(tmp_path: Path) -> None:
    """A hundred random edits: some load, most are findings, none is a crash."""
    outcomes = {attempt(tmp_path, seed) for seed in range(100)}
    assert outcomes == {"findings", "success"}


@pytest.mark.slow
def test_many_spoilt_portfolios_give_findings_or_load(tmp_path: Path) -> None:
    """A thousand of them, or three thousand."""
    outcomes = {attempt(tmp_path, seed) for seed in range(1000, 1000 + depth(1000, 3000))}
    assert outcomes == {"findings", "success"}
