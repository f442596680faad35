"""Who computes: teams of researchers and products with users."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from planner.domain.amount import Amount
from planner.domain.base import Count, Date, Factor, Flag, In, Model, Number, Positive, Rate, Share

HPerResearcher = Annotated[Amount, In("h100e/researcher", low=0)]
FlopPerRequest = Annotated[Amount, In("FLOP/request", low=0)]
RequestsPerUserDay = Annotated[Amount, In("request/user/day", low=0)]
Users = Annotated[Amount, In("user", low=0)]


class HeadcountStep(Model):
    """Researchers from a date on."""

    since: Date
    researchers: Count


class Team(Model):
    """A team of researchers."""

    title: str
    researchers: Annotated[tuple[HeadcountStep, ...], Field(min_length=1)]
    """Steps of hiring and acquisition."""
    weight: Annotated[Number, Field(gt=0, le=1e6)] = 1.0
    """Divides the team's level in the ranking: twice the weight, twice the compute a head."""
    mix: dict[str, Share]
    """Workloads as shares of useful work; they sum to 1."""
    guarantee: HPerResearcher | None = None
    """Least effective compute per researcher in every period."""
    guarantee_since: Date | None = None
    """First period in which the guarantee holds; all where not given."""
    earliest: Date | None = None
    latest: Date | None = None
    """Period of the team's work; the whole horizon where not given."""
    smallest_cluster: Positive | None = None
    """GPUs of one family in one fabric domain below which training is no use: in every period the
    team has none in a domain, or at least so many for `cluster_share` of the period."""
    cluster_share: Share | None = None
    """Share of a period for which the cluster must be the team's, so that teams may take turns;
    all of it where not given."""
    cluster_run: Positive = 1
    """Periods on end for which a cluster is held once it begins."""
    priority: Literal["hard", "soft"] = "hard"
    """Whether the plan must keep the guarantee, or may give it up where all wishes are too much."""
    gives_way: Positive = 1
    """Place in the order in which soft wishes give way: 1 first; equal ones share."""


class Product(Model):
    """A product whose users need inference: a floor in effective compute."""

    title: str
    users: Users
    """Daily users at the data date."""
    growth: Rate
    """Growth of users a year."""
    requests: RequestsPerUserDay
    request_growth: Rate | None = None
    """Growth of requests a user and year; 0 where not given."""
    flop: FlopPerRequest
    """Model FLOP of a request."""
    flop_growth: Rate | None = None
    """Growth of FLOP a request and year, net of gains in efficiency; 0 where not given."""
    peak: Factor
    """Peak load over average."""
    workload: str
    needs_backup: Flag = True
    """Whether it must be served from halls with backup power."""
    launch: Date | None = None
    """Date from which it is served."""
    priority: Literal["hard", "soft"] = "hard"
    """Whether the plan must keep the floor, or may give it up where all wishes are too much."""
    gives_way: Positive = 1
    """Place in the order in which soft wishes give way: 1 first; equal ones share."""
