"""What a fairness objective is: rows for the solver, a search, and plain arithmetic on levels.

All of them rank claims. A claim is somebody who uses compute: a team over the horizon, a team in
one period, an organisation. ``level[k] = use[k] / divisor(k)``, and what is made of the levels is
the objective: the sorted vector of them (`maxmin`), or a sum of a concave curve (`mean`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.optimise.engine import Engine, Solution
    from planner.optimise.leximin import Settled

Pyo = Any


@dataclass(frozen=True)
class Claim:
    """Somebody who is ranked.

    Parameters
    ----------
    key
        Its name, or its name and a period.
    base
        Use that counts as one: researchers, an equal split of the fleet, or all of it.
    weight
        Divides the level in a ranking, multiplies the worth in a sum.
    count
        How many it counts for in a sum: 1 where teams count, its researchers where heads do.
    """

    key: tuple[str, ...]
    base: float
    weight: float = 1.0
    count: float = 1.0

    @property
    def name(self) -> str:
        """Its key as rows and reports name it."""
        return ",".join(self.key)


class Fairness(Protocol):
    """A fairness objective over given claims."""

    @property
    def claims(self) -> Sequence[Claim]:
        """Whom it ranks."""

    def add(self, model: Pyo, use: Callable[[Claim, float], Pyo]) -> None:
        """Add ``level[claim]``, ``worst`` (the value that is sought first), and their rows.

        Parameters
        ----------
        use
            A claim's use in the model, times a factor.
        """

    def relax(self, engine: Engine) -> Solution:
        """Return the best point for ``worst`` as the bounds of the model stand, by linear programs.

        A curve is followed as closely as is needed; what it needs stays in the engine.
        """

    def settle(self, engine: Engine) -> list[Settled] | None:
        """Return claims in the order in which they settle; None if nothing is feasible."""

    def steps(
        self, settled: Sequence[Settled], level: Mapping[str, float]
    ) -> list[tuple[str, float]]:
        """Return what a report says of a search: names of its levels, and their values."""

    def shown(self, value: float) -> float:
        """Return a value of ``worst`` in the unit of a level."""

    def value(self, level: Mapping[str, float]) -> float:
        """Return the objective by plain arithmetic, in the unit of a level.

        Parameters
        ----------
        level
            Level of every claim by name.
        """

    def level(self, claim: Claim, use: float) -> float:
        """Return the level of a claim by plain arithmetic."""
