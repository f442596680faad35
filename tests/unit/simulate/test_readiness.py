"""Readiness of options, on the campus with round numbers of `tests.campuses`."""

from __future__ import annotations

import numpy as np
import pytest

from planner.domain.plan import Candidate
from planner.network import build_tables, compile_network, existing_plan, trial_network
from planner.simulate import existing_readiness, readiness, run
from planner.simulate.readiness import catalog_tail_day
from tests.campuses import SHED, portfolio, site

AT_16 = 16 / 24


def test_a_trial_by_hand() -> None:
    """One hall released on Monday 5 January 2026, its gear ordered that day.

    Gear comes on 4 February; A2 takes 4-10 February, B1 11-16 in block 1 and 17-20 in block 2,
    R1 and B2 two days each after it, R2 three more: 19-23 and 25-27 February, always until 16:00.
    From B2 or R1 to service are five working days over one weekend.
    """
    made = portfolio()
    network = trial_network(made, SHED, 0, 1)
    found = readiness(made, SHED, 0, network, run(network, seed=1, samples=3))
    np.testing.assert_allclose(found.ready_day, [42 + AT_16, 46 + AT_16])
    np.testing.assert_allclose(found.service_day, [49 + AT_16, 53 + AT_16])
    np.testing.assert_allclose(found.block_mw, [20, 20])
    assert (found.power_tail_day, found.rack_tail_day) == (7, 7)


def test_halls_of_a_trial_are_averaged_block_by_block() -> None:
    """Two halls released at the start and in the middle of a period: between the two of one."""
    made = portfolio()
    tables = build_tables(made)
    alone, both = (trial_network(made, SHED, 4, halls, tables) for halls in (1, 2))
    first = readiness(made, SHED, 4, alone, run(alone, seed=1, samples=3))
    mean = readiness(made, SHED, 4, both, run(both, seed=1, samples=3))
    later = 2 * mean.ready_day - first.ready_day
    # The second is released half of a quarter of 90 days later; weekends may add or take two.
    assert (abs(later - first.ready_day - 45) <= 2).all()
    assert mean.ready_day.shape == (2,)


def test_a_trial_without_new_halls_is_refused() -> None:
    """Halls under way are not the candidate's."""
    made = portfolio()
    plan = existing_plan(made)
    network = compile_network(made, plan, with_tranches=False)
    outcome = run(network, seed=1, samples=1)
    with pytest.raises(ValueError, match="no new hall of north/sheds/shed/standard"):
        readiness(made, SHED, 0, network, outcome)


def test_what_stands_and_what_is_under_way() -> None:
    """A standing hall is ready at its date, two halls under way are one entry of four blocks."""
    halls = {
        "group": "sheds", "mode": "shed", "count": 2, "released": "2026-01-05", "stagger": "7 day",
    }  # fmt: skip
    old = {"it_power": "20 MW", "mode": "shed", "ready": "2026-01-15"}
    made = portfolio(site(under_way={"first": halls}, standing={"old": old}))
    plan = existing_plan(made)
    network = compile_network(made, plan, with_tranches=False)
    entries = existing_readiness(made, plan, network, run(network, seed=1, samples=2))
    by_group = {entry.candidate: entry for entry in entries}
    assert set(by_group) == {SHED, Candidate("north", "old", "shed", "standard")}
    assert all(entry.period == -1 for entry in entries)
    built, stands = by_group[SHED], by_group[Candidate("north", "old", "shed", "standard")]
    assert len(built.ready_day) == len(built.service_day) == len(built.block_mw) == 4
    np.testing.assert_allclose(stands.ready_day, [10])
    np.testing.assert_allclose(stands.service_day, [10])


def test_the_tail_of_what_stands_comes_from_the_catalog() -> None:
    """R1 two working days and R2 three of a five-day week: seven days. Power gates only R2: 4.2."""
    made = portfolio()
    assert catalog_tail_day(made, "shed", "racks") == pytest.approx(7)
    assert catalog_tail_day(made, "shed", "power") == pytest.approx(4.2)
