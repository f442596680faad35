"""Draws: every chance of a block of samples, made before any engine runs.

Both engines consume the same `Draws`; what they do with them holds no chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import scipy

from planner.simulate.amounts import Streams, law_table, minutes
from planner.simulate.damage import Repairs, repairs
from planner.simulate.sobol import Sobol
from planner.simulate.streams import stream_keys, uniforms
from planner.simulate.weather import Block, LostDays, Storms, skies, storms

if TYPE_CHECKING:
    from planner.domain.result import Method
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network

TINY: Final = 1e-12
"""Distance that a probability keeps from 0 and 1, where quantiles may be infinite."""


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
    lost
        Days without outdoor work.
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
    lost: LostDays
    storms: Storms
    repairs: Repairs

    @property
    def samples(self) -> int:
        """Number of samples in the block."""
        return int(self.work_min.shape[0])

    @property
    def is_lost(self) -> BoolArray:
        """Days without outdoor work, all of them, shape (S, N, D)."""
        return self.lost.until(self.lost.days)


class Late(NamedTuple):
    """What gates and units of equipment take beyond their dates, drivers apart.

    Parameters
    ----------
    slip, lead
        Minutes, shape (S, G) and (S, U).
    """

    slip: FloatArray
    lead: FloatArray


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
        ``latin``, ``plain`` Monte Carlo, or ``sobol``: drivers and events, which many activities
        share, on a Sobol sequence, in the order of their declaration; all else as with ``latin``.
    """

    def __init__(
        self, network: Network, *, seed: int, samples: int, method: Method = "latin"
    ) -> None:
        self.network = network
        self.samples = samples
        self._total = 0 if method == "plain" else samples
        self._work = Streams(network.work, seed, [f"work/{n}" for n in network.activity])
        self._lead = Streams(network.unit_lead, seed, [f"lead/{n}" for n in network.unit_name])
        self._slip = Streams(network.gate_slip, seed, [f"slip/{n}" for n in network.gate_name])
        self._driver_law = law_table(network.driver_law)
        self._driver_key = stream_keys(seed, [f"driver/{n}" for n in network.driver_name])
        is_sobol = method == "sobol" and len(network.driver_name) > 0
        self._sobol = Sobol(self._driver_key, samples) if is_sobol else None
        self._seed, self._skies = seed, skies(network)

    def draw(self, first: int, count: int) -> Draws:
        """Return the draws of samples `first` to `first + count`."""
        network, block = self.network, (first, count, self._total)
        factor = self._drivers(first, count)
        acting = np.where(network.driver_is_event, 1.0, factor)
        work = minutes(
            self._work.draw(*block), network.work_driver, acting, is_parallel=network.is_parallel
        )
        gate, unit = _dates(network, self._late(block), factor)
        sky = Block(self._seed, first, count, self._total)
        blown = storms(network, sky, self._skies)
        return Draws(
            first,
            work_min=work,
            gate_min=gate,
            unit_min=unit,
            driver_factor=factor,
            lost=LostDays.of(network, sky, self._skies),
            storms=blown,
            repairs=repairs(network, blown.site, blown.gust_mph),
        )

    def late(self, draws: Draws) -> Late:
        """Return what gates and units of some draws take beyond their dates."""
        return self._late((draws.first, draws.samples, self._total))

    def _late(self, block: tuple[int, int, int]) -> Late:
        return Late(self._slip.draw(*block), self._lead.draw(*block))

    def _drivers(self, first: int, count: int) -> FloatArray:
        """Return factors and delays, shape (S, V).

        One number a driver says whether it acts (below its probability) and, stretched back to
        0..1, how strongly, so that both stay stratified.
        """
        chance = self.network.driver_probability
        if self._sobol is not None:
            u = self._sobol.draw(first, count)
        else:
            u = uniforms(self._driver_key, first, count, self._total)
        u = _mixed(u, self.network.driver_mix, chance)
        acts = u < chance
        strength = np.where(acts, u / np.where(chance > 0, chance, 1.0), 0.5)
        drawn = self._driver_law.quantile(strength)
        return np.where(acts, drawn, np.where(self.network.driver_is_event, 0.0, 1.0))


def dated(network: Network, draws: Draws, late: Late) -> Draws:
    """Return the draws of a network that differs in dates of gates and orders alone.

    The same as its own sampler would draw.

    Parameters
    ----------
    late
        Of these draws, from `Sampler.late`.
    """
    gate, unit = _dates(network, late, draws.driver_factor)
    return replace(draws, gate_min=gate, unit_min=unit)


def _dates(network: Network, late: Late, factor: FloatArray) -> tuple[IntArray, IntArray]:
    """Return when gates open and units arrive, shape (S, G) and (S, U)."""
    acting = np.where(network.driver_is_event, 1.0, factor)
    delay = np.where(network.driver_is_event, factor, 0.0)
    gate = minutes(
        late.slip, network.gate_driver, acting, network.gate_base_min, network.gate_event, delay
    )
    return gate, minutes(late.lead, network.unit_driver, acting, network.unit_order_min)


def _mixed(u: FloatArray, mix: FloatArray | None, chance: FloatArray) -> FloatArray:
    """Return numbers of drivers correlated through normal variables, each uniform as before.

    High numbers go together. Below its chance a driver acts, so the numbers of one that may not act
    are turned round first: the highest are those of acting strongly, the lowest of not acting.
    """
    if mix is None:
        return u
    tied = np.flatnonzero(np.abs(mix @ mix.T - np.eye(len(mix))).max(axis=1) > TINY)
    normal = scipy.special.ndtri(u) @ mix.T
    moved = np.clip(scipy.special.ndtr(normal)[:, tied], TINY, 1.0 - TINY)
    idle = 1.0 - chance[tied]
    out = u.copy()
    out[:, tied] = np.where(moved >= idle, moved - idle, moved + chance[tied])
    return np.clip(out, TINY, 1.0 - TINY)
