"""The bet in the loop: readiness in every future, first commitments, and their proof."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import optimise
from planner.capacity.demand import team_researchers
from planner.capacity.timeline import Timeline
from planner.domain.bet import Bet, BetCheck, BetItem, BetPlan, BetRight, BetScenario
from planner.errors import InfeasibleError
from planner.optimise import scenarios
from planner.study.trials import ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.domain.pin import Pins
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Readiness, Result
    from planner.network import Tables
    from planner.study.ask import Ask
    from planner.study.trials import Tried

TINY = 1e-9


@dataclass
class Placed:
    """A bet and what it pins."""

    bet: Bet
    pins: Pins
    is_whole: bool = True
    """False where a signal ended the weighing up: what follows is one round, and says so."""


GPUS_ANEW = "the plan keeps halls and tranches of these commitments; its GPUs are sought anew"
DATES_ANEW = (
    "by corrected dates no plan starts these halls in their periods; it starts as many of each "
    "before the reveal"
)


def placed(
    portfolio: Portfolio, tried: Tried, corrections: Mapping[str, float], plan: Plan | None,
    ask: Ask, tables: Tables, progress: Progress,
) -> Placed:  # fmt: skip
    """Return what to commit to before the first reveal.

    Parameters
    ----------
    corrections
        Days that verification adds to the dates of `tried`.
    plan
        Of the rounds before, where it was verified.
    """
    own = portfolio.spec.confidence.likely
    readiness: dict[float, tuple[Readiness, ...]] = {own: tried.readiness}
    for level in scenarios.levels(portfolio):
        if level not in readiness:
            slower = scenarios.at_level(portfolio, level)
            readiness[level] = ready(slower, ask, tables, progress, ask.threads).readiness
    found = scenarios.place_bet(
        portfolio, readiness, tried.readiness, corrections=corrections, plan=plan, seed=ask.seed,
        progress=progress, threads=ask.threads,
    )  # fmt: skip
    return Placed(found.bet, scenarios.pins_for(portfolio, found.stage), found.is_whole)


def solved(
    portfolio: Portfolio, readiness: tuple[Readiness, ...], bet: Placed | None, *,
    corrections: Mapping[str, float], limits: optimise.Limits, seed: int, progress: Progress,
    begin: Plan | None = None,
) -> Plan:  # fmt: skip
    """Return the best plan with the bet's commitments, from the halls of the round before.

    Where whole racks and corrected dates leave no room for its GPUs, halls and tranches alone are
    held; where they leave none for halls in their periods, how many start before the reveal is. The
    bet says so.
    """
    solve = partial(
        optimise.solve, portfolio, readiness, corrections=corrections, limits=limits, seed=seed,
        progress=progress, begin=begin,
    )  # fmt: skip
    if bet is None:
        return solve()
    notes: tuple[str, ...] = ()
    while True:
        weaker = scenarios.weaker(bet.pins)
        is_last = weaker == bet.pins
        try:
            plan = solve(pins=bet.pins, explain=is_last and begin is None)
            break
        except InfeasibleError:
            if is_last:
                raise
        notes = (GPUS_ANEW if bet.pins.purchases else DATES_ANEW, *notes)
        bet.pins = weaker
    bet.bet = replace(bet.bet, notes=(*bet.bet.notes, *notes))
    return plan if not portfolio.spec.policy.pinned.is_empty else unmarked(plan)


def stands(bet: Placed, number: int) -> None:
    """Say that a round found no plan with the commitments, so that those before it are kept.

    They were promised by the dates known when they were made. Dates that verification corrects can
    ask more crews of a period than there are, for halls that are begun already.
    """
    note = (
        f"by the dates corrected in round {number} no plan keeps all commitments; the plan is from "
        "a round before, and its verification says what of it holds"
    )
    bet.bet = replace(bet.bet, notes=(*bet.bet.notes, note))


def unmarked(plan: Plan) -> Plan:
    """Return a plan without marks of pins: a bet is no wish of the user's."""
    return plan.replace(
        starts=tuple(replace(s, is_pinned=False) for s in plan.starts),
        purchases=tuple(replace(p, is_pinned=False) for p in plan.purchases),
        reservations=tuple(replace(r, is_pinned=False) for r in plan.reservations),
    )


def checked(result: Result, bet: Placed | None) -> Result:
    """Return the result with its bet held against its own futures, arrival by arrival."""
    if bet is None:
        return result
    portfolio = result.portfolio
    timeline = Timeline.of(portfolio.periods, portfolio.spec.data_date)
    made = []
    for name, weight in scenarios.weights(portfolio).items():
        promised = _worst(portfolio, timeline, weight, _planned(result))
        obtained = _worst(portfolio, timeline, weight, result.verification.compute)
        if promised is None or obtained is None:
            continue
        low, middle = np.quantile(obtained, (0.2, 0.5), method="inverted_cdf")
        held = float((obtained >= promised * (1.0 - TINY)).mean())
        made.append(BetCheck(name, float(promised[0]), float(low), float(middle), held))
    return replace(result, bet=replace(bet.bet, checks=tuple(made)))


def _planned(result: Result) -> dict[str, FloatArray]:
    """Return what the plan gives each consumer, shape (1, T)."""
    made: dict[str, FloatArray] = {}
    for share in result.plan.shares:
        row = made.setdefault(share.consumer, np.zeros((1, len(result.plan.periods))))
        row[0, share.period] += share.h100e
    return made


def _worst(
    portfolio: Portfolio, timeline: Timeline, weight: FloatArray, given: Mapping[str, FloatArray]
) -> FloatArray | None:
    """Return the worst team's compute per researcher in each sample, shape (S,)."""
    found = []
    for name, team in portfolio.spec.teams.items():
        heads = float(weight @ team_researchers(team, timeline)) * team.weight
        if heads > 0 and name in given:
            found.append(given[name] @ weight / heads)
    return np.min(found, axis=0) if found else None


# Kept with a run


def written(bet: Bet) -> dict[str, Any]:
    """Return a bet as plain values."""
    body = asdict(bet)
    body["revealed"] = bet.revealed.isoformat()
    for row in body["items"]:
        day = row["can_wait_until"]
        row["can_wait_until"] = None if day is None else day.isoformat()
    return body


def read(body: Mapping[str, Any] | None) -> Bet | None:
    """Return what `written` wrote."""
    if body is None:
        return None
    items = [
        BetItem(**{**row, "can_wait_until": _date(row["can_wait_until"])}) for row in body["items"]
    ]
    return Bet(**{
        **body,
        "revealed": dt.date.fromisoformat(body["revealed"]),
        "scenarios": tuple(BetScenario(**row) for row in body["scenarios"]),
        "plans": tuple(BetPlan(r["name"], tuple(r["worth"]), r["is_promised"])
                       for r in body["plans"]),
        "items": tuple(items),
        "checks": tuple(BetCheck(**row) for row in body["checks"]),
        "notes": tuple(body["notes"]),
        "rights": tuple(BetRight(**row) for row in body.get("rights", ())),
    })  # fmt: skip


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
