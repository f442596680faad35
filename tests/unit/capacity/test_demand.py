"""Researchers, guarantees and floors by period."""

from __future__ import annotations

import pytest

from planner.capacity.demand import floors_h100e, guarantees_h100e, needs_backup, researchers
from tests.portfolios import tiny

CHAT = {
    "title": "Chat", "users": "1e6 user", "growth": 0, "requests": "86400 request/user/day",
    "flop": "1 TFLOP/request", "peak": 2, "workload": "work",
}  # fmt: skip


def test_researchers_are_the_mean_of_a_period() -> None:
    """Ten to the middle of 2026Q1 (45 of 90 days) and twenty from then make fifteen."""
    steps = [{"since": "2026-01-01", "researchers": 10}, {"since": "2026-02-15", "researchers": 20}]
    heads = researchers(tiny({"teams": {"a": {"researchers": steps}}}))["a"]
    assert heads[:2].tolist() == [15.0, 20.0]


def test_a_team_at_work_for_a_time_has_researchers_then_only() -> None:
    """Before `earliest` and after `latest` a team has nobody."""
    team = {"earliest": "2026-04-01", "latest": "2026-06-30"}
    heads = researchers(tiny({"teams": {"a": team}}))["a"]
    assert heads[:3].tolist() == [0.0, 10.0, 0.0]


def test_a_guarantee_holds_from_its_date() -> None:
    """Ten researchers at 5 H100e each, from the second quarter on."""
    team = {"guarantee": "5 h100e/researcher", "guarantee_since": "2026-04-01"}
    given = guarantees_h100e(tiny({"teams": {"a": team}}))
    assert given["a"][:2].tolist() == [0.0, 50.0]
    assert "b" not in given


def test_a_floor_is_users_by_requests_by_flop_by_peak_over_the_reference() -> None:
    """One million TFLOP/s at a peak of two over 400 TFLOP/s achieved: 5,000 H100e."""
    assert floors_h100e(tiny({"products": {"chat": CHAT}}))["chat"][0] == pytest.approx(5000.0)


def test_a_floor_grows_to_the_middle_of_its_period() -> None:
    """Users double in a year: the first quarter's floor is 2^(1/8) of the start, near enough."""
    chat = {**CHAT, "growth": 1}
    floor = floors_h100e(tiny({"products": {"chat": chat}}))["chat"][0]
    assert floor == pytest.approx(5000.0 * 2 ** (45 / 365.25))


def test_a_product_has_no_floor_before_its_launch() -> None:
    """Launched at the end of a quarter, it is served from the next on."""
    chat = {**CHAT, "launch": "2026-04-01"}
    floor = floors_h100e(tiny({"products": {"chat": chat}}))["chat"]
    assert floor[:2].tolist() == [0.0, pytest.approx(5000.0)]


def test_a_team_needs_backup_if_one_of_its_workloads_does() -> None:
    """The need goes with the workload."""
    portfolio = tiny(catalog={"workloads": {"work": {"needs_backup": True}}})
    assert needs_backup(portfolio, "a")
    assert not needs_backup(tiny(), "a")
