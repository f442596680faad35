"""Rank correlations: which are possible, what is near, and that draws have them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import spearmanr

from planner.capacity.correlation import (
    is_possible,
    lower_root,
    nearest_possible,
    normal_correlation,
)

IMPOSSIBLE = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])


def test_three_that_contradict_each_other_are_impossible() -> None:
    """If the first two and the last two go together, the first and last cannot part."""
    assert not is_possible(IMPOSSIBLE)
    near = nearest_possible(IMPOSSIBLE)
    assert is_possible(near)
    assert np.abs(near - IMPOSSIBLE).max() < 0.5


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
def test_the_nearest_is_always_possible(off: list[float]) -> None:
    """Whatever was written, what is offered instead can be drawn."""
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = off
    made = nearest_possible(np.triu(matrix, 1) + np.triu(matrix, 1).T + np.eye(4))
    assert is_possible(made)


def test_the_root_gives_the_correlation_back() -> None:
    """L L^T is the matrix, L is lower triangular, also where the matrix is singular."""
    for matrix in (np.array([[1, 0.5], [0.5, 1]]), np.ones((3, 3))):
        root = lower_root(matrix)
        assert root @ root.T == pytest.approx(matrix)
        assert np.triu(root, 1) == pytest.approx(0)


def test_draws_have_the_rank_correlation_asked_for() -> None:
    """Spearman's coefficient of 20,000 draws, within its error."""
    rank = np.array([[1, 0.6, -0.3], [0.6, 1, 0], [-0.3, 0, 1]])
    normal = np.random.default_rng(1).standard_normal((20_000, 3))
    drawn = ndtr(normal @ lower_root(normal_correlation(rank)).T)
    assert spearmanr(drawn).statistic == pytest.approx(rank, abs=0.02)
