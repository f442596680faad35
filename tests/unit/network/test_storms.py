"""What storms can do to sites and halls, as a network says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner.domain.plan import Candidate, Start
from planner.network import compile_network, existing_plan
from tests.portfolios import tiny

if TYPE_CHECKING:
    from planner.network.arrays import Network

CLIMATE: dict[str, Any] = {
    "days_lost": ["2 day"] * 12, "storm_rate": 0.2, "storm_months": [8, 9], "storm_days": "2 day",
    "storm_gust": "60 mph", "outage": {"p10": "1 day", "p50": "2 day", "p90": "8 day"},
    "basin": "gulf",
}  # fmt: skip


def build(storms: str = "basin", **damage: object) -> Network:
    made = tiny(
        {"policy": {"storms": storms}},
        {"climate": "coast"},
        {"climates": {"coast": CLIMATE}, "modes": {"shed": {"storm": damage}}},
    )
    candidate = Candidate("north", "sheds", "shed", "standard")
    plan = existing_plan(made).replace(starts=(Start(candidate, 1, made.spec.data_date),))
    return compile_network(made, plan)


def test_outage_and_basin_come_from_the_climate() -> None:
    """The outage keeps its three points, and the basin its name."""
    made = build()
    assert made.storm_basin == ("gulf",)
    assert made.storm_outage is not None
    assert [x[0] for x in (made.storm_outage.a, made.storm_outage.b, made.storm_outage.c)] == [
        1, 2, 8,
    ]  # fmt: skip


def test_policy_may_set_the_basins_aside() -> None:
    """With independent storms no climate has a basin."""
    assert build("independent").storm_basin == ("",)


def test_repair_and_contents_have_their_cost() -> None:
    """A hall of 10 MW at 10 MUSD/MW whose envelope is a tenth: 10 MUSD, rebuilt at 1.5 times; half
    of the other 90 for each unit of damage. Without either, the envelope alone."""
    plain, dear = build(), build(rebuild=1.5, contents_loss="50 %")
    assert plain.hall_contents_musd is not None
    assert dear.hall_contents_musd is not None
    assert plain.hall_repair_cost_musd[0] == pytest.approx(10)
    assert plain.hall_contents_musd[0] == 0
    assert dear.hall_repair_cost_musd[0] == pytest.approx(15)
    assert dear.hall_contents_musd[0] == pytest.approx(45)
