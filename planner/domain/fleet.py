"""Accelerators as bought."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from planner.domain.amount import Amount
from planner.domain.base import (
    Count,
    Date,
    DurationDay,
    Factor,
    Flag,
    In,
    LifeYear,
    Model,
    Name,
    Positive,
    Share,
)
from planner.domain.build_mode import PaymentTerms

KWPerRack = Annotated[Amount, In("kW/rack", above=0)]
TFlops = Annotated[Amount, In("TFLOP/s", low=0)]
GPURate = Annotated[Amount, In("gpu/quarter", low=0)]
PerGPUYear = Annotated[Amount, In("1/year", low=0)]
PricePerGPU = Annotated[Amount, In("MUSD/gpu", low=0)]
PricePerGPUMonth = Annotated[Amount, In("MUSD/gpu/month", low=0)]


class SupplyStep(Model):
    """Most GPUs that can be ordered, from a date on."""

    since: Date
    gpus: GPURate


class PriceStep(Model):
    """Price of a GPU with its share of rack, network and storage, from a date on."""

    since: Date
    price: PricePerGPU


class Rental(Model):
    """Terms of GPUs that are rented and not bought."""

    price_month: PricePerGPUMonth
    """Rent of a GPU and month, from delivery to the end of the term."""
    term: LifeYear
    """Years from delivery to the end, when they leave."""
    site: Name | None = None
    """Site of the provider, on which they stand and nothing else does; anywhere where not given."""


class EarlyRetirement(Model):
    """What it takes to retire GPUs before the end of their service life."""

    cost: PricePerGPU | None = None
    """Cost of taking one out; nothing where not given."""
    resale: PricePerGPU | None = None
    """What one brings when it leaves early; nothing where not given. Of the money of the base
    year, on its low side."""


class Moving(Model):
    """What it takes to move GPUs that stand into other halls, of the same site or another."""

    cost: PricePerGPU
    """Cost of moving one: out, on the road and in."""
    downtime: DurationDay
    """From the day on which they leave service to their racks at the dock of the other hall;
    installation and tests come after it, as for new ones."""


class Accelerator(Model):
    """A GPU product (SKU) as bought: a rack or server row with all that belongs to it."""

    title: str
    family: str
    """SKUs that can share one training network."""
    gpus_per_rack: Positive
    rack_power: KWPerRack
    """Provisioned power of a rack, network share included."""
    liquid: Share
    """Share of its heat that goes to liquid."""
    flops: dict[str, TFlops]
    """Dense FLOP/s of one GPU by precision (bf16, fp8)."""
    prices: Annotated[tuple[PriceStep, ...], Field(min_length=1)]
    """Price by order date."""
    supply: Annotated[tuple[SupplyStep, ...], Field(min_length=1)]
    """Supply by order date."""
    lead_time: DurationDay
    """From order to dock."""
    terms: PaymentTerms
    service_life: LifeYear
    """Years from installation to retirement."""
    resale: Share | None = None
    """Share of its price that it brings at retirement."""
    failure_rate: PerGPUYear
    """Interruptions of a job per GPU and year."""
    repair_time: DurationDay
    """Days a failed GPU is out."""
    spares: Share
    """Share of GPUs bought that stand by as spares."""
    rental: Rental | None = None
    """Terms where it is rented; `prices` is then what setting it up costs."""
    racks_per_day: Count | None = None
    """Racks that the docks of a site take in a day; no limit where not given."""
    firm_after: DurationDay | None = None
    """From order to the day on which it is firm: until then it can be cancelled, or moved to a
    later delivery; firm at once where not given."""
    cancel_cost: Share | None = None
    """Share of its price that it costs to cancel an order before it is firm, all else that was
    paid being given back; nothing where not given. To move it costs nothing."""
    drivers: tuple[str, ...] = ()
    """Risk drivers that multiply its lead time."""
    response: str = ""
    """What would be done about a late delivery, in a few words."""
    early_retirement: EarlyRetirement | None = None
    """Terms on which it may be retired before its time; it serves its life where not given."""
    moves: Moving | None = None
    """Terms on which GPUs that stand or are on order may be moved; they stay where not given."""

    @property
    def may_leave(self) -> bool:
        """Whether GPUs of it may leave their place early; rented ones stay to the end of term."""
        return self.rental is None and bool(self.early_retirement or self.moves)


class Workload(Model):
    """A kind of computation and how well each SKU does it."""

    title: str
    precision: str
    """Precision whose peak counts, declared on the reference SKU."""
    precisions: dict[str, str] = {}
    """Precision by SKU where it differs."""
    mfu: dict[str, Share] = {}
    """Model FLOP utilisation by SKU; a SKU not named cannot run it."""
    tokens_per_second: dict[str, Factor] = {}
    """Tokens/s a GPU, by SKU, instead of an MFU (decoding is bound by memory)."""
    checkpoint: DurationDay
    """Time to write a checkpoint."""
    restart: DurationDay
    """Time to restart after an interruption."""
    job_gpus: Count
    """GPUs of one job, for the goodput; 1 where jobs are independent."""
    needs_backup: Flag = False
    """Whether it needs halls that ride through an outage."""
