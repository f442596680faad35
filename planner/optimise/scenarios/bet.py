"""Commitments before the reveal, chosen over scenarios, and what they are worth.

Small portfolios are solved as one model of all scenarios (`joint`). Large ones are not: the first
decisions of the plan of each arrival, of the mean world and of the portfolio at its confidence are
tried in every scenario, each with the best recourse, and the best of them is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.bet import Bet, BetItem, BetPlan, BetScenario
from planner.errors import LimitError
from planner.optimise.data import build
from planner.optimise.existing import date_of
from planner.optimise.scenarios.joint import Joint, Worth
from planner.optimise.scenarios.members import Member, arrivals_of, members, weighed
from planner.optimise.scenarios.shared import EXIT, GPUS_OF, HALLS, before, chosen
from planner.optimise.scenarios.single import Single
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from planner.domain.portfolio import BetPolicy, Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.data import ModelData
    from planner.optimise.scenarios.shared import Key

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

    singles: list[Single]
    committed: Single
    stages: dict[str, Stage]
    worth: dict[str, tuple[float | None, ...]]
    promised: dict[str, bool]

    def add(self, name: str, stage: Stage | None) -> None:
        """Try commitments in every scenario."""
        if stage is None:
            return
        self.stages[name] = stage
        self.worth[name] = tuple(single.worth_of(stage) for single in self.singles)
        self.promised[name] = self.committed.worth_of(stage) is not None

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

    Raises
    ------
    LimitError
        If no commitments can be kept in every scenario.
    """
    tell = progress or (lambda _stage, _share: None)
    policy = portfolio.spec.policy.bet
    assert policy is not None
    found = members(portfolio, readiness, corrections)
    base = build(portfolio, committed, corrections)
    arrivals = [(p, s) for _, p, s in arrivals_of(portfolio)]
    at_confidence, worth = weighed(base, arrivals), Worth.of(base)
    first_day = _first_day(found)
    periods = before(base, first_day)
    probe = Single.of(at_confidence, worth, periods, whole=True, gap=GAP, nodes=NODES, seed=seed)
    is_small = len(probe.engine.row_lower) * (len(found) + 1) <= rows
    probe.whole = is_small
    singles = [
        Single.of(m.data, worth, periods, whole=is_small, gap=GAP, nodes=NODES, seed=seed)
        for m in found
    ]
    best = _wait_and_see(found, singles, tell)
    tolerance = portfolio.spec.policy.tolerance.likely
    mean = Single.of(
        weighed(_middle(found).data, arrivals), worth, periods, whole=is_small, gap=GAP,
        nodes=NODES, seed=seed,
    )  # fmt: skip
    table = _Table(singles, probe, {}, {}, {})
    own = found if is_small else _one_a_reveal(found)
    middle = replace(_middle(found), name=MEAN, data=mean.data)
    worlds = [*zip(own, (singles[found.index(m)] for m in own), strict=True), (middle, mean)]
    for n, (world, single) in enumerate(worlds):
        tell(f"plan of {world.name}", 0.3 + 0.4 * n / len(worlds))
        if is_small:
            alone = Joint([replace(world, probability=1.0)], at_confidence, worth, "expected",
                          first_day=first_day, seed=seed)  # fmt: skip
            table.add(world.name, _stage_of(alone, tolerance, periods))
        else:
            table.add(world.name, single.own_stage(tolerance))
    table.add(COMMITTED, probe.own_stage(tolerance))
    bound, expected_value = None, _mean(found, table.worth.get(MEAN))
    if not table.promised.get(MEAN, False):
        expected_value = None
    recourse: float | None = None
    if is_small:
        tell("all scenarios as one", 0.7)
        joint = Joint(
            found, at_confidence, worth, policy.objective, tail=policy.tail.likely, best=best,
            first_day=first_day, seed=seed,
        )  # fmt: skip
        solved = joint.solve(gap=GAP, nodes=NODES)
        if solved.values is not None:
            cheap = joint.cheapest(solved.values, tolerance)
            table.add(CHOSEN, chosen(joint.decisions[-1], cheap, periods))
            bound = solved.bound if policy.objective == "expected" else None
            recourse = _mean(found, tuple(joint.worths(solved.values)))
            if policy.objective != "expected":
                # Only what it is held to is pushed there; of the rest say what can be had.
                first = chosen(joint.decisions[-1], solved.values, periods)
                recourse = _in_joint(joint, first) or recourse
            expected_value = _in_joint(joint, table.stages.get(MEAN))
    name = CHOSEN if recourse is not None else _best_of(found, table, policy, best)
    if name != CHOSEN:
        table.take(name)
    stage, reached = table.stages[CHOSEN], table.worth[CHOSEN]
    recourse = recourse if recourse is not None else _mean(found, reached)
    tell("how long decisions can wait", 0.85)
    bet = Bet(
        objective=policy.objective,
        unit=worth.unit,
        revealed=date_of(base.timeline, min(first_day, float(base.timeline.end_day[-1]))),
        scenarios=tuple(
            BetScenario(m.name, m.arrival, m.future, m.probability,
                        min(m.revealed_day, m.known_day), w, v)
            for m, w, v in zip(found, best, reached, strict=True)
        ),
        plans=tuple(
            BetPlan(n, table.worth[n], table.promised[n])
            for n in (CHOSEN, *(n for n in table.stages if n != CHOSEN))
        ),
        items=_items(base, stage, [table.stages[m.name] for m in own if m.name in table.stages],
                     mean, tolerance, periods),
        recourse=0.0 if recourse is None else recourse,
        expected_value=expected_value,
        method="equivalent" if is_small else "candidates",
        bound=bound,
        notes=_notes(is_small=is_small, name=name),
    )  # fmt: skip
    return Found(bet, stage, base)


def _notes(*, is_small: bool, name: str) -> tuple[str, ...]:
    taken = () if name == CHOSEN else (f"The commitments are those of {name}.",)
    return taken if is_small else (*taken, IN_PARTS)


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


def _wait_and_see(found: Sequence[Member], singles: list[Single], tell: Progress) -> list[float]:
    made = []
    for n, (member, single) in enumerate(zip(found, singles, strict=True)):
        tell(f"{member.name} in full knowledge", 0.3 * n / len(found))
        at = single.best()
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
    data: ModelData, stage: Stage, own: Sequence[Stage], mean: Single, tolerance: float,
    periods: int,
) -> tuple[BetItem, ...]:  # fmt: skip
    """Return the first decisions by candidate, SKU and tranche, with what is common to all."""
    total = _by_item(stage)
    others = [_by_item(s) for s in own]
    wait: dict[tuple[str, str, str], dt.date | None] = {}
    whole = mean.without([])
    order = sorted(total, key=lambda k: (k[0] != HALLS, -total[k], k))
    for item in order[:MOST_ITEMS]:
        if whole is not None:
            wait[item] = _waits(data, mean, item, whole, max(tolerance, TINY), periods)
    return tuple(
        BetItem(kind, site, name, at * (GPUS if kind == GPUS_OF else 1.0),
                min((o.get((kind, site, name), 0.0) for o in others), default=at)
                * (GPUS if kind == GPUS_OF else 1.0), wait.get((kind, site, name)))
        for (kind, site, name), at in ((k, total[k]) for k in order)
    )  # fmt: skip


def _by_item(stage: Stage) -> dict[tuple[str, str, str], float]:
    made: dict[tuple[str, str, str], float] = {}
    for (kind, site, item, _), at in stage.items():
        if at > TINY and kind != EXIT:
            made[kind, site, item] = made.get((kind, site, item), 0.0) + at
    return made


def _waits(
    data: ModelData, mean: Single, item: tuple[str, str, str], whole: float, tolerance: float,
    periods: int,
) -> dt.date:  # fmt: skip
    """Return the last day on which none of an item need be decided, by bisection over periods.

    All else may be decided anew; halls count in parts.
    """
    low, high = 0, periods
    while low < high:
        middle = (low + high + 1) // 2
        at = mean.without([(*item, t) for t in range(middle)])
        if at is not None and whole - at <= tolerance * abs(whole):
            low = middle
        else:
            high = middle - 1
    return date_of(data.timeline, float(data.timeline.start_day[min(low, data.n_periods - 1)]))
