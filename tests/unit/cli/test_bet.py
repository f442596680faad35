"""What `plan optimize --bet` sets, so that a run keeps it and can be made again."""

from __future__ import annotations

import pytest

from planner.cli.optimize import _bet


@pytest.mark.parametrize(
    ("objective", "scenarios", "bet", "is_there", "wanted"),
    [
        (None, None, False, False, []),
        (None, None, True, False, ["policy.bet={objective: expected}"]),
        ("regret", 6, False, False, ["policy.bet={objective: regret, scenarios: 6}"]),
        ("cvar", None, True, True, ["policy.bet.objective=cvar"]),
        (None, 4, False, True, ["policy.bet.scenarios=4"]),
    ],
)
def test_options_become_settings(
    objective: str | None, scenarios: int | None, bet: bool, is_there: bool, wanted: list[str]
) -> None:
    """A whole mapping where the portfolio has none, single fields where it has one."""
    assert _bet(objective, scenarios, bet=bet, is_there=is_there) == wanted
