"""The portfolio: everything that one run plans."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from planner.domain.amount import Amount, fixed
from planner.domain.base import (
    Count,
    Date,
    DurationDay,
    Factor,
    Flag,
    In,
    Model,
    MoneyMUSD,
    Name,
    Number,
    Positive,
    PowerMW,
    Rate,
    Share,
    SlipDay,
)
from planner.domain.build_mode import BuildMode, Equipment, SiteWorks, Tail, Trade
from planner.domain.calendar import Calendar, Climate
from planner.domain.demand import Product, Team
from planner.domain.fleet import Accelerator, Workload
from planner.domain.pin import Pins
from planner.errors import Where

if TYPE_CHECKING:
    from planner.domain.actuals import Actuals
    from planner.domain.site import Site

PriceH100eMonth = Annotated[Amount, In("MUSD/h100e/month", low=0)]
CarbonPerYear = Annotated[Amount, In("t/year", low=0)]


class CatalogFile(Model):
    """What a catalog file may hold; names are unique over all files of a portfolio."""

    calendars: dict[Name, Calendar] = {}
    climates: dict[Name, Climate] = {}
    trades: dict[Name, Trade] = {}
    equipment: dict[Name, Equipment] = {}
    works: dict[Name, SiteWorks] = {}
    tails: dict[Name, Tail] = {}
    modes: dict[Name, BuildMode] = {}
    accelerators: dict[Name, Accelerator] = {}
    workloads: dict[Name, Workload] = {}


class CashStep(Model):
    """Operating cash flow a quarter, from a date on."""

    since: Date
    cash_flow: MoneyMUSD


class Finance(Model):
    """Where the money comes from."""

    base_year: Positive
    """Year in which costs are stated."""
    operating_cash_flow: Annotated[tuple[CashStep, ...], Field(min_length=1)]
    """A quarter's operating cash flow."""
    share_available: Share
    """Share of operating cash flow that the portfolio may spend."""
    opening_cash: MoneyMUSD
    """Cash at the data date that the portfolio may spend."""
    cash_floor: MoneyMUSD
    """Least cash at the end of any period."""
    discount_rate: Rate
    """Nominal discount rate of money, a year."""
    debt: Flag = False
    """Whether the portfolio may borrow."""
    debt_ceiling: MoneyMUSD | None = None
    """Most that may be owed at the end of any period."""
    debt_rate: Rate | None = None
    """Interest a year on what is owed at the end of the period before."""
    escalation: dict[Name, Rate] = {}
    """Yearly escalation by cost class: construction, gpus, energy, operation."""


class Driver(Model):
    """A shared risk: one draw a sample multiplies the work of all that name it."""

    title: str
    factor: Factor
    probability: Share | None = None
    """Chance that it acts at all; certain where not given."""
    response: str = ""
    """What would be done about it, in a few words."""


class Event(Model):
    """A discrete risk: with a probability it delays what it hits, once a site."""

    title: str
    probability: Share
    delay: DurationDay
    hits: Name
    """``site/tranche``, or ``mode`` (the release of every hall of that mode), or ``site``."""
    response: str = ""


class Correlation(Model):
    """Rank correlation of drivers that are not independent."""

    drivers: Annotated[tuple[Name, ...], Field(min_length=2)]
    """Names of the drivers, in the order of the matrix."""
    matrix: tuple[tuple[Annotated[Number, Field(ge=-1, le=1)], ...], ...]
    """Rank correlation of each pair: symmetrical, with 1 in the diagonal."""


class Risk(Model):
    """What may go otherwise beyond the spread of each activity."""

    combine: Literal["serial", "parallel"] = "serial"
    """Where several drivers act on one activity: serial multiplies their factors, parallel takes
    the largest alone."""
    correlation: Correlation | None = None
    """Which drivers come together; independent where not given."""

    drivers: dict[Name, Driver] = {}
    events: dict[Name, Event] = {}


class Scenario(Model):
    """An arrival of the thing bet on."""

    title: str
    probability: Share
    arrival: DurationDay
    """Time from the data date to the arrival."""
    revealed: DurationDay | None = None
    """Time from the data date at which it is known whether this is the one; the arrival itself
    where not given."""
    weight_after: Factor | None = None
    """Weight of compute after the arrival, against 1 before; 1 where not given."""


class RequiredDate(Model):
    """A capacity that must be in service by a date at the portfolio's confidence."""

    site: Name | None = None
    """Site, or the whole portfolio where not given."""
    it_power: PowerMW
    by: Date
    priority: Literal["hard", "soft"] = "hard"
    """Whether the plan must keep the date, or may give it up where all wishes are too much."""
    gives_way: Positive = 1
    """Place in the order in which soft wishes give way: 1 first; equal ones share."""


class Capacity(Model):
    """IT power in service, of a site or of all."""

    site: Name | None = None
    """Site, or the whole portfolio where not given."""
    it_power: PowerMW


class Fairness(Model):
    """What the first objective makes of what teams get."""

    objective: Literal["leximin", "nash", "alpha", "drf"] = "leximin"
    """Raise the worst as far as it goes and go on with the rest; the greatest sum of logarithms;
    the greatest alpha-fair sum; or leximin of dominant shares, without regard to heads."""
    alpha: Annotated[Number, Field(ge=0, le=4)] = 2.0
    """Aversion to inequality of the alpha-fair sum: 0 is the total, 1 is Nash; above 4 use leximin,
    which it tends to."""
    counts: Literal["teams", "heads"] = "teams"
    """Whether a sum, and an equal split, counts teams as one each or by their researchers."""
    period: Literal["horizon", "each"] = "horizon"
    """Whether a level is over the horizon, so that a lean year may carry over to a better one, or
    every period is ranked by itself."""
    normalise: Literal["none", "equal_split"] = "none"
    """Whether a level is compute per researcher, or compute over that of an equal split of what
    stands and could be had."""


class BetPolicy(Model):
    """How a plan is chosen where it is not known how things turn out."""

    objective: Literal["expected", "cvar", "regret"] = "expected"
    """The best mean over scenarios; the best mean of the worst of them (conditional value at risk);
    or the smallest worst regret."""
    tail: Share = fixed(0.25, "dimensionless")
    """Share of the worst scenarios that ``cvar`` takes the mean of."""
    scenarios: Positive = 9
    """Scenarios weighed up: arrivals times futures of construction, supply and cash, reduced to
    this many."""
    futures_known: DurationDay | None = None
    """Time from the data date at which it is known how fast things go; the first reveal of an
    arrival where not given, or half the horizon where there are no arrivals."""


class Policy(Model):
    """What the plan shall be best at, and within which rules."""

    objectives: Annotated[
        tuple[
            Literal["compute_per_researcher", "total_compute", "cost", "time_to", "cost_for"],
            ...,
        ],
        Field(min_length=1),
    ] = ("compute_per_researcher", "total_compute", "cost")
    """In order; a finished objective is held within `tolerance`."""
    time_to: Capacity | None = None
    """Capacity that the objective ``time_to`` has in service as early as it can."""
    cost_for: RequiredDate | None = None
    """Capacity and date that the objective ``cost_for`` has at the least cost."""
    fairness: Fairness = Fairness()
    """What `compute_per_researcher` makes of what teams get."""
    tolerance: Share
    """Share of a finished objective's value that later ones may use."""
    compute_discount_rate: Rate
    """Discount rate of compute, a year."""
    max_price: PriceH100eMonth | None = None
    """Compute dearer than this is not bought, unless a floor, guarantee or date needs it."""
    required: dict[Name, RequiredDate] = {}
    """Capacity required by a date."""
    pinned: Pins = Pins()
    """Decisions that are made already."""
    modes: tuple[str, ...] = ()
    """Build modes that may be started; all where empty (for what-if comparisons)."""
    terminal_quarters: Count = 8
    """Quarters for which the last period's compute is counted on after the horizon, at most."""
    terminal_share: Share
    """Obsolescence: the share of its value that compute after the horizon keeps."""
    storms: Literal["basin", "independent"] = "basin"
    """Whether sites of a basin share its storms, or each site has storms of its own."""
    carbon_cap: CarbonPerYear | None = None
    """Most carbon of the energy of all sites in a calendar year, a part of a year pro rata."""
    open_loop: Flag = False
    """Whether commitments stand on their dates from the beginning in simulation, also where they
    are not firm and what they wait for is late."""
    bet: BetPolicy | None = None
    """Weigh up scenarios before anything is committed; one expected world where not given."""

    @property
    def dates(self) -> dict[str, RequiredDate]:
        """All dates that a plan must keep: those required, and that of ``cost_for``."""
        if self.cost_for is None or "cost_for" not in self.objectives:
            return self.required
        return {**self.required, "cost_for": self.cost_for}


class PortfolioFile(Model):
    """A portfolio as written."""

    portfolio: Name
    title: str
    data_date: Date
    horizon: Date
    """Last day planned."""
    period: Literal["month", "quarter"] = "quarter"
    confidence: Share
    """Confidence at which commitments are made, such as 80 %."""
    seed: Count = 1
    samples: Positive = 500
    """Simulated futures in the verification."""
    catalog: tuple[str, ...]
    """Catalog files or folders, relative to this file."""
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Site files, relative to this file."""
    sources: str | None = None
    """File of sources, relative to this file."""
    reference: Name
    """SKU in which effective compute is counted, such as H100."""
    skus: tuple[Name, ...] = ()
    """SKUs that can be bought; all of the catalog where empty."""
    teams: Annotated[dict[Name, Team], Field(min_length=1)]
    products: dict[Name, Product] = {}
    finance: Finance
    risk: Risk = Risk()
    scenarios: dict[Name, Scenario] = {}
    """Arrivals of the thing bet on, which `policy.bet` weighs up."""
    targets: dict[Name, RequiredDate] = {}
    """Dates announced, reported against, not enforced."""
    actuals: str | None = None
    """File of actuals: what has happened by the data date, relative to this file."""
    changes: dict[Name, Any] = {}
    """What differs from the shared files named above: values by path, as ``--set`` names them."""
    overlays: dict[Name, dict[Name, str]] = {}
    """Named what-ifs: values as ``--set`` would take them, by path; chosen with ``--overlay``."""
    policy: Policy


class SourceEntry(Model):
    """Where numbers come from."""

    title: str
    publisher: str
    date: str
    """Of publication, as far as known."""
    link: str = ""
    confidence: Literal["published", "estimated", "assumption"]


class SourcesFile(Model):
    """All sources by key."""

    sources: dict[Name, SourceEntry]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a number of a portfolio comes from.

    Parameters
    ----------
    where
        Its place in the files.
    text
        The number as written.
    source
        Key of a source, or empty.
    assumption
        Why it was assumed, or empty.
    """

    where: Where
    text: str
    source: str = ""
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A planning period, from `start` up to and without `end`."""

    label: str
    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days

    @property
    def years(self) -> float:
        """Length in years of 365.25 days."""
        return self.days / 365.25


@dataclass(frozen=True)
class Portfolio:
    """Everything one run plans, resolved and checked.

    Parameters
    ----------
    spec
        The portfolio file.
    sites
        Sites by name, in the order of the portfolio.
    catalog
        All catalog entries, merged.
    sources
        Sources by key.
    provenance
        Every number with its place and origin.
    places
        Place of each key path ``file-relative path -> Where``, keyed by
        ``portfolio.…``, ``site.NAME.…`` and ``catalog.…``, for messages about rules.
    digests
        SHA-256 of every file read, by its path relative to the portfolio file; shipped files that
        a user's own portfolio names keep their ``shipped:`` name.
    main
        Key of the portfolio file itself in `digests`.
    inputs
        The files as they were read, by the same keys.
    settings
        What was set on the command line, in order.
    """

    spec: PortfolioFile
    sites: dict[str, Site]
    catalog: CatalogFile
    sources: dict[str, SourceEntry]
    provenance: tuple[Provenance, ...]
    places: dict[str, Where]
    digests: dict[str, str]
    main: str = ""
    inputs: dict[str, bytes] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    actuals: Actuals | None = None
    """What has happened, where it was reported."""

    @property
    def periods(self) -> tuple[Period, ...]:
        """The planning periods from the data date to the horizon."""
        return periods(self.spec.data_date, self.spec.horizon, self.spec.period)

    def where(self, path: str) -> Where:
        """Return the place of a key path, or of the nearest parent that has one."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return Where(self.spec.portfolio)

    def replace(self, **changes: object) -> Portfolio:
        """Return a portfolio whose spec, sites or catalog are replaced (what-if)."""
        return Portfolio(**({**self.__dict__, **changes}))


def periods(
    start: dt.date, horizon: dt.date, length: Literal["month", "quarter"]
) -> tuple[Period, ...]:
    """Return calendar periods from `start` to `horizon`; the first may be a part.

    Examples
    --------
    >>> [p.label for p in periods(dt.date(2025, 8, 1), dt.date(2026, 3, 31), "quarter")]
    ['2025Q3', '2025Q4', '2026Q1']
    """
    months = 3 if length == "quarter" else 1
    made = []
    while start <= horizon:
        first = (start.month - 1) // months * months
        year, month = divmod(start.year * 12 + first + months, 12)
        end = dt.date(year, month + 1, 1)
        name = f"Q{first // 3 + 1}" if months == 3 else f"-{start.month:02d}"
        made.append(Period(f"{start.year}{name}", start, end))
        start = end
    return tuple(made)


__all__ = [
    "CashStep", "CatalogFile", "Driver", "Event", "Fairness", "Finance", "Period", "Policy",
    "Portfolio", "PortfolioFile", "Provenance", "RequiredDate", "Risk", "Scenario", "SlipDay",
    "SourceEntry", "SourcesFile", "periods",
]  # fmt: skip
