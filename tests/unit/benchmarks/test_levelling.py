"""The levelling benchmark, on two instances written here."""

from __future__ import annotations

import textwrap

import pytest

from benchmarks.levelling import main, read

RULE = "*" * 72


def instance(rows: list[tuple[list[int], int, list[int]]], capacity: list[int]) -> str:
    """Return an `.sm` file; rows are successors, duration and needs."""
    order = [f"{i} 1 {len(s)} {' '.join(map(str, s))}" for i, (s, _, _) in enumerate(rows, 1)]
    wants = [f"{i} 1 {d} {' '.join(map(str, n))}" for i, (_, d, n) in enumerate(rows, 1)]
    return "\n".join([
        RULE, "file with basedata : none", RULE,
        "PRECEDENCE RELATIONS:", "jobnr. #modes #successors successors", *order, RULE,
        "REQUESTS/DURATIONS:", "jobnr. mode duration R 1", "-" * 72, *wants, RULE,
        "RESOURCEAVAILABILITIES:", "R 1", " ".join(map(str, capacity)), RULE,
    ])  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A folder with the set `two`: work abreast for one crew (5), and a chain (7)."""
    made = tmp_path / "two"
    made.mkdir()
    abreast = [([2, 3], 0, [0]), ([4], 2, [1]), ([4], 3, [1]), ([], 0, [0])]
    chain = [([2], 0, [0]), ([3], 3, [1]), ([4], 4, [1]), ([], 0, [0])]
    (made / "abreast.sm").write_text(instance(abreast, [1]), encoding="utf-8")
    (made / "chain.sm").write_text(instance(chain, [1]), encoding="utf-8")
    (made / "best_known.csv").write_text("instance,makespan\nabreast,4\nchain,7\n", "utf-8")
    return tmp_path


def test_a_row_for_each_and_the_mean(folder, capsys):
    """5 against a pretended best of 4 is a gap of 25 %, 7 against 7 none: 12.5 % in the mean."""
    assert main([str(folder), "--schedules", "50"]) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    assert rows[0].split() == ["instance", "makespan", "best", "known", "gap", "%", "schedules"]
    assert [row.split()[:4] for row in rows[1:3]] == [
        ["chain", "7", "7", "0.00"], ["abreast", "5", "4", "25.00"]
    ]  # fmt: skip
    assert rows[3:] == ["two: mean gap 12.50 % over 2"]


def test_a_set_itself_is_accepted(folder, capsys):
    """The folder may be the set as well as what holds it; a budget of seconds ends."""
    assert main([str(folder / "two"), "--seconds", "0.05"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "two: mean gap 12.50 % over 2"


def test_an_empty_folder_says_so(tmp_path, capsys):
    """Without a table of best known makespans there is nothing to measure."""
    assert main([str(tmp_path)]) == 3
    assert "no best_known.csv" in capsys.readouterr().err


def test_a_broken_file_is_named(tmp_path):
    """A file without its tables is refused by name."""
    path = tmp_path / "broken.sm"
    path.write_text(textwrap.dedent("nothing"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.sm: no table 'PRECEDENCE"):
        read(path)
