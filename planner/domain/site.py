"""Sites: land, power, groups of halls, labour, weather, and what already stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from planner.domain.activity import HealthNotes
from planner.domain.amount import Amount, fixed
from planner.domain.base import (
    CostMUSDPerMW,
    Count,
    Date,
    DurationDay,
    EnergyPriceUSDMWh,
    Factor,
    In,
    LandAcre,
    LifeYear,
    Model,
    MoneyMUSD,
    Name,
    Number,
    Positive,
    PowerMW,
    Share,
    SlipDay,
)

if TYPE_CHECKING:
    from planner.domain.build_mode import BuildMode

CarbonPerMWh = Annotated[Amount, In("t/MWh", low=0)]


class PowerTranche(Model):
    """A block of power that becomes available at one, uncertain date."""

    title: str
    kind: Literal["grid", "gas", "solar", "storage", "nuclear", "existing"]
    nameplate: PowerMW
    """Installed power."""
    firm: PowerMW
    """Power that counts against load: a plant with its largest unit out; solar alone is 0."""
    energised: Date
    """Date in the contract or plan."""
    slip: SlipDay | None = None
    """How much later (or earlier) it really comes; certain where not given."""
    response: str = ""
    """What would be done about a late one, in a few words."""
    after: tuple[str, ...] = ()
    """Site activities that must be done as well, such as the owner's substation."""
    serves: tuple[str, ...] = ()
    """Hall groups it can serve; all of the site where empty."""
    price: EnergyPriceUSDMWh
    """Price of its energy."""
    capital: MoneyMUSD | None = None
    """What the owner pays to have it built, at the energisation date."""
    carbon: CarbonPerMWh | None = None
    """Carbon of its energy."""
    reserve_by: Date | None = None
    """Last date to reserve it. A tranche with this, a deposit, a minimum take or an exit fee is
    there only if the plan reserves it; one without any of them is given."""
    deposit: MoneyMUSD | None = None
    """Paid on reservation."""
    minimum_take: Share | None = None
    """Share of firm power paid for whether used or not, from energisation on."""
    exit_fee: MoneyMUSD | None = None
    """Paid to leave the contract, which ends power and minimum take; no exit where not given."""

    @property
    def is_optional(self) -> bool:
        """Whether the plan decides to have it."""
        terms = (self.reserve_by, self.deposit, self.minimum_take, self.exit_fee)
        return any(term is not None for term in terms)

    def paid(self) -> PowerTranche:
        """Return the tranche once it is reserved: no last date, and no deposit to pay."""
        if not self.is_optional:
            return self
        return self.model_copy(update={"reserve_by": None, "deposit": fixed(0.0, "MUSD")})


class Tenancy(Model):
    """Terms of halls that somebody else owns, wholly (a lease) or in part (a joint venture)."""

    capital_share: Share | None = None
    """Share of construction cost that we pay; all of it where not given."""
    rent_month: CostMUSDPerMW | None = None
    """Rent per IT MW and month; that of the build mode where not given."""
    since: Date | None = None
    """Landlord's date: rent runs from here, ready or not; from service where not given. A hall
    started later pays from its start."""
    deposit: CostMUSDPerMW | None = None
    """Paid per IT MW when a hall is started, and given back at the end of the term."""
    term: LifeYear | None = None
    """Years from the beginning of rent to the end of the first term; a hall still used then is
    rented on as before, without a deposit."""


class HallGroup(Model):
    """Halls of a site that are alike in all that matters, with a count."""

    title: str = ""
    count: Count
    """Most halls that can be built."""
    it_power: PowerMW
    """IT power of one hall."""
    blocks: Positive
    """Blocks in which a hall is turned over, each with its share of the IT power."""
    modes: Annotated[tuple[str, ...], Field(min_length=1)]
    """Build modes allowed."""
    calendars: Annotated[tuple[str, ...], Field(min_length=1)] = ("standard",)
    """Calendars allowed: "standard" runs each activity on its own; any other name replaces the
    calendar of those that do not keep theirs."""
    starts_per_period: Count
    """Most halls that can be started in a period."""
    earliest: Date | None = None
    """First date on which a hall can be started; the data date where not given."""
    fabric: Name | None = None
    """Fabric domain of the site that the halls belong to; one of their own where not given."""
    tenure: Literal["own", "lease", "jv"] = "own"
    """Who owns the halls; that of the build mode where it says more than "own"."""
    tenancy: Tenancy | None = None
    """Terms of a lease or joint venture."""
    cost_factor: Factor | None = None
    """Local cost over the mode's; 1 where not given."""
    work_factor: Factor | None = None
    """Local work over the mode's; 1 where not given."""


class Fabric(Model):
    """A fabric domain: halls that share one training network for each family of SKUs."""

    title: str = ""
    largest: Positive
    """Most GPUs of one family that the network joins."""


class UnderWay(Model):
    """Halls of a group started before the data date: commitments that stand."""

    group: str
    mode: str
    calendar: str = "standard"
    count: Positive
    released: Date
    """Start of the first."""
    stagger: DurationDay
    """Days from the start of one to the start of the next."""
    first: Positive | None = None
    """Number of the first in its group; in order of release where not given."""
    health: HealthNotes = ()
    """Why these halls fail schedule health checks."""


class Standing(Model):
    """Halls that stand at the data date or are about to be handed over by someone else."""

    title: str = ""
    it_power: PowerMW
    """IT power of all of them."""
    mode: str
    """Build mode whose traits (backup, ratios, rack limits) they have."""
    fabric: Name | None = None
    """Fabric domain of the site that they belong to; one of their own where not given."""
    ready: Date
    """Date from which they are in service; the past is certain."""
    slip: SlipDay | None = None
    """How much later it really comes."""
    rent_month: CostMUSDPerMW | None = None
    """Rent per IT MW and month, for leased halls."""


def standing_blocks(standing: Standing, mode: BuildMode) -> int:
    """Return the number of equal blocks a standing hall counts as: about the mode's blocks."""
    block_mw = mode.unit_it_power.likely / max(1, mode.unit_blocks)
    return max(1, round(standing.it_power.likely / block_mw))


class EquipmentStock(Model):
    """Units in stock or on order at the data date."""

    units: Count
    arrives: Date
    """When they arrive (the data date or before: in stock)."""
    slip: SlipDay | None = None
    unpaid: MoneyMUSD | None = None
    """What is still to be paid when they arrive, for units on order."""
    ordered: Date | None = None
    """When they were ordered, where that is known: they are then as late as their class may be, and
    paid by its terms, as far as `slip` and `unpaid` do not say otherwise."""


class Works(Model):
    """The site works of a site."""

    network: str
    """Name in the catalog."""
    started: Date
    """When the first activity was or can be started."""
    done: tuple[str, ...] = ()
    """Activities finished before `started`."""
    factors: dict[str, Factor] = {}
    """Local work over the catalog's, by activity."""
    cost: MoneyMUSD
    """What all the works cost, paid as they proceed."""
    health: HealthNotes = ()
    """Why these works fail schedule health checks."""


class Site(Model):
    """A campus."""

    site: str
    """Name, used in all references."""
    title: str
    place: str
    latitude: Annotated[Number, Field(ge=-90, le=90)]
    longitude: Annotated[Number, Field(ge=-180, le=180)]
    land: LandAcre
    """Land for halls and their yards."""
    climate: str | None = None
    """Climate in the catalog; no weather where not given."""
    crews: dict[str, Count] = {}
    """Crews of each trade that the site can have, all shifts together; a trade not named has no
    limit."""
    tools: dict[str, Count] = {}
    """One-of-a-kind things on the site."""
    people: Count | None = None
    """Ceiling of people on the site, all shifts; none where not given."""
    works: Works | None = None
    """Site works; a prepared site has none."""
    tranches: dict[str, PowerTranche] = {}
    groups: dict[str, HallGroup] = {}
    fabrics: dict[str, Fabric] = {}
    """Fabric domains that limit how many GPUs can train together."""
    under_way: dict[str, UnderWay] = {}
    standing: dict[str, Standing] = {}
    stock: dict[str, tuple[EquipmentStock, ...]] = {}
    """Equipment in stock or on order, by class."""
    installed: dict[str, tuple[InstalledGPUs, ...]] = {}
    """GPUs in standing halls at the data date, by standing hall."""
    ambient_pue: Factor | None = None
    """Added to every PUE for the climate; 0 where not given."""


class InstalledGPUs(Model):
    """GPUs that stand at the data date, or are on order for a standing hall."""

    sku: str
    gpus: Count
    since: Date
    """When they are installed: their service life counts from here. GPUs on order at the data
    date have the date of their hall, and come with it however late it is."""
    unpaid: MoneyMUSD | None = None
    """What is still to be paid when they are installed, for GPUs on order."""


Site.model_rebuild()
