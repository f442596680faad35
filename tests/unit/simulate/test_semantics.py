"""The rules of docs/semantics.md, each with its example, in both engines: whole event logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.simulate import fast, reference
from tests.networks import DAY, HOUR, Job, Shed, certain_draws, network

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times

    Engine = Callable[[Network, Draws], Times]

H, D = HOUR, DAY


def dispatched(made: Network, draws: Draws) -> Times:
    """Simulate with the dispatcher where a pass over the network would be enough too."""
    return fast.simulate_packed(fast.prepare(made, dispatch=True), draws)


ENGINES = {"reference": reference.simulate, "fast": fast.simulate, "dispatched": dispatched}


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param  # type: ignore[no-any-return]


def log(engine: Engine, made: Network, **weather: object) -> list[tuple[str, int]]:
    """Return all starts, ends of work (where the finish is later) and finishes, in order.

    What happens at the same minute is in order of declaration.
    """
    times = engine(made, certain_draws(made, **weather))  # type: ignore[arg-type]
    events = []
    for a, name in enumerate(made.activity):
        start, end, finish = (
            int(table[0, a]) for table in (times.start_min, times.work_end_min, times.finish_min)
        )
        events.append((f"{name}/start", start))
        if end != finish:
            events.append((f"{name}/work end", end))
        events.append((f"{name}/finish", finish))
    return sorted(events, key=lambda event: event[1])


def test_work_ends_on_friday_and_not_on_monday(engine: Engine) -> None:
    """A week of work from Monday 00:00 on 5x8 ends on Friday at 17:00."""
    made = network([Job("a", 5 * 8 * H, calendar="5x8")])
    assert log(engine, made) == [("a/start", 0), ("a/finish", 4 * D + 17 * H)]


def test_one_minute_more_ends_on_monday(engine: Engine) -> None:
    """A minute more than a week ends on Monday at 08:01."""
    made = network([Job("a", 5 * 8 * H + 1, calendar="5x8")])
    assert log(engine, made) == [("a/start", 0), ("a/finish", 7 * D + 8 * H + 1)]


def test_work_pauses_over_lunch(engine: Engine) -> None:
    """Five hours from 08:00 end at 14:00, an hour being lunch."""
    made = network([Job("a", 5 * H, calendar="5x8")])
    assert log(engine, made)[-1] == ("a/finish", 14 * H)


def test_a_milestone_does_not_wait_for_a_shift(engine: Engine) -> None:
    """A milestone after work on 24x7 that ends on Sunday happens on Sunday, though it is on 5x8."""
    made = network([Job("a", 6 * D), Job("m", 0, (("a", "FS", 0),), calendar="5x8")])
    assert log(engine, made) == [
        ("a/start", 0), ("a/finish", 6 * D), ("m/start", 6 * D), ("m/finish", 6 * D),
    ]  # fmt: skip


def test_lags_run_in_elapsed_time(engine: Engine) -> None:
    """Two days after Friday 17:00 is Sunday 17:00, closures notwithstanding."""
    jobs = [
        Job("a", 5 * 8 * H, calendar="5x8"),
        Job("b", 8 * H, (("a", "FS", 2 * D),), calendar="5x8"),
    ]
    assert log(engine, network(jobs))[2:] == [
        ("b/start", 6 * D + 17 * H), ("b/finish", 7 * D + 17 * H),
    ]  # fmt: skip


def test_start_to_start(engine: Engine) -> None:
    """SS+1d: b starts a day after a starts."""
    made = network([Job("a", 10 * D), Job("b", D, (("a", "SS", D),))])
    assert log(engine, made) == [
        ("a/start", 0), ("b/start", D), ("b/finish", 2 * D), ("a/finish", 10 * D),
    ]  # fmt: skip


def test_finish_to_finish_holds_the_finish_and_not_the_crew(engine: Engine) -> None:
    """FF+1d: b's work ends on day 2, its finish waits for day 11; its crew goes on to c."""
    jobs = [
        Job("a", 10 * D),
        Job("b", 2 * D, (("a", "FF", D),), needs={"el": 1}),
        Job("c", D, needs={"el": 1}),
    ]
    assert log(engine, network(jobs, crews={"el": 1})) == [
        ("a/start", 0), ("b/start", 0), ("b/work end", 2 * D), ("c/start", 2 * D),
        ("c/finish", 3 * D), ("a/finish", 10 * D), ("b/finish", 11 * D),
    ]  # fmt: skip


def test_start_to_finish_holds_the_finish(engine: Engine) -> None:
    """SF+5d: b cannot finish before five days after a starts."""
    jobs = [Job("z", D), Job("a", 9 * D, (("z", "FS", 0),)), Job("b", 2 * D, (("a", "SF", 5 * D),))]
    assert log(engine, network(jobs)) == [
        ("z/start", 0), ("b/start", 0), ("z/finish", D), ("a/start", D), ("b/work end", 2 * D),
        ("b/finish", 6 * D), ("a/finish", 10 * D),
    ]  # fmt: skip


def test_an_arc_runs_from_the_end_of_work(engine: Engine) -> None:
    """A resource-flow arc lets c start when b's crew leaves, though b's finish is held."""
    jobs = [
        Job("a", 10 * D),
        Job("b", 2 * D, (("a", "FF", 0),)),
        Job("c", D, (("b", "ARC", 0),)),
    ]
    assert log(engine, network(jobs))[3:5] == [("c/start", 2 * D), ("c/finish", 3 * D)]


def test_a_crew_is_taken_outside_the_shift_and_held_overnight(engine: Engine) -> None:
    """a takes its crew at midnight and keeps it overnight: b on 24x7 never gets between."""
    jobs = [
        Job("a", 12 * H, calendar="5x8", needs={"el": 1}),
        Job("b", 1 * H, needs={"el": 1}),
    ]
    assert log(engine, network(jobs, crews={"el": 1})) == [
        ("a/start", 0), ("a/finish", D + 12 * H), ("b/start", D + 12 * H),
        ("b/finish", D + 13 * H),
    ]  # fmt: skip


def test_crews_are_taken_all_at_once(engine: Engine) -> None:
    """x needs el and pf, y only pf, z only el: crossed needs neither hoard nor lock."""
    jobs = [
        Job("a", D, needs={"el": 1}),
        Job("x", D, needs={"el": 1, "pf": 1}),
        Job("y", 3 * D, needs={"pf": 1}),
    ]
    assert log(engine, network(jobs, crews={"el": 1, "pf": 1})) == [
        ("a/start", 0), ("y/start", 0), ("a/finish", D), ("x/start", 3 * D), ("y/finish", 3 * D),
        ("x/finish", 4 * D),
    ]  # fmt: skip


def test_the_waiting_are_served_by_rank_at_the_instant(engine: Engine) -> None:
    """Of two that become ready at one instant, the lower rank goes first, whatever the order."""
    jobs = [
        Job("a", D, needs={"el": 1}),
        Job("late", D, (("a", "FS", 0),), needs={"el": 1}),
        Job("first", D, (("a", "FS", 0),), needs={"el": 1}),
    ]
    made = network(jobs, crews={"el": 1}, rank=["a", "first", "late"])
    assert log(engine, made)[2:] == [
        ("first/start", D), ("late/start", 2 * D), ("first/finish", 2 * D), ("late/finish", 3 * D),
    ]  # fmt: skip


def test_a_later_rank_may_overtake_where_it_fits(engine: Engine) -> None:
    """x waits for two crews; y, behind it, takes the one that is free."""
    jobs = [
        Job("a", D, needs={"el": 1}),
        Job("x", D, needs={"el": 2}),
        Job("y", 2 * D, needs={"el": 1}),
    ]
    assert log(engine, network(jobs, crews={"el": 2})) == [
        ("a/start", 0), ("y/start", 0), ("a/finish", D), ("x/start", 2 * D), ("y/finish", 2 * D),
        ("x/finish", 3 * D),
    ]  # fmt: skip


def test_all_events_of_an_instant_come_before_the_dispatcher(engine: Engine) -> None:
    """A milestone at the instant lets x, of lower rank than y, compete for the crew at once."""
    jobs = [
        Job("a", D),
        Job("m", 0, (("a", "FS", 0),)),
        Job("n", 0, (("m", "FS", 0),)),
        Job("y", D, (("a", "FS", 0),), needs={"el": 1}),
        Job("x", D, (("n", "FS", 0),), needs={"el": 1}),
    ]
    made = network(jobs, crews={"el": 1}, rank=["x", "y", "a", "m", "n"])
    assert log(engine, made)[-4:] == [
        ("x/start", D), ("y/start", 2 * D), ("x/finish", 2 * D), ("y/finish", 3 * D),
    ]  # fmt: skip


def test_what_a_start_sets_off_is_served_in_a_second_round(engine: Engine) -> None:
    """x2 may start with y2 (SS) and outranks z, but z was served in the round that started y2."""
    jobs = [
        Job("x", D, (("y", "SS", 0),), needs={"el": 1}),
        Job("y", D),
        Job("y2", D, needs={"pf": 1}),
        Job("x2", D, (("y2", "SS", 0),), needs={"el": 1}),
        Job("z", D, needs={"el": 1}),
    ]
    made = network(jobs, crews={"el": 1, "pf": 1}, rank=["x2", "x", "y", "y2", "z"])
    # y needs nothing and starts by itself: x is there for the first round. y2 is dispatched in it.
    assert log(engine, made) == [
        ("x/start", 0), ("y/start", 0), ("y2/start", 0), ("x/finish", D), ("y/finish", D),
        ("y2/finish", D), ("x2/start", D), ("x2/finish", 2 * D), ("z/start", 2 * D),
        ("z/finish", 3 * D),
    ]  # fmt: skip


def test_a_milestone_with_a_crew_gives_it_back_at_the_instant(engine: Engine) -> None:
    """m takes the crew that a left, at its rank, and b has it in the next round of the instant."""
    jobs = [
        Job("a", D, needs={"el": 1}),
        Job("m", 0, (("a", "FS", 0),), needs={"el": 1}),
        Job("b", D, needs={"el": 1}),
    ]
    assert log(engine, network(jobs, crews={"el": 1}))[2:] == [
        ("m/start", D), ("m/finish", D), ("b/start", D), ("b/finish", 2 * D),
    ]  # fmt: skip


def test_units_of_equipment_are_handed_out_by_rank(engine: Engine) -> None:
    """One unit on day 2 and one on day 5: b outranks a, though a was declared first."""
    jobs = [Job("a", D, waits={"tx": 1}), Job("b", D, waits={"tx": 1})]
    made = network(jobs, units=[("tx", 5 * D), ("tx", 2 * D)], rank=["b", "a"])
    assert log(engine, made) == [
        ("b/start", 2 * D), ("b/finish", 3 * D), ("a/start", 5 * D), ("a/finish", 6 * D),
    ]  # fmt: skip


def test_a_unit_is_used_up_and_waits_for_no_crew(engine: Engine) -> None:
    """a has its unit in stock but no crew: it takes neither, and b behind it takes both."""
    jobs = [
        Job("z", 3 * D, needs={"el": 1}),
        Job("a", D, needs={"el": 2}, waits={"tx": 1}),
        Job("b", D, needs={"el": 1}, waits={"tx": 1}),
    ]
    made = network(jobs, crews={"el": 2}, units=[("tx", 0), ("tx", 7 * D)])
    assert log(engine, made) == [
        ("z/start", 0), ("b/start", 0), ("b/finish", D), ("z/finish", 3 * D), ("a/start", 7 * D),
        ("a/finish", 8 * D),
    ]  # fmt: skip


def test_a_gate_holds_the_start(engine: Engine) -> None:
    """a starts when the later of its gates opens."""
    made = network([Job("a", D, gates=("g", "h"))], gates={"g": (2 * D, 0), "h": (3 * D, 0)})
    assert log(engine, made) == [("a/start", 3 * D), ("a/finish", 4 * D)]


def test_a_lost_day_stops_outdoor_work_only(engine: Engine) -> None:
    """Day 1 is lost: three days of work outdoors take four, indoors three."""
    made = network([Job("out", 3 * D, outdoor=True), Job("in", 3 * D)], skies=(None,))
    assert log(engine, made, lost=[(0, 1)])[2:] == [("in/finish", 3 * D), ("out/finish", 4 * D)]


def test_a_storm_stops_the_whole_site(engine: Engine) -> None:
    """Days 1 and 2 are a storm: nothing is worked, a milestone still happens."""
    jobs = [Job("a", 3 * D), Job("m", 0, (("a", "SS", D + H),)), Job("far", 3 * D, site=1)]
    made = network(jobs, skies=(None, None))
    assert log(engine, made, storms=[(0, 1, 3, 90.0)]) == [
        ("a/start", 0), ("far/start", 0), ("m/start", D + H), ("m/finish", D + H),
        ("far/finish", 3 * D), ("a/finish", 5 * D),
    ]  # fmt: skip


def test_a_storm_in_the_middle_suspends_work_until_the_hall_is_repaired(engine: Engine) -> None:
    """Two days worked, storm on day 2, repair of ten hours (design wind: D = (0.3/0.9)^1.5 of
    nothing more), three days left; the crew stays."""
    jobs = [
        Job("a", 5 * D, needs={"el": 1}),
        Job("b", D, needs={"el": 1}),
        Job("c", D, (("a", "SS", 3 * D),)),
    ]
    shed = Shed("hall", "a", "c", design=100, design_open=100, repair_full=0)
    made = network(jobs, crews={"el": 1}, sheds=[shed])
    assert log(engine, made, storms=[(0, 2, 3, 100.0)]) == [
        ("a/start", 0), ("c/start", 3 * D + 10 * H), ("c/finish", 4 * D + 10 * H),
        ("a/finish", 6 * D + 10 * H), ("b/start", 6 * D + 10 * H), ("b/finish", 7 * D + 10 * H),
    ]  # fmt: skip


def test_damage_needs_seven_tenths_of_the_design_pressure(engine: Engine) -> None:
    """At r just below 0.7 nothing is damaged; just above, the fixed repair is due."""
    shed = Shed("hall", "a", "a", design_open=100, repair_full=0)
    made = network([Job("a", 5 * D)], sheds=[shed])
    below, above = 0.699**0.5 * 100, 0.701**0.5 * 100
    assert log(engine, made, storms=[(0, 2, 3, below)])[-1] == ("a/finish", 6 * D)
    assert log(engine, made, storms=[(0, 2, 3, above)])[-1] == ("a/finish", 6 * D + 10 * H)


def test_an_envelope_closed_by_the_storms_beginning_withstands_more(engine: Engine) -> None:
    """Gust 90 against 70 open or 120 closed: it matters whether `env` finished when it began."""
    jobs = [Job("env", 2 * D), Job("a", 5 * D, (("env", "FS", 0),))]
    shed = Shed("hall", "env", "a", design=120, design_open=70, closes="env", repair_full=0)
    made = network(jobs, sheds=[shed])
    assert log(engine, made, storms=[(0, 2, 3, 90.0)])[-1] == ("a/finish", 8 * D)
    assert log(engine, made, storms=[(0, 1, 2, 90.0)])[-1] == ("a/finish", 8 * D + 10 * H)


def test_an_envelope_whose_finish_is_held_is_open(engine: Engine) -> None:
    """The work of `env` ends on day 1, its finish waits for day 4 (FF): on day 2 it is open."""
    jobs = [Job("crane", 4 * D), Job("env", D, (("crane", "FF", 0),)), Job("a", 5 * D)]
    shed = Shed("hall", "env", "a", design=120, design_open=70, closes="env", repair_full=0)
    made = network(jobs, sheds=[shed])
    assert log(engine, made, storms=[(0, 2, 3, 90.0)])[-1] == ("a/finish", 6 * D + 10 * H)


def test_repairs_of_two_storms_follow_each_other(engine: Engine) -> None:
    """The second storm ends within the first repair (three days): four days idle after it."""
    shed = Shed("hall", "a", "a", design_open=100, repair_fixed=3 * D, repair_full=0)
    made = network([Job("a", 5 * D)], sheds=[shed])
    # Worked day 0; storm day 1; repair days 2, 4, 5 around the storm of day 3; second repair days
    # 6, 7, 8; four days left.
    assert log(engine, made, storms=[(0, 1, 2, 100.0), (0, 3, 4, 100.0)]) == [
        ("a/start", 0), ("a/finish", 13 * D),
    ]  # fmt: skip


def test_a_hall_that_was_not_begun_or_is_done_does_not_wait(engine: Engine) -> None:
    """The storm hits nothing before a starts, and only costs money once all is finished."""
    jobs = [Job("a", D, gates=("g",)), Job("b", D, (("a", "FS", 9 * D),))]
    shed = Shed("hall", "a", "a", design=100, design_open=100)
    made = network(jobs, gates={"g": (5 * D, 0)}, sheds=[shed])
    early, late = [(0, 1, 2, 100.0)], [(0, 7, 8, 100.0)]
    expected = [("a/start", 5 * D), ("a/finish", 6 * D), ("b/start", 15 * D), ("b/finish", 16 * D)]
    assert log(engine, made, storms=early) == expected
    assert log(engine, made, storms=late) == expected
    cost = [
        engine(made, certain_draws(made, storms=storms)).storm_cost_musd[0]
        for storms in (early, late)
    ]
    # D at the design wind is (0.3 / 0.9)^1.5 of 10 MUSD.
    assert cost == [0, pytest.approx(10 * (1 / 3) ** 1.5)]


def test_beyond_the_tables_is_never(engine: Engine) -> None:
    """a ends with the tables, b would end after them, c waits for b: never, and no error."""
    jobs = [Job("a", 10 * D), Job("b", 10 * D + 1), Job("c", 0, (("b", "FS", 0),))]
    assert log(engine, network(jobs, days=10)) == [
        ("a/start", 0), ("b/start", 0), ("a/finish", 10 * D), ("b/finish", NEVER),
        ("c/start", NEVER), ("c/finish", NEVER),
    ]  # fmt: skip


def test_a_crew_nobody_has_is_an_error_with_its_name(engine: Engine) -> None:
    """Two crews of one are refused at once, and not waited for in silence."""
    made = network([Job("a", D, needs={"crane": 2})], crews={"crane": 1})
    with pytest.raises(EngineError, match=r"a \(2 of crane, of which there are 1\)"):
        engine(made, certain_draws(made))


def test_equipment_nobody_ordered_is_an_error_with_its_name(engine: Engine) -> None:
    """Two activities wait for transformers and one is ordered."""
    made = network([Job(n, D, waits={"tx": 1}) for n in "ab"], units=[("tx", 0)])
    with pytest.raises(EngineError, match=r"tx \(2 of 1\)"):
        engine(made, certain_draws(made))


def test_a_circle_is_an_error_with_its_names(engine: Engine) -> None:
    """a after b after a."""
    jobs = [Job("a", D, (("b", "FS", 0),)), Job("b", D, (("a", "FS", 0),)), Job("c", D)]
    with pytest.raises(EngineError, match=r"circle among, or before, a, b$"):
        engine(network(jobs), certain_draws(network(jobs)))


def test_a_circle_of_ff_and_fs_that_ends_is_none(engine: Engine) -> None:
    """a's finish waits for b's, b starts with a: no circle of moments, though one of activities."""
    jobs = [Job("a", D, (("b", "FF", 0),)), Job("b", 2 * D, (("a", "SS", 0),))]
    assert log(engine, network(jobs)) == [
        ("a/start", 0), ("b/start", 0), ("a/work end", D), ("a/finish", 2 * D),
        ("b/finish", 2 * D),
    ]  # fmt: skip


def test_a_negative_lag_is_refused(engine: Engine) -> None:
    """No engine looks ahead."""
    made = network([Job("a", D), Job("b", D, (("a", "FS", -1),))])
    with pytest.raises(EngineError, match="negative lag before b"):
        engine(made, certain_draws(made))


def test_no_activity_at_all(engine: Engine) -> None:
    """Nothing to do is done at once."""
    assert log(engine, network([])) == []
