"""How long whole commands take, over a bare interpreter start: ``python -m benchmarks.commands``.

Prints a markdown table: the median of some runs of each command as a true process, its CPU time,
and the wall time beyond that of ``python -c pass`` in the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """A command to time.

    Parameters
    ----------
    args
        Arguments of the interpreter; ``{out}`` stands for a new folder.
    runs
        How often it is timed.
    reach
        What it is meant to reach, in words.
    """

    name: str
    args: tuple[str, ...]
    runs: int
    reach: str


PLAN = ("-m", "planner")
BARE = Case("bare interpreter", ("-c", "pass"), 5, "")
CASES = (
    Case("plan --help", (*PLAN, "--help"), 5, "0.3 s beyond bare"),
    Case("plan validate meta-2025", (*PLAN, "validate", "meta-2025"), 5, "1 s beyond bare"),
    Case("plan optimize first-light", (*PLAN, "optimize", "first-light", "-q", "--out", "{out}"),
         3, "20 s"),
    Case("plan optimize meta-2025", (*PLAN, "optimize", "meta-2025", "-q", "--out", "{out}"),
         1, "300 s"),
)  # fmt: skip


def timed(case: Case) -> tuple[float, float]:
    """Return wall and CPU seconds of one run."""
    with tempfile.TemporaryDirectory() as folder:
        args = [a.replace("{out}", str(Path(folder) / "run")) for a in case.args]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *args], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Time the commands and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave out the reference case")
    asked = parser.parse_args()
    bare = statistics.median(timed(BARE)[0] for _ in range(BARE.runs))
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, highspy "
        f"{version('highspy')}, numba {version('numba')}; bare start {bare:.2f} s\n"
    )
    print("| command | wall s, median | beyond bare s | CPU s | reach |")
    print("|---|---|---|---|---|")
    for case in CASES[: -1 if asked.quick else None]:
        runs = [timed(case) for _ in range(case.runs)]
        wall, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"| {case.name} | {wall:.2f} | {wall - bare:.2f} | {cpu:.2f} | {case.reach} |")


if __name__ == "__main__":
    main()
