"""`plan import`: schedules and tables of other tools as specs of ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from planner.cli.arguments import Force

if TYPE_CHECKING:
    from planner.domain.portfolio import CatalogFile
    from planner.errors import Finding
    from planner.exchange import ImportedSite

File = Annotated[
    Path | None,
    typer.Argument(
        help="Schedule (P6 XER or PMXML, MS Project XML or MPP); for sites a workbook or a folder "
        "of CSV files; for actuals also a run: what its plan has done by a date, to correct."
    ),
]
As = Annotated[
    Literal["mode", "actuals", "site"],
    typer.Option(
        "--as",
        help="mode: a schedule as a build mode; actuals: its progress; site: tables as sites.",
    ),
]
Name = Annotated[
    str, typer.Option("--name", help="Name of the new build mode, or of the report of actuals.")
]
Like = Annotated[str, typer.Option("--like", help="Build mode whose cost and traits it takes.")]
Portfolio = Annotated[
    str,
    typer.Option(help="Portfolio whose catalog is meant; for actuals the run that is reported on."),
]
DataDate = Annotated[
    str | None, typer.Option(help="Date of the progress, where the schedule states none.")
]
Spread = Annotated[
    str | None,
    typer.Option("--spread", help="Low and high duration over the scheduled one, as 0.8,1.5."),
]
Output = Annotated[
    str, typer.Option("-o", "--out", help="File to write, for sites a folder; - is stdout.")
]
Template = Annotated[
    Path | None,
    typer.Option(
        "--template", help="Write the tables of sites to fill in: a workbook, or a folder of CSV."
    ),
]

LONGEST_NAME: Final = 200


def import_(
    file: File = None,
    kind: As = "mode",
    name: Name = "",
    like: Like = "concrete",
    portfolio: Portfolio = "first-light",
    spread: Spread = None,
    out: Output = "-",
    data_date: DataDate = None,
    template: Template = None,
    force: Force = False,
) -> None:
    """Turn a schedule into a build mode or actuals, or tables into sites, valid as they stand.

    Example: plan import contractor.xer --name fast-shell --like concrete -o catalog/fast-shell.yaml
    """
    from planner import specs
    from planner.cli.console import put, say
    from planner.cli.finished import is_run
    from planner.cli.report import written
    from planner.errors import OutputError

    if template is not None:
        for place in _template(template, portfolio, force=force):
            say(f"wrote {place}; next: fill it in, then plan import {template} --as site -o sites")
        return
    if file is None:
        raise typer.BadParameter("name a file, or --template")
    if not file.exists():
        raise OutputError(f"cannot read {file}: no such file")
    if file.is_dir() and kind != "site" and not (kind == "actuals" and is_run(file)):
        raise OutputError(f"cannot read {file}: it is a folder; name a schedule")
    if kind == "actuals":
        made = {_file_name(out, "actuals"): _actuals(file, portfolio, name, data_date)}
    elif kind == "site":
        made = _sites(file, specs.load(portfolio).catalog)
        suffix = Path(out).suffix
        if out != "-" and suffix and len(made) == 1:
            made = {Path(out).name: next(iter(made.values()))}
    else:
        catalog = specs.load(portfolio).catalog
        made = {_file_name(out, name): _mode(file, catalog, name, like, spread)}
    if out == "-":
        put("---\n".join(made.values()).rstrip("\n"))
        return
    files = {name: text.encode() for name, text in made.items()}
    for place in written(files, Path(out), force=force):
        say(f"wrote {place}; next: plan validate {place}")


def _file_name(out: str, name: str) -> str:
    """Return the file to write: as asked, or in a folder by the name of what it holds."""
    place = Path(out)
    if place.suffix and not place.is_dir():
        return place.name
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name) + ".yaml"


def _mode(file: Path, catalog: CatalogFile, name: str, like: str, spread: str | None) -> str:
    from planner import exchange

    if not name.strip() or len(name) > LONGEST_NAME:
        raise typer.BadParameter(f"--name: 1 to {LONGEST_NAME} characters wanted")
    if name in catalog.modes:
        raise typer.BadParameter(f'--name "{name}": the catalog has a build mode of that name')
    if like not in catalog.modes:
        known = ", ".join(sorted(catalog.modes))
        raise typer.BadParameter(f'unknown mode "{like}"; known: {known}')
    return exchange.mode_yaml(
        exchange.read_schedule(file), name=name, like=catalog.modes[like], like_name=like,
        file=file.name, calendars=catalog.calendars, spread=_spread(spread),
    )  # fmt: skip


def _actuals(file: Path, run: str, name: str, data_date: str | None) -> str:
    """Return the actuals of a schedule, its activities matched with those of a run."""
    import datetime as dt

    from planner import exchange, study
    from planner.cli.console import say
    from planner.cli.finished import opened

    try:
        at = dt.date.fromisoformat(data_date) if data_date else None
    except ValueError:
        raise typer.BadParameter(
            f'--data-date "{data_date}": a date wanted, as 2026-11-01'
        ) from None
    if file.is_dir():
        if at is None:
            raise typer.BadParameter("--data-date: the day up to which the plan is taken as done")
        done = opened(str(file), None, None, None).result(study.unheard)
        run_name = file.resolve().name
        return exchange.planned_actuals_yaml(
            done, name=name.strip() or f"{run_name} as planned", run=run_name, data_date=at
        )
    network = opened(run, None, None, None).network
    known = dict(zip(network.activity, network.title, strict=True))
    text, unmatched = exchange.actuals_yaml(
        exchange.read_schedule(file), name=name.strip() or file.stem, file=file.name, known=known,
        data_date=at,
    )  # fmt: skip
    if unmatched:
        some = ", ".join(unmatched[:3]) + (", …" if len(unmatched) > 3 else "")
        say(f"warning: {len(unmatched)} activities with progress are not in {run}: {some}")
    return text


def _sites(file: Path, catalog: CatalogFile) -> dict[str, str]:
    """Return the YAML of each site by file name, checked as a spec before it is written."""
    from typing import get_args

    from planner import exchange
    from planner.domain.site import PowerTranche
    from planner.errors import SpecError

    known = {what: dict(getattr(catalog, what)) for what in
             ("climates", "trades", "works", "modes", "equipment")}  # fmt: skip
    kinds = get_args(PowerTranche.model_fields["kind"].annotation)
    sites = exchange.import_sites(
        file, {**known, "calendars": {*catalog.calendars, "standard"}, "kinds": kinds}
    )
    if wrong := [finding for site in sites for finding in _findings(site)]:
        raise SpecError(tuple(wrong))
    return {f"{site.name}.yaml": site.text for site in sites}


def _findings(site: ImportedSite) -> list[Finding]:
    """Return what the checks of specs say against a site, at the cells that it came from."""
    import tempfile
    from dataclasses import replace

    from planner import specs

    with tempfile.TemporaryDirectory(prefix="plan-import-") as folder:
        path = Path(folder) / "site.yaml"
        path.write_text(site.text, encoding="utf-8")
        found = specs.check_file(path)
    return [
        replace(finding, where=site.place_of(finding.where.path))
        for finding in found
        if finding.severity == "error"
    ]


def _template(place: Path, portfolio: str, *, force: bool) -> list[Path]:
    """Write the tables of sites, filled with those of a portfolio."""
    from planner import exchange, specs
    from planner.cli.report import written

    sites = tuple(specs.load(portfolio).sites.values())
    if place.suffix.lower() in {".xlsx", ".xlsm"}:
        return written({place.name: exchange.template_book(sites)}, place, force=force)
    if place.suffix or str(place) == "-":
        raise typer.BadParameter(f"--template {place}: a .xlsx or a folder wanted")
    return written(exchange.template_csv(sites), place, force=force)


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
