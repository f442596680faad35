"""The benchmark of the path to a plan, on a portfolio of one site, and its generator."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.solve import Stages, main
from benchmarks.thin import SIZES, thin


@pytest.mark.slow
def test_every_table_is_printed_and_no_rule_is_broken(capsys):
    """One site of four halls goes through the rows that need no shipped portfolio."""
    main(["--sizes", "tiny", "--rows", "adeg"])
    rows = [r for r in capsys.readouterr().out.splitlines() if r.startswith(("| tiny", "| 8,"))]
    assert len(rows) == 4
    assert rows[0].split("|")[-3].strip() == "0"  # violations


def test_a_size_over_the_memory_allowed_is_left_out(capsys):
    """It is said beforehand what a model would take, and nothing is built."""
    main(["--sizes", "large", "--rows", "a", "--memory", "0.001"])
    assert "left out: about" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "integers"), [("small", 192), ("medium", 1440)])
def test_thin_portfolios_have_the_stated_sizes(name, integers):
    """Starts by site, group, mode and period, the same for the same seed."""
    portfolio, readiness = thin(SIZES[name], 3)
    assert len(readiness) == integers
    halls = sum(g.count for s in portfolio.sites.values() for g in s.groups.values())
    assert halls == SIZES[name].halls
    assert portfolio == thin(SIZES[name], 3)[0]


def test_halls_of_a_mode_serve_after_their_own_days():
    """Tents serve before concrete started in the same period."""
    _, readiness = thin(SIZES["tiny"])
    first = {e.candidate.mode: np.min(e.service_day) for e in readiness if e.period == 0}
    assert first["tent"] < first["steel"] < first["concrete"]


def test_the_live_line_is_no_stage_of_its_own():
    """What follows a tab says how the solver stands; the seconds belong to the stage."""
    stages = Stages()
    stages("relaxation", 0.1)
    stages("relaxation\tlinear program, 1 s", 0.1)
    stages("end", 1.0)
    assert set(stages.seconds) == {"building", "relaxation"}
