"""The schedule: every activity with its dates, float and place in the work breakdown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.domain.result import NEVER, Result, order_statistics
from planner.report.facts.inventory import Inventory, date_of

if TYPE_CHECKING:
    import numpy as np

    from planner.domain.activity import Activity
    from planner.domain.portfolio import Portfolio

SHARES = (0.1, 0.5, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """An activity.

    Parameters
    ----------
    hall
        Stable name of its hall, empty for site works.
    phase
        Work breakdown group.
    start, finish
        Deterministic; `start_p50` and `finish_p10` ... of the samples.
    total_float_day
        Of the deterministic pass, elapsed days towards the next hand-over (block, lot, tranche),
        else the last finish of its hall or site; NaN where it does not end.
    is_driving
        Whether it is on the driving path to its site's last milestone.
    """

    activity: str
    title: str
    site: str
    hall: str
    block: str
    phase: str
    start: dt.date | None
    finish: dt.date | None
    start_p50: dt.date | None
    finish_p10: dt.date | None
    finish_p50: dt.date | None
    finish_p80: dt.date | None
    finish_p90: dt.date | None
    total_float_day: float
    free_float_day: float
    is_driving: bool
    criticality: float | None = None
    """Share of futures in which it drove its hall; None where the run was not reviewed."""
    cruciality: float | None = None


def schedule_rows(result: Result, inventory: Inventory) -> tuple[ScheduleRow, ...]:
    """Return every activity, by deterministic start and then by name."""
    outcome = result.outcome
    (start_p50,) = order_statistics(outcome.start_min, (0.5,))
    finish = order_statistics(outcome.finish_min, SHARES)
    places = _Places(result.portfolio, inventory, frozenset(outcome.block))
    critical = _criticality(result)
    rows = []
    for a, name in enumerate(outcome.activity):
        site, hall, block, row = places.find(name)
        rows.append(
            ScheduleRow(
                activity=name,
                title=row.title if row else name.rpartition("/")[2],
                site=site,
                hall=hall,
                block=block,
                phase=row.phase if row else "other",
                start=date_of(outcome, float(outcome.deterministic_start_min[a])),
                finish=date_of(outcome, float(outcome.deterministic_finish_min[a])),
                start_p50=date_of(outcome, float(start_p50[a])),
                finish_p10=date_of(outcome, float(finish[0][a])),
                finish_p50=date_of(outcome, float(finish[1][a])),
                finish_p80=date_of(outcome, float(finish[2][a])),
                finish_p90=date_of(outcome, float(finish[3][a])),
                total_float_day=_days(outcome.total_float_min[a]),
                free_float_day=_days(outcome.free_float_min[a]),
                is_driving=bool(outcome.is_driving[a]),
                criticality=critical.get(name, (None, None))[0],
                cruciality=critical.get(name, (None, None))[1],
            )
        )
    never = dt.date.max
    return tuple(sorted(rows, key=lambda r: (r.start or never, r.activity)))


def _criticality(result: Result) -> dict[str, tuple[float | None, float | None]]:
    """Return criticality and cruciality by activity; nothing where the run was not reviewed."""
    if result.review is None:
        return {}
    found = result.review.criticality
    pairs = zip(found.index.tolist(), found.cruciality.tolist(), strict=True)
    return dict(zip(found.activity, pairs, strict=True))


def _days(minutes: np.int64) -> float:
    return float("nan") if abs(minutes) >= NEVER // 2 else float(minutes) / 1440


@dataclass(frozen=True)
class _Places:
    """Finds what an activity's stable name says: its site, hall, block and catalog row."""

    portfolio: Portfolio
    inventory: Inventory
    blocks: frozenset[str]

    def find(self, name: str) -> tuple[str, str, str, Activity | None]:
        """Return site, hall, block and row; texts are empty and the row None where unknown."""
        place, _, key = name.rpartition("/")
        if place in self.portfolio.sites:
            return place, "", "", self._works(place, key)
        hall = self._hall(place)
        if not hall:
            return place.partition("/")[0], "", "", None
        fact = self.inventory.halls[hall]
        rest = place.removeprefix(hall).strip("/")
        block = rest.partition("/")[0]
        mode = self.portfolio.catalog.modes[fact.mode]
        tail = self.portfolio.catalog.tails.get(mode.tail) if mode.tail else None
        # Rows of a tail lie below the block, with a purchase and SKU (or two dashes) between.
        is_tail = "/" in rest
        rows = tail.activities if is_tail and tail else mode.activities
        return fact.site, hall, block, rows.get(key)

    def _works(self, site: str, key: str) -> Activity | None:
        works = self.portfolio.sites[site].works
        return self.portfolio.catalog.works[works.network].activities.get(key) if works else None

    def _hall(self, place: str) -> str:
        """Return the hall that a place lies in: its longest beginning that names one."""
        while place and place not in self.inventory.halls:
            place = place.rpartition("/")[0]
        return place
