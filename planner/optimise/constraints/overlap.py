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

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, structural
from planner.optimise.variables import GPUS, at_most

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData

INSTANTS = (1 / 3, 2 / 3)
TINY = 1e-9


def add(model: Pyo, data: ModelData) -> None:
    """Add ``overlap[pool, period, instant, order]``, order being which of the two comes first."""
    model.overlap = pyo.ConstraintList()
    shares: dict[tuple[float, float, float], FloatArray] = {}  # pools of one tail have the same
    for p, pool in enumerate(data.pools):
        skus = [(j, sku) for j, sku in enumerate(data.skus) if data.deliveries.fits[j, p]]
        for s in INSTANTS:
            halls = [_halls(data, p, 0.0, s), _halls(data, p, s, 1.0)]
            gpus = []
            for part in ((0.0, s), (s, 1.0)):
                key = (pool.rack_tail_day, *part)
                if key not in shares:
                    shares[key] = _gpus(data, *key)
                gpus.append(shares[key])
            for t in range(data.n_periods):
                placed = [
                    (data.gpu_mw[j] * GPUS, model.placed[sku, pool.name, data.labels[t]])
                    for j, sku in skus
                    if (sku, pool.name, data.labels[t]) in model.placed
                ]
                if placed and _ramps(halls, t):
                    for early in (0, 1):
                        span = (s, 1.0 - s) if early == 0 else (1.0 - s, s)
                        part = (s, 1.0) if early == 0 else (0.0, s)
                        stays, moved = _loose(model, data, p, t, part)
                        offered = (halls[early][0], halls[early][1] + stays)
                        _add_row(model, data, p, t, [*placed, *moved], offered, gpus[1 - early],
                                 span)  # fmt: skip


def _ramps(halls: list[tuple[FloatArray, FloatArray]], period: int) -> bool:
    """Return whether halls can come into service inside a period, before or after its instant."""
    (early, there), (late, then) = halls
    return bool(
        (early[:, period] != late[:, period]).any() or abs(there[period] - then[period]) > TINY
    )


def _add_row(
    model: Pyo, data: ModelData, pool: int, period: int, placed: list[tuple[float, Pyo]],
    halls: tuple[FloatArray, FloatArray], gpus: FloatArray, spans: tuple[float, float],
) -> None:  # fmt: skip
    """Add a row: what serves all of the period by its parts, the rest start by start.

    Parameters
    ----------
    spans
        Parts of the period in which halls and in which GPUs count.
    """
    (per_option, there), (of_halls, of_gpus) = halls, spans
    name, label, terms = data.pools[pool].name, data.labels[period], []
    here = data.options_of_pool(pool)
    own = per_option[:, period]
    if (name, label) in model.offered:
        terms.append((-of_halls, model.offered[name, label]))
        own = own - of_halls * data.option_mw[here, period]
    terms += [
        (-float(own[i]), model.starts[data.option_name(here[i])])
        for i in np.flatnonzero(np.abs(own) > TINY).tolist()
    ]
    for j, sku in enumerate(data.skus):
        unit, own = float(data.gpu_mw[j]) * GPUS, gpus[j, :, period]
        if (sku, name, label) in model.served:
            terms.append((-unit * of_gpus, model.served[sku, name, label]))
            own = own - of_gpus * data.deliveries.present[j, pool, :, period]
        terms += [
            (-unit * float(own[t]), model.orders[sku, name, data.labels[t]])
            for t in np.flatnonzero(np.abs(own) > TINY)
            if (sku, name, data.labels[t]) in model.orders
        ]
    row = at_most(model, [*placed, *terms], float(there[period]))
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
    offered = np.zeros((len(here), data.n_periods))
    for i, o in enumerate(here):
        option = data.options[o]
        for day, mw in zip(option.service_day, option.block_mw, strict=True):
            offered[i] += mw * data.clock.part(day, np.inf, first, last)
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
