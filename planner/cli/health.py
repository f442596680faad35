"""Text of the schedule health tables of `plan validate --health`."""

from __future__ import annotations

import itertools
import textwrap
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from planner.cli.console import table
from planner.errors import Finding, Where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.baseline import Baseline
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.health import Check

SHOWN = 5
"""Offenders named in a finding before it says how many more there are."""
WIDTHS = (24, 24, 48)
"""Of name, threshold and what was found."""
HEADER = (
    "check", "name", "threshold", "found", "counted", "of", "exempt", "with them", "explained",
    "verdict",
)  # fmt: skip
NUMBERS = (4, 5, 6, 7, 8)
NOTHING = "–"


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
    """Return the tables, with the formulas, exemptions and explanations beneath."""
    parts = []
    for family in dict.fromkeys(c.code.partition("-")[0] for c in checks):
        own = [c for c in checks if c.code.startswith(f"{family}-")]
        rows = [line for c in own for line in _lines(c)]
        parts.append(table(HEADER, rows, right=NUMBERS))
        parts.append("\n".join(["formulas:", *(_formula(c) for c in own)]))
    for title, lines in (
        ("exempt, and not counted:", _reasons(checks, "waived")),
        ("explained, and counted all the same:", _reasons(checks, "explained")),
        ("not explained:", _unexplained(checks)),
    ):
        if lines:
            parts.append("\n".join([title, *lines]))
    return "\n\n".join(parts)


def _lines(check: Check) -> list[tuple[str, ...]]:
    """Return the rows of a check in its table, its texts wrapped."""
    said = check.value.replace(f" ({check.counted} of {check.total})", "")  # has columns
    texts = zip((check.name, check.threshold, said), WIDTHS, strict=True)
    verdict = check.verdict.upper() if check.verdict == "fail" else check.verdict
    cells = [
        [check.code], *(textwrap.wrap(text, width) for text, width in texts),
        *([count] for count in _counts(check)), [verdict],
    ]  # fmt: skip
    return list(itertools.zip_longest(*cells, fillvalue=""))


def _counts(check: Check) -> tuple[str, str, str, str, str]:
    """Return what a share is made of, what is exempt and explained; dashes where it is none."""
    if check.total is None or check.counted is None:
        return (NOTHING,) * 5
    exempt, bare = NOTHING, NOTHING
    if check.waived:
        exempt = f"{len(check.waived)} ({_percent(len(check.waived) / check.population)})"
        bare = _percent(check.bare)
    explained = f"{len(check.explained)} of {len(check.offenders)}" if check.offenders else NOTHING
    return str(check.counted), str(check.total), exempt, bare, explained


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _formula(check: Check) -> str:
    note = f" [{check.reason}]" if check.reason and check.verdict != "n/a" else ""
    return f"  {check.code}: {check.formula}; over {check.denominator}{note}"


def _reasons(checks: tuple[Check, ...], kind: Literal["waived", "explained"]) -> list[str]:
    """Return how many of what was counted over each reason stands for, point by point."""
    made = []
    for check in checks:
        if check.code.startswith("DCMA"):
            said, among = Counter(getattr(check, kind).values()), check.population
            made += [
                f"  {check.code}: {n} of {among} ({_percent(n / among)}): {why}"
                for why, n in said.items()
            ]
    return made


def _unexplained(checks: tuple[Check, ...]) -> list[str]:
    """Return who offends against a failed point and nobody says why."""
    return [
        f"  {check.code}: {_named(names)}"
        for check in checks
        if check.code.startswith("DCMA") and check.verdict == "fail"
        and (names := [n for n in check.offenders if n not in check.explained])
    ]  # fmt: skip


def _named(offenders: Sequence[str]) -> str:
    more = len(offenders) - SHOWN
    return ", ".join(offenders[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def findings(portfolio: Portfolio, checks: tuple[Check, ...]) -> tuple[Finding, ...]:
    """Return a warning for each check that fails."""
    where = Where(portfolio.spec.portfolio)
    return tuple(_finding(where, c) for c in checks if c.verdict == "fail")


def _finding(where: Where, check: Check) -> Finding:
    names = [n for n in check.offenders if n not in check.explained]
    message = f"{check.name}: {check.value}, wanted {check.threshold}"
    if check.explained:
        message += f"; the specs explain {len(check.explained)} of {len(check.offenders)}"
    if names:
        message += f": {_named(names)}"
    hint = ""
    if names and check.code.startswith("DCMA"):
        hint = f"mend it, or say why it stands: health: {{explain: [{check.number}], why: ...}}"
    return Finding(where, check.code, message, hint, "warning")


def as_dict(check: Check) -> dict[str, Any]:
    """Return a check as machines read it."""
    share, bare = (x if x == x else None for x in (check.share, check.bare))  # NaN is no JSON
    return {
        "code": check.code, "name": check.name, "threshold": check.threshold,
        "formula": check.formula, "denominator": check.denominator, "value": check.value,
        "share": share, "verdict": check.verdict, "reason": check.reason,
        "counted": check.counted, "total": check.total, "share_with_exempt": bare,
        "offenders": list(check.offenders), "exempt": dict(check.waived),
        "explained": dict(check.explained),
    }  # fmt: skip
