"""`plan report`: a finished run's report in another format, without solving again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from planner.cli.arguments import Force, Quiet

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
PAGE: Final = "report.html"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PRINT_S: Final = 120


def report(
    run: Run, form: Format = "html", out: Output = None, force: Force = False, quiet: Quiet = False
) -> None:
    """Render the report of a finished run again, simulated on its own seed and not solved.

    Example: plan report reports/base --format md -o - | head -40
    """
    from planner.cli.console import progress, put, say
    from planner.report import FORMATS, rendered

    if form not in (*FORMATS, PDF):
        known = ", ".join((*FORMATS, PDF))
        raise typer.BadParameter(f'unknown format "{form}"; known are {known}')
    if out != "-":
        check_place(Path(out) if out else Path(), force=force)
    with progress(quiet=quiet) as update:
        document = document_of(run, update)
    files = rendered(document, PAGE.rpartition(".")[2] if form == PDF else form)
    if form == PDF:
        files = {"report.pdf": printed(files[PAGE])}
    if out == "-":
        if len(files) != 1 or form in {PDF, "xlsx"}:
            raise typer.BadParameter(f"{form} cannot go to stdout; give -o a file or a folder")
        put(next(iter(files.values())).decode().rstrip("\n"))
        return
    for place in written(files, Path(out) if out else Path(), force=force):
        say(f"wrote {place}")


def document_of(run: str, update: Progress) -> Document:
    """Return the document of a finished run: the same as when it was made."""
    from planner import report, study
    from planner.cli.explain import kept
    from planner.cli.finished import is_run, opened
    from planner.errors import OutputError

    if not is_run(run):
        raise OutputError(f"{run} is no finished run; `plan runs` lists them")
    found = opened(run, None, None, None)
    result = study.reviewed(found.result(update), update)
    result = study.with_warnings(result, tuple(found.manifest.get("warnings", ())))
    result = replace(result, explanation=kept(Path(run)))
    return report.compose(result, identity=str(found.manifest.get("identity", "")))


def check_place(out: Path, *, force: bool) -> None:
    """See before any work that something can be written where it is wanted.

    Raises
    ------
    OutputError
        If the place is taken by a file, or nothing can be written there.
    """
    from planner.cli.run_folder import check_writable
    from planner.errors import OutputError

    if out.is_file() and not force:
        raise OutputError(f"{out} exists\n  help: use another -o, or --force")
    above = out if out.is_dir() else out.parent
    while not above.exists() and above != above.parent:
        above = above.parent
    check_writable(above)


def written(files: Mapping[str, bytes], out: Path, *, force: bool) -> list[Path]:
    """Write files where they were asked for: one into a file, several into a folder.

    Raises
    ------
    OutputError
        If a place is taken or cannot be written.
    """
    from planner.errors import OutputError, reason_of

    is_folder = out.is_dir() or not out.suffix or len(files) > 1
    places = {out / name if is_folder else out: body for name, body in files.items()}
    taken = [place for place in places if place.exists()]
    if taken and not force:
        raise OutputError(f"{taken[0]} exists\n  help: use another -o, or --force")
    try:
        for place, body in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            _put(place, body)
    except OSError as error:
        raise OutputError(f"cannot write {out}: {reason_of(error)}") from None
    return list(places)


def _put(place: Path, body: bytes) -> None:
    """Write a file whole or not at all; nothing is left where it fails or is interrupted."""
    fresh = place.with_name(f".{place.name}.part")
    try:
        fresh.write_bytes(body)
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


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
