"""Levelling against best known makespans: ``python -m benchmarks.levelling DIR [--seconds 1]``.

DIR holds PSPLIB instances (`.sm`, single mode) and a `best_known.csv` with the columns `instance`
and `makespan`, or folders of that kind. Every instance gets the same time; compiling the kernel is
not counted. With `--schedules` the budget is a count, and the figures repeat on any machine.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import numpy as np

from planner.network.rcpsp import Project, Solution, solve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TABLE = "best_known.csv"


@dataclass(frozen=True)
class Row:
    """What was reached on an instance, beside what is best known."""

    instance: str
    known: int
    found: Solution

    @property
    def gap(self) -> float:
        """Distance to the best known makespan [%]."""
        return 100 * (self.found.makespan / self.known - 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each instance and the mean of each set."""
    ask = _parser().parse_args(arguments)
    folders = [p.parent for p in sorted(ask.folder.rglob(TABLE), key=_natural)]
    if not folders:
        print(f"no {TABLE} in {ask.folder} or below", file=sys.stderr)
        return 3
    budget = {"schedules": ask.schedules} if ask.schedules else {"seconds": ask.seconds}
    print(_machine(), *(f"{n} {v:g}" for n, v in budget.items()), f"seed {ask.seed}", sep=", ")
    print(f"{'instance':<12} {'makespan':>8} {'best known':>10} {'gap %':>6} {'schedules':>10}")
    means = []
    for folder in folders:
        rows = []
        for name, known in _instances(folder):
            project = read(folder / f"{name}.sm")
            solve(project, seed=ask.seed, schedules=1)  # compiles, or loads what was compiled
            rows.append(Row(name, known, solve(project, seed=ask.seed, **budget)))
            print(_line(rows[-1]), flush=True)
        means.append((folder.name, np.mean([row.gap for row in rows]), len(rows)))
    for name, gap, count in means:
        print(f"{name}: mean gap {gap:.2f} % over {count}")
    return 0


def read(path: Path) -> Project:
    """Return the project of a single-mode `.sm` file.

    Raises
    ------
    ValueError
        If a table of the file is missing, or an activity has several modes.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    order = list(_table(lines, "PRECEDENCE RELATIONS", 2, path))
    if any(row[1] != 1 for row in order):
        raise ValueError(f"{path}: activities with several modes")
    wants = list(_table(lines, "REQUESTS/DURATIONS", 3, path))
    (capacity,) = _table(lines, "RESOURCEAVAILABILITIES", 2, path)
    preds: list[list[int]] = [[] for _ in order]
    for number, _, _, *successors in order:
        for successor in successors:
            preds[successor - 1].append(number - 1)
    return Project(
        duration=_integers([row[2] for row in wants]),
        pred_pointer=_integers(np.cumsum([0, *map(len, preds)])),
        pred=_integers([p for row in preds for p in row]),
        need=_integers([row[3:] for row in wants]),
        capacity=_integers(capacity),
    )


def _table(lines: list[str], title: str, head: int, path: Path) -> Iterator[list[int]]:
    """Yield the numbers of each row of a table, `head` lines below its title."""
    at = next((i for i, line in enumerate(lines) if line.startswith(title)), None)
    if at is None:
        raise ValueError(f"{path}: no table '{title}'")
    for line in lines[at + head :]:
        if line.startswith("*"):
            return
        yield [int(field) for field in line.split()]


def _instances(folder: Path) -> list[tuple[str, int]]:
    with (folder / TABLE).open(encoding="utf-8", newline="") as file:
        rows = [(row["instance"], int(row["makespan"])) for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: _natural(Path(row[0])))


def _natural(path: Path) -> tuple[int, str]:
    """Return a key by which j30 comes before j120."""
    return len(str(path)), str(path)


def _integers(values: object) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _line(row: Row) -> str:
    found = row.found
    return (
        f"{row.instance:<12} {found.makespan:>8} {row.known:>10} {row.gap:>6.2f}"
        f" {found.schedules:>10}"
    )


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}"
        f", numpy {np.__version__}, numba {numba.__version__}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levelling", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with .sm files, or of such folders")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each instance")
    parser.add_argument("--schedules", type=int, help="for each instance, instead of seconds")
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
