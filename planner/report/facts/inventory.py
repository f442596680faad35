"""What a run counts, aligned with the axes of its Outcome: halls, blocks, lots and tranches in MW.

Everything else in this room is arithmetic on these arrays, so that a MW is the same MW in every
figure. Axes: S samples, H halls, B blocks, L lots, T tranches, G grid dates.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from planner.capacity.power import lot_mw as power_of
from planner.domain.result import NEVER, FloatArray, IntArray, Outcome, Result
from planner.network.calendars import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.build_mode import BuildMode
    from planner.domain.plan import Lot, Start
    from planner.domain.portfolio import Period, Portfolio
    from planner.domain.site import PowerTranche

NO_GPUS: Final = "/-/-"
"""How the name of a lot ends that stands for a block without GPUs."""

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class HallFact:
    """A hall of the plan, or a standing one (then `start` is None)."""

    name: str
    site: str
    group: str
    mode: str
    calendar: str
    start: Start | None
    it_mw: float
    ratio: float
    cost_musd_per_mw: float
    """0 for what stood: its money was spent before this plan."""
    life_year: float

    @property
    def is_standing(self) -> bool:
        """Whether it stood, or someone else hands it over, without works of ours."""
        return self.start is None


@dataclass(frozen=True)
class Inventory:
    """Arrays along the axes of an Outcome.

    Parameters
    ----------
    halls
        Halls by name, in the order of the plan, standing ones first.
    block_hall, lot_hall, lot_block
        Indices into `halls` and `Outcome.block`; lots (L), blocks (B).
    block_mw, lot_mw
        IT MW (B), (L).
    lot_ratio
        Peak facility over IT power (L); `block_ratio` the same of blocks.
    lot_until_min
        Minute at which a lot leaves (L).
    lot_planned_min
        Minute from which the plan counts on a lot (L).
    rack_start_min
        Start of the work that waits for a lot's racks (S, L): until then they stand in a warehouse.
    tranche_site, tranches, tranche_mw
        Site index, record and firm MW (T).
    site
        Names of the sites, in the order of the portfolio.
    """

    site: tuple[str, ...]
    halls: dict[str, HallFact]
    hall_site: IntArray
    block_hall: IntArray
    block_mw: FloatArray
    block_ratio: FloatArray
    lots: tuple[Lot, ...]
    lot_hall: IntArray
    lot_block: IntArray
    lot_mw: FloatArray
    lot_ratio: FloatArray
    lot_until_min: IntArray
    lot_planned_min: IntArray
    rack_start_min: IntArray
    tranche_site: IntArray
    tranches: tuple[PowerTranche, ...]
    tranche_mw: FloatArray

    @property
    def lot_site(self) -> IntArray:
        """Site index of each lot (L)."""
        return self.hall_site[self.lot_hall]

    @property
    def block_site(self) -> IntArray:
        """Site index of each block (B)."""
        return self.hall_site[self.block_hall]


def minute(epoch: dt.date, day: dt.date) -> int:
    """Return the minute of midnight of a date."""
    return (day - epoch).days * DAY_MIN


def date_of(outcome: Outcome, minutes: float) -> dt.date | None:
    """Return the date of a minute, None for what does not happen within the tables."""
    return None if minutes >= NEVER else outcome.date(minutes)


def with_gpus_only(result: Result) -> Result:
    """Return the run without the lots that stand for blocks into which the plan puts no GPUs.

    The network gives such a block one ungated tail, named ``BLOCK/-/-``, to know when it could
    serve; nothing is in service there.
    """
    outcome = result.outcome
    real = [i for i, name in enumerate(outcome.lot) if not name.endswith(NO_GPUS)]
    if len(real) == len(outcome.lot):
        return result
    return replace(
        result,
        outcome=replace(
            outcome,
            lot=tuple(outcome.lot[i] for i in real),
            service_min=outcome.service_min[:, real],
            dock_min=outcome.dock_min[:, real],
            deterministic_service_min=outcome.deterministic_service_min[real],
        ),
    )


def take(result: Result) -> Inventory:
    """Return the inventory of a run.

    Raises
    ------
    ValueError
        If the outcome has a lot or tranche that plan or portfolio do not know.
    """
    portfolio, plan, outcome = result.portfolio, result.plan, result.outcome
    sites = tuple(portfolio.sites)
    halls = {h.name: h for h in (*_standing(portfolio), *_built(portfolio, plan.starts))}
    index = {name: i for i, name in enumerate(halls)}
    block_hall = np.array([index[_hall_of(b)] for b in outcome.block], dtype=np.int64)
    block_mw = _block_mw(tuple(halls.values()), block_hall)
    ratios = np.array([h.ratio for h in halls.values()])
    lots = _aligned(plan.lots, outcome.lot)
    block_at = {name: i for i, name in enumerate(outcome.block)}
    lot_hall = np.array([index[lot.hall] for lot in lots], dtype=np.int64)
    tranches = [_split_tranche(portfolio, name) for name in outcome.tranche]
    return Inventory(
        site=sites,
        halls=halls,
        hall_site=np.array([sites.index(h.site) for h in halls.values()], dtype=np.int64),
        block_hall=block_hall,
        block_mw=block_mw,
        block_ratio=ratios[block_hall] if len(block_hall) else np.zeros(0),
        lots=lots,
        lot_hall=lot_hall,
        lot_block=np.array([block_at[f"{x.hall}/{x.block}"] for x in lots], dtype=np.int64),
        lot_mw=np.array(
            [power_of(portfolio.catalog.accelerators, lot) for lot in lots], dtype=np.float64
        ),
        lot_ratio=ratios[lot_hall] if len(lots) else np.zeros(0),
        lot_until_min=np.array([minute(outcome.epoch, x.until) for x in lots], dtype=np.int64),
        lot_planned_min=np.array([minute(outcome.epoch, x.service) for x in lots], dtype=np.int64),
        rack_start_min=outcome.rack_start_min,
        tranche_site=np.array([sites.index(s) for s, _ in tranches], dtype=np.int64),
        tranches=tuple(portfolio.sites[s].tranches[t] for s, t in tranches),
        tranche_mw=np.array(
            [portfolio.sites[s].tranches[t].firm.likely for s, t in tranches], dtype=np.float64
        ),
    )


def _hall_of(block: str) -> str:
    return block.rpartition("/")[0]


def hall_cost(portfolio: Portfolio, mode: BuildMode, site: str, group: str, calendar: str) -> float:
    """Return what a hall costs to build, soft cost, locality and shifts included [MUSD/MW]."""
    made = portfolio.sites[site].groups.get(group)
    local = made.cost_factor.likely if made and made.cost_factor else 1.0
    if made and made.tenancy and made.tenancy.capital_share:
        local *= made.tenancy.capital_share.likely
    known = portfolio.catalog.calendars.get(calendar)
    premium = known.cost_factor.likely if known else 1.0
    soft = mode.soft_cost.likely if mode.soft_cost else 0.0
    return mode.hall_cost.likely * (1 + soft) * local * premium


def _standing(portfolio: Portfolio) -> list[HallFact]:
    found = []
    for name, site in portfolio.sites.items():
        for key, standing in site.standing.items():
            mode = portfolio.catalog.modes[standing.mode]
            found.append(
                HallFact(
                    name=f"{name}/{key}/01",
                    site=name,
                    group=key,
                    mode=standing.mode,
                    calendar="standard",
                    start=None,
                    it_mw=standing.it_power.likely,
                    ratio=mode.peak_facility_ratio.likely,
                    cost_musd_per_mw=0.0,
                    life_year=mode.service_life.likely,
                )
            )
    return found


def _built(portfolio: Portfolio, starts: Sequence[Start]) -> list[HallFact]:
    found = []
    for start in starts:
        chosen = start.candidate
        mode = portfolio.catalog.modes[chosen.mode]
        group = portfolio.sites[chosen.site].groups[chosen.group]
        found.append(
            HallFact(
                name=start.hall,
                site=chosen.site,
                group=chosen.group,
                mode=chosen.mode,
                calendar=chosen.calendar,
                start=start,
                it_mw=group.it_power.likely,
                ratio=mode.peak_facility_ratio.likely,
                cost_musd_per_mw=hall_cost(
                    portfolio, mode, chosen.site, chosen.group, chosen.calendar
                ),
                life_year=mode.service_life.likely,
            )
        )
    return found


def _block_mw(halls: Sequence[HallFact], block_hall: IntArray) -> FloatArray:
    """Return IT MW of each block: its hall's, in equal parts."""
    blocks = np.bincount(block_hall, minlength=len(halls))
    return np.array([halls[h].it_mw / blocks[h] for h in block_hall], dtype=np.float64)


def _aligned(lots: Sequence[Lot], names: Sequence[str]) -> tuple[Lot, ...]:
    by_name = {lot.name: lot for lot in lots}
    unknown = [n for n in names if n not in by_name]
    if unknown:
        raise ValueError(f"the outcome has {len(unknown)} lots the plan has not, as {unknown[0]}")
    return tuple(by_name[n] for n in names)


def _split_tranche(portfolio: Portfolio, name: str) -> tuple[str, str]:
    for site, record in portfolio.sites.items():
        key = name.removeprefix(f"{site}/")
        if key != name and key in record.tranches:
            return site, key
    raise ValueError(f"the outcome has a tranche the portfolio has not: {name}")


def month_starts(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return the first days of the months from `first` up to `last`; the first may be a part."""
    made = [first]
    while made[-1] <= last:
        year, month = divmod(made[-1].year * 12 + made[-1].month, 12)
        made.append(dt.date(year, month + 1, 1))
    return tuple(made[:-1])


def period_ends(outcome: Outcome, periods: Sequence[Period]) -> IntArray:
    """Return the last minute of each period."""
    return np.array([minute(outcome.epoch, p.end) - 1 for p in periods], dtype=np.int64)


def standing_at(begins: IntArray, ends: IntArray, weight: FloatArray, grid: IntArray) -> FloatArray:
    """Return the weight that stands at each grid minute, shape (S, G).

    Parameters
    ----------
    begins, ends
        Begin (S, N) and end, (N,) or (S, N), of each thing: it counts from begin up to end.
    weight
        Its weight (N).
    grid
        Minutes (G).
    """
    made = np.zeros((begins.shape[0], len(grid)))
    ends = np.broadcast_to(ends, begins.shape)
    for i, value in enumerate(weight):
        here = (begins[:, i, None] <= grid) & (grid < ends[:, i, None])
        made += value * here
    return made


def first_reaching(begins: IntArray, ends: IntArray, weight: FloatArray, amount: float) -> IntArray:
    """Return the first minute at which at least `amount` stands, NEVER if none, shape (S,)."""
    samples = begins.shape[0]
    if not len(weight):
        return np.full(samples, NEVER, dtype=np.int64)
    ends = np.broadcast_to(ends, begins.shape)
    lives = begins < ends
    when = np.concatenate([np.where(lives, begins, NEVER), np.where(lives, ends, NEVER)], axis=1)
    delta = np.concatenate([weight, -weight])
    # What leaves at a minute leaves before what arrives then is counted, so that a swap of
    # old GPUs for new ones in the same minute never counts both.
    order = np.lexsort((np.broadcast_to(delta, when.shape), when), axis=1)
    level = np.cumsum(delta[order], axis=1)
    reached = level >= amount - 1e-6
    first = np.argmax(reached, axis=1)
    minutes = np.take_along_axis(np.take_along_axis(when, order, axis=1), first[:, None], axis=1)
    made: IntArray = np.where(reached.any(axis=1), minutes[:, 0], NEVER)
    return np.minimum(made, NEVER)
