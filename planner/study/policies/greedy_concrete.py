"""Greedy concrete: only permanent halls with generators, as early as power and cash allow.

What an enterprise builder does: no hall without backup power, each started so that it is ready with
its power, and filled with the newest GPUs. Research gets time by headcount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.study.policies.base import Policy
from planner.study.policies.rules import by_headcount, newest_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.study.policies.world import World


def modes(_world: World, _site: str, _period: int) -> Sequence[str]:
    """Return concrete halls alone."""
    return ("concrete",)


POLICY = Policy("greedy-concrete", "Concrete as fast as it goes", modes, newest_first, by_headcount)
