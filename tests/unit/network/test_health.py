"""The DCMA points on hand-made networks: what counts, over what, and what is waived."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from planner.domain.activity import HealthNote
from planner.network import compile_network, deterministic
from planner.network.cpm import work_clocks
from planner.network.dcma import dcma
from planner.network.health import Schedule, day_minutes
from planner.network.health import _float_wd as float_wd
from planner.network.rows import Row, catalog_rows
from tests.campuses import mode, plan, portfolio, start
from tests.networks import DAY, HOUR, Job, csr, ints, network


def checks(jobs, notes=None, data_date=0, **changes):
    """Return the points of a network by number, with what is noted of its rows."""
    made = network(jobs, **{"days": 2000, **changes})
    found, day = deterministic(made), day_minutes(made)[made.calendar]
    clocks = work_clocks(made)
    rows = tuple(Row("", n, None, (notes or {}).get(n, ())) for n in made.activity)
    plan = Schedule(
        portfolio=SimpleNamespace(actuals=None), plan=SimpleNamespace(),
        network=made, found=found, rows=rows,
        clocks=clocks, data_date_min=data_date, is_open=found.finish_min > data_date,
        duration_wd=made.work.b / day, float_wd=float_wd(made, clocks, found, day),
    )  # fmt: skip
    return {c.number: c for c in dcma(plan)}


def chain(*names, **more):
    """Return jobs of a day each in a row, held to nothing by crews."""
    after = [(), *(((n, "FS", 0),) for n in names[:-1])]
    return [Job(n, DAY, a, **more) for n, a in zip(names, after, strict=True)]


def test_a_row_that_nothing_follows_offends():
    """b has no successor, and c is the last of all: one of three, b by name."""
    jobs = [Job("a", DAY, gates=("g",)), Job("b", DAY, (("a", "FS", 0),)),
            Job("c", DAY, (("a", "FS", 0),))]  # fmt: skip
    logic = checks(jobs, gates={"g": (0, 0)}, lot=("L",), lot_block=ints([0]),
                   lot_service=ints([2]), lot_gate=ints([-1]))[1]  # fmt: skip
    assert (logic.offenders, logic.value, logic.verdict) == (("b",), "33.3 % (1 of 3)", "fail")


def test_a_finish_that_only_starts_follow_dangles():
    """b follows a's start alone, so that a's own finish holds nothing: told, though not failed."""
    jobs = [Job("a", DAY, gates=("g",)), Job("b", DAY, (("a", "SS", 0),))]
    logic = checks(jobs, gates={"g": (0, 0)}, lot=("L",), lot_block=ints([0]),
                   lot_service=ints([1]), lot_gate=ints([-1]))[1]  # fmt: skip
    assert logic.verdict == "pass"
    assert logic.reason == "dangling starts 0, dangling finishes 1 (a)"


def test_lags_and_kinds_are_counted_over_relations():
    """Of four relations one has a lag (25 %), and three are finish-to-start (75 %)."""
    jobs = [*chain("a", "b", "c", "d"), Job("e", DAY, (("d", "SS", DAY),))]
    found = checks(jobs)
    assert (found[3].value, found[3].offenders) == ("25.0 % (1 of 4)", ("d -> e SS+1d",))
    assert (found[4].value, found[4].verdict) == ("75.0 % (3 of 4)", "fail")


def test_resource_flow_is_no_logic():
    """An arc counts in no point: the relation is none, and b has no predecessor."""
    found = checks([Job("a", DAY), Job("b", DAY, (("a", "ARC", 0),))])
    assert found[4].value == "100.0 % (0 of 0)"
    assert "b" in found[1].offenders


def test_float_is_in_working_days_of_the_own_calendar():
    """b on five days a week: 63 days of float are 45 of its working days, 62 would be 44."""
    jobs = [Job("a", 64 * DAY), Job("b", 8 * HOUR, calendar="5x8"),
            Job("z", DAY, (("a", "FS", 0), ("b", "FS", 0)))]  # fmt: skip
    assert checks(jobs)[6].offenders == ("b",)
    shorter = [Job("a", 62 * DAY), *jobs[1:]]
    assert checks(shorter)[6].offenders == ()


def test_long_rows_offend_unless_they_are_exempt():
    """45 working days are too long; exempt, they leave the count, and the table says so."""
    jobs = [*chain("a", "b"), Job("c", 45 * DAY, (("b", "FS", 0),))]
    assert checks(jobs)[8].value == "33.3 % (1 of 3)"
    why = HealthNote(exempt=(8,), why="Paced by an authority")
    found = checks(jobs, {"c": (why,)})[8]
    assert (found.value, found.verdict) == ("0.0 % (0 of 2)", "pass")
    assert (found.counted, found.total, found.population) == (0, 2, 3)
    assert found.bare == pytest.approx(1 / 3)
    assert found.waived == {"c": "Paced by an authority"}


def test_an_exempt_row_lends_no_share_to_the_others():
    """One of two with crews is half; where the one without is exempt, all of one; 50 % with it."""
    jobs = [Job("a", DAY, needs={"el": 1}), Job("b", DAY, (("a", "FS", 0),))]
    why = HealthNote(exempt=(10,), why="A decision")
    found = checks(jobs, {"b": (why,)}, crews={"el": 1})[10]
    assert (found.value, found.counted, found.total, found.bare) == ("100.0 % (1 of 1)", 1, 1, 0.5)


def test_what_is_explained_counts_all_the_same():
    """c counts as without a reason; the verdict tells that everyone who offends has one."""
    jobs = [*chain("a", "b"), Job("c", 45 * DAY, (("b", "FS", 0),))]
    why = HealthNote(explain=(8,), why="One scope until it is split")
    found = checks(jobs, {"c": (why,)})[8]
    assert (found.value, found.verdict, found.waived) == ("33.3 % (1 of 3)", "explained", {})
    assert found.explained == {"c": "One scope until it is split"}
    jobs.append(Job("d", 45 * DAY, (("c", "FS", 0),)))
    assert checks(jobs, {"c": (why,)})[8].verdict == "fail"


def test_what_began_before_the_data_date_is_a_forecast():
    """a starts a day before the data date; what ended by then is in no other point."""
    found = checks(chain("a", "b"), data_date=DAY)
    assert found[9].offenders == ("a",)
    assert found[8].value == "0.0 % (0 of 1)"


@pytest.mark.parametrize(("needs", "verdict"), [({}, "n/a"), ({"el": 1}, "fail")])
def test_resources_are_judged_once_anything_is_loaded(needs, verdict):
    """Nobody has crews: not applicable. One of two has: the other offends."""
    jobs = [Job("a", DAY, needs=needs), Job("b", DAY, (("a", "FS", 0),))]
    found = checks(jobs, crews={"el": 1})[10]
    assert found.verdict == verdict
    assert found.offenders == (("b",) if needs else ())


def test_the_critical_path_moves_the_end():
    """Every row of the path moves the end by as much as itself, through FF as well."""
    jobs = [Job("a", 9 * DAY), Job("b", DAY, (("a", "SS", DAY), ("a", "FF", 5 * DAY)))]
    found = checks(jobs)[12]
    assert (found.value, found.verdict) == ("0.0 % (0 of 2)", "pass")


def test_points_without_a_baseline_are_not_applicable():
    """11, 13 and 14 say why."""
    found = checks(chain("a", "b"))
    assert [found[n].value for n in (11, 13, 14)] == [
        "n/a (no baseline)", "n/a (no baseline finish)", "n/a (no baseline)",
    ]  # fmt: skip


def test_hand_overs_hold_the_float_of_what_leads_to_them():
    """a's block is handed over at day 1 though the site goes on to day 50: a has no float."""
    jobs = [Job("a", DAY), Job("z", 50 * DAY)]
    lot = {"lot": ("L",), "lot_block": ints([0]), "lot_gate": ints([-1]),
           "block": ("H/1",), "block_hall": ints([0]), "block_ready": csr([[0]])}  # fmt: skip
    assert checks(jobs)[6].offenders == ("a",)
    assert checks(jobs, **lot, lot_service=ints([0]))[6].offenders == ()


def test_a_note_at_a_mode_covers_the_rows_it_names():
    """Of two rows of a hall, the one named is explained; without names, both are."""
    for named, covered in ((["A2"], {"A2"}), ([], {"A1", "A2"})):
        said = {"explain": [3], "why": "Front by front", "rows": named}
        made = portfolio(modes={"shed": mode(health=[said])})
        chosen = plan(made, starts=(start(),))
        rows = catalog_rows(made, chosen, compile_network(made, chosen))
        assert {r.key for r in rows if r.notes} & {"A1", "A2"} == covered
