"""Every shipped scenario compiles to sound networks: what is there, and each candidate's trial."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.network import (
    build_tables,
    candidates,
    compile_network,
    deterministic,
    existing_plan,
    trial_network,
)
from planner.network.verify import verify
from planner.specs import load

SCENARIOS = sorted(Path("sites/scenarios").glob("*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_networks_are_sound(path):
    """Compiled networks keep their promises, and a trial's halls come into service."""
    portfolio = load(path)
    tables = build_tables(portfolio)
    assert verify(compile_network(portfolio, existing_plan(portfolio, tables), tables=tables)) == ()
    for candidate in candidates(portfolio):
        network = trial_network(portfolio, candidate, 1, 2, tables)
        assert verify(network) == ()
        found = deterministic(network)
        assert 0 < found.ready_min.min() <= found.service_min.max() < tables.days * 1440
