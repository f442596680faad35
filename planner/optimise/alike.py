"""Teams that differ in nothing but their size are one consumer to the model.

Two teams are alike if a GPU of every SKU is worth the same to both, neither has a guarantee or a
smallest cluster, and their researchers grow in proportion. What a class of them gets is then shared
by heads and weight, which gives each the level of the class: nothing is lost, and the model has a
column for a class where it had one for each team. With 200 teams of a dozen kinds of work that is
most of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.optimise.consumers import Consumer
    from planner.optimise.data import ModelData
    from planner.optimise.leximin import Settled

DIGITS: Final = 12
"""Digits to which rates and courses of researchers must agree."""


def pooled(data: ModelData) -> ModelData:
    """Return the data with classes of alike teams for their members; the same where none are alike.

    Only a leximin of compute per researcher may pool: a sum over teams, an equal split and a
    dominant share count each by itself.
    """
    policy = data.portfolio.spec.policy.fairness
    if policy.objective != "leximin" or policy.normalise != "none":
        return data
    classes: dict[object, list[Consumer]] = {}
    for consumer in data.consumers:
        classes.setdefault(_kind(consumer, data), []).append(consumer)
    if len(classes) == len(data.consumers):
        return data
    made, alike = [], {}
    for members in classes.values():
        head = members[0]
        if len(members) > 1:
            size = np.array([m.researchers.sum() * m.weight for m in members])
            parts = size / size.sum()
            heads = sum((m.researchers * m.weight for m in members), np.zeros(data.n_periods))
            head = replace(head, researchers=heads, weight=1.0)
            alike[head.name] = dict(zip((m.name for m in members), parts.tolist(), strict=True))
        made.append(head)
    return replace(data, consumers=tuple(made), members=data.consumers, alike=alike)


def apart(data: ModelData) -> ModelData:
    """Return the data with every team by itself again."""
    return replace(data, consumers=data.members, members=(), alike={}) if data.members else data


def parts(data: ModelData, consumer: str) -> Mapping[str, float]:
    """Return the members of a consumer with their parts of what it gets; itself where it is one."""
    return data.alike.get(consumer, {consumer: 1.0})


def spelled(settled: Sequence[Settled], data: ModelData) -> list[Settled]:
    """Return levels with the names of all members for those of classes."""
    return [
        replace(step, teams=tuple(m for team in step.teams for m in _members(data, team)))
        for step in settled
    ]


def spread(level: Mapping[str, float], data: ModelData) -> dict[str, float]:
    """Return levels of members, from those of classes."""
    return {member: x for team, x in level.items() for member in _members(data, team)}


def _members(data: ModelData, claim: str) -> list[str]:
    name, comma, label = claim.partition(",")
    return [f"{member}{comma}{label}" for member in parts(data, name)]


def _kind(consumer: Consumer, data: ModelData) -> object:
    """Return what alike teams have in common; a consumer that has no like has its own name."""
    team = data.portfolio.spec.teams.get(consumer.name) if consumer.is_team else None
    total = float(consumer.researchers.sum())
    if team is None or consumer.need.any() or team.smallest_cluster or total <= 0:
        return consumer.name
    course = np.round(consumer.researchers / total, DIGITS)
    rate = np.round(consumer.rate, DIGITS)
    return (consumer.needs_backup, tuple(course.tolist()), tuple(rate.ravel().tolist()))
