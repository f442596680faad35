"""Float paths to a milestone: the driving path, then the next ones by their relative float.

As P6's multiple float paths: the first is what drives the milestone. Each further path begins at
the relation into an earlier path whose predecessor could slip least before the milestone moves, and
follows what drives that predecessor back to where it begins or joins a path found before. Floats
are elapsed, relative to the milestone, and of the deterministic pass.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.domain.review import FloatPath
from planner.network.calendars import DAY_MIN
from planner.network.draft import ARC, NONE
from planner.network.passes import FROM_START, TO_FINISH

if TYPE_CHECKING:
    from planner.network.cpm import Deterministic

FINISH, START = True, False
Node = tuple[int, bool]
"""An activity, and whether its finish is meant (else its start)."""


def float_paths(found: Deterministic, activity: int, paths: int = 3) -> tuple[FloatPath, ...]:
    """Return the driving path to the finish of an activity and the next ones.

    Parameters
    ----------
    paths
        Most paths returned; fewer where there are no more relations into them.
    """
    network = found.network
    into = _Into(found).of
    on_path: dict[int, int] = {}
    waiting: list[tuple[int, int, Node]] = [(0, 0, (activity, FINISH))]
    made: list[FloatPath] = []
    order = 1
    while waiting and len(made) < paths:
        slack, _, node = heapq.heappop(waiting)
        if node[0] in on_path:
            continue
        nodes = _driven_by(found, node, on_path)
        chain = list(dict.fromkeys(a for a, _ in nodes))
        on_path.update(dict.fromkeys(chain, len(made)))
        made.append(
            FloatPath(
                milestone=network.activity[activity],
                number=len(made) + 1,
                float_day=slack / DAY_MIN,
                activities=tuple(network.activity[a] for a in reversed(chain)),
            )
        )
        for held in nodes:
            for more, pred in into(held):
                heapq.heappush(waiting, (slack + more, order, pred))
                order += 1
    return tuple(made)


class _Into:
    """Relations into the nodes of a network."""

    def __init__(self, found: Deterministic) -> None:
        network = found.network
        self.found = found
        self.into: dict[Node, list[int]] = {}
        for e, (succ, kind) in enumerate(
            zip(network.relation_succ.tolist(), network.relation_kind.tolist(), strict=True)
        ):
            self.into.setdefault((succ, kind in TO_FINISH), []).append(e)

    def of(self, node: Node) -> list[tuple[int, Node]]:
        """Return the relations into a node: the slack of each, and the node before."""
        found, network = self.found, self.found.network
        a, is_finish = node
        at = int((found.finish_min if is_finish else found.start_min)[a])
        if at >= NEVER:
            return []
        made = []
        for e in self.into.get(node, ()):
            pred, kind = int(network.relation_pred[e]), int(network.relation_kind[e])
            minute = _minute(found, pred, kind) + int(network.relation_lag_min[e])
            made.append((max(0, at - minute), (pred, kind not in FROM_START)))
        return made


def _minute(found: Deterministic, pred: int, kind: int) -> int:
    """Return the minute from which a relation counts."""
    if kind == ARC:
        return int(found.work_end_min[pred])
    if kind in (Kind.SS, Kind.SF):
        return int(found.start_min[pred])
    return int(found.finish_min[pred])


def _driven_by(found: Deterministic, node: Node, taken: dict[int, int]) -> list[Node]:
    """Return the nodes that drive a node, itself first, up to where it begins or meets a path."""
    network = found.network
    nodes: list[Node] = []
    while True:
        a, is_finish = node
        nodes.append(node)
        if is_finish:
            relation = int(found.finish_relation[a])
            if relation == NONE:
                node = (a, START)
                continue
        else:
            relation = int(found.start_relation[a])
            if relation == NONE:
                return nodes
        pred = int(network.relation_pred[relation])
        if pred in taken:
            return nodes
        node = (pred, int(network.relation_kind[relation]) not in FROM_START)
