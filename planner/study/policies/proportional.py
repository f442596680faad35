"""Proportional: any build mode that fits, and every need served from all GPUs alike.

What a committee agrees on: each site builds by whatever of its modes is ready first, products and
teams each get their need from every kind of GPU in proportion, and what is left goes by headcount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.study.policies.base import Policy
from planner.study.policies.rules import by_headcount, newest_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.study.policies.world import World


def modes(world: World, site: str, period: int) -> Sequence[str]:
    """Return the site's modes, the one ready first at the head."""
    ready: dict[str, float] = {}
    for option in world.data.options:
        if option.candidate.site == site and option.period == period:
            day = float(np.max(option.service_day))
            ready[option.candidate.mode] = min(day, ready.get(option.candidate.mode, day))
    return sorted(ready, key=lambda mode: (ready[mode], mode))


POLICY = Policy(
    "proportional", "Whatever is ready first, shared alike", modes, newest_first, by_headcount
)
