"""The order of the stages and the loop that verifies a plan, written once.

simulate candidates -> readiness -> solve -> sequence -> simulate the whole plan on fresh futures
-> hold its promises against them -> correct and solve again, until they hold. A bet is placed by
the dates corrected by then, and what it commits to is planned and verified in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from planner import interrupts, optimise, simulate
from planner.domain.pin import pinned
from planner.domain.plan import INTERRUPTED
from planner.domain.result import Result
from planner.errors import InfeasibleError, StoppedError
from planner.network import build_tables, compile_network, existing_plan
from planner.study.ask import Ask
from planner.study.bet import checked, placed, solved, stands
from planner.study.correct import Corrections, corrected, rebased, unrebased
from planner.study.pins import costs_of_pins
from planner.study.places import settled_in
from planner.study.reported import as_reported, progress_warnings
from planner.study.sequence import sequenced
from planner.study.trials import ready, ready_again
from planner.study.verify import verify

if TYPE_CHECKING:
    from planner.domain.explanation import PinCost
    from planner.domain.pin import Pins
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Outcome, Progress, Readiness, TerminalAnswer, Verification
    from planner.network import Network, Tables
    from planner.study.basis import Basis
    from planner.study.bet import Placed
    from planner.study.trials import Tried

NO_BET_YET = "warning[bet]: interrupted before a bet was placed; this plan places none"
NO_BET = (
    "warning[bet]: by the dates that verification corrected no plan keeps the commitments of the "
    "bet; this plan places none"
)


def run(
    portfolio: Portfolio, ask: Ask, progress: Progress, *, pins: Pins | None = None,
    tried: Tried | None = None,
) -> Result:  # fmt: skip
    """Return the best plan found and what fresh simulation says of its promises.

    Parameters
    ----------
    pins
        Decisions pinned beside those of the policy, such as the pinned lines of a plan.
    tried
        Readiness of its options, where it is known; tried here where not.

    Raises
    ------
    InfeasibleError
        If no plan can satisfy the hard rules.
    LimitError
        If a limit came before any plan.
    """
    portfolio = pinned(portfolio, pins)
    tables = build_tables(portfolio)
    first = tried or ready(portfolio, ask, tables, progress, ask.threads)
    loop = _Loop(portfolio, ask, tables, progress, first)
    best = loop.until_verified()
    if portfolio.spec.policy.bet is not None:
        best = _with_bet(loop, first, best)
    best = replace(best, rounds=loop.number, pins=pins)
    try:
        best = replace(best, terminal=_terminal(best, ask, progress))
        return replace(best, pin_costs=_pin_costs(best, ask, progress))
    except KeyboardInterrupt:
        interrupts.taken()  # the plan is done, and is kept
        return interrupted(best)


@dataclass
class _Loop:
    """Rounds of solve and verify, and what they have learned so far.

    Parameters
    ----------
    tried
        Readiness of the options, tried again as a plan crowds them.
    number
        Rounds done.
    """

    portfolio: Portfolio
    ask: Ask
    tables: Tables
    progress: Progress
    tried: Tried
    corrections: Corrections = field(default_factory=Corrections)
    plan: Plan | None = None
    number: int = 0
    lesson: Result | None = None
    """Of the last round, where nothing was learned from it yet."""

    def until_verified(self, bet: Placed | None = None) -> Result:
        """Return the best of the rounds until a plan is verified, or as many as are asked for.

        With a bet the plan keeps its commitments. What one loop has learned the next one knows.
        """
        best: Result | None = None
        last = self.number + self.ask.rounds
        while best is None or not (best.verification.is_verified or self.number == last):
            try:
                result = self._round(bet)
            except (KeyboardInterrupt, StoppedError):
                # A round before this one has a plan: it is kept, and the run says what ended it.
                if best is None:
                    raise
                interrupts.taken()
                return interrupted(best)
            except InfeasibleError:
                if best is None or bet is None:
                    raise
                stands(bet, self.number + 1)
                return best
            self.number += 1
            best = _better(best, result)
            if _is_interrupted(result) or (bet is not None and not bet.is_whole):
                return interrupted(best)
            self.lesson = None if result.verification.is_verified else result
        return best

    def _round(self, bet: Placed | None) -> Result:
        self.learn()
        ask = self.ask
        self.plan = solved(
            self.portfolio, self.tried.readiness, bet,
            corrections=self.corrections.days, seed=ask.seed, progress=self.progress,
            begin=self.plan,
            limits=optimise.Limits(time_s=ask.time_limit_s, threads=ask.solver_threads),
        )  # fmt: skip
        result = prove(
            self.portfolio, self.plan, self.tried.readiness, ask, self.tables, self.number + 1,
            self.progress,
        )  # fmt: skip
        return replace(result, corrections=dict(self.corrections.days))

    def learn(self) -> None:
        """Correct the dates of a plan that was not verified, and try options as it crowds them."""
        if self.lesson is None:
            return
        again = ready_again(
            self.portfolio, self.tried, self.lesson.plan, self.ask, self.tables, self.progress,
            self.ask.threads,
        )  # fmt: skip
        moved = corrected(self.corrections, self.lesson)
        self.corrections = rebased(moved, self.tried.readiness, again.readiness)
        self.tried, self.lesson = again, None


def _with_bet(loop: _Loop, first: Tried, best: Result) -> Result:
    """Return the best plan that keeps a bet; the one without, and why, where none was come to.

    The bet is placed by dates as verification corrected them: by dates that do not hold it would
    commit to halls that no verified plan has a use for.
    """
    if _is_interrupted(best):
        return with_warnings(best, (NO_BET_YET,))
    proven = best.plan if best.verification.is_verified else None
    try:
        loop.learn()
        days = unrebased(loop.corrections, first.readiness, loop.tried.readiness).days
        bet = placed(loop.portfolio, first, days, proven, loop.ask, loop.tables, loop.progress)
        return checked(loop.until_verified(bet), bet)
    except (KeyboardInterrupt, StoppedError):
        interrupts.taken()
        return with_warnings(interrupted(best), (NO_BET_YET,))
    except InfeasibleError:
        return with_warnings(best, (NO_BET,))


def _is_interrupted(result: Result) -> bool:
    status = result.plan.status
    return status is not None and status.is_interrupted


def uninterrupted(result: Result) -> Result:
    """Return a result that no signal cut short, for what is made of several results.

    Raises
    ------
    KeyboardInterrupt
        If one did.
    """
    if _is_interrupted(result):
        raise KeyboardInterrupt
    return result


def interrupted(result: Result) -> Result:
    """Return a result that says that a signal ended the rounds."""
    status = result.plan.status
    if status is None:
        return result
    status = replace(status, is_reproducible=False, stopped=INTERRUPTED)
    return replace(result, plan=result.plan.replace(status=status))


def _terminal(best: Result, ask: Ask, progress: Progress) -> tuple[TerminalAnswer, ...]:
    """Return the answers at none and twice of the terminal value, where no clock runs."""
    if ask.time_limit_s is not None or _is_interrupted(best):
        return ()
    progress("terminal value", 0.0)
    return optimise.terminal_answers(
        best.portfolio, best.readiness, best.plan, corrections=best.corrections, seed=ask.seed
    )


def _pin_costs(best: Result, ask: Ask, progress: Progress) -> tuple[PinCost, ...]:
    """Return what each pin costs; with a time limit, those that are found within another."""
    if best.portfolio.spec.policy.pinned.is_empty or _is_interrupted(best):
        return ()
    progress("what pins cost", 0.0)
    return costs_of_pins(
        best.portfolio, best.readiness, best.plan, best.corrections, seed=ask.seed,
        time_s=ask.time_limit_s,
    )  # fmt: skip


def prove(
    portfolio: Portfolio,
    plan: Plan,
    readiness: tuple[Readiness, ...],
    ask: Ask,
    tables: Tables,
    number: int,
    progress: Progress,
) -> Result:
    """Sequence a plan, simulate it whole on fresh futures, and hold its promises against them."""
    seed = ask.verification_seed(number)
    plan = sequenced(portfolio, plan, ask, tables)
    network = compile_network(portfolio, plan, tables=tables)
    outcome, verification = _held(portfolio, plan, network, ask, tables, number, seed, progress)
    return Result(
        portfolio, plan, outcome, verification, readiness, ask.seed, number,
        warnings=progress_warnings(portfolio, network),
    )  # fmt: skip


def _held(
    portfolio: Portfolio, plan: Plan, network: Network, ask: Ask, tables: Tables, number: int,
    seed: int, progress: Progress,
) -> tuple[Outcome, Verification]:  # fmt: skip
    """Return the futures of a plan on a seed, and its promises held against them."""
    outcome = simulate.run(
        network, seed=seed, samples=ask.samples, progress=progress, workers=ask.workers, looks=True,
        method=ask.method, until_error_day=ask.until_error_day,
    )  # fmt: skip
    outcome = as_reported(portfolio, network, tables, outcome)
    outcome = settled_in(portfolio, plan, network, outcome)
    return outcome, verify(portfolio, plan, network, outcome, number)


def simulate_plan(portfolio: Portfolio, plan: Plan | None, ask: Ask, progress: Progress) -> Result:
    """Return what a given plan would do; what stands and is under way where none is given."""
    tables = build_tables(portfolio)
    chosen = plan or existing_plan(portfolio, tables)
    return prove(portfolio, chosen, (), ask, tables, 1, progress)


def proved_again(
    portfolio: Portfolio,
    plan: Plan,
    basis: Basis,
    *,
    seed: int,
    samples: int,
    run_seed: int,
    number: int,
    rounds: int,
    progress: Progress,
) -> Result:
    """Return the result of a finished run, simulated again and not solved again.

    Parameters
    ----------
    seed, samples
        Of its verification: the same give the same futures.
    run_seed
        Seed that the run was given.
    number, rounds
        Round the plan is from, of how many.
    """
    ask = Ask(run_seed, samples)
    tables = build_tables(portfolio)
    network = compile_network(portfolio, plan, tables=tables)
    outcome, verification = _held(portfolio, plan, network, ask, tables, number, seed, progress)
    return Result(
        portfolio, plan, outcome, verification, basis.readiness, run_seed, rounds,
        corrections=basis.corrections, terminal=basis.terminal, bet=basis.bet,
        pin_costs=basis.pin_costs,
    )  # fmt: skip


def with_warnings(result: Result, warnings: tuple[str, ...]) -> Result:
    """Return the result with warnings that its reader should see."""
    return replace(result, warnings=(*result.warnings, *warnings))


def _better(best: Result | None, other: Result) -> Result:
    """Return the result of more promises kept; of the higher joint probability between equals."""
    if best is None:
        return other
    return max(best, other, key=_merit)


def _merit(result: Result) -> tuple[int, float]:
    verification = result.verification
    broken = sum(not verdict.is_kept for verdict in verification.verdicts)
    return -broken, verification.joint
