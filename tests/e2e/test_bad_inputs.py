"""Bad inputs of the classes Economics, Solver and Process, a directory a case (`tests/bad_inputs`).

Beside its own expectations every case holds the same promises: see `check_promises`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.specs_files import write

ROOT = Path(__file__).parents[1] / "bad_inputs"
CASES = sorted(path.parent.name for path in ROOT.glob("*/case.yaml"))
MEMORY = 8 * 2**30
"""Of data, not of addresses: the engine that draws charts reserves far more than it uses."""
LIMIT_S = 300
"""Far above the minute that a case may take on a machine of its own: tests share theirs."""


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not {"run", ".run.lock"} & set(p.relative_to(folder).parts)
    }


def run(argv: list[str], folder: Path) -> tuple[int, str, str, int]:
    """Run a command under a limit of memory; return code, stdout, stderr and its group."""
    limited = ["bash", "-c", f'ulimit -d {MEMORY // 1024}; exec "$@"', "plan"]
    process = subprocess.Popen(
        [*limited, sys.executable, "-m", "planner", *argv], cwd=folder, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, env={**os.environ, "NUMBA_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        out, said = process.communicate(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return process.returncode, out, said, process.pid


def check_promises(folder: Path, own: set[str], code: int, out: str, said: str, group: int) -> None:
    """No bug of ours, no traceback, JSON or nothing on stdout, nothing half-written or left."""
    assert code != 1, said
    assert "Traceback" not in said
    if code != 0 and out:
        assert json.loads(out)["exit_code"] == code
    names = {p.name for p in folder.iterdir()}
    theirs = {".run.lock"} if code == 7 else own - {".run.lock"}
    assert names <= {"small.yaml", "lake.yaml", "catalog", "sources.yaml", "run", *theirs}
    assert (folder / "run" / "manifest.json").exists() == ("run" in names) == (code == 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def prepare(folder: Path, case: dict[str, Any]) -> None:
    """Write the small portfolio, with the case's edits made, and the case's own files beside it."""
    write(folder)
    for file, old, new in case.get("edits", []):
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for file, text in case.get("files", {}).items():
        (folder / file).write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_bad_input_is_answered_as_expected(name: str, tmp_path: Path) -> None:
    """Its exit code and words are as its directory says, and nothing is lost."""
    case = yaml.safe_load((ROOT / name / "case.yaml").read_text(encoding="utf-8"))
    expect = yaml.safe_load((ROOT / name / "expect.yaml").read_text(encoding="utf-8"))
    prepare(tmp_path, case)
    before = digests(tmp_path)
    code, out, said, group = run(case["argv"], tmp_path)
    assert code in expect["exit"], said
    for pattern in expect["stderr"]:
        assert re.search(pattern, said), f"{pattern!r} not in\n{said}"
    assert digests(tmp_path) == before
    check_promises(tmp_path, set(case.get("files", {})), code, out, said, group)
