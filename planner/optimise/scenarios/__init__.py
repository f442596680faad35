"""Plans over scenarios: decisions before a reveal are shared, what comes after is free."""

from planner.optimise.scenarios.bet import Found, place_bet
from planner.optimise.scenarios.commit import pins_for, weaker
from planner.optimise.scenarios.members import (
    arrivals_of,
    at_level,
    levels,
    members,
    weights,
    worth_of,
)
from planner.optimise.scenarios.table import CHOSEN, merit

__all__ = [
    "CHOSEN", "Found", "arrivals_of", "at_level", "levels", "members", "merit", "pins_for",
    "place_bet", "weaker", "weights", "worth_of",
]  # fmt: skip
