"""How long the path to a plan takes: ``python -m benchmarks.solve``.

Thin portfolios of three sizes go the whole of the optimiser's own path: data, Pyomo model, matrix,
relaxation, whole halls, levels, split. All figures are CPU seconds of this process unless they say
otherwise; gaps are to the proven bound. Memory is estimated before a model is built, and a size
that would take more than ``--memory`` is left out.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from benchmarks import fairness
from benchmarks.commands import CASES as COMMANDS
from benchmarks.commands import timed
from benchmarks.thin import SIZES, thin
from planner import optimise, specs, study
from planner.errors import LimitError
from planner.network import build_tables
from planner.optimise.alike import pooled
from planner.optimise.data import build
from planner.optimise.engine import Engine, Limits, _Quiet
from planner.optimise.explain.session import Session
from planner.optimise.fairness import fairness_of
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate
from planner.optimise.size import estimated
from planner.optimise.variables import MUSD
from planner.study.trials import ready
from tests.portfolios import ready as all_ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

    Case = tuple[Portfolio, tuple[Readiness, ...]]

PROVEN = 0.001
"""Gap to which the first level of a thin portfolio is searched."""
REACH: dict[str, tuple[float | str, float | str]] = {
    "tiny": ("-", "-"),
    "small": (3, 5),
    "medium": (5, 15),
    "large": (60, 180),
}
"""Seconds wanted for the first level, and for all levels, split and check."""
BUILDING = "building"
MODEL = (BUILDING, "model")
HALLS = ("whole halls", "better halls nearby", "GPUs for the halls")
FIRST = (*MODEL, "relaxation", *HALLS)
KILOBYTES = 1024
GIGABYTE = 1e9
REFERENCE = "meta-2025"
LOOSE = 10
"""Times as many crews as the reference case has, so that they bind nowhere."""
WARM_FLOOR, WARM_CASH = 0.95, 0.1


@dataclass
class Stages:
    """CPU seconds by stage of a solve, told by its own progress."""

    seconds: dict[str, float] = field(default_factory=dict)
    stage: str = BUILDING
    since: float = field(default_factory=time.process_time)

    def __call__(self, stage: str, _share: float) -> None:
        """Close the stage that runs and open the next."""
        stage, now = stage.partition("\t")[0], time.process_time()  # the rest is the live line
        self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + now - self.since
        self.stage, self.since = stage, now

    def print_to_stderr(self, name: str) -> None:
        """Say where the seconds went."""
        parts = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in self.seconds.items())
        print(f"{name}: {parts}", file=sys.stderr, flush=True)

    def of(self, *stages: str) -> float:
        """Return the seconds of some stages together."""
        return sum(self.seconds.get(stage, 0.0) for stage in stages)

    @property
    def first(self) -> float:
        """Seconds to the first level, data and model included."""
        return self.of(*FIRST)


def clocked(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return CPU seconds of a piece of work, and what it returned."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def solved(
    case: Case, seed: int, *, gap: float | None, time_s: float | None
) -> tuple[Stages, Plan | None]:
    """Return the stages of a solve and its plan; None where the clock came first."""
    stages = Stages()
    limits = Limits(gap=gap, time_s=time_s)
    try:
        plan = optimise.solve(*case, seed=seed, limits=limits, progress=stages)
    except LimitError:
        stages("over", 1.0)
        return stages, None
    return stages, plan


def first_gap(plan: Plan) -> float:
    """Return the relative gap of the search for whole halls; NaN where nothing is proven."""
    first = plan.status.levels[0] if plan.status else None
    if first is None or first.bound is None:
        return float("nan")
    return float(abs(first.bound - first.value) / max(abs(first.bound), 1e-9))


def heading(title: str, *columns: str) -> None:
    """Print a title and the head of a table."""
    print(f"\n{title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)


def row(*cells: object) -> None:
    """Print a row of a table."""
    texts = (f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells)
    print(f"| {' | '.join(texts)} |", flush=True)


# a and c: thin portfolios


def thin_rows(names: list[str], seed: int, time_s: float | None, memory_gb: float) -> None:
    """Print the first level, all levels, split and check of thin portfolios."""
    heading(
        f"Thin portfolios, first level searched to {PROVEN:.1%}, then all levels, split, check",
        "size", "integers", "non-zeros, about", "model s", "relaxation s", "halls s",
        "first level s", "reach", "gap %", "all, split, checked s", "reach", "violations",
        "peak GB",
    )  # fmt: skip
    for name in names:
        case = thin(SIZES[name], seed)
        size = estimated(build(*case))
        needs = size.bytes / GIGABYTE
        if needs > memory_gb:
            row(name, f"left out: about {needs:.1f} GB, {memory_gb:g} allowed", *[""] * 11)
            continue
        stages, plan = solved(case, seed, gap=PROVEN, time_s=time_s)
        spent = stages.seconds
        options = sum(1 for entry in case[1] if entry.period >= 0)
        halls = stages.of(*HALLS)
        check, broken = clocked(partial(optimise.violations, *case, plan)) if plan else (0.0, ())
        every = sum(spent.values()) + check
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTES / GIGABYTE
        stages.print_to_stderr(name)
        row(
            name, options, f"{size.nonzeros:,.0f}", stages.of(*MODEL), spent.get("relaxation", 0.0),
            halls, stages.first, REACH[name][0], f"{first_gap(plan):.3%}" if plan else "no plan",
            every, REACH[name][1], len(broken) if plan else "-", peak,
        )  # fmt: skip


def estimate_gb(case: Case) -> float:
    """Return about how much memory a model takes at its peak, as `planner.optimise` reckons."""
    return estimated(build(*case)).bytes / GIGABYTE


# b: the reference case


def reference(scale: int, samples: int) -> Case:
    """Return the reference case with its crews times a factor, and its readiness."""
    portfolio = specs.load(REFERENCE)
    sites = {
        name: site.model_copy(update={
            "crews": {trade: scale * crews for trade, crews in site.crews.items()},
            "people": None if site.people is None else scale * site.people,
        })
        for name, site in portfolio.sites.items()
    }  # fmt: skip
    portfolio = portfolio.replace(sites=sites)
    ask = study.Ask.of(portfolio, samples=samples)
    tried = ready(portfolio, ask, build_tables(portfolio), lambda _stage, _share: None)
    return portfolio, tried.readiness


def rich_rows(seed: int, samples: int, time_s: float | None) -> None:
    """Print the first level of the reference case, crews loose and as they are."""
    heading("Reference case, one round, all features", "crews", "model s", "first level s", "reach",
            "gap to the bound %", "all levels, split s", "violations")  # fmt: skip
    for name, scale, reach in (("loose", LOOSE, "0.5 % in 30"), ("as specified", 1, "1 % in 60")):
        case = reference(scale, samples)
        stages, plan = solved(case, seed, gap=None, time_s=time_s)
        gap = f"{first_gap(plan):.3%}" if plan else "no plan"
        broken = len(optimise.violations(*case, plan)) if plan else "-"
        row(name, stages.of(*MODEL), stages.first, reach, gap,
            sum(stages.seconds.values()), broken)  # fmt: skip


# d: many teams


def fairness_rows(name: str, seed: int) -> None:
    """Print leximin over many teams against one solve of the first level, builds fixed."""
    heading("Leximin with builds fixed", "teams, kinds of work", "consumers pooled",
            "first level s", "all levels s", "ratio", "reach")  # fmt: skip
    case = fairness.CASES[2 if name in ("medium", "large") else 0]
    portfolio = fairness.portfolio_of(case, seed)
    data = build(portfolio, all_ready(portfolio))
    small = pooled(data)
    first = _first_apart(data)
    every = fairness.timed(small)[1]
    row(f"{case.teams}, {case.kinds}", len(small.consumers), first, every, every / first, 1.0)


def _first_apart(data: Any) -> float:
    engine = Engine(formulate(data), seed=1)
    return clocked(lambda: fairness_of(data).relax(engine))[0]


# e: the path over raw arrays


def path_rows(names: list[str], seed: int, memory_gb: float) -> None:
    """Print what Pyomo and its translation cost beside the same matrix passed raw."""
    heading("Path from data to HiGHS, the same matrix", "size", "columns", "rows", "non-zeros",
            "Pyomo s", "translate and pass s", "raw arrays s", "relaxation s",
            "path / raw, solve included", "reach", "path / raw, solve left out")  # fmt: skip
    for name in names:
        case = thin(SIZES[name], seed)
        if estimate_gb(case) > memory_gb:
            continue
        data = lumped(pooled(build(*case)))
        pyomo, model = clocked(partial(formulate, data))
        passed, engine = clocked(partial(Engine, model, seed=seed))
        raw, _ = clocked(partial(_raw, engine))
        run = clocked(partial(fairness_of(data).relax, engine))[0]
        rows, columns = engine.matrix.shape
        row(name, f"{columns:,}", f"{rows:,}", f"{engine.matrix.nnz:,}", pyomo, passed, raw, run,
            (pyomo + passed + run) / (raw + run), "1.15, then 1.05",
            (pyomo + passed) / raw if raw > 0 else float("nan"))  # fmt: skip


def _raw(engine: Engine) -> None:
    """Pass an engine's own arrays to a new solver."""
    matrix, lp = engine.matrix, highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = np.zeros(matrix.shape[1])
    lp.col_lower_, lp.col_upper_ = engine.lower, engine.upper
    lp.row_lower_, lp.row_upper_ = engine.row_lower, engine.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
    lp.a_matrix_.value_ = matrix.data
    highs = _Quiet()
    highs.passModel(lp)


# f: the whole command


def whole_row() -> None:
    """Print the whole command on the reference case."""
    heading("plan optimize, whole, with verification", "command", "wall s", "CPU s", "reach s")
    wall, cpu = timed(COMMANDS[-1])
    row(COMMANDS[-1].name, wall, cpu, "90, then 60")


# g: what-ifs on a warm model


def warm_rows(names: list[str], seed: int, time_s: float | None, memory_gb: float) -> None:
    """Print what-ifs on a warm model of a finished plan."""
    heading("What-ifs on a warm model, all objectives again", "size", "warming up s",
            "floor under every team s", "a tenth less cash s", "a hall pinned elsewhere s",
            "reach")  # fmt: skip
    for name in names:
        case = thin(SIZES[name], seed)
        if estimate_gb(case) > memory_gb:
            continue
        _, plan = solved(case, seed, gap=None, time_s=time_s)
        if plan is None:
            row(name, "no plan", *[""] * 4)
            continue
        warm, session = clocked(partial(Session.of, *case, plan, seed=seed))
        row(name, warm, *(clocked(partial(ask, session))[0] for ask in WHAT_IFS), 1.0)


def _floor(session: Session) -> None:
    """Solve with every team held near what the worst has, then let go."""
    engine, worst = session.engine, session.engine.column("worst")
    low, high = float(engine.lower[worst]), float(engine.upper[worst])
    engine.bound(worst, WARM_FLOOR * float(session.base.values[worst]), high)
    session.solved()
    engine.bound(worst, low, high)


def _cash(session: Session) -> None:
    """Solve with a tenth of the opening cash gone."""
    finance = session.data.portfolio.spec.finance
    step = -WARM_CASH * finance.opening_cash.likely / MUSD
    with session.stepped({session.engine.rows[f"balance[{session.data.labels[0]}]"]: step}):
        session.solved()


def _hall(session: Session) -> None:
    """Solve with one hall of the plan started a period later, where an option is there."""
    engine, options = session.engine, session.data.options
    places = {(option.candidate, option.period): o for o, option in enumerate(options)}
    for o in np.flatnonzero(session.starts > 0):
        later = places.get((options[o].candidate, options[o].period + 1))
        if later is not None:
            for option, step in ((int(o), -1.0), (later, 1.0)):
                halls = float(session.starts[option]) + step
                engine.bound(session.columns[option], halls, halls)
            break
    session.solved()
    session.reset()


WHAT_IFS = (_floor, _cash, _hall)


def main(arguments: list[str] | None = None) -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", default="acdeg", help="letters of issue 6, section 6: abcdefg")
    parser.add_argument("--sizes", default="small,medium,large")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time", type=float, help="seconds for each solve; no limit if left out")
    parser.add_argument("--memory", type=float, default=6.0, help="GB that a model may take")
    parser.add_argument("--samples", type=int, default=100, help="futures behind readiness")
    asked = parser.parse_args(arguments)
    names = asked.sizes.split(",")
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}, highspy {version('highspy')}, pyomo {version('pyomo')}, "
        f"seed {asked.seed}; CPU seconds"
    )
    tables: tuple[tuple[str, Callable[[], None]], ...] = (
        ("ac", lambda: thin_rows(names, asked.seed, asked.time, asked.memory)),
        ("b", lambda: rich_rows(asked.seed, asked.samples, asked.time)),
        ("d", lambda: fairness_rows(names[-1], asked.seed)),
        ("e", lambda: path_rows(names, asked.seed, asked.memory)),
        ("f", whole_row),
        ("g", lambda: warm_rows(names, asked.seed, asked.time, asked.memory)),
    )
    for letters, show in tables:
        if set(letters) & set(asked.rows):
            show()


if __name__ == "__main__":
    main()
