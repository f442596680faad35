"""What goes to a terminal: nothing that steers it, and words of the command line that are text."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from planner.cli.console import say
from tests.cli_calls import plan

if TYPE_CHECKING:
    from pathlib import Path


def test_a_message_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes and turned directions are spelt out; other scripts and lines are as they are."""
    say("a\x1b[31m b\u202ec\nd\u0645\u200f 建 \x9b")
    assert capsys.readouterr().err == "a\\u001b[31m b\\u202ec\nd\u0645\u200f 建 \\u009b\n"


@pytest.mark.parametrize("word", ["x\udcff.yaml", "--out=\udcff"])
def test_a_file_name_that_is_no_text_is_refused(word: str, tmp_path: Path) -> None:
    """A run could not keep it: said at once, and not after the solve."""
    done = plan("validate", word, cwd=tmp_path)
    assert done.code == 2
    assert "udcff" in done.said
    assert "is not UTF-8; rename" in done.said


@pytest.mark.skipif(sys.platform != "linux", reason="file systems that take any bytes")
def test_a_file_of_a_folder_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    """A catalog folder is read whole, whatever its files are called."""
    from planner import specs
    from planner.errors import OutputError
    from tests.specs_files import write

    path = write(tmp_path)
    bad = os.fsencode(tmp_path / "catalog") + b"/\xff.yaml"
    with open(bad, "wb") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(b"trades: {}\n")
    with pytest.raises(OutputError, match="its name is not UTF-8"):
        specs.load(path)


BIG = "from planner.cli.console import put_file; put_file(b'x' * 10_000_000)"
"""A program that prints more than a pipe holds."""


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_file_comes_out_whole_or_the_reader_went_away(unbuffered: str) -> None:
    """With or without a buffer; exit code 141 and silence where nobody reads on, not Click's 1."""
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    whole = subprocess.run([sys.executable, "-c", BIG], capture_output=True, check=True, env=env)
    assert len(whole.stdout) == 10_000_000
    with subprocess.Popen(
        [sys.executable, "-c", BIG], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 141
