"""`plan sources`: every number of a portfolio with where it comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.cli.arguments import Json, Scenario, Settings

Unsourced = Annotated[bool, typer.Option("--unsourced", help="Only numbers with no origin.")]


def sources(
    scenario: Scenario,
    settings: Settings = None,
    unsourced: Unsourced = False,
    as_json: Json = False,
) -> None:
    """List every number with its source or assumption, in file order.

    Example: plan sources first-light | less
    """
    from planner import specs
    from planner.cli.console import put, put_json, say, table

    portfolio = specs.load(scenario, overrides=tuple(settings or ()))
    rows = [
        p for p in portfolio.provenance if not unsourced or not (p.source or p.assumption)
    ]  # fmt: skip
    if as_json:
        body = [
            {"path": p.where.path, "file": p.where.file, "line": p.where.line, "value": p.text,
             "source": p.source, "assumption": p.assumption}
            for p in rows
        ]  # fmt: skip
        put_json("sources", numbers=body)
        return
    titles = {key: s.title for key, s in portfolio.sources.items()}
    lines = [
        (f"{p.where.file}:{p.where.line}", p.where.path, p.text,
         f"{titles.get(p.source, p.source)} [{p.source}]" if p.source
         else f"assumption: {p.assumption}" if p.assumption else "-")
        for p in rows
    ]  # fmt: skip
    put(table(("place", "number", "value", "origin"), lines))
    open_ones = sum(not (p.source or p.assumption) for p in rows)
    say(f"{len(rows)} numbers, {open_ones} without source or assumption")
