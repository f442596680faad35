"""Two bars of a tornado taken apart: ``python -m benchmarks.tornado RUN``.

The bar *spread* sets every work to its likely value at once, and so takes away three things:

- works are longer in the mean than they are likely to be, for their ranges are skewed;
- paths meet inside a hall, and the latest of them counts (merge bias);
- halls meet at the date, and the last that is needed counts (merge bias of many halls).

The same futures are simulated with works at their likely value, at their mean, drawn with one luck
for each row whatever the hall, and drawn freely: the steps between are the three parts. Beside them
stand the halls drawn alone, one at a time, all others at their mean.

The bar *crews* gives all trades as many crews as anybody asks for; here each trade alone has them,
and some together (``--together IT,FB,NE``).
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planner import report, simulate, specs, study
from planner.cli import finished
from planner.domain.amount import Form
from planner.domain.result import quantile_min
from planner.network import compile_network
from planner.network.calendars import DAY_MIN
from planner.network.extract import of_site
from planner.simulate.amounts import law_table
from planner.study.places import settled_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from planner.domain.result import BoolArray, FloatArray, IntArray, Result
    from planner.network import Network

GRID = 2001
"""Probabilities over which the mean of a law is taken."""
SHARES = (0.5, 0.8)
HEADER = "P50 d | P80 d | mean d | sd d |\n|---|---|---|---|---|"


def means(network: Network) -> FloatArray:
    """Return the mean work of each activity, shape (A,) [min]."""
    u = np.tile((np.arange(GRID)[:, None] + 0.5) / GRID, len(network.activity))
    drawn: FloatArray = law_table(network.work).quantile(u).mean(axis=0)
    return np.where(network.work.form == Form.FIXED, network.work.b, drawn)


def fixed(network: Network, value: FloatArray, rows: BoolArray) -> Network:
    """Return the network with the work of some activities certain."""
    work = network.work
    at = [np.where(rows, value, x) for x in (work.a, work.b, work.c)]
    form = np.where(rows, int(Form.FIXED), work.form)
    law = dataclasses.replace(work, form=form, a=at[0], b=at[1], c=at[2])
    return dataclasses.replace(network, work=law)


def shared(network: Network) -> Network:
    """Return the network in which a row has the same luck in every hall, its site's works apart.

    Draws are keyed by the names of activities; halls lose theirs here.
    """
    hall = network.activity_hall
    names = tuple(
        f"every-hall/{name.rpartition('/')[2]}" if hall[a] >= 0 else name
        for a, name in enumerate(network.activity)
    )
    return dataclasses.replace(network, activity=names)


def variants(network: Network) -> dict[str, Network]:
    """Return the networks whose steps are the parts of the spread."""
    every = np.ones(len(network.activity), dtype=np.bool_)
    return {
        "likely": fixed(network, network.work.b, every),
        "mean": fixed(network, means(network), every),
        "one luck for a row in every hall": shared(network),
        "drawn freely": network,
    }


def alone(network: Network, hall: int) -> Network:
    """Return the network in which one hall alone is drawn, all else at its mean."""
    return fixed(network, means(network), network.activity_hall != hall)


def unlimited(network: Network, trades: Collection[str]) -> Network:
    """Return the network with as many crews of some trades as are asked for at once at most."""
    asked = np.bincount(
        network.need.column, weights=network.need.units, minlength=len(network.resource)
    ).astype(np.int64)
    mine = np.array(
        [name.rpartition("/")[2] in trades for name in network.resource], dtype=np.bool_
    )
    enough = np.where(mine, np.maximum(network.capacity, asked), network.capacity)
    return dataclasses.replace(network, capacity=enough)


def key_minutes(result: Result, site: str, samples: int) -> Callable[[Network], IntArray]:
    """Return what simulates a network and says when the key date of a run comes, shape (S,)."""
    key = report.key_of(result)
    if key is None:
        raise SystemExit("the run has no date to come")
    plan = result.plan
    plan = plan.replace(lots=tuple(x for x in plan.lots if x.hall.startswith(f"{site}/")))
    seed = result.outcome.seed

    def measure(network: Network) -> IntArray:
        found = simulate.run(network, seed=seed, samples=samples)
        settled = settled_in(result.portfolio, plan, network, found)
        return key.minutes(dataclasses.replace(result, plan=plan, outcome=settled))

    return measure


def row(name: str, minute: IntArray, base: IntArray) -> str:
    """Return a line of a table: days by which a date comes later than another, in pairs of futures.

    The standard error is that of the mean of the differences.
    """
    later = (minute - base) / DAY_MIN
    error = later.std(ddof=1) / np.sqrt(len(later))
    shares = [(quantile_min(minute, x) - quantile_min(base, x)) / DAY_MIN for x in SHARES]
    cells = [*(f"{x:+.0f}" for x in shares), f"{later.mean():+.1f} ± {error:.1f}"]
    return f"| {name} | {' | '.join(cells)} | {minute.std() / DAY_MIN:.0f} |"


def main() -> None:
    """Print both tables for a finished run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("run", type=Path)
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--together", default="", help="trades that have enough together")
    asked = parser.parse_args()
    portfolio = finished.portfolio_of(asked.run, finished.manifest_of(asked.run))
    plan = specs.read_plan(asked.run / finished.PLAN, portfolio)
    asked_for = study.Ask.of(portfolio, samples=20)
    result = study.simulate_plan(portfolio, plan, asked_for, progress=lambda _stage, _share: None)
    key = report.key_of(result)
    if key is None:
        raise SystemExit("the run has no date to come")
    network = of_site(compile_network(portfolio, plan), key.subject)
    measure = key_minutes(result, key.subject, asked.samples)
    print(f"{key}: {asked.samples} futures, seed {result.outcome.seed}\n")
    _spread(network, measure)
    _crews(network, measure, asked.together.split(",") if asked.together else ())


def _spread(network: Network, measure: Callable[[Network], IntArray]) -> None:
    print(f"| works | {HEADER}")
    found = {name: measure(made) for name, made in variants(network).items()}
    for name, minute in found.items():
        print(row(name, minute, found["likely"]), flush=True)
    print(f"\n| drawn alone, all else at its mean | {HEADER}")
    for hall, name in enumerate(network.hall):
        if (network.work.form[network.activity_hall == hall] != Form.FIXED).any():
            print(row(name, measure(alone(network, hall)), found["mean"]), flush=True)


def _crews(
    network: Network, measure: Callable[[Network], IntArray], together: Collection[str]
) -> None:
    used = np.unique(network.need.column)
    trades = sorted({network.resource[r].rpartition("/")[2] for r in used})
    others = [t for t in trades if t not in together]
    base = measure(network)
    print(f"\n| crews without limit | {HEADER}")
    for name, some in (
        ("all", trades),
        *([(", ".join(together), together), ("all others", others)] if together else []),
        *((trade, [trade]) for trade in trades),
    ):
        print(row(name, measure(unlimited(network, some)), base), flush=True)


if __name__ == "__main__":
    main()
