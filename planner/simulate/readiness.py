"""When halls of an option could take racks and serve, as the optimiser sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from planner.capacity.laws import conservative
from planner.domain.plan import Candidate
from planner.domain.result import Readiness, quantile_min
from planner.simulate.blocks import block_size
from planner.simulate.calendars import DAY_MIN
from planner.simulate.fast import again, prepare, simulate_packed
from planner.simulate.logic import SOURCE, TARGET, Moment
from planner.simulate.sampling import Sampler, dated
from planner.simulate.summarise import block_ready, in_service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.domain.activity import Activity
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Outcome
    from planner.network.arrays import FloatArray, IntArray, Network
    from planner.simulate.fast import Prepared
    from planner.simulate.sampling import Draws

kernel = numba.njit(cache=True, nogil=True)

EXISTING = -1
"""Period of halls that stand or are under way at the data date."""
NOBODY = -1
"""Stands for no activity."""


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
    layout = _Layout(portfolio, network)
    return _of_trial(candidate, period, layout, _dates_of(outcome))


class Trial:
    """Trials of a candidate under one seed: chances are drawn once for all periods.

    Parameters
    ----------
    network
        The trial of one period; those of others differ from it in dates alone, or are drawn anew.
    """

    def __init__(
        self, portfolio: Portfolio, candidate: Candidate, network: Network, *, seed: int,
        samples: int,
    ) -> None:  # fmt: skip
        self._portfolio, self._candidate = portfolio, candidate
        self._seed, self._samples = seed, samples
        self._begin(network)

    def _begin(self, network: Network) -> None:
        self._network = network
        self._layout = _Layout(self._portfolio, network)
        self._sampler = Sampler(network, seed=self._seed, samples=self._samples)
        size = block_size(network)
        self._draws = [
            self._sampler.draw(first, min(size, self._samples - first))
            for first in range(0, self._samples, size)
        ]
        self._late = [self._sampler.late(draws) for draws in self._draws]
        self._made: Prepared | None = None

    def readiness(self, period: int, network: Network) -> Readiness:
        """Return what `readiness` says of a trial that `run` simulates.

        Raises
        ------
        EngineError
            If the network could not end.
        """
        if _streams(network) != _streams(self._network):
            self._begin(network)
        made = self._made = prepare(network) if self._made is None else again(self._made, network)
        drawn = zip(self._draws, self._late, strict=True)
        dates = [_dates(network, made, dated(network, draws, late)) for draws, late in drawn]
        joined = _Dates(*(np.concatenate(part) for part in zip(*dates, strict=True)))
        return _of_trial(self._candidate, period, self._layout, joined)


def _streams(network: Network) -> tuple[tuple[str, ...], ...]:
    """Return the names that key what is drawn for a trial."""
    return network.activity, network.gate_name, network.unit_name


class _Dates(NamedTuple):
    """Dates of a trial: of activities (S, A), blocks (S, B) and lots (S, L)."""

    start_min: IntArray
    finish_min: IntArray
    ready_min: IntArray
    service_min: IntArray


def _dates(network: Network, made: Prepared, draws: Draws) -> _Dates:
    times = simulate_packed(made, draws)
    finish = times.finish_min
    return _Dates(
        times.start_min, finish, block_ready(network, finish), in_service(network, finish)
    )


def _dates_of(outcome: Outcome) -> _Dates:
    return _Dates(outcome.start_min, outcome.finish_min, outcome.ready_min, outcome.service_min)


def _of_trial(candidate: Candidate, period: int, layout: _Layout, dates: _Dates) -> Readiness:
    """Return the readiness of a hall, the mean of those tried together."""
    halls = layout.new_halls(candidate)
    option = _Option(layout, dates)
    blocks = [layout.blocks(h) for h in halls]
    return Readiness(
        candidate,
        period,
        ready_day=np.mean([option.ready_day[b] for b in blocks], axis=0),
        service_day=np.mean([option.service_day[b] for b in blocks], axis=0),
        block_mw=layout.network.block_mw[blocks[0]],
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
    layout = _Layout(portfolio, network)
    option = _Option(layout, _dates_of(outcome))
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
        for blocks in [np.concatenate([layout.blocks(h) for h in found])]
    )


def _standing(portfolio: Portfolio, hall: str) -> Candidate | None:
    """Return how a standing hall ``SITE/NAME/01`` would have been built, None if it is no such."""
    site, name, _ = hall.split("/", 2)
    standing = portfolio.sites[site].standing.get(name)
    return Candidate(site, name, standing.mode, "standard") if standing else None


class _Layout:
    """What readiness reads of a trial that does not depend on its dates."""

    def __init__(self, portfolio: Portfolio, network: Network) -> None:
        self.portfolio, self.network = portfolio, network
        self.confidence = portfolio.spec.confidence.likely
        self.data_min = (portfolio.spec.data_date - network.epoch).days * DAY_MIN
        self._row = {name: a for a, name in enumerate(network.activity)}
        self._before = _before(network)
        self._chains: dict[tuple[str, str, int], list[_Chain]] = {}

    def new_halls(self, candidate: Candidate) -> list[int]:
        """Return the halls of a candidate's group that are not under way.

        Raises
        ------
        ValueError
            If there are none.
        """
        site = self.portfolio.sites[candidate.site]
        begun = sum(u.count for u in site.under_way.values() if u.group == candidate.group)
        stem, names = f"{candidate.site}/{candidate.group}/", self.network.hall
        halls = [
            h
            for h, name in enumerate(names)
            if name.startswith(stem) and int(name.removeprefix(stem)) > begun
        ]
        if not halls:
            raise ValueError(f"no new hall of {candidate} in the trial (halls: {', '.join(names)})")
        return halls

    def blocks(self, hall: int) -> IntArray:
        """Return the blocks of a hall, in order."""
        return np.flatnonzero(self.network.block_hall == hall)

    def chains(self, mode: str, gate: str, hall: int) -> list[_Chain]:
        """Return the ways from the opening of a gate to the service of each lot of a hall."""
        key = (mode, gate, hall)
        if key not in self._chains:
            self._chains[key] = list(self._found(_gated(self.portfolio, mode, gate), hall))
        return self._chains[key]

    def _found(self, gated: set[str], hall: int) -> Iterator[_Chain]:
        network = self.network
        for lot in np.flatnonzero(np.isin(network.lot_block, self.blocks(hall))):
            service = int(network.lot_service[lot])
            sources = self._rows(gated, hall, int(network.lot_block[lot]), network.lot[lot])
            if service >= 0 and sources:
                yield _chain(self._before, sources, service)

    def _rows(self, gated: set[str], hall: int, block: int, lot: str) -> list[int]:
        """Return the gated rows of a block, and of one lot's tail in it."""
        name = self.network.hall[hall]
        stems = (name, self.network.block[block], lot)
        wanted = {f"{stem}/{row}" for stem in stems for row in gated}
        return [self._row[activity] for activity in sorted(wanted & self._row.keys())]


class _Option:
    """Figures of a trial at the portfolio's confidence, in days from the data date."""

    def __init__(self, layout: _Layout, dates: _Dates) -> None:
        self.layout, self.dates = layout, dates
        self.ready_day = self._day(dates.ready_min)
        self.service_day = self._day(self._service())

    def tail_day(self, mode: str, gate: str, halls: Iterable[int]) -> float:
        """Return the days from the opening of a gate to service, the longest over blocks.

        The longest path in each sample, with the elapsed durations that the activities had in it;
        no wait for crews is added. Where no lot of the halls has a tail (what stands), the tail
        of the catalog at its likely durations.
        """
        layout = self.layout
        chains = [chain for hall in halls for chain in layout.chains(mode, gate, hall)]
        if not chains:
            return catalog_tail_day(layout.portfolio, mode, gate)
        return max(self._tail(chain) for chain in chains)

    def _tail(self, chain: _Chain) -> float:
        if len(chain.pointer) < 2:
            return 0.0
        since = np.empty(len(self.dates.start_min), dtype=np.int64)
        _longest(*chain, self.dates.start_min, self.dates.finish_min, since)
        return float(quantile_min(since, self.layout.confidence)) / DAY_MIN

    def _service(self) -> IntArray:
        """Return when each block serves, shape (S, B): with its last lot."""
        service = self.dates.ready_min.copy()
        for lot, block in enumerate(self.layout.network.lot_block):
            service[:, block] = np.maximum(service[:, block], self.dates.service_min[:, lot])
        return service

    def _day(self, minute: IntArray) -> FloatArray:
        since = quantile_min(minute, self.layout.confidence) - self.layout.data_min
        day: FloatArray = since / DAY_MIN
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


_Node = tuple[int, Moment]
"""A moment of an activity."""


class _Chain(NamedTuple):
    """The moments on the ways from some starts to a finish, each after those it is reached from.

    Parameters
    ----------
    pointer, before, lag, own
        CSR of moments, the first of which are the starts, with nothing before them: number of a
        moment before, minutes between, and activity whose elapsed duration is added (-1: none).
    """

    pointer: IntArray
    before: IntArray
    lag: IntArray
    own: IntArray


def _before(network: Network) -> dict[_Node, list[tuple[int, Moment, int]]]:
    """Return the relations into each moment: predecessor, its moment, lag."""
    before: dict[_Node, list[tuple[int, Moment, int]]] = {}
    for pred, succ, kind, lag in network.relations():
        before.setdefault((succ, TARGET[kind]), []).append((pred, SOURCE[kind], lag))
    return before


def _chain(
    relations: Mapping[_Node, list[tuple[int, Moment, int]]], sources: list[int], service: int
) -> _Chain:
    """Return the ways from the starts of `sources` to a finish; without moments if there is none.

    Elapsed durations are as simulated, so that a path is as long as it was in each sample.
    """
    number: dict[_Node, int | None] = {(a, Moment.START): i for i, a in enumerate(sources)}
    rows: list[list[tuple[int, int, int]]] = [[] for _ in sources]
    last = (service, Moment.FINISH)
    stack: list[_Node] = [last]
    while stack:
        node = stack[-1]
        a, moment = node
        steps = [(pred, of, lag, NOBODY) for pred, of, lag in relations.get(node, ())]
        if moment is not Moment.START:
            steps.append((a, Moment.START, 0, a))
        unknown = [(pred, of) for pred, of, _, _ in steps if (pred, of) not in number]
        if unknown and node not in number:
            stack += unknown
            continue
        stack.pop()
        if node in number:
            continue
        found = [
            (before, lag, own)
            for pred, of, lag, own in steps
            if (before := number[pred, of]) is not None
        ]
        number[node] = len(rows) if found else None
        if found:
            rows.append(found)
    if number[last] is None:
        rows = []
    steps_of = np.array([step for row in rows for step in row], dtype=np.int64).reshape(-1, 3)
    pointer = np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64)
    return _Chain(pointer, *(np.ascontiguousarray(column) for column in steps_of.T))


@kernel
def _longest(
    pointer: IntArray, before: IntArray, lag: IntArray, own: IntArray,
    start: IntArray, finish: IntArray, since: IntArray,
) -> None:  # fmt: skip
    """Fill the minutes of the longest way to the last moment of a chain (S)."""
    moments = len(pointer) - 1
    length = np.zeros(moments, np.int64)
    for s in range(len(since)):
        for i in range(moments):
            longest = 0  # durations and lags are not negative
            for j in range(pointer[i], pointer[i + 1]):
                step = length[before[j]] + lag[j]
                if own[j] >= 0:
                    step += finish[s, own[j]] - start[s, own[j]]
                longest = max(longest, step)
            length[i] = longest
        since[s] = length[moments - 1]
