"""The baseline that another finished run is: its schedule at P50, as it stands in its folder."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

from planner.errors import OutputError, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.baseline import Baseline

SCHEDULE = "schedule.csv"
COLUMNS = ("activity", "start_p50", "finish_p50")


def baseline_of(folder: Path) -> Baseline:
    """Return the P50 dates of a run's activities.

    Raises
    ------
    OutputError
        If the folder holds no schedule, or one that cannot be read.
    """
    from planner.domain.baseline import Baseline

    path = folder / SCHEDULE
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _whole(csv.DictReader(file))
        start, finish = (
            {r["activity"]: dt.date.fromisoformat(r[key]) for r in rows if r[key]}
            for key in COLUMNS[1:]
        )
    except OSError as error:
        raise OutputError(f"cannot read the baseline {path}: {reason_of(error)}") from None
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise OutputError(f"{path} is no schedule of a run: {error}") from None
    return Baseline(folder.resolve().name, start, finish)


def _whole(reader: csv.DictReader[str]) -> list[dict[str, str]]:
    """Return the rows of a schedule.

    Raises
    ------
    ValueError
        If it has no row, lacks a column, or a row has more or fewer cells than it has columns.
    """
    lacking = [key for key in COLUMNS if key not in (reader.fieldnames or ())]
    if lacking:
        raise ValueError(f"it has no column {', '.join(lacking)}")
    rows = []
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"line {reader.line_num} has not as many cells as it has columns")
        if "\0" in "".join(row.values()) or not row["activity"]:
            raise ValueError(f"line {reader.line_num} names no activity")
        rows.append(row)
    if not rows:
        raise ValueError("it has no activity")
    return rows
