"""Plans over scenarios: decisions before a reveal are shared, what comes after is free."""

from planner.optimise.scenarios.bet import Found, place_bet
from planner.optimise.scenarios.commit import pins_for, weaker
from planner.optimise.scenarios.members import at_level, levels, members, weights
from planner.optimise.scenarios.table import CHOSEN, merit

__all__ = [
    "CHOSEN", "Found", "at_level", "levels", "members", "merit", "pins_for", "place_bet", "weaker",
    "weights",
]  # fmt: skip
