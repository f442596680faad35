"""`plan show`: a portfolio, or one entry of its catalog, as the planner understands it."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.cli.arguments import Json, Scenario, Settings

Entry = Annotated[
    str | None, typer.Argument(help="What to show: a site, build mode or SKU; an overview if none.")
]


def show(
    scenario: Scenario,
    entry: Entry = None,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Show what a portfolio holds: sites with halls and power, modes, GPUs, teams, products.

    Example: plan show first-light tent
    """
    from planner.cli.console import put, put_json
    from planner.cli.inputs import load
    from planner.cli.showing import entry_text, overview, overview_dict

    portfolio, _ = load(scenario, settings)
    if entry is not None:
        put(entry_text(portfolio, entry))
    elif as_json:
        put_json("portfolio", **overview_dict(portfolio))
    else:
        put(overview(portfolio))
