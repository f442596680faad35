"""Commitments tried in every scenario, each with the best recourse there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.errors import LimitError
from planner.optimise.scenarios.shared import GPUS_OF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.portfolio import BetPolicy
    from planner.optimise.scenarios.crew import Crew
    from planner.optimise.scenarios.members import Member
    from planner.optimise.scenarios.shared import Key, Stage
    from planner.optimise.scenarios.single import Single

CHOSEN: Final = "the bet"
TINY: Final = 1e-3


@dataclass
class Table:
    """Worth of commitments in every scenario, each asked once."""

    crew: Crew
    singles: list[Single]
    committed: Single
    stages: dict[str, Stage]
    worth: dict[str, tuple[float | None, ...]]
    promised: dict[str, bool]
    cut: list[str] = field(default_factory=list)

    def add(self, name: str, stage: Stage | None) -> None:
        """Try commitments in every scenario."""
        if stage is None:
            return
        asked = [partial(s.worth_of, stage) for s in (*self.singles, self.committed)]
        *worth, promised = self.crew.all_of(asked)
        self.stages[name], self.worth[name] = stage, tuple(worth)
        self.promised[name] = promised is not None

    def know(self, name: str, stage: Stage, worth: Sequence[float]) -> None:
        """Keep commitments whose worth is known, and that can be promised."""
        self.stages[name], self.worth[name], self.promised[name] = stage, tuple(worth), True

    def add_cut(self, name: str, stage: Stage | None) -> None:
        """Try commitments, or what of them can be kept at the confidence where not all can."""
        if stage is not None and self.committed.worth_of(stage) is None:
            self.cut.append(name)
            stage = self.committed.cut(stage)
        self.add(name, stage)

    def rigid(self, name: str) -> tuple[float | None, ...]:
        """Return the worth of commitments in every scenario if nothing could be cancelled."""
        stage = self.stages[name]
        if not any(stage.get(k, 0.0) > TINY for k in self.cancellable):
            return self.worth[name]
        return self.crew.all_of([partial(s.worth_of, stage, rigid=True) for s in self.singles])

    def firm_in_common(self) -> Stage:
        """Return the least that any of the commitments orders of GPUs that are firm at once."""
        can_cancel, stages = set(self.cancellable), list(self.stages.values())
        keys = [k for k in self.committed.held.rows if k[0] == GPUS_OF and k not in can_cancel]
        return {k: min(s.get(k, 0.0) for s in stages) for k in keys}

    @property
    def cancellable(self) -> tuple[Key, ...]:
        """Orders that can be cancelled at the reveal in some scenario."""
        return tuple(dict.fromkeys(k for s in self.singles for k in s.cancelled))

    def take(self, name: str) -> None:
        """Make commitments that were tried the chosen ones."""
        self.stages[CHOSEN], self.worth[CHOSEN] = self.stages[name], self.worth[name]
        self.promised[CHOSEN] = self.promised[name]


def mean_worth(found: Sequence[Member], worth: tuple[float | None, ...] | None) -> float | None:
    """Return the mean worth over scenarios; None where it is not known in all of them."""
    if worth is None or any(v is None for v in worth):
        return None
    return sum(m.probability * v for m, v in zip(found, worth, strict=True) if v is not None)


def merit(
    probability: Sequence[float], worth: Sequence[float], best: Sequence[float], policy: BetPolicy
) -> float:
    """Return what a policy makes of worth over scenarios: larger is better."""
    p, v = np.asarray(probability), np.asarray(worth)
    if policy.objective == "expected":
        return float(p @ v)
    if policy.objective == "regret":
        return -float(np.max(np.asarray(best) - v))
    tail, left, total = max(policy.tail.likely, TINY), max(policy.tail.likely, TINY), 0.0
    for i in np.argsort(v, kind="stable"):
        part = min(float(p[i]), left)
        total, left = total + part * float(v[i]), left - part
    return total / tail


def best_of(
    found: Sequence[Member], table: Table, policy: BetPolicy, best: Sequence[float],
    proven: str = "", tolerance: float = 0.0,
) -> str:  # fmt: skip
    """Return the commitments that are best of those that can be kept and promised.

    Parameters
    ----------
    proven
        Those that are taken where no others are better by more than a tolerance.
    """
    merits = {}
    for name, worth in table.worth.items():
        kept = [v for v in worth if v is not None]
        if len(kept) == len(found) and table.promised[name]:
            merits[name] = merit([m.probability for m in found], kept, best, policy)
    if not merits:
        raise LimitError(
            "no commitments tried can be kept in every scenario; lower the confidence, soften "
            "floors, or plan without policy.bet"
        )
    name = max(merits, key=lambda name: merits[name])
    bar = merits[name] - tolerance * abs(merits[name])
    return proven if merits.get(proven, -np.inf) >= bar else name
