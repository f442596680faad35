"""What an exporter is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.report.document import Document


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format.

    Parameters
    ----------
    name
        Of the format.
    suffix
        Of its files.
    version
        Of the format, raised when a reader of the old one would misread the new one.
    is_tabular
        Whether it holds every table whole.
    files
        From a document to its files by name, each as bytes; the same document, the same bytes.
    """

    name: str
    suffix: str
    version: str
    is_tabular: bool
    files: Callable[[Document], Mapping[str, bytes]]
