"""Soft wishes that the plan gives up: which, when, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.domain.plan import GaveWay
    from planner.domain.result import Result


@dataclass(frozen=True, slots=True)
class GaveWayFact:
    """A wish over all the periods in which it is missed.

    Parameters
    ----------
    title
        Of the product or team; the name of a required date.
    order
        Place in the order of giving way.
    first, last
        Periods of the first and last miss, by name; the date for a required date.
    periods
        Number of periods in which it is missed.
    wanted, given
        In the period of the largest miss: H100e, or IT MW for a required date.
    """

    kind: str
    subject: str
    title: str
    order: int
    first: str
    last: str
    periods: int
    wanted: float
    given: float

    @property
    def unit(self) -> str:
        """Unit of `wanted`."""
        return "MW IT" if self.kind == "required" else "H100e"

    @property
    def share(self) -> float:
        """Share of the wish that is missed at the worst."""
        return 1.0 - self.given / self.wanted


def gave_way_facts(result: Result) -> tuple[GaveWayFact, ...]:
    """Return what gives way, the first in the order first."""
    by_wish: dict[tuple[str, str], list[GaveWay]] = {}
    for record in result.plan.gave_way:
        by_wish.setdefault((record.kind, record.subject), []).append(record)
    made = [_fact(result, records) for records in by_wish.values()]
    return tuple(sorted(made, key=lambda f: (f.order, f.kind, f.subject)))


def _fact(result: Result, records: list[GaveWay]) -> GaveWayFact:
    spec, first = result.portfolio.spec, records[0]
    worst = max(records, key=lambda r: r.lost)
    title = first.subject
    if first.kind == "required":
        rule = spec.policy.dates[first.subject]
        order, at = rule.gives_way, [rule.by.isoformat()]
    else:
        consumer = (spec.products if first.kind == "floor" else spec.teams)[first.subject]
        order, title = consumer.gives_way, consumer.title
        at = [result.plan.periods[r.period].label for r in records if r.period is not None]
    return GaveWayFact(
        first.kind, first.subject, title, order, at[0], at[-1], len(records), worst.wanted,
        worst.given,
    )  # fmt: skip
