"""`plan optimize`: the whole loop, and where its report is."""

from __future__ import annotations

import math
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.arguments import (
    OPEN_LOOP,
    Actuals,
    Baseline,
    Detailed,
    Force,
    Json,
    OpenLoop,
    Out,
    Overlays,
    Override,
    Quiet,
    Samples,
    Scenario,
    Seed,
    Settings,
)
from planner.cli.workers import Number, Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.domain.portfolio import BetPolicy, Portfolio
    from planner.domain.result import Result
    from planner.errors import Finding


def _finite(seconds: float | None) -> float | None:
    """Refuse a time that is no number; a range alone lets it pass."""
    if seconds is not None and not math.isfinite(seconds):
        raise typer.BadParameter("--time-limit: a number of seconds wanted")
    return seconds


TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        min=0.0,
        callback=_finite,
        help="Stop each solve after so long.",
    ),
]
Level = Annotated[
    int, typer.Option(min=0, help="Iterations of the search for a better sequence under the crews.")
]
Pin = Annotated[
    Path | None,
    typer.Option("--pin", metavar="PLAN", help="Keep the lines that this plan.yaml calls pinned."),
]
Sought = Annotated[
    str | None,
    typer.Option(
        "--objective", metavar="expected|cvar|regret",
        help="Weigh up scenarios first: the best mean, the best mean of the worst, or the least "
        "regret.",
    ),
]  # fmt: skip
Scenarios = Annotated[
    int | None,
    typer.Option("--scenarios", min=1, help="Scenarios to weigh up; 9 where not given."),
]
Bet = Annotated[bool, typer.Option("--bet", help="The same as --objective expected.")]
Earlier = Annotated[
    str | None,
    typer.Option(
        "--parent", metavar="RUN|last",
        help="Finished run that the report tells the variance against; last: the newest of the "
        "same portfolio beside this one.",
    ),
]  # fmt: skip
SolverThreads = Annotated[
    int, typer.Option("--threads", min=1, help="Threads of the solver; no result depends on them.")
]
Rounds = Annotated[int, typer.Option(min=1, max=20, help="Most rounds of solve and verify.")]


def optimize(
    scenario: Scenario,
    settings: Settings = None,
    overlay: Overlays = None,
    actuals: Actuals = None,
    override: Override = False,
    open_loop: OpenLoop = False,
    seed: Seed = None,
    samples: Samples = None,
    rounds: Rounds = 5,
    time_limit: TimeLimit = None,
    level: Level = 0,
    pin: Pin = None,
    baseline: Baseline = None,
    parent: Earlier = None,
    objective: Sought = None,
    scenarios: Scenarios = None,
    bet: Bet = False,
    workers: Number = None,
    threads: SolverThreads = 1,
    scheduler: Scheduler = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    detailed: Detailed = False,
) -> None:
    """Choose the best plan, prove it against simulated futures, and write its report.

    Example: plan optimize first-light --seed 2 --out reports/first-light
    """
    import datetime as dt
    from dataclasses import replace

    from planner import specs
    from planner.cli import run_folder

    switches = [*([specs.OVERRIDE] if override else []), *([OPEN_LOOP] if open_loop else [])]
    settings = [*(f"@{name}" for name in overlay or ()), *(settings or ()), *switches]
    portfolio, findings, settings = _loaded(
        scenario,
        settings,
        actuals,
        lambda known: _bet(objective, scenarios, bet=bet, is_there=known is not None),
    )
    if out is not None:
        run_folder.check_free(out, force=force)

    # Libraries of solver and charts take longer to load than a wrong input to be refused.
    from planner import report, study
    from planner.cli import finished
    from planner.cli.baseline import held_against
    from planner.cli.console import progress
    from planner.cli.parent import folder_of, parent_of
    from planner.cli.workers import hired
    from planner.domain.pin import pins_of

    asked = study.Ask.of(
        portfolio, seed=seed, samples=samples, rounds=rounds, time_limit_s=time_limit, level=level
    )
    pins = pins_of(specs.read_plan(pin, portfolio)) if pin is not None else None
    command = _command(
        scenario, settings,
        {"--seed": seed, "--samples": samples, "--rounds": _unusual(rounds, 5),
         "--time-limit": time_limit, "--level": _unusual(level, 0), "--pin": _name(pin),
         "--actuals": _name(actuals),
         "--baseline": _name(baseline), "--parent": _name(parent)},
    )  # fmt: skip
    against = None if baseline is None else held_against(baseline, portfolio)
    now = dt.datetime.now(dt.UTC)
    name = portfolio.spec.portfolio
    beside = run_folder.choose(out, name, "", now)
    before = None if parent is None else folder_of(parent, beside, name)
    identity = study.identity(
        portfolio, asked, pins, baseline=against,
        parent=None if before is None else str(finished.manifest_of(before).get("identity", "")),
    )  # fmt: skip
    folder = run_folder.choose(out, name, identity, now)
    with hired(workers, scheduler) as found, run_folder.reserved(folder, force=force):
        asked = replace(asked, workers=found, solver_threads=threads)
        with progress(quiet=quiet or as_json) as update:
            found_plan = study.run(portfolio, asked, update, pins=pins)
            result = study.reviewed(found_plan, update)
        result = study.with_warnings(result, tuple(str(f) for f in findings))
        if against is not None:
            result = replace(result, baseline=against)
        if before is not None:
            result = replace(result, parent=parent_of(before, result))
        kept, reopen = finished.to_keep(result)
        report.write_run(
            result, folder, command=command,
            identity=identity, kept=kept, reopen=reopen, started=now,
            replace=force,
        )  # fmt: skip
    _tell(result, folder, as_json=as_json)
    if detailed and not result.verification.is_verified:
        raise typer.Exit(10)


def _loaded(
    scenario: str, settings: list[str], actuals: Path | None,
    bet: Callable[[BetPolicy | None], list[str]],
) -> tuple[Portfolio, tuple[Finding, ...], list[str]]:  # fmt: skip
    """Return the portfolio, what was found in it, and all settings that it was read with.

    It is read once more with what the command makes of it: the data date of its actuals, and the
    scenarios that it is to weigh up.
    """
    from planner.cli.console import say
    from planner.cli.inputs import load

    portfolio, findings = load(scenario, settings, actuals)
    known = portfolio.actuals
    if known is not None and known.data_date > portfolio.spec.data_date:
        settings = [*settings, f"data_date={known.data_date}"]
        say(f"planned from {known.data_date} on, the data date of the actuals")
        portfolio, findings = load(scenario, settings, actuals)
    if wanted := bet(portfolio.spec.policy.bet):
        settings = [*settings, *wanted]
        portfolio, findings = load(scenario, settings, actuals)
    return portfolio, findings, settings


def _tell(result: Result, folder: Path, *, as_json: bool) -> None:
    """Print the headline and where the report is; of a run cut short, what was kept of it."""
    from planner import report
    from planner.cli.console import put, put_json, say

    if as_json:
        verified = result.verification.is_verified
        put_json("run", folder=str(folder), verified=verified, **report.headline(result))
    else:
        put(report.headline_text(result))
        say(f"report: {folder / 'report.html'}")
    status = result.plan.status
    if status is not None and status.is_interrupted:
        kept_as = status.text.removeprefix("status: ")
        say(f"interrupted; best solution so far kept in {folder} (status: {kept_as})")
        sys.exit(130)  # not by Typer's way out, which is that of an interrupt with nothing kept


def _bet(objective: str | None, scenarios: int | None, *, bet: bool, is_there: bool) -> list[str]:
    """Return what `--bet`, `--objective` and `--scenarios` set, so that the run keeps it."""
    chosen = {"objective": objective or ("expected" if bet else None), "scenarios": scenarios}
    said = {key: value for key, value in chosen.items() if value is not None}
    if is_there:
        return [f"policy.bet.{key}={value}" for key, value in said.items()]
    inner = ", ".join(f"{key}: {value}" for key, value in said.items())
    return [f"policy.bet={{{inner}}}"] if said else []


def _unusual(number: int, usual: int) -> int | None:
    return None if number == usual else number


def _name(path: Path | str | None) -> str | None:
    """Return the last part of a path: a run tells of no machine."""
    return None if path is None else Path(path).name


def _command(scenario: str, settings: list[str], options: Mapping[str, str | float | None]) -> str:
    """Return the command line that plans the same again."""
    words = ["plan", "optimize", scenario]
    for text in settings:
        words += ["--overlay", text[1:]] if text.startswith("@") else ["--set", text]
    for option, value in options.items():
        words += [] if value is None else [option, str(value)]
    return shlex.join(words)
