"""Simulated futures of a network: draws, two engines of the same semantics, and what they mean."""

from planner.simulate.readiness import existing_readiness, readiness
from planner.simulate.run import run

__all__ = ["existing_readiness", "readiness", "run"]
