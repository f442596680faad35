"""The Network: everything an engine needs, as flat read-only arrays and name tables.

Axes: A activities, E relations, R resources, Q equipment pools, U units of equipment, G gates,
V drivers, C calendars, D days, N sites, H halls, B blocks, L lots. CSR tables are a pointer array
of length rows + 1 and a column array. Minutes count from midnight of `epoch`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.capacity.laws import SHAPE_POINTS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Laws:
    """Laws of n amounts: form code (`planner.domain.amount.Form`) and three parameters each.

    An empirical law has the row of its quantiles in `shapes` as `a`, its median as `b`, and what
    the quantiles are multiplied by as `c`.
    """

    form: IntArray
    a: FloatArray
    b: FloatArray
    c: FloatArray
    shapes: FloatArray = field(default_factory=lambda: np.empty((0, SHAPE_POINTS)))


@dataclass(frozen=True)
class Csr:
    """A sparse table: row i holds `column[pointer[i]:pointer[i + 1]]`, with units beside it."""

    pointer: IntArray
    column: IntArray
    units: IntArray


@dataclass(frozen=True)
class Terms:
    """Until when commitments may move, and what is cancelled; -1 where nothing is said.

    Parameters
    ----------
    hold
        Gate by which the start of each activity can be held (A).
    hall_firm_min
        Minute from which a hall goes on whatever comes (H).
    hall_cancel_min
        Minute at which a hall is cancelled: what has not started by then never does (H).
    unit_firm_min
        Minute from which a unit of equipment comes on its date (U).
    unit_place
        Hall or site that each unit is ordered for; empty for stock (U).
    """

    hold: IntArray
    hall_firm_min: IntArray
    hall_cancel_min: IntArray
    unit_firm_min: IntArray
    unit_place: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """A compiled portfolio under a plan.

    Parameters
    ----------
    activity
        Stable names (A): ``site/S09``, ``site/group/03/T07``, ``site/group/03/2/C20`` (block 2),
        ``LOT-NAME/G03`` (rows of a lot's tail), ``site/NAME/01/ready`` (milestone of a standing
        hall, which its blocks and tails hang on).
    work
        Law of each activity's work in working minutes of its own calendar (A), with scale, site,
        learning and calendar factors applied.
    work_driver
        CSR (A): drivers that multiply the work.
    calendar
        Row of `day_type` (A).
    is_outdoor
        Whether weather of the site stops it (A).
    rank
        Static rank (A): a permutation; lower is served first.
    relation_pred, relation_succ, relation_kind, relation_lag_min
        Relations (E), `relation_kind` as in `planner.domain.activity.Kind`; lags are elapsed.
        Resource-flow arcs are relations of kind 4: the successor starts no earlier than the work
        of the predecessor ends (its crew leaves), which FF and SF do not delay.
    need
        CSR (A): resources held from start to the end of work, in whole units, crews behind the
        calendar included.
    capacity
        Units of each resource (R).
    wait
        CSR (A): equipment pools of which a unit is consumed at the start.
    unit_pool, unit_order_min, unit_lead
        Units of equipment (U): pool, minute of order, law of the lead time in minutes.
    unit_driver
        CSR (U).
    gate
        CSR (A): gates that must be open before the start.
    gate_name, gate_base_min, gate_slip
        Gates (G): stable name (``release/HALL``, ``tranche/SITE/NAME``, ``dock/PURCHASE``,
        ``standing/SITE/NAME``), planned minute, law of the slip (or lead time) in minutes.
        ``release/SITE`` starts the site works; ``tranche/SITE/-`` never opens: lots wait for it
        that no tranche of their site can carry.
    gate_driver
        CSR (G): drivers that multiply the slip (lead time).
    gate_event
        CSR (G): events (indices into drivers) whose delay is added.
    driver_name, driver_law, driver_probability
        Drivers and events (V). A driver multiplies by its factor with its probability, else by 1;
        an event adds its delay in minutes with its probability, else 0.
    driver_is_event
        Which are events (V).
    day_type
        Calendar rows by day (C, D): index into the interval tables.
    type_pointer, type_start_min, type_end_min
        Working intervals of each day type, within a day.
    climate
        Index of each site's climate data (N), -1 for none; tables below have a row a climate.
    lost_day
        Laws of outdoor working days lost by month: 12 rows a climate, January first.
    storm_rate, storm_month, storm_day, storm_gust
        A year; boolean (climates, 12); laws of days lost and of gust in mph.
    storm_outage
        Laws of days without grid power after a storm; None where there are never any.
    storm_basin
        Name of the basin of each climate, whose sites share their storms; "" where each site has
        its own, and empty where all have.
    hall, hall_site, hall_first, hall_last
        Halls (H): name, site index, range of their activities [first, last) for storms.
    hall_design_wind, hall_design_wind_open, hall_closes
        mph finished and open (H); activity that closes the envelope (H), -1 if always closed.
    hall_repair_fixed_min, hall_repair_full_min, hall_repair_cost_musd
        Working minutes of repair at no and at full damage, and cost at full damage (H); repair runs
        on calendar row `hall_repair_calendar`.
    hall_contents_musd
        What is lost of a closed hall's contents for each unit of damage beyond that which exposes
        them (H); None where nothing ever is.
    block, block_hall, block_mw, block_ready
        Blocks (B): name ``HALL/2``, hall index, IT MW, CSR of activities whose finishes make it
        ready for IT.
    lot, lot_block, lot_service, lot_gate
        Lots (L), and the tail of every block without one, named ``HALL/2/-/-``: name, block index,
        activity whose finish is ready for service (-1: stands at the data date), gate of its racks
        (-1: none).
    tranche, tranche_gate, tranche_after
        Tranches (T): name ``SITE/NAME``, gate, CSR of site activities it waits for as well.
    cost_musd
        Cost of each activity (A), for the spend curve.
    """

    epoch: dt.date
    days: int
    site: tuple[str, ...]
    activity: tuple[str, ...]
    title: tuple[str, ...]
    phase: tuple[str, ...]
    activity_site: IntArray
    activity_hall: IntArray
    activity_block: IntArray
    work: Laws
    work_driver: Csr
    calendar: IntArray
    is_outdoor: BoolArray
    rank: IntArray
    relation_pred: IntArray
    relation_succ: IntArray
    relation_kind: IntArray
    relation_lag_min: IntArray
    resource: tuple[str, ...]
    capacity: IntArray
    need: Csr
    pool: tuple[str, ...]
    wait: Csr
    unit_pool: IntArray
    unit_order_min: IntArray
    unit_lead: Laws
    unit_driver: Csr
    unit_name: tuple[str, ...]
    gate: Csr
    gate_name: tuple[str, ...]
    gate_base_min: IntArray
    gate_slip: Laws
    gate_driver: Csr
    gate_event: Csr
    driver_name: tuple[str, ...]
    driver_law: Laws
    driver_probability: FloatArray
    driver_is_event: BoolArray
    calendar_name: tuple[str, ...]
    day_type: IntArray
    type_pointer: IntArray
    type_start_min: IntArray
    type_end_min: IntArray
    climate: IntArray
    lost_day: Laws
    storm_rate: Laws
    storm_month: BoolArray
    storm_day: Laws
    storm_gust: Laws
    hall: tuple[str, ...]
    hall_site: IntArray
    hall_first: IntArray
    hall_last: IntArray
    hall_design_wind: FloatArray
    hall_design_wind_open: FloatArray
    hall_closes: IntArray
    hall_repair_fixed_min: IntArray
    hall_repair_full_min: IntArray
    hall_repair_cost_musd: FloatArray
    hall_repair_calendar: IntArray
    block: tuple[str, ...]
    block_hall: IntArray
    block_mw: FloatArray
    block_ready: Csr
    lot: tuple[str, ...]
    lot_block: IntArray
    lot_service: IntArray
    lot_gate: IntArray
    tranche: tuple[str, ...]
    tranche_gate: IntArray
    tranche_after: Csr
    cost_musd: FloatArray
    storm_outage: Laws | None = None
    is_parallel: bool = False
    """Whether of several drivers on one amount only the largest acts, instead of all multiplied."""
    driver_mix: FloatArray | None = None
    """What makes independent normal draws of drivers and events correlated, shape (V, V), lower
    triangular; None where they are independent."""
    storm_basin: tuple[str, ...] = ()
    hall_contents_musd: FloatArray | None = None
    known_min: int = 0
    """Minute before which everything is known: no storm comes before it."""
    pool_used: tuple[tuple[int, int], ...] = ()
    """Pools with the units that reported activities took, which are no longer among the units."""
    out_of_sequence: tuple[tuple[str, str], ...] = ()
    """Activities reported as started, each with a predecessor that was to be done before (FS)."""
    gate_firm_min: IntArray | None = None
    """Minute from which what comes through a gate stands on its date (G), -1 where it always does;
    until then it slips with the forecast of what it waits for. None where everything stands."""
    terms: Terms | None = None
    """Until when halls and equipment may move, and what is cancelled; None where all stands."""

    def relations(self) -> Iterator[tuple[int, int, int, int]]:
        """Return predecessor, successor, kind and lag [min] of each relation, in order."""
        return zip(
            self.relation_pred.tolist(), self.relation_succ.tolist(), self.relation_kind.tolist(),
            self.relation_lag_min.tolist(), strict=True,
        )  # fmt: skip

    def __post_init__(self) -> None:
        _freeze(self)


def _freeze(of: Network | Laws | Csr | Terms) -> None:
    for value in vars(of).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        elif isinstance(value, (Laws, Csr, Terms)):
            _freeze(value)
