"""The compiled engine: the same minutes as `reference`, some hundred times sooner.

A network is made ready once and then simulated in blocks: by the pass of `flow` where nobody ever
waits for a crew, and else by the kernel of `dispatch`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.simulate.calendars import DAY_MIN
from planner.simulate.dispatch import (
    CODE_BITS,
    CODE_MASK,
    SHORT,
    Clock,
    State,
    Weather,
    run_block,
)
from planner.simulate.flow import FIRST_REACH, Flow, needs_no_dispatch
from planner.simulate.logic import check_network, listed
from planner.simulate.packing import CODES, READY, Packed, pack, ranked
from planner.simulate.times import Times, unset_times

if TYPE_CHECKING:
    from planner.network.arrays import IntArray, Network
    from planner.simulate.sampling import Draws


def simulate(network: Network, draws: Draws) -> Times:
    """Return when everything happens in each sample of a block.

    Raises
    ------
    EngineError
        If the network could not end, or an activity was left waiting for no reason.
    """
    return simulate_packed(prepare(network), draws)


class Prepared(NamedTuple):
    """A network made ready for many blocks, by a pass where it needs no dispatcher."""

    packed: Packed
    engine: Flow | Dispatcher


def prepare(network: Network, *, dispatch: bool = False) -> Prepared:
    """Check a network and make it ready for many blocks of samples.

    Parameters
    ----------
    dispatch
        Run the dispatcher even where a pass over the network would give the same minutes.

    Raises
    ------
    EngineError
        If the network could not end.
    ValueError
        If it has more activities than an event can name.
    """
    check_network(network)
    codes = 4 * len(network.activity) + len(network.pool) + len(network.hall)
    if codes > CODE_MASK:
        raise ValueError(f"{codes} codes of events, {CODE_MASK} can be told apart")
    packed = pack(network)
    if dispatch or not needs_no_dispatch(network):
        return Prepared(packed, Dispatcher(network, packed))
    return Prepared(packed, Flow(network, packed))


def again(made: Prepared, network: Network) -> Prepared:
    """Make a network ready that differs from one that is in dates and ranks alone.

    Raises
    ------
    EngineError
        If the network could not end.
    """
    check_network(network)
    packed, engine = ranked(made.packed, network.rank), made.engine
    if isinstance(engine, Dispatcher):
        engine = Dispatcher(network, packed, engine)
    return Prepared(packed, engine)


def simulate_packed(made: Prepared, draws: Draws) -> Times:
    """Return when everything happens, for a network that was made ready before."""
    return made.engine.simulate(draws, _gates(made.packed, draws))


class Dispatcher:
    """A network made ready for futures event by event.

    Parameters
    ----------
    before
        That of a network which differs in dates and ranks alone: its room is used again.
    """

    def __init__(self, network: Network, packed: Packed, before: Dispatcher | None = None) -> None:
        self.network, self.packed = network, packed
        self.rooms: threading.local = before.rooms if before else threading.local()
        # Only a guess of how far the next block reaches; no result depends on it.
        self.reach: int = before.reach if before else min(FIRST_REACH, network.days)

    def simulate(self, draws: Draws, opens_min: IntArray) -> Times:
        """Return when everything happens.

        Parameters
        ----------
        opens_min
            When the last gate of each gated activity opens, shape (S, gated).
        """
        network, packed = self.network, self.packed
        times = unset_times(draws.samples, len(network.activity))
        arrivals = _arrivals(network, packed, draws, opens_min)
        while True:
            stuck = run_block(
                packed, *self._room(), Weather.of(draws, self.reach), draws.work_min, opens_min,
                arrivals, times.start_min, times.work_end_min, times.finish_min,
                times.storm_cost_musd,
            )  # fmt: skip
            if stuck != SHORT:
                break
            # With weather as long as the block needs, and nothing left of what was broken off.
            del self.rooms.kept
            self.reach = min(self.reach + self.reach // 2 + 1, network.days)
        if stuck >= 0:
            late = np.flatnonzero(times.finish_min[stuck] == NEVER)
            names = listed([network.activity[a] for a in late])
            raise EngineError(f"sample {draws.first + stuck}: never finished: {names}")
        return times

    def _room(self) -> tuple[Clock, State]:
        """Return room for a sample; a thread keeps its own: fresh memory costs much."""
        kept: tuple[Clock, State] | None = getattr(self.rooms, "kept", None)
        if kept is None:
            sites = len(self.network.site)
            kept = self.rooms.kept = Clock.of(self.packed, sites), State.of(self.packed)
        return kept


def _gates(packed: Packed, draws: Draws) -> IntArray:
    """Return when the last gate of each gated activity opens, shape (S, gated)."""
    if not packed.gated.size:
        return np.zeros((draws.samples, 0), dtype=np.int64)
    opens: IntArray = np.maximum.reduceat(
        draws.gate_min[:, packed.gate_column], packed.gate_pointer, axis=1
    )
    return opens


def _arrivals(network: Network, packed: Packed, draws: Draws, opens: IntArray) -> IntArray:
    """Return the events that are known beforehand, in order: deliveries, and gates of roots.

    Shape (S, U + roots with gates).
    """
    root = packed.gated_root
    unit = CODES * len(network.activity) + network.unit_pool
    code = np.concatenate([unit, CODES * packed.gated[root] + READY])
    minute = np.concatenate([draws.unit_min, opens[:, root]], axis=1)
    # What comes after the tables need not be told apart, and would not fit beside a code.
    minute = np.minimum(minute, network.days * DAY_MIN + 1)
    return np.sort((minute << CODE_BITS) | code, axis=1)
