"""A bet whose GPUs leave no room: what conflicts is nobody's question, and halls alone are held."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.domain.bet import Bet
from planner.domain.pin import PinnedHalls, PinnedPurchase, Pins
from planner.domain.result import Verification
from planner.errors import InfeasibleError
from planner.study.ask import Ask
from planner.study.bet import Placed, solved
from planner.study.run import run
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

MANY = PinnedPurchase(
    sku="H100", site="north", gpus=640_000, rule="at_least", until=dt.date(2026, 3, 31)
)
ONE = PinnedHalls(site="north", group="sheds", mode="shed", halls=1, rule="exactly")


def asked(pins: Pins) -> tuple[Placed, list[str], Portfolio]:
    bet = Bet("expected", "H100e/researcher", dt.date(2026, 7, 1), (), (), (), 1.0, None, "x")
    return Placed(bet, pins), [], tiny({"policy": {"bet": {"objective": "expected"}}})


def test_gpus_that_leave_no_room_are_let_go_without_asking_why() -> None:
    """640,000 GPUs of 100,000 by March: the hall stays pinned, and the note says so."""
    bet, told, portfolio = asked(Pins(purchases={"many": MANY}, halls={"one": ONE}))
    plan = solved(
        portfolio, ready(portfolio), bet, corrections={}, limits=optimise.Limits(), seed=1,
        progress=lambda stage, _: told.append(stage),
    )  # fmt: skip
    assert len(plan.starts) == 1
    assert len(bet.bet.notes) == 1
    assert not [stage for stage in told if stage.startswith("least changes")]


def test_halls_that_find_no_room_in_their_period_are_started_before_the_reveal() -> None:
    """Two halls in a quarter that takes one start: as many are started by the end of the next."""
    first = ONE.model_copy(update={"halls": 2, "until": dt.date(2026, 3, 31)})
    next_ = ONE.model_copy(update={
        "halls": 0, "since": dt.date(2026, 4, 1), "until": dt.date(2026, 6, 30),
    })  # fmt: skip
    bet, _, _ = asked(Pins(halls={"first": first, "next": next_}))
    portfolio = tiny(site={"groups": {"sheds": {"starts_per_period": 1}}})
    plan = solved(
        portfolio, ready(portfolio), bet, corrections={}, limits=optimise.Limits(), seed=1,
        progress=lambda *_: None,
    )  # fmt: skip
    early = [s for s in plan.starts if s.release < dt.date(2026, 7, 1)]
    assert len(early) == 2
    assert len({s.release for s in early}) == 2
    assert "before the reveal" in bet.bet.notes[-1]


def test_what_conflicts_with_halls_alone_is_told() -> None:
    """Five halls where there is room for two: nothing is left to let go."""
    five = ONE.model_copy(update={"halls": 5})
    bet, _, portfolio = asked(Pins(halls={"five": five}))
    with pytest.raises(InfeasibleError) as error:
        solved(
            portfolio, ready(portfolio), bet, corrections={}, limits=optimise.Limits(), seed=1,
            progress=lambda *_: None,
        )  # fmt: skip
    assert error.value.conflict


@pytest.mark.slow
def test_a_round_without_a_plan_keeps_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Corrected dates want more crews than there are: commitments stand, and the bet says so."""
    bet, told, portfolio = asked(Pins(halls={"one": ONE}))

    def kept_once(a: Portfolio, b: Any, placed: Placed | None, **more: Any) -> Plan:
        if placed is None:
            return solved(a, b, placed, **more)
        if told:
            raise InfeasibleError(())
        told.append("once")
        return solved(a, b, placed, **more)

    module = sys.modules[run.__module__]
    monkeypatch.setattr(module, "placed", lambda *_: bet)
    monkeypatch.setattr(module, "solved", kept_once)
    monkeypatch.setattr(Verification, "is_verified", property(lambda _: False))
    ask = Ask(seed=1, samples=4, trial_samples=4, rounds=3)
    result = run(portfolio, ask, lambda *_: None)
    assert len(result.plan.starts) == 1
    assert result.rounds == 4  # three before the bet is placed
    assert result.bet is not None
    assert "corrected in round 5" in result.bet.notes[-1]


@pytest.mark.slow
def test_where_no_plan_keeps_a_bet_there_is_the_plan_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Commitments that corrected dates leave no room for: the plan places no bet and says so."""
    bet, _, portfolio = asked(Pins(halls={"five": ONE.model_copy(update={"halls": 5})}))
    monkeypatch.setattr(sys.modules[run.__module__], "placed", lambda *_: bet)
    result = run(portfolio, Ask(seed=1, samples=4, trial_samples=4, rounds=2), lambda *_: None)
    assert result.bet is None
    assert any("this plan places none" in text for text in result.warnings)
