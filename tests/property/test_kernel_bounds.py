"""Compiled kernels check no bounds: run their tests once in a build that does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHECKED = [
    HERE / "test_engines_agree.py",
    HERE / "test_pass_agrees.py",
    HERE.parent / "unit" / "simulate" / "test_semantics.py",
    HERE.parent / "unit" / "simulate" / "test_flow.py",
]


@pytest.mark.slow
def test_no_kernel_reaches_beyond_its_arrays(tmp_path: Path) -> None:
    """Examples and random networks pass with bounds checked, in a cache of their own."""
    checked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, *map(str, CHECKED)],
        env={**os.environ, **checked}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
