"""From a portfolio and a plan to flat arrays: compile, deterministic pass, levelling."""

from planner.domain.under_way import under_way
from planner.network.arrays import Csr, Laws, Network
from planner.network.compile import HallPriority, activity_names, compile_network
from planner.network.cpm import Deterministic, deterministic
from planner.network.level import named_arcs, order_of_service, sequence
from planner.network.orders import equipment_orders
from planner.network.tables import Tables, build_tables
from planner.network.trials import (
    Trials,
    bare_plan,
    candidates,
    existing_plan,
    trial_network,
    trial_plan,
    trial_portfolio,
)

__all__ = [
    "Csr",
    "Deterministic",
    "HallPriority",
    "Laws",
    "Network",
    "Tables",
    "Trials",
    "activity_names",
    "bare_plan",
    "build_tables",
    "candidates",
    "compile_network",
    "deterministic",
    "equipment_orders",
    "existing_plan",
    "named_arcs",
    "order_of_service",
    "sequence",
    "trial_network",
    "trial_plan",
    "trial_portfolio",
    "under_way",
]
