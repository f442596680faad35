"""Leximin by settled teams: raise the worst level, settle who cannot go higher, go on.

Of the teams at the level z, some can be raised without lowering any other below z, and some cannot.
The sum of their levels is raised: whoever rises above z is not settled, and by convexity all who
can rise do so together in the mean of the solutions found. What never rises is settled at z.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.optimise.engine import INF, Engine, Solution, as_costs

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray

RISE = 1e-6
"""Relative rise that counts as one."""
NOISE = 1e-7
"""The same for each team that is held: by the slack of all of them together one may rise."""
PRICE = 1e-6
"""Price of a row above which it is no rounding; those of all rows sum to one."""
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
        # Where periods are apart, what is sought first is a mean, and all levels are above `least`.
        self.worst = engine.column("least" if "least" in engine.columns else "worst")
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
    """Return teams by the level at which they settle, worst first; None if nothing is feasible.

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
            break
        found = _stuck(ranking, active, first.objective, first.values)
        settled += found
        for step in found:
            for team in step.teams:
                engine.bound(ranking.level[team], _held(step.level), INF)
                engine.free(ranking.reach[team])
        gone = {team for step in found for team in step.teams}
        active = [team for team in active if team not in gone]
        for team in active:
            engine.bound(ranking.level[team], _held(first.objective), INF)
        first = None
    if not settled:
        return None if active else []
    values = settled[-1].values
    return [replace(s, values=values) for s in sorted(settled, key=lambda s: s.level)]


def _stuck(ranking: Ranking, active: list[str], level: float, values: FloatArray) -> list[Settled]:
    """Return the teams that are settled once the worst level is known.

    Those at the level that cannot rise share it. Those that a guarantee holds above it and that
    cannot rise either stay where they are held, now and with whatever is settled later: it would
    take a level for each of them to find the same.
    """
    engine, size = ranking.engine, max(1.0, abs(level))
    rise = max(RISE, NOISE * len(active)) * size
    sure = _sure(ranking, active)
    for team in active:
        engine.bound(ranking.level[team], _held(level), INF)
        engine.free(ranking.reach[team])
    floor = _floors(ranking, active, level, values, rise)
    for team in active:
        engine.bound(ranking.level[team], _held(floor[team]), floor[team] + CAP * size)
    low = [team for team in active if team not in sure]
    while low:
        engine.seek(as_costs(ranking.level[team] for team in low), "max")
        found = engine.solve_lp()
        if found.values is None:
            break
        values = found.values
        rising = [t for t in low if values[ranking.level[t]] > floor[t] + rise]
        if not rising:
            break
        low = [team for team in low if team not in rising]
    stuck = [team for team in active if team in sure or team in low]
    if not any(floor[team] <= level + rise for team in stuck):
        # All rose at once: only rounding can have held the level, so whoever is at it is settled.
        stuck += [t for t in active if t not in stuck and floor[t] <= level + rise]
    for team in active:
        engine.restore(ranking.reach[team])
    return _by_level(stuck, floor, level, rise, values)


def _by_level(
    stuck: list[str], floor: dict[str, float], level: float, rise: float, values: FloatArray
) -> list[Settled]:
    """Return settled teams: those at the level together, each of the others by itself."""
    here = tuple(team for team in stuck if floor[team] <= level + rise)
    above = [team for team in stuck if team not in here]
    return [
        *([Settled(here, level, values)] if here else []),
        *(Settled((team,), floor[team], values) for team in above),
    ]


def _floors(
    ranking: Ranking, active: list[str], level: float, values: FloatArray, rise: float
) -> dict[str, float]:
    """Return what each team has at the least: the level, or what a guarantee holds it at.

    Guarantees are each team's own, so the least sum of levels has each at its least.
    """
    if all(values[ranking.level[team]] <= level + rise for team in active):
        return dict.fromkeys(active, level)
    ranking.engine.seek(as_costs(ranking.level[team] for team in active), "min")
    found = ranking.engine.solve_lp()
    if found.values is None:
        return dict.fromkeys(active, level)
    return {team: max(level, float(found.values[ranking.level[team]])) for team in active}


def _sure(ranking: Ranking, active: list[str]) -> set[str]:
    """Return the teams whose row of `reach` has a price: no best point leaves it slack.

    By complementary slackness they are at the worst level wherever it is at its best, and need no
    search. Others may be stuck too, for prices of degenerate points are not unique.
    """
    rows = [ranking.reach[team] for team in active]
    prices = ranking.engine.prices(rows)
    return {t for t, price in zip(active, prices, strict=True) if abs(price) > PRICE}


def _held(level: float) -> float:
    return level - SLACK * max(1.0, abs(level))
