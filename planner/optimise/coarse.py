"""Halls are sought in a smaller model, in which alike pools of all sites share their GPUs.

Which of many alike sites a GPU stands at says little of when halls should be started. So in the
coarse model ``orders``, ``placed`` and ``served`` of alike pools are one column each, and rows that
differ in nothing but the pool are summed. What halls hold and what power carries stay by site, as
``drawn[pool, time]`` MW of GPUs, with ``sum over SKUs of MW x placed <= sum over pools of drawn``.

A sum of rows holds wherever the rows do, so the coarse model is a relaxation: its best is a bound.
Its whole halls keep all rules of halls, and GPUs are then found for them in the whole model. On the
thin portfolios of `benchmarks.solve` the relaxation loses nothing, at a quarter of the time.

It is made from the matrix, and so from whatever the constraints say: a row whose coefficients
differ between pools is left out, which is a looser bound but never a wrong one.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import sparse

from planner.optimise.engine import INF
from planner.optimise.fabric import rules
from planner.optimise.lumping import offer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Engine

POOLED: Final = ("orders", "placed", "served")
"""Decisions that go by SKU, pool and time."""
FEWER: Final = 2
"""Pools to a kind, on the mean, from which the coarse model is worth its making."""
DIGITS: Final = 9
"""Digits to which coefficients of rows that are summed must agree."""
EQUAL: Final = 1e-9


def coarsened(
    engine: Engine, data: ModelData, place: NDArray[np.int64] | None = None
) -> Engine | None:
    """Return the coarse model of an engine's, as its bounds are now; None where it gains little.

    Its columns go by the same names, but those of pools: a number stands for their kind.

    Parameters
    ----------
    place
        Number by option, shape (O,), the same for options of alike groups, whose starts become one
        column by the name of the first.
    """
    kinds: dict[object, int] = {}
    kind = {p.name: kinds.setdefault(offer(data, i), len(kinds)) for i, p in enumerate(data.pools)}
    if rules(data) or data.leaving.ways or len(kind) < FEWER * len(kinds):
        return None
    parts = _by_site(engine, data)
    if parts is None:
        return None
    matrix, drawn, rows = parts
    twins = {} if place is None else _twins(data, place)
    names, at = _places(engine, kind, drawn, twins)
    pooled = np.array([name.startswith(_starts(POOLED)) for name in names])
    twin = np.isin(np.arange(len(names)), at[[engine.column("starts", *name) for name in twins]])
    n_new, members = len(names), np.bincount(at, minlength=len(names))
    share = sparse.csr_array(
        (1.0 / members[at], (np.arange(len(at)), at)), shape=(len(at), n_new)
    )  # fmt: skip
    belongs = sparse.csr_array(
        ((pooled | twin)[at].astype(float), (np.arange(len(at)), at)), shape=(len(at), n_new)
    )  # fmt: skip
    lower, upper = rows
    told = _telling(matrix, pooled[at], twin[at])
    group = _groups(told @ belongs, told, lower, upper)
    total = sparse.csr_array(
        (np.ones(len(group)), (group, np.arange(len(group)))),
        shape=(int(group.max()) + 1, len(group)),
    ) @ matrix  # fmt: skip
    kept = _agree(total, belongs, members)
    n_drawn = len(drawn)
    return copy(engine).become(
        names, sparse.csc_array((total @ share)[kept]),
        _summed(at, np.append(engine.lower, np.zeros(n_drawn)), n_new),
        _summed(at, np.append(engine.upper, np.full(n_drawn, INF)), n_new),
        _summed(group, lower)[kept], _summed(group, upper)[kept],
        np.unique(at[engine.integers]),
    )  # fmt: skip


def _starts(components: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{component}[" for component in components)


def _by_site(
    engine: Engine, data: ModelData
) -> tuple[Any, list[tuple[str, ...]], tuple[FloatArray, FloatArray]] | None:
    """Return rows with what halls and power carry told by ``drawn``, its indices, and their bounds.

    None where a zone's power is not that of its pools: nothing is known of such a row.
    """
    matrix = sparse.csr_array(engine.matrix)
    is_pooled = np.zeros(matrix.shape[1])
    for component in POOLED:
        is_pooled[list(engine.columns_of(component).values())] = 1.0
    only = matrix @ sparse.diags_array(is_pooled)
    rows = {n: r for n, r in engine.rows.items() if n.startswith(_starts(("hall_power",)))}
    drawn = [engine.index_of(name) for name in rows]
    halls, number = list(rows.values()), {index: i for i, index in enumerate(drawn)}
    taken = only[halls]
    ratio = {
        (f"zone_power[{pool.zone_name},{time}]", i): pool.traits.peak_ratio
        for pool in data.pools for time in data.times
        if (i := number.get((pool.name, time))) is not None
    }  # fmt: skip
    zones = [engine.rows[name] for name, _ in ratio]
    weight = sparse.csr_array(
        (list(ratio.values()), (zones, [i for _, i in ratio])), shape=(matrix.shape[0], len(drawn))
    )  # fmt: skip
    told = sorted(set(zones))
    if abs((weight @ taken)[told] - only[told]).max() > EQUAL:
        return None
    stays = np.ones(matrix.shape[0])
    stays[halls] = stays[told] = 0.0
    there = sparse.csr_array((np.ones(len(halls)), (halls, range(len(halls)))), shape=weight.shape)
    made = sparse.vstack([
        sparse.hstack([matrix - sparse.diags_array(1.0 - stays) @ only, there + weight]),
        sparse.hstack([taken, -sparse.eye_array(len(halls))]),
    ]).tocsr()  # fmt: skip
    made.eliminate_zeros()
    bounds = (
        np.append(engine.row_lower[: matrix.shape[0]], np.full(len(halls), -INF)),
        np.append(engine.row_upper[: matrix.shape[0]], np.zeros(len(halls))),
    )
    return made, drawn, bounds


def _twins(data: ModelData, place: NDArray[np.int64]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the options that are part of another, or have others as theirs, with the first."""
    first: dict[int, int] = {}
    for o, number in enumerate(place.tolist()):
        first.setdefault(number, o)
    count = np.bincount(place)
    return {
        data.option_name(o): data.option_name(first[number])
        for o, number in enumerate(place.tolist()) if count[number] > 1
    }  # fmt: skip


def _places(
    engine: Engine, kind: dict[str, int], drawn: list[tuple[str, ...]],
    twins: dict[tuple[str, str], tuple[str, str]],
) -> tuple[dict[str, tuple[str, ...]], NDArray[np.int64]]:  # fmt: skip
    """Return the coarse columns, names with indices, and which of them each column is part of."""
    own: dict[int, tuple[str, ...]] = {}
    called = {column: name for name, column in engine.columns.items()}
    for component in POOLED:
        for (sku, pool, time), column in engine.columns_of(component).items():
            own[column] = (sku, str(kind[pool]), time)
            called[column] = f"{component}[{','.join(own[column])}]"
    for name, first in twins.items():
        column = engine.column("starts", *name)
        own[column], called[column] = first, f"starts[{','.join(first)}]"
    for i, index in enumerate(drawn, len(called)):
        own[i] = index
        called[i] = f"drawn[{','.join(index)}]"
    names: dict[str, int] = {}
    at = np.array([names.setdefault(called[i], len(names)) for i in range(len(called))])
    index_of = {called[i]: own.get(i) or engine.index_of(called[i]) for i in range(len(called))}
    return {name: index_of[name] for name in names}, at


def _telling(matrix: Any, pooled: NDArray[np.bool_], twin: NDArray[np.bool_]) -> Any:
    """Return the entries of each row by which it is told with which others it is summed.

    Those of pools where it has any; the others are of GPUs no matter where, and say their own site.
    """
    entries = sparse.coo_array(matrix)
    rows, columns = entries.coords
    of_pools = np.bincount(rows[pooled[columns]], minlength=matrix.shape[0]) > 0
    kept = pooled[columns] | (twin[columns] & ~of_pools[rows])
    return sparse.csr_array(
        (entries.data[kept], (rows[kept], columns[kept])), shape=matrix.shape
    )  # fmt: skip


def _groups(pooled: Any, told: Any, lower: FloatArray, upper: FloatArray) -> NDArray[np.int64]:
    """Return the group of each row: those of several pools that say the same are one.

    Where a pool has several that say the same, the first of each pool are one group, and so on; the
    first column of a row tells its pool.

    Parameters
    ----------
    pooled, told
        Entries that tell, by kind and by column.
    """
    pooled = sparse.csr_array(pooled)
    pooled.eliminate_zeros()
    pooled.sort_indices()
    told.sort_indices()
    values, ends = np.round(pooled.data, DIGITS), pooled.indptr
    columns, each = told.indices, told.indptr
    numbers: dict[object, int] = {}
    seen: dict[object, int] = {}
    group = np.zeros(len(lower), dtype=np.int64)
    for r in range(len(lower)):
        span = slice(ends[r], ends[r + 1])
        key: object = r
        if ends[r + 1] > ends[r]:
            sides = bool(lower[r] > -INF), bool(upper[r] < INF)
            key = (sides, each[r + 1] - each[r], pooled.indices[span].tobytes(),
                   values[span].tobytes())  # fmt: skip
            first = columns[each[r]]
            again = seen[key, first] = seen.get((key, first), -1) + 1
            key = (key, again)
        group[r] = numbers.setdefault(key, len(numbers))
    return group


def _agree(total: Any, belongs: Any, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sums of rows in which every pool of a kind has the same coefficient.

    By Cauchy and Schwarz, n x the sum of squares is the square of the sum only there.
    """
    sums = sparse.csr_array(total @ belongs)
    squares = sparse.csr_array(total.power(2) @ belongs)
    off = abs(squares @ sparse.diags_array(members.astype(float)) - sums.power(2))
    worst = off.max(axis=1).toarray().ravel()
    size = sums.power(2).max(axis=1).toarray().ravel()
    return np.flatnonzero(worst <= EQUAL * np.maximum(size, EQUAL))


def _summed(group: NDArray[np.int64], values: FloatArray, n: int | None = None) -> FloatArray:
    made = np.zeros(int(group.max()) + 1 if n is None else n)
    np.add.at(made, group, values)
    return np.clip(made, -INF, INF)
