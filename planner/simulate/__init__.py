"""Simulated futures of a network: draws, two engines of the same semantics, and what they mean."""

from planner.simulate.cluster import dask_cluster
from planner.simulate.readiness import Trial, existing_readiness, readiness
from planner.simulate.run import run
from planner.simulate.streams import stream_keys, uniforms
from planner.simulate.workers import Threads, Workers

__all__ = [
    "Threads",
    "Trial",
    "Workers",
    "dask_cluster",
    "existing_readiness",
    "readiness",
    "run",
    "stream_keys",
    "uniforms",
]
