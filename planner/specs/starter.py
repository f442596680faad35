"""A first folder of one's own: the newcomer's case under new names, catalog and schemas beside."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Final

from planner.errors import OutputError, reason_of
from planner.specs.files import shipped_folder
from planner.specs.load import KINDS
from planner.specs.schema import schema

if TYPE_CHECKING:
    from pathlib import Path

SITE: Final = "my-site"
PORTFOLIO: Final = "my-portfolio"
RENAMED: Final = {
    "lakeside": SITE, "first-light": PORTFOLIO,
    "First light at Lakeside": "My first plan", "Lakeside": "My site",
    "Invented, to learn from": "To be replaced by a figure of your own",
    f"Invented for {PORTFOLIO}": "To be replaced by a figure of your own",
}  # fmt: skip
"""What the shipped example calls things, and what a folder of one's own calls them."""


def write_starter(folder: Path) -> Path:
    """Write a portfolio to edit, with all that it needs, and return its file.

    The folder is there whole or not at all.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    place = folder.resolve()
    fresh = place.with_name(f".{place.name}.part")
    try:
        _write(fresh)
        if place.is_dir():  # an empty one, perhaps the current folder, which cannot be replaced
            for part in sorted(fresh.iterdir()):
                part.replace(place / part.name)
        else:
            fresh.replace(place)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {reason_of(error)}") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder / "scenarios" / f"{PORTFOLIO}.yaml"


def _write(folder: Path) -> None:
    shipped = shipped_folder()
    _copy(shipped / "lakeside.yaml", folder / f"{SITE}.yaml", schemas="schema")
    _copy(shipped / "sources.yaml", folder / "sources.yaml", schemas="schema")
    for path in sorted((shipped / "catalog").glob("*.yaml")):
        _copy(path, folder / "catalog" / path.name, schemas="../schema")
    portfolio = folder / "scenarios" / f"{PORTFOLIO}.yaml"
    _copy(shipped / "scenarios" / "first-light.yaml", portfolio, schemas="../schema")
    for kind in KINDS:
        text = json.dumps(schema(kind), indent=2) + "\n"
        (folder / "schema").mkdir(exist_ok=True)
        (folder / "schema" / f"{kind}.json").write_text(text, encoding="utf-8")


def _copy(source: Path, target: Path, *, schemas: str) -> None:
    text = source.read_text(encoding="utf-8")
    if source.parent.name != "catalog" and source.name != "sources.yaml":
        for old, new in RENAMED.items():
            text = text.replace(old, new)
    for depth in ("../../", "../"):
        text = text.replace(f"$schema={depth}docs/reference/schema/", f"$schema={schemas}/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
