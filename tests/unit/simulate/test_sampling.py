"""What is drawn: work, gates, deliveries, drivers and events, by their laws."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.domain.result import NEVER
from planner.simulate.sampling import Draws, Sampler
from tests.networks import Job, Sky, csr, ints, network

if TYPE_CHECKING:
    from planner.network.arrays import Network

ROUGH = Sky(lost=((2, 5, 9),) * 12, rate=(1, 4, 9), days=(1, 2, 4), gust=(50, 80, 140))
JOBS = [
    Job("a", (500, 600, 900), drivers=("labour",)),
    Job("b", (500, 600, 900), outdoor=True, gates=("g",)),
    Job("c", 77, waits={"tx": 1}, drivers=("labour", "supply")),
]


def rich(jobs: list[Job] = JOBS) -> Network:
    return network(
        jobs,
        units=[("tx", (100, 200, 500))],
        gates={"g": (1000, (-300, 0, 400))},
        drivers={"labour": ((0.8, 1.0, 1.4), 1.0), "supply": ((2.0, 3.0, 4.0), 0.25)},
        events={"strike": (700, 0.3)},
        hit_by={"g": ("strike",)},
        skies=(ROUGH,),
        days=800,
    )


def draw(made: Network, samples: int = 400, seed: int = 1) -> Draws:
    return Sampler(made, seed=seed, samples=samples).draw(0, samples)


def test_the_order_of_activities_changes_no_draw() -> None:
    """Declared the other way round, with one more, each activity has the same work."""
    first, second = draw(rich()), draw(rich([*JOBS[::-1], Job("new", (1, 2, 3))]))
    np.testing.assert_array_equal(first.work_min, second.work_min[:, [2, 1, 0]])
    np.testing.assert_array_equal(first.is_lost, second.is_lost)
    np.testing.assert_array_equal(first.storms.gust_mph, second.storms.gust_mph)


def test_blocks_make_the_same_run() -> None:
    """Every array of a run drawn in blocks of 150 is that of one block."""
    sampler = Sampler(rich(), seed=1, samples=400)
    whole = sampler.draw(0, 400)
    parts = [sampler.draw(first, min(150, 400 - first)) for first in range(0, 400, 150)]
    for name in ("work_min", "gate_min", "unit_min", "driver_factor", "is_lost"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(getattr(whole, name), joined, name)
    for field in dataclasses.fields(whole.storms):
        if field.name != "pointer":
            joined = np.concatenate([getattr(part.storms, field.name) for part in parts])
            np.testing.assert_array_equal(getattr(whole.storms, field.name), joined)
    counts = np.concatenate([np.diff(part.storms.pointer) for part in parts])
    np.testing.assert_array_equal(np.diff(whole.storms.pointer), counts)
    repairs = np.concatenate([part.repairs.work_min for part in parts])
    np.testing.assert_array_equal(whole.repairs.work_min, repairs)


def test_drivers_multiply_the_work_of_those_that_name_them() -> None:
    """c is certain, so its work is 77 x labour x supply; b names no driver."""
    draws = draw(rich())
    labour, supply, _ = draws.driver_factor.T
    np.testing.assert_array_equal(draws.work_min[:, 2], np.rint(77 * labour * supply))
    base = draw(rich([Job("a", (500, 600, 900)), *JOBS[1:]]))
    np.testing.assert_array_equal(draws.work_min[:, 1], base.work_min[:, 1])
    assert np.corrcoef(draws.work_min[:, 0] / base.work_min[:, 0], labour)[0, 1] > 0.999


def test_a_driver_acts_with_its_probability_and_is_stratified_when_it_does() -> None:
    """A quarter of 400 samples have supply at 2 to 4, exactly; the rest at 1."""
    supply = draw(rich()).driver_factor[:, 1]
    acting = np.sort(supply[supply != 1])
    assert len(acting) == 100
    # Quantiles of the triangle 2, 3, 4 at 0.25, 0.5, 0.75: 3 -+ (1 - sqrt(0.5)).
    bend = 1 - 0.5**0.5
    np.testing.assert_allclose(acting[[25, 50, 75]], [3 - bend, 3, 3 + bend], atol=0.03)


def test_an_event_delays_the_gates_it_hits() -> None:
    """With the strike (three in ten) the gate opens 700 minutes later than its slip says."""
    draws = draw(rich())
    quiet = draw(dataclasses.replace(rich(), gate_event=csr([[]])))
    strike = draws.driver_factor[:, 2]
    assert np.count_nonzero(strike) == 120
    np.testing.assert_array_equal(draws.gate_min[:, 0] - quiet.gate_min[:, 0], strike)


def test_a_lead_time_counts_from_its_order_and_knows_its_drivers() -> None:
    """Ordered at minute 50: arrival is 50 + lead x labour."""
    made = rich()
    later = dataclasses.replace(made, unit_order_min=ints([50]), unit_driver=csr([[0]]))
    plain, driven = draw(made), draw(later)
    lead = Sampler(made, seed=1, samples=400)._lead.draw(0, 400, 400)[:, 0]
    np.testing.assert_array_equal(plain.unit_min[:, 0], np.rint(lead))
    expected = np.rint(50 + lead * driven.driver_factor[:, 0])
    np.testing.assert_array_equal(driven.unit_min[:, 0], expected)


def test_dates_before_the_epoch_are_the_epoch_and_never_stays_never() -> None:
    """A gate at minute 100 with a slip of -300 opens at 0; one that never opens, at NEVER."""
    made = network([Job("a", 1)], gates={"early": (100, -300), "not": (NEVER, 0)})
    np.testing.assert_array_equal(draw(made, 2).gate_min, [[0, NEVER]] * 2)


def test_two_plans_share_their_luck() -> None:
    """What both networks name is drawn the same, other drivers and gates notwithstanding."""
    other = network(JOBS[:1], drivers={"labour": ((0.8, 1.0, 1.4), 1.0)}, skies=(ROUGH,), days=800)
    np.testing.assert_array_equal(draw(rich()).work_min[:, 0], draw(other).work_min[:, 0])


def test_plain_monte_carlo_is_another_set_of_futures_of_the_same_law() -> None:
    """Mean of the triangle 500, 600, 900 is 667, within four standard errors."""
    made = rich([Job("a", (500, 600, 900))])
    plain = Sampler(made, seed=1, samples=400, method="plain").draw(0, 400).work_min[:, 0]
    latin = draw(made).work_min[:, 0]
    assert (plain != latin).any()
    assert plain.mean() == pytest.approx(2000 / 3, abs=4 * 85 / 20)
    assert latin.mean() == pytest.approx(2000 / 3, abs=1)
