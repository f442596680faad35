"""The reference engine, and a textbook model, in a process in which numba is not loaded.

``python -m benchmarks.reference FILE SECONDS`` reads a pickled (network, draws) and prints samples
a second of both as JSON. With numba loaded, SimPy runs at half its speed, and every ratio would
double: numba is replaced by decorators that do nothing, and all that is loaded is frozen out of
the garbage collector.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import json
import pickle
import sys
import time
import types
from pathlib import Path
from typing import Any

MOST = 400
"""Samples of one measurement."""


def without_numba() -> None:
    """Let `numba.njit` return functions as they are."""
    stub = types.ModuleType("numba")

    def njit(function: Any = None, **_: Any) -> Any:
        return function if function is not None else lambda f: f

    stub.njit = njit  # type: ignore[attr-defined]  # a stand-in
    sys.modules["numba"] = stub


def one(draws: Any, sample: int) -> Any:
    """Return draws of a single sample of a block."""
    first, last = draws.storms.pointer[sample], draws.storms.pointer[sample + 1]
    storms, repairs = (
        dataclasses.replace(
            part,
            **{
                f.name: getattr(part, f.name)[first:last]
                for f in dataclasses.fields(part)
                if f.name != "pointer"
            },
        )
        for part in (draws.storms, draws.repairs)
    )
    row = slice(sample, sample + 1)
    rows = ("work_min", "gate_min", "unit_min", "driver_factor")
    return dataclasses.replace(
        draws,
        **{name: getattr(draws, name)[row] for name in rows},
        storms=dataclasses.replace(
            storms, pointer=draws.storms.pointer[:2] * 0 + [0, last - first]
        ),
        repairs=repairs,
        lost=type(draws.lost).given(draws.is_lost[row]),
    )


def rate(run: Any, samples: int, seconds: float) -> float:
    """Return samples a second of CPU time, over at least three samples and some seconds."""
    done, begun = 0, time.process_time()
    while done < 3 or (done < MOST and time.process_time() - begun < seconds):
        run(done % samples)
        done += 1
    return done / (time.process_time() - begun)


def main(path: str, seconds: float) -> None:
    without_numba()
    reference = importlib.import_module("planner.simulate.reference")
    textbook = importlib.import_module("benchmarks.textbook")
    network, draws = pickle.loads(Path(path).read_bytes())
    singles = [one(draws, s) for s in range(draws.samples)]
    gc.collect()
    gc.freeze()
    model = textbook.Model.of(network)
    found = {
        "reference": rate(
            lambda s: reference.simulate(network, singles[s]), draws.samples, seconds
        ),
        "textbook": rate(
            lambda s: model.simulate(draws.work_min[s].tolist()), draws.samples, seconds
        ),
    }
    found["is numba loaded"] = any(name.startswith(("numba.", "llvmlite")) for name in sys.modules)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
