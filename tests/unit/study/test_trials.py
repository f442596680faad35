"""Readiness of options on First Light: one compile and one draw a candidate change nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner import specs
from planner.network import build_tables, trial_network
from planner.simulate import readiness, run
from planner.study.ask import Ask
from planner.study.trials import Tried, ready, ready_again

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

ASK = Ask(seed=5, samples=20, trial_samples=20)


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
    for option in options:
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
