"""An explanation of a finished plan: its parts in words, kept and read back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner import optimise, study
from planner.errors import SpecError
from tests.portfolios import ready, tiny


@pytest.fixture(scope="module")
def told():  # type: ignore[no-untyped-def]
    """Return what explains the tiny portfolio's plan, with a cost of its own asked about."""
    portfolio = tiny()
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    hall = next(s.hall for s in plan.starts if not s.is_under_way)
    asked = study.Asked(
        parts=("prices", "alternatives"), why=(hall,), switches=("gpu_price=0.5..4",)
    )
    return study.explain(
        portfolio, plan, study.Basis(readiness), asked, seed=1,
        reload=lambda _settings: portfolio, progress=lambda _stage, _share: None,
    )  # fmt: skip


def test_it_reads_back_to_the_last_digit(told) -> None:  # type: ignore[no-untyped-def]
    """What a run keeps is what was found."""
    assert study.explanation_from_bytes(study.explanation_to_bytes(told)) == told


def test_another_version_is_refused(told) -> None:  # type: ignore[no-untyped-def]
    """A file of another format is not half understood."""
    raw = study.explanation_to_bytes(told).replace(
        b'"format_version": "2.0"', b'"format_version": "0"'
    )
    with pytest.raises(ValueError, match="format"):
        study.explanation_from_bytes(raw)


def test_a_range_given_is_kept(told) -> None:  # type: ignore[no-untyped-def]
    """FROM..TO replaces the usual ends."""
    (found,) = told.switches
    assert (found.points[0].value, found.points[-1].value) == (0.5, 4.0)


def test_questions_add_to_what_was_found(told) -> None:  # type: ignore[no-untyped-def]
    """A later question keeps earlier parts; another plan's are dropped."""
    later = replace(told, prices=(), answers=())
    merged = study.merged(told, later)
    assert merged.prices == told.prices
    assert merged.answers == told.answers
    other = replace(later, plan=replace(told.plan, level=0.0))
    assert study.merged(told, other) == other


def test_a_path_without_a_number_is_an_input_error() -> None:
    """It says so before anything is solved."""
    portfolio = tiny()
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    asked = study.Asked(switches=("portfolio",))
    with pytest.raises(SpecError, match="no number"):
        study.explain(
            portfolio, plan, study.Basis(readiness), asked, seed=1,
            reload=lambda _settings: portfolio, progress=lambda _stage, _share: None,
        )  # fmt: skip
