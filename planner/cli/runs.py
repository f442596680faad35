"""`plan runs`: the finished runs, newest last."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.arguments import Json

Folder = Annotated[Path, typer.Argument(help="Folder that holds runs.")]
Chain = Annotated[
    Path | None,
    typer.Option(metavar="RUN", help="This run, and the runs that it was told against (--parent)."),
]


def runs(folder: Folder = Path("reports"), chain: Chain = None, as_json: Json = False) -> None:
    """List the finished runs of a folder; a folder without a manifest is no run.

    Example: plan runs reports
    """
    from planner.cli.console import put, put_json, say, table
    from planner.cli.finished import manifest_of
    from planner.errors import OutputError

    if chain is not None:
        _chained(chain, as_json=as_json)
        return
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


def _chained(folder: Path, *, as_json: bool) -> None:
    """Show what each run of a chain gave for the date that the newest turns on."""
    from planner.cli.console import put, put_json, say, table
    from planner.cli.parent import before_of, chain_of, promised, turns_on

    found = chain_of(folder)
    subject = turns_on(folder)
    dates = [promised(place, subject) for place, _ in found]
    if as_json:
        put_json("chain", runs=[
            {"run": str(place), "p50": p50 or None, "p80": p80 or None, **body}
            for (place, body), (p50, p80) in zip(found, dates, strict=True)
        ])  # fmt: skip
        return
    rows = [
        (place.name, str(body.get("data_date") or ""), str(body.get("finished", "")), *said)
        for (place, body), said in zip(found, dates, strict=True)
    ]
    put(table(("run", "data date", "finished", "P50", "P80"), rows))
    if subject is not None:
        say(f"dates of {subject[0]}, {subject[1]:g} MW {subject[2]}, the newest run first")
    last = before_of(found[-1][1])[0]
    if last and last not in {place.resolve().name for place, _ in found}:
        say(f"{last}, the run before these, does not stand beside them")
