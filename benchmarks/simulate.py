"""How fast futures are simulated: ``python -m benchmarks.simulate [--quick]`` prints a table.

All ratios are of one run. The reference and a textbook model are measured in a process of their own
in which numba is not loaded (see `benchmarks.reference`), on the same draws. Figures of one core
are in CPU time of one thread, the best of some repetitions; those of two threads, and whole runs,
in elapsed time, so that whatever else the machine does makes them worse.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pickle
import platform
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.networks import synthetic
from planner.domain.result import order_statistics
from planner.network import (
    build_tables,
    candidates,
    deterministic,
)
from planner.network.level import sequence
from planner.simulate import fast, run
from planner.simulate.blocks import block_size
from planner.simulate.logic import ARC
from planner.simulate.sampling import Sampler
from planner.specs import load, shipped_folder
from planner.study.ask import Ask
from planner.study.trials import try_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.domain.result import FloatArray, IntArray, Outcome
    from planner.network.arrays import Network

BLOCK: Final = 128
ROOT: Final = Path(__file__).parent.parent
DAY_MIN: Final = 1440
WEEK_MIN: Final = 7 * DAY_MIN
WEEKS: Final = 16
"""Weeks of a fan worked out together."""
SHARES: Final = (0.1, 0.5, 0.8, 0.9)
HALLS: Final = 2
"""Halls tried together."""
WIDEST: Final = 40
"""Length of the longest bar that is drawn."""
PORTFOLIO: Final = "scenarios/meta-2025.yaml"
"""The reference case."""
COLD: Final = (
    "from tests.networks import Job, network; from planner.simulate import run;"
    "run(network([Job('a', 480, calendar='5x8')]), seed=1, samples=1)"
)

LEAST: Final = (
    "import numba\n@numba.njit(cache=True)\ndef add(number):\n    return number + 1\nadd(1)\n"
)
"""The least that a process does which runs anything compiled."""


@dataclass(frozen=True)
class Size:
    """What is measured: in full, quickly, or barely (as a test)."""

    activities: tuple[int, ...]
    seconds: float
    repeats: int
    blocks: int
    samples: int
    large: int
    trials: int
    options: int
    growth: tuple[int, ...]
    growth_samples: tuple[int, ...]


FULL: Final = Size(
    (50, 200, 1000), 4.0, 7, 16, 10_000, 1000, 1000, 10**6,
    (100, 300, 1000, 3000, 10_000, 20_000), (100, 1000, 10_000, 100_000),
)  # fmt: skip
QUICK: Final = Size(
    (50, 200, 1000), 1.0, 3, 8, 2_000, 1000, 50, 20, (100, 1000, 5000), (100, 1000, 10_000)
)
TINY: Final = Size((10, 20), 0.01, 1, 1, 20, 20, 2, 1, (10, 20), (10, 20))

Row = tuple[str, ...]


# --- samples a second


def speeds(size: Size) -> Iterator[Row]:
    """Yield samples a second of each engine, and ratios."""
    for four in (False, True):
        for count in size.activities:
            yield _speed(synthetic(count, four_calendars=four, weather=four), count, four, size)


def _speed(network: Network, count: int, four: bool, size: Size) -> Row:
    draws = Sampler(network, seed=1, samples=BLOCK).draw(0, BLOCK)
    plain = _elsewhere(network, draws, size.seconds)
    slow = plain["reference"]
    one = _samples_a_second(network, draws, size.repeats)
    fixed = with_arcs(network)
    own_arcs = _samples_a_second(fixed, draws, size.repeats)
    drawn = _with_draws(network, size, workers=1)
    two = _with_draws(network, size, workers=2)
    two_arcs = _with_draws(fixed, size, workers=2)
    figures = (slow, plain["textbook"], one, own_arcs, drawn, two, two_arcs)
    ratios = (one / slow, own_arcs / slow, two / slow, two_arcs / slow, one / plain["textbook"])
    return (
        f"{count}, {'four, weather' if four else '24x7'}",
        *(f"{f:,.4g}" if f < 1000 else f"{f:,.0f}" for f in figures),
        *(f"{r:,.0f}" for r in ratios),
    )


def _elsewhere(network: Network, draws: object, seconds: float) -> dict[str, float]:
    """Return samples a second of the reference and the textbook, in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.pickle"
        path.write_bytes(pickle.dumps((network, draws)))
        command = [sys.executable, "-m", "benchmarks.reference", str(path), str(seconds)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    if found["is numba loaded"]:
        raise RuntimeError("numba is loaded beside the reference, which runs at half its speed")
    return found


def _samples_a_second(network: Network, draws: object, repeats: int) -> float:
    """Return samples a second of the compiled engine, given draws, in CPU time of one thread."""
    prepared = fast.prepare(network)
    return BLOCK / best(
        lambda: fast.simulate_packed(prepared, draws),  # type: ignore[arg-type]
        repeats,
        time.thread_time,
    )


def _with_draws(network: Network, size: Size, workers: int) -> float:
    """Return samples a second of elapsed time, draws included, on some threads."""
    prepared, block_of = fast.prepare(network), block_size(network)
    turn_of = block_of * size.blocks
    sampler = Sampler(network, seed=1, samples=turn_of * (size.repeats + 1))

    def block(first: int) -> None:
        fast.simulate_packed(prepared, sampler.draw(first, block_of))

    best_s = np.inf
    with ThreadPoolExecutor(workers) as pool:
        for turn in range(size.repeats + 1):
            begun = time.perf_counter()
            firsts = range(turn * turn_of, (turn + 1) * turn_of, block_of)
            list(pool.map(block, firsts))
            # The first turn compiles and is not counted.
            best_s = min(best_s, time.perf_counter() - begun) if turn else np.inf
    return turn_of / best_s


def with_arcs(network: Network) -> Network:
    """Return a network with the resource-flow arcs of an improved sequence."""
    arcs = np.array(sequence(network), dtype=np.int64).reshape(-1, 2)
    none = np.zeros(len(arcs), dtype=np.int64)
    return dataclasses.replace(
        network,
        relation_pred=np.concatenate([network.relation_pred, arcs[:, 0]]),
        relation_succ=np.concatenate([network.relation_succ, arcs[:, 1]]),
        relation_kind=np.concatenate([network.relation_kind, none + ARC]),
        relation_lag_min=np.concatenate([network.relation_lag_min, none]),
    )


def best(function: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    """Return the least seconds of some calls, after one that is not counted."""
    function()
    found = np.inf
    for _ in range(repeats):
        begun = clock()
        function()
        found = min(found, clock() - begun)
    return float(found)


# --- whole pieces of work


def works(size: Size) -> Iterator[Row]:
    """Yield whole pieces of work: what, seconds, what is to be reached."""
    what = f"{size.samples:,} x {size.large:,}"
    for name, call, reach in (
        (f"{what}, crews, four calendars, weather, storms, all summaries", "crews", "2 s, 1 GiB"),
        (f"{what}, the same as a fixed sequence (flow arcs)", "arcs", "0.3 s"),
        (f"{what}, the same without crews", "free", "0.3 s"),
        (f"{what}, crews as in the first row, percentiles only", "crews dates", "-"),
        (f"{what}, fixed sequence, percentiles only", "arcs dates", "-"),
        (f"{what}, without crews, percentiles only", "free dates", "-"),
    ):
        seconds, cpu, mebibytes = _apart(call, size.large, size.samples)
        yield (name, f"{seconds:.3g} s ({cpu:.3g} s of CPU), {mebibytes:,.0f} MiB", reach)
    network = synthetic(size.large)
    seconds = best(lambda: deterministic(network), size.repeats, time.thread_time)
    yield (f"deterministic pass with floats, {size.large:,}", f"{seconds * 1000:.3g} ms", "5 ms")
    yield _readiness(size)
    yield ("cold start of a process, compiled cache", f"{_process(COLD, size):.2f} s", "0.6 s")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "least.py").write_text(LEAST)
        least = _process(f"import sys; sys.path.insert(0, {folder!r}); import least", size)
    yield ("of which Python, numba and a cached function that adds one", f"{least:.2f} s", "-")


def _apart(call: str, activities: int, samples: int) -> tuple[float, float, float]:
    """Return elapsed and CPU seconds and peak memory in MiB of work in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.simulate", "--one", call]
    done = subprocess.run(
        [*command, str(activities), str(samples)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, cpu, mebibytes = json.loads(done.stdout)
    return seconds, cpu, mebibytes


def one(call: str, activities: int, samples: int) -> None:
    """Do a piece of work twice, the first time with few samples, and print seconds and peak MiB."""
    kind, _, part = call.partition(" ")
    network = synthetic(activities, crews=kind != "free")
    if kind == "arcs":
        network = with_arcs(network)

    def work(number: int) -> None:
        summaries(network, run(network, seed=1, samples=number, looks=part != "dates"))

    work(min(samples, 2))
    begun, cpu = time.perf_counter(), time.process_time()
    work(samples)
    seconds = time.perf_counter() - begun
    json.dump((seconds, time.process_time() - cpu, _peak_mebibytes()), sys.stdout)


def summaries(network: Network, outcome: Outcome) -> None:
    """Work out percentiles of all dates, and the fan of megawatts ready by week.

    Criticality, crews in use and spend come with the outcome, where they were asked for.
    """
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda at: order_statistics(at, SHARES), _columns(outcome)))
    order_statistics(outcome.ready_min, SHARES)
    fan(network, outcome)


def fan(network: Network, outcome: Outcome) -> FloatArray:
    """Return percentiles of megawatts ready by week, shape (weeks, Q): some weeks at a time."""
    ready, found = outcome.ready_min, []
    weeks = np.arange(ready.min(initial=0), network.days * DAY_MIN, WEEK_MIN)
    for chunk in np.array_split(weeks, max(1, len(weeks) // WEEKS)):
        amount = np.zeros((outcome.samples, len(chunk)))
        for block, mw in enumerate(network.block_mw.tolist()):
            amount += (ready[:, block, None] <= chunk) * mw
        found.append(order_statistics(amount, SHARES).T)
        if (ready <= chunk[-1]).all():
            break  # from here on all is ready in all futures
    return np.concatenate(found)


def _columns(outcome: Outcome) -> list[IntArray]:
    """Return the dates of activities in four shares, for two threads."""
    half = outcome.start_min.shape[1] // 2
    dates = (outcome.start_min, outcome.finish_min)
    return [at[:, part] for at in dates for part in (slice(half), slice(half, None))]


def _peak_mebibytes() -> float:
    """Return the peak memory of this process; `getrusage` would count that of its parent too."""
    path = Path("/proc/self/status")
    lines = path.read_text().splitlines() if path.exists() else []
    found = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return (found[0] if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def _readiness(size: Size) -> Row:
    """Return the time for the readiness of every option of the shipped portfolio."""
    portfolio = load(shipped_folder() / PORTFOLIO)
    tables = build_tables(portfolio)
    options = [(c, p) for c in candidates(portfolio) for p in range(len(portfolio.periods))]
    chosen = options[: size.options]
    asked = Ask.of(portfolio, seed=1)
    asked = dataclasses.replace(asked, trial_samples=size.trials)
    begun, cpu = time.perf_counter(), time.process_time()
    try_options(portfolio, dict.fromkeys(chosen, HALLS), asked, tables, lambda *_: None)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    what = f"readiness of {len(chosen)} of {len(options)} options, {size.trials} samples each"
    return (what, f"{seconds:.3g} s ({cpu:.3g} s of CPU)", "5 s for 1,000 samples each of all")


def _process(code: str, size: Size) -> float:
    """Return the least elapsed seconds of a process that runs some code."""

    def start() -> None:
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)

    return best(start, size.repeats, time.perf_counter)


# --- growth


def growth(size: Size) -> Iterator[Row]:
    """Yield nanoseconds a sample and activity over activities, and over samples with all summaries.

    Each is drawn as a bar: time is linear where the bars of a group are of one length, and memory
    is flat where its bars are.
    """
    kernel = [(f"{n:,} activities", _kernel_ns(n, size), None) for n in size.growth]
    wide = 100 if size is not TINY else 10
    whole = [
        (f"{samples:,} samples x {wide} activities, all summaries", s / samples / wide * 1e9, m)
        for samples in size.growth_samples
        for s, _, m in [_apart("crews", wide, samples)]
    ]
    for group in (kernel, whole):
        slowest = max(time_ns for _, time_ns, _ in group)
        largest = max(memory or 0.0 for _, _, memory in group)
        for name, time_ns, memory in group:
            yield (
                name,
                f"{time_ns:,.0f} ns",
                bar(time_ns / slowest),
                "-" if memory is None else f"{memory:,.0f} MiB",
                "" if memory is None else bar(memory / largest),
            )


def bar(share: float) -> str:
    """Return a bar of a length, drawn in text."""
    return "█" * max(1, round(share * WIDEST))


def _kernel_ns(activities: int, size: Size) -> float:
    """Return the time of a sample and activity in the compiled engine, given draws."""
    network = synthetic(activities)
    prepared = fast.prepare(network)
    draws = Sampler(network, seed=1, samples=BLOCK).draw(0, BLOCK)
    seconds = best(lambda: fast.simulate_packed(prepared, draws), size.repeats, time.thread_time)
    return seconds / BLOCK / activities * 1e9


# --- the page


def page(size: Size, command: str) -> str:
    """Measure everything and return it in Markdown."""
    packages = ("numpy", "numba", "scipy", "simpy")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    load_before = os.getloadavg()[0]
    parts = [
        _table(
            ("activities, calendars", "reference /s", "textbook SimPy /s", "fast, one core /s",
             "with arcs, one core /s", "one thread with draws /s", "two threads with draws /s",
             "two threads, arcs, with draws /s", "fast / reference", "arcs / reference",
             "two threads / reference", "two threads, arcs / reference", "fast / textbook"),
            speeds(size),
        ),
        _table(("work", "measured", "to reach"), works(size)),
        _table(("growth", "a sample and activity", "drawn", "peak memory", "drawn"), growth(size)),
    ]  # fmt: skip
    machine = (
        f"`{command}` on {_processor()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {versions}; load before {load_before:.1f}, after "
        f"{os.getloadavg()[0]:.1f}."
    )
    return "\n\n".join([machine, *parts])


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _table(head: Row, rows: Iterator[Row]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--one", nargs=3, metavar=("WORK", "ACTIVITIES", "SAMPLES"))
    given = parser.parse_args()
    if given.one:
        one(given.one[0], int(given.one[1]), int(given.one[2]))
        return
    command = "python -m benchmarks.simulate" + (" --quick" if given.quick else "")
    print(page(QUICK if given.quick else FULL, command))


if __name__ == "__main__":
    main()
