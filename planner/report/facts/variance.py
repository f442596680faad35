"""The variance since the run before: how far dates, compute, spend and risks moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.network.calendars import DAY_MIN
from planner.report.facts.inventory import minute

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.parent import Parent
    from planner.domain.result import Result
    from planner.report.facts.dates import DateFact
    from planner.report.facts.risk import KeyDate, RiskFact


@dataclass(frozen=True, slots=True)
class DateMove:
    """A capacity in both runs; days later are positive, None where a side does not reach it.

    Parameters
    ----------
    p50_chance, p80_chance
        Share of the futures of this run that come by the P50 and the P80 of the run before: what
        these dates are worth now.
    """

    fact: DateFact
    before_p50: dt.date | None
    before_p80: dt.date | None
    p50_day: int | None
    p80_day: int | None
    p50_chance: float | None = None
    p80_chance: float | None = None


@dataclass(frozen=True, slots=True)
class RiskMove:
    """A risk and its days of P80 before and after; 0 where a side does not have it."""

    title: str
    before_day: float
    after_day: float

    @property
    def day(self) -> float:
        """How many more days of P80 it explains now."""
        return self.after_day - self.before_day


@dataclass(frozen=True)
class VarianceFact:
    """What moved since the run before.

    Parameters
    ----------
    key
        Move of the key date; None where the run before does not have it.
    dates
        Of every capacity in both runs.
    levels
        Team, compute per researcher before and after, as planned.
    spend_musd
        Before and after, nominal over the horizon, as planned.
    risks
        Largest move first.
    """

    parent: Parent
    key: DateMove | None
    dates: tuple[DateMove, ...]
    levels: tuple[tuple[str, float, float], ...]
    spend_musd: tuple[float, float]
    risks: tuple[RiskMove, ...]


def variance_fact(
    result: Result,
    dates: tuple[DateFact, ...],
    key: KeyDate | None,
    risks: tuple[RiskFact, ...],
) -> VarianceFact | None:
    """Return the variance; None where no run came before."""
    parent = result.parent
    if parent is None:
        return None
    epoch = result.outcome.epoch
    moves = [m for m in (_move(parent, fact, epoch) for fact in dates) if m]
    shifts = [RiskMove(r.title, parent.risk_day.get(r.name, 0.0), r.p80_day) for r in risks]
    teams = result.portfolio.spec.teams
    return VarianceFact(
        parent=parent,
        key=_move(parent, key.fact, epoch) if key else None,
        dates=tuple(moves),
        levels=tuple(
            (teams[n].title if n in teams else n, parent.levels[n], result.plan.level[n])
            for n in sorted({*parent.levels} & {*result.plan.level})
        ),
        spend_musd=(parent.spend_musd, float(sum(row.spend for row in result.plan.cash))),
        risks=tuple(sorted(shifts, key=lambda m: (-abs(round(m.day, 6)), m.title))),
    )


def _move(parent: Parent, fact: DateFact, epoch: dt.date) -> DateMove | None:
    found = parent.dates.get((fact.subject, float(f"{fact.amount_mw:.7g}"), fact.basis))
    if found is None:
        return None
    p50, p80 = found
    return DateMove(
        fact, p50, p80, _days(p50, fact.spread.p50), _days(p80, fact.spread.p80),
        _chance(fact, p50, epoch), _chance(fact, p80, epoch),
    )  # fmt: skip


def _chance(fact: DateFact, by: dt.date | None, epoch: dt.date) -> float | None:
    """Return the share of futures in which a capacity is there by the end of a day."""
    if by is None or not fact.minutes.size:
        return None
    return float((fact.minutes < minute(epoch, by) + DAY_MIN).mean())


def _days(before: dt.date | None, after: dt.date | None) -> int | None:
    return (after - before).days if before and after else None
