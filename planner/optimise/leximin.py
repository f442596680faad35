"""Leximin by settled teams: raise the worst level, settle who cannot go higher, go on.

Of the teams at the level z, some can be raised without lowering any other below z, and some cannot.
The sum of their levels is raised: whoever rises above z is not settled, and by convexity all who
can rise do so together in the mean of the solutions found. What never rises is settled at z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.optimise.engine import INF, Engine, Solution, as_costs

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray

RISE = 1e-6
"""Relative rise that counts as one."""
NOISE = 1e-7
"""The same for each team that is held: by the slack of all of them together one may rise."""
CAP = 1e-2
"""Relative rise beyond which no more is looked for, so that one solve finds all who can rise."""
SLACK = 1e-9
"""Relative slack at which a settled level is held for the next, for the solver's tolerance."""


@dataclass(frozen=True)
class Settled:
    """Teams that share a level they cannot leave upwards, and the solution that showed it."""

    teams: tuple[str, ...]
    level: float
    values: FloatArray


class Ranking:
    """The teams of a compiled model, and which rows and columns rank them."""

    def __init__(self, engine: Engine) -> None:
        # Only a max-min has rows of `reach`; a mean is one row over all.
        self.engine = engine
        self.worst = engine.column("worst")
        self.level = {",".join(index): c for index, c in engine.columns_of("level").items()}
        rows = {team: engine.rows.get(f"reach[{team}]") for team in self.level}
        self.reach = {team: row for team, row in rows.items() if row is not None}

    def reset(self) -> None:
        """Rank all teams again, with no level held."""
        for team, column in self.level.items():
            self.engine.bound(column, 0.0, INF)
            if team in self.reach:
                self.engine.restore(self.reach[team])

    def hold(self, levels: dict[str, float], share: float) -> None:
        """Hold every team at a share of its level at least."""
        for team, level in levels.items():
            self.engine.bound(self.level[team], share * level, INF)
            if team in self.reach:
                self.engine.free(self.reach[team])


def leximin(engine: Engine, first: Solution | None = None) -> list[Settled] | None:
    """Return teams in the order in which they settle, worst first; None if nothing is feasible.

    Integers are as the bounds of their columns leave them: fixed, or relaxed.

    Parameters
    ----------
    first
        Solution of the first level, if it is known.
    """
    ranking = Ranking(engine)
    settled: list[Settled] = []
    ranking.reset()
    active = list(ranking.level)
    while active:
        if first is None:
            engine.seek({ranking.worst: 1.0}, "max")
            first = engine.solve_lp()
        if first.values is None or first.objective is None:
            return settled or None
        level, values = first.objective, first.values
        stuck, values = _stuck(ranking, active, level, values)
        settled.append(Settled(tuple(stuck), level, values))
        for team in stuck:
            engine.bound(ranking.level[team], _held(level), INF)
            engine.free(ranking.reach[team])
        active = [team for team in active if team not in stuck]
        for team in active:
            engine.bound(ranking.level[team], _held(level), INF)
        first = None
    return settled


def _stuck(
    ranking: Ranking, active: list[str], level: float, values: FloatArray
) -> tuple[list[str], FloatArray]:
    """Return the teams that cannot rise above a level, and the last solution."""
    engine, size = ranking.engine, max(1.0, abs(level))
    rise = max(RISE, NOISE * len(active)) * size
    for team in active:
        engine.bound(ranking.level[team], _held(level), level + CAP * size)
        engine.free(ranking.reach[team])
    low = list(active)
    while True:
        engine.seek(as_costs(ranking.level[team] for team in low), "max")
        found = engine.solve_lp()
        if found.values is None:
            break
        values = found.values
        rising = [t for t in low if values[ranking.level[t]] > level + rise]
        if not rising:
            break
        low = [team for team in low if team not in rising]
        if not low:
            # All rose at once: only rounding can have held the level, so all of them are settled.
            low = rising
            break
    for team in active:
        engine.restore(ranking.reach[team])
    return low, values


def _held(level: float) -> float:
    return level - SLACK * max(1.0, abs(level))
