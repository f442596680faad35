"""Where address space is limited, figures are left out with a word, and nothing crashes."""

from __future__ import annotations

import resource
import subprocess
import sys


def test_a_limit_of_address_space_leaves_the_figure_out() -> None:
    """Under a limit of 8 GiB the drawing engine is not started: it would end the process."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33));"
        "from planner.report import charts;"
        "print(charts.render({}) == charts.NOT_DRAWN)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.strip() == "True", done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
