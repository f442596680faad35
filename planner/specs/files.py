"""Finding the files of a portfolio: names, folders, the shipped examples."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from planner.errors import OutputError, reason_of
from planner.specs.fields import nearest

SUFFIXES = (".yaml", ".yml")
NO_FILE = "there is no such file"
MOST_SHOWN = 200
"""Characters of a path that a message shows."""
SHIPPED = "shipped:"
"""Prefix of an entry that names a file or folder shipped with the planner."""


@dataclass(frozen=True)
class FileRef:
    """A file with the name that messages call it by.

    Parameters
    ----------
    path
        Where it is.
    name
        As the user gave it, or relative to what the user gave.
    shipped
        Folder that stands for the shipped one: the copy that a run keeps of its inputs.
    """

    path: Path
    name: str
    shipped: Path | None = None

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> FileRef:
        """Return the file of a path, called as given."""
        return cls(Path(path), os.fspath(path))

    def beside(self, entry: str) -> FileRef:
        """Return the file or folder that an entry of this file names."""
        if entry.startswith(SHIPPED):
            # Rooted first: what climbs out of the shipped folder does not come out of it.
            inner = os.path.normpath(f"/{entry.removeprefix(SHIPPED)}").lstrip("/") or "."
            folder = self.shipped or shipped_folder()
            return FileRef(folder / inner, f"{SHIPPED}{inner}", self.shipped)
        prefix = SHIPPED if self.name.startswith(SHIPPED) else ""
        folder = Path(self.name.removeprefix(SHIPPED)).parent
        name = os.path.normpath(folder / entry)
        return FileRef(self.path.parent / entry, f"{prefix}{name}", self.shipped)

    def inside(self) -> list[FileRef]:
        """Return the spec files of a folder, by name."""
        return [
            FileRef(path, f"{self.name}/{path.name}", self.shipped)
            for path in sorted(self.path.iterdir())
            if path.suffix.lower() in SUFFIXES and path.is_file() and path.name[0] != "."
        ]


def is_file(path: Path) -> bool:
    """Return whether a file stands at a path; a path that the system refuses holds none."""
    try:
        return path.is_file()
    except OSError:  # such as a name that is too long
        return False


def is_folder(path: Path) -> bool:
    """Return whether a folder stands at a path; a path that the system refuses holds none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def lack_of(path: Path) -> str:
    """Return why no file can be read at a path, as the end of a sentence."""
    try:
        if path.is_dir():
            return "it is a folder; a file is wanted"
        if path.is_symlink():
            return "the link leads to no file"
        return "it is no regular file" if path.exists() else NO_FILE
    except OSError as error:
        return reason_of(error)


def shipped_folder() -> Path:
    """Return the folder of the shipped specs: beside the package, or inside it once installed."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "sites"
    return beside if (beside / "scenarios").is_dir() else package / "shipped"


def portfolio_names() -> list[str]:
    """Return the names of the portfolios here and shipped, each once."""
    folders = (Path("sites/scenarios"), shipped_folder() / "scenarios")
    names = {path.stem for f in folders if f.is_dir() for path in f.iterdir() if
             path.suffix in SUFFIXES}  # fmt: skip
    return sorted(names)


def find(given: str | os.PathLike[str]) -> FileRef:
    """Return the file that a path or the name of a portfolio stands for.

    Raises
    ------
    OutputError
        If there is no such file; the message names the nearest there is.
    """
    text = os.fspath(given)
    path = Path(text)
    if is_file(path):
        return FileRef(path, text)
    if not text.strip():
        raise OutputError("no file is named: the name is empty")
    if (lack := lack_of(path)) != NO_FILE:
        lack = lack.replace("a file is wanted", "name a portfolio file in it")
        raise OutputError(f"cannot read {shortened(text)}: {lack}")
    is_name = path.name == text and path.suffix not in SUFFIXES
    if is_name:
        local = Path("sites/scenarios") / f"{text}.yaml"
        if local.is_file():
            return FileRef(local, str(local))
        shipped = shipped_folder() / "scenarios" / f"{text}.yaml"
        if shipped.is_file():
            return FileRef(shipped, f"{SHIPPED}scenarios/{text}.yaml")
    raise OutputError(f"cannot read {text}: no such file{_known(text, is_name)}")


def shortened(name: str) -> str:
    """Return a name as a message can show it."""
    return name if len(name) <= MOST_SHOWN else f"{name[:MOST_SHOWN]}…"


def _known(text: str, is_name: bool) -> str:
    if is_name:
        names = portfolio_names()
        match = nearest(text, names)
        return f"; did you mean {match}?" if match else f"; known portfolios: {', '.join(names)}"
    folder = Path(text).parent
    there = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    match = nearest(Path(text).name, there)
    return f"; did you mean {folder / match}?" if match else ""


def read_bytes(file: FileRef) -> bytes:
    """Return the content of a file.

    Raises
    ------
    OutputError
        If it cannot be read, or its name is no text that a run could keep.
    """
    if any("\ud800" <= c <= "\udfff" for c in file.name):
        raise OutputError(f"cannot read {file.name}: its name is not UTF-8; rename it")
    try:
        return file.path.read_bytes()
    except OSError as error:
        name = file.name if file.shipped is None else file.path  # a run's copy of its inputs
        raise OutputError(f"cannot read {name}: {reason_of(error)}") from None
