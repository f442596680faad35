"""Build modes, tails, site works, equipment and trades: the catalog of how to build."""

from __future__ import annotations

from typing import Annotated, Literal

from planner.domain.activity import Activity, HealthNotes
from planner.domain.amount import Amount
from planner.domain.base import (
    CostMUSDPerMW,
    Count,
    DurationDay,
    Factor,
    In,
    LandAcre,
    LifeYear,
    Model,
    PowerMW,
    Ratio,
    Share,
    WindMph,
    WorkWd,
)

PerMW = Annotated[Amount, In("rack/MW", low=0)]
RackPower = Annotated[Amount, In("kW/rack", above=0)]


class StormDamage(Model):
    """What wind does to a hall of this mode: r = (gust / design wind)^2, damage from r = 0.7 on."""

    design_wind: WindMph
    """3 s gust that the finished hall withstands."""
    design_wind_open: WindMph
    """The same while the envelope is open."""
    repair_fixed: WorkWd
    """Working days of repair when damage begins."""
    repair_full: WorkWd
    """Further working days at total damage of the envelope."""
    envelope_share: Share
    """Share of the hall's cost that the envelope is."""
    rebuild: Factor | None = None
    """Cost of repair over that of building the same anew; 1 where not given."""
    contents_loss: Share | None = None
    """Share of the value of the rest of a closed hall that is lost for each unit of damage beyond a
    quarter of the envelope; 0 where not given. GPUs are not counted."""


class PaymentTerms(Model):
    """When money for a purchase or a piece of work leaves."""

    at_order: Share
    """Share paid with the order, or at the start of work."""
    on_delivery: Share
    """Share paid when it arrives, or spread over the work."""
    at_acceptance: Share
    """Share held back until acceptance."""
    delay: DurationDay
    """Days from each event to its payment."""


class BuildMode(Model):
    """A way to build a hall: an activity network with costs and the finished hall's traits."""

    title: str
    unit_it_power: PowerMW
    """IT power of the reference hall for which work and crews are stated."""
    unit_blocks: Count
    """Blocks in which the reference hall is turned over."""
    hall_cost: CostMUSDPerMW
    """Construction cost per IT MW, without site works, land and GPUs."""
    soft_cost: Share | None = None
    """Design management, insurance and owner's cost on top, as a share of construction."""
    terms: PaymentTerms
    """Payment terms of construction: at start, by progress, retention."""
    opex_year: CostMUSDPerMW | None = None
    """Yearly operation and maintenance per IT MW, energy apart."""
    rent_month: CostMUSDPerMW | None = None
    """Rent per IT MW and month from turnover, for leased halls."""
    peak_facility_ratio: Ratio
    """Facility over IT power on the design day: for every power limit."""
    pue: Ratio
    """Yearly average: for energy, cost and carbon."""
    rack_positions: PerMW
    """Rack positions per IT MW."""
    rack_limit: RackPower
    """Largest power a rack position takes."""
    liquid_share: Share
    """Share of the hall's IT power that liquid cooling can carry away."""
    air_share: Share
    """Share of the hall's IT power that air cooling can carry away."""
    footprint: LandAcre
    """Land of the reference hall with its yard."""
    service_life: LifeYear
    """Years the hall serves."""
    backup: Literal["generators", "none"]
    """Whether loads ride through an outage; products may need it."""
    availability: Share
    """Uptime of the hall."""
    storm: StormDamage
    """Design wind and repair."""
    learning: Factor | None = None
    """Exponent b: the n-th hall of the kind at a site takes n^-b of the crews' work (what no crew
    does, and the cost, learn nothing); 0 where not given."""
    firm_after: DurationDay | None = None
    """From the release of a hall to the day on which it is firm: until then it can be cancelled, or
    what has not started of it moved to when its power comes; firm at once where not given."""
    cancel_cost: Share | None = None
    """Share of what is still to be paid of its construction that it costs to cancel a hall before
    it is firm; what is spent is spent. Nothing more where not given. To move it costs nothing."""
    tenure: Literal["own", "lease", "jv"] = "own"
    """Who owns what is built; halls that are not our own have a rent, here or at the group."""
    ready_for_it: tuple[str, ...]
    """Activities whose finishes make a block ready for IT (level 4, backbone network)."""
    rfs: str
    """Activity whose finish makes a block ready for service."""
    tail: str | None = None
    """Name of the tail (how racks go in) appended to every block."""
    hooks: dict[str, str] = {}
    """Where the tail takes hold: its hook names to activities of this mode."""
    health: HealthNotes = ()
    """Why its rows fail schedule health checks. Better exempt a row at the row."""
    activities: dict[str, Activity]
    """The network of one hall."""


class Tail(Model):
    """Activities appended to every block: rack installation, burn-in, acceptance."""

    title: str
    unit_it_power: PowerMW
    """IT power of the block for which work is stated."""
    health: HealthNotes = ()
    """Why its rows fail schedule health checks. Better exempt a row at the row."""
    activities: dict[str, Activity]


class SiteWorks(Model):
    """Activities done once a site: permits, earthworks, substation, water, fibre."""

    title: str
    release: str
    """Activity or milestone whose finish lets halls start (the site release)."""
    health: HealthNotes = ()
    """Why its rows fail schedule health checks. Better exempt a row at the row."""
    activities: dict[str, Activity]


class Equipment(Model):
    """A class of equipment; units are alike until installed."""

    title: str
    lead_time: DurationDay
    """From order to site."""
    price_share: Share | None = None
    """Share of the waiting activity's cost that the equipment is; 75 % where not given."""
    terms: PaymentTerms | None = None
    """Payment terms; those of construction where not given."""
    supply_per_period: Count | None = None
    """Most units that all sites together can order in a period; no limit where not given."""
    drivers: tuple[str, ...] = ()
    """Risk drivers that multiply its lead time."""
    firm_after: DurationDay | None = None
    """From order to the day on which it is firm: until then it can be cancelled with its hall, or
    moved to when the hall needs it; firm at once where not given."""
    cancel_cost: Share | None = None
    """Share of its price that it costs to cancel an order before it is firm, all else that was
    paid being given back; nothing where not given. To move it costs nothing."""


class Trade(Model):
    """A trade: what its crews are called and how many people stand in one."""

    title: str
    people: Count
    """People in one crew."""
