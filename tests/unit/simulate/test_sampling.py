"""What is drawn: work, gates, deliveries, drivers and events, by their laws."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.capacity.laws import prepare
from planner.domain.amount import Form
from planner.domain.result import NEVER
from planner.network.arrays import Laws
from planner.simulate.amounts import Streams
from planner.simulate.sampling import Draws, Sampler
from planner.simulate.sobol import Sobol
from planner.simulate.streams import stream_keys, uniforms
from tests.networks import Job, Sky, csr, ints, network

if TYPE_CHECKING:
    from planner.domain.result import Method
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


def test_amounts_are_the_quantiles_of_their_laws() -> None:
    """All forms beside each other, in any order, as `LawTable.quantile` has them."""
    form = ints([Form.LOGNORMAL, Form.PERT, Form.FIXED, Form.TRIANGULAR, Form.PERT80, Form.PERT])
    a, b, c = np.array([[1, 4, 9], [2, 3, 9], [7, 7, 7], [2, 5, 6], [3, 4, 8], [0, 9, 10.0]]).T
    law = Laws(form, a, b, c)
    names = [f"x{i}" for i in range(6)]
    found = Streams(law, 1, names).draw(10, 40, 50)
    u = uniforms(stream_keys(1, names), 10, 40, 50)
    np.testing.assert_allclose(found, prepare(form, a, b, c).quantile(u), rtol=1e-12)


# --- Sobol

SHARED = network(
    [Job("a", 100_000, drivers=("l", "m", "n")), Job("b", (500, 600, 900))],
    drivers=dict.fromkeys("lmn", ((0.5, 1.0, 2.0), 1.0)),
)
"""The work of a is a product of three independent factors of mean 7/6."""


def errors(method: Method, samples: int, share: float | None = None) -> float:
    """Return the root mean square error of the mean of a, or the spread of its quantile."""
    drawn = [
        Sampler(SHARED, seed=seed, samples=samples, method=method).draw(0, samples).work_min[:, 0]
        for seed in range(30)
    ]
    if share is not None:
        return float(np.std([np.quantile(work, share) for work in drawn]))
    return float(np.sqrt(np.mean([(work.mean() - 100_000 * (7 / 6) ** 3) ** 2 for work in drawn])))


def test_a_sobol_sequence_errs_less_than_a_hypercube_and_that_less_than_chance() -> None:
    """Mean of a product of drivers from 256 futures: plain errs by some 5,000, the hypercube, which
    knows no products, by 1,300, Sobol by 100. Of the P80 too Sobol errs least."""
    plain, latin, sobol = (errors(method, 256) for method in ("plain", "latin", "sobol"))
    assert latin < plain / 2
    assert sobol < latin / 4
    assert errors("sobol", 256, 0.8) < 0.7 * errors("plain", 256, 0.8)


def test_sobol_draws_depend_on_seed_name_and_sample() -> None:
    """A driver declared after the others, more activities and other blocks change nothing; another
    seed does."""
    more = network(
        [Job("new", (1, 2, 3)), Job("a", 100_000, drivers=("l", "m", "n"))],
        drivers=dict.fromkeys("lmno", ((0.5, 1.0, 2.0), 1.0)),
    )
    whole = Sampler(SHARED, seed=1, samples=100, method="sobol").draw(0, 100)
    other = Sampler(more, seed=1, samples=100, method="sobol")
    parts = [other.draw(first, 25).driver_factor for first in range(0, 100, 25)]
    np.testing.assert_array_equal(whole.driver_factor, np.concatenate(parts)[:, :3])
    again = Sampler(SHARED, seed=2, samples=100, method="sobol").draw(0, 100)
    assert (whole.driver_factor != again.driver_factor).all()


def test_all_but_drivers_is_drawn_as_in_a_hypercube() -> None:
    """Activities have the same work of their own under both."""
    latin, sobol = (
        Sampler(SHARED, seed=1, samples=64, method=m).draw(0, 64) for m in ("latin", "sobol")
    )
    np.testing.assert_array_equal(latin.work_min[:, 1], sobol.work_min[:, 1])
    assert (latin.driver_factor != sobol.driver_factor).any()


def test_each_axis_and_each_pair_of_axes_is_filled_evenly() -> None:
    """Of 256 points one lies in each of 256 intervals of each axis, and four in each cell of 8 x 8
    of the first two axes."""
    points = Sobol(stream_keys(3, ["l", "m", "n"]), 256).draw(0, 256)
    for axis in points.T:
        np.testing.assert_array_equal(np.sort(np.floor(axis * 256)), np.arange(256))
    cells = np.floor(points[:, :2] * 8).astype(np.int64)
    np.testing.assert_array_equal(np.bincount(cells[:, 0] * 8 + cells[:, 1], minlength=64), 4)


def test_plain_monte_carlo_is_another_set_of_futures_of_the_same_law() -> None:
    """Mean of the triangle 500, 600, 900 is 667, within four standard errors."""
    made = rich([Job("a", (500, 600, 900))])
    plain = Sampler(made, seed=1, samples=400, method="plain").draw(0, 400).work_min[:, 0]
    latin = draw(made).work_min[:, 0]
    assert (plain != latin).any()
    assert plain.mean() == pytest.approx(2000 / 3, abs=4 * 85 / 20)
    assert latin.mean() == pytest.approx(2000 / 3, abs=1)
