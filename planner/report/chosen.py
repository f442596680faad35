"""Formats that a finished run is rendered in on demand, beside those that every run has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.report.exporters import EXPORTERS, markdown, parquet, pictures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.report.document import Document
    from planner.report.exporters.base import Exporter

FORMATS: Final[Mapping[str, Exporter]] = {
    "html": EXPORTERS["html"],
    "md": markdown.EXPORTER,
    "svg": pictures.SVG,
    "png": pictures.PNG,
    "xlsx": EXPORTERS["xlsx"],
    "csv": EXPORTERS["csv"],
    "json": EXPORTERS["json"],
    "parquet": parquet.EXPORTER,
}
"""By what `plan report --format` calls them."""


def rendered(document: Document, form: str) -> Mapping[str, bytes]:
    """Return the files of a report in one format, by name.

    Raises
    ------
    KeyError
        If there is no such format.
    """
    return FORMATS[form].files(document)
