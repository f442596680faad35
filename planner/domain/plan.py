"""The plan: commitments with dates, what they are meant to bring, and how it was found."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from planner.domain.portfolio import Period


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to build a hall of a group: a build mode on a calendar.

    Parameters
    ----------
    calendar
        ``standard`` runs each activity on its own calendar; another name replaces the calendar of
        the activities that do not keep theirs.
    """

    site: str
    group: str
    mode: str
    calendar: str

    def __str__(self) -> str:
        return f"{self.site}/{self.group}/{self.mode}/{self.calendar}"


@dataclass(frozen=True, slots=True)
class Start:
    """A commitment to start a hall.

    Parameters
    ----------
    candidate
        Where and how it is built.
    number
        One-based number of the hall in its group, halls under way included; part of the stable
        name of its activities.
    release
        Date on which the contractor is told to proceed.
    is_under_way
        Whether it was started before the data date.
    is_pinned
        Whether the user fixed it.
    """

    candidate: Candidate
    number: int
    release: dt.date
    is_under_way: bool = False
    is_pinned: bool = False
    cancelled: dt.date | None = None
    """Date on which it is cancelled, before it is firm; None where it is kept."""

    @property
    def hall(self) -> str:
        """Stable name of the hall, such as ``prometheus/tents/03``."""
        return f"{self.candidate.site}/{self.candidate.group}/{self.number:02d}"


@dataclass(frozen=True, slots=True)
class EquipmentOrder:
    """A commitment to order units of a class of equipment for a site."""

    site: str
    equipment: str
    units: int
    order: dt.date
    needed: dt.date
    hall: str = ""
    """Hall whose schedule sets the date."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """A commitment to order GPUs for a site.

    Parameters
    ----------
    name
        Stable name, such as ``hyperion/GB300/2026Q2``.
    gpus
        Whole racks of them.
    order
        Order date.
    dock
        Date at the site at the portfolio's confidence.
    """

    name: str
    site: str
    sku: str
    gpus: int
    order: dt.date
    dock: dt.date
    is_pinned: bool = False
    """Whether the user fixed it."""
    cancelled: dt.date | None = None
    """Date on which it is cancelled, before it is firm; None where it is kept."""
    is_under_way: bool = False
    """Whether it was ordered before the data date."""


@dataclass(frozen=True, slots=True)
class Lot:
    """GPUs of one purchase in one block of a hall.

    Parameters
    ----------
    hall, block
        Stable name of the hall and one-based number of the block.
    purchase
        Name of the purchase or move that brings them, or empty for GPUs that stand at the data
        date.
    service
        Date from which the plan counts on them.
    until
        Date at which they leave (end of service life or horizon, or earlier: `leaves`).
    """

    hall: str
    block: int
    sku: str
    gpus: int
    purchase: str
    service: dt.date
    until: dt.date
    is_under_way: bool = False
    """Whether its purchase was ordered before the data date."""
    leaves: str = ""
    """Why they leave before their time: `RETIRED`, or the name of the move that takes them."""
    part: str = ""
    """Ends the name of a part of GPUs that do not all leave at once: ``+``, ``++``."""

    @property
    def is_new(self) -> bool:
        """Whether the plan itself orders or moves it: it neither stands nor was ordered before."""
        return bool(self.purchase) and not self.is_under_way

    @property
    def name(self) -> str:
        """Stable name, unique in a plan."""
        return f"{self.hall}/{self.block}/{self.purchase or 'installed'}/{self.sku}{self.part}"


@dataclass(frozen=True, slots=True)
class Retirement:
    """A commitment to retire GPUs of a site before the end of their service life.

    Parameters
    ----------
    date
        Day on which they leave; `Lot.leaves` says which they are.
    """

    site: str
    sku: str
    gpus: int
    date: dt.date


@dataclass(frozen=True, slots=True)
class Move:
    """A commitment to move GPUs that stand from halls of one zone to halls of another.

    Parameters
    ----------
    name
        Stable name, such as ``west/old/east/new/H100/2026Q2``.
    origin, to
        Zones: a hall group or standing entry, as site/name.
    sent
        Day on which they leave service.
    dock
        Day on which their racks are at the other hall, at the portfolio's confidence.
    """

    name: str
    sku: str
    gpus: int
    origin: str
    to: str
    sent: dt.date
    dock: dt.date

    @property
    def site(self) -> str:
        """Site that they come to."""
        return self.to.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Reservation:
    """A commitment to have a power tranche that is there only if it is reserved.

    Parameters
    ----------
    site, tranche
        Names.
    reserve
        Date of the reservation.
    exit
        Date from which the contract is left; None where it is kept to the horizon.
    """

    site: str
    tranche: str
    reserve: dt.date
    exit: dt.date | None = None
    is_pinned: bool = False
    """Whether the user fixed it."""

    @property
    def name(self) -> str:
        """Full name of the tranche, such as ``prometheus/socrates-south``."""
        return f"{self.site}/{self.tranche}"


HallClass = Literal["generators", "none"]


@dataclass(frozen=True, slots=True)
class Share:
    """GPU-time given to a team or product in a period.

    Parameters
    ----------
    consumer
        Team or product.
    backup
        Class of the halls that the GPUs stand in.
    gpus
        Mean number of GPUs over the period.
    h100e
        Their effective compute on the consumer's mix, mean over the period.
    """

    consumer: str
    sku: str
    backup: HallClass
    period: int
    gpus: float
    h100e: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """GPU-time of a training cluster: one family in one fabric domain, mean over a period.

    Parameters
    ----------
    domain
        Fabric domain, such as ``hyperion/east``.
    gpus
        Mean usable GPUs of the SKU that the team trains on there.
    """

    consumer: str
    domain: str
    sku: str
    period: int
    gpus: float


@dataclass(frozen=True, slots=True)
class GaveWay:
    """What of a soft wish the plan gives up.

    Parameters
    ----------
    kind, subject
        Floor of a product, guarantee of a team, or required date, by name.
    period
        Period in which it is missed; None for a required date.
    wanted, given
        H100e of floors and guarantees, IT MW of required dates.
    """

    kind: Literal["required", "floor", "guarantee"]
    subject: str
    period: int | None
    wanted: float
    given: float

    @property
    def lost(self) -> float:
        """What is missing."""
        return self.wanted - self.given


@dataclass(frozen=True, slots=True)
class CashRow:
    """Money of a period, nominal MUSD; the parts sum to `closing - opening`.

    `borrowed` is what is drawn less what is paid back, `interest` what is paid on debt: neither is
    spend.
    """

    period: int
    opening: float
    inflow: float
    construction: float
    equipment: float
    gpus: float
    site_works: float
    power: float
    energy: float
    operation: float
    rent: float
    closing: float
    borrowed: float = 0.0
    interest: float = 0.0

    @property
    def spend(self) -> float:
        """All that is paid in the period."""
        return (
            self.construction + self.equipment + self.gpus + self.site_works + self.power
            + self.energy + self.operation + self.rent
        )  # fmt: skip


RETIRED: Final = "retired"
"""What `Lot.leaves` says of GPUs that are retired early."""

PromiseKind = Literal["required", "floor", "guarantee", "capacity"]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a plan is held to.

    Parameters
    ----------
    kind
        ``required`` and ``capacity`` are IT MW in service by a date; ``floor`` H100e of a product
        and ``guarantee`` H100e per researcher of a team in every period up to the date.
    subject
        Site, ``portfolio``, product or team.
    amount
        IT MW for required and capacity, otherwise unused (the specs state it by period).
    by
        Date it must hold by.
    """

    kind: PromiseKind
    subject: str
    amount: float
    by: dt.date

    @property
    def name(self) -> str:
        """Stable name, such as ``capacity/portfolio/2026-12-31``."""
        return f"{self.kind}/{self.subject}/{self.by.isoformat()}"


class Termination(enum.Enum):
    """Why the solver stopped."""

    OPTIMAL = "optimal"
    GAP = "gap reached"
    NODES = "node limit"
    TIME = "time limit"
    INTERRUPTED = "interrupted"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


INTERRUPTED = "interrupted"
"""What stopped a solve that a signal ended."""


@dataclass(frozen=True, slots=True)
class LevelStatus:
    """One objective or fairness level as solved.

    Parameters
    ----------
    name
        Such as ``compute_per_researcher 1: frontier``.
    value, bound
        Incumbent and proof limit in `unit`; `bound` is None where a level was solved with the
        halls of an earlier one fixed and proves nothing.
    """

    name: str
    value: float
    bound: float | None
    unit: str
    termination: Termination


@dataclass(frozen=True, slots=True)
class SolveStatus:
    """How the plan was found.

    Parameters
    ----------
    gap
        How far the plan itself stays below the bound of its first objective: the search for whole
        halls, the tolerance left to later objectives, and whole racks and dates, all together.
    is_reproducible
        False where a clock or a signal ended a solve.
    stopped
        What ended it then, such as ``interrupted`` or ``limit 10 s``; empty otherwise.
    halls
        Halls started at the first level, by option: where a solve of the next round may begin. Of
        no interest once the rounds are over, so no document has them.
    """

    levels: tuple[LevelStatus, ...]
    gap: float | None
    solver: str
    is_reproducible: bool = True
    stopped: str = ""
    halls: Mapping[tuple[str, ...], float] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_interrupted(self) -> bool:
        """Whether a signal ended it."""
        return self.stopped == INTERRUPTED

    @property
    def text(self) -> str:
        """The status in words: never optimal where something stopped the search."""
        gap = "no bound" if self.gap is None else f"gap {100 * self.gap:.1f} %"
        if self.is_interrupted:
            return f"status: interrupted, {gap}"
        end = f" ({self.stopped})" if self.stopped else ""
        return f"status: feasible, {gap}{end}"


@dataclass(frozen=True)
class Plan:
    """Everything committed and intended; immutable.

    Parameters
    ----------
    periods
        The periods that `Share.period` and `CashRow.period` index.
    starts
        Halls under way first, then by release date, then by name.
    orders, purchases, lots
        Equipment, GPUs, and where the GPUs stand; `lots` includes the fleet at the data date.
    shares
        Who computes on them.
    cash
        One row a period.
    promises
        What verification holds the plan to.
    level
        Effective compute per researcher and weight of every ranked team over the horizon.
    status
        How it was found; None for a plan written by hand.
    """

    portfolio: str
    data_date: dt.date
    periods: tuple[Period, ...]
    starts: tuple[Start, ...] = ()
    orders: tuple[EquipmentOrder, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    lots: tuple[Lot, ...] = ()
    shares: tuple[Share, ...] = ()
    cash: tuple[CashRow, ...] = ()
    promises: tuple[Promise, ...] = ()
    level: dict[str, float] = field(default_factory=dict)
    status: SolveStatus | None = None
    reservations: tuple[Reservation, ...] = ()
    """Tranches reserved, by date and name; those that are given need none."""
    gave_way: tuple[GaveWay, ...] = ()
    """Soft wishes that are given up, in part or wholly."""
    clusters: tuple[Cluster, ...] = ()
    """Where the GPU-time of teams with a smallest cluster lies; part of `shares`."""
    arcs: tuple[tuple[str, str], ...] = ()
    """Resource-flow arcs of the sequencing step: pairs of activity names (giver, taker); the
    taker starts no earlier than the giver's crew leaves. Empty where none was made."""
    retirements: tuple[Retirement, ...] = ()
    """GPUs retired before their time, by date, site and SKU."""
    moves: tuple[Move, ...] = ()
    """GPUs moved to other halls, by date and name."""

    @property
    def years(self) -> float:
        """Years from the data date to the end of the last period."""
        return (self.periods[-1].end - self.data_date).days / 365.25 if self.periods else 0.0

    def replace(self, **changes: object) -> Self:
        """Return a plan with some parts replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]
