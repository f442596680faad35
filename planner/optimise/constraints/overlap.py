"""GPUs and the halls for them must be there at once.

For all pools p, periods t and instants s inside the period, IT MW in place, as a mean of t, are at
most

- what halls offer before s + what delivered GPUs take from s on, and
- what delivered GPUs take before s + what halls offer from s on.

Both hold whatever the dates, and no variable is added. Without them the lesser of two means would
pass for the mean of the lesser: a hall that is ready late and GPUs that come late in the same
period would serve as if they came together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, structural
from planner.optimise.variables import GPUS, at_most

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData

INSTANTS = (1 / 3, 2 / 3)
TINY = 1e-9


@dataclass(frozen=True)
class _Decisions:
    """The decisions of a pool by their axes: a look-up for each term would cost most of the time.

    Parameters
    ----------
    starts
        By option of the pool.
    orders, can
        By SKU and period, shape (J, T), and whether there is such an order.
    placed, served
        By SKU and period, None where there is none, shape (J, T).
    offered
        By period, None where there is none, shape (T,).
    """

    starts: list[Pyo]
    orders: NDArray[np.object_]
    can: NDArray[np.bool_]
    placed: NDArray[np.object_]
    served: NDArray[np.object_]
    offered: list[Pyo]

    @classmethod
    def of(cls, model: Pyo, data: ModelData, pool: int) -> Self:
        """Return the decisions of a pool."""
        name = data.pools[pool].name
        orders, placed, served = (
            np.array([
                [_known(var, sku, name, label) for label in data.labels] for sku in data.skus
            ], dtype=object).reshape(len(data.skus), data.n_periods)
            for var in (model.orders, model.placed, model.served)
        )  # fmt: skip
        return cls(
            [model.starts[data.option_name(o)] for o in data.options_of_pool(pool)],
            orders, orders != None, placed, served,  # noqa: E711 - by element
            [_known(model.offered, name, label) for label in data.labels],
        )  # fmt: skip


def _known(variable: Pyo, *index: str) -> Pyo:
    """Return a decision; None where there is none by that index."""
    return variable[index] if index in variable else None  # noqa: SIM401 - it has no `get`


def add(model: Pyo, data: ModelData) -> None:
    """Add ``overlap[pool, period, instant, order]``, order being which of the two comes first."""
    model.overlap = pyo.ConstraintList()
    shares: dict[tuple[float, float, float], FloatArray] = {}  # pools of one tail have the same
    for p, pool in enumerate(data.pools):
        decisions = _Decisions.of(model, data, p)
        for s in INSTANTS:
            halls = [_halls(data, p, 0.0, s), _halls(data, p, s, 1.0)]
            gpus = []
            for part in ((0.0, s), (s, 1.0)):
                key = (pool.rack_tail_day, *part)
                if key not in shares:
                    shares[key] = _gpus(data, *key)
                gpus.append(shares[key])
            for t in range(data.n_periods):
                if not _ramps(halls, t):
                    continue
                for early in (0, 1):
                    span = (s, 1.0 - s) if early == 0 else (1.0 - s, s)
                    part = (s, 1.0) if early == 0 else (0.0, s)
                    stays, moved = _loose(model, data, p, t, part)
                    there = (halls[early][0], halls[early][1] + stays)
                    _add_row(model, data, p, t, decisions, there, (gpus[1 - early], moved), span)


def _ramps(halls: list[tuple[FloatArray, FloatArray]], period: int) -> bool:
    """Return whether halls can come into service inside a period, before or after its instant."""
    (early, there), (late, then) = halls
    return bool(
        (early[:, period] != late[:, period]).any() or abs(there[period] - then[period]) > TINY
    )


def _add_row(
    model: Pyo, data: ModelData, pool: int, period: int, decisions: _Decisions,
    halls: tuple[FloatArray, FloatArray], gpus: tuple[FloatArray, list[tuple[float, Pyo]]],
    spans: tuple[float, float],
) -> None:  # fmt: skip
    """Add a row: what serves all of the period by its parts, the rest start by start.

    Parameters
    ----------
    gpus
        Share of each period in which orders serve in the part, and the terms of those that move.
    spans
        Parts of the period in which halls and in which GPUs count.
    """
    (per_option, there), (of_halls, of_gpus), (shares, moved) = halls, spans, gpus
    unit, placed = data.gpu_mw * GPUS, decisions.placed[:, period]
    terms = [
        (float(unit[j]), placed[j])
        for j in np.flatnonzero(data.deliveries.fits[:, pool]) if placed[j] is not None
    ]  # fmt: skip
    if not terms:
        return
    terms += moved
    here = data.options_of_pool(pool)
    own = per_option[:, period]
    if decisions.offered[period] is not None:
        terms.append((-of_halls, decisions.offered[period]))
        own = own - of_halls * data.option_mw[here, period]
    terms += [
        (-float(own[i]), decisions.starts[i]) for i in np.flatnonzero(np.abs(own) > TINY).tolist()
    ]
    served, own = decisions.served[:, period], shares[:, :, period]
    if any(s is not None for s in served):
        own = own - of_gpus * data.deliveries.present[:, pool, :, period]
    own = -unit[:, None] * np.where(decisions.can & (np.abs(own) > TINY), own, 0.0)
    for j, come in enumerate(served):
        if come is not None:
            terms.append((-float(unit[j]) * of_gpus, come))
        if own[j].any():
            terms += zip(own[j].tolist(), decisions.orders[j], strict=True)
    row = at_most(model, terms, float(there[period]))
    if row is not pyo.Constraint.Skip:
        model.overlap.add(row)


def _loose(
    model: Pyo, data: ModelData, pool: int, period: int, part: tuple[float, float]
) -> tuple[float, list[tuple[float, Pyo]]]:
    """Return what GPUs take in a part of a period that may leave early, and less what did [MW]."""
    stays, terms = 0.0, []
    day, clock = data.timeline.day, data.clock
    for lot in data.deliveries.stood if data.deliveries.loose.any() else ():
        j = data.skus.index(lot.sku)
        if data.deliveries.loose[j] and lot.hall in data.pools[pool].halls:
            there = clock.part(day(lot.service), day(lot.until), *part)[period]
            stays += data.mw(j) * lot.gpus * float(there)
    for j in np.flatnonzero(data.deliveries.loose).tolist():
        unit = float(data.gpu_mw[j]) * GPUS
        for index in data.leaving.out_of(j, pool):
            way = data.leaving.ways[index]
            gone = clock.part(
                float(data.timeline.start_day[way.period]), way.batch.until_day, *part
            )[period]
            terms.append((unit * float(gone), model.left[index]))
        for index in data.leaving.into(j, pool):
            way = data.leaving.ways[index]
            begin = way.dock_day + data.pools[pool].rack_tail_day
            come = clock.part(begin, way.batch.until_day, *part)[period]
            terms.append((-unit * float(come), model.left[index]))
    return stays, terms


def _halls(data: ModelData, pool: int, first: float, last: float) -> tuple[FloatArray, FloatArray]:
    """Return IT MW that halls offer in a part of each period, as a mean of the whole of it.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Of one hall of each option of the pool, by period; of what is there, less
        what stands in it, (T,).
    """
    here = data.options_of_pool(pool)
    options = [data.options[o] for o in here]
    blocks = [len(option.block_mw) for option in options]
    offered = np.zeros((len(here), data.n_periods))
    if any(blocks):
        day = np.concatenate([option.service_day for option in options])[:, None]
        mw = np.concatenate([option.block_mw for option in options])[:, None]
        share = data.clock.part(day, np.inf, first, last)
        np.add.at(offered, np.repeat(np.arange(len(here)), blocks), mw * share)
    there = np.zeros(data.n_periods)
    chosen = data.pools[pool]
    for day, mw in zip(chosen.service_day, chosen.block_mw, strict=True):
        there += mw * data.clock.part(day, np.inf, first, last)
    stood = data.gpu_mw @ data.deliveries.stood_gpus[:, pool, : data.n_periods]
    return offered, np.maximum(there - stood * (last - first), 0.0)


def _gpus(data: ModelData, tail_day: float, first: float, last: float) -> FloatArray:
    """Return the share of each period in which GPUs of an order serve in its part, (J, T, T)."""
    n = data.n_periods
    share = np.zeros((len(data.skus), n, n))
    for j in range(len(data.skus)):
        for t in range(n):
            begin = data.deliveries.dock_day[j, t] + tail_day
            until = begin + data.deliveries.life_day[j]
            share[j, t] = data.clock.part(begin, until, first, last)
    return share


def violations(_plan: Plan, _data: ModelData) -> list[str]:
    """Name nothing: lots have dates, which `placement` and `deliveries` hold against each other."""
    return []


CONSTRAINT = Constraint("overlap", ("overlap",), add, violations, structural)
