"""The logic of the schedule: relations, what drives each start, crews, the path to the key date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from planner.domain.activity import Kind
from planner.network import compile_network, deterministic
from planner.report.facts.inventory import date_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.result import Result
    from planner.network import Deterministic, Network
    from planner.report.facts.risk import KeyDate

CREW: Final = "crew"
"""Kind of a relation that hands a crew on, beside FS, SS, FF and SF."""
PEOPLE: Final = "people"


@dataclass(frozen=True, slots=True)
class LogicLink:
    """A relation between two activities, by stable name."""

    predecessor: str
    successor: str
    kind: str
    lag_day: float
    is_driver: bool


@dataclass(frozen=True)
class Logic:
    """How activities hang together.

    Parameters
    ----------
    links
        Relations of the network; those that drive a start in the deterministic pass are marked.
    driver
        What else drives a start, in words: a gate that opens, equipment that arrives.
    crews
        Trades and crews held by each activity, crews behind its calendar included.
    path
        Activities that drive the key date, in the deterministic pass.
    """

    links: tuple[LogicLink, ...] = ()
    driver: Mapping[str, str] = field(default_factory=dict)
    crews: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    path: frozenset[str] = frozenset()


def logic_of(result: Result, key: KeyDate | None) -> Logic:
    """Return the logic of a run; empty where the network is not that of its futures."""
    if not result.outcome.activity:
        return Logic()
    network = compile_network(result.portfolio, result.plan)
    if network.activity != result.outcome.activity:
        return Logic()
    found = deterministic(network)
    return Logic(_links(found), _drivers(found), _crews(network), _path(result, found, key))


def _links(found: Deterministic) -> tuple[LogicLink, ...]:
    """Return each pair and kind once; a driving relation is marked."""
    network = found.network
    drives = {*found.start_relation.tolist(), *found.finish_relation.tolist()}
    made: dict[tuple[int, int, int, int], bool] = {}
    for e, row in enumerate(network.relations()):
        made[row] = made.get(row, False) or e in drives
    kinds = {int(k): k.name for k in Kind}
    return tuple(
        LogicLink(network.activity[pred], network.activity[succ], kinds.get(kind, CREW),
                  lag / 1440, is_driver)
        for (pred, succ, kind, lag), is_driver in made.items()
    )  # fmt: skip


def _drivers(found: Deterministic) -> dict[str, str]:
    network = found.network
    made = {}
    for a, name in enumerate(network.activity):
        gate, unit = int(found.start_gate[a]), int(found.start_unit[a])
        if gate >= 0:
            made[name] = _gate(network.gate_name[gate])
        elif unit >= 0:
            made[name] = f"the arrival of equipment, {network.unit_name[unit]}"
    return made


def _gate(name: str) -> str:
    kind, _, of = name.partition("/")
    said = {"release": "the release of", "tranche": "power from", "dock": "the delivery of racks,",
            "standing": "the hand-over of", "hold": "the day to go on with"}  # fmt: skip
    return f"{said.get(kind, kind)} {of}"


def _crews(network: Network) -> dict[str, tuple[tuple[str, int], ...]]:
    need, made = network.need, {}
    for a, name in enumerate(network.activity):
        span = range(int(need.pointer[a]), int(need.pointer[a + 1]))
        pairs = [(network.resource[need.column[i]].rpartition("/")[2], int(need.units[i]))
                 for i in span]  # fmt: skip
        made[name] = tuple(p for p in pairs if p[0] != PEOPLE)
    return made


def _path(result: Result, found: Deterministic, key: KeyDate | None) -> frozenset[str]:
    """Return the path to the lot with which the key capacity is reached."""
    if key is None or key.fact.deterministic is None:
        return frozenset()
    outcome, network = result.outcome, found.network
    for i, name in enumerate(outcome.lot):
        is_mine = key.fact.subject in {"portfolio", name.partition("/")[0]}
        when = date_of(outcome, float(outcome.deterministic_service_min[i]))
        if is_mine and when == key.fact.deterministic and name in network.lot:
            last = int(network.lot_service[network.lot.index(name)])
            if last >= 0:
                return frozenset(network.activity[a] for a in found.path(last))
    return frozenset()
