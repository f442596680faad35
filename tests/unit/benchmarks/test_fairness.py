"""A smoke pass of the benchmark of leximin over many teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.fairness import main

if TYPE_CHECKING:
    import pytest


def test_the_smallest_size_is_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    """Pooled and apart give the same levels."""
    main(["--quick"])
    row = capsys.readouterr().out.splitlines()[-1].split("|")
    assert row[1].strip() == "8, 3"
    assert float(row[-2]) < 1e-9
