"""Groups of a site that are alike in all that matters are one, with places for all their halls.

Whoever writes each building down as a group of its own tells the search the same plan many times:
any hall may change its group. So halls are sought for the groups together, and dealt out after.

``n`` groups alike take a hall each in turn, in order of period. Of any halls in a row each then has
an n-th, rounded down or up; so none has more than its places, nor more starts in a period than it
may, where the group of them all has not more than n times as many.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData

Group = tuple[str, str]


def joined(data: ModelData) -> tuple[ModelData, NDArray[np.int64]]:
    """Return the data with alike groups as one, and the option of it that each option is part of.

    What is read of it is halls alone: options, labour, places and rates of starts of groups.
    """
    first = _first_alike(data)
    at = np.arange(len(data.options))
    for group, other in first.items():
        at[data.options_of_group(*group)] = data.options_of_group(*other)
    kept, place = np.unique(at, return_inverse=True)
    if len(kept) == len(data.options):
        return data, place
    few = replace(
        data, portfolio=data.portfolio.replace(sites=_larger(data, first)),
        options=tuple(data.options[o] for o in kept), option_mw=data.option_mw[kept],
        labour=replace(data.labour, use=data.labour.use[kept]),
    )  # fmt: skip
    return few, place


def dealt(data: ModelData, place: NDArray[np.int64], starts: FloatArray) -> FloatArray:
    """Return starts of each option, shape (O,), of those of the options that they are part of."""
    made = np.zeros(len(place))
    first, members = _first_alike(data), defaultdict[Group, list[Group]](list)
    for group, other in first.items():
        members[other].append(group)
    for groups in members.values():
        options = [data.options_of_group(*group) for group in groups]
        periods = [data.options[o].period for o in options[0]]
        dealt_out = 0
        for i in np.argsort(periods, kind="stable"):
            for _ in range(round(starts[place[options[0][i]]])):
                made[options[dealt_out % len(groups)][i]] += 1.0
                dealt_out += 1
    return made


def _first_alike(data: ModelData) -> dict[Group, Group]:
    """Return for every group with options the first of its site that is like it."""
    found: dict[object, Group] = {}
    made = {}
    for site in data.portfolio.sites.values():
        for name, spec in site.groups.items():
            options = [data.options[o] for o in data.options_of_group(site.site, name)]
            offered = tuple(
                (o.candidate.mode, o.candidate.calendar, o.period, o.pool,
                 o.service_day.tobytes(), o.block_mw.tobytes())
                for o in options
            )  # fmt: skip
            said = spec.model_copy(update={"title": ""}).model_dump_json()
            room = data.group_room[site.site, name]
            if options:
                key = (site.site, said, room, offered)
                made[site.site, name] = found.setdefault(key, (site.site, name))
    return made


def _larger(data: ModelData, first: dict[Group, Group]) -> dict[str, object]:
    """Return the sites, with the places and starts of all alike groups in the first of them."""
    count = defaultdict[Group, int](int)
    for other in first.values():
        count[other] += 1
    made: dict[str, object] = {}
    for name, site in data.portfolio.sites.items():
        groups = {
            g: spec.model_copy(update={
                "count": spec.count * count[name, g],
                "starts_per_period": spec.starts_per_period * count[name, g],
            }) if count[name, g] > 1 else spec
            for g, spec in site.groups.items()
        }  # fmt: skip
        made[name] = site.model_copy(update={"groups": groups})
    return made
