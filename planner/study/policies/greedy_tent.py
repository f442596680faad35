"""Greedy tent: the fastest shell wherever there is land, power and cash; the newest racks in it.

What a builder in a hurry does: a tent is started as soon as power will be there when it is ready,
and it is filled with whatever GPU came to market last. Research gets time by headcount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.study.policies.base import Policy
from planner.study.policies.rules import by_headcount, newest_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.study.policies.world import World


def modes(_world: World, _site: str, _period: int) -> Sequence[str]:
    """Return tents alone."""
    return ("tent",)


POLICY = Policy("greedy-tent", "Tents as fast as they go", modes, newest_first, by_headcount)
