"""`plan report`: a finished run's report in another format, without solving again."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from planner.cli.arguments import Baseline, Force, Quiet

if TYPE_CHECKING:
    from planner.domain.result import Progress
    from planner.report import Document

Run = Annotated[str, typer.Argument(help="Folder of a finished run.")]
Format = Annotated[
    str,
    typer.Option("--format", help="html, md, pdf, svg, png, xlsx, csv or json."),
]
Output = Annotated[
    str | None,
    typer.Option("--out", "-o", help="File, or folder for several; - is stdout. Here if none."),
]
PDF: Final = "pdf"
STREAMED: Final = frozenset(("html", "md", "json", "mspdi", "pmxml", "xer"))
"""Formats that are one text."""
PAGE: Final = "report.html"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PRINT_S: Final = 120


def report(
    run: Run, form: Format = "html", out: Output = None, baseline: Baseline = None,
    force: Force = False, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Render the report of a finished run again, simulated on its own seed and not solved.

    Example: plan report reports/base --format md -o - | head -40
    """
    from planner.cli.console import progress, put_file, say
    from planner.report import FORMATS, rendered

    if form not in (*FORMATS, PDF):
        known = ", ".join((*FORMATS, PDF))
        raise typer.BadParameter(f'unknown format "{form}"; known are {known}')
    if out == "-":
        check_stdout(form)
    else:
        check_place(Path(out) if out else Path(), force=force)
    with progress(quiet=quiet) as update:
        document = document_of(run, update, baseline)
    files = rendered(document, PAGE.rpartition(".")[2] if form == PDF else form)
    if form == PDF:
        files = {"report.pdf": printed(files[PAGE])}
    if out == "-":
        put_file(next(iter(files.values())))
        return
    for place in written(files, Path(out) if out else Path(), force=force):
        say(f"wrote {place}")


def document_of(run: str, update: Progress, baseline: Path | None = None) -> Document:
    """Return the document of a finished run: the same as when it was made.

    The run before it is told against where it still stands beside; what dates are held against is
    named again, for a run keeps no copy of its baseline.
    """
    from planner import report, study
    from planner.cli.baseline import held_against
    from planner.cli.explain import kept
    from planner.cli.finished import is_run, manifest_of, opened
    from planner.cli.parent import before_of, parent_of
    from planner.errors import OutputError

    if not is_run(run):
        raise OutputError(f"{run} is no finished run; `plan runs` lists them")
    found = opened(run, None, None, None)
    result = study.reviewed(found.result(update), update)
    result = study.with_warnings(result, tuple(found.manifest.get("warnings", ())))
    result = replace(result, explanation=kept(Path(run)))
    if baseline is not None:
        result = replace(result, baseline=held_against(baseline, found.portfolio))
    name, identity = before_of(dict(found.manifest))
    before = Path(run).resolve().parent / name
    if name and is_run(before) and manifest_of(before).get("identity") == identity:
        result = replace(result, parent=parent_of(before, result))
    return report.compose(result, identity=str(found.manifest.get("identity", "")))


def check_stdout(form: str) -> None:
    """See that a format is one text, which stdout can take."""
    if form not in STREAMED:
        raise typer.BadParameter(f"{form} cannot go to stdout; give -o a file or a folder")


def check_place(out: Path, *, force: bool) -> None:
    """See before any work that something can be written where it is wanted.

    Raises
    ------
    OutputError
        If the place is taken by a file, or nothing can be written there.
    """
    from planner.cli.run_folder import check_writable

    if not out.is_dir():
        _refuse_taken(out, force=force)
    check_writable(_folder_above(out if out.is_dir() else out.parent))


def _folder_above(place: Path) -> Path:
    """Return the nearest folder that there is, in which the others can be made."""
    from planner.errors import OutputError

    above = place
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise OutputError(f"cannot write to {place}: {above} is no folder\n  help: use another -o")
    return above


def _refuse_taken(place: Path, *, force: bool) -> None:
    """Refuse a place where something stands; a device or a folder is never written over."""
    from planner.errors import OutputError

    if not place.exists():
        return
    if not place.is_file():
        what = "a folder" if place.is_dir() else "no regular file"
        raise OutputError(f"cannot write {place}: it is {what}\n  help: use another -o")
    if not force:
        raise OutputError(f"{place} exists\n  help: use another -o, or --force")


def written(files: Mapping[str, bytes], out: Path, *, force: bool) -> list[Path]:
    """Write files where they were asked for, all or none: one into a file, several into a folder.

    Raises
    ------
    OutputError
        If a place is taken or cannot be written; what stood there stands.
    """
    from planner.errors import OutputError, reason_of

    is_folder = out.is_dir() or not out.suffix or len(files) > 1
    places = {out / name if is_folder else out: body for name, body in files.items()}
    for place in places:
        _folder_above(place.parent)
        _refuse_taken(place, force=force)
    fresh = {place: place.with_name(f".{place.name}.part") for place in places}
    try:
        for place, body in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh[place].write_bytes(body)
        for place, part in fresh.items():
            part.replace(place)
    except OSError as error:
        raise OutputError(f"cannot write {out}: {reason_of(error)}") from None
    finally:  # Ctrl-C as well
        for part in fresh.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    return list(places)


def printed(page: bytes) -> bytes:
    """Return the page as a browser without a window prints it.

    Raises
    ------
    OutputError
        If there is no such browser, or it printed nothing.
    """
    import shutil
    import subprocess
    import tempfile

    from planner.errors import OutputError

    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise OutputError(
            f"no browser to print with ({', '.join(BROWSERS)})\n"
            "  help: install chromium, or open report.html and print it"
        )
    with tempfile.TemporaryDirectory(prefix="plan-print-") as folder:
        source, made = Path(folder) / PAGE, Path(folder) / "report.pdf"
        source.write_bytes(page)
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-sync",
            "--disable-component-update", f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer", f"--print-to-pdf={made}", source.as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=PRINT_S, check=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise OutputError(f"{browser} could not print: {error}") from None
        return made.read_bytes()
