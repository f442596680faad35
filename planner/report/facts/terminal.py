"""What the plan owes to the worth of compute after the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.domain.result import Result


@dataclass(frozen=True)
class TerminalFact:
    """The answer at a share of the terminal value.

    Parameters
    ----------
    worth
        In words: none of it, as stated, twice.
    gpus, last_year_gpus
        Bought over the horizon, and in its last year.
    spend_musd
        Nominal.
    worst
        Title of the team with the least compute a head within the horizon, and what it has.
    """

    worth: str
    gpus: float
    last_year_gpus: float
    spend_musd: float
    worst: tuple[str, float]


WORTH = {0.0: "none of it", 1.0: "as stated", 2.0: "twice"}


def terminal_facts(result: Result) -> tuple[TerminalFact, ...]:
    """Return the answers at none, once and twice of the terminal value; none where not asked."""
    teams = result.portfolio.spec.teams
    made = []
    for answer in result.terminal:
        name = min(answer.level, key=lambda n: (answer.level[n], n))
        made.append(
            TerminalFact(
                worth=WORTH.get(answer.factor, f"{answer.factor:g} times"),
                gpus=answer.gpus,
                last_year_gpus=answer.last_year_gpus,
                spend_musd=answer.spend_musd,
                worst=(teams[name].title, answer.level[name]),
            )
        )
    return tuple(made)
