"""What a planner would do without an optimiser: rules of thumb, a file each. Listed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.study.policies import (
    greedy_concrete,
    greedy_tent,
    oldest_first,
    proportional,
    rule_mix,
)
from planner.study.policies.play import planned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.study.policies.base import Policy

POLICIES: Final[Mapping[str, Policy]] = {
    m.POLICY.name: m.POLICY
    for m in (greedy_tent, greedy_concrete, rule_mix, proportional, oldest_first)
}

__all__ = ["POLICIES", "planned"]
