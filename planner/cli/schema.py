"""`plan schema`: the JSON Schema of each kind of file, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Kind = Annotated[
    str | None, typer.Argument(help="catalog, site, portfolio, sources or plan; all with --out.")
]
OutFolder = Annotated[
    Path | None, typer.Option("--out", help="Folder to write every schema to, as KIND.json.")
]


def schema(kind: Kind = None, out: OutFolder = None) -> None:
    """Print the JSON Schema of a kind of file, or write them all.

    Example: plan schema site > site.json
    """
    import json

    from planner import specs
    from planner.cli.console import put, say

    if kind is not None and kind not in specs.KINDS:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(specs.KINDS)}")
    if out is None:
        if kind is None:
            raise typer.BadParameter("name a kind, or a folder with --out")
        put(json.dumps(specs.schema(kind), indent=2))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name in [kind] if kind else specs.KINDS:
        path = out / f"{name}.json"
        path.write_text(json.dumps(specs.schema(name), indent=2) + "\n", encoding="utf-8")
        say(f"wrote {path}")
