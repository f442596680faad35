"""Simulated futures of a network: draws, two engines of the same semantics, and what they mean."""

from planner.simulate.readiness import existing_readiness, readiness
from planner.simulate.run import run
from planner.simulate.streams import stream_keys, uniforms

__all__ = ["existing_readiness", "readiness", "run", "stream_keys", "uniforms"]
