"""Halls, blocks, lots and site works as rows, relations, gates and needs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from planner.errors import SpecError
from planner.network import compile_network, equipment_orders, existing_plan
from planner.network.verify import verify
from planner.simulate.sampling import Sampler
from tests.campuses import (
    SHED,
    before,
    catalog,
    gates,
    lot,
    mode,
    plan,
    portfolio,
    purchase,
    row,
    row_of,
    site,
    start,
)

FS = 0
HALL = "north/sheds/01"
TAIL = f"{HALL}/1/-/-"


FIRST = start()


def build(made, starts=(FIRST,), **parts):
    orders = equipment_orders(made, starts)
    return compile_network(made, plan(made, starts=tuple(starts), orders=orders, **parts))


def test_sound():
    """A compiled network keeps every promise that engines rely on."""
    assert verify(build(portfolio())) == ()


def test_activities_are_named_and_contiguous():
    """Site works come first, then hall by hall its hall rows, block rows and tails."""
    network = build(portfolio())
    assert network.activity == (
        "north/W1", "north/W2", "north/W3",
        f"{HALL}/A1", f"{HALL}/A2", f"{HALL}/C1",
        f"{HALL}/1/B1", f"{HALL}/1/B2", f"{HALL}/2/B1", f"{HALL}/2/B2",
        f"{HALL}/1/-/-/R1", f"{HALL}/1/-/-/R2", f"{HALL}/2/-/-/R1", f"{HALL}/2/-/-/R2",
    )  # fmt: skip
    assert (network.hall_first.tolist(), network.hall_last.tolist()) == ([3], [14])


def test_hall_rows_and_block_rows():
    """A block row follows the hall's row; a hall row follows that of every block."""
    network = build(portfolio())
    assert before(network, f"{HALL}/2/B1") == {(f"{HALL}/A2", FS), (f"{HALL}/1/B1", FS)}
    assert before(network, f"{HALL}/1/B1") == {(f"{HALL}/A2", FS)}
    assert before(network, f"{HALL}/C1") == {(f"{HALL}/1/B2", FS), (f"{HALL}/2/B2", FS)}


def test_hooks_bind_to_the_rows_of_the_block():
    """A tail takes hold of the rows of its own block."""
    network = build(portfolio())
    tail = f"{HALL}/2/-/-"
    assert before(network, f"{tail}/R1") == {(f"{HALL}/2/B1", FS)}
    assert before(network, f"{tail}/R2") == {(f"{tail}/R1", FS), (f"{HALL}/2/B2", FS)}


def test_release_is_the_halls_and_the_sites():
    """`release` is the plan's date and the release activity of the site works."""
    network = build(portfolio())
    assert before(network, f"{HALL}/A1") == {("north/W2", FS)}
    assert gates(network, f"{HALL}/A1") == {f"release/{HALL}"}
    assert gates(network, f"{HALL}/A2") == set()


def test_rows_without_predecessor_inside_wait_for_release():
    """A row held only by site rows, or only in its finish, waits for the release as well."""
    rows = {
        "A1": row("1 wd", ("W3",)), "A2": row("1 wd", ("A1 FF",)),
        "B1": row("1 wd", ("A1",), per="block"), "B2": row("1 wd", ("B1",), per="block"),
    }  # fmt: skip
    network = build(portfolio(modes={"shed": mode(activities=rows)}))
    assert gates(network, f"{HALL}/A1") == gates(network, f"{HALL}/A2") == {f"release/{HALL}"}
    assert gates(network, f"{HALL}/1/B1") == set()


def test_done_or_missing_site_rows_hold_nothing():
    """References to site rows that are done, or that the site does not have, are satisfied."""
    done = {
        "network": "plot",
        "started": "2026-01-05",
        "cost": "30 MUSD",
        "done": ["W1", "W2", "W3"],
    }
    for works in (done, None):
        network = build(portfolio(site(works=works)))
        assert before(network, f"{HALL}/A1") == set()
        assert before(network, f"{HALL}/A2") == {(f"{HALL}/A1", FS)}


def test_works_start_no_earlier_than_they_may():
    """A site row whose predecessors are done waits for the start of the works."""
    works = {"network": "plot", "started": "2026-02-01", "cost": "30 MUSD", "done": ["W1"]}
    network = build(portfolio(site(works=works)))
    assert gates(network, "north/W3") == {"release/north"}
    assert network.gate_base_min[network.gate_name.index("release/north")] == 396 * 1440


def test_power_gates_the_row_that_waits_for_it():
    """The power-gated row waits for its tranche, and for the site rows that this waits for."""
    grid = {**site().tranches["grid"].model_dump(), "after": ("W3",)}
    network = build(portfolio(site(tranches={"grid": grid})))
    assert gates(network, f"{HALL}/1/B2") == {"tranche/north/grid"}
    assert ("north/W3", FS) in before(network, f"{HALL}/1/B2")
    assert network.tranche == ("north/grid",)


def test_without_tranches_power_is_never_late():
    """Compiled without tranches, no row waits for power and the tranches keep their dates."""
    made = portfolio()
    orders = equipment_orders(made, [start()])
    whole = plan(made, starts=(start(),), orders=orders)
    network = compile_network(made, whole, with_tranches=False)
    assert gates(network, f"{HALL}/1/B2") == set()
    assert network.tranche == ("north/grid",)


def test_lot_waits_for_its_racks():
    """The rack-gated row of a lot waits for the docking of its purchase."""
    bought = purchase()
    here = lot(HALL, 1, 7200, "2026-09-01", bought.name)
    network = build(portfolio(), purchases=(bought,), lots=(here,))
    assert gates(network, f"{here.name}/R1") == {f"dock/{bought.name}"}
    assert network.lot[network.lot.index(here.name)] == here.name
    assert (
        network.gate_name[network.lot_gate[network.lot.index(here.name)]] == f"dock/{bought.name}"
    )
    assert f"{TAIL}/R1" not in network.activity
    assert f"{HALL}/2/-/-/R1" in network.activity


def test_lot_scales_the_tail():
    """A lot's tail works on the lot's power: 100 racks of 100 kW are half the tail's 20 MW."""
    bought = purchase()
    here = lot(HALL, 1, 7200, "2026-09-01", bought.name)
    network = build(portfolio(), purchases=(bought,), lots=(here,))
    # R1 is 2 wd of 480 minutes for 20 MW with exponent 1; R2 has no exponent.
    assert network.work.b[row_of(network, f"{here.name}/R1")] == pytest.approx(480)
    assert network.work.b[row_of(network, f"{here.name}/R2")] == pytest.approx(1440)


def test_later_lot_of_a_block_has_its_own_tail_and_power():
    """A second lot repeats the tail, bound to the same block, and waits for the power it adds."""
    grid = site().tranches["grid"].model_dump()
    small = {**grid, "firm": "12.5 MW", "nameplate": "12.5 MW"}
    later = {**grid, "energised": "2027-06-01"}
    bought = purchase()
    first = lot(HALL, 1, 7200, "2026-09-01", bought.name)
    second = lot(HALL, 1, 3600, "2027-09-01", "north/X1/2027Q1")
    network = build(
        portfolio(site(tranches={"grid": small, "later": later})),
        purchases=(bought, purchase("north/X1/2027Q1", "2027-01-04")), lots=(second, first),
    )  # fmt: skip
    assert gates(network, f"{HALL}/1/B2") == {"tranche/north/grid"}
    assert (f"{HALL}/1/B2", FS) in before(network, f"{second.name}/R2")
    assert gates(network, f"{second.name}/R2") == {"tranche/north/later"}
    assert gates(network, f"{first.name}/R2") == set()


def test_standing_hall():
    """A standing hall is a milestone behind its date; new lots hang on it, old ones just stand."""
    standing = {"old": {"it_power": "40 MW", "mode": "shed", "ready": "2025-06-01"}}
    installed = {"old": [{"sku": "X1", "gpus": 7200, "since": "2025-06-01"}]}
    made = portfolio(site(standing=standing, installed=installed))
    bought = purchase()
    new = lot("north/old/01", 2, 720, "2026-09-01", bought.name)
    base = existing_plan(made)
    network = compile_network(
        made, base.replace(lots=(*base.lots, new), purchases=(bought,)), with_tranches=False
    )
    assert gates(network, "north/old/01/ready") == {"standing/north/old"}
    assert before(network, f"{new.name}/R1") == {("north/old/01/ready", FS)}
    stands = network.lot.index("north/old/01/1/installed/X1")
    assert network.lot_service[stands] == -1
    assert verify(network) == ()


def test_calendar_choice_changes_work_and_crews():
    """Twice the output a day halves the working days; each position holds the crews behind it."""
    made = portfolio()
    for choice, minutes, crews in (("standard", 10 * 480, 2), ("round", 5 * 1440, 9)):
        started = start(candidate=type(SHED)("north", "sheds", "shed", choice))
        network = build(made, [started])
        a = row_of(network, f"{HALL}/A1")
        assert network.work.b[a] == pytest.approx(minutes)
        # 2 crews x 4.2 = 8.4, in whole crews 9.
        assert network.need.units[network.need.pointer[a]] == crews


def test_work_that_keeps_its_calendar_does():
    """A row that keeps its calendar runs on it whatever the hall is built on."""
    rows = {**mode()["activities"], "A1": row("10 wd", ("release",), keeps_calendar=True)}
    started = start(candidate=type(SHED)("north", "sheds", "shed", "round"))
    network = build(portfolio(modes={"shed": mode(activities=rows)}), [started])
    a = row_of(network, f"{HALL}/A1")
    assert network.calendar_name[network.calendar[a]] == "day"


def test_short_crews_stretch_the_work():
    """A row that wants more crews than the site has takes them all, and longer in proportion."""
    network = build(portfolio(site(crews={"EL": 1})))
    a = row_of(network, f"{HALL}/A1")
    assert network.need.units[network.need.pointer[a]] == 1
    assert network.work.b[a] == pytest.approx(2 * 10 * 480)


def test_no_crews_at_all_is_an_error():
    """A site that has none of a trade that a row needs is refused by name."""
    with pytest.raises(SpecError, match="north has no EL"):
        build(portfolio(site(crews={"EL": 0})))


def test_people_are_a_resource():
    """The ceiling of people counts the heads of all crews of a row."""
    network = build(portfolio(site(people=100)))
    a = row_of(network, f"{HALL}/A1")
    held = slice(network.need.pointer[a], network.need.pointer[a + 1])
    named = [network.resource[r] for r in network.need.column[held]]
    assert dict(zip(named, network.need.units[held], strict=True)) == {
        "north/EL": 2,
        "north/people": 40,
    }


def test_factors_of_work():
    """Scale, local work and learning multiply the work; costs follow power and shares."""
    first = row("10 wd", ("release",), scale=0.5, cost_share=0.4, crews={"EL": 1})
    rows = {**mode()["activities"], "A1": first}
    group = {
        "count": 6, "it_power": "160 MW", "blocks": 2, "modes": ["shed"], "starts_per_period": 4,
        "work_factor": 1.5, "cost_factor": 2.0,
    }  # fmt: skip
    made = portfolio(
        site(groups={"sheds": group}), modes={"shed": mode(activities=rows, learning=1.0)}
    )
    network = build(made, [start(1), start(2, "2026-03-01")])
    # (160 / 40)^0.5 = 2, times 1.5 locally, times 2^-1 for the second of its kind.
    for hall, minutes in (("01", 4800 * 3.0), ("02", 4800 * 1.5)):
        a = row_of(network, f"north/sheds/{hall}/A1")
        assert network.work.b[a] == pytest.approx(minutes)
        # 10 MUSD/MW x 160 MW x 40 % x 2
        assert network.cost_musd[a] == pytest.approx(1280)


@pytest.mark.parametrize("exponent", [0.0, 0.07, 1.0])
def test_crews_learn_from_hall_to_hall(exponent):
    """The n-th hall takes n^-b of the crews' work; what no crew does, and cost, stay."""
    rows = {
        **mode()["activities"],
        "A1": row("10 wd", ("release",), cost_share=0.4, crews={"EL": 1}),
        "P1": row("20 wd", ("release",)),
    }
    made = portfolio(modes={"shed": mode(activities=rows, learning=exponent)})
    starts = [start(n, f"2026-{n:02d}-01") for n in (1, 2, 3, 4)]
    network = build(made, starts)
    for n in (1, 2, 3, 4):
        a, p = (row_of(network, f"north/sheds/{n:02d}/{key}") for key in ("A1", "P1"))
        assert network.work.b[a] == pytest.approx(10 * 480 * n**-exponent, rel=1e-12)
        assert network.work.b[p] == 20 * 480
        assert network.cost_musd[a] == network.cost_musd[row_of(network, f"{HALL}/A1")]


def test_events_hit_gates():
    """An event hits a tranche, the halls of a mode, or all of a site; once for each site."""
    event = {"title": "E", "probability": 0.5, "delay": "10 day"}
    risk = {"events": {
        "late": {**event, "hits": "north/grid"}, "redesign": {**event, "hits": "shed"},
        "strike": {**event, "hits": "north"}}}  # fmt: skip
    network = build(portfolio(risk=risk))

    def events(gate):
        g = network.gate_name.index(gate)
        pointer, column = network.gate_event.pointer, network.gate_event.column
        return {network.driver_name[v] for v in column[pointer[g] : pointer[g + 1]]}

    assert events("tranche/north/grid") == {"late/north"}
    assert events(f"release/{HALL}") == {"redesign/north", "strike/north"}
    assert events("release/north") == {"strike/north"}
    assert network.driver_is_event.all()


def test_the_past_is_certain():
    """A tranche that was energised by the data date slips no more, whatever its spec says."""
    grid = site().tranches["grid"].model_dump()
    tranches = {
        "old": {**grid, "energised": "2025-06-01", "slip": "30 day"},
        "new": {**grid, "slip": "30 day"},
    }
    network = build(portfolio(site(tranches=tranches)))
    slips = dict(zip(network.gate_name, network.gate_slip.b, strict=True))
    assert slips["tranche/north/old"] == 0
    assert slips["tranche/north/new"] == 30 * 1440


def test_rank_serves_halls_in_order_of_release():
    """Site works first, then halls by release; within one the earliest latest finish first."""
    network = build(portfolio(), [start(1, "2026-03-01"), start(2, "2026-02-01")])
    rank = dict(zip(network.activity, network.rank, strict=True))
    assert max(rank[f"north/{w}"] for w in ("W1", "W2", "W3")) == 2
    assert rank["north/sheds/02/C1"] < rank["north/sheds/01/A1"]
    assert rank["north/sheds/01/A1"] < rank["north/sheds/01/A2"] < rank["north/sheds/01/C1"]


def test_rank_by_finish_serves_the_hall_that_is_done_first():
    """By finish, a hall of little work goes before one that was released earlier."""
    small = {**site().groups["sheds"].model_dump(), "work_factor": 0.5}
    made = portfolio(site(groups={"sheds": site().groups["sheds"].model_dump(), "huts": small}))
    hut = start(1, "2026-01-12", type(SHED)("north", "huts", "shed", "standard"))
    whole = plan(
        made, starts=(start(), hut), orders=equipment_orders(made, [start(), hut])
    )  # fmt: skip
    for priority, first in (("release", "sheds"), ("finish", "huts")):
        network = compile_network(made, whole, with_tranches=False, priority=priority)
        rank = dict(zip(network.activity, network.rank, strict=True))
        other = {"sheds": "huts", "huts": "sheds"}[first]
        assert rank[f"north/{first}/01/1/-/-/R2"] < rank[f"north/{other}/01/A1"]
        assert verify(network) == ()


def test_arcs_of_the_plan_become_relations():
    """An arc joins by name; one whose end the plan no longer has is left out."""
    network = build(
        portfolio(), arcs=((f"{HALL}/A1", f"{HALL}/C1"), ("north/sheds/09/A1", f"{HALL}/C1"))
    )
    assert (f"{HALL}/A1", 4) in before(network, f"{HALL}/C1")
    assert (network.relation_kind == 4).sum() == 1


def test_units_cover_what_is_waited_for():
    """Stock and orders make units in the pool of their site and class."""
    stock = {"gear": [{"units": 1, "arrives": "2025-12-01"}]}
    made = portfolio(site(stock=stock))
    network = build(made, [start(1), start(2)])
    assert network.unit_name == ("stock/north/gear/1/1", "order/north/gear/1")
    assert network.pool == ("north/gear",)


def test_drivers_that_a_portfolio_leaves_out_do_not_act():
    """A row's driver counts where the portfolio defines it, and does nothing elsewhere."""
    risk = {"drivers": {"labour": {"title": "L", "factor": 1.1}}}
    for made, count in ((portfolio(), 0), (portfolio(risk=risk), 2)):
        assert len(build(made).work_driver.column) == count


def test_lot_in_no_hall_is_refused():
    """A lot that names a hall the plan does not have is a programmer's mistake."""
    with pytest.raises(ValueError, match="north/sheds/07"):
        build(portfolio(), lots=(lot("north/sheds/07", 1, 72, "2026-09-01"),))


def test_spec_order_of_rows_does_not_change_dates():
    """Rows may be declared in any order."""
    rows = dict(reversed(mode()["activities"].items()))
    one, two = build(portfolio()), build(portfolio(modes={"shed": mode(activities=rows)}))
    assert set(one.activity) == set(two.activity)
    for name in one.activity:
        assert before(one, name) == before(two, name)


def test_crews_tire_on_a_calendar_that_replaces_their_own():
    """Half the output after a week: the second five days of ten take ten; the stated one is whole.

    On "round" ten days of "day" are five (twice the output a day), of which a week of seven is
    fresh, so a row of forty days there is twenty, 7 + 13 / 0.5 = 33 days.
    """
    tired = catalog().calendars["round"].model_dump() | {
        "output_per_week": 2.8, "cost_factor": 1.5,
        "fatigue": {"after": "7 day", "output": 0.5},
    }  # fmt: skip
    calendars = {"day": catalog().calendars["day"], "round": tired}
    rows = {**mode()["activities"], "A1": row("40 wd", ("release",), cost_share=0.4)}
    made = portfolio(calendars=calendars, modes={"shed": mode(activities=rows)})
    on = {name: dataclasses.replace(SHED, calendar=name) for name in ("standard", "round")}
    day = {}
    for name, candidate in on.items():
        network = build(made, (start(candidate=candidate),))
        day[name] = network.work.b[row_of(network, f"{HALL}/A1")]
    assert day["standard"] == 40 * 8 * 60
    assert day["round"] == pytest.approx(33 * 24 * 60)


def test_observations_reach_the_network():
    """An activity with observed durations is drawn by their quantiles, scaled with its work."""
    seen = row({"observed": ["10 wd", "20 wd", "40 wd"]}, ("release",), cost_share=0.4)
    rows = {**mode()["activities"], "A1": seen}
    network = build(portfolio(modes={"shed": mode(activities=rows)}))
    a = row_of(network, f"{HALL}/A1")
    assert network.work.b[a] == 20 * 8 * 60
    drawn = Sampler(network, seed=1, samples=300).draw(0, 300).work_min[:, a]
    assert (drawn.min(), drawn.max()) == (10 * 480, 40 * 480)
    assert np.median(drawn) == pytest.approx(20 * 480, rel=0.02)
