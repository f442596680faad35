"""The run that a new one follows: read from its folder, with what changed since."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def chain_of(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Return a run and those it was told against, the newest first, as far as they stand beside it.

    Raises
    ------
    OutputError
        If it is no finished run.
    """
    from planner.cli.finished import is_run, manifest_of

    beside: dict[str, dict[str, tuple[Path, dict[str, Any]]]] = {}
    for other in sorted(folder.resolve().parent.iterdir()):
        if other.is_dir() and is_run(str(other)):
            with suppress(OutputError):  # one damaged run does not hide the others
                body = manifest_of(other)
                beside.setdefault(str(body.get("identity")), {})[other.name] = other, body
    chain = [(folder, manifest_of(folder))]
    seen = {chain[0][1].get("identity")}
    while (before := before_of(chain[-1][1]))[1] in beside and before[1] not in seen:
        name, identity = before
        seen.add(identity)
        # Runs of the same inputs have one identity: the one of that name, if it is still there.
        alike = beside[identity]
        chain.append(alike.get(name) or next(iter(alike.values())))
    return chain


def before_of(manifest: dict[str, Any]) -> tuple[str, str]:
    """Return name and identity of the run that one was told against; empty where there is none."""
    said = manifest.get("parent")
    if not isinstance(said, dict):
        return "", ""
    return str(said.get("name", "")), str(said.get("identity", ""))


def promised(folder: Path, of: tuple[str, float, str] | None) -> tuple[str, str]:
    """Return the P50 and P80 that a run gives of a capacity; empty where it has none."""
    for name in ("dates.csv", "targets.csv"):
        for row in _rows(folder / name):
            if _capacity(row) == of:
                return row["p50"], row["p80"]
    return "", ""


def turns_on(folder: Path) -> tuple[str, float, str] | None:
    """Return the capacity that a run's report turns on."""
    bins = _rows(folder / "key_date.csv")
    return _capacity(bins[0]) if bins else None


def parent_of(folder: Path, result: Result) -> Parent:
    """Return what the report of `result` says of the run before it.

    Raises
    ------
    OutputError, SpecError
        If its folder cannot be read.
    """
    from planner import specs, study
    from planner.cli.baseline import baseline_of
    from planner.cli.finished import manifest_of, portfolio_of
    from planner.domain.parent import Parent

    manifest = manifest_of(folder)
    before = portfolio_of(folder, manifest)
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
        identity=str(manifest.get("identity", "")), schedule=baseline_of(folder),
        years=plan.years,
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
