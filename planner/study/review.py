"""A run looked at as a scheduler would: criticality, crews, spend, removals and float paths."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner import interrupts, simulate
from planner.domain.review import Review
from planner.network import compile_network, deterministic
from planner.network.extract import of_site
from planner.network.paths import float_paths
from planner.report import key_of
from planner.simulate.review import look
from planner.study.places import settled_in
from planner.study.removal import SAMPLES, causes, removals
from planner.study.run import interrupted

if TYPE_CHECKING:
    from planner.domain.result import IntArray, Progress, Result
    from planner.domain.review import FloatPath, Removal
    from planner.network import Deterministic, Network
    from planner.report import Key

PATHS = 3


def reviewed(result: Result, progress: Progress) -> Result:
    """Return the run with its review; the futures are those that verified its plan."""
    outcome = result.outcome
    network = network_of(result)
    seen = outcome.look or look(
        network, seed=outcome.seed, samples=outcome.samples, method=outcome.method
    )
    key = key_of(result)
    try:
        removed = key_removals(result, network, key, progress) if key else ()
    except KeyboardInterrupt:
        if result.plan.status is None:
            raise
        interrupts.taken()  # the plan is done, and is kept
        result, removed = interrupted(result), ()
    review = Review(
        criticality=seen.criticality,
        usage=seen.usage,
        spend=seen.spend,
        milestone=str(key or ""),
        removals=removed,
        removal_samples=min(SAMPLES, outcome.samples),
        paths=hall_paths(network, deterministic(network)),
    )
    return replace(result, review=review)


def network_of(result: Result) -> Network:
    """Return the network that a run simulated."""
    return compile_network(result.portfolio, result.plan)


def key_removals(
    result: Result, network: Network, key: Key, progress: Progress
) -> tuple[Removal, ...]:
    """Return what each cause costs the key date of a run."""
    portfolio, outcome, plan = result.portfolio, result.outcome, result.plan
    samples = min(SAMPLES, outcome.samples)
    site = key.subject if key.subject in network.site else ""
    if site:  # the rest of the portfolio moves no date of a site
        network = of_site(network, site)
        plan = plan.replace(lots=tuple(x for x in plan.lots if x.hall.startswith(f"{site}/")))

    def measure(changed: Network) -> IntArray:
        again = simulate.run(changed, seed=outcome.seed, samples=samples, method=outcome.method)
        settled = settled_in(portfolio, plan, changed, again)
        return key.minutes(replace(result, plan=plan, outcome=settled))

    return removals(causes(portfolio, network, site), network, measure, progress)


def hall_paths(network: Network, found: Deterministic) -> tuple[FloatPath, ...]:
    """Return the float paths to ready for service of the first hall of each site to be built."""
    made: list[FloatPath] = []
    seen: set[int] = set()
    lots = zip(network.lot_block.tolist(), network.lot_service.tolist(), strict=True)
    of_hall: dict[int, int] = {}
    for block, service in lots:
        hall = int(network.block_hall[block])
        if service >= 0 and network.hall_closes[hall] >= 0:
            of_hall.setdefault(hall, service)
    for hall in np.argsort([int(found.finish_min[s]) for s in of_hall.values()], kind="stable"):
        service = list(of_hall.values())[int(hall)]
        site = int(network.activity_site[service])
        if site not in seen:
            seen.add(site)
            made += float_paths(found, service, PATHS)
    return tuple(made)
