"""What is decided before a reveal: the columns behind each decision, and how they are held.

A decision is a number that somebody commits to in a period: halls of a candidate started (to be
cancelled before they are firm, too), GPUs of a SKU ordered for a site (in whichever pool they are
to stand, or to be cancelled as well), GPUs retired or moved, a tranche reserved or left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from planner.optimise.tally import period_of, tally
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Engine

Key = tuple[str, str, str, int]
"""Kind, site, item and period of a decision."""
Item = tuple[str, str, str]
"""Kind, site and item, whatever the period."""
Decisions = dict[Key, list[int]]
Stage = dict[Key, float]
"""Decisions with their numbers."""
HALLS: Final = "halls"
GPUS_OF: Final = "gpus"
TRANCHE: Final = "tranche"
EXIT: Final = "exit"
CANCEL: Final = "cancel"
LEAVE: Final = "leave"
IN_PARTS: Final = (GPUS_OF, LEAVE)
"""Kinds of decisions that are no whole numbers."""
SLACK: Final = 1e-6


def decisions(engine: Engine, data: ModelData, prefix: str = "") -> Decisions:
    """Return the columns of each decision of a model, or of a block of one."""
    made: Decisions = {}
    period = {label: t for t, label in enumerate(data.labels)}
    for o, option in enumerate(data.options):
        c = option.candidate
        item = f"{c.group}/{c.mode}/{c.calendar}"
        column = engine.column(f"{prefix}starts", *data.option_name(o))
        made.setdefault((HALLS, c.site, item, option.period), []).append(column)
    for (sku, pool, label), column in engine.columns_of(f"{prefix}orders").items():
        key = (GPUS_OF, pool.split("/")[0], sku, period[label])
        made.setdefault(key, []).append(column)
    for (sku, site, label), column in engine.columns_of(f"{prefix}cancelled").items():
        made.setdefault((GPUS_OF, site, sku, period[label]), []).append(column)
        # Those that cannot be told apart yet cancel alike, too.
        assert data.reveal_period is not None
        made[CANCEL, site, f"{sku} of {label}", data.reveal_period] = [column]
    for (batch, to, label), column in engine.columns_of(f"{prefix}left").items():
        origin = data.pools[data.leaving.ways[batch, to, label].batch.pool]
        made[LEAVE, origin.site, f"{batch} to {to}", period[label]] = [column]
    for (candidate, label), column in engine.columns_of(f"{prefix}halted").items():
        site, _, item = candidate.partition("/")
        made[HALLS, site, item, period[label]].append(column)
        assert data.reveal_period is not None
        made[CANCEL, site, f"{item} of {label}", data.reveal_period] = [column]
    for (name,), column in engine.columns_of(f"{prefix}reserved").items():
        site, _, tranche = name.partition("/")
        made[TRANCHE, site, tranche, _reserve_by(data, name)] = [column]
    for (name, label), column in engine.columns_of(f"{prefix}exits").items():
        site, _, tranche = name.partition("/")
        made[EXIT, site, tranche, period[label]] = [column]
    return made


def planned(plan: Plan, data: ModelData, periods: int) -> Stage | None:
    """Return the decisions of a plan's first periods; None where GPUs may leave their place early.

    Those are decided by batch, which a plan does not name.
    """
    if data.leaving.ways:
        return None
    made: Stage = {}
    starts = tally(plan, data).starts
    for o in np.flatnonzero(starts):
        option, c = data.options[o], data.options[o].candidate
        item = f"{c.group}/{c.mode}/{c.calendar}"
        made[HALLS, c.site, item, option.period] = float(starts[o])
    for bought in plan.purchases:
        if not bought.is_under_way:
            key = (GPUS_OF, bought.site, bought.sku, period_of(bought.order, data))
            made[key] = made.get(key, 0.0) + bought.gpus / GPUS
    for right in plan.reservations:
        made[TRANCHE, right.site, right.tranche, _reserve_by(data, right.name)] = 1.0
        if right.exit is not None:
            made[EXIT, right.site, right.tranche, period_of(right.exit, data)] = 1.0
    return {key: at for key, at in made.items() if key[3] < periods}


def _reserve_by(data: ModelData, name: str) -> int:
    """Return the period in which a tranche has to be reserved at the latest."""
    site, _, tranche = name.partition("/")
    by = data.portfolio.sites[site].tranches[tranche].reserve_by
    if by is None:
        return 0
    return min(max(0, data.timeline.period_of(data.timeline.day(by))), data.n_periods - 1)


def before(data: ModelData, day: float) -> int:
    """Return how many periods begin before a day: their decisions are made without knowing."""
    return int((data.timeline.start_day < day).sum())


def chosen(found: Decisions, values: FloatArray, periods: int) -> dict[Key, float]:
    """Return the decisions of the first periods at a solution; halls and tranches whole."""
    made = {}
    for key, columns in found.items():
        if key[3] < periods:
            at = float(sum(values[c] for c in columns))
            made[key] = max(0.0, at) if key[0] in IN_PARTS else float(round(at))
    return made


class Held:
    """Decisions held at numbers, by rows that are free until asked for.

    One row a decision, and one an item for all its decisions together.
    """

    def __init__(self, engine: Engine, found: Decisions, periods: int) -> None:
        self.engine = engine
        self.rows: dict[Key, int] = {}
        self.totals: dict[Item, int] = {}
        together: dict[Item, list[int]] = {}
        for key, columns in found.items():
            if key[3] < periods:
                self.rows[key] = self._row(columns)
                together.setdefault(key[:3], []).extend(columns)
        for item, columns in together.items():
            self.totals[item] = self._row(columns)

    def _row(self, columns: list[int]) -> int:
        self.engine.add_row(dict.fromkeys(columns, 1.0), -float("inf"), float("inf"))
        return len(self.engine.row_lower) - 1

    def hold(self, stage: Mapping[Key, float]) -> None:
        """Hold every decision; those that a stage does not name at nothing.

        What comes in parts may differ by the solver's tolerance.
        """
        for key, row in self.rows.items():
            at, slack = stage.get(key, 0.0), SLACK if key[0] in IN_PARTS else 0.0
            self.engine.limit(row, max(0.0, at - slack), at + slack)

    def at_most(self, stage: Mapping[Key, float]) -> None:
        """Let every decision be made in part; those that a stage does not name not at all."""
        for key, row in self.rows.items():
            self.engine.limit(row, 0.0, stage.get(key, 0.0))

    def hold_but(self, stage: Mapping[Key, float], item: Item, low: float, high: float) -> None:
        """Hold halls and tranches but those of an item, whose sum is within limits."""
        self.free()
        for key, row in self.rows.items():
            if key[:3] != item and key[0] not in IN_PARTS:
                at = stage.get(key, 0.0)
                self.engine.limit(row, at, at)
        self.engine.limit(self.totals[item], low, high)

    def free(self) -> None:
        """Let every decision go."""
        for row in (*self.rows.values(), *self.totals.values()):
            self.engine.free(row)

    def forbid(self, keys: list[Key]) -> None:
        """Let some decisions not be made, all others free."""
        self.free()
        for key in keys:
            if key in self.rows:
                self.engine.limit(self.rows[key], 0.0, 0.0)
