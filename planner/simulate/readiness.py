"""When halls of an option could take racks and serve, as the optimiser sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.laws import conservative
from planner.domain.plan import Candidate
from planner.domain.result import Readiness, quantile_min
from planner.simulate.calendars import DAY_MIN
from planner.simulate.logic import SOURCE, TARGET, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from planner.domain.activity import Activity
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Outcome
    from planner.network.arrays import FloatArray, IntArray, Network

EXISTING = -1
"""Period of halls that stand or are under way at the data date."""


def readiness(
    portfolio: Portfolio, candidate: Candidate, period: int, network: Network, outcome: Outcome
) -> Readiness:
    """Return when a hall of a candidate started in a period is ready, from a trial of some.

    Parameters
    ----------
    network, outcome
        The trial, in which tranches and racks are never late.

    Raises
    ------
    ValueError
        If the trial holds no new hall of the candidate's group.
    """
    site = portfolio.sites[candidate.site]
    begun = sum(u.count for u in site.under_way.values() if u.group == candidate.group)
    stem = f"{candidate.site}/{candidate.group}/"
    halls = [
        h
        for h, name in enumerate(network.hall)
        if name.startswith(stem) and int(name.removeprefix(stem)) > begun
    ]
    if not halls:
        raise ValueError(
            f"no new hall of {candidate} in the trial (halls: {', '.join(network.hall)})"
        )
    option = _Option(portfolio, network, outcome)
    blocks = [option.blocks(h) for h in halls]
    return Readiness(
        candidate,
        period,
        ready_day=np.mean([option.ready_day[b] for b in blocks], axis=0),
        service_day=np.mean([option.service_day[b] for b in blocks], axis=0),
        block_mw=network.block_mw[blocks[0]],
        power_tail_day=option.tail_day(candidate.mode, "power", halls),
        rack_tail_day=option.tail_day(candidate.mode, "racks", halls),
    )


def existing_readiness(
    portfolio: Portfolio, plan: Plan, network: Network, outcome: Outcome
) -> tuple[Readiness, ...]:
    """Return the readiness of what stands and of what is under way, an entry a group and mode.

    Parameters
    ----------
    plan, network, outcome
        The plan of only that, compiled without tranches, and its simulation.
    """
    option = _Option(portfolio, network, outcome)
    halls: dict[Candidate, list[int]] = {}
    started = {start.hall: start.candidate for start in plan.starts}
    for h, name in enumerate(network.hall):
        candidate = started.get(name) or _standing(portfolio, name)
        if candidate is not None:
            halls.setdefault(candidate, []).append(h)
    return tuple(
        Readiness(
            candidate,
            EXISTING,
            ready_day=option.ready_day[blocks],
            service_day=option.service_day[blocks],
            block_mw=network.block_mw[blocks],
            power_tail_day=option.tail_day(candidate.mode, "power", found),
            rack_tail_day=option.tail_day(candidate.mode, "racks", found),
        )
        for candidate, found in halls.items()
        for blocks in [np.concatenate([option.blocks(h) for h in found])]
    )


def _standing(portfolio: Portfolio, hall: str) -> Candidate | None:
    """Return how a standing hall ``SITE/NAME/01`` would have been built, None if it is no such."""
    site, name, _ = hall.split("/", 2)
    standing = portfolio.sites[site].standing.get(name)
    return Candidate(site, name, standing.mode, "standard") if standing else None


class _Option:
    """Figures of a trial at the portfolio's confidence, in days from the data date."""

    def __init__(self, portfolio: Portfolio, network: Network, outcome: Outcome) -> None:
        self.portfolio = portfolio
        self.network = network
        self.outcome = outcome
        self.confidence = portfolio.spec.confidence.likely
        self.data_min = (portfolio.spec.data_date - network.epoch).days * DAY_MIN
        self.row = {name: a for a, name in enumerate(network.activity)}
        self.paths = _Paths(network, outcome)
        self.ready_day = self._day(outcome.ready_min)
        self.service_day = self._day(self._service())

    def blocks(self, hall: int) -> IntArray:
        """Return the blocks of a hall, in order."""
        return np.flatnonzero(self.network.block_hall == hall)

    def tail_day(self, mode: str, gate: str, halls: Iterable[int]) -> float:
        """Return the days from the opening of a gate to service, the longest over blocks.

        The longest path in each sample, with the elapsed durations that the activities had in it;
        no wait for crews is added. Where no lot of the halls has a tail (what stands), the tail
        of the catalog at its likely durations.
        """
        network = self.network
        gated = _gated(self.portfolio, mode, gate)
        tails = []
        for hall in halls:
            for lot in np.flatnonzero(np.isin(network.lot_block, self.blocks(hall))):
                service = int(network.lot_service[lot])
                sources = self._rows(gated, hall, int(network.lot_block[lot]), network.lot[lot])
                if service >= 0 and sources:
                    tails.append(self._tail(sources, service))
        return max(tails) if tails else catalog_tail_day(self.portfolio, mode, gate)

    def _rows(self, gated: set[str], hall: int, block: int, lot: str) -> list[int]:
        """Return the gated rows of a block, and of one lot's tail in it."""
        name = self.network.hall[hall]
        stems = (name, self.network.block[block], lot)
        wanted = {f"{stem}/{row}" for stem in stems for row in gated}
        return [self.row[activity] for activity in sorted(wanted & self.row.keys())]

    def _tail(self, sources: list[int], service: int) -> float:
        since = self.paths.longest(sources, service)
        if since is None:
            return 0.0
        return float(quantile_min(since, self.confidence)) / DAY_MIN

    def _service(self) -> IntArray:
        """Return when each block serves, shape (S, B): with its last lot."""
        service = self.outcome.ready_min.copy()
        for lot, block in enumerate(self.network.lot_block):
            service[:, block] = np.maximum(service[:, block], self.outcome.service_min[:, lot])
        return service

    def _day(self, minute: IntArray) -> FloatArray:
        day: FloatArray = (quantile_min(minute, self.confidence) - self.data_min) / DAY_MIN
        return day


def catalog_tail_day(portfolio: Portfolio, mode: str, gate: str) -> float:
    """Return the elapsed days from the opening of a gate to the end of a mode's tail.

    The longest path through the rows of the tail, each at the portfolio's confidence, a week of
    its calendar taking seven days. Rows that follow a hook to a powered row wait for power.
    """
    chosen = portfolio.catalog.modes[mode]
    if chosen.tail is None:
        return 0.0
    rows = portfolio.catalog.tails[chosen.tail].activities
    gated = _gated(portfolio, mode, gate)
    hooks = {hook for hook, row in chosen.hooks.items() if row in gated}
    when: dict[tuple[str, Moment], float] = {}
    for name in _in_order(rows):
        is_source = name in gated or any(r.predecessor in hooks for r in rows[name].after)
        for moment in (Moment.START, Moment.FINISH):
            found = [0.0] if is_source and moment is Moment.START else []
            if moment is Moment.FINISH and (name, Moment.START) in when:
                found.append(when[name, Moment.START] + _elapsed_day(portfolio, rows[name]))
            found += [
                when[r.predecessor, SOURCE[r.kind]] + r.lag_day
                for r in rows[name].after
                if TARGET[r.kind] is moment and (r.predecessor, SOURCE[r.kind]) in when
            ]
            if found:
                when[name, moment] = max(found)
    return max(when.values(), default=0.0)


def _elapsed_day(portfolio: Portfolio, row: Activity) -> float:
    week = len(portfolio.catalog.calendars[row.calendar].days)
    return conservative(row.duration, portfolio.spec.confidence.likely) * 7 / week


def _in_order(rows: Mapping[str, Activity]) -> list[str]:
    """Return rows so that each comes after the rows it names as predecessors."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        for relation in rows[name].after:
            if relation.predecessor in rows and relation.predecessor not in order:
                visit(relation.predecessor)
        order.setdefault(name)

    for name in rows:
        visit(name)
    return list(order)


def _gated(portfolio: Portfolio, mode: str, gate: str) -> set[str]:
    """Return the rows of a mode and its tail that wait for a gate."""
    catalog = portfolio.catalog
    rows = dict(catalog.modes[mode].activities)
    tail = catalog.modes[mode].tail
    if tail is not None:
        rows |= catalog.tails[tail].activities
    return {name for name, activity in rows.items() if activity.gate == gate}


class _Paths:
    """Longest paths through the relations, by sample, with elapsed durations as simulated."""

    def __init__(self, network: Network, outcome: Outcome) -> None:
        self.duration = outcome.finish_min - outcome.start_min
        self.before: dict[tuple[int, Moment], list[tuple[int, Moment, int]]] = {}
        for pred, succ, kind, lag in zip(
            network.relation_pred.tolist(),
            network.relation_succ.tolist(),
            network.relation_kind.tolist(),
            network.relation_lag_min.tolist(),
            strict=True,
        ):
            self.before.setdefault((succ, TARGET[kind]), []).append((pred, SOURCE[kind], lag))

    def longest(self, sources: list[int], service: int) -> IntArray | None:
        """Return the minutes from the start of the sources to a finish; None without a path."""
        zero = np.zeros(len(self.duration), dtype=np.int64)
        known: dict[tuple[int, Moment], IntArray | None] = {
            (a, Moment.START): zero for a in sources
        }
        stack = [(service, Moment.FINISH)]
        while stack:
            node = stack[-1]
            before = self._steps(*node)
            unknown = [(a, moment) for a, moment, _ in before if (a, moment) not in known]
            if unknown and node not in known:
                stack += unknown
                continue
            stack.pop()
            if node not in known:
                found = [
                    since + step
                    for a, moment, step in before
                    if (since := known[a, moment]) is not None
                ]
                known[node] = np.maximum.reduce(found) if found else None
        return known[service, Moment.FINISH]

    def _steps(self, a: int, moment: Moment) -> list[tuple[int, Moment, int | IntArray]]:
        """Return (activity, moment, minutes) from which a moment of an activity is reached."""
        steps: list[tuple[int, Moment, int | IntArray]] = [*self.before.get((a, moment), [])]
        if moment is not Moment.START:
            steps.append((a, Moment.START, self.duration[:, a]))
        return steps
