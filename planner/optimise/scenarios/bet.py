"""Commitments before the reveal, chosen over scenarios, and what they are worth.

Small portfolios are solved as one model of all scenarios (`joint`). Large ones are not: the first
decisions of the plan of each arrival, of the mean world and of the portfolio at its confidence are
tried in every scenario, each with the best recourse, and the best of them is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.bet import Bet, BetItem, BetPlan, BetScenario
from planner.errors import LimitError
from planner.optimise.data import build
from planner.optimise.existing import date_of
from planner.optimise.scenarios.crew import Crew
from planner.optimise.scenarios.joint import NUMERIC, Joint, Worth
from planner.optimise.scenarios.members import Member, arrivals_of, members, weighed
from planner.optimise.scenarios.shared import EXIT, GPUS_OF, HALLS, before, chosen
from planner.optimise.scenarios.single import Single
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from planner.domain.portfolio import BetPolicy, Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.data import ModelData
    from planner.optimise.scenarios.shared import Item, Key

EQUIVALENT_ROWS: Final = 40_000
"""Rows of all scenarios together up to which they are solved as one model."""
GAP, NODES = 2e-3, 60
MEAN: Final = "mean world"
COMMITTED: Final = "at confidence"
CHOSEN: Final = "the bet"
TINY: Final = 1e-3
IN_PARTS: Final = (
    "Halls after the first reveal may be started in parts here, in what is compared and in what "
    "it is compared with; from the first reveal on every scenario goes its own way."
)
CUT: Final = "Of the commitments of {names} those count that can be kept at the confidence."
MOST_HEDGES: Final = 6
"""Hedges that are forced out to see what they are worth, the largest first."""
MOST_ITEMS: Final = 12
"""Decisions for which it is sought how long they can wait, the largest first."""

Stage = dict["Key", float]


@dataclass(frozen=True)
class Found:
    """What a bet commits to before the first reveal, and what it is worth."""

    bet: Bet
    stage: Stage
    data: ModelData


@dataclass
class _Table:
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

    def add_cut(self, name: str, stage: Stage | None) -> None:
        """Try commitments, or what of them can be kept at the confidence where not all can."""
        if stage is not None and self.committed.worth_of(stage) is None:
            self.cut.append(name)
            stage = self.committed.cut(stage)
        self.add(name, stage)

    def take(self, name: str) -> None:
        """Make commitments that were tried the chosen ones."""
        self.stages[CHOSEN], self.worth[CHOSEN] = self.stages[name], self.worth[name]
        self.promised[CHOSEN] = self.promised[name]


def place_bet(
    portfolio: Portfolio,
    readiness: Mapping[float, tuple[Readiness, ...]],
    committed: tuple[Readiness, ...],
    *,
    corrections: CorrectionDays | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    rows: int = EQUIVALENT_ROWS,
    threads: int | None = None,
) -> Found:
    """Return what to commit to before the first reveal, and what that is worth.

    Parameters
    ----------
    readiness
        Of every option in every future (`levels`).
    committed
        The same at the portfolio's confidence.
    rows
        Rows of all scenarios together up to which they are solved as one model.
    threads
        That ask scenarios at the same time; as many as there are cores where not given. No result
        depends on them.

    Raises
    ------
    LimitError
        If no commitments can be kept in every scenario.
    """
    with Crew(threads) as crew:
        asked = _Asked(portfolio, readiness, committed, corrections, seed, progress or _silent)
        return asked.found(crew, rows)


def _silent(_stage: str, _share: float) -> None:
    pass


class _Asked:
    """What is known before anything is solved: the scenarios, and the world they share."""

    def __init__(
        self, portfolio: Portfolio, readiness: Mapping[float, tuple[Readiness, ...]],
        committed: tuple[Readiness, ...], corrections: CorrectionDays | None, seed: int,
        tell: Progress,
    ) -> None:  # fmt: skip
        assert portfolio.spec.policy.bet is not None
        self.policy, self.tell, self.seed = portfolio.spec.policy.bet, tell, seed
        self.members = members(portfolio, readiness, corrections)
        self.base = build(portfolio, committed, corrections)
        self.arrivals = [(p, s) for _, p, s in arrivals_of(portfolio)]
        self.at_confidence = weighed(self.base, self.arrivals)
        self.worth = Worth.of(self.base)
        self.first_day = _first_day(self.members)
        self.periods = before(self.base, self.first_day)
        self.tolerance = portfolio.spec.policy.tolerance.likely

    def single(self, crew: Crew, data: ModelData, *, whole: bool) -> Single:
        """Return a scenario on an engine of its own."""
        made = Single.of(data, self.worth, self.periods, whole=whole, gap=GAP, nodes=NODES,
                         seed=self.seed)  # fmt: skip
        crew.engines.append(made.engine)
        return made

    def joint(self, crew: Crew, found: Sequence[Member], best: Sequence[float]) -> Joint:
        """Return one model of several scenarios; of one alone where no best is known."""
        made = Joint(
            found, self.at_confidence, self.worth, self.policy.objective if best else "expected",
            tail=self.policy.tail.likely, best=best, first_day=self.first_day, seed=self.seed,
        )  # fmt: skip
        crew.engines.append(made.engine)
        return made

    def found(self, crew: Crew, rows: int) -> Found:
        """Return the best commitments, and all that is told of them."""
        found, middle = self.members, _middle(self.members)
        probe = self.single(crew, self.at_confidence, whole=True)
        is_small = len(probe.engine.row_lower) * (len(found) + 1) <= rows
        if not is_small:
            probe.in_parts()
        waiting, singles = [crew.ask(probe.best)], []
        for n, m in enumerate(found):
            # While one model is built, those before it are solved.
            self.tell(f"{m.name} in full knowledge", 0.3 * n / len(found))
            singles.append(self.single(crew, m.data, whole=is_small))
            waiting.append(crew.ask(singles[-1].best))
        mean = self.single(crew, weighed(middle.data, self.arrivals), whole=is_small)
        waiting.append(crew.ask(mean.best))
        best = _known(found, [f.result() for f in waiting][1:-1])
        table = _Table(crew, singles, probe, {}, {}, {})
        own = found if is_small else tuple(_one_a_reveal(found))
        worlds = [*((m, singles[found.index(m)]) for m in own),
                  (replace(middle, name=MEAN, data=mean.data), mean)]  # fmt: skip
        self.tell("plans of single scenarios", 0.3)
        self._try_own(crew, table, worlds, is_small=is_small)
        joined = self._joined(crew, table, best) if is_small else None
        name = CHOSEN if joined is not None else _best_of(found, table, self.policy, best)
        if name != CHOSEN:
            table.take(name)
        stage, reached = table.stages[CHOSEN], table.worth[CHOSEN]
        recourse, expected_value, bound = joined or (
            _mean(found, reached), self._expected_value(table), None
        )  # fmt: skip
        self.tell("how long decisions can wait", 0.85)
        others = [table.stages[m.name] for m in own if m.name in table.stages]
        bet = Bet(
            objective=self.policy.objective,
            unit=self.worth.unit,
            revealed=date_of(
                self.base.timeline, min(self.first_day, float(self.base.timeline.end_day[-1]))
            ),
            scenarios=tuple(
                BetScenario(m.name, m.arrival, m.future, m.probability,
                            min(m.revealed_day, m.known_day), w, v)
                for m, w, v in zip(found, best, reached, strict=True)
            ),
            plans=tuple(
                BetPlan(n, table.worth[n], table.promised[n])
                for n in (CHOSEN, *(n for n in table.stages if n != CHOSEN))
            ),
            items=_items(self, crew, table, others, mean),
            recourse=0.0 if recourse is None else recourse,
            expected_value=expected_value,
            method="equivalent" if is_small else "candidates",
            bound=bound,
            notes=_notes(is_small=is_small, name=name, cut=table.cut),
        )  # fmt: skip
        return Found(bet, stage, self.base)

    def _try_own(
        self, crew: Crew, table: _Table, worlds: Sequence[tuple[Member, Single]], *,
        is_small: bool,
    ) -> None:  # fmt: skip
        """Try the first decisions of each world's own plan, and those at the confidence."""
        if is_small:
            for n, (world, _) in enumerate(worlds):
                self.tell(f"plan of {world.name}", 0.3 + 0.4 * n / len(worlds))
                alone = self.joint(crew, [replace(world, probability=1.0)], ())
                table.add(world.name, _stage_of(alone, self.tolerance, self.periods))
            table.add(COMMITTED, table.committed.own_stage(self.tolerance))
            return
        singles = [single for _, single in worlds] + [table.committed]
        stages = crew.all_of([partial(s.own_stage, self.tolerance) for s in singles])
        for n, (name, stage) in enumerate(
            zip([*(w.name for w, _ in worlds), COMMITTED], stages, strict=True)
        ):
            self.tell(f"plan of {name} in every scenario", 0.5 + 0.35 * n / len(stages))
            table.add_cut(name, stage)

    def _joined(
        self, crew: Crew, table: _Table, best: Sequence[float]
    ) -> tuple[float | None, float | None, float | None] | None:
        """Return mean worth of recourse and of the mean world's plan, and the proof limit."""
        self.tell("all scenarios as one", 0.7)
        joint = self.joint(crew, self.members, best)
        solved = joint.solve(gap=GAP, nodes=NODES)
        if solved.values is None:
            return None
        cheap = joint.cheapest(solved.values, self.tolerance)
        table.add(CHOSEN, chosen(joint.decisions[-1], cheap, self.periods))
        recourse = _mean(self.members, tuple(joint.worths(solved.values)))
        is_mean = self.policy.objective == "expected"
        if not is_mean:
            # Only what it is held to is pushed there; of the rest say what can be had.
            first = chosen(joint.decisions[-1], solved.values, self.periods)
            recourse = _in_joint(joint, first) or recourse
        expected_value = _in_joint(joint, table.stages.get(MEAN))
        return recourse, expected_value, solved.bound if is_mean else None

    def _expected_value(self, table: _Table) -> float | None:
        if not table.promised.get(MEAN, False):
            return None
        return _mean(self.members, table.worth[MEAN])


def _notes(*, is_small: bool, name: str, cut: Sequence[str]) -> tuple[str, ...]:
    made = () if name == CHOSEN else (f"The commitments are those of {name}.",)
    if cut:
        made = (*made, CUT.format(names=", ".join(cut)))
    return made if is_small else (*made, IN_PARTS)


def _first_day(found: Sequence[Member]) -> float:
    """Return the day of the first reveal that tells any scenarios apart."""
    days = [a.apart_day(b) for i, a in enumerate(found) for b in found[:i]]
    return min(days, default=float("inf"))


def _middle(found: Sequence[Member]) -> Member:
    """Return a scenario whose future is the middle one."""
    order = list(dict.fromkeys(m.future for m in found))
    return next(m for m in found if m.future == order[len(order) // 2])


def _one_a_reveal(found: Sequence[Member]) -> list[Member]:
    """Return one scenario an arrival, of the middle future where there is one."""
    middle = _middle(found).future
    made = {}
    for m in found:
        if m.arrival not in made or m.future == middle:
            made[m.arrival] = m
    return list(made.values())


def _known(found: Sequence[Member], best: Sequence[float | None]) -> list[float]:
    """Return the worth of full knowledge, scenario by scenario."""
    made = []
    for member, at in zip(found, best, strict=True):
        if at is None:
            raise LimitError(f"no plan can be found in scenario {member.name}")
        made.append(at)
    return made


def _mean(found: Sequence[Member], worth: tuple[float | None, ...] | None) -> float | None:
    if worth is None or any(v is None for v in worth):
        return None
    return sum(m.probability * v for m, v in zip(found, worth, strict=True) if v is not None)


def _stage_of(joint: Joint, tolerance: float, periods: int) -> Stage | None:
    """Return the first decisions of a world that can be promised at confidence too."""
    solved = joint.solve(gap=GAP, nodes=NODES)
    if solved.values is None:
        return None
    return chosen(joint.decisions[-1], joint.cheapest(solved.values, tolerance), periods)


def _in_joint(joint: Joint, stage: Stage | None) -> float | None:
    """Return the mean worth of commitments where later reveals are respected too."""
    if stage is None:
        return None
    joint.held.hold(stage)
    joint.sought, kept = "expected", joint.sought
    found = joint.solve(gap=GAP, nodes=NODES)
    joint.sought = kept
    joint.held.free()
    if found.values is None:
        return None
    return _mean(joint.members, tuple(joint.worths(found.values)))


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


def _best_of(
    found: Sequence[Member], table: _Table, policy: BetPolicy, best: Sequence[float]
) -> str:
    """Return the commitments that are best of those that can be kept and promised."""
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
    return max(merits, key=lambda name: merits[name])


# What is committed, and how long it can wait


def _items(
    asked: _Asked, crew: Crew, table: _Table, own: Sequence[Stage], mean: Single
) -> tuple[BetItem, ...]:
    """Return the first decisions by candidate, SKU and tranche, with what is common to all."""
    total = _by_item(table.stages[CHOSEN])
    others = [_by_item(s) for s in own]
    common = {item: min((at, *(o.get(item, 0.0) for o in others))) for item, at in total.items()}
    order = sorted(total, key=lambda k: (k[0] != HALLS, -total[k], k))
    hedges = [item for item in order if total[item] - common[item] > TINY][:MOST_HEDGES]
    waits = crew.ask(partial(_all_wait, asked, mean, order[:MOST_ITEMS]))
    worth = {item: _hedged(asked, crew, table, item, total[item], common[item]) for item in hedges}
    can_wait, made = waits.result(), []
    for item in order:
        unit = GPUS if item[0] == GPUS_OF else 1.0
        gained, lost, where = worth.get(item, (None, None, None))
        made.append(BetItem(*item, total[item] * unit, common[item] * unit, can_wait.get(item),
                            gained, lost, where))  # fmt: skip
    return tuple(made)


def _by_item(stage: Stage) -> dict[Item, float]:
    made: dict[Item, float] = {}
    for (kind, site, item, _), at in stage.items():
        if at > TINY and kind != EXIT:
            made[kind, site, item] = made.get((kind, site, item), 0.0) + at
    return made


def _hedged(
    asked: _Asked, crew: Crew, table: _Table, item: Item, amount: float, common: float
) -> tuple[float | None, float | None, str | None]:
    """Return a hedge's mean worth, the most it costs in a scenario, and in which.

    The hedge is forced out and every scenario solved again, all other halls and tranches held.
    """
    stage, high = table.stages[CHOSEN], float("inf")
    with_it = [partial(s.within, stage, item, amount * (1 - NUMERIC), high) for s in table.singles]
    without = [partial(s.within, stage, item, 0.0, common) for s in table.singles]
    found = crew.all_of([partial(_both, *pair) for pair in zip(with_it, without, strict=True)])
    gains = [a - b for a, b in found if a is not None and b is not None]
    if len(gains) < len(found):
        return None, None, None
    mean = sum(m.probability * g for m, g in zip(asked.members, gains, strict=True))
    worst = min(range(len(gains)), key=lambda i: gains[i])
    if gains[worst] >= -NUMERIC * abs(mean):
        return mean, 0.0, None
    return mean, -gains[worst], asked.members[worst].name


def _both(
    first: Callable[[], float | None], second: Callable[[], float | None]
) -> tuple[float | None, float | None]:
    return first(), second()


def _all_wait(asked: _Asked, mean: Single, items: Sequence[Item]) -> dict[Item, dt.date]:
    """Return the last day to which each of some items can be put off."""
    whole = mean.without([])
    if whole is None:
        return {}
    tolerance = max(asked.tolerance, TINY)
    return {item: _waits(asked, mean, item, whole, tolerance) for item in items}


def _waits(asked: _Asked, mean: Single, item: Item, whole: float, tolerance: float) -> dt.date:
    """Return the last day on which none of an item need be decided, by bisection over periods.

    All else may be decided anew; halls count in parts.
    """
    low, high = 0, asked.periods
    while low < high:
        middle = (low + high + 1) // 2
        at = mean.without([(*item, t) for t in range(middle)])
        if at is not None and whole - at <= tolerance * abs(whole):
            low = middle
        else:
            high = middle - 1
    data = asked.base
    return date_of(data.timeline, float(data.timeline.start_day[min(low, data.n_periods - 1)]))
