"""`plan init`: a folder of your own with everything a first site needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Where = Annotated[Path, typer.Argument(help="New folder for your specs.")]


def init(folder: Where = Path("my-sites")) -> None:
    """Write a small portfolio of your own to edit: one site, two teams, and the catalog.

    Example: plan init my-sites, then plan optimize my-sites/scenarios/my-portfolio.yaml
    """
    from planner import specs
    from planner.cli.console import put, say
    from planner.errors import OutputError

    if folder.exists() and any(folder.iterdir()):
        raise OutputError(f"{folder} exists and is not empty; choose another folder")
    portfolio = specs.write_starter(folder)
    put(str(portfolio))
    say(f"Your portfolio is {portfolio}, your site is {folder / 'my-site.yaml'}.")
    say(f"Next: plan validate {portfolio}; plan optimize {portfolio}")
