"""The order of the stages: the loop that plans and verifies, and what is compared."""

from planner.domain.result import unheard
from planner.study.ask import Ask, identity
from planner.study.basis import Basis
from planner.study.compare import compare_methods, compare_variants, compared, restricted
from planner.study.differ import Change, Difference, difference, lines
from planner.study.explain import PARTS as EXPLAINED
from planner.study.explain import Asked, explain, merged
from planner.study.explain import from_bytes as explanation_from_bytes
from planner.study.explain import to_bytes as explanation_to_bytes
from planner.study.methods import methods
from planner.study.review import network_of, reviewed
from planner.study.run import proved_again, run, simulate_plan, with_warnings
from planner.study.sweep import axis_of, sweep
from planner.study.why import Why, why

__all__ = [
    "EXPLAINED",
    "Ask",
    "Asked",
    "Basis",
    "Change",
    "Difference",
    "Why",
    "axis_of",
    "compare_methods",
    "compare_variants",
    "compared",
    "difference",
    "explain",
    "explanation_from_bytes",
    "explanation_to_bytes",
    "identity",
    "lines",
    "merged",
    "methods",
    "network_of",
    "proved_again",
    "restricted",
    "reviewed",
    "run",
    "simulate_plan",
    "sweep",
    "unheard",
    "why",
    "with_warnings",
]  # fmt: skip
