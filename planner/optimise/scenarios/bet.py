"""Commitments before the reveal, chosen over scenarios, and what they are worth.

Small portfolios are solved as one model of all scenarios (`joint`). Large ones are not: the first
decisions of the plan of each arrival, of the mean world and of the portfolio at its confidence are
tried in every scenario, each with the best recourse, and the best of them is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from planner import interrupts
from planner.domain.bet import Bet, BetPlan, BetScenario
from planner.domain.result import unheard
from planner.errors import LimitError
from planner.optimise.data import build
from planner.optimise.existing import date_of
from planner.optimise.scenarios.crew import Crew
from planner.optimise.scenarios.joint import Joint, Worth
from planner.optimise.scenarios.members import Member, members
from planner.optimise.scenarios.shared import before, chosen, planned
from planner.optimise.scenarios.single import Single
from planner.optimise.scenarios.table import CHOSEN, TINY, Table, best_of, mean_worth
from planner.optimise.scenarios.told import bare_items, items, rights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.domain.bet import BetRight
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.data import ModelData
    from planner.optimise.scenarios.shared import Stage

EQUIVALENT_ROWS: Final = 40_000
"""Rows of all scenarios together up to which they are solved as one model."""
GAP, NODES = 2e-3, 60
MEAN: Final = "mean world"
COMMITTED: Final = "at confidence"
VERIFIED: Final = "the verified plan"
"""That of the rounds before: halls stand in it where they serve, and its dates were simulated."""
OPEN: Final = "{name}, orders not firm by then"
PROVEN: Final = 2.0
"""Tolerances by which others have to beat the verified plan's commitments: one it gave up for cost,
and about as much was lost to whole halls and dated lots, which the others are not asked for."""
IN_PARTS: Final = (
    "Halls after the first reveal may be started in parts here, in what is compared and in what "
    "it is compared with; from the first reveal on every scenario goes its own way."
)
PASSED_OVER: Final = (
    "The commitments of {name} are worth {more:.3g} {unit} more in the mean here, where halls come "
    "in parts; those of the verified plan are whole, and were simulated."
)
CUT: Final = "Of the commitments of {names} those count that can be kept at the confidence."
STOPPED: Final = (
    "interrupted: the commitments of {name} are kept, at most {gap:.2g} % below full knowledge"
)


@dataclass(frozen=True)
class Found:
    """What a bet commits to before the first reveal, and what it is worth."""

    bet: Bet
    stage: Stage
    data: ModelData
    is_whole: bool = True
    """Whether all was tried and told; False where a signal ended it."""


class Joined(NamedTuple):
    """What one model of all scenarios says: mean worths, and the proof limit.

    Parameters
    ----------
    recourse, expected_value
        Of the best commitments, and of those of the mean world.
    rigid
        Of the best commitments if nothing could be cancelled; None where nothing ever can.
    """

    recourse: float | None
    expected_value: float | None
    bound: float | None
    rigid: float | None


def place_bet(
    portfolio: Portfolio,
    readiness: Mapping[float, tuple[Readiness, ...]],
    committed: tuple[Readiness, ...],
    *,
    corrections: CorrectionDays | None = None,
    plan: Plan | None = None,
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
    plan
        A plan at the confidence that was found before. Its commitments are tried as well, and taken
        where no others are better by more than `PROVEN` tolerances.
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
        asked = _Asked(
            portfolio, readiness, committed, corrections, plan, seed, progress or unheard
        )
        return asked.found(crew, rows)


class _Asked:
    """What is known before anything is solved: the scenarios, and the world they share."""

    def __init__(
        self, portfolio: Portfolio, readiness: Mapping[float, tuple[Readiness, ...]],
        committed: tuple[Readiness, ...], corrections: CorrectionDays | None, plan: Plan | None,
        seed: int, tell: Progress,
    ) -> None:  # fmt: skip
        assert portfolio.spec.policy.bet is not None
        self.policy, self.tell, self.seed = portfolio.spec.policy.bet, tell, seed
        self.members = members(portfolio, readiness, corrections)
        self.base = build(portfolio, committed, corrections)
        self.plan = plan
        self.worth = Worth.of(self.base)
        self.first_day = _first_day(self.members)
        self.periods = before(self.base, self.first_day)
        # What is not firm when things are first told apart can be cancelled then.
        self.members = tuple(
            replace(m, data=replace(m.data, reveal_period=self.periods)) for m in self.members
        )
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
            found, self.base, self.worth, self.policy.objective if best else "expected",
            tail=self.policy.tail.likely, best=best, first_day=self.first_day, seed=self.seed,
        )  # fmt: skip
        crew.engines.append(made.engine)
        return made

    def found(self, crew: Crew, rows: int) -> Found:
        """Return the best commitments, and all that is told of them.

        Ctrl-C keeps the best of those that are valued by then.

        Raises
        ------
        KeyboardInterrupt
            If there are none.
        """
        table, mean, best, is_small = self._asked_alone(crew, rows)
        members, middle = self.members, _middle(self.members)
        own = members if is_small else tuple(_one_a_reveal(members))
        worlds = [*((m, table.singles[members.index(m)]) for m in own),
                  (replace(middle, name=MEAN, data=mean.data), mean)]  # fmt: skip
        joined, is_whole = None, True
        self.tell("plans of single scenarios", 0.3)
        try:
            self._try_own(crew, table, worlds, is_small=is_small)
            joined = self._joined(crew, table, best) if is_small else None
        except KeyboardInterrupt:
            interrupts.taken()
            crew.stop()
            is_whole = False
        name = self._taken(table, best, is_whole=is_whole) if joined is None else CHOSEN
        others = [table.stages[m.name] for m in own if m.name in table.stages]
        told, rigid = bare_items(table, others), None
        can_cancel: tuple[BetRight, ...] = ()
        try:
            if is_whole:
                self.tell("how long decisions can wait", 0.85)
                can_cancel = rights(table, members)
                rigid = self._rigid(table, best) if joined is None else joined.rigid
                told = items(table, members, others, mean, self.tolerance)
        except KeyboardInterrupt:
            interrupts.taken()
            crew.stop()
            is_whole = False
        bet = self._bet(table, best, joined, is_small=is_small)
        if not is_whole:
            self.tell(STOPPED.format(name=name, gap=_gap(bet)), 0.9)
        notes = _notes(is_small=is_small, name=name, cut=table.cut, gap=None if is_whole else
                       _gap(bet))  # fmt: skip
        if name == VERIFIED:
            notes = (*self._passed_over(table), *notes)
        bet = replace(bet, items=told, rights=can_cancel, rigid=rigid, notes=notes)
        return Found(bet, table.stages[CHOSEN], self.base, is_whole=is_whole)

    def _asked_alone(self, crew: Crew, rows: int) -> tuple[Table, Single, list[float], bool]:
        """Return the scenarios on engines of their own, the mean world, and the best of each.

        Last, whether all of them together are small enough for one model.
        """
        found = self.members
        probe = self.single(crew, self.base, whole=True)
        is_small = len(probe.engine.row_lower) * (len(found) + 1) <= rows
        if not is_small:
            probe.in_parts()
        waiting, singles = [crew.ask(probe.best)], []
        for n, m in enumerate(found):
            # While one model is built, those before it are solved.
            self.tell(f"{m.name} in full knowledge", 0.3 * n / len(found))
            singles.append(self.single(crew, m.data, whole=is_small))
            waiting.append(crew.ask(singles[-1].best))
        world = replace(_middle(found).data, compute_weight=self.base.compute_weight)
        mean = self.single(crew, world, whole=is_small)
        waiting.append(crew.ask(mean.best))
        best = _known(found, [f.result() for f in waiting][1:-1])
        return Table(crew, singles, probe, {}, {}, {}), mean, best, is_small

    def _taken(self, table: Table, best: Sequence[float], *, is_whole: bool) -> str:
        """Make the best commitments tried the chosen ones, and return whose they were."""
        try:
            slack = PROVEN * self.tolerance
            name = best_of(self.members, table, self.policy, best, VERIFIED, slack)
        except LimitError:
            if is_whole:
                raise
            raise KeyboardInterrupt from None  # stopped before any could be kept everywhere
        if name != CHOSEN:
            table.take(name)
        return name

    def _passed_over(self, table: Table) -> tuple[str, ...]:
        """Return what other commitments are worth more in the mean than those that were proven."""
        means = {
            name: mean for name, worth in table.worth.items()
            if table.promised[name] and (mean := mean_worth(self.members, worth)) is not None
        }  # fmt: skip
        rival = max(means, key=lambda name: means[name])
        more = means[rival] - means[VERIFIED]
        if more <= TINY:
            return ()
        said = PASSED_OVER.format(name=rival, more=more, unit=self.worth.unit)
        return (said,)

    def _bet(
        self,
        table: Table,
        best: Sequence[float],
        joined: Joined | None,
        *,
        is_small: bool,
    ) -> Bet:
        """Return what the chosen commitments are worth, and what they are held against."""
        reached, timeline = table.worth[CHOSEN], self.base.timeline
        values = joined or Joined(
            mean_worth(self.members, reached), self._expected_value(table), None, None
        )  # fmt: skip
        return Bet(
            objective=self.policy.objective,
            unit=self.worth.unit,
            revealed=date_of(timeline, min(self.first_day, float(timeline.end_day[-1]))),
            scenarios=tuple(
                BetScenario(m.name, m.arrival, m.future, m.probability,
                            min(m.revealed_day, m.known_day), w, v)
                for m, w, v in zip(self.members, _at_least(best, table), reached, strict=True)
            ),
            plans=tuple(
                BetPlan(n, table.worth[n], table.promised[n])
                for n in (CHOSEN, *(n for n in table.stages if n != CHOSEN))
            ),
            items=(),
            recourse=values.recourse or 0.0,
            expected_value=values.expected_value,
            method="equivalent" if is_small else "candidates",
            bound=values.bound,
        )  # fmt: skip

    def _rigid(self, table: Table, best: Sequence[float]) -> float | None:
        """Return the mean worth of the best commitments tried if nothing could be cancelled.

        They are asked from the best with that right on, until none of the rest can be better.
        """
        if not table.cancellable:
            return None
        left = {name: worth for name, worth in table.worth.items() if name != CHOSEN}
        found: dict[str, tuple[float | None, ...]] = {}
        while True:
            tried = replace(table, worth={**found, **left})
            try:
                name = best_of(self.members, tried, self.policy, best)
            except LimitError:
                return None
            if name not in left:
                return mean_worth(self.members, found[name])
            found[name] = table.rigid(name)
            left.pop(name)

    def _try_own(
        self, crew: Crew, table: Table, worlds: Sequence[tuple[Member, Single]], *,
        is_small: bool,
    ) -> None:  # fmt: skip
        """Try the first decisions of each world's own plan, and those at the confidence."""
        if is_small:
            for n, (world, _) in enumerate(worlds):
                self.tell(f"plan of {world.name}", 0.3 + 0.4 * n / len(worlds))
                alone = self.joint(crew, [replace(world, probability=1.0)], ())
                alone.may_cancel(allowed=False)
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
        if self.plan is not None:
            table.add_cut(VERIFIED, planned(self.plan, self.base, self.periods))
        if table.cancellable:
            self._try_open(crew, table, [w for w in worlds if w[0].name != MEAN])

    def _try_open(self, crew: Crew, table: Table, worlds: Sequence[tuple[Member, Single]]) -> None:
        """Try plans that order no more than all do of what is firm by the reveal.

        No plan that knows what comes would pay for a right to cancel, so that none of those tried
        before shows what it is worth.
        """
        common = table.firm_in_common()
        asked = [partial(s.own_stage, self.tolerance, common) for _, s in worlds]
        for (world, _), stage in zip(worlds, crew.all_of(asked), strict=True):
            if stage is not None and any(stage[k] > TINY for k in table.cancellable if k in stage):
                name = OPEN.format(name=world.name)
                self.tell(f"plan of {name} in every scenario", 0.83)
                table.add_cut(name, stage)

    def _joined(self, crew: Crew, table: Table, best: Sequence[float]) -> Joined | None:
        """Return what one model of all scenarios finds; None where it finds nothing.

        Raises
        ------
        KeyboardInterrupt
            If a signal ended it; what it had found by then is in the table.
        """
        self.tell("all scenarios as one", 0.7)
        joint = self.joint(crew, self.members, best)
        solved = joint.solve(gap=GAP, nodes=NODES)
        if solved.values is None:
            _go_on(joint)
            return None
        first = chosen(joint.decisions[-1], solved.values, self.periods)
        if joint.engine.was_interrupted:
            table.know(CHOSEN, first, joint.worths(solved.values))
        _go_on(joint)
        cheap = joint.cheapest(solved.values, self.tolerance)
        _go_on(joint)
        table.add(CHOSEN, chosen(joint.decisions[-1], cheap, self.periods))
        recourse = mean_worth(self.members, tuple(joint.worths(solved.values)))
        is_mean = self.policy.objective == "expected"
        if not is_mean:
            # Only what it is held to is pushed there; of the rest say what can be had.
            recourse = _in_joint(joint, first) or recourse
        expected_value = _in_joint(joint, table.stages.get(MEAN))
        bound = solved.bound if is_mean else None
        return Joined(recourse, expected_value, bound, self._joined_rigid(joint))

    def _joined_rigid(self, joint: Joint) -> float | None:
        """Return the mean worth of the best commitments if nothing could be cancelled."""
        if not joint.cancelled:
            return None
        joint.may_cancel(allowed=False)
        solved = joint.solve(gap=GAP, nodes=NODES)
        _go_on(joint)
        if solved.values is None:
            return None
        if self.policy.objective == "expected":
            return mean_worth(self.members, tuple(joint.worths(solved.values)))
        return _in_joint(joint, chosen(joint.decisions[-1], solved.values, self.periods))

    def _expected_value(self, table: Table) -> float | None:
        if not table.promised.get(MEAN, False):
            return None
        return mean_worth(self.members, table.worth[MEAN])


def _notes(*, is_small: bool, name: str, cut: Sequence[str], gap: float | None) -> tuple[str, ...]:
    made = () if name == CHOSEN else (f"The commitments are those of {name}.",)
    if gap is not None:
        made = (f"{STOPPED[0].upper()}{STOPPED[1:].format(name=name, gap=gap)}.", *made)
    if cut:
        made = (*made, CUT.format(names=", ".join(cut)))
    return made if is_small else (*made, IN_PARTS)


def _gap(bet: Bet) -> float:
    """Return how far the commitments are from full knowledge at most [%]."""
    return 100.0 * max(0.0, bet.information) / max(abs(bet.wait_and_see), TINY)


def _at_least(best: Sequence[float], table: Table) -> list[float]:
    """Return the best of each scenario; whoever knows it can do what others do in it, too.

    Crews that halls begun before the reveal strain are not strained where the best is sought.
    """
    tried = zip(*table.worth.values(), strict=True)
    return [max(w, *(v for v in row if v is not None), w)
            for w, row in zip(best, tried, strict=True)]  # fmt: skip


def _go_on(joint: Joint) -> None:
    """Stop where a signal ended the last solve."""
    if joint.engine.was_interrupted:
        raise KeyboardInterrupt


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


def _stage_of(joint: Joint, tolerance: float, periods: int) -> Stage | None:
    """Return the first decisions of a world that can be promised at confidence too."""
    solved = joint.solve(gap=GAP, nodes=NODES)
    _go_on(joint)
    if solved.values is None:
        return None
    cheap = joint.cheapest(solved.values, tolerance)
    _go_on(joint)
    return chosen(joint.decisions[-1], cheap, periods)


def _in_joint(joint: Joint, stage: Stage | None) -> float | None:
    """Return the mean worth of commitments where later reveals are respected too."""
    if stage is None:
        return None
    joint.held.hold(stage)
    joint.sought, kept = "expected", joint.sought
    found = joint.solve(gap=GAP, nodes=NODES)
    joint.sought = kept
    joint.held.free()
    _go_on(joint)
    if found.values is None:
        return None
    return mean_worth(joint.members, tuple(joint.worths(found.values)))
