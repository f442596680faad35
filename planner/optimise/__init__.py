"""From readiness to a plan: the model, the path to the solver, and the checks of a plan.

The only room that knows Pyomo and HiGHS.
"""

from planner.optimise.check import evaluate, violations
from planner.optimise.engine import Limits
from planner.optimise.solve import solve
from planner.optimise.terminal import terminal_answers

__all__ = ["Limits", "evaluate", "solve", "terminal_answers", "violations"]
