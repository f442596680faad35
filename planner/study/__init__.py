"""The order of the stages: the loop that plans and verifies, and what is compared."""

from planner.study.ask import Ask
from planner.study.compare import compare_methods
from planner.study.run import run, simulate_plan, with_warnings

__all__ = ["Ask", "compare_methods", "run", "simulate_plan", "with_warnings"]
