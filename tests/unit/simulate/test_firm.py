"""An order that is not firm slips with the forecast of what it waits for: docs/semantics.md."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import optimise
from planner.network.compile import compile_network
from planner.simulate import fast, reference, run
from planner.simulate.firm import Movable, settled
from tests.networks import DAY, Job, certain_draws, ints, network
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times

    Engine = Callable[[Network, Draws], Times]

ENGINES = {"reference": reference.simulate, "fast": fast.simulate}
D = DAY


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param  # type: ignore[no-any-return]


def ordered(firm: int, *, calendar: str = "24x7", dock: int = 20, **changes: Any) -> Network:
    """Earthworks and a hall of ten days each as planned, and racks that dock on day 20."""
    jobs = [
        Job("earth", 10 * D),
        Job("hall", 10 * D, (("earth", "FS", 0),), calendar=calendar),
        Job("LOT/racks", 2 * D, (("hall", "FS", 0),), gates=("dock/P",)),
    ]
    lots: dict[str, Any] = {"lot": ("LOT",), "lot_block": ints([0]), "lot_service": ints([2]),
            "lot_gate": ints([0])}  # fmt: skip
    firm_min = ints([firm * D if firm >= 0 else -1])
    return network(jobs, gates={"dock/P": (dock * D, 0)}, gate_firm_min=firm_min, **lots, **changes)


def docks(engine: Engine, made: Network, *work_days: float) -> tuple[float, float]:
    """Return the days on which the racks dock and their installation starts, in one future."""
    drawn = certain_draws(made)
    work = ints([[round(days * D) for days in work_days]])
    drawn = dataclasses.replace(drawn, work_min=work)
    draws, times = settled(made, Movable(made), drawn, lambda d: engine(made, d))
    return float(draws.gate_min[0, 0]) / D, float(times.start_min[0, 2]) / D


def test_a_delivery_waits_for_a_hall_that_is_known_to_be_late(engine: Engine) -> None:
    """Earthworks took 14 days: on day 15 the hall, ten days as planned, is expected on day 24."""
    assert docks(engine, ordered(firm=15), 14, 16, 2) == (24.0, 30.0)


def test_what_comes_out_later_changes_nothing(engine: Engine) -> None:
    """The hall really takes 16 days, then 9: firm is firm, and racks wait, or the hall does."""
    assert docks(engine, ordered(firm=15), 14, 9, 2) == (24.0, 24.0)


def test_firm_before_anything_is_known_it_comes_as_ordered(engine: Engine) -> None:
    """On day 5 all goes as planned: the racks come on day 20 and wait ten days."""
    assert docks(engine, ordered(firm=5), 14, 16, 2) == (20.0, 30.0)


def test_firm_at_once_it_comes_as_ordered(engine: Engine) -> None:
    """No terms, no move."""
    assert docks(engine, ordered(firm=-1), 14, 16, 2) == (20.0, 30.0)


def test_work_that_is_overdue_ends_now(engine: Engine) -> None:
    """On day 12 earthworks of ten days are under way: done today, and the hall on day 22."""
    assert docks(engine, ordered(firm=12), 14, 16, 2) == (22.0, 30.0)


def test_a_delivery_never_comes_earlier_than_it_would_have(engine: Engine) -> None:
    """All goes twice as fast as planned: nobody delivers before he can."""
    assert docks(engine, ordered(firm=15), 5, 5, 2) == (20.0, 20.0)


def test_what_has_come_cannot_be_moved(engine: Engine) -> None:
    """Docked on day 10, firm on day 15."""
    assert docks(engine, ordered(firm=15, dock=10), 14, 16, 2) == (10.0, 30.0)


def test_remaining_work_is_on_its_own_calendar(engine: Engine) -> None:
    """From Monday day 14 on 5x8, 30 days of eight hours: six weeks, to the Friday of the sixth."""
    made = ordered(firm=15, calendar="5x8")
    law = dataclasses.replace(made.work, b=np.array([10.0 * D, 30 * 8 * 60, 2.0 * D]))
    made = dataclasses.replace(made, work=law)
    assert docks(engine, made, 14, 10, 2)[0] == 14 + 39 + 17 / 24


def test_two_orders_each_know_what_is_known_when_they_are_firm(engine: Engine) -> None:
    """The first is firm on day 5 and comes on day 20; the second on day 15, and on day 24."""
    jobs = [
        Job("earth", 10 * D), Job("hall", 10 * D, (("earth", "FS", 0),)),
        Job("A/racks", D, (("hall", "FS", 0),), gates=("dock/A",)),
        Job("B/racks", D, (("hall", "FS", 0),), gates=("dock/B",)),
    ]  # fmt: skip
    made = network(
        jobs, gates={"dock/A": (20 * D, 0), "dock/B": (21 * D, 0)},
        gate_firm_min=ints([5 * D, 15 * D]), lot=("A", "B"), lot_block=ints([0, 0]),
        lot_service=ints([2, 3]), lot_gate=ints([0, 1]),
    )  # fmt: skip
    drawn = dataclasses.replace(certain_draws(made), work_min=ints([[14 * D, 16 * D, D, D]]))
    draws, _ = settled(made, Movable(made), drawn, lambda d: engine(made, d))
    assert (draws.gate_min[0] / D).tolist() == [20.0, 24.0]


def test_an_order_that_is_moved_can_keep_a_crew_busy_and_move_another(engine: Engine) -> None:
    """The crew of A's racks, which come two days later, builds the second hall: B learns of it."""
    jobs = [
        Job("earth", 10 * D), Job("one", 10 * D, (("earth", "FS", 0),)),
        Job("A/racks", 10 * D, (("one", "FS", 0),), gates=("dock/A",), needs={"crew": 1}),
        Job("two", 5 * D, (("A/racks", "FS", 0),), needs={"crew": 1}),
        Job("B/racks", D, (("two", "FS", 0),), gates=("dock/B",)),
    ]  # fmt: skip
    made = network(
        jobs, crews={"crew": 1}, gates={"dock/A": (20 * D, 0), "dock/B": (30 * D, 0)},
        gate_firm_min=ints([12 * D, 25 * D]), lot=("A", "B"), lot_block=ints([0, 0]),
        lot_service=ints([2, 4]), lot_gate=ints([0, 1]),
    )  # fmt: skip
    # A: on day 12 earthworks are overdue, the hall is expected on day 22. It is ready on day 21:
    # racks go in from 22 to 32, the second hall is expected, and built, to day 37.
    work = ints([[12.5 * D, 8.5 * D, 10 * D, 5 * D, D]])
    drawn = dataclasses.replace(certain_draws(made), work_min=work)
    draws, times = settled(made, Movable(made), drawn, lambda d: engine(made, d))
    assert (draws.gate_min[0] / D).tolist() == [22.0, 37.0]
    assert times.start_min[0, 4] == 37 * D


@given(
    firm=st.integers(0, 19),
    days=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_both_engines_move_alike_and_only_to_later(firm: int, days: tuple[int, int]) -> None:
    """Docks and starts are the same, none is earlier than drawn, and none waits for nothing."""
    made = ordered(firm)
    one, two = (docks(e, made, *days, 2) for e in ENGINES.values())
    assert one == two
    assert one[0] >= 20.0
    assert one[1] == max(one[0], sum(days))


def test_the_run_says_when_racks_really_dock() -> None:
    """Every future of a run, by either engine: the dates of docks are those moved to."""
    made = ordered(firm=15, block=("B",), block_hall=ints([-1]), block_mw=np.ones(1))
    law = dataclasses.replace(made.work, a=made.work.b - 4.0 * D, c=made.work.b + 12.0 * D,
                              form=np.ones(3, dtype=np.int64))  # fmt: skip
    made = dataclasses.replace(made, work=law)
    fixed = dataclasses.replace(made, gate_firm_min=None)
    dock = [run(made, seed=1, samples=40, engine=e).dock_min for e in ("fast", "reference")]
    assert (dock[0] == dock[1]).all()
    assert (dock[0] >= run(fixed, seed=1, samples=40).dock_min).all()
    assert dock[0].max() > 21 * D
    assert dock[0].min() == 20 * D


def test_terms_of_a_sku_say_when_its_orders_are_firm() -> None:
    """90 days after the order; none where the policy wants an open loop, or nothing is said."""
    sku = {"accelerators": {"H100": {"firm_after": "90 day"}}}
    portfolio = tiny(catalog=sku)
    plan = optimise.solve(portfolio, ready(portfolio))
    made = compile_network(portfolio, plan)
    gate = made.gate_name.index(f"dock/{plan.purchases[0].name}")
    assert made.gate_firm_min is not None
    assert made.gate_firm_min[gate] - made.gate_base_min[gate] == 90 * D
    for other in (tiny({"policy": {"open_loop": True}}, catalog=sku), tiny()):
        assert compile_network(other, plan).gate_firm_min is None
