"""The order of the stages: the loop that plans and verifies, and what is compared."""

from planner.study.ask import Ask
from planner.study.compare import compare_methods
from planner.study.review import network_of, reviewed
from planner.study.run import run, simulate_plan, with_warnings
from planner.study.why import Why, why

__all__ = [
    "Ask", "Why", "compare_methods", "network_of", "reviewed", "run", "simulate_plan", "why",
    "with_warnings",
]  # fmt: skip
