"""The halls of a plan: those that stand, those under way, those it starts, with their lots."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.domain.site import standing_blocks
from planner.network.crews import STANDARD

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from planner.domain.plan import Lot, Plan, Start
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site

LotsOfBlock = tuple["Lot", ...]


@dataclass(frozen=True, slots=True)
class HallPlan:
    """A hall as a plan has it.

    Parameters
    ----------
    group
        Its group, or the name of the standing entry.
    date
        Release, or the date from which a standing hall is ready.
    lots
        Lots of each block, the first in service first.
    nth
        One-based place among the halls of its mode that the site builds, by release.
    """

    name: str
    site: str
    group: str
    mode: str
    calendar: str
    date: dt.date
    block_mw: float
    lots: tuple[LotsOfBlock, ...]
    is_standing: bool = False
    nth: int = 1
    work_factor: float = 1.0
    cost_factor: float = 1.0

    @property
    def mw(self) -> float:
        """IT power of the hall [MW]."""
        return self.block_mw * len(self.lots)


def standing_name(site: str, entry: str) -> str:
    """Return the stable name of a standing hall."""
    return f"{site}/{entry}/01"


def roster(portfolio: Portfolio, plan: Plan) -> tuple[HallPlan, ...]:
    """Return all halls in order of date, then name: the order in which they are served.

    Raises
    ------
    ValueError
        If a lot stands in a hall or block that does not exist.
    """
    lots = _lots_by_hall(plan)
    halls = [*_standing(portfolio, lots), *_started(portfolio, plan.starts, lots)]
    if lost := set(lots) - {hall.name for hall in halls}:
        raise ValueError(f"lots stand in halls that the plan does not have: {sorted(lost)}")
    return tuple(sorted(halls, key=lambda hall: (hall.date, hall.name)))


def _lots_by_hall(plan: Plan) -> Mapping[str, Sequence[Lot]]:
    lots: defaultdict[str, list[Lot]] = defaultdict(list)
    for lot in plan.lots:
        lots[lot.hall].append(lot)
    return lots


def _by_block(lots: Sequence[Lot], blocks: int) -> tuple[LotsOfBlock, ...]:
    made: list[list[Lot]] = [[] for _ in range(blocks)]
    for lot in sorted(lots, key=lambda lot: (lot.service, lot.name)):
        if not 1 <= lot.block <= blocks:
            raise ValueError(f"lot {lot.name}: block {lot.block} of {blocks}")
        made[lot.block - 1].append(lot)
    return tuple(tuple(block) for block in made)


def _standing(portfolio: Portfolio, lots: Mapping[str, Sequence[Lot]]) -> Iterator[HallPlan]:
    for site_name, site in portfolio.sites.items():
        for entry, standing in site.standing.items():
            blocks = standing_blocks(standing, portfolio.catalog.modes[standing.mode])
            name = standing_name(site_name, entry)
            yield HallPlan(
                name=name,
                site=site_name,
                group=entry,
                mode=standing.mode,
                calendar=STANDARD,
                date=standing.ready,
                block_mw=standing.it_power.likely / blocks,
                lots=_by_block(lots.get(name, ()), blocks),
                is_standing=True,
            )


def _started(
    portfolio: Portfolio, starts: Sequence[Start], lots: Mapping[str, Sequence[Lot]]
) -> Iterator[HallPlan]:
    built: Counter[tuple[str, str]] = Counter()
    for start in sorted(starts, key=lambda start: (start.release, start.hall)):
        chosen = start.candidate
        site = portfolio.sites[chosen.site]
        group = site.groups[chosen.group]
        built[chosen.site, chosen.mode] += 1
        yield HallPlan(
            name=start.hall,
            site=chosen.site,
            group=chosen.group,
            mode=chosen.mode,
            calendar=chosen.calendar,
            date=start.release,
            block_mw=group.it_power.likely / group.blocks,
            lots=_by_block(lots.get(start.hall, ()), group.blocks),
            nth=built[chosen.site, chosen.mode],
            work_factor=group.work_factor.likely if group.work_factor else 1.0,
            cost_factor=_cost_factor(portfolio, site, start),
        )


def _cost_factor(portfolio: Portfolio, site: Site, start: Start) -> float:
    local = site.groups[start.candidate.group].cost_factor
    factor = local.likely if local else 1.0
    if start.candidate.calendar != STANDARD:
        factor *= portfolio.catalog.calendars[start.candidate.calendar].cost_factor.likely
    return factor
