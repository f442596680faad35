"""Laws of deliveries that slip while they are not firm, on random networks of every feature."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.simulate import fast, reference
from planner.simulate.firm import Movable, settled
from planner.simulate.sampling import Sampler
from tests.networks import DAY, ints
from tests.strategies import networks

if TYPE_CHECKING:
    from planner.network.arrays import Network

SAMPLES = 3


def with_lots(made: Network, firm_days: list[int]) -> Network:
    """Return a network each of whose gates is the delivery of a lot, firm after some days."""
    owner = np.repeat(np.arange(len(made.activity)), np.diff(made.gate.pointer))
    rows = [(g, int(owner[made.gate.column == g][0])) for g in range(len(made.gate_name))
            if (made.gate.column == g).any()]  # fmt: skip
    firm = [firm_days[g % len(firm_days)] * DAY for g in range(len(made.gate_name))]
    return dataclasses.replace(
        made,
        activity=tuple(f"{name}/racks" for name in made.activity),
        lot=tuple(made.activity[a] for _, a in rows), lot_block=ints([0] * len(rows)),
        lot_service=ints([a for _, a in rows]), lot_gate=ints([g for g, _ in rows]),
        gate_firm_min=ints(firm),
    )  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=networks(), firm_days=st.lists(st.integers(0, 40), min_size=1, max_size=3))
def test_both_engines_move_deliveries_alike_and_nothing_before_they_are_firm(
    made: Network, firm_days: list[int]
) -> None:
    """Same gates and minutes; none earlier than drawn; what came before a move is as it was."""
    made = with_lots(made, firm_days)
    draws = Sampler(made, seed=7, samples=SAMPLES).draw(0, SAMPLES)
    movable = Movable(made)
    slow_draws, slow = settled(made, movable, draws, lambda d: reference.simulate(made, d))
    quick_draws, quick = settled(made, movable, draws, lambda d: fast.simulate(made, d))
    np.testing.assert_array_equal(slow_draws.gate_min, quick_draws.gate_min)
    np.testing.assert_array_equal(slow.start_min, quick.start_min)
    np.testing.assert_array_equal(slow.finish_min, quick.finish_min)
    assert (slow_draws.gate_min >= draws.gate_min).all()
    moved = slow_draws.gate_min != draws.gate_min
    assert made.gate_firm_min is not None
    assert (draws.gate_min > made.gate_firm_min)[moved].all()
    fixed = reference.simulate(made, draws)
    first = np.where(moved, draws.gate_min, np.iinfo(np.int64).max).min(axis=1, keepdims=True)
    before = fixed.start_min < first
    np.testing.assert_array_equal(slow.start_min[before], fixed.start_min[before])
