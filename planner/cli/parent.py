"""The run that a new one follows: read from its folder, with what changed since."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import OutputError, reason_of

if TYPE_CHECKING:
    from planner.domain.parent import Parent
    from planner.domain.result import Result

LAST = "last"
"""Stands for the newest finished run of the same portfolio beside the new one."""


def folder_of(name: str, beside: Path, portfolio: str) -> Path:
    """Return the folder of the parent run.

    Raises
    ------
    OutputError
        If it is no finished run, or none stands beside the new one.
    """
    from planner.cli.finished import is_run

    if name != LAST:
        if not is_run(name):
            raise OutputError(f"{name} is no finished run: it has no manifest.json")
        return Path(name)
    found = _runs_beside(beside, portfolio)
    if not found:
        raise OutputError(f"no earlier run of {portfolio} stands in {beside.parent}")
    return max(found)[1]


def _runs_beside(beside: Path, portfolio: str) -> list[tuple[str, Path]]:
    from planner.cli.finished import is_run, manifest_of

    folders = sorted(f for f in beside.parent.iterdir() if f.is_dir() and is_run(f))
    others = [(f, manifest_of(f)) for f in folders if f.resolve() != beside.resolve()]
    return [(str(m.get("finished", "")), f) for f, m in others if m.get("portfolio") == portfolio]


def parent_of(folder: Path, result: Result) -> Parent:
    """Return what the report of `result` says of the run before it.

    Raises
    ------
    OutputError, SpecError
        If its folder cannot be read.
    """
    from planner import specs, study
    from planner.cli.finished import manifest_of, portfolio_of
    from planner.domain.parent import Parent

    before = portfolio_of(folder, manifest_of(folder))
    plan = specs.read_plan(folder / "plan.yaml", before)
    found = study.difference(plan, result.plan, (before, result.portfolio))
    try:
        dates = {
            _capacity(r): (_date(r["p50"]), _date(r["p80"]))
            for name in ("dates.csv", "targets.csv")
            for r in _rows(folder / name)
        }
        bins = _rows(folder / "key_date.csv")
        curve = tuple((dt.date.fromisoformat(r["until"]), float(r["cumulative"])) for r in bins)
        curve_of = _capacity(bins[0]) if bins else None
        risk = {r["risk"]: float(r["p80_day"]) for r in _rows(folder / "risk.csv")}
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise OutputError(f"{folder} is no run of this version: {error}") from None
    return Parent(
        name=folder.resolve().name, dates=dates, curve=curve, curve_of=curve_of,
        levels=dict(plan.level),
        spend_musd=float(sum(row.spend for row in plan.cash)), risk_day=risk,
        direct=tuple((c.subject, c.text) for c in found.direct),
        moves=dict(Counter(str(c.symbol) for c in found.consequences)), same=found.same,
    )  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of the run, none where an older run does not have it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OutputError(f"cannot read {path}: {reason_of(error)}") from None


def _capacity(row: dict[str, str]) -> tuple[str, float, str]:
    return row["subject"], float(row["amount_mw"]), row["basis"]


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
