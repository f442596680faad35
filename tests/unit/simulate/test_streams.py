"""Draws depend on seed, name and sample, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from planner.simulate.streams import _philox, stream_keys, uniforms

NAMES = [f"work/site/hall/{i}" for i in range(200)]


@pytest.mark.parametrize(
    ("key", "low", "high", "words"),
    [
        (0, 0, 0, ("e169c58d6627e8d5", "9b00dbd8bc57ac4c")),
        (2**64 - 1, 2**64 - 1, 2**64 - 1, ("41c83b0e408f276d", "6d5451fda20bc7c6")),
        (
            0x299F31D0A4093822, 0x85A308D3243F6A88, 0x0370734413198A2E,
            ("94fdccebd16cfe09", "24126ea15001e420"),
        ),
    ],
)  # fmt: skip
def test_philox_matches_its_published_test_vectors(
    key: int, low: int, high: int, words: tuple[str, str]
) -> None:
    """Philox4x32-10 of zeros, of ones and of the digits of pi (Random123, kat_vectors)."""
    found = _philox(np.uint64(key), np.uint64(low), np.uint64(high))
    assert tuple(f"{word:016x}" for word in found) == words


def test_a_name_inserted_changes_no_other_draw() -> None:
    """The stream of a name is the same among other names, in another order."""
    one = uniforms(stream_keys(1, ["b"]), 0, 50, 50)
    many = uniforms(stream_keys(1, ["z", "b", "a"]), 0, 50, 50)
    np.testing.assert_array_equal(one[:, 0], many[:, 1])


@pytest.mark.parametrize("total", [0, 100])
def test_blocks_of_any_size_make_the_same_run(total: int) -> None:
    """A hundred samples at once or in blocks of 33 are the same samples."""
    keys = stream_keys(1, NAMES)
    whole = uniforms(keys, 0, 100, total)
    parts = [uniforms(keys, first, min(33, 100 - first), total) for first in range(0, 100, 33)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_another_seed_is_another_stream() -> None:
    """Seeds 1, 2 and -1 share nothing."""
    draws = [uniforms(stream_keys(seed, NAMES), 0, 10) for seed in (1, 2, -1)]
    assert len(np.unique(np.concatenate(draws))) == 3 * 10 * len(NAMES)


@pytest.mark.parametrize("total", [1, 2, 3, 7, 64, 100, 101, 1000])
def test_every_stratum_is_drawn_once(total: int) -> None:
    """Sample values of a stratified stream lie one in each of S equal steps."""
    drawn = uniforms(stream_keys(5, NAMES[:20]), 0, total, total)
    strata = np.sort(np.floor(drawn * total), axis=0)
    np.testing.assert_array_equal(strata, np.tile(np.arange(total)[:, None], (1, 20)))


def test_permutations_of_different_names_are_not_alike() -> None:
    """Correlations between 200 streams of 500 samples are those of chance: sd 1 / sqrt(500)."""
    drawn = uniforms(stream_keys(5, NAMES), 0, 500, 500)
    matrix = np.asarray(np.corrcoef(drawn.T))
    table = matrix[np.triu_indices(len(NAMES), 1)]
    assert abs(table.mean()) < 0.002
    assert table.std() == pytest.approx(500**-0.5, rel=0.05)
    assert np.abs(table).max() < 5.5 * 500**-0.5


def test_strata_follow_the_sample_in_no_order() -> None:
    """The stratum of a sample is correlated neither with its index nor with its neighbour's."""
    drawn = uniforms(stream_keys(5, NAMES), 0, 1000, 1000)
    index = np.arange(1000)
    with_index = [np.corrcoef(index, column)[0, 1] for column in drawn.T]
    with_next = [np.corrcoef(column[:-1], column[1:])[0, 1] for column in drawn.T]
    for found in (with_index, with_next):
        assert abs(np.mean(found)) < 4 / np.sqrt(1000 * len(NAMES))


def test_samples_beyond_the_run_are_refused() -> None:
    """Stratified streams have as many samples as they were stratified over."""
    with pytest.raises(ValueError, match=r"samples 90\.\.110 of a run of 100"):
        uniforms(stream_keys(1, ["a"]), 90, 20, 100)
