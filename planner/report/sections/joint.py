"""Joint confidence: the scatter of date and cost, its quadrants, and the futures behind it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.report import sentences, words
from planner.report.document import Chart, Column, Part, Table
from planner.report.scatter import KINDS, scatter

if TYPE_CHECKING:
    from planner.report.facts import Facts, JointFact

DRAWN: Final = 300
"""Futures that the figure draws at most; the file has all."""


def joint_parts(facts: Facts) -> tuple[Part, ...]:
    """Return the figure and its tables; nothing where date and cost cannot be paired."""
    joint = facts.joint
    if joint is None or facts.key is None:
        return ()
    return (_chart(facts, joint), _quadrants(joint), _futures(facts, joint))


def _chart(facts: Facts, joint: JointFact) -> Chart:
    assert facts.key is not None
    name = sentences.capacity_name(facts, facts.key.fact)
    drawn = min(DRAWN, len(joint.day))
    points = [_point(facts, joint, i) for i in range(drawn)]
    line = [
        {"day": _date(facts, day).isoformat(), "value": musd / 1000} for day, musd in joint.line
    ]
    corner = {"day": joint.date.isoformat(), "value": joint.budget_musd / 1000}
    return Chart(
        name="joint",
        title=f"Date and cost of the plan hold together in {words.share(joint.both)} of futures",
        subtitle=f"Nominal billion USD over the horizon by date of {name}; dashed: the plan's own "
        f"date and spend; line: both kept in {words.share(joint.confidence)} of futures; "
        f"{drawn} of {facts.result.outcome.samples} futures drawn",
        spec=scatter(points, line, corner, width=760, height=280, y_title="Billion USD")
        if np.ptp(joint.day) > 0 and np.ptp(joint.spend_musd) > 0
        else None,
        table="joint_quadrants",
        method=(
            "Each point is a future: its date, and all that it spends. Payments keep the dates of "
            "the plan and only their amounts are drawn, so what ties date and cost is storms and "
            "whatever the drivers move in both. The line ends where a later date buys nothing."
        ),
    )


def _point(facts: Facts, joint: JointFact, i: int) -> dict[str, object]:
    day, musd = _date(facts, joint.day[i]), float(joint.spend_musd[i])
    kind = _kind(facts, joint, i)
    return {"day": day.isoformat(), "value": musd / 1000, "kind": kind,
            "said": f"{words.iso(day)}, {words.musd(musd)}: {kind}"}  # fmt: skip


def _kind(facts: Facts, joint: JointFact, i: int) -> str:
    late = _date(facts, joint.day[i]) > joint.date
    dear = bool(joint.spend_musd[i] > joint.budget_musd)
    return KINDS[2 * late + dear]


def _date(facts: Facts, day: float) -> dt.date:
    return facts.result.outcome.epoch + dt.timedelta(days=int(day))


def _quadrants(joint: JointFact) -> Table:
    columns = (Column("quadrant", "Futures in which"), Column("share", "Share", "share"))
    rows = (
        ("date and cost are kept", joint.both),
        ("the date alone is kept", joint.date_only),
        ("the cost alone is kept", joint.cost_only),
        ("neither is kept", joint.neither),
        ("the date is kept", joint.both + joint.date_only),
        ("the cost is kept", joint.both + joint.cost_only),
    )
    note = (
        f"Kept: on or before {words.iso(joint.date)}, and within {words.musd(joint.budget_musd)} "
        "over the horizon, as planned. A future that never reaches the date misses it."
    )
    return Table("joint_quadrants", "Date and cost at once", columns, rows, place="folded",
                 note=note)  # fmt: skip


def _futures(facts: Facts, joint: JointFact) -> Table:
    columns = (Column("date", "Date", "date"), Column("spend_musd", "Spend", "musd"),
               Column("kept", "Kept"))  # fmt: skip
    rows = tuple(
        (_date(facts, joint.day[i]), float(joint.spend_musd[i]), _kind(facts, joint, i))
        for i in range(len(joint.day))
    )
    return Table("joint", "Date and cost of each future", columns, rows, place="file")
