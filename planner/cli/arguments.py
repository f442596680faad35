"""Arguments and options that several commands share, said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Scenario = Annotated[
    str,
    typer.Argument(
        help="Portfolio: a file such as sites/scenarios/first-light.yaml, or the name of one."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Replace a value, e.g. finance.debt=true."),
]
Overlays = Annotated[
    list[str] | None,
    typer.Option("--overlay", metavar="NAME", help="What-if named in the portfolio; repeat."),
]
Actuals = Annotated[
    Path | None,
    typer.Option("--actuals", metavar="FILE", help="What has happened: fixed, the rest goes on."),
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="RUN|PLAN",
        help="What dates are held against: a finished run at P50, or a plan.yaml as planned.",
    ),
]  # fmt: skip
Override = Annotated[
    bool,
    typer.Option(
        "--progress-override",
        help="What is left of a started activity waits for no predecessor (else retained logic).",
    ),
]
OpenLoop = Annotated[
    bool,
    typer.Option(
        "--open-loop",
        help="Orders come on their dates, also those that are not firm while their hall is late.",
    ),
]
OPEN_LOOP = "policy.open_loop=true"
"""What `--open-loop` sets, so that a run keeps it."""
Seed = Annotated[
    int | None, typer.Option(min=0, help="Seed of all draws; the portfolio's own by default.")
]
MOST_SAMPLES = 1_000_000
"""Futures that a portfolio may ask for, too; more would keep a computer busy for ever."""
Samples = Annotated[
    int | None,
    typer.Option(
        min=1, max=MOST_SAMPLES, help="Simulated futures; the portfolio's own by default."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Out = Annotated[
    Path | None,
    typer.Option(help="Run folder to write; a new one under reports/ by default."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a finished run of that name.")]
Detailed = Annotated[
    bool,
    typer.Option("--detailed-exitcode", help="Exit 10 where there is something to look at."),
]
