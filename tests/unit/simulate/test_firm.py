"""An order that is not firm slips with the forecast of what it waits for: docs/semantics.md."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import optimise
from planner.domain.result import NEVER
from planner.network.arrays import Terms
from planner.network.compile import compile_network
from planner.simulate import fast, reference, run
from planner.simulate.firm import Movable, settled
from tests.networks import DAY, Job, Shed, certain_draws, csr, ints, network
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.portfolio import Portfolio
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


def contracted(policy: dict[str, Any] | None = None) -> Portfolio:
    """Halls are firm 60 days after their release, the gear that they wait for 5 after the order."""
    gear = {"title": "Gear", "lead_time": "10 day", "firm_after": "5 day"}
    shed = {"firm_after": "60 day", "activities": {"A1": {"waits_for": ["gear"]}}}
    catalog = {"equipment": {"gear": gear}, "modes": {"shed": shed}}
    return tiny({"policy": policy or {}}, catalog=catalog)


def test_terms_of_a_mode_and_a_class_say_when_halls_and_equipment_are_firm() -> None:
    """Counted from the release and from the order; nothing where the policy wants an open loop."""
    portfolio = contracted()
    plan = optimise.solve(portfolio, ready(portfolio))
    made = compile_network(portfolio, plan)
    assert made.terms is not None
    release = {s.hall: (s.release - made.epoch).days * D for s in plan.starts}
    assert made.terms.hall_firm_min.tolist() == [release[h] + 60 * D for h in made.hall]
    assert set(made.terms.unit_place) == set(made.hall)
    orders = made.unit_order_min[made.terms.unit_firm_min >= 0]
    assert (made.terms.unit_firm_min[made.terms.unit_firm_min >= 0] == orders + 5 * D).all()
    assert len(orders) == len(plan.starts)
    assert compile_network(contracted({"open_loop": True}), plan).terms is None
    assert compile_network(portfolio, plan, with_tranches=False).terms is not None  # gear alone


@pytest.mark.parametrize("which", ["fast", "reference"])
def test_a_plan_that_cancels_a_hall_is_simulated_without_it(which: Any) -> None:
    """On the day of its release: nothing of it starts, in the deterministic pass neither.

    Its gear does not come, whether it was ordered or not; the other hall goes on.
    """
    portfolio = contracted()
    plan = optimise.solve(portfolio, ready(portfolio))
    gone, kept = plan.starts[0], plan.starts[1]
    starts = (dataclasses.replace(gone, cancelled=gone.release), kept)
    orders = tuple(o for o in plan.orders if o.hall == kept.hall)
    changed = plan.replace(starts=starts)
    network = compile_network(portfolio, changed)
    again = compile_network(portfolio, changed.replace(orders=orders))
    assert network.unit_name == again.unit_name
    outcome = run(network, seed=1, samples=3, engine=which)
    of = {s: [a for a, n in enumerate(network.activity) if n.startswith(f"{s.hall}/")]
          for s in (gone, kept)}  # fmt: skip
    assert (outcome.start_min[:, of[gone]] >= NEVER).all()
    assert (outcome.deterministic_start_min[of[gone]] >= NEVER).all()
    assert (outcome.start_min[:, of[kept]] < NEVER).all()


SHELL, FIT, TESTS, EARTH, SUBSTATION = range(5)


def started(
    firm: int = -1, cancel: int = -1, unit_firm: int = -1, arrives: int | None = None
) -> Network:
    """A hall of shell, fit-out and tests of ten, ten and five days, released on day 0.

    Tests wait for power: earthworks of two days and a substation of eighteen, planned for day 20.
    """
    jobs = [
        Job("shell", 10 * D, gates=("hold/shell",)),
        Job("fit", 10 * D, (("shell", "FS", 0),), gates=("hold/fit",),
            waits={} if arrives is None else {"gear": 1}),
        Job("tests", 5 * D, (("fit", "FS", 0), ("substation", "FS", 0)),
            gates=("tranche/grid", "hold/tests")),
        Job("earth", 2 * D),
        Job("substation", 18 * D, (("earth", "FS", 0),)),
    ]  # fmt: skip
    units = [] if arrives is None else [("gear", arrives * D)]
    minutes = [n * D if n >= 0 else -1 for n in (firm, cancel, unit_firm)]
    terms = Terms(
        hold=ints([0, 1, 2, -1, -1]), hall_firm_min=ints(minutes[:1]),
        hall_cancel_min=ints(minutes[1:2]), unit_firm_min=ints(minutes[2:] * len(units)),
        unit_place=("hall",) * len(units),
    )  # fmt: skip
    gates: dict[str, tuple[int, Any]] = {f"hold/{n}": (0, 0) for n in ("shell", "fit", "tests")}
    return network(
        jobs, gates={**gates, "tranche/grid": (0, 0)}, units=units, terms=terms,
        sheds=[Shed("hall", "shell", "tests")], activity_hall=ints([0, 0, 0, -1, -1]),
        tranche=("grid",), tranche_gate=ints([3]), tranche_after=csr([[SUBSTATION]]),
    )  # fmt: skip


def drawn_as(made: Network, **work: float) -> Draws:
    """Return certain draws with other days of work."""
    drawn = certain_draws(made)
    minutes = drawn.work_min.copy()
    for name, days in work.items():
        minutes[0, made.activity.index(name)] = round(days * D)
    return dataclasses.replace(drawn, work_min=minutes)


def days_of(engine: Engine, made: Network, **work: float) -> list[float]:
    """Return the days on which shell, fit-out and tests start, in one future."""
    drawn = drawn_as(made, **work)
    _, times = settled(made, Movable(made), drawn, lambda d: engine(made, d))
    return [t / D if t < NEVER else np.inf for t in times.start_min[0, : TESTS + 1].tolist()]


def test_a_hall_that_is_not_firm_meets_its_power(engine: Engine) -> None:
    """Earthworks took nine days: the substation is expected on day 27, seven days after tests."""
    assert days_of(engine, started(firm=9), earth=9) == [0, 17, 27]
    assert days_of(engine, started(), earth=9) == [0, 10, 27]


def test_a_hall_knows_no_more_than_has_happened(engine: Engine) -> None:
    """On day 5 earthworks are overdue and done that day: power on day 23; on day 1 all is well."""
    assert days_of(engine, started(firm=5), earth=9) == [0, 13, 27]
    assert days_of(engine, started(firm=1), earth=9) == [0, 10, 27]


def test_what_is_under_way_of_a_hall_is_finished(engine: Engine) -> None:
    """On day 12 fit-out has begun: tests alone are left, and they wait for power anyway."""
    assert days_of(engine, started(firm=12), earth=9) == [0, 10, 27]


def test_a_hall_that_is_firm_waits_for_nobody(engine: Engine) -> None:
    """It went on on day 17, as forecast; that fit-out takes twelve days then costs two."""
    assert days_of(engine, started(firm=9), earth=9, fit=12) == [0, 17, 29]


def test_a_cancelled_hall_ends_what_is_under_way_and_starts_nothing(engine: Engine) -> None:
    """Cancelled on day 5 the shell is closed, and on day 10 nothing starts any more."""
    assert days_of(engine, started(cancel=5)) == [0, np.inf, np.inf]
    assert days_of(engine, started(cancel=10)) == [0, np.inf, np.inf]
    assert days_of(engine, started(cancel=11)) == [0, 10, np.inf]
    assert days_of(engine, started(cancel=0)) == [np.inf, np.inf, np.inf]


def test_a_cancelled_hall_frees_its_crew(engine: Engine) -> None:
    """The one crew goes from the shell, on day 10, to the next hall; else it would on day 20."""
    made = started(cancel=5)
    need = csr([[0], [0], [], [0], []])
    rank = ints([0, 1, 2, 3, 4])
    made = dataclasses.replace(made, resource=("crew",), capacity=ints([1]), need=need, rank=rank)
    drawn = certain_draws(made)
    _, times = settled(made, Movable(made), drawn, lambda d: engine(made, d))
    assert times.start_min[0, EARTH] == 10 * D
    kept = dataclasses.replace(made, terms=None)
    assert engine(kept, drawn).start_min[0, EARTH] == 20 * D


def test_equipment_that_is_not_firm_comes_when_its_hall_needs_it(engine: Engine) -> None:
    """Due on day 12 for a shell of ten days; on day 11 the shell is overdue, on day 8 on time."""
    made = started(unit_firm=11, arrives=12)
    assert units_of(engine, made, shell=30) == 12.0
    late = started(unit_firm=8, arrives=9)
    assert units_of(engine, late, shell=30) == 10.0
    assert units_of(engine, started(unit_firm=-1, arrives=9), shell=30) == 9.0
    assert units_of(engine, started(unit_firm=9, arrives=9), shell=30) == 9.0


def units_of(engine: Engine, made: Network, **work: float) -> float:
    """Return the day on which the unit of equipment comes, in one future."""
    drawn = drawn_as(made, **work)
    draws, _ = settled(made, Movable(made), drawn, lambda d: engine(made, d))
    return float(draws.unit_min[0, 0]) / D


@given(
    firm=st.integers(0, 30), cancel=st.integers(-1, 40), unit_firm=st.integers(0, 12),
    days=st.lists(st.integers(1, 30), min_size=5, max_size=5),
)  # fmt: skip
def test_both_engines_hold_and_cancel_alike(
    firm: int, cancel: int, unit_firm: int, days: list[int]
) -> None:
    """Same minutes; nothing held back before it is decided, nothing started once cancelled."""
    made = started(firm, cancel, unit_firm, arrives=12)
    drawn = dataclasses.replace(certain_draws(made), work_min=ints([days]) * D)
    one = settled(made, Movable(made), drawn, lambda d: fast.simulate(made, d))[1]
    two = settled(made, Movable(made), drawn, lambda d: reference.simulate(made, d))[1]
    assert (one.start_min == two.start_min).all()
    assert (one.finish_min == two.finish_min).all()
    bare = fast.simulate(dataclasses.replace(made, terms=None), drawn).start_min[0]
    start = one.start_min[0]
    first = min(x * D for x in (firm, cancel, unit_firm) if x >= 0)
    assert (start[bare < first] == bare[bare < first]).all()
    assert (start >= bare)[[SHELL, FIT, TESTS]].all()
    if cancel >= 0:
        hall = start[: TESTS + 1]
        assert ((hall < cancel * D) | (hall >= NEVER)).all()
