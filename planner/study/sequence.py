"""The sequencing step: an order of work under the crews, kept only where it makes dates earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import quantile_min
from planner.network import compile_network
from planner.network.level import named_arcs, sequence
from planner.simulate import run as simulate

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network import Network, Tables
    from planner.study.ask import Ask


def sequenced(portfolio: Portfolio, plan: Plan, ask: Ask, tables: Tables) -> Plan:
    """Return the plan with resource-flow arcs where they bring blocks into service earlier.

    Both orders are simulated in the same futures, which the verification does not use; the
    megawatt-weighted mean of the blocks' dates at the portfolio's confidence decides.
    """
    greedy = plan.replace(arcs=())
    network = compile_network(portfolio, greedy, tables=tables)
    arcs = named_arcs(network, sequence(network, iterations=ask.level, seed=ask.seed))
    if not arcs:
        return greedy
    levelled = plan.replace(arcs=arcs)
    better = _mean_ready(portfolio, compile_network(portfolio, levelled, tables=tables), ask)
    return levelled if better < _mean_ready(portfolio, network, ask) else greedy


def _mean_ready(portfolio: Portfolio, network: Network, ask: Ask) -> float:
    outcome = simulate(network, seed=ask.seed, samples=ask.trial_samples)
    at = quantile_min(outcome.ready_min, portfolio.spec.confidence.likely)
    return float(np.average(at, weights=network.block_mw))
