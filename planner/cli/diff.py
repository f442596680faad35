"""`plan diff`: what changed between two plans, in the style of an infrastructure diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.arguments import Detailed, Json

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

Side = Annotated[str, typer.Argument(help="Folder of a finished run, or a plan.yaml.")]
Of = Annotated[
    str | None,
    typer.Option("--portfolio", help="Portfolio of the plan files, where neither is in a run."),
]


def diff(
    before: Side,
    after: Side,
    portfolio: Of = None,
    as_json: Json = False,
    detailed: Detailed = False,
) -> None:
    """Say what changed from one plan to another: + new, ~ moved, - dropped, -/+ another mode.

    Example: plan diff reports/base reports/base/plan-edited.yaml
    """
    import dataclasses

    from planner.cli.console import put, put_json

    sides = [_read(name, portfolio, other) for name, other in ((before, after), (after, before))]
    (left, of_left), (right, of_right) = sides

    from planner import study

    found = study.difference(left, right, (of_left, of_right))
    if as_json:
        put_json("diff", **dataclasses.asdict(found))
    else:
        put("\n".join([*study.lines(found), *_levels(left, right)]))
    if detailed and not found.is_empty:
        raise typer.Exit(10)


def _read(name: str, portfolio: str | None, other: str) -> tuple[Plan, Portfolio]:
    """Return a plan and its portfolio: that of its run, of the other side's run, or as named."""
    from planner import specs
    from planner.cli.finished import is_run, manifest_of, portfolio_of

    path = Path(name)
    file = path / "plan.yaml" if path.is_dir() else path
    for folder in (file.parent, Path(other), Path(other).parent):
        if is_run(folder):
            of = portfolio_of(folder, manifest_of(folder))
            return specs.read_plan(file, of), of
    of = specs.load(portfolio or specs.plan_name(file))
    return specs.read_plan(file, of), of


def _levels(left: Plan, right: Plan) -> list[str]:
    """Return the headline figures that the plans themselves carry, side by side."""
    made = [""] if left.level or right.level else []
    for team in sorted({*left.level, *right.level}):
        old, new = left.level.get(team), right.level.get(team)
        texts = [f"{value:,.0f}" if value is not None else "-" for value in (old, new)]
        share = f" ({new / old - 1:+.1%})" if old and new is not None else ""
        made.append(f"H100e a researcher, {team}: {texts[0]} -> {texts[1]}{share}, as planned")
    spends = [sum(row.spend for row in plan.cash) for plan in (left, right)]
    if any(spends):
        made.append(f"spend: {spends[0]:,.0f} -> {spends[1]:,.0f} MUSD nominal, as planned")
    return made
