"""Simulated futures of a network: draws, two engines of the same semantics, and what they mean."""

from planner.simulate.precision import largest_error_day, standard_error_day
from planner.simulate.readiness import existing_readiness, readiness
from planner.simulate.run import run
from planner.simulate.streams import stream_keys, uniforms

__all__ = [
    "existing_readiness",
    "largest_error_day",
    "readiness",
    "run",
    "standard_error_day",
    "stream_keys",
    "uniforms",
]
