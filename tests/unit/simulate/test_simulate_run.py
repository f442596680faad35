"""A whole run: what it sums up, and what may not change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.simulate import run
from planner.simulate.blocks import LARGEST
from tests.networks import DAY, Job, Shed, Sky, csr, ints, network
from tests.outcomes import assert_same

if TYPE_CHECKING:
    from planner.network.arrays import Network

ROUGH = Sky(lost=((2, 5, 9),) * 12, rate=(1, 4, 9), days=(1, 2, 4), gust=(50, 80, 140))


def campus(days: int = 400, **changes: object) -> Network:
    """A hall of two activities and a tail, gates for power and racks, a storm now and then."""
    jobs = [
        Job("build", (5 * DAY, 6 * DAY, 9 * DAY), needs={"el": 1}, outdoor=True),
        Job("test", DAY, (("build", "FS", 0),), needs={"el": 1}),
        Job("racks", (DAY, 2 * DAY, 4 * DAY), (("test", "FS", 0),), gates=("tranche", "dock")),
        Job("yard", (DAY, 20 * DAY, 30 * DAY), needs={"el": 1}),
    ]
    parts = {
        "block": ("h/1", "h/2", "old/1"), "block_hall": ints([0, 0, 0]),
        "block_mw": np.array([1.0, 1.0, 1.0]), "block_ready": csr([[1, 3], [1], []]),
        "lot": ("new", "stands", "in block 1"), "lot_block": ints([0, 2, 0]),
        "lot_service": ints([2, -1, -1]), "lot_gate": ints([1, -1, -1]),
        "tranche": ("grid", "gas"), "tranche_gate": ints([0, 0]), "tranche_after": csr([[3], []]),
    }  # fmt: skip
    return network(
        jobs, crews={"el": 1}, gates={"tranche": (20 * DAY, (0, 0, 9 * DAY)), "dock": (9 * DAY, 0)},
        sheds=[Shed("h", "build", "racks", closes="build")], skies=(ROUGH,), days=days,
        drivers={"labour": ((0.8, 1, 1.4), 1.0)}, **{**parts, **changes},  # type: ignore[arg-type]
    )  # fmt: skip


def test_milestones_are_made_of_finishes_and_gates() -> None:
    """Ready: the latest of its activities; energised: gate and works; service: of the lot's tail,
    or with its block; dock: its gate, or 0."""
    made = campus()
    found = run(made, seed=1, samples=20)
    finish = found.finish_min
    np.testing.assert_array_equal(found.ready_min[:, 0], np.maximum(finish[:, 1], finish[:, 3]))
    np.testing.assert_array_equal(found.ready_min[:, 1], finish[:, 1])
    np.testing.assert_array_equal(found.ready_min[:, 2], 0)
    gas = found.energised_min[:, 1]
    assert (gas >= 20 * DAY).all()
    assert len(np.unique(gas)) > 10
    np.testing.assert_array_equal(found.energised_min[:, 0], np.maximum(gas, finish[:, 3]))
    np.testing.assert_array_equal(found.service_min[:, 0], finish[:, 2])
    np.testing.assert_array_equal(found.service_min[:, 1], 0)
    np.testing.assert_array_equal(found.service_min[:, 2], found.ready_min[:, 0])
    np.testing.assert_array_equal(found.dock_min, [[9 * DAY, 0, 0]] * 20)
    assert (found.start_min[:, 2] >= gas).all()
    # The racks of the new lot: its tail is in no activity's name here, so that none waits for them.
    np.testing.assert_array_equal(found.rack_start_min, found.service_min)
    assert found.samples == 20


def test_never_reaches_the_milestones() -> None:
    """What ends after the tables is never ready, energised or in service."""
    found = run(campus(days=10), seed=1, samples=2)
    assert (found.ready_min[:, 0] == NEVER).all()
    assert (found.service_min[:, 0] == NEVER).all()
    assert (found.energised_min[:, 0] == NEVER).all()


def test_the_deterministic_pass_comes_with_it() -> None:
    """Likely work: build 6, test 1, racks from day 20 for 2; yard 20 beside it without crews."""
    found = run(campus(), seed=1, samples=1)
    np.testing.assert_array_equal(found.deterministic_finish_min, np.array([6, 7, 22, 20]) * DAY)
    np.testing.assert_array_equal(found.deterministic_ready_min, np.array([20, 7, 0]) * DAY)
    np.testing.assert_array_equal(found.deterministic_service_min[:1], [22 * DAY])


def test_total_float_is_towards_the_next_hand_over() -> None:
    """Held to the last finish, build and test have 13 days; a block that waits for test, none."""
    found = run(campus(), seed=1, samples=1)
    assert found.total_float_min.tolist() == [0, 0, 0, 0]
    free = run(campus(block_ready=csr([[2], [2], []])), seed=1, samples=1)
    np.testing.assert_array_equal(free.total_float_min, np.array([13, 13, 0, 0]) * DAY)


def test_engine_and_workers_change_nothing() -> None:
    """More samples than a block: both engines, one thread or three, the same outcome."""
    made, samples = campus(), LARGEST + 30
    base = run(made, seed=4, samples=samples, workers=1, looks=True)
    assert_same(base, run(made, seed=4, samples=samples, workers=3, looks=True))
    assert_same(base, run(made, seed=4, samples=samples, engine="reference", looks=True))


def test_another_seed_is_another_future() -> None:
    """Seeds differ, and the same seed does not."""
    one, same, other = (run(campus(), seed=seed, samples=9) for seed in (1, 1, 2))
    assert_same(one, same)
    assert (one.finish_min != other.finish_min).any(axis=1).all()


def test_progress_is_told_up_to_the_end() -> None:
    """Shares rise to one, a step a block."""
    told: list[tuple[str, float]] = []
    run(
        campus(),
        seed=1,
        samples=2 * LARGEST,
        progress=lambda stage, share: told.append((stage, share)),
    )
    assert told == [("simulation of 1,024 futures", 0.5), ("simulation of 1,024 futures", 1.0)]


def test_no_samples_are_refused() -> None:
    """At least one future."""
    with pytest.raises(ValueError, match=r"at least one sample needed \(got 0\)"):
        run(campus(), seed=1, samples=0)


def test_an_error_in_a_worker_comes_out() -> None:
    """A network that cannot end is an error of the run."""
    with pytest.raises(EngineError, match="more crews needed"):
        run(network([Job("a", 1, needs={"el": 2})], crews={"el": 1}), seed=1, samples=3)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_degenerate_networks_end(engine: str) -> None:
    """No activity, one milestone, all zero, a long chain, many abreast: each has an answer."""
    chain = [Job("a0", 10)] + [Job(f"a{i}", 10, ((f"a{i - 1}", "FS", 0),)) for i in range(1, 500)]
    abreast = [Job(f"a{i}", 10, needs={"el": 1}) for i in range(500)]
    zeros = [Job(f"m{i}", 0, needs={"el": 1}) for i in range(5)]
    cases = [
        ([], []), ([Job("m", 0)], [0]), (zeros, [0] * 5),
        (chain, list(range(10, 5001, 10))), (abreast, list(range(10, 5001, 10))),
    ]  # fmt: skip
    for jobs, expected in cases:
        made = network(jobs, crews={"el": 1})
        found = run(made, seed=1, samples=1, engine=engine)  # type: ignore[arg-type]
        np.testing.assert_array_equal(found.finish_min, np.array([expected]).reshape(1, -1))


def test_racks_start_with_the_row_of_the_lot_that_waits_for_them() -> None:
    """Two lots of one purchase: each starts with its own row of the tail, in order of the rows."""
    jobs = [
        Job("h/1/p/G01", 2 * DAY, gates=("dock",)),
        Job("h/1/p/G02", DAY, (("h/1/p/G01", "FS", 0),)),
        Job("h/2/p/G01", DAY, gates=("dock",), needs={"el": 1}),
        Job("h/2/q/G01", 3 * DAY, needs={"el": 1}),
    ]  # fmt: skip
    made = network(
        jobs, crews={"el": 1}, gates={"dock": (4 * DAY, 0)}, rank=[j.name for j in jobs[::-1]],
        block=("h/1", "h/2"), block_hall=ints([0, 0]), block_mw=np.ones(2),
        block_ready=csr([[], []]),
        lot=("h/1/p", "h/2/p", "h/2/q"), lot_block=ints([0, 1, 1]), lot_service=ints([1, 2, 3]),
        lot_gate=ints([0, 0, -1]),
    )  # fmt: skip
    found = run(made, seed=1, samples=1)
    # The gate opens on day 4; the crew, which q had from day 0 to 3, is there by then. q waits for
    # no racks, so that its service stands for them.
    assert found.rack_start_min[0].tolist() == [4 * DAY, 4 * DAY, 3 * DAY]
