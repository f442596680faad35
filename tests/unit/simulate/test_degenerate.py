"""Degenerate networks end in an answer or a clear error, in every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.simulate import fast, reference, run
from planner.simulate.sampling import Sampler
from tests.networks import DAY, Job, certain_draws, network

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times

    Engine = Callable[[Network, Draws], Times]

MANY = 5000


def dispatched(made: Network, draws: Draws) -> Times:
    return fast.simulate_packed(fast.prepare(made, dispatch=True), draws)


@pytest.fixture(
    params=[reference.simulate, fast.simulate, dispatched], ids=["reference", "fast", "dispatched"]
)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param  # type: ignore[no-any-return]


def finishes(engine: Engine, made: Network) -> list[int]:
    found: list[int] = engine(made, certain_draws(made)).finish_min[0].tolist()
    return found


def test_one_milestone(engine: Engine) -> None:
    """A single milestone happens at once."""
    assert finishes(engine, network([Job("m")])) == [0]


def test_no_activity(engine: Engine) -> None:
    """A network without activities has no dates."""
    assert finishes(engine, network([])) == []


def test_everything_is_zero(engine: Engine) -> None:
    """Work, lags and gates of nothing, in a chain that needs crews: all at minute 0."""
    jobs = [
        Job(f"a{i}", 0, ((f"a{i - 1}", "FS", 0),) if i else (), needs={"el": 1}, gates=("g",))
        for i in range(20)
    ]
    assert finishes(engine, network(jobs, crews={"el": 1}, gates={"g": (0, 0)})) == [0] * 20


def test_a_table_of_no_days(engine: Engine) -> None:
    """Without a day to work on only what takes no time happens."""
    assert finishes(engine, network([Job("m"), Job("a", 1)], days=0)) == [0, NEVER]


def test_a_calendar_without_work(engine: Engine) -> None:
    """On a calendar without a working minute work is never done, and that is a date."""
    made = network([Job("m"), Job("a", 1)])
    idle = np.zeros_like(made.day_type)
    assert finishes(engine, network([Job("m"), Job("a", 1)], day_type=idle)) == [0, NEVER]


def test_many_in_a_chain(engine: Engine) -> None:
    """Five thousand one after another, a minute each."""
    jobs = [Job(f"a{i}", 1, ((f"a{i - 1}", "FS", 0),) if i else ()) for i in range(MANY)]
    assert finishes(engine, network(jobs)) == list(range(1, MANY + 1))


def test_many_abreast(engine: Engine) -> None:
    """Five thousand beside each other, at once where no crew is needed."""
    assert finishes(engine, network([Job(f"a{i}", 7) for i in range(MANY)])) == [7] * MANY


def test_many_abreast_for_one_crew(engine: Engine) -> None:
    """A thousand that want one crew go one after another, in order of rank."""
    jobs = [Job(f"a{i}", 1, needs={"el": 1}) for i in range(1000)]
    assert finishes(engine, network(jobs, crews={"el": 1})) == list(range(1, 1001))


def test_many_finishes_that_hold_each_other(engine: Engine) -> None:
    """A thousand finishes, each held by the one before."""
    jobs = [Job(f"a{i}", 5, ((f"a{i - 1}", "FF", 1),) if i else ()) for i in range(1000)]
    assert finishes(engine, network(jobs)) == [5 + i for i in range(1000)]


def test_a_crew_nobody_has(engine: Engine) -> None:
    """A need of which there is nothing is refused by name, not waited for."""
    with pytest.raises(EngineError, match=r"more crews needed than there are: a \(1 of el"):
        finishes(engine, network([Job("a", 1, needs={"el": 1})], crews={"el": 0}))


def test_a_crew_nobody_wants(engine: Engine) -> None:
    """A trade without work, and one of which there are a great many, change nothing."""
    made = network([Job("a", 3, needs={"el": 1})], crews={"el": 2**40, "pf": 0})
    assert finishes(engine, made) == [3]


def test_crews_that_fill_a_word(engine: Engine) -> None:
    """Trades of a great many crews that nonetheless run short, more than one word holds."""
    most = 2**40
    jobs = [Job(f"a{i}", 2, needs={"el": most, "pf": most, "crane": 1}) for i in range(3)]
    made = network(jobs, crews={"el": 2 * most, "pf": 2 * most, "crane": 3})
    assert finishes(engine, made) == [2, 2, 4]


def test_an_empty_network_runs_to_an_outcome() -> None:
    """The whole run, summaries included, of nothing."""
    assert run(network([]), seed=1, samples=3).finish_min.shape == (3, 0)


def test_one_sample_is_enough() -> None:
    """A run of a single future, stratified over one stratum."""
    made = network([Job("a", (DAY, 2 * DAY, 4 * DAY))])
    draws = Sampler(made, seed=1, samples=1).draw(0, 1)
    assert DAY <= draws.work_min[0, 0] <= 4 * DAY
