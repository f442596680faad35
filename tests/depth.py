"""How many cases a test draws: as many as the gate has time for, or all in the deep profile."""

from __future__ import annotations

import os


def depth(gate: int, deep: int) -> int:
    """Return a number of cases by ``HYPOTHESIS_PROFILE``."""
    return deep if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else gate
