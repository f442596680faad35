"""Rule mix: tents until the grid tranche, then concrete.

What a seasoned planner says: bridge the years before the utility's power with tents, and build what
stays from the day the grid is there. Research gets time by headcount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.study.policies.base import Policy
from planner.study.policies.rules import by_headcount, newest_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.study.policies.world import World


def modes(world: World, site: str, period: int) -> Sequence[str]:
    """Return tents before the site's last grid power, concrete after it; else what there is."""
    spec = world.data.portfolio.sites[site]
    grid = [t.energised for t in spec.tranches.values() if t.kind == "grid"]
    start = world.data.portfolio.periods[period].start
    is_before = bool(grid) and start < max(grid)
    return ("tent", "concrete") if is_before else ("concrete", "tent")


POLICY = Policy(
    "rule-mix", "Tents until the grid, then concrete", modes, newest_first, by_headcount
)
