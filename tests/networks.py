"""Small networks made by hand, for tests of the rooms that consume a `Network`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.domain.amount import Form
from planner.network.arrays import Csr, Laws, Network
from planner.simulate.damage import repairs
from planner.simulate.sampling import Draws
from planner.simulate.weather import LostDays, Storms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

EPOCH = dt.date(2024, 1, 1)
"""A Monday."""

DAY = 1440
HOUR = 60

KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3, "ARC": 4}

Law = float | tuple[float, float, float]
"""Certain, or a triangle."""

# Working intervals in hours, by weekday from Monday.
OFFICE = [(8, 12), (13, 17)]
CALENDARS: dict[str, Callable[[int], list[tuple[int, int]]]] = {
    "24x7": lambda _: [(0, 24)],
    "5x8": lambda weekday: OFFICE if weekday < 5 else [],
    "6x10": lambda weekday: [(7, 17)] if weekday < 6 else [],
    "2x10x6": lambda weekday: [(0, 2), (6, 16), (16, 24)] if weekday < 6 else [],
    "halves": lambda weekday: OFFICE if weekday < 4 else OFFICE[:1] if weekday == 4 else [],
}


@dataclass(frozen=True)
class Job:
    """An activity: work in working minutes; `after` holds (predecessor, kind, lag in minutes)."""

    name: str
    work: Law = 0
    after: tuple[tuple[str, str, int], ...] = ()
    calendar: str = "24x7"
    needs: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[str, int] = field(default_factory=dict)
    gates: tuple[str, ...] = ()
    outdoor: bool = False
    site: int = 0
    drivers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shed:
    """A hall: a run of jobs by name, first and last."""

    name: str
    first: str
    last: str
    site: int = 0
    design: float = 100.0
    design_open: float = 70.0
    closes: str | None = None
    repair_fixed: int = 600
    repair_full: int = 6000
    cost: float = 10.0
    calendar: str = "24x7"


@dataclass(frozen=True)
class Sky:
    """A climate: laws of days lost a month, storms a year, their days, outages and gusts."""

    lost: tuple[Law, ...] = (0,) * 12
    rate: Law = 0
    months: tuple[int, ...] = tuple(range(1, 13))
    days: Law = 1
    gust: Law = 0
    outage: Law = 0
    basin: str = ""


def laws(values: Iterable[Law]) -> Laws:
    """Return laws, certain or triangular."""
    rows = [v if isinstance(v, tuple) else (v, v, v) for v in values]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    form = np.where(table[:, 0] < table[:, 2], int(Form.TRIANGULAR), int(Form.FIXED))
    return Laws(form.astype(np.int64), *(np.ascontiguousarray(table[:, i]) for i in range(3)))


def csr(rows: Sequence[Mapping[int, int] | Sequence[int]]) -> Csr:
    """Return a sparse table of rows of {column: units}, or of columns."""
    pairs = [sorted(r.items()) if hasattr(r, "items") else [(c, 1) for c in r] for r in rows]
    flat = [pair for row in pairs for pair in row]
    return Csr(
        ints(np.cumsum([0] + [len(row) for row in pairs])),
        ints([column for column, _ in flat]),
        ints([units for _, units in flat]),
    )


def ints(values: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return an array of whole numbers."""
    return np.array(values, dtype=np.int64)


def network(
    jobs: Sequence[Job],
    *,
    crews: Mapping[str, int] | None = None,
    units: Sequence[tuple[str, Law]] = (),
    gates: Mapping[str, tuple[int, Law]] | None = None,
    drivers: Mapping[str, tuple[Law, float]] | None = None,
    events: Mapping[str, tuple[Law, float]] | None = None,
    hit_by: Mapping[str, tuple[str, ...]] | None = None,
    sheds: Sequence[Shed] = (),
    skies: Sequence[Sky | None] = (None,),
    rank: Sequence[str] | None = None,
    days: int = 120,
    epoch: dt.date = EPOCH,
    **changes: Any,
) -> Network:
    """Return a network.

    Parameters
    ----------
    crews
        Capacity by name.
    units
        Units of equipment: pool and lead time from the epoch.
    gates
        Minute and law of the slip, by name.
    drivers, events
        Law and probability, by name.
    hit_by
        Events that delay a gate.
    skies
        Climate of each site, None for none.
    rank
        Names in the order in which they are served; as declared where not given.
    changes
        Fields to replace, such as blocks and lots.
    """
    crews, gates, drivers, events = crews or {}, gates or {}, drivers or {}, events or {}
    names = [job.name for job in jobs]
    at = {name: i for i, name in enumerate(names)}
    pools = sorted({pool for pool, _ in units} | {p for j in jobs for p in j.waits})
    crew_at, pool_at = _numbered(crews), _numbered(pools)
    gate_at, driver_at = _numbered(gates), _numbered([*drivers, *events])
    used = sorted({j.calendar for j in jobs} | {s.calendar for s in sheds}) or ["24x7"]
    calendar_at = _numbered(used)
    served = _numbered(rank or names)
    relations = [(at[p], at[j.name], KINDS[k], lag) for j in jobs for p, k, lag in j.after]
    table = ints(relations).reshape(-1, 4).T.copy()
    climates = [sky for sky in skies if sky is not None]
    climate = np.cumsum([sky is not None for sky in skies]) - 1
    climate = np.where([sky is not None for sky in skies], climate, -1)
    count = len(jobs)
    fields: dict[str, Any] = {
        "epoch": epoch, "days": days,
        "site": tuple(f"site{n}" for n in range(len(skies))),
        "activity": tuple(names), "title": tuple(names), "phase": ("other",) * count,
        "activity_site": ints([j.site for j in jobs]),
        "activity_hall": ints([-1] * count), "activity_block": ints([-1] * count),
        "work": laws(j.work for j in jobs),
        "work_driver": csr([[driver_at[d] for d in j.drivers] for j in jobs]),
        "calendar": ints([calendar_at[j.calendar] for j in jobs]),
        "is_outdoor": np.array([j.outdoor for j in jobs], dtype=np.bool_),
        "rank": ints([served[name] for name in names]),
        "relation_pred": table[0], "relation_succ": table[1], "relation_kind": table[2],
        "relation_lag_min": table[3],
        "resource": tuple(crews), "capacity": ints(list(crews.values())),
        "need": csr([{crew_at[c]: n for c, n in j.needs.items()} for j in jobs]),
        "pool": tuple(pools),
        "wait": csr([{pool_at[p]: n for p, n in j.waits.items()} for j in jobs]),
        "unit_pool": ints([pool_at[pool] for pool, _ in units]),
        "unit_order_min": ints([0] * len(units)),
        "unit_lead": laws(lead for _, lead in units),
        "unit_driver": csr([[]] * len(units)),
        "unit_name": tuple(f"{pool}/{i}" for i, (pool, _) in enumerate(units)),
        "gate": csr([[gate_at[g] for g in j.gates] for j in jobs]),
        "gate_name": tuple(gates),
        "gate_base_min": ints([minute for minute, _ in gates.values()]),
        "gate_slip": laws(slip for _, slip in gates.values()),
        "gate_driver": csr([[]] * len(gates)),
        "gate_event": csr([[driver_at[e] for e in (hit_by or {}).get(g, ())] for g in gates]),
        "driver_name": (*drivers, *events),
        "driver_law": laws(law for law, _ in [*drivers.values(), *events.values()]),
        "driver_probability": np.array(
            [p for _, p in [*drivers.values(), *events.values()]], dtype=np.float64
        ),
        "driver_is_event": np.array([False] * len(drivers) + [True] * len(events), dtype=np.bool_),
        **_calendars(used, epoch, days),
        "climate": ints(climate),
        "lost_day": laws(month for sky in climates for month in sky.lost),
        "storm_rate": laws(sky.rate for sky in climates),
        "storm_month": np.array(
            [[m in sky.months for m in range(1, 13)] for sky in climates], dtype=np.bool_
        ).reshape(-1, 12),
        "storm_day": laws(sky.days for sky in climates),
        "storm_gust": laws(sky.gust for sky in climates),
        "storm_outage": laws(sky.outage for sky in climates),
        "storm_basin": tuple(sky.basin for sky in climates),
        "hall": tuple(s.name for s in sheds),
        "hall_site": ints([s.site for s in sheds]),
        "hall_first": ints([at[s.first] for s in sheds]),
        "hall_last": ints([at[s.last] + 1 for s in sheds]),
        "hall_design_wind": np.array([s.design for s in sheds], dtype=np.float64),
        "hall_design_wind_open": np.array([s.design_open for s in sheds], dtype=np.float64),
        "hall_closes": ints([at[s.closes] if s.closes else -1 for s in sheds]),
        "hall_repair_fixed_min": ints([s.repair_fixed for s in sheds]),
        "hall_repair_full_min": ints([s.repair_full for s in sheds]),
        "hall_repair_cost_musd": np.array([s.cost for s in sheds], dtype=np.float64),
        "hall_repair_calendar": ints([calendar_at[s.calendar] for s in sheds]),
        "block": (), "block_hall": ints([]), "block_mw": np.zeros(0), "block_ready": csr([]),
        "lot": (), "lot_block": ints([]), "lot_service": ints([]), "lot_gate": ints([]),
        "tranche": (), "tranche_gate": ints([]), "tranche_after": csr([]),
        "cost_musd": np.zeros(count),
    }  # fmt: skip
    return Network(**{**fields, **changes})


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


def _calendars(names: Sequence[str], epoch: dt.date, days: int) -> dict[str, Any]:
    """Return the calendar rows; each distinct day is a day type, and type 0 has no work."""
    types: dict[tuple[tuple[int, int], ...], int] = {(): 0}
    rows = [
        [
            types.setdefault(tuple(CALENDARS[name]((epoch.weekday() + d) % 7)), len(types))
            for d in range(days)
        ]
        for name in names
    ]
    spans = [span for kind in types for span in kind]
    return {
        "calendar_name": tuple(names),
        "day_type": ints(rows).reshape(len(names), days),
        "type_pointer": ints(np.cumsum([0] + [len(kind) for kind in types])),
        "type_start_min": ints([start * HOUR for start, _ in spans]),
        "type_end_min": ints([end * HOUR for _, end in spans]),
    }


def certain_draws(
    made: Network,
    *,
    storms: Sequence[tuple[int, int, int, float]] = (),
    lost: Sequence[tuple[int, int]] = (),
) -> Draws:
    """Return one sample in which everything comes as likely, under given weather.

    Parameters
    ----------
    storms
        Site, first day, first day after, gust.
    lost
        Site and day without outdoor work.
    """
    is_lost = np.zeros((1, len(made.site), made.days), dtype=np.bool_)
    for place, day in lost:
        is_lost[0, place, day] = True
    ordered = sorted(storms, key=lambda storm: (storm[2], storm[0]))
    site = ints([storm[0] for storm in ordered])
    gust = np.array([storm[3] for storm in ordered], dtype=np.float64)
    return Draws(
        0,
        work_min=made.work.b.astype(np.int64)[None],
        gate_min=(made.gate_base_min + made.gate_slip.b.astype(np.int64))[None],
        unit_min=(made.unit_order_min + made.unit_lead.b.astype(np.int64))[None],
        driver_factor=np.ones((1, len(made.driver_name))),
        lost=LostDays.given(is_lost),
        storms=Storms(
            pointer=ints([0, len(ordered)]),
            site=site,
            begin_min=ints([storm[1] * DAY for storm in ordered]),
            end_min=ints([storm[2] * DAY for storm in ordered]),
            gust_mph=gust,
        ),
        repairs=repairs(made, site, gust),
    )
