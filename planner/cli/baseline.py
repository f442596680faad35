"""The baseline that another finished run is, or a plan: dates that a forecast is held against."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

from planner.errors import OutputError, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.baseline import Baseline
    from planner.domain.portfolio import Portfolio

SCHEDULE = "schedule.csv"
COLUMNS = ("activity", "start_p50", "finish_p50")
DETERMINISTIC = "finish_deterministic"


def held_against(place: Path, portfolio: Portfolio) -> Baseline:
    """Return the baseline that a run is, or the deterministic dates of a plan of the portfolio.

    Raises
    ------
    OutputError, SpecError
        If it is neither, or cannot be read.
    """
    if place.is_dir():
        return baseline_of(place)
    from planner import specs
    from planner.network.baseline import planned_dates

    return planned_dates(portfolio, specs.read_plan(place, portfolio), place.name)


def baseline_of(folder: Path) -> Baseline:
    """Return the P50 dates of a run's activities, with those of its deterministic pass.

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
        start, finish, like = (
            {r["activity"]: dt.date.fromisoformat(r[key]) for r in rows if r.get(key)}
            for key in (*COLUMNS[1:], DETERMINISTIC)
        )
    except OSError as error:
        raise OutputError(f"cannot read the baseline {path}: {reason_of(error)}") from None
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise OutputError(f"{path} is no schedule of a run: {error}") from None
    return Baseline(folder.resolve().name, start, finish, like)


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
