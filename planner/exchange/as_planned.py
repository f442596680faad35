"""What a plan would have done by a date, as actuals to correct: the start of a monthly update.

Every date is the P50 of the run. What went otherwise is then changed by hand: a file of what was
planned is quicker to mend than an empty one is to fill.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import TYPE_CHECKING

from planner.domain.result import NEVER, quantile_min
from planner.exchange.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.domain.plan import Lot, Purchase
    from planner.domain.result import IntArray, Result

DAY_MIN = 1440
P50 = 0.5


def planned_actuals_yaml(result: Result, *, name: str, run: str, data_date: dt.date) -> str:
    """Return an actuals file of what a run has started, finished, ordered and energised by a date.

    Parameters
    ----------
    name
        Of the report.
    run
        What the run is called.
    """
    made = _Planned(result, data_date)
    sections = {
        "activities": made.activities(), "halls": made.halls(), "tranches": made.tranches(),
        "deliveries": made.deliveries(), "lots": made.lots(), "equipment": made.equipment(),
    }  # fmt: skip
    lines = [
        f"# What the plan of {yaml_text(run)} has done by {data_date.isoformat()}, at P50.",
        "# Correct what went otherwise: dates, what is left (remaining:, percent:), what is late.",
        f"actuals: {yaml_text(name)}",
        f"data_date: {data_date.isoformat()}",
        f"assumption: {yaml_text('as planned by ' + run + ' at P50')}",
    ]
    if (cash := made.cash()) is not None:
        lines.append(f"cash: {cash:.4g} MUSD")
    for section, rows in sections.items():
        body = [f"  {yaml_text(key)}: {text}" for key, text in rows]
        lines += [f"{section}:", *body] if body else []
    return "\n".join(lines) + "\n"


class _Planned:
    """A run as it stands on a date."""

    def __init__(self, result: Result, data_date: dt.date) -> None:
        self.result, self.data_date = result, data_date
        self.plan, self.outcome = result.plan, result.outcome
        self.bought: dict[str, Purchase] = {p.name: p for p in self.plan.purchases}
        self.sent = {move.name: move.sent for move in self.plan.moves}
        self.lots_of: dict[str, Lot] = {lot.name: lot for lot in self.plan.lots}

    def activities(self) -> Iterator[tuple[str, str]]:
        """Yield what has begun, with its finish where that has come."""
        begin, end = self._p50(self.outcome.start_min), self._p50(self.outcome.finish_min)
        later = tuple(
            f"{lot.name}/" for lot in self.plan.lots
            if lot.purchase and self._decided(lot.purchase) >= self.data_date
        )  # fmt: skip
        for i, name in enumerate(self.outcome.activity):
            started = self._date(begin[i])
            if started is None or started >= self.data_date or self._stands(name):
                continue
            if name.startswith(later):
                continue  # of GPUs that are still to be ordered
            finished = self._date(max(int(end[i]) - 1, int(begin[i])))
            said = {"started": started}
            if finished is not None and finished < self.data_date:
                said["finished"] = finished
            yield name, _row(said)

    def cash(self) -> float | None:
        """Return the cash planned for the date, evenly within its period [MUSD]."""
        for row in self.plan.cash:
            period = self.plan.periods[row.period]
            if period.start <= self.data_date < period.end:
                share = (self.data_date - period.start).days / period.days
                return row.opening + share * (row.closing - row.opening)
        return None

    def halls(self) -> Iterator[tuple[str, str]]:
        """Yield the halls that were started, but those that a site file has under way."""
        for start in self.plan.starts:
            is_reported = start.hall in self._reported("halls")
            if start.release >= self.data_date or (start.is_under_way and not is_reported):
                continue
            c = start.candidate
            yield (
                start.hall,
                _row({"released": start.release, "mode": c.mode, "calendar": c.calendar}),
            )

    def tranches(self) -> Iterator[tuple[str, str]]:
        """Yield the tranches that were reserved, are there, or were due and are not there yet."""
        reserved = {r.name: r.reserve for r in self.plan.reservations}
        at = self._p50(self.outcome.energised_min)
        for i, name in enumerate(self.outcome.tranche):
            site, _, tranche = name.partition("/")
            due = self.result.portfolio.sites[site].tranches[tranche].energised
            said: dict[str, object] = {}
            if name in reserved and reserved[name] < self.data_date:
                said["reserved"] = reserved[name]
            day = self._date(int(at[i]))
            if due > self.result.portfolio.spec.data_date and day is not None:
                if day < self.data_date:
                    said["energised"] = day
                elif due < self.data_date:
                    said["expected"] = day
            if said:
                yield name, _row(said)

    def _decided(self, name: str) -> dt.date:
        """Return when a purchase was ordered, or a move was sent."""
        return self.bought[name].order if name in self.bought else self.sent[name]

    def deliveries(self) -> Iterator[tuple[str, str]]:
        """Yield the purchases that were ordered, with the day on which the last rack docked."""
        into: defaultdict[str, dict[str, int]] = defaultdict(dict)
        docked: dict[str, int] = {}
        at = self._p50(self.outcome.dock_min)
        for i, name in enumerate(self.outcome.lot):
            lot = self.lots_of.get(name)
            if lot is None or not lot.purchase:
                continue
            into[lot.purchase][f"{lot.hall}/{lot.block}"] = lot.gpus
            docked[lot.purchase] = max(docked.get(lot.purchase, 0), int(at[i]))
        for name, bought in self.bought.items():
            if bought.order >= self.data_date or name not in into or bought.cancelled:
                continue
            said: dict[str, object] = {"sku": bought.sku, "ordered": bought.order}
            day = self._date(docked[name])
            if day is not None and bought.order <= day < self.data_date:
                said["docked"] = day
            yield name, _row({**said, "into": into[name]})

    def lots(self) -> Iterator[tuple[str, str]]:
        """Yield the GPUs bought that serve."""
        at = self._p50(self.outcome.service_min)
        for i, name in enumerate(self.outcome.lot):
            lot, day = self.lots_of.get(name), self._date(int(at[i]))
            is_bought = lot is not None and lot.purchase in self.bought
            if is_bought and day is not None and day < self.data_date:
                yield name, _row({"in_service": day})

    def equipment(self) -> Iterator[tuple[str, str]]:
        """Yield the units of each class that were ordered, due a likely lead time later."""
        catalog = self.result.portfolio.catalog.equipment
        made: defaultdict[tuple[str, dt.date], int] = defaultdict(int)
        for order in self.plan.orders:
            if order.order < self.data_date:
                made[f"{order.site}/{order.equipment}", order.order] += order.units
        rows: defaultdict[str, list[str]] = defaultdict(list)
        for (name, ordered), units in sorted(made.items()):
            lead = math.ceil(catalog[name.partition("/")[2]].lead_time.likely)
            arrives = ordered + dt.timedelta(days=lead)
            rows[name].append(_row({"units": units, "ordered": ordered, "arrives": arrives}))
        known = self.result.portfolio.actuals
        for name, orders in (known.equipment if known is not None else {}).items():
            rows[name] += [_row(order.model_dump(exclude_none=True)) for order in orders]
        yield from ((name, f"[{', '.join(orders)}]") for name, orders in sorted(rows.items()))

    def _reported(self, section: str) -> Mapping[str, object]:
        known = self.result.portfolio.actuals
        found: Mapping[str, object] = getattr(known, section) if known is not None else {}
        return found

    def _p50(self, minutes: IntArray) -> IntArray:
        return quantile_min(minutes, P50) if minutes.shape[1] else minutes[0]

    def _date(self, minute: int) -> dt.date | None:
        return None if minute >= NEVER else self.outcome.date(minute)

    def _stands(self, activity: str) -> bool:
        """Return whether an activity is the milestone of a hall that stands."""
        site, _, rest = activity.partition("/")
        return rest.partition("/")[0] in self.result.portfolio.sites[site].standing


def _row(said: Mapping[str, object]) -> str:
    """Return a flow mapping; dates and numbers as they are, texts quoted where they need it."""
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in said.items()) + "}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml_text(k)}: {v}" for k, v in value.items()) + "}"
    return yaml_text(value) if isinstance(value, str) else str(value)
