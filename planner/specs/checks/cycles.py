"""Activities that wait for themselves, directly or round a loop.

The shortest loop through a mode with its tail, or through site works, is printed once, with the
file and line of each link. A row of the block before (``prev.``) closes no loop.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

from planner.specs.checks.base import Check, at
from planner.specs.checks.networks import Arcs, arcs, rows_arcs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield self-predecessors, and the shortest loop of each network."""
    catalog = portfolio.catalog
    networks = [
        *((f"site works {n}", rows_arcs(f"catalog.works.{n}", w.activities, {}))
          for n, w in catalog.works.items()),
        *((f"tail {n}", rows_arcs(f"catalog.tails.{n}", t.activities, {}))
          for n, t in catalog.tails.items()),
        *((f"mode {n}", arcs(portfolio, n, m)) for n, m in catalog.modes.items()),
    ]  # fmt: skip
    told: set[str] = set()
    for name, links in networks:
        for row, predecessors in links.items():
            if row in predecessors and predecessors[row] not in told:
                told.add(predecessors[row])
                message = f'activity "{row}" lists itself as predecessor'
                yield at(portfolio, predecessors[row], "self-predecessor", message, "remove it")
        loop = shortest_cycle(_without_self(links))
        if loop:
            places = [links[b][a] for a, b in pairwise(loop)]
            if told.isdisjoint(places):  # a loop of the tail alone is in every mode that has it
                yield _cycle(portfolio, name, loop, places)
            told.update(places)


def _without_self(links: Arcs) -> Arcs:
    return {
        row: {p: place for p, place in before.items() if p != row and p in links}
        for row, before in links.items()
    }


def _cycle(portfolio: Portfolio, name: str, loop: list[str], places: list[str]) -> Finding:
    where = [portfolio.where(place) for place in places]
    steps = [
        f"{row} waits for {before} ({place.file}:{place.line})"
        for before, row, place in zip(loop, loop[1:], where, strict=False)
    ]
    message = f"activities of {name} form a cycle: {' -> '.join(loop)}"
    return at(portfolio, places[0], "cycle", message, f"remove one of: {', '.join(steps)}")


def shortest_cycle(predecessors: Arcs) -> list[str]:
    """Return the rows of the shortest loop, the first again at the end, or nothing.

    Parameters
    ----------
    predecessors
        Who each row waits for; every name is a row.

    Examples
    --------
    >>> shortest_cycle({"A": {"C": ""}, "B": {"A": ""}, "C": {"B": ""}, "D": {"A": ""}})
    ['A', 'B', 'C', 'A']
    """
    best: list[str] = []
    for start in _in_loops(predecessors):
        loop = _back_to(start, predecessors)
        if loop and (not best or len(loop) < len(best)):
            best = loop
    return best


def _in_loops(predecessors: Arcs) -> list[str]:
    """Return the rows left when those that wait for nothing are taken away, again and again."""
    waits = {row: set(before) for row, before in predecessors.items()}
    successors: dict[str, list[str]] = {}
    for row, before in waits.items():
        for each in before:
            successors.setdefault(each, []).append(row)
    free = [row for row, before in waits.items() if not before]
    while free:
        row = free.pop()
        del waits[row]
        for each in successors.get(row, []):
            waits[each].discard(row)
            if not waits[each]:
                free.append(each)
    return list(waits)


def _back_to(start: str, predecessors: Arcs) -> list[str]:
    """Return the shortest way from a row back to itself, in the order of time."""
    came: dict[str, str] = {}
    todo = deque([start])
    while todo:
        row = todo.popleft()
        for before in predecessors[row]:
            if before == start:
                loop = [start, row]
                while loop[-1] != start:
                    loop.append(came[loop[-1]])
                return loop
            if before not in came:
                came[before] = row
                todo.append(before)
    return []


CHECK = Check("cycles", find, ("cycle", "self-predecessor"))
