"""``sum over t of discount[t] x spend[t]`` with a capacity in service by a date.

The date (`policy.cost_for`) is one more required date (`constraints.required`); what is sought is
the cost of the plan that keeps it.
"""

from __future__ import annotations

from planner.optimise.objectives.base import Objective
from planner.optimise.objectives.cost import evaluate, expression

OBJECTIVE = Objective("cost_for", "BUSD", "min", "spend", expression, evaluate)
