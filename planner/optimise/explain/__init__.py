"""Why a plan is as it is: a warm model that what-ifs are asked of.

`Session` holds the plan's model; `prices` asks what one more of anything is worth, `why` and
`why_not` force a decision the other way, `alternatives` looks for plans as good and unlike, and
`switch` finds the value of a parameter at which the choice flips; `pin_costs` leaves out each
pinned decision in turn.
"""

from planner.optimise.explain.along import megawatts
from planner.optimise.explain.alternatives import Other, alternatives, moved
from planner.optimise.explain.distance import distance
from planner.optimise.explain.forced import Reply, why, why_not
from planner.optimise.explain.outline import outline
from planner.optimise.explain.parameters import Given, Parameter, given_of, usual
from planner.optimise.explain.pins import pin_costs
from planner.optimise.explain.prices import prices
from planner.optimise.explain.session import Session
from planner.optimise.explain.switch import switch

__all__ = [
    "Given", "Other", "Parameter", "Reply", "Session", "alternatives", "distance", "given_of",
    "megawatts", "moved", "outline", "pin_costs", "prices", "switch", "usual", "why", "why_not",
]  # fmt: skip
