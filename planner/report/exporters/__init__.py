"""Formats of the report. To add one: write a file that defines EXPORTER, and list it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.report.exporters import csv_files, gantt, html_page, json_file, workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.report.exporters.base import Exporter

EXPORTERS: Final[Mapping[str, Exporter]] = {
    m.EXPORTER.name: m.EXPORTER for m in (html_page, csv_files, json_file, gantt, workbook)
}
