"""The check of compiled networks finds what is broken."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from planner.network import trial_network
from planner.network.verify import verify
from tests.campuses import SHED, portfolio


def _csr(network, name, **changes):
    return {name: dataclasses.replace(getattr(network, name), **changes)}


BROKEN = {
    "rank is no permutation": lambda n: {"rank": np.zeros(len(n.activity), dtype=np.int64)},
    "rows": lambda n: {"cost_musd": n.cost_musd[1:]},
    "name twice": lambda n: {"activity": (n.activity[1], *n.activity[1:])},
    "cycle": lambda n: {"relation_pred": n.relation_succ, "relation_succ": n.relation_succ},
    "lag is negative": lambda n: {"relation_lag_min": n.relation_lag_min - 1},
    "more of north/EL": lambda n: {"capacity": n.capacity - 9},
    "wanted, 0 ordered": lambda n: {
        "unit_pool": n.unit_pool[:0], "unit_name": (),
        **_csr(n, "unit_driver", pointer=np.zeros(1, dtype=np.int64)),
        "unit_lead": type(n.unit_lead)(*(part[:0] for part in vars(n.unit_lead).values())),
    },
    "pointers do not span": lambda n: _csr(n, "gate", pointer=n.gate.pointer[1:]),
    "column is out of range": lambda n: _csr(n, "gate", column=n.gate.column + 99),
    "are not its range": lambda n: {"hall_last": n.hall_last - 1},
    "out of range": lambda n: {"calendar": n.calendar + 99},
    "before the epoch": lambda n: {"gate_base_min": n.gate_base_min - 10**9},
    "nobody ever works": lambda n: {"day_type": n.day_type * 0},
    "does not cover": lambda n: {"day_type": n.day_type[:, 1:]},
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_broken_networks_are_named(what):
    """Each broken promise is said in words; the sound network breaks none."""
    made = trial_network(portfolio(), SHED, 1, 1)
    assert verify(made) == ()
    found = verify(dataclasses.replace(made, **BROKEN[what](made)))
    assert any(what in text for text in found), found
