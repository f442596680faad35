"""Activity networks: predecessors that exist, milestones that can be reached, hooks that hold.

A hall's rows may name rows of the same mode, of its tail, of any site works, ``release`` (or
``M0``), and ``prev.ROW``; a tail's rows their own, ``release``, and hooks that every mode with the
tail provides; site works only their own. Every row of `ready_for_it` and `rfs` must exist, and RFS
must come after whatever makes the block ready for IT.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.specs.checks.base import Check, at, unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from planner.domain.activity import Activity
    from planner.domain.build_mode import BuildMode, SiteWorks, Tail
    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

RELEASE = ("release", "M0")
"""Names of the start commitment of a hall."""
PREVIOUS = "prev."
"""Prefix of a row of the block before."""

Arcs = dict[str, dict[str, str]]
"""Predecessors of each row, with the key path where each stands."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield unknown rows and hooks, milestones out of reach, and empty networks."""
    catalog = portfolio.catalog
    site_rows = {row for works in catalog.works.values() for row in works.activities}
    for name, works in catalog.works.items():
        path = f"catalog.works.{name}"
        yield from _predecessors(portfolio, path, works.activities, (), may_look_back=False)
        yield from _noted(portfolio, path, works)
        if works.release not in (*works.activities, *RELEASE):
            known = works.activities
            yield unknown(portfolio, f"{path}.release", "activity", works.release, known)
    for name, tail in catalog.tails.items():
        users = {k: m for k, m in catalog.modes.items() if m.tail == name}
        hooks = {hook for mode in users.values() for hook in mode.hooks}
        path = f"catalog.tails.{name}"
        beyond = {*hooks, *site_rows, *RELEASE}
        yield from _predecessors(portfolio, path, tail.activities, beyond)
        yield from _noted(portfolio, path, tail)
        yield from _hooks(portfolio, tail.activities, users, hooks)
    for name, mode in catalog.modes.items():
        yield from _noted(portfolio, f"catalog.modes.{name}", mode)
        yield from _mode(portfolio, name, mode, site_rows)


def _noted(
    portfolio: Portfolio, path: str, network: BuildMode | Tail | SiteWorks
) -> Iterator[Finding]:
    """Yield rows that a note names and the network does not have."""
    for number, note in enumerate(network.health):
        for index, row in enumerate(note.rows):
            if row not in network.activities:
                where = f"{path}.health.{number}.rows.{index}"
                yield unknown(portfolio, where, "activity", row, network.activities)


def _predecessors(
    portfolio: Portfolio, path: str, activities: Mapping[str, Activity], beyond: Collection[str],
    *, may_look_back: bool = True,
) -> Iterator[Finding]:  # fmt: skip
    for name, activity in activities.items():
        for index, relation in enumerate(activity.after):
            row = relation.predecessor
            if may_look_back and row.startswith(PREVIOUS):
                row = row.removeprefix(PREVIOUS)
            if row not in activities and row not in beyond:
                where = f"{path}.activities.{name}.after.{index}"
                known = [*activities, *sorted(beyond)]
                found = unknown(portfolio, where, "activity", row, known)
                head = re.split(r"[\s+]", row)[0]
                if head != row and head in known:
                    hint = f'a relation is written "{head}" or "{head} SS+9d"'
                    found = replace(found, help=hint)
                yield found


def _hooks(
    portfolio: Portfolio, rows: Mapping[str, Activity], users: Mapping[str, BuildMode],
    hooks: Collection[str],
) -> Iterator[Finding]:  # fmt: skip
    """Yield the hooks that a tail takes and a mode with it does not give."""
    taken = {r.predecessor for row in rows.values() for r in row.after} & set(hooks)
    for name, mode in users.items():
        for hook in sorted(taken - set(mode.hooks)):
            message = f'the tail "{mode.tail}" takes hold at "{hook}", which the mode does not give'
            path = f"catalog.modes.{name}.hooks"
            yield at(portfolio, path, "missing-hook", message, f"add {hook}: ACTIVITY")
        for hook in sorted(set(mode.hooks) - taken - set(rows)):
            path = f"catalog.modes.{name}.hooks.{hook}"
            yield unknown(portfolio, path, "hook", hook, taken)


def _mode(
    portfolio: Portfolio, name: str, mode: BuildMode, site_rows: Collection[str]
) -> Iterator[Finding]:
    path = f"catalog.modes.{name}"
    tail = portfolio.catalog.tails.get(mode.tail) if mode.tail else None
    tail_rows = set(tail.activities) if tail is not None else set()
    if mode.tail and tail is None:
        return  # what it would add is not known; references reports it
    beyond = {*tail_rows, *site_rows, *RELEASE}
    yield from _predecessors(portfolio, path, mode.activities, beyond)
    for hook, row in mode.hooks.items():
        if row not in mode.activities:
            yield unknown(portfolio, f"{path}.hooks.{hook}", "activity", row, mode.activities)
    rows = {*mode.activities, *tail_rows}
    for index, row in enumerate(mode.ready_for_it):
        if row not in rows:
            yield unknown(portfolio, f"{path}.ready_for_it.{index}", "activity", row, rows)
    if not mode.ready_for_it:
        hint = "name the rows of level 4 and the backbone network"
        yield at(portfolio, f"{path}.ready_for_it", "no-milestone", "no row makes it ready", hint)
    if mode.rfs not in rows:
        yield unknown(portfolio, f"{path}.rfs", "activity", mode.rfs, rows)
        return
    before = behind(mode.rfs, arcs(portfolio, name, mode))
    for index, row in enumerate(mode.ready_for_it):
        if row in rows and row not in before:
            message = (
                f'"{mode.rfs}" (RFS) does not wait for "{row}" (ready for IT), even indirectly'
            )
            yield at(portfolio, f"{path}.ready_for_it.{index}", "rfs-early", message)


def arcs(portfolio: Portfolio, name: str, mode: BuildMode) -> Arcs:
    """Return who waits for whom inside one block of a mode, its tail and hooks included."""
    tail = portfolio.catalog.tails.get(mode.tail) if mode.tail else None
    made = rows_arcs(f"catalog.modes.{name}", mode.activities, {})
    if tail is not None:
        made |= rows_arcs(f"catalog.tails.{mode.tail}", tail.activities, mode.hooks)
    return made


def rows_arcs(path: str, activities: Mapping[str, Activity], hooks: Mapping[str, str]) -> Arcs:
    """Return the predecessors of each row; rows of the block before are left out."""
    return {
        name: {
            hooks.get(r.predecessor, r.predecessor)
            if r.predecessor not in activities
            else r.predecessor: f"{path}.activities.{name}.after.{index}"
            for index, r in enumerate(activity.after)
            if not r.predecessor.startswith(PREVIOUS)
        }
        for name, activity in activities.items()
    }


def behind(row: str, predecessors: Arcs) -> set[str]:
    """Return a row and all that it waits for, directly or not."""
    seen, todo = {row}, [row]
    while todo:
        for each in predecessors.get(todo.pop(), {}):
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return seen


CHECK = Check(
    "networks",
    find,
    ("unknown-activity", "unknown-hook", "missing-hook", "no-milestone", "rfs-early"),
)
