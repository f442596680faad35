"""The correlation of drivers as written: possible, or refused with the nearest that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.specs_files import lines, write

if TYPE_CHECKING:
    from pathlib import Path

RISK = "risk:\n  drivers:\n"
THREE = """risk:
  correlation:
    drivers: [labour, crane, weather]
    matrix: {matrix}
  drivers:
    crane: {{title: Crane, factor: {{low: 0.9, likely: 1, high: 1.2}}}}
    weather: {{title: Weather, factor: {{low: 0.9, likely: 1, high: 1.2}}}}
"""


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ("[[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]", ""),
        ("[[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]",
         "correlation of [labour, crane, weather] is not possible (smallest eigenvalue -0.8"),
        ("[[1, 0.5], [0.5, 1]]", "3 rows of 3 numbers wanted"),
        ("[[1, 0.5, 0], [0.4, 1, 0], [0, 0, 1]]", "symmetrical rows"),
    ],
)  # fmt: skip
def test_a_matrix_is_checked(matrix: str, said: str, tmp_path: Path) -> None:
    """Shape, symmetry, and that no eigenvalue is below zero; the help offers the nearest."""
    found = lines(write(tmp_path, small=(RISK, THREE.format(matrix=matrix))))
    if said:
        assert said in found
    else:
        assert "correlation" not in found
    if "eigenvalue" in said:
        assert "help: nearest possible: 1, " in found
