"""The place of a run: its name, whether it is free and can be written, and its lock."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import LockedError, OutputError, reason_of

REPORTS = Path("reports")


def choose(out: Path | None, portfolio: str, identity: str, now: dt.datetime) -> Path:
    """Return the folder of a new run: `out`, or ``reports/PORTFOLIO-TIME-ID``."""
    if out is not None:
        return out
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in portfolio)
    return REPORTS / f"{name}-{now:%Y%m%d-%H%M%S}-{identity[:4]}"


@contextmanager
def reserved(folder: Path, *, force: bool) -> Iterator[Path]:
    """Hold the run folder for this process: checked and locked before any work, freed after.

    Raises
    ------
    OutputError
        If the folder holds something, or its parent cannot be written.
    LockedError
        If another live process holds it.
    """
    check_free(folder, force=force)
    lock = folder.with_name(f".{folder.name}.lock")
    check_writable(folder.parent)
    _take(lock)
    try:
        yield folder
    finally:
        lock.unlink(missing_ok=True)


def check_free(folder: Path, *, force: bool) -> None:
    """See that a folder holds nothing, or with `force` a run.

    Raises
    ------
    OutputError
        If it holds something else.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    manifest = folder / "manifest.json"
    if not manifest.exists():
        raise OutputError(f"{folder} exists and is not a run; choose another --out")
    if not force:
        finished = _finished(manifest)
        raise OutputError(
            f"{folder} exists (finished {finished})\n  help: use another --out, or --force"
        )


def _finished(manifest: Path) -> str:
    """Return when a run was finished; its manifest may be damaged."""
    try:
        return str(json.loads(manifest.read_text(encoding="utf-8"))["finished"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "earlier; its manifest.json is damaged"


def check_writable(parent: Path) -> None:
    """Make a folder and see that files can be written there.

    Raises
    ------
    OutputError
        If it cannot.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        probe = parent / f".plan-probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(f"cannot write to {parent}: {reason_of(error)}") from None


def _take(lock: Path) -> None:
    """Create the lock; one left by a dead process is taken over."""
    content = {
        "pid": os.getpid(), "host": socket.gethostname(),
        "since": dt.datetime.now().strftime("%H:%M"),  # noqa: DTZ005 - local time for a person
    }  # fmt: skip
    for _ in range(2):
        try:
            with lock.open("x", encoding="utf-8") as file:
                json.dump(content, file)
        except FileExistsError:
            _refuse_if_alive(lock)
            lock.unlink(missing_ok=True)
        else:
            return
    raise LockedError(f"{lock} could not be taken")


def _refuse_if_alive(lock: Path) -> None:
    try:
        held = json.loads(lock.read_text(encoding="utf-8"))
        pid, host, since = int(held["pid"]), str(held["host"]), str(held["since"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return  # no lock of ours: cut short, or something else of that name
    if host == socket.gethostname() and not _is_alive(pid):
        return
    folder = lock.with_name(lock.name.removeprefix(".").removesuffix(".lock"))
    message = f"{folder} is in use by pid {pid} on host {host} since {since}"
    if host != socket.gethostname():
        message += f"\n  help: if no plan runs there any more, remove {lock}"
    raise LockedError(message)


def _is_alive(pid: int) -> bool:
    if pid <= 0:  # the system takes these for groups of processes
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
