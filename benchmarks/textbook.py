"""The model that a planner would write with SimPy in an afternoon: priority resources, no calendar.

One process an activity; it waits for its predecessors, requests its crews one unit after another in
the order of their names (so that requests cannot cross), works, and gives them back. Calendars,
weather, storms, lags and finishes that are held are left out: it is here for speed alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import simpy

if TYPE_CHECKING:
    from collections.abc import Generator

    from planner.network.arrays import Network


@dataclass(frozen=True)
class Model:
    """Predecessors, crews and ranks of each activity, capacity of each trade."""

    before: list[list[int]]
    needs: list[list[tuple[int, int]]]
    rank: list[int]
    capacity: list[int]

    @classmethod
    def of(cls, network: Network) -> Model:
        """Return the model of a network."""
        count = len(network.activity)
        before: list[list[int]] = [[] for _ in range(count)]
        for a, b in zip(
            network.relation_pred.tolist(), network.relation_succ.tolist(), strict=True
        ):
            before[b].append(a)
        need = network.need
        rows = [
            list(
                zip(
                    need.column[need.pointer[a] : need.pointer[a + 1]].tolist(),
                    need.units[need.pointer[a] : need.pointer[a + 1]].tolist(),
                    strict=True,
                )
            )
            for a in range(count)
        ]
        return cls(before, rows, network.rank.tolist(), network.capacity.tolist())

    def simulate(self, work: list[int]) -> list[float]:
        """Return the finish of each activity."""
        env = simpy.Environment()
        crews = [simpy.PriorityResource(env, units) for units in self.capacity]
        done = [env.event() for _ in work]
        finish = [0.0] * len(work)

        def activity(a: int) -> Generator[simpy.Event, None, None]:
            for b in self.before[a]:
                yield done[b]
            held = []
            for r, units in self.needs[a]:
                for _ in range(units):
                    request = crews[r].request(priority=self.rank[a])
                    yield request
                    held.append((r, request))
            yield env.timeout(work[a])
            for r, request in held:
                crews[r].release(request)
            finish[a] = env.now
            done[a].succeed()

        for a in range(len(work)):
            env.process(activity(a))
        env.run()
        return finish
