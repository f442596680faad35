"""What a storm's wind does to a hall: from gust and design wind to repair time and cost.

With r = (gust / design wind)^2, the damaged share of the envelope is nothing below `ONSET` and
D = min(1, (r - ONSET) / SPAN)^SHAPE from there on; repair takes a fixed time, and that share of
the time and cost of repairing a whole envelope. Where more than `EXPOSED` of a closed envelope is
gone, what stands in the hall is lost in proportion to the rest of D.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network

# The three are an assumption, set so that a hall loses about a fifth of its envelope at its design
# wind and more than half of it 15 % above; on record are single panels and whole fabric halls.
ONSET: Final = 0.7
SPAN: Final = 0.9
SHAPE: Final = 1.5
EXPOSED: Final = 0.25
"""Damaged share of an envelope from which on its contents are lost too; an assumption as well."""


@dataclass(frozen=True)
class Repairs:
    """Repairs of each hall after each storm of a block of samples, axes K storms, H halls.

    Parameters
    ----------
    is_hit
        Whether the storm is at the hall's site and its wind damages the envelope as it stood: shape
        (K, H, 2), last axis open and closed envelope.
    work_min, cost_musd
        Working minutes of the repair, and its cost with that of contents lost, same shape; 0 where
        not hit.
    """

    is_hit: BoolArray
    work_min: IntArray
    cost_musd: FloatArray


def damaged_share(gust_mph: FloatArray, design_mph: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Return whether a gust damages an envelope, and the share of it that is damaged."""
    ratio = (gust_mph / design_mph) ** 2
    share: FloatArray = np.clip((ratio - ONSET) / SPAN, 0.0, 1.0) ** SHAPE
    return ratio >= ONSET, share


def repairs(network: Network, storm_site: IntArray, gust_mph: FloatArray) -> Repairs:
    """Return what each storm would do to each hall, its envelope open or closed.

    Computed once for both engines, so that they round the same power of a float the same way.
    """
    design = np.stack([network.hall_design_wind_open, network.hall_design_wind], axis=-1)
    # Few storms damage anything: powers are taken of those alone.
    strong = np.flatnonzero(gust_mph > 0.99 * math.sqrt(ONSET) * design.min(initial=np.inf))
    # Halls are of few kinds.
    wind, kind = np.unique(design, return_inverse=True)
    of_kind = damaged_share(gust_mph[strong, None], wind[None])
    hit, share = (of[:, kind.reshape(design.shape)] for of in of_kind)
    hit &= (storm_site[strong, None] == network.hall_site[None])[:, :, None]
    full = network.hall_repair_full_min[None, :, None]
    work = np.rint(network.hall_repair_fixed_min[None, :, None] + share * full)
    cost = share * network.hall_repair_cost_musd[None, :, None]
    if network.hall_contents_musd is not None:
        # Only what is closed in holds anything yet.
        cost[..., 1] += np.maximum(share[..., 1] - EXPOSED, 0.0) * network.hall_contents_musd
    shape = (len(gust_mph), *design.shape)
    found = Repairs(np.zeros(shape, np.bool_), np.zeros(shape, np.int64), np.zeros(shape))
    found.is_hit[strong] = hit
    found.work_min[strong] = np.where(hit, work, 0).astype(np.int64)
    found.cost_musd[strong] = np.where(hit, cost, 0.0)
    return found
