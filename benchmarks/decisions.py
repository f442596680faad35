"""Rules of thumb and the optimised plan in the same futures: ``python -m benchmarks.decisions``.

Every policy of `planner.study.policies` and the optimised plan are simulated on one seed: compute
per researcher, GW-months, spend, date of the first capacity. Generated portfolios are First Light
with its land, power, cash, prices, crews and dates changed by a seeded draw. Beside them stands
wait-and-see: for a few single futures, a plan made with the readiness of that future known, played
in it; the optimised plan played in the same futures is some per cent below.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner import optimise, specs, study
from planner.errors import PlannerError
from planner.network import build_tables
from planner.report import measures_of
from planner.study.policies import POLICIES, planned
from planner.study.trials import ready

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Result

OPTIMISED = "optimised"
SHIPPED = ("first-light", "meta-2025")
WORST = "H100e a researcher and weight, worst team"
"""What the first objective raises, and so what a plan is judged by."""
EQUAL = 0.002
"""Relative difference below which two plans are equal."""


@dataclass(frozen=True)
class Played:
    """What the plans of a portfolio come to: measure -> plan -> mean over futures.

    Parameters
    ----------
    best
        Whether the optimised plan has the most compute a head of the worst team, or as much.
    below_known
        How far it is below plans made with each single future known; NaN where not measured.
    """

    name: str
    figures: dict[str, dict[str, float]]
    larger: dict[str, bool]
    failed: dict[str, str]
    below_known: float


def generated(number: int) -> Portfolio:
    """Return a portfolio drawn by a number: First Light in other circumstances."""
    draw = np.random.default_rng(1000 + number)
    cash = draw.uniform(0.5, 1.8)
    firm = int(draw.choice([60, 80, 100, 140]))
    month = int(draw.integers(1, 13))
    heads = int(draw.integers(10, 60))
    settings = (
        f"finance.operating_cash_flow.0.cash_flow={380 * cash:.0f} MUSD",
        f"finance.operating_cash_flow.1.cash_flow={480 * cash * draw.uniform(0.8, 1.4):.0f} MUSD",
        f"finance.opening_cash={draw.uniform(300, 2000):.0f} MUSD",
        f"site.lakeside.tranches.grid.nameplate={firm} MW",
        f"site.lakeside.tranches.grid.firm={firm} MW",
        f"site.lakeside.tranches.grid.energised=2026-{month:02d}-01",
        f"site.lakeside.tranches.gas.energised={2026 + int(draw.integers(1, 3))}-07-01",
        f"site.lakeside.groups.halls.count={int(draw.integers(2, 7))}",
        f"site.lakeside.groups.halls.starts_per_period={int(draw.integers(1, 4))}",
        f"site.lakeside.land={int(draw.integers(60, 200))} acre",
        f"teams.applied.researchers.0.researchers={heads}",
        f"teams.frontier.weight={draw.uniform(1, 6):.2f}",
        f"products.assistant.growth={draw.uniform(0, 60):.0f} %",
        f"catalog.modes.tent.hall_cost={draw.uniform(6, 14):.1f} MUSD/MW",
        f"catalog.modes.concrete.hall_cost={draw.uniform(9, 15):.1f} MUSD/MW",
    )
    return specs.load("first-light", overrides=settings)


def play(name: str, portfolio: Portfolio, samples: int, known: int) -> Played:
    """Plan a portfolio by every policy and by the optimiser, and play all in the same futures."""
    ask = study.Ask.of(portfolio, samples=samples)
    tables = build_tables(portfolio)
    readiness = ready(portfolio, ask, tables, _quiet).readiness
    results: dict[str, Result] = {}
    failed: dict[str, str] = {}
    try:
        results[OPTIMISED] = study.run(portfolio, ask, _quiet)
    except PlannerError as error:
        failed[OPTIMISED] = str(error).splitlines()[0]
    for policy in POLICIES.values():
        plan = planned(portfolio, readiness, policy)
        results[policy.name] = study.simulate_plan(portfolio, plan, ask, _quiet)
    if OPTIMISED in results:
        seed = study.Ask.of(portfolio, seed=ask.seed).verification_seed(1)
        plan = results[OPTIMISED].plan
        results[OPTIMISED] = study.proved_again(
            portfolio, plan, study.Basis(), seed=seed, samples=samples, run_seed=ask.seed,
            number=1, rounds=1, progress=_quiet,
        )  # fmt: skip
    figures: dict[str, dict[str, float]] = {}
    larger: dict[str, bool] = {}
    for label, result in results.items():
        figures.setdefault(WORST, {})[label] = worst_team(portfolio, result)
        for measure in measures_of(result):
            values = measure.values[""]
            mean = float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
            figures.setdefault(f"{measure.name} [{measure.unit}]", {})[label] = mean
            larger[f"{measure.name} [{measure.unit}]"] = measure.is_larger_better
    below = _below_known(portfolio, results[OPTIMISED], known) if OPTIMISED in results else np.nan
    return Played(name, figures, larger, failed, below)


def worst_team(portfolio: Portfolio, result: Result) -> float:
    """Return mean compute per researcher and weight of the worst team over the futures."""
    values = [
        float(measure.values[""].mean()) / team.weight
        for measure, team in zip(
            [m for m in measures_of(result) if m.name.startswith("H100e per researcher")],
            portfolio.spec.teams.values(), strict=True,
        )
    ]  # fmt: skip
    return min(values)


def _below_known(portfolio: Portfolio, chosen: Result, known: int) -> float:
    """Return how far the plan is below wait-and-see, as a mean over single futures."""
    shares = []
    tables = build_tables(portfolio)
    for future in range(known):
        seed = 7000 + future
        alone = study.Ask(seed=seed, samples=1, trial_samples=1)
        readiness = ready(portfolio, alone, tables, _quiet).readiness
        try:
            plan = optimise.solve(portfolio, readiness, seed=seed)
        except PlannerError:
            continue  # nothing can be had in that future that keeps the floors
        best = _in_future(portfolio, plan, seed)
        mine = _in_future(portfolio, chosen.plan, seed)
        if best > 0:
            shares.append(1 - mine / best)
    return float(np.mean(shares)) if shares else float("nan")


def _in_future(portfolio: Portfolio, plan: object, seed: int) -> float:
    result = study.proved_again(
        portfolio, plan, study.Basis(), seed=seed, samples=1, run_seed=seed, number=1, rounds=1,  # type: ignore[arg-type]
        progress=_quiet,
    )  # fmt: skip
    return worst_team(portfolio, result)


def table(played: list[Played]) -> str:
    """Return a block a portfolio, then how often the optimised plan is best."""
    lines = []
    for each in played:
        labels = [OPTIMISED, *POLICIES]
        lines += [f"\n### {each.name}", "", "| measure | " + " | ".join(labels) + " |",
                  "|---|" + "---|" * len(labels)]  # fmt: skip
        for measure, found in each.figures.items():
            cells = [f"{found[n]:,.4g}" if n in found else "-" for n in labels]
            lines.append(f"| {measure} | " + " | ".join(cells) + " |")
        lines += [f"\n{plan}: no plan, {why}" for plan, why in each.failed.items()]
        if np.isfinite(each.below_known):
            lines.append(f"\nbelow plans made with the future known: {each.below_known:.1%}")
    lines.append("\n" + summary(played))
    return "\n".join(lines)


def summary(played: list[Played]) -> str:
    """Return in how many portfolios the optimised plan has the most compute a head."""
    wins: list[bool] = []
    gains: dict[str, list[float]] = {name: [] for name in POLICIES}
    for each in played:
        if OPTIMISED not in each.figures[WORST]:
            continue
        mine = each.figures[WORST][OPTIMISED]
        others = {n: v for n, v in each.figures[WORST].items() if n != OPTIMISED}
        wins.append(mine >= max(others.values()) * (1 - EQUAL))
        for name, value in others.items():
            if value > 0:
                gains[name].append(mine / value - 1)
    known = [each.below_known for each in played if np.isfinite(each.below_known)]
    parts = [f"best or equal in {sum(wins)} of {len(wins)} portfolios (worst team)"]
    parts += [f"{np.median(v):+.0%} over {name} (median)" for name, v in gains.items() if v]
    if known:
        parts.append(f"{np.mean(known):.1%} below plans made with the future known (mean)")
    return "; ".join(parts)


def _quiet(_stage: str, _share: float) -> None:
    return


def main(args: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(SHIPPED))
    parser.add_argument("--portfolios", type=int, default=30, help="generated ones")
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument(
        "--known", type=int, default=3, help="single futures planned with hindsight"
    )
    chosen = parser.parse_args(args)
    began, played = time.process_time(), []
    for name in chosen.names:
        known = chosen.known if name != "meta-2025" else 0
        played.append(play(name, specs.load(name), chosen.samples, known))
    played += [
        play(f"generated {number}", generated(number), chosen.samples, chosen.known)
        for number in range(chosen.portfolios)
    ]
    print(table(played))
    print(f"\n{time.process_time() - began:.0f} s of CPU, {chosen.samples} futures each")


if __name__ == "__main__":
    main()
