"""What a policy is: which halls to start, which racks to fill them with, and who computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData
    from planner.study.policies.world import World


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule of thumb.

    Parameters
    ----------
    name, title
        Of the policy; its title as a planner would say it.
    modes
        Build modes in the order in which they are tried at a site in a period.
    skus
        SKUs in the order in which they are bought in a period.
    split
        GPU-time by consumer, SKU, hall class and period from what works, shape (J, C, T) to
        (W, J, C, T).
    """

    name: str
    title: str
    modes: Callable[[World, str, int], Sequence[str]]
    skus: Callable[[ModelData, int], Sequence[int]]
    split: Callable[[ModelData, FloatArray], FloatArray]
