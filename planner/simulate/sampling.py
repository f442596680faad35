"""Draws: every chance of a block of samples, made before any engine runs.

Both engines consume the same `Draws`; what they do with them holds no chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from planner.capacity.laws import LawTable, prepare
from planner.domain.amount import Form
from planner.domain.result import NEVER
from planner.simulate.damage import Repairs, repairs
from planner.simulate.streams import stream_keys, uniforms
from planner.simulate.weather import Block, Storms, lost_days, storms

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, Csr, FloatArray, IntArray, Laws, Network

Method = Literal["latin", "plain"]


@dataclass(frozen=True)
class Draws:
    """The chances of a block of samples.

    Parameters
    ----------
    first
        Global index of the first sample of the block.
    work_min
        Working minutes of each activity, shape (S, A).
    gate_min
        When gates open, shape (S, G); `NEVER` at the latest.
    unit_min
        When units of equipment arrive, shape (S, U).
    driver_factor
        Factor of each driver (1 where it does not act) or minutes of each event (0 where it does
        not happen), shape (S, V).
    is_lost
        Days without outdoor work, shape (S, N, D).
    storms
        Storms of each sample.
    repairs
        What each of them would do to each hall.
    """

    first: int
    work_min: IntArray
    gate_min: IntArray
    unit_min: IntArray
    driver_factor: FloatArray
    is_lost: BoolArray
    storms: Storms
    repairs: Repairs

    @property
    def samples(self) -> int:
        """Number of samples in the block."""
        return int(self.work_min.shape[0])


class Sampler:
    """Draws the chances of a network, block by block.

    Parameters
    ----------
    network
        What is drawn for; its stable names key the streams.
    seed
        Seed of all streams.
    samples
        Samples of the whole run, over which Latin hypercube streams are stratified.
    method
        ``latin`` or ``plain`` Monte Carlo.
    """

    def __init__(
        self, network: Network, *, seed: int, samples: int, method: Method = "latin"
    ) -> None:
        self.network = network
        self.samples = samples
        self._total = samples if method == "latin" else 0
        self._work = _Streams(network.work, seed, [f"work/{n}" for n in network.activity])
        self._lead = _Streams(network.unit_lead, seed, [f"lead/{n}" for n in network.unit_name])
        self._slip = _Streams(network.gate_slip, seed, [f"slip/{n}" for n in network.gate_name])
        self._driver_law = _prepared(network.driver_law)
        self._driver_key = stream_keys(seed, [f"driver/{n}" for n in network.driver_name])
        self._seed = seed

    def draw(self, first: int, count: int) -> Draws:
        """Return the draws of samples `first` to `first + count`."""
        network, block = self.network, (first, count, self._total)
        factor = self._drivers(first, count)
        acting = np.where(network.driver_is_event, 1.0, factor)
        delay = np.where(network.driver_is_event, factor, 0.0)
        work = _multiply(self._work.draw(*block), network.work_driver, acting)
        lead = _multiply(self._lead.draw(*block), network.unit_driver, acting)
        slip = _multiply(self._slip.draw(*block), network.gate_driver, acting)
        slip = _add(slip, network.gate_event, delay)
        sky = Block(self._seed, first, count, self._total)
        blown = storms(network, sky)
        return Draws(
            first,
            work_min=_minutes(work),
            gate_min=_minutes(network.gate_base_min + slip),
            unit_min=_minutes(network.unit_order_min + lead),
            driver_factor=factor,
            is_lost=lost_days(network, sky),
            storms=blown,
            repairs=repairs(network, blown.site, blown.gust_mph),
        )

    def _drivers(self, first: int, count: int) -> FloatArray:
        """Return factors and delays, shape (S, V).

        One number a driver says whether it acts (below its probability) and, stretched back to
        0..1, how strongly, so that both stay stratified.
        """
        chance = self.network.driver_probability
        u = uniforms(self._driver_key, first, count, self._total)
        acts = u < chance
        strength = np.where(acts, u / np.where(chance > 0, chance, 1.0), 0.5)
        drawn = self._driver_law.quantile(strength)
        return np.where(acts, drawn, np.where(self.network.driver_is_event, 0.0, 1.0))


class _Streams:
    """Streams of n laws; certain laws take none."""

    def __init__(self, laws: Laws, seed: int, names: list[str]) -> None:
        self.value = laws.b
        self.rows = np.flatnonzero(laws.form != Form.FIXED)
        self.laws = _prepared(laws, self.rows)
        self.key = stream_keys(seed, [names[i] for i in self.rows])

    def draw(self, first: int, count: int, total: int) -> FloatArray:
        """Return a block of amounts, shape (S, n)."""
        drawn = np.repeat(self.value[None].astype(np.float64), count, axis=0)
        drawn[:, self.rows] = self.laws.quantile(uniforms(self.key, first, count, total))
        return drawn


def _prepared(laws: Laws, rows: IntArray | slice = slice(None)) -> LawTable:
    return prepare(laws.form[rows], laws.a[rows], laws.b[rows], laws.c[rows])


def _multiply(value: FloatArray, drivers: Csr, factor: FloatArray) -> FloatArray:
    """Multiply columns of `value` (S, n) by the factors (S, V) of their drivers, in place."""
    for rows, columns in _layers(drivers):
        value[:, rows] *= factor[:, columns]
    return value


def _add(value: FloatArray, events: Csr, delay: FloatArray) -> FloatArray:
    """Add to columns of `value` (S, n) the delays (S, V) of their events, in place."""
    for rows, columns in _layers(events):
        value[:, rows] += delay[:, columns]
    return value


def _layers(table: Csr) -> list[tuple[IntArray, IntArray]]:
    """Return (rows, columns) of the first entries of all rows, then of the second ones, ..."""
    length = np.diff(table.pointer)
    layers = []
    for position in range(int(length.max(initial=0))):
        rows = np.flatnonzero(length > position)
        layers.append((rows, table.column[table.pointer[rows] + position]))
    return layers


def _minutes(value: FloatArray) -> IntArray:
    """Return whole minutes from 0 to `NEVER`."""
    minutes: IntArray = np.clip(np.rint(value), 0, NEVER).astype(np.int64)
    return minutes
