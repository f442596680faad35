"""What is fair: leximin, Nash, alpha-fair and dominant resources over claims, one interface."""

from planner.optimise.fairness.base import Claim, Fairness
from planner.optimise.fairness.claims import claims_of, fairness_of, levels_of, unit_of, use_of
from planner.optimise.fairness.curve import Curve
from planner.optimise.fairness.maxmin import MaxMin
from planner.optimise.fairness.mean import Mean
from planner.optimise.fairness.ordered import Ordered
from planner.optimise.fairness.periods import Periods

__all__ = [
    "Claim", "Curve", "Fairness", "MaxMin", "Mean", "Ordered", "Periods", "claims_of",
    "fairness_of", "levels_of", "unit_of", "use_of",
]  # fmt: skip
