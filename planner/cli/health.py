"""Text of the schedule health tables of `plan validate --health`."""

from __future__ import annotations

import textwrap
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from planner.cli.console import table
from planner.errors import Finding, Where

if TYPE_CHECKING:
    from planner.domain.baseline import Baseline
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.health import Check

SHOWN = 5
"""Offenders named in a finding before it says how many more there are."""
WIDTH = 52


class Health(StrEnum):
    """Which tables are asked for."""

    DCMA = "dcma14"
    GAO = "gao"
    ALL = "all"


AGAINST = ("DCMA-11", "DCMA-13", "DCMA-14", "GAO-10")
"""Checks that say something only with a baseline."""


def checked(
    portfolio: Portfolio, asked: Health, plan: Plan | None = None,
    baseline: Baseline | None = None,
) -> tuple[Check, ...]:  # fmt: skip
    """Return the checks asked for.

    Parameters
    ----------
    plan
        Whose network is judged; that in which every build mode occurs where none is given.
    baseline
        What the dates of the plan are held against.
    """
    from planner.network.assess import assess, assess_plan

    points, practices = assess_plan(portfolio, plan, baseline) if plan else assess(portfolio)
    chosen = {Health.DCMA: points, Health.GAO: practices, Health.ALL: (*points, *practices)}
    return chosen[asked]


def text(checks: tuple[Check, ...]) -> str:
    """Return the tables, with the formulas and exemptions beneath."""
    parts = []
    for family in dict.fromkeys(c.code.partition("-")[0] for c in checks):
        own = [c for c in checks if c.code.startswith(f"{family}-")]
        rows = [line for c in own for line in _lines(c)]
        parts.append(table(("check", "name", "threshold", "found", "verdict"), rows))
        parts.append("\n".join(["formulas:", *(_formula(c) for c in own)]))
    if exemptions := _exemptions(checks):
        parts.append("\n".join(["exemptions:", *exemptions]))
    return "\n\n".join(parts)


def _lines(check: Check) -> list[tuple[str, ...]]:
    """Return a row of the table, its value wrapped."""
    found = textwrap.wrap(check.value, WIDTH) or [""]
    first = (check.code, check.name, check.threshold, found[0], check.verdict)
    return [first, *(("", "", "", more, "") for more in found[1:])]


def _formula(check: Check) -> str:
    note = f" [{check.reason}]" if check.reason and check.verdict != "n/a" else ""
    return f"  {check.code}: {check.formula}; over {check.denominator}{note}"


def _exemptions(checks: tuple[Check, ...]) -> list[str]:
    """Return how many are exempt from each check, by reason."""
    made = []
    for check in checks:
        reasons: dict[str, int] = {}
        for why in check.waived.values():
            reasons[why] = reasons.get(why, 0) + 1
        if check.code.startswith("DCMA"):
            made += [f"  {check.code}: {n} exempt: {why}" for why, n in reasons.items()]
    return made


def findings(portfolio: Portfolio, checks: tuple[Check, ...]) -> tuple[Finding, ...]:
    """Return a warning for each check that fails."""
    where = Where(portfolio.spec.portfolio)
    return tuple(_finding(where, c) for c in checks if c.verdict == "fail")


def _finding(where: Where, check: Check) -> Finding:
    named = ", ".join(check.offenders[:SHOWN])
    more = len(check.offenders) - SHOWN
    who = f": {named}" + (f" and {more} more" if more > 0 else "") if named else ""
    message = f"{check.name}: {check.value}, wanted {check.threshold}{who}"
    hint = "mend it, or say why it may stand: health: {exempt: [NUMBER], why: ...}"
    return Finding(where, check.code, message, hint, "warning")


def as_dict(check: Check) -> dict[str, Any]:
    """Return a check as machines read it."""
    share = check.share if check.share == check.share else None  # NaN is no JSON
    return {
        "code": check.code, "name": check.name, "threshold": check.threshold,
        "formula": check.formula, "denominator": check.denominator, "value": check.value,
        "share": share, "verdict": check.verdict, "reason": check.reason,
        "offenders": list(check.offenders), "exempt": dict(check.waived),
    }  # fmt: skip
