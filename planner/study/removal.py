"""Removal: the same futures run again without one cause, and what is gained.

Common random numbers: streams are keyed by name, so that every other draw of a future stays what it
was. A driver is removed by its likely factor (no factor where it acts only sometimes), an event by
never happening, a tranche by coming on its contract date, a delivery and equipment by their likely
lead time, storms and weather by none, crews by as many as anybody asks for, and the spread of
durations by their likely values.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.amount import Form
from planner.domain.result import NEVER, quantile_min
from planner.domain.review import CURVE, Removal
from planner.network.calendars import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import BoolArray, IntArray
    from planner.network import Laws, Network

SAMPLES: Final = 128
"""Futures behind a removal: paired, so that few tell much."""
FEWEST: Final = 2
BAND: Final = tuple(x / 100 for x in range(-5, 6))
"""Percentiles on either side that a percentile is averaged over."""


@dataclass(frozen=True)
class Cause:
    """A cause of lateness, and the network without it."""

    name: str
    title: str
    kind: str
    without: Network


def causes(portfolio: Portfolio, network: Network, site: str = "") -> tuple[Cause, ...]:
    """Return every cause that can act in a network; on one of its sites where that is given.

    Sites share drivers and nothing else, so that the gates of another site move no date of this.
    """
    gates = _gates_at(network, site)
    return (
        *_drivers(portfolio, network, gates),
        *_tranches(portfolio, network, gates),
        *_deliveries(portfolio, network, gates),
        *_equipment(network),
        *_sky(network),
        *_crews(network),
        *_spread(network),
    )


def removals(
    found: tuple[Cause, ...],
    network: Network,
    measure: Callable[[Network], IntArray],
    progress: Callable[[str, float], None] | None = None,
) -> tuple[Removal, ...]:
    """Return what each cause costs a milestone, the largest gain of P80 first, then by name.

    Parameters
    ----------
    measure
        Minute of the milestone in each future of a network, shape (S,), always of the same futures.
    """
    base = measure(network)
    made = []
    for done, cause in enumerate(found):
        made.append(_gain(cause, base, measure(cause.without)))
        if progress is not None:
            progress("removals", (done + 1) / len(found))
    return tuple(sorted(made, key=_order))


def _order(removal: Removal) -> tuple[float, str]:
    """Return the place of a removal: by gain of P80, those without one last."""
    gain = removal.p80_day
    return (-round(gain, 3) if np.isfinite(gain) else float("inf")), removal.name


def _gain(cause: Cause, base: IntArray, without: IntArray) -> Removal:
    both = (base < NEVER) & (without < NEVER)
    gained = (base[both] - without[both]) / DAY_MIN
    error = float(gained.std(ddof=1) / np.sqrt(len(gained))) if len(gained) >= FEWEST else 0.0
    return Removal(
        cause.name, cause.title, cause.kind,
        p50_day=_earlier(base, without, 0.5), p80_day=_earlier(base, without, 0.8),
        mean_day=float(gained.mean()) if len(gained) else 0.0, error_day=error,
        curve_day=_curve(without),
    )  # fmt: skip


def _curve(minute: IntArray) -> tuple[float, ...]:
    """Return the days at `CURVE`, nothing where the last of them does not come."""
    found = [int(quantile_min(minute, share)) for share in CURVE]
    return () if max(found) >= NEVER else tuple(m / DAY_MIN for m in found)


def _earlier(base: IntArray, without: IntArray, share: float) -> float:
    """Return days by which a percentile comes earlier; NaN where either does not come.

    The mean over the percentiles within `BAND` of it: of a hundred futures a single one would jump
    by the gap to its neighbour, by the same days for every cause.
    """
    first, second = _around(base, share), _around(without, share)
    return float("nan") if max(first, second) >= NEVER else (first - second) / DAY_MIN


def _around(minute: IntArray, share: float) -> float:
    """Return the mean minute of the percentiles around one; `NEVER` where any does not come."""
    found = np.array([int(quantile_min(minute, share + x)) for x in BAND])
    return float(NEVER) if found.max() >= NEVER else float(found.mean())


def _gates_at(network: Network, site: str) -> set[int]:
    """Return the gates that some activity of a site waits for; of all sites where none is given."""
    owner = np.repeat(np.arange(len(network.activity)), np.diff(network.gate.pointer))
    at = network.gate.column
    if site:
        at = at[network.activity_site[owner] == network.site.index(site)]
    return set(at.tolist())


def _drivers(portfolio: Portfolio, network: Network, gates: set[int]) -> Iterator[Cause]:
    """Yield drivers that multiply something, and events, all sites of one together."""
    risk = portfolio.spec.risk
    tables = (network.work_driver, network.unit_driver, network.gate_driver)
    used = {int(v) for table in tables for v in np.unique(table.column)}
    hit = network.gate_event
    used |= {int(v) for g in gates for v in hit.column[hit.pointer[g] : hit.pointer[g + 1]]}
    rows: dict[str, list[int]] = {}
    for v, name in enumerate(network.driver_name):
        if v in used:
            rows.setdefault(name if name in risk.drivers else name.partition("/")[0], []).append(v)
    for name, own in rows.items():
        mask = np.isin(np.arange(len(network.driver_name)), own)
        if name in risk.drivers:
            title, kind = risk.drivers[name].title, "driver"
            is_sure = mask & (network.driver_probability >= 1)
        else:
            event = risk.events.get(name)
            title, kind = event.title if event else name, "event"
            is_sure = np.zeros(len(mask), dtype=np.bool_)
        chance = np.where(mask & ~is_sure, 0.0, network.driver_probability)
        law = _certain(network.driver_law, is_sure)
        without = dataclasses.replace(network, driver_probability=chance, driver_law=law)
        yield Cause(name, title, kind, without)


def _tranches(portfolio: Portfolio, network: Network, gates: set[int]) -> Iterator[Cause]:
    for name, gate in zip(network.tranche, network.tranche_gate.tolist(), strict=True):
        if gate in gates and _varies(network.gate_slip, gate):
            site, _, key = name.partition("/")
            mask = np.arange(len(network.gate_name)) == gate
            law = _certain(network.gate_slip, mask, value=0.0)
            title = f"{portfolio.sites[site].tranches[key].title} late"
            yield Cause(f"tranche/{name}", title, "tranche",
                        dataclasses.replace(network, gate_slip=law))  # fmt: skip


def _deliveries(portfolio: Portfolio, network: Network, gates: set[int]) -> Iterator[Cause]:
    """Yield SKUs, all purchases of one together: gates ``dock/SITE/SKU/PERIOD``."""
    skus = portfolio.catalog.accelerators
    of_sku: dict[str, list[int]] = {}
    for gate, name in enumerate(network.gate_name):
        parts = name.split("/")
        if parts[0] == "dock" and gate in gates:
            sku = next((p for p in parts[1:] if p in skus), "")
            of_sku.setdefault(sku, []).append(gate)
    for sku, own in of_sku.items():
        mask = np.isin(np.arange(len(network.gate_name)), own)
        law = _certain(network.gate_slip, mask)
        yield Cause(f"delivery/{sku}", f"{sku} delivered late", "delivery",
                    dataclasses.replace(network, gate_slip=law))  # fmt: skip


def _equipment(network: Network) -> Iterator[Cause]:
    if len(network.unit_pool):
        law = _certain(network.unit_lead, np.ones(len(network.unit_pool), dtype=np.bool_))
        yield Cause("equipment", "Long-lead equipment late", "equipment",
                    dataclasses.replace(network, unit_lead=law))  # fmt: skip


def _sky(network: Network) -> Iterator[Cause]:
    if not len(network.storm_rate.b):
        return
    if network.storm_rate.b.any():
        yield Cause("storms", "Storms", "storms", without_storms(network))
    days = _certain(network.lost_day, np.ones(len(network.lost_day.b), dtype=np.bool_), value=0.0)
    yield Cause("weather", "Days lost to weather", "weather",
                dataclasses.replace(network, lost_day=days))  # fmt: skip


def without_storms(network: Network) -> Network:
    """Return the network in a world without storms, all else drawn as before."""
    every = np.ones(len(network.storm_rate.b), dtype=np.bool_)
    return dataclasses.replace(network, storm_rate=_certain(network.storm_rate, every, value=0.0))


def _crews(network: Network) -> Iterator[Cause]:
    if len(network.resource):
        asked = np.bincount(
            network.need.column, weights=network.need.units, minlength=len(network.resource)
        )
        enough = np.maximum(network.capacity, asked.astype(np.int64))
        yield Cause("crews", "Waiting for crews", "crews",
                    dataclasses.replace(network, capacity=enough))  # fmt: skip


def _spread(network: Network) -> Iterator[Cause]:
    law = _certain(network.work, np.ones(len(network.activity), dtype=np.bool_))
    yield Cause("spread", "Spread of the activities' own work", "spread",
                dataclasses.replace(network, work=law))  # fmt: skip


def _varies(laws: Laws, row: int) -> bool:
    return bool(laws.form[row] != Form.FIXED or laws.b[row])


def _certain(laws: Laws, mask: BoolArray, value: float | None = None) -> Laws:
    """Return laws with some of them certain: at their likely value, or at one given."""
    likely = np.where(mask, laws.b if value is None else value, laws.b)
    return dataclasses.replace(
        laws,
        form=np.where(mask, int(Form.FIXED), laws.form),
        a=np.where(mask, likely, laws.a),
        b=likely,
        c=np.where(mask, likely, laws.c),
    )


def opened(network: Network, gate: int, minute: int) -> Cause:
    """Return a gate as a cause: without it, it is open from a minute on."""
    mask = np.arange(len(network.gate_name)) == gate
    name = network.gate_name[gate]
    without = dataclasses.replace(
        network,
        gate_base_min=np.where(mask, np.minimum(network.gate_base_min, minute),
                               network.gate_base_min),
        gate_slip=_certain(network.gate_slip, mask, value=0.0),
    )  # fmt: skip
    return Cause(name, f"{name} open from the data date", "gate", without)


def all_stocked(network: Network, minute: int) -> Network:
    """Return the network with all equipment there from a minute on."""
    every = np.ones(len(network.unit_pool), dtype=np.bool_)
    lead = _certain(network.unit_lead, every, value=0.0)
    order = np.minimum(network.unit_order_min, minute)
    return dataclasses.replace(network, unit_order_min=order, unit_lead=lead)


def stocked(network: Network, pool: int, minute: int) -> Cause:
    """Return a pool of equipment as a cause: without it, all its units are there from a minute."""
    mask = network.unit_pool == pool
    name = network.pool[pool]
    without = dataclasses.replace(
        network,
        unit_order_min=np.where(mask, minute, network.unit_order_min),
        unit_lead=_certain(network.unit_lead, mask, value=0.0),
    )
    return Cause(name, f"{name} all there at the data date", "equipment", without)
