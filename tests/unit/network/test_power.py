"""Which tranche powers which lot: static, in the order in which the plan counts on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from planner.domain.result import NEVER
from planner.network import compile_network, equipment_orders
from planner.network.power import NEVER_POWERED, assign_power, hand_out
from planner.network.roster import roster
from tests.campuses import gates, lot, plan, portfolio, purchase, site, start

BUY = "north/X1/2026Q1"
GRID = site().tranches["grid"].model_dump()


def tranche(firm: str, energised: str, *serves: str):
    return {**GRID, "firm": firm, "energised": energised, "serves": serves}


def assigned(made, starts, lots=()):
    whole = plan(made, starts=tuple(starts), lots=tuple(lots), purchases=(purchase(),))
    return assign_power(made, made.sites["north"], roster(made, whole))


def test_earliest_tranche_first_and_split():
    """A lot takes from the earliest tranche, and the rest from the next."""
    tranches = {"b": tranche("20 MW", "2027-01-01"), "a": tranche("5 MW", "2026-01-01")}
    # 100 racks of 100 kW are 10 MW of IT, 12.5 MW at the peak ratio of 1.25.
    made = portfolio(site(tranches=tranches))
    one = lot("north/sheds/01", 1, 7200, "2026-09-01", BUY)
    assert assigned(made, [start()], [one])["north/sheds/01", 0, one.name] == ("a", "b")


def test_who_serves_first_takes_first():
    """The lot that serves earlier has the earlier tranche, whichever hall was released first."""
    tranches = {"a": tranche("12.5 MW", "2026-01-01"), "b": tranche("50 MW", "2027-01-01")}
    made = portfolio(site(tranches=tranches))
    late = lot("north/sheds/01", 1, 7200, "2027-09-01", BUY)
    soon = lot("north/sheds/02", 1, 7200, "2026-09-01", BUY)
    found = assigned(made, [start(1), start(2)], [late, soon])
    assert found["north/sheds/02", 0, soon.name] == ("a",)
    assert found["north/sheds/01", 0, late.name] == ("b",)


def test_what_a_lot_leaves_is_there_for_the_next():
    """A lot that replaces one of the same power in its block takes nothing more."""
    made = portfolio(site(tranches={"a": tranche("12.5 MW", "2026-01-01")}))
    old = lot("north/sheds/01", 1, 7200, "2026-09-01", BUY, until="2028-01-01")
    new = lot("north/sheds/01", 1, 7200, "2028-01-01", BUY)
    new = type(new)(new.hall, 1, "X1", 7200, "later", new.service, new.until)
    found = assigned(made, [start()], [old, new])
    assert found["north/sheds/01", 0, old.name] == ("a",)
    assert found["north/sheds/01", 0, new.name] == ()


def left_early(lots, retired="retired"):
    """Return what a hall takes after another's GPUs left it in 2028, and from when it has it."""
    made = portfolio(site(tranches={"a": tranche("12.5 MW", "2026-01-01")}))
    old, new = lots
    old = replace(old, leaves=retired)
    whole = plan(made, starts=(start(1), start(2)), lots=(old, new), purchases=(purchase(),))
    taken = hand_out(made, made.sites["north"], roster(made, whole))
    key = (new.hall, 0, new.name)
    return taken.tranches[key], taken.freed.get(key), taken.short_mw.get(key, 0.0)


def test_power_of_gpus_that_leave_early_serves_other_halls():
    """One that leaves at the end of its life keeps its block's power; one retired gives it back."""
    old = lot("north/sheds/01", 1, 7200, "2026-09-01", BUY, until="2028-01-01")
    after = lot("north/sheds/02", 1, 7200, "2028-03-01", BUY)
    soon = lot("north/sheds/02", 1, 7200, "2027-11-01", BUY)
    early = lot("north/sheds/02", 1, 7200, "2027-06-01", BUY)
    assert left_early((old, after)) == (("a",), dt.date(2028, 1, 1), 0.0)
    assert left_early((old, soon)) == (("a",), dt.date(2028, 1, 1), 0.0)  # it waits for it
    assert left_early((old, early)) == ((NEVER_POWERED,), None, 12.5)  # nobody waits so long
    assert left_early((old, after), "") == ((NEVER_POWERED,), None, 12.5)


def test_power_given_back_goes_once():
    """What a second hall takes of it is not there for its own block."""
    made = portfolio(site(tranches={"a": tranche("12.5 MW", "2026-01-01")}))
    old = lot("north/sheds/01", 1, 7200, "2026-09-01", BUY, until="2028-01-01")
    old = replace(old, leaves="retired")
    other = lot("north/sheds/02", 1, 7200, "2028-03-01", BUY)
    again = replace(old, service=dt.date(2028, 6, 1), until=other.until, leaves="", purchase="b")
    found = assigned(made, [start(1), start(2)], [old, other, again])
    assert found["north/sheds/02", 0, other.name] == ("a",)
    assert found["north/sheds/01", 0, again.name] == (NEVER_POWERED,)


def test_tranches_serve_their_groups():
    """A tranche that serves another group gives nothing, and one that serves few is not wasted."""
    tranches = {
        "mine": tranche("12.5 MW", "2026-06-01", "sheds"), "all": tranche("12.5 MW", "2026-01-01"),
    }  # fmt: skip
    group = site().groups["sheds"].model_dump()
    made = portfolio(site(tranches=tranches, groups={"sheds": group, "barns": group}))
    other = type(start().candidate)("north", "barns", "shed", "standard")
    here = lot("north/sheds/01", 1, 7200, "2026-09-01", BUY)
    there = lot("north/barns/01", 1, 7200, "2026-10-01", BUY)
    found = assigned(made, [start(), start(candidate=other)], [here, there])
    # By date alone "sheds" would take the tranche that serves all, and leave "barns" none.
    assert found["north/sheds/01", 0, here.name] == ("mine",)
    assert found["north/barns/01", 0, there.name] == ("all",)


def test_lot_without_power_never_serves():
    """A lot that the plan counts on and no tranche can carry waits for ever."""
    made = portfolio(site(tranches={"a": tranche("5 MW", "2026-01-01")}))
    one = lot("north/sheds/01", 1, 7200, "2026-09-01", BUY)
    assert assigned(made, [start()], [one])["north/sheds/01", 0, one.name] == (NEVER_POWERED,)
    whole = plan(
        made, starts=(start(),), lots=(one,), purchases=(purchase(),),
        orders=equipment_orders(made, [start()]),
    )  # fmt: skip
    network = compile_network(made, whole)
    gate = "tranche/north/-"
    assert gate in gates(network, "north/sheds/01/1/B2")
    assert network.gate_base_min[network.gate_name.index(gate)] == NEVER


def test_blocks_without_lots_come_last():
    """A hall in which the plan places nothing takes what the others leave, or the last tranche."""
    tranches = {"a": tranche("12.5 MW", "2026-01-01"), "b": tranche("1 MW", "2027-01-01")}
    made = portfolio(site(tranches=tranches))
    one = lot("north/sheds/02", 1, 7200, "2028-09-01", BUY)
    found = assigned(made, [start(1), start(2)], [one])
    assert found["north/sheds/02", 0, one.name] == ("a",)
    assert found["north/sheds/01", 0, ""] == found["north/sheds/01", 1, ""] == ("b",)


def test_site_without_tranches_needs_none():
    """Where no tranche is told, power is not what holds the site."""
    assert assigned(portfolio(site(tranches={})), [start()]) == {}
