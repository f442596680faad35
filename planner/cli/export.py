"""`plan export`: a finished run in the formats that planners' other tools read."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from planner.cli.arguments import Baseline, Force, Quiet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.result import Progress

Run = Annotated[str, typer.Argument(help="Folder of a finished run.")]
Format = Annotated[
    str,
    typer.Option("--format", help="csv, json, parquet, xlsx, mspdi, pmxml or xer."),
]
Output = Annotated[
    Path, typer.Option("-o", "--out", help="File to write, or folder for several; - is stdout.")
]
Bom = Annotated[
    bool, typer.Option("--bom", help="Mark CSV as UTF-8, which Excel needs to read other scripts.")
]

SCHEDULES: Final = {"mspdi": "schedule.xml", "pmxml": "schedule.pmxml", "xer": "schedule.xer"}
TABLES: Final = ("csv", "json", "parquet", "xlsx")


def export(
    run: Run,
    form: Format,
    out: Output,
    bom: Bom = False,
    baseline: Baseline = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a run for another tool: tables, or the schedule for MS Project or Primavera P6.

    Example: plan export reports/base --format mspdi -o base.xml
    """
    from planner.cli.console import progress, put_file, say
    from planner.cli.report import check_place, check_stdout, written

    if form not in (*SCHEDULES, *TABLES):
        known = ", ".join((*TABLES, *SCHEDULES))
        raise typer.BadParameter(f'unknown format "{form}"; known are {known}')
    if bom and form != "csv":
        raise typer.BadParameter("--bom goes with --format csv")
    if baseline is not None and form not in SCHEDULES:
        raise typer.BadParameter(f"--baseline goes with --format {', '.join(SCHEDULES)}")
    if str(out) == "-":
        check_stdout(form)
    else:
        check_place(out, force=force)
    with progress(quiet=quiet) as update:
        if form in SCHEDULES:
            files = _schedule(run, form, baseline, update)
        else:
            files = _tables(run, form, update)
    if str(out) == "-":
        put_file(next(iter(files.values())))
        return
    if bom:
        files = {name: codecs.BOM_UTF8 + body for name, body in files.items()}
    for place in written(files, out, force=force):
        say(f"wrote {place}")


def _schedule(run: str, form: str, baseline: Path | None, update: Progress) -> Mapping[str, bytes]:
    from planner import exchange
    from planner.cli.baseline import held_against
    from planner.cli.finished import is_run, opened
    from planner.errors import OutputError
    from planner.network import compile_network

    if not is_run(run):
        raise OutputError(f"{run} is no finished run; `plan runs` lists them")
    found = opened(run, None, None, None)
    against = None if baseline is None else held_against(baseline, found.portfolio)
    spec, told = found.portfolio.spec, found.portfolio.actuals
    before = compile_network(found.portfolio.replace(actuals=None), found.plan) if told else None
    schedule = exchange.schedule_of(
        found.network, found.result(update).outcome, title=spec.title or found.name,
        data_date=told.data_date if told else spec.data_date, baseline=against, planned=before,
    )  # fmt: skip
    is_ours = form not in exchange.MPXJ_FORMATS
    body = exchange.mspdi(schedule) if is_ours else exchange.rewritten(schedule, form)
    return {SCHEDULES[form]: body}


def _tables(run: str, form: str, update: Progress) -> Mapping[str, bytes]:
    from planner.cli.report import document_of
    from planner.report import rendered

    return rendered(document_of(run, update), form)
