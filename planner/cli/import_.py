"""`plan import`: schedules of other tools as specs of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.arguments import Force

File = Annotated[Path, typer.Argument(help="Schedule: P6 XER or PMXML, MS Project XML or MPP.")]
Name = Annotated[str, typer.Option("--name", help="Name of the new build mode.")]
Like = Annotated[str, typer.Option("--like", help="Build mode whose cost and traits it takes.")]
Portfolio = Annotated[str, typer.Option("--portfolio", help="Portfolio whose catalog is meant.")]
Spread = Annotated[
    str | None,
    typer.Option("--spread", help="Low and high duration over the scheduled one, as 0.8,1.5."),
]
Output = Annotated[str, typer.Option("-o", "--out", help="Catalog file to write; - is stdout.")]


def import_(
    file: File,
    name: Name,
    like: Like = "concrete",
    portfolio: Portfolio = "first-light",
    spread: Spread = None,
    out: Output = "-",
    force: Force = False,
) -> None:
    """Turn a schedule into a build mode that plans can choose, valid as it stands.

    Example: plan import contractor.xer --name fast-shell --like concrete -o catalog/fast-shell.yaml
    """
    from planner import exchange, specs
    from planner.cli.console import put, say
    from planner.cli.report import written
    from planner.errors import OutputError

    if not file.is_file():
        raise OutputError(f"cannot read {file}: no such file")
    catalog = specs.load(portfolio).catalog
    if like not in catalog.modes:
        known = ", ".join(sorted(catalog.modes))
        raise typer.BadParameter(f'unknown mode "{like}"; known: {known}')
    text = exchange.mode_yaml(
        exchange.read_schedule(file), name=name, like=catalog.modes[like], like_name=like,
        file=file.name, calendars=catalog.calendars, spread=_spread(spread),
    )  # fmt: skip
    if out == "-":
        put(text.rstrip("\n"))
        return
    for place in written({Path(out).name: text.encode()}, Path(out), force=force):
        say(f"wrote {place}; next: plan validate {place}")


def _spread(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f'--spread "{text}": two numbers wanted, as 0.8,1.5') from None
    if not 0 < low <= 1 <= high < float("inf"):
        raise typer.BadParameter(f"--spread {text}: low at most 1 and high at least 1 wanted")
    return low, high
