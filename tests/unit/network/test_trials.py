"""Candidates, trials, and what stands or is under way."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.domain.plan import Candidate
from planner.network import (
    build_tables,
    candidates,
    compile_network,
    existing_plan,
    trial_network,
    trial_plan,
    trial_portfolio,
    under_way,
)
from planner.network.verify import verify
from tests.campuses import SHED, portfolio, row, site

ROUND = Candidate("north", "sheds", "shed", "round")
UNDER_WAY = {
    "first": {
        "group": "sheds",
        "mode": "shed",
        "count": 2,
        "released": "2025-11-03",
        "stagger": "21 day",
    }
}


def test_candidates_are_mode_and_calendar():
    """Every allowed mode on every allowed calendar, in the order of the files."""
    assert candidates(portfolio()) == (SHED, ROUND)


def test_full_groups_have_no_candidates():
    """A group whose halls are all under way has none left to choose."""
    full = {**UNDER_WAY["first"], "count": 6}
    assert candidates(portfolio(site(under_way={"first": full}))) == ()


def test_policy_narrows_the_modes():
    """Only modes that the policy allows may be started."""
    made = portfolio()
    policy = made.spec.policy.model_copy(update={"modes": ("other",)})
    assert candidates(made.replace(spec=made.spec.model_copy(update={"policy": policy}))) == ()


def test_under_way_halls_are_numbered_by_release():
    """Halls under way count first in their group, a stagger apart."""
    started = under_way(portfolio(site(under_way=UNDER_WAY)))
    assert [(s.hall, s.release) for s in started] == [
        ("north/sheds/01", dt.date(2025, 11, 3)), ("north/sheds/02", dt.date(2025, 11, 24)),
    ]  # fmt: skip
    assert all(s.is_under_way for s in started)


def test_trial_starts_are_spread_over_the_period():
    """The k-th of n is released at (k - 1) / n of the period, numbered after those under way."""
    made = portfolio(site(under_way=UNDER_WAY))
    found = trial_plan(made, SHED, 1, 2)  # 2026Q2 has 91 days
    assert [(s.number, s.release) for s in found.starts] == [
        (3, dt.date(2026, 4, 1)), (4, dt.date(2026, 5, 16)),
    ]  # fmt: skip
    assert (found.lots, found.purchases) == ((), ())


def test_trial_respects_the_earliest_start():
    """A group that opens inside the period starts no earlier."""
    group = {**site().groups["sheds"].model_dump(), "earliest": "2026-05-01"}
    found = trial_plan(portfolio(site(groups={"sheds": group})), SHED, 1, 2)
    assert [s.release for s in found.starts] == [dt.date(2026, 5, 1), dt.date(2026, 5, 16)]


def test_trial_stands_alone():
    """A trial holds one site, its works and the new halls: nothing else contends."""
    standing = {"old": {"it_power": "40 MW", "mode": "shed", "ready": "2025-06-01"}}
    other = site(site="south", title="South")
    made = portfolio(site(under_way=UNDER_WAY, standing=standing), other)
    network = trial_network(made, SHED, 1, 2)
    assert network.site == ("north",)
    assert network.hall == ("north/sheds/03", "north/sheds/04")
    assert network.tranche == ()
    assert len(network.lot) == len(network.block) == 4
    assert verify(network) == ()


def test_trial_plan_also_compiles_whole():
    """The plan of a trial covers the equipment of all site works, so it compiles with all sites."""
    rows = {"W1": row("5 wd", waits_for=["gear"])}
    works = {"plot": {"title": "Works", "release": "W1", "activities": rows}}
    made = portfolio(site(), site(site="south", title="South"), works=works)
    network = compile_network(made, trial_plan(made, SHED, 1, 2), with_tranches=False)
    assert verify(network) == ()


def test_trial_leaves_stock_to_halls_under_way():
    """Stock that halls under way need is not there for a trial."""
    stock = {"gear": [{"units": 3, "arrives": "2025-12-01"}]}
    made = portfolio(site(under_way=UNDER_WAY, stock=stock))
    alone = trial_portfolio(made, "north", build_tables(made))
    assert [entry.units for entry in alone.sites["north"].stock["gear"]] == [1]
    assert sum(o.units for o in trial_plan(made, SHED, 1, 2).orders) == 1


def test_tables_may_be_shared():
    """Tables and the lonely portfolio given from outside change nothing."""
    made = portfolio(site(under_way=UNDER_WAY))
    tables = build_tables(made)
    alone = trial_portfolio(made, "north", tables)
    one, two = trial_network(made, ROUND, 2, 1), trial_network(made, ROUND, 2, 1, tables, alone)
    assert one.activity == two.activity
    assert one.rank.tolist() == two.rank.tolist()


def test_existing_plan_holds_what_is_there():
    """Halls under way with their equipment, and GPUs rack by rack into the blocks of their hall."""
    standing = {"old": {"it_power": "30 MW", "mode": "shed", "ready": "2025-06-01"}}
    installed = {"old": [
        {"sku": "X1", "gpus": 72 * 170, "since": "2025-06-01"},
        {"sku": "X1", "gpus": 72 * 50, "since": "2019-01-01"}]}  # fmt: skip
    made = portfolio(site(standing=standing, installed=installed, under_way=UNDER_WAY))
    found = existing_plan(made)
    # 30 MW count as two blocks of 15 MW, 150 racks each; the GPUs of 2019 have left.
    assert [(lot.hall, lot.block, lot.gpus) for lot in found.lots] == [
        ("north/old/01", 1, 72 * 150), ("north/old/01", 2, 72 * 20),
    ]  # fmt: skip
    assert [s.hall for s in found.starts] == ["north/sheds/01", "north/sheds/02"]
    assert sum(o.units for o in found.orders) == 2
    assert verify(compile_network(made, found)) == ()


def test_installed_gpus_of_one_sku_share_a_block_lot():
    """Two lots of one SKU that meet in a block are one, from the later date on."""
    standing = {"old": {"it_power": "20 MW", "mode": "shed", "ready": "2024-06-01"}}
    installed = {"old": [
        {"sku": "X1", "gpus": 720, "since": "2024-06-01"},
        {"sku": "X1", "gpus": 72, "since": "2025-06-01"}]}  # fmt: skip
    (only,) = existing_plan(portfolio(site(standing=standing, installed=installed))).lots
    assert (only.gpus, only.service) == (792, dt.date(2025, 6, 1))


def test_hall_released_before_the_epoch_is_refused():
    """A release that the tables cannot hold is a programmer's mistake."""
    made = portfolio()
    early = trial_plan(made, SHED, 0, 1)
    moved = type(early.starts[0])(SHED, 1, dt.date(2020, 1, 1))
    with pytest.raises(ValueError, match="before 2025-01-01"):
        compile_network(made, early.replace(starts=(moved,)))
