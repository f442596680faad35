"""Where the days of a date come from: the driving path cut into stretches that add up.

The path is walked from the last moment to the first; the time between two moments of it belongs
to the activity that worked, or to what was waited for.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.network.calendars import DAY_MIN
from planner.simulate.criticality import Bound, bindings
from planner.simulate.logic import SOURCE_OF, TARGET_OF, Moment

if TYPE_CHECKING:
    from planner.domain.methods import Kind
    from planner.domain.result import IntArray
    from planner.network import Network
    from planner.simulate.criticality import Links
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times

LAG: Final = "lag"
REPAIR: Final = "repair"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one path on an activity or on a wait."""

    key: str
    title: str
    kind: Kind
    day: float


def stretches(
    network: Network, net: Links, draws: Draws, times: Times, samples: IntArray, since: int
) -> list[list[Stretch]]:
    """Return the stretches from a minute to service of the last lot, one list a sample.

    Parameters
    ----------
    samples
        Of the block; in each of them every lot is in service some day.
    since
        Minute from which days are counted; what lies before it is cut off.
    """
    if not len(samples):
        return []
    walk = _Walk(network, net, _taken(draws, samples), _kept(times, samples), since)
    return [walk.path(s) for s in range(len(samples))]


def _taken(draws: Draws, rows: IntArray) -> Draws:
    return dataclasses.replace(
        draws, work_min=draws.work_min[rows], gate_min=draws.gate_min[rows],
        unit_min=draws.unit_min[rows], driver_factor=draws.driver_factor[rows],
    )  # fmt: skip


def _kept(times: Times, rows: IntArray) -> Times:
    return dataclasses.replace(
        times, start_min=times.start_min[rows], work_end_min=times.work_end_min[rows],
        finish_min=times.finish_min[rows], storm_cost_musd=times.storm_cost_musd[rows],
    )  # fmt: skip


class _Walk:
    """Walks of some samples; what bound a moment is asked once for all of them."""

    def __init__(
        self, network: Network, net: Links, draws: Draws, times: Times, since: int
    ) -> None:
        self.network, self.net, self.draws, self.times = network, net, draws, times
        self.since = since
        self.minute = {
            Moment.START: times.start_min,
            Moment.WORK_END: times.work_end_min,
            Moment.FINISH: times.finish_min,
        }
        self._bound: dict[tuple[int, Moment], tuple[IntArray, IntArray]] = {}

    def path(self, sample: int) -> list[Stretch]:
        """Return the stretches of one sample, first to last."""
        lots = self.network.lot_service
        last = int(lots[np.argmax(self.times.finish_min[sample, lots])])
        node: tuple[int, Moment] | None = (last, Moment.FINISH)
        at = self._at(sample, last, Moment.FINISH)
        made: list[Stretch] = []
        while node is not None and at > self.since:
            before, key, title, kind = self._step(sample, *node)
            then = self.since if before is None else max(self.since, self._at(sample, *before))
            if at > then:
                made.append(Stretch(key, title, kind, (at - then) / DAY_MIN))
            node, at = before, min(at, then)
        return made[::-1]

    def _at(self, sample: int, activity: int, moment: Moment) -> int:
        return int(self.minute[moment][sample, activity])

    def _step(
        self, sample: int, a: int, moment: Moment
    ) -> tuple[tuple[int, Moment] | None, str, str, Kind]:
        """Return the moment before one, and what the time between them is called."""
        if (a, moment) not in self._bound:
            self._bound[a, moment] = bindings(self.net, self.draws, self.times, a, moment)
        kinds, indices = self._bound[a, moment]
        kind, index = int(kinds[sample]), int(indices[sample])
        if kind == Bound.WORK:
            return (a, Moment.START), *self._work(a)
        if kind == Bound.RELATION:
            return self._related(index)
        if kind == Bound.CREW:
            return (index, Moment.WORK_END), *self._work(index)
        return self._waited(sample, a, kind, index)

    def _related(self, index: int) -> tuple[tuple[int, Moment], str, str, Kind]:
        pred = int(self.network.relation_pred[index])
        source = Moment(int(SOURCE_OF[int(self.network.relation_kind[index])]))
        if source is Moment.START:
            return (pred, source), *self._work(pred)  # a lag from its start is work on it
        return (pred, source), LAG, "Curing and other lags between activities", "wait"

    def _waited(
        self, sample: int, a: int, kind: int, index: int
    ) -> tuple[tuple[int, Moment] | None, str, str, Kind]:
        network = self.network
        if kind == Bound.UNIT:
            pool = network.pool[int(network.unit_pool[index])].rpartition("/")[2]
            return None, pool, f"Waiting for {pool}", "wait"
        if kind == Bound.GATE:
            name = network.gate_name[index].partition("/")[0]
            title = "Release held up by an event" if name == "release" else f"Waiting for {name}"
            return None, name, title, "wait"
        if kind == Bound.REPAIR:
            return self._repaired(sample, a)
        return None, "start", "Before anything starts", "wait"

    def _repaired(self, sample: int, a: int) -> tuple[tuple[int, Moment] | None, str, str, Kind]:
        """Return the last of the relations into a start that had to wait for a repair."""
        network = self.network
        found: list[tuple[int, int, Moment]] = []
        for e in np.flatnonzero(network.relation_succ == a).tolist():
            kind, pred = int(network.relation_kind[e]), int(network.relation_pred[e])
            if Moment(int(TARGET_OF[kind])) is Moment.START:
                source = Moment(int(SOURCE_OF[kind]))
                met = self._at(sample, pred, source) + int(network.relation_lag_min[e])
                found.append((met, pred, source))
        before = max(found, default=None)
        node = None if before is None else (before[1], before[2])
        return node, REPAIR, "Repair after a storm, or a wait for crews", "wait"

    def _work(self, a: int) -> tuple[str, str, Kind]:
        return self.network.activity[a].rpartition("/")[2], self.network.title[a], "work"
