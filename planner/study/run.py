"""The order of the stages and the loop that verifies a plan, written once.

simulate candidates -> readiness -> solve -> sequence -> simulate the whole plan on fresh futures
-> hold its promises against them -> correct and solve again, until they hold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner import interrupts, optimise, simulate
from planner.domain.pin import pinned
from planner.domain.plan import INTERRUPTED
from planner.domain.result import Result
from planner.errors import InfeasibleError, StoppedError
from planner.network import build_tables, compile_network, existing_plan
from planner.study.ask import Ask
from planner.study.bet import checked, placed, solved, stands
from planner.study.correct import Corrections, corrected, rebased
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
    from planner.study.trials import Tried


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
    tried = tried or ready(portfolio, ask, tables, progress, ask.threads)
    bet = placed(portfolio, tried, ask, tables, progress)
    corrections = Corrections()
    best: Result | None = None
    plan: Plan | None = None
    for number in range(1, ask.rounds + 1):
        try:
            plan = solved(
                portfolio, tried.readiness, bet,
                corrections=corrections.days, seed=ask.seed, progress=progress,
                begin=plan,
                limits=optimise.Limits(time_s=ask.time_limit_s, threads=ask.solver_threads),
            )  # fmt: skip
            result = replace(
                prove(portfolio, plan, tried.readiness, ask, tables, number, progress),
                corrections=dict(corrections.days),
            )
        except (KeyboardInterrupt, StoppedError):
            # A round before this one has a plan: it is kept, and the run says what ended it.
            if best is None:
                raise
            interrupts.taken()
            best, number = interrupted(best), number - 1
            break
        except InfeasibleError:
            if best is None or bet is None:
                raise
            stands(bet, number)
            number -= 1
            break
        best = _better(best, result)
        if _is_interrupted(result) or (bet is not None and not bet.is_whole):
            best = interrupted(best)
            break
        if result.verification.is_verified or number == ask.rounds:
            break
        again = ready_again(portfolio, tried, plan, ask, tables, progress, ask.threads)
        corrections = rebased(corrected(corrections, result), tried.readiness, again.readiness)
        tried = again
    assert best is not None
    best = replace(checked(best, bet), rounds=number, pins=pins)
    try:
        best = replace(best, terminal=_terminal(best, ask, progress))
        return replace(best, pin_costs=_pin_costs(best, ask, progress))
    except KeyboardInterrupt:
        interrupts.taken()  # the plan is done, and is kept
        return interrupted(best)


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
