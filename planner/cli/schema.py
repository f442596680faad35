"""`plan schema`: the JSON Schema of each kind of file, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

Kind = Annotated[
    str | None,
    typer.Argument(help="catalog, site, portfolio, sources, plan or results; all with --out."),
]
OutFolder = Annotated[
    Path | None, typer.Option("--out", help="Folder to write every schema to, as KIND.json.")
]

RESULTS: Final = "results"
"""What a run's ``results.json`` holds, which is written and never read."""


def schema(kind: Kind = None, out: OutFolder = None) -> None:
    """Print the JSON Schema of a kind of file, or write them all.

    Example: plan schema site > site.json
    """
    import json

    from planner import report, specs
    from planner.cli.console import put, say

    kinds = (*specs.KINDS, RESULTS)
    if kind is not None and kind not in kinds:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(kinds)}")

    def text(name: str) -> str:
        made = report.results_schema() if name == RESULTS else specs.schema(name)
        return json.dumps(made, indent=2)

    if out is None:
        if kind is None:
            raise typer.BadParameter("name a kind, or a folder with --out")
        put(text(kind))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name in [kind] if kind else kinds:
        path = out / f"{name}.json"
        path.write_text(text(name) + "\n", encoding="utf-8")
        say(f"wrote {path}")
