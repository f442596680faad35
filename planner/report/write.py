"""Writing a run: every format into a temporary folder, the manifest last, then one rename.

The files depend on the result and the identity alone, so that the same inputs and seed give the
same bytes; only the manifest holds a clock, a platform and versions.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import shutil
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner import __version__
from planner.errors import OutputError, reason_of
from planner.report import sentences
from planner.report.compose import arrange
from planner.report.exporters import EXPORTERS, plan_yaml
from planner.report.facts import gather

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.domain.result import Result
    from planner.report.document import Document

FORMAT_VERSION: Final = "1.0"
LIBRARIES: Final = (
    "altair", "highspy", "numba", "numpy", "pint", "polars", "pydantic", "pyomo", "scipy", "simpy",
    "vl-convert-python", "xlsxwriter",
)  # fmt: skip


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def write_run(
    result: Result,
    folder: Path,
    *,
    command: str,
    identity: str = "",
    kept: Mapping[str, bytes] | None = None,
    reopen: Mapping[str, object] | None = None,
    started: dt.datetime | None = None,
    replace: bool = False,
    clock: Callable[[], dt.datetime] = _now,
) -> Path:
    """Write the folder of a run, whole or not at all.

    Parameters
    ----------
    folder
        Place of the run; it must not exist, or be empty, unless it is to be replaced.
    command
        Command line that made it, for its reader to repeat.
    identity
        Digest of inputs and settings; names the run.
    kept
        Further files of the run, by place: what it keeps to be opened again.
    reopen
        What opening it again needs: the portfolio file among the inputs, settings, and so on.
    replace
        Whether an old run at that place gives way; it stays until the new one is complete.
    started, clock
        When the run began, and the clock that says when it ended; they enter the manifest alone.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written.
    """
    facts = gather(result)
    document = arrange(facts, identity=identity)
    written = render(document, result)
    written |= kept or {}
    manifest = {
        **_describe(result, document, identity),
        "command": command,
        "reopen": dict(reopen or {}),
        "verdict": sentences.chip(facts).text,
        "files": {
            name: {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in sorted(written.items())
        },
        "started": _stamp(started),
        "finished": _stamp(clock()),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False)
    return _publish(folder, {**written, "manifest.json": f"{text}\n".encode()}, replace=replace)


def render(document: Document, result: Result) -> dict[str, bytes]:
    """Return every file of a run but the manifest, by name."""
    made = {"plan.yaml": plan_yaml.render(result.plan).encode()}
    for exporter in EXPORTERS.values():
        made |= exporter.files(document)
    return made


def _stamp(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _describe(result: Result, document: Document, identity: str) -> dict[str, object]:
    """Return what the manifest says of a run, clock and files aside."""
    status, found = result.plan.status, result.verification
    before = result.parent
    return {
        "format_version": FORMAT_VERSION,
        "planner": __version__,
        "portfolio": result.portfolio.spec.portfolio,
        "title": document.title,
        "identity": identity,
        "data_date": result.plan.data_date.isoformat(),
        "parent": {"name": before.name, "identity": before.identity} if before else None,
        "seed": result.seed,
        "samples": result.outcome.samples,
        "reproducible": status.is_reproducible if status else True,
        "inputs": dict(sorted(result.portfolio.digests.items())),
        "solver": None
        if status is None
        else {
            "name": status.solver,
            "gap": status.gap,
            "status": status.text.removeprefix("status: "),
            "levels": [
                {"name": x.name, "value": x.value, "bound": x.bound, "unit": x.unit,
                 "termination": x.termination.value}
                for x in status.levels
            ],
        },
        "verification": {
            "text": document.chip.text,
            "verified": found.is_verified,
            "confidence": found.confidence,
            "joint": found.joint,
            "seed": found.seed,
            "round": found.round,
            "rounds": result.rounds,
            "promises": [
                {"name": v.promise.name, "held": v.held, "upper": v.upper, "kept": v.is_kept}
                for v in found.verdicts
            ],
        },
        "warnings": list(result.warnings),
        "formats": {e.name: e.version for e in EXPORTERS.values()},
        "versions": {"python": platform.python_version(), **_versions(LIBRARIES)},
        "platform": platform.platform(),
    }  # fmt: skip


def _versions(names: tuple[str, ...]) -> dict[str, str]:
    return {name: metadata.version(name) for name in names}


def _publish(folder: Path, files: Mapping[str, bytes], *, replace: bool = False) -> Path:
    """Write the files beside the folder and rename; what fails leaves nothing behind."""
    is_old = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if is_old and not replace:
        raise OutputError(f"{folder} exists and is not empty")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"cannot write to {folder.parent}: {reason_of(error)}") from None
    try:
        place.chmod(0o755)
        for name, body in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(body)
        if is_old:
            _swap(place, folder)
        else:
            place.replace(folder)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise OutputError(f"cannot write {folder}: {reason_of(error)}") from None
    except BaseException:
        # Ctrl-C as well: a half-written folder would look like a run.
        shutil.rmtree(place, ignore_errors=True)
        raise
    return folder


def _swap(place: Path, folder: Path) -> None:
    """Put the new run where an old one is; the old one comes back where that fails."""
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    folder.replace(aside / folder.name)
    try:
        place.replace(folder)
    except OSError:
        (aside / folder.name).replace(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
