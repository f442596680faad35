"""What is told of the chosen commitments: hedges, how long each can wait, what can be cancelled."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from planner.domain.bet import BetItem, BetRight
from planner.optimise.constraints.cancel import cancel_cash
from planner.optimise.constraints.cancel_halls import cancel_cash as cancel_hall_cash
from planner.optimise.existing import date_of
from planner.optimise.scenarios.joint import NUMERIC
from planner.optimise.scenarios.shared import EXIT, GPUS_OF, HALLS, LEAVE
from planner.optimise.scenarios.table import CHOSEN, TINY
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from planner.optimise.data import ModelData
    from planner.optimise.scenarios.members import Member
    from planner.optimise.scenarios.shared import Item, Key, Stage
    from planner.optimise.scenarios.single import Single
    from planner.optimise.scenarios.table import Table

MOST_HEDGES: Final = 6
"""Hedges that are forced out to see what they are worth, the largest first."""
MOST_ITEMS: Final = 12
"""Decisions for which it is sought how long they can wait, the largest first."""


def items(
    table: Table, members: Sequence[Member], own: Sequence[Stage], mean: Single, tolerance: float
) -> tuple[BetItem, ...]:
    """Return the first decisions, what their hedges are worth, and how long each can wait.

    Parameters
    ----------
    own
        First decisions of the plans of single scenarios.
    mean, tolerance
        The mean world, and what of its worth waiting may cost.
    """
    total, common = _shared(table, own)
    order = _ordered(total)
    hedges = [item for item in order if total[item] - common[item] > TINY][:MOST_HEDGES]
    waits = table.crew.ask(partial(_all_wait, mean, order[:MOST_ITEMS], tolerance))
    worth = {item: _hedged(table, members, item, total[item], common[item]) for item in hedges}
    can_wait, made = waits.result(), []
    for item in order:
        unit = _unit(item[0])
        gained, lost, where = worth.get(item, (None, None, None))
        made.append(BetItem(*item, total[item] * unit, common[item] * unit, can_wait.get(item),
                            gained, lost, where))  # fmt: skip
    return tuple(made)


def bare_items(table: Table, own: Sequence[Stage]) -> tuple[BetItem, ...]:
    """Return the first decisions and what is common to all, with nothing solved for it."""
    total, common = _shared(table, own)
    units = {item: _unit(item[0]) for item in total}
    return tuple(
        BetItem(*item, total[item] * units[item], common[item] * units[item])
        for item in _ordered(total)
    )


def _shared(table: Table, own: Sequence[Stage]) -> tuple[dict[Item, float], dict[Item, float]]:
    """Return the chosen first decisions by item, and what of each all plans commit to."""
    total, others = _by_item(table.stages[CHOSEN]), [_by_item(s) for s in own]
    return total, {k: min((at, *(o.get(k, 0.0) for o in others))) for k, at in total.items()}


def _ordered(total: dict[Item, float]) -> list[Item]:
    return sorted(total, key=lambda k: (k[0] != HALLS, -total[k], k))


def rights(table: Table, members: Sequence[Member]) -> tuple[BetRight, ...]:
    """Return what of the chosen orders can be cancelled at the reveal, and what that costs."""
    stage = table.stages[CHOSEN]
    keys = [k for k in table.cancellable if stage.get(k, 0.0) > TINY]
    if not keys:
        return ()
    least = table.crew.all_of([partial(s.least_cancelled, stage) for s in table.singles])
    p, made = [m.probability for m in members], []
    for kind, site, item in dict.fromkeys(k[:3] for k in keys):
        own, unit = [k for k in keys if k[:3] == (kind, site, item)], _unit(kind)
        number = [unit * sum(found.get(k, 0.0) for k in own) for found in least]
        costs = [
            unit * sum(found.get(k, 0.0) * _lost(single.data, k) for k in own)
            for single, found in zip(table.singles, least, strict=True)
        ]
        most = max(range(len(number)), key=lambda i: number[i])
        is_used = number[most] >= (1.0 if kind == GPUS_OF else TINY)
        made.append(BetRight(
            site, item, unit * sum(stage[k] for k in own),
            sum(q * n for q, n in zip(p, number, strict=True)), number[most],
            members[most].name if is_used else None,
            sum(q * c for q, c in zip(p, costs, strict=True)), max(costs), kind,
        ))  # fmt: skip
    return tuple(made)


def _unit(kind: str) -> float:
    """Return how many one of a decision's numbers is."""
    return GPUS if kind == GPUS_OF else 1.0


def _lost(data: ModelData, key: Key) -> float:
    """Return what a GPU or a hall costs that is cancelled [MUSD]: of a hall, what was spent too."""
    assert data.reveal_period is not None
    if key[0] == HALLS:
        name = (f"{key[1]}/{key[2]}", data.labels[key[3]])
        o = next(o for o in range(len(data.options)) if data.option_name(o) == name)
        return float(cancel_hall_cash(data, o, data.reveal_period).sum())
    cash = cancel_cash(data, data.skus.index(key[2]), key[3], data.reveal_period)
    return float(cash.sum())


def _by_item(stage: Stage) -> dict[Item, float]:
    made: dict[Item, float] = {}
    for (kind, site, item, _), at in stage.items():
        if at > TINY and kind not in (EXIT, LEAVE):
            made[kind, site, item] = made.get((kind, site, item), 0.0) + at
    return made


def _hedged(
    table: Table, members: Sequence[Member], item: Item, amount: float, common: float
) -> tuple[float | None, float | None, str | None]:
    """Return a hedge's mean worth, the most it costs in a scenario, and in which.

    The hedge is forced out and every scenario solved again, all other halls and tranches held.
    """
    stage, high = table.stages[CHOSEN], float("inf")
    with_it = [partial(s.within, stage, item, amount * (1 - NUMERIC), high) for s in table.singles]
    without = [partial(s.within, stage, item, 0.0, common) for s in table.singles]
    found = table.crew.all_of(
        [partial(_both, *pair) for pair in zip(with_it, without, strict=True)]
    )
    gains = [a - b for a, b in found if a is not None and b is not None]
    if len(gains) < len(found):
        return None, None, None
    mean = sum(m.probability * g for m, g in zip(members, gains, strict=True))
    worst = min(range(len(gains)), key=lambda i: gains[i])
    if gains[worst] >= -NUMERIC * abs(mean):
        return mean, 0.0, None
    return mean, -gains[worst], members[worst].name


def _both(
    first: Callable[[], float | None], second: Callable[[], float | None]
) -> tuple[float | None, float | None]:
    return first(), second()


def _all_wait(mean: Single, order: Sequence[Item], tolerance: float) -> dict[Item, dt.date]:
    """Return the last day to which each of some items can be put off."""
    whole = mean.without([])
    if whole is None:
        return {}
    return {item: _waits(mean, item, whole, max(tolerance, TINY)) for item in order}


def _waits(mean: Single, item: Item, whole: float, tolerance: float) -> dt.date:
    """Return the last day on which none of an item need be decided, by bisection over periods.

    All else may be decided anew; halls count in parts.
    """
    low, high = 0, mean.periods
    while low < high:
        middle = (low + high + 1) // 2
        at = mean.without([(*item, t) for t in range(middle)])
        if at is not None and whole - at <= tolerance * abs(whole):
            low = middle
        else:
            high = middle - 1
    timeline = mean.data.timeline
    return date_of(timeline, float(timeline.start_day[min(low, mean.data.n_periods - 1)]))
