"""Readiness of options on First Light: one compile and one draw a candidate change nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner import specs
from planner.domain.plan import Start
from planner.network import build_tables, existing_plan, trial_network
from planner.simulate import readiness, run
from planner.study.ask import Ask
from planner.study.trials import Tried, ready, ready_again

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

ASK = Ask(seed=5, samples=8, trial_samples=8)


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    """Return First Light."""
    return specs.load(specs.shipped_folder() / "scenarios" / "first-light.yaml")


@pytest.fixture(scope="module")
def tried(portfolio: Portfolio) -> Tried:
    """Return its options as tried by one thread."""
    return ready(portfolio, ASK, build_tables(portfolio), _silent, workers=1)


def _silent(_stage: str, _share: float) -> None:
    pass


def _bytes(option: Readiness) -> tuple[object, ...]:
    values = (getattr(option, field.name) for field in dataclasses.fields(option))
    return tuple(v.tobytes() if isinstance(v, np.ndarray) else v for v in values)


def test_every_option_is_what_its_own_trial_says(portfolio: Portfolio, tried: Tried) -> None:
    """Each equals, to the last bit, the option compiled, drawn and simulated on its own."""
    tables = build_tables(portfolio)
    options = [r for r in tried.readiness if r.period >= 0]
    assert len(options) == len(tried.halls) == 4 * len(portfolio.periods)
    for option in options[::5]:
        candidate, period = option.candidate, option.period
        halls = tried.halls[candidate, period]
        network = trial_network(portfolio, candidate, period, halls, tables)
        outcome = run(network, seed=ASK.seed, samples=ASK.trial_samples)
        alone = readiness(portfolio, candidate, period, network, outcome)
        assert _bytes(option) == _bytes(alone)


def test_any_number_of_workers(portfolio: Portfolio, tried: Tried) -> None:
    """Two threads give the same bytes in the same order as one."""
    other = ready(portfolio, ASK, build_tables(portfolio), _silent, workers=2)
    assert [*map(_bytes, other.readiness)] == [*map(_bytes, tried.readiness)]


def test_later_rounds_try_the_concurrency_of_the_plan(portfolio: Portfolio, tried: Tried) -> None:
    """Two halls of a site started in a period, where one was tried: its options there again."""
    tables = build_tables(portfolio)
    # At most two halls a period can be started, so trials of the first round had one.
    assert set(tried.halls.values()) == {1}
    tent = next(c for c, _ in tried.halls if c.mode == "tent" and c.calendar == "standard")
    other = next(c for c, _ in tried.halls if c.mode == "concrete" and c.calendar == "standard")
    begin = portfolio.periods[3].start
    starts = (Start(tent, 1, begin), Start(other, 2, begin + dt.timedelta(days=40)))
    plan = existing_plan(portfolio, tables).replace(starts=starts)
    again = ready_again(portfolio, tried, plan, ASK, tables, _silent)
    assert {option for option, halls in again.halls.items() if halls == 2} == {
        option for option in tried.halls if option[1] == 3
    }
    for old, new in zip(tried.readiness, again.readiness, strict=True):
        assert (old is new) == (new.period != 3)
    network = trial_network(portfolio, tent, 3, 2, tables)
    outcome = run(network, seed=ASK.seed, samples=ASK.trial_samples)
    expected = readiness(portfolio, tent, 3, network, outcome)
    found = next(r for r in again.readiness if (r.candidate, r.period) == (tent, 3))
    assert _bytes(found) == _bytes(expected)


def test_a_plan_that_starts_as_many_changes_nothing(portfolio: Portfolio, tried: Tried) -> None:
    """One hall in a period, of which one was tried, and none elsewhere: no trial is run again."""
    tables = build_tables(portfolio)
    tent = next(candidate for candidate, _ in tried.halls)
    starts = (Start(tent, 1, portfolio.periods[3].start),)
    plan = existing_plan(portfolio, tables).replace(starts=starts)
    again = ready_again(portfolio, tried, plan, ASK, tables, _silent)
    assert all(old is new for old, new in zip(tried.readiness, again.readiness, strict=True))
