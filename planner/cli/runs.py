"""`plan runs`: the finished runs, newest last."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.arguments import Json

Folder = Annotated[Path, typer.Argument(help="Folder that holds runs.")]


def runs(folder: Folder = Path("reports"), as_json: Json = False) -> None:
    """List the finished runs of a folder; a folder without a manifest is no run.

    Example: plan runs reports
    """
    from planner.cli.console import put, put_json, say, table
    from planner.cli.finished import manifest_of
    from planner.errors import OutputError

    if not folder.is_dir():
        raise OutputError(f"no folder {folder}")
    found = []
    for manifest in sorted(folder.glob("*/manifest.json")):
        try:
            body = manifest_of(manifest.parent)
        except OutputError as error:
            say(f"warning: {error}")  # one damaged run does not hide the others
            continue
        found.append({"run": str(manifest.parent), **body})
    if as_json:
        put_json("runs", runs=found)
        return
    rows = [
        (r["run"], r.get("portfolio", ""), r.get("finished", ""), str(r.get("seed", "")),
         r.get("verification", {}).get("text", ""))
        for r in found
    ]  # fmt: skip
    put(table(("run", "portfolio", "finished", "seed", "verification"), rows))
    say(f"{len(rows)} finished runs in {folder}")
