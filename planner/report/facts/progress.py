"""Progress against the plan: earned value in money, earned schedule, megawatts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.power import lot_mw
from planner.network import compile_network, deterministic
from planner.network.calendars import DAY_MIN
from planner.network.progress import reported_dates
from planner.network.tables import build_tables
from planner.report.facts.inventory import minute

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from planner.domain.result import Result
    from planner.network import Csr, Network
    from planner.network.arrays import FloatArray
    from planner.network.progress import Reported

PLAN = "the plan before its actuals"
"""What the baseline is called where none was named."""
NOISE = 1e-9
"""Part of a total below which a difference is rounding."""


@dataclass(frozen=True, slots=True)
class EarnedValue:
    """Earned value at the data date.

    Parameters
    ----------
    unit
        ``MUSD``, or ``MW`` of halls ready, of firm power energised, of racks in service.
    planned, earned, total
        PV, EV and BAC.
    actual
        AC; None where it is not known.
    schedule_day
        Earned schedule: days from the start of the plan by which it had meant to earn as much; None
        where the baseline has nothing to earn.
    elapsed_day
        Days from the start of the plan to the data date, or to the end of what is all done.
    """

    name: str
    unit: str
    planned: float
    earned: float
    total: float
    actual: float | None = None
    schedule_day: float | None = None
    elapsed_day: float = 0.0

    @property
    def sv(self) -> float:
        """Schedule variance, EV - PV; what only the order of a sum differs by is none."""
        found = self.earned - self.planned
        return found if abs(found) > NOISE * max(self.total, 1.0) else 0.0

    @property
    def cv(self) -> float | None:
        """Cost variance, EV - AC."""
        return None if self.actual is None else self.earned - self.actual

    @property
    def spi(self) -> float | None:
        """Schedule performance index, EV / PV."""
        return self.earned / self.planned if self.planned > 0 else None

    @property
    def cpi(self) -> float | None:
        """Cost performance index, EV / AC."""
        return self.earned / self.actual if self.actual else None

    @property
    def eac(self) -> float | None:
        """Estimate at completion, AC + (BAC - EV) / CPI."""
        if self.actual is None or not self.cpi:
            return None
        return self.actual + (self.total - self.earned) / self.cpi

    @property
    def tcpi(self) -> float | None:
        """To-complete index, (BAC - EV) / (BAC - AC)."""
        if self.actual is None or self.actual >= self.total:
            return None
        return (self.total - self.earned) / (self.total - self.actual)

    @property
    def spi_t(self) -> float | None:
        """Index of the earned schedule, SPI(t); it does not return to 1 when late work ends."""
        if self.schedule_day is None or self.elapsed_day <= 0:
            return None
        return self.schedule_day / self.elapsed_day


@dataclass(frozen=True)
class ProgressFact:
    """What has happened, and how that stands against the baseline."""

    data_date: dt.date
    baseline: str
    finished: int
    started: int
    activities: int
    values: tuple[EarnedValue, ...]


def progress_fact(result: Result) -> ProgressFact | None:
    """Return the progress of a run with actuals; None of one without."""
    actuals = result.portfolio.actuals
    if actuals is None:
        return None
    portfolio = result.portfolio
    tables = build_tables(portfolio)
    network = compile_network(portfolio.replace(actuals=None), result.plan, tables=tables)
    known = reported_dates(portfolio, network, tables)
    now = tables.minute(actuals.data_date)
    begin, end, name = _baseline(result, network)
    start = float(begin.min()) if begin.size else 0.0
    weight = network.cost_musd
    earned = float((weight * _done(result, network, known, now)).sum())
    spent = None if actuals.spent is None else actuals.spent.likely
    ends = [float(known[i].finish or now) for i in np.flatnonzero(weight).tolist() if i in known]
    until = max(ends, default=float(now))
    values = [
        _value("Works and halls", "MUSD", weight, (begin, end), earned, now, start, spent, until)
    ]
    values += _counted(result, network, end, now, start)
    return ProgressFact(
        actuals.data_date, name,
        sum(row.finish is not None for row in known.values()),
        sum(row.finish is None for row in known.values()),
        len(network.activity), tuple(values),
    )  # fmt: skip


def _baseline(result: Result, network: Network) -> tuple[FloatArray, FloatArray, str]:
    """Return start and finish of each activity in the baseline [min], and what it is called."""
    found = deterministic(network)
    begin, end = found.start_min.astype(float), found.finish_min.astype(float)
    given = result.baseline
    if given is None:
        return begin, end, PLAN
    for i, name in enumerate(network.activity):
        if name in given.finish:
            end[i] = minute(network.epoch, given.finish[name]) + DAY_MIN - 1
            begin[i] = min(end[i], _minute(given.start, name, network.epoch, begin[i]))
    return begin, end, given.name


def _minute(dates: Mapping[str, dt.date], name: str, epoch: dt.date, other: float) -> float:
    return float(minute(epoch, dates[name])) if name in dates else other


def _done(result: Result, network: Network, known: Mapping[int, Reported], now: int) -> FloatArray:
    """Return the share of each activity that is done; of a started one, by its time if unsaid."""
    share = np.zeros(len(network.activity))
    index = {name: i for i, name in enumerate(result.outcome.activity)}
    for i, row in known.items():
        if row.finish is not None:
            share[i] = 1.0
            continue
        said = row.source
        if said is not None and said.percent is not None:
            share[i] = said.percent.likely
            continue
        j = index.get(network.activity[i])
        end = float(result.outcome.deterministic_finish_min[j]) if j is not None else float(now)
        share[i] = (now - row.start) / (end - row.start) if end > row.start else 0.0
    return share


def _value(
    name: str, unit: str, weight: FloatArray, span: tuple[FloatArray, FloatArray], earned: float,
    now: int, start: float, actual: float | None = None, until: float | None = None,
) -> EarnedValue:  # fmt: skip
    """Return earned value against a baseline that earns evenly between two dates.

    Parameters
    ----------
    until
        When the last of it was earned, of use where nothing is left; `now` where not given.
    """

    def planned(minute: float) -> float:
        begin, end = span
        length = np.maximum(end - begin, 1.0)
        return float((weight * np.clip((minute - begin) / length, 0.0, 1.0)).sum())

    total = float(weight.sum())
    is_done = total - earned <= NOISE * total and span[1].max(initial=start) > start
    at = min(until, now) if is_done and until is not None else now
    return EarnedValue(
        name, unit, planned(now), earned, total, actual,
        _earned_schedule(planned, earned, now, start, span[1], total), (at - start) / DAY_MIN,
    )  # fmt: skip


def _earned_schedule(
    planned: Callable[[float], float],
    earned: float,
    now: int,
    start: float,
    end: FloatArray,
    total: float,
) -> float | None:  # fmt: skip
    """Return the days from the start by which the baseline earns as much, by bisection."""
    if total <= 0:
        return None
    whole = float(end.max(initial=start)) - start
    if total - earned <= NOISE * total and whole > 0:
        return whole / DAY_MIN
    if abs(planned(now) - earned) < NOISE * total:
        return (now - start) / DAY_MIN  # as planned: steps would give any time between two
    if earned <= NOISE * total:
        return 0.0
    low, high = start, float(end.max(initial=start))
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if planned(middle) < earned else (low, middle)
    return (high - start) / DAY_MIN


def _counted(
    result: Result, network: Network, end: FloatArray, now: int, start: float
) -> list[EarnedValue]:
    """Return what is handed over: megawatts of halls, power and racks."""
    outcome = result.outcome
    blocks = enumerate(zip(network.block, network.block_mw.tolist(), strict=True))
    ready = [(b, mw, _row_end(end, network.block_ready, i)) for i, (b, mw) in blocks]
    power = []
    for t, name in enumerate(network.tranche):
        site, _, tranche = name.partition("/")
        firm = result.portfolio.sites[site].tranches[tranche].firm.likely
        gate = float(network.gate_base_min[network.tranche_gate[t]])
        power.append((name, firm, max(gate, _row_end(end, network.tranche_after, t))))
    middle = np.median(outcome.energised_min, axis=0)
    skus = result.portfolio.catalog.accelerators
    lots = {lot.name: lot for lot in result.plan.lots}
    service = network.lot_service
    racks = [
        (name, lot_mw(skus, lots[name]), float(end[service[i]]) if service[i] >= 0 else 0.0)
        for i, name in enumerate(network.lot)
        if name in lots
    ]
    came = {
        "Halls ready for IT": (ready, _by(outcome.block, outcome.deterministic_ready_min)),
        "Power energised": (power, _by(outcome.tranche, middle)),
        "Racks in service": (racks, _by(outcome.lot, outcome.deterministic_service_min)),
    }
    return [_steps(name, "MW", rows, there, now, start) for name, (rows, there) in came.items()]


def _by(names: tuple[str, ...], minutes: object) -> dict[str, float]:
    return dict(zip(names, np.asarray(minutes, dtype=float).tolist(), strict=True))


def _row_end(end: FloatArray, table: Csr, row: int) -> float:
    pointer, column = table.pointer, table.column
    return float(end[column[pointer[row] : pointer[row + 1]]].max(initial=0.0))


def _steps(
    name: str, unit: str, rows: list[tuple[str, float, float]], actual: Mapping[str, float],
    now: int, start: float,
) -> EarnedValue:  # fmt: skip
    """Return earned value of what counts when it is there, and not before."""
    weight = np.array([amount for _, amount, _ in rows])
    due = np.array([end for _, _, end in rows])
    there = np.array([actual.get(row, np.inf) < now for row, _, _ in rows], dtype=bool)
    earned = float(weight[there].sum()) if weight.size else 0.0
    until = max((actual.get(row, float(now)) for row, _, _ in rows), default=float(now))
    return _value(name, unit, weight, (due - 1.0, due), earned, now, start, None, until)
