"""What simulation found, and the whole of a run: Outcome, Readiness, Verification, Result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from planner.domain.baseline import Baseline
    from planner.domain.bet import Bet
    from planner.domain.explanation import Explanation, PinCost
    from planner.domain.parent import Parent
    from planner.domain.pin import Pins
    from planner.domain.plan import Candidate, Plan, Promise
    from planner.domain.portfolio import Portfolio
    from planner.domain.review import Look, Review

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.float64)

Method = Literal["latin", "plain", "sobol"]
"""How streams are drawn: stratified each by itself, independent, or stratified with the drivers on
a Sobol sequence."""

Progress = Callable[[str, float], None]
"""Told the stage and the share of it that is done, 0..1."""


def unheard(_stage: str, _share: float) -> None:
    """Take the progress of what nobody watches."""


MANY_SAMPLES = 2048
"""Samples from which on several of them are found sooner than all are sorted."""
MOST_NARROW = 2**31 - 1
NEVER = 2**40
"""Minute that stands for "not within the calendar tables"; later than any real one."""


@dataclass(frozen=True)
class Outcome:
    """Simulated futures of one network; axes S samples, A activities, B blocks, L lots, T tranches.

    Minutes count from midnight of `epoch`; `NEVER` marks what does not happen in the horizon.

    Parameters
    ----------
    activity, block, lot, tranche
        Stable names along the axes.
    start_min, finish_min
        Of the first K futures, K <= S, shape (K, A): as many as memory has room for, all where that
        was asked. All that counts futures is taken from the milestones below.
    ready_min
        Ready for IT of each block, shape (S, B).
    energised_min
        Tranches, shape (S, T), site activities they wait for included.
    service_min
        Ready for service of each lot, shape (S, L).
    dock_min
        Delivery of each lot's racks, shape (S, L); 0 for GPUs that stand at the data date.
    rack_start_min
        Start of the work that waits for each lot's racks, shape (S, L); service where none does.
    storm_cost_musd
        Repair cost by sample, shape (S,).
    driver
        Names of risk drivers and events, with their draws in `driver_factor`, shape (S, V).
    deterministic_start_min, deterministic_finish_min
        The deterministic pass, shape (A,).
    total_float_min, free_float_min, is_driving
        Of the deterministic pass, shape (A,): total float towards the next hand-over (block, lot,
        tranche), else the last finish of its hall or site; `is_driving` marks the driving path to
        each site's last milestone.
    seed, method
        Seed of the draws, and how they were drawn.
    look
        Criticality, crews in use and spend, where they were asked for.
    """

    epoch: dt.date
    activity: tuple[str, ...]
    block: tuple[str, ...]
    lot: tuple[str, ...]
    tranche: tuple[str, ...]
    start_min: IntArray
    finish_min: IntArray
    ready_min: IntArray
    energised_min: IntArray
    service_min: IntArray
    dock_min: IntArray
    rack_start_min: IntArray
    storm_cost_musd: FloatArray
    driver: tuple[str, ...]
    driver_factor: FloatArray
    deterministic_start_min: IntArray
    deterministic_finish_min: IntArray
    total_float_min: IntArray
    free_float_min: IntArray
    is_driving: BoolArray
    deterministic_ready_min: IntArray
    deterministic_service_min: IntArray
    seed: int
    method: Method = "latin"
    look: Look | None = None

    @property
    def samples(self) -> int:
        """Number of simulated futures."""
        return int(self.storm_cost_musd.shape[0])

    def date(self, minute: float) -> dt.date:
        """Return the date of a minute."""
        return self.epoch + dt.timedelta(days=int(minute // 1440))


def quantile_min(samples: IntArray, share: float) -> IntArray:
    """Return the date by which `share` of samples (axis 0) have happened, as a sample's value.

    The order statistic ceil(share * S), so that a share of at least `share` is at or before it.
    """
    value: IntArray = order_statistics(samples, (share,))[0]
    return value


def order_statistics(samples: NDArray[Number], shares: Sequence[float]) -> NDArray[Number]:
    """Return several of them, shape (Q, ...), as `quantile_min` returns one."""
    count = samples.shape[0]
    ranks = [min(count - 1, max(0, int(np.ceil(q * count - 1e-9)) - 1)) for q in shares]
    # Samples side by side in memory; sorting a few is quicker than finding several of them.
    beside = np.moveaxis(samples, 0, -1)
    if samples.dtype == np.int64 and samples.size and _is_narrow(samples):
        # Half the memory, and processors sort sixteen at a time: quicker than finding any.
        ordered = np.sort(beside.astype(np.int32, order="C"))
    elif len(ranks) > 1 and count < MANY_SAMPLES:
        ordered = np.sort(np.ascontiguousarray(beside))
    else:
        ordered = np.partition(np.ascontiguousarray(beside), ranks)
    found: NDArray[Number] = np.stack([ordered[..., rank] for rank in ranks])
    return found.astype(samples.dtype, copy=False)


def _is_narrow(numbers: NDArray[Number]) -> bool:
    """Return whether whole numbers fit 32 bits, as all minutes but `NEVER` do."""
    return bool(numbers.min() >= -MOST_NARROW and numbers.max() <= MOST_NARROW)


@dataclass(frozen=True)
class Readiness:
    """When halls of a candidate, started in a period, could take racks and serve.

    All days count from the data date and are quantiles at the portfolio's confidence, taken over
    a simulation in which tranche and racks are never late.

    Parameters
    ----------
    candidate, period
        The option: how it is built, and the index of the period in which it is started; -1 for
        halls that stand or are under way at the data date (one entry a group and mode; for
        standing halls the group is the name of the standing entry and the calendar "standard").
    ready_day, service_day
        Ready for IT and ready for service, one entry a block of the hall (period >= 0, averaged
        over the halls of the trial), or of all the halls (period -1).
    block_mw
        IT MW of those blocks, same length.
    power_tail_day
        From the energised tranche to service (level 5 and what follows), likely the same for all.
    rack_tail_day
        From the docking of racks to service.
    """

    candidate: Candidate
    period: int
    ready_day: FloatArray
    service_day: FloatArray
    block_mw: FloatArray
    power_tail_day: float
    rack_tail_day: float


@dataclass(frozen=True)
class Verdict:
    """A promise held against fresh futures.

    Parameters
    ----------
    held
        Share of samples in which it held.
    upper
        One-sided 95 % upper bound of that share (Clopper-Pearson).
    is_kept
        Whether `upper` reaches the confidence: the plan fails where even it is below.
    cause
        What most often broke it: ``hall NAME``, ``tranche NAME`` or ``delivery NAME``; empty where
        it held.
    overrun_day
        Days at the confidence by which that cause was late.
    """

    promise: Promise
    held: float
    upper: float
    is_kept: bool
    cause: str = ""
    overrun_day: float = 0.0


@dataclass(frozen=True)
class Verification:
    """What a fresh simulation of the whole plan says of its promises.

    Parameters
    ----------
    joint
        Share of samples in which every promise held.
    cash_risk
        Chance by period that the cash floor is broken, shape (T,).
    compute
        Simulated effective compute of each team and product, name -> shape (S, T) [H100e].
    in_service_mw
        IT MW of GPUs in service by site at the end of each period, name -> shape (S, T).
    round
        The round of the loop it belongs to, one-based.
    """

    confidence: float
    verdicts: tuple[Verdict, ...]
    joint: float
    cash_risk: FloatArray
    compute: dict[str, FloatArray]
    in_service_mw: dict[str, FloatArray]
    spend_musd: FloatArray
    """Simulated spend by period, shape (S, T)."""
    seed: int
    round: int
    lateness_day: dict[str, float] = field(default_factory=dict)
    """Days by which lots come after their planned service at the confidence (before it, where
    negative), as a mean over megawatts, by what was last: ``hall NAME``, ``tranche SITE/NAME`` or
    ``delivery SITE/SKU``."""
    inflow_musd: FloatArray | None = None
    """Simulated cash flow left to the portfolio by period, shape (S, T); None without cash rows."""

    @property
    def is_verified(self) -> bool:
        """Whether every promise is kept."""
        return all(v.is_kept for v in self.verdicts)


@dataclass(frozen=True, slots=True)
class TerminalAnswer:
    """What is bought and got where compute after the horizon is worth `factor` times as much.

    Parameters
    ----------
    factor
        1 is the plan itself.
    gpus, last_year_gpus
        Ordered over the horizon, and in its last year.
    spend_musd
        Nominal.
    level
        Effective compute per researcher and weight of each ranked team within the horizon.
    """

    factor: float
    gpus: float
    last_year_gpus: float
    spend_musd: float
    level: dict[str, float]


@dataclass(frozen=True)
class Result:
    """A whole run: what was asked, what was chosen, and what simulation says of it.

    Parameters
    ----------
    outcome
        The simulation that verified the plan.
    readiness
        Readiness of every option, as the optimiser saw it in the last round.
    methods
        Per build method (mode) and site: the outcome of candidates, for the comparison.
    seed
        Seed of the run.
    warnings
        Findings worth showing, as text.
    """

    portfolio: Portfolio
    plan: Plan
    outcome: Outcome
    verification: Verification
    readiness: tuple[Readiness, ...]
    seed: int
    rounds: int
    warnings: tuple[str, ...] = ()
    review: Review | None = None
    """What a schedule reviewer asks for; None where the run was not reviewed."""
    corrections: Mapping[str, float] = field(default_factory=dict)
    """Extra days by cause under which the plan was solved."""
    terminal: tuple[TerminalAnswer, ...] = ()
    """What the worth of compute after the horizon does to the plan; empty where not asked."""
    baseline: Baseline | None = None
    """What its dates are held against; the deterministic plan where None."""
    explanation: Explanation | None = None
    """Why the plan is as it is; None where `plan explain` was not asked."""
    bet: Bet | None = None
    """What was weighed up over scenarios; None where the policy places no bet."""
    parent: Parent | None = None
    """The run before it that its variance is told against; None where none was named."""
    pins: Pins | None = None
    """Decisions pinned beside those of the policy; None where there are none."""
    pin_costs: tuple[PinCost, ...] = ()
    """What each pin costs; empty where nothing is pinned, or where it was not asked."""


@dataclass(frozen=True)
class Measure:
    """A figure of merit over the samples of each variant.

    Parameters
    ----------
    values
        Variant -> shape (S,), samples shared between variants; NaN where a sample has none (a
        date that does not come within the horizon).
    is_larger_better
        Direction in which a variant wins.
    """

    name: str
    unit: str
    is_larger_better: bool
    values: dict[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference of a variant from the base, on common samples.

    Parameters
    ----------
    mean, low, high
        Mean difference and its 95 % interval over the samples in which both have a value.
    wins
        Share of samples in which the variant is better than every other.
    """

    measure: str
    variant: str
    median: float
    mean: float
    low: float
    high: float
    wins: float


@dataclass(frozen=True)
class Comparison:
    """Variants of a portfolio side by side.

    Parameters
    ----------
    base
        The variant that differences are taken from.
    results
        Finished runs by variant.
    failures
        Why a variant has no plan.
    """

    base: str
    results: dict[str, Result]
    failures: dict[str, str]
    measures: tuple[Measure, ...]
    differences: tuple[Difference, ...]

    @property
    def differs(self) -> bool:
        """Whether any variant differs from the base in any measure."""
        return bool(self.failures) or any(d.mean != 0 for d in self.differences)
