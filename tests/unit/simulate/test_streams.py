"""Draws depend on seed, name and sample, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from planner.simulate.streams import _philox, choices, stream_keys, uniforms, uniforms_at

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


def test_single_numbers_are_those_of_the_block() -> None:
    """Sample 7 of stream 0, 3 of stream 2 and 7 of stream 2, out of order."""
    keys = stream_keys(1, NAMES[:3])
    block = uniforms(keys, 0, 10)
    found = uniforms_at(keys[None, [0, 2, 2]], np.array([7, 3, 7]))[0]
    np.testing.assert_array_equal(found, [block[7, 0], block[3, 2], block[7, 2]])


def test_a_run_too_large_to_stratify_is_refused() -> None:
    """Digits of more than 2^30 strata would not fit."""
    with pytest.raises(ValueError, match="can be stratified"):
        uniforms(stream_keys(1, ["a"]), 0, 1, 2**31)


def masks(size: int, wanted: float, samples: int, places: list[int] | None = None) -> np.ndarray:
    """Return whether each bit is chosen, shape (samples, 31), of one set."""
    place = np.full((1, 31), -1)
    given = list(range(size)) if places is None else places
    place[0, : len(given)] = given
    keys = stream_keys(4, ["set"])
    found = choices(keys, 0, np.full((samples, 1), wanted), np.array([size]), place)
    return (found >> np.arange(31)) & 1


def test_every_subset_is_as_likely() -> None:
    """Two of five: ten subsets, each in a tenth of 20,000 samples (se 0.0021)."""
    chosen = masks(5, 2.0, 20_000)[:, :5]
    np.testing.assert_array_equal(chosen.sum(axis=1), 2)
    _, counts = np.unique(chosen @ (1 << np.arange(5)), return_counts=True)
    assert len(counts) == 10
    np.testing.assert_allclose(counts / 20_000, 0.1, atol=0.009)


def test_a_set_gives_no_more_than_it_has() -> None:
    """Nine wanted of four are all four, and none wanted is none."""
    assert masks(4, 9.0, 50)[:, :4].all()
    assert not masks(4, 0.0, 50).any()


def test_hangers_on_are_chosen_as_one_more_member_would_be() -> None:
    """Three of six; a hanger-on at bit 20 with chance 3/7, whatever the six (se 0.0035)."""
    chosen = masks(6, 3.0, 20_000, [10, 11, 12, 13, 14, 15, 20])
    np.testing.assert_array_equal(chosen[:, 10:16].sum(axis=1), 3)
    assert chosen[:, 20].mean() == pytest.approx(3 / 7, abs=0.014)
    assert abs(np.corrcoef(chosen[:, 20], chosen[:, 10])[0, 1]) < 0.03
