"""Random numbers that depend on a seed, a stable name and a sample, and on nothing else.

Counter-based Philox4x32-10 [1]_: the key is a hash of seed and name, the counter is the sample. So
a new activity, another order of names, another block size or another number of workers changes no
other draw, and two plans share the same luck.

A stratified (Latin hypercube) stream puts sample s of S into stratum p(s), where p is a permutation
keyed by the name: a small Feistel network on the digits of s in a mixed base, walked on until it
falls below S [2]_. Its rounds are 32-bit multiplications without a division, so that processors do
several streams at a time.

References
----------
.. [1] Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.
.. [2] Black and Rogaway, Ciphers with arbitrary finite domains, CT-RSA 2002.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

import numba
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.network.arrays import FloatArray, IntArray

KeyArray = NDArray[np.uint64]

# Helpers stay in this module: numba's cache does not see an edit of a function in another one.
kernel = numba.njit(cache=True, nogil=True)
# Inlined early, or loops over streams would not be run several at a time.
inlined = numba.njit(cache=True, nogil=True, forceinline=True)

LOW32: Final = np.uint64(0xFFFFFFFF)
FEISTEL_ROUNDS: Final = 6
MOST_STRATA: Final = 2**30
"""Samples of a run at most: sums of two digits of a stratum must fit in 32 bits."""
TWELVE_BITS: Final = np.uint64(0xFFF)
HANGERS_ON: Final = 5
WIDEST_SET: Final = 31
"""Members of a set at most, a bit of a mask each."""


def stream_keys(seed: int, names: Iterable[str]) -> KeyArray:
    """Return the key of each name's stream: the 64-bit BLAKE2b of the name under the seed."""
    secret = seed.to_bytes(16, "little", signed=True)
    digests = [hashlib.blake2b(n.encode(), digest_size=8, key=secret).digest() for n in names]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def uniforms(keys: KeyArray, first: int, count: int, total: int = 0) -> FloatArray:
    """Draw a block of samples from each stream.

    Parameters
    ----------
    keys
        Streams, shape (n,).
    first, count
        Global index of the first sample of the block, and their number.
    total
        Samples of the whole run, over which the stream is stratified; 0 for plain Monte Carlo.

    Returns
    -------
    FloatArray
        Shape (count, n), strictly within 0..1.
    """
    if total and first + count > total:
        raise ValueError(f"samples {first}..{first + count} of a run of {total}")
    if total > MOST_STRATA:
        raise ValueError(f"{total} samples, {MOST_STRATA} can be stratified")
    out = np.empty((count, len(keys)))
    _plain(keys, first, out)
    if total:
        rows = math.isqrt(total - 1) + 1
        _stratify(_salts(keys), first, total, rows, -(-total // rows), out)
    return out


def uniforms_at(keys: KeyArray, samples: IntArray) -> FloatArray:
    """Return numbers of streams (p, n), each column at a sample of its own (n,), as `uniforms`."""
    out = np.empty(keys.shape)
    _plain_at(keys, samples, out)
    return out


def choices(
    keys: KeyArray, first: int, wanted: FloatArray, size: IntArray, place: IntArray
) -> IntArray:
    """Choose members of small sets, any subset of a size as likely as any other.

    Parameters
    ----------
    keys
        Streams, one a set, shape (n,).
    first
        Global index of the first sample.
    wanted
        Members to choose, shape (S, n), not negative; a fraction is rounded up or down at random.
    size
        Members of each set, shape (n,).
    place
        Bit of each member in the mask, and after the members those of at most five hangers-on: each
        is chosen with the chance of a further member, wanted / (size + 1), whatever else is. Shape
        (n, 31), -1 where there is none.

    Returns
    -------
    IntArray
        Masks, shape (S, n).
    """
    out = np.empty(wanted.shape, dtype=np.int64)
    _choose(keys, first, wanted, size, place, out)
    return out


@inlined
def _philox(key: np.uint64, low: np.uint64, high: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return two 64-bit words of Philox4x32-10 for a 64-bit key and a 128-bit counter."""
    k0, k1 = key & LOW32, key >> np.uint64(32)
    c0, c1 = low & LOW32, low >> np.uint64(32)
    c2, c3 = high & LOW32, high >> np.uint64(32)
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * c0
        p1 = np.uint64(0xCD9E8D57) * c2
        c0 = (p1 >> np.uint64(32)) ^ c1 ^ k0
        c1 = p1 & LOW32
        c2 = (p0 >> np.uint64(32)) ^ c3 ^ k1
        c3 = p0 & LOW32
        k0 = (k0 + np.uint64(0x9E3779B9)) & LOW32
        k1 = (k1 + np.uint64(0xBB67AE85)) & LOW32
    return c0 | (c1 << np.uint64(32)), c2 | (c3 << np.uint64(32))


@inlined
def _unit(word: np.uint64) -> float:
    """Return the middle of one of 2^53 equal steps of 0..1."""
    # Signed, since processors turn only such integers into floats, several at a time.
    return (float(np.int64(word >> np.uint64(11))) + 0.5) * 2.0**-53


@inlined
def _mix(word: np.uint64) -> np.uint64:
    """Return a 64-bit avalanche of a word (the finaliser of SplitMix64)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@inlined
def _mix32(word: np.uint64) -> np.uint64:
    """Return a 32-bit avalanche of a word of 32 bits (the finaliser of MurmurHash3)."""
    word = ((word ^ (word >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & LOW32
    word = ((word ^ (word >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & LOW32
    return word ^ (word >> np.uint64(16))


@inlined
def _below(word: np.uint64, bound: np.uint64) -> np.uint64:
    """Return the share of `bound` that a word of 32 bits is of all of them."""
    # Masked, or the compiler would multiply all 64 bits, in three steps.
    return ((word & LOW32) * (bound & LOW32)) >> np.uint64(32)


@kernel
def _plain(keys: KeyArray, first: int, out: FloatArray) -> None:
    for s in range(out.shape[0]):
        sample = np.uint64(first + s)
        for i in range(out.shape[1]):
            word, _ = _philox(keys[i], sample, np.uint64(0))
            out[s, i] = _unit(word)


@kernel
def _plain_at(keys: KeyArray, samples: IntArray, out: FloatArray) -> None:
    for p in range(out.shape[0]):
        for i in range(out.shape[1]):
            word, _ = _philox(keys[p, i], np.uint64(samples[i]), np.uint64(0))
            out[p, i] = _unit(word)


@kernel
def _salts(keys: KeyArray) -> KeyArray:
    """Return words of 32 bits that key the rounds of each permutation, shape (rounds, n)."""
    salt = np.empty((FEISTEL_ROUNDS, len(keys)), np.uint64)
    for r in range(0, FEISTEL_ROUNDS, 2):
        for i in range(len(keys)):
            one, other = _philox(keys[i], np.uint64(r), np.uint64(1))
            salt[r, i], salt[r + 1, i] = one & LOW32, other & LOW32
    return salt


@inlined
def _round(digit: np.uint64, other: np.uint64, salt: np.uint64, base: np.uint64) -> np.uint64:
    """Return a digit moved on by a function of the other one."""
    moved = digit + _below(_mix32((other + salt) & LOW32), base) - base
    return moved + (base & (np.uint64(0) - (moved >> np.uint64(63))))  # where it is below 0


@kernel
def _stratify(
    salt: KeyArray, first: int, total: int, rows: int, columns: int, out: FloatArray
) -> None:
    """Turn places within strata into places within 0..1."""
    n_rows, n_columns, last = np.uint64(rows), np.uint64(columns), np.uint64(total)
    left, right = np.empty(out.shape[1], np.uint64), np.empty(out.shape[1], np.uint64)
    for s in range(out.shape[0]):
        # Round by round over all streams: loops that processors run several streams at a time.
        left[:] = np.uint64(first + s) % n_rows
        right[:] = np.uint64(first + s) // n_rows
        for r in range(0, FEISTEL_ROUNDS, 2):
            for i in range(len(left)):
                left[i] = _round(left[i], right[i], salt[r, i], n_rows)
                right[i] = _round(right[i], left[i], salt[r + 1, i], n_columns)
        for i in range(len(left)):
            while right[i] * n_rows + left[i] >= last:
                for r in range(0, FEISTEL_ROUNDS, 2):
                    left[i] = _round(left[i], right[i], salt[r, i], n_rows)
                    right[i] = _round(right[i], left[i], salt[r + 1, i], n_columns)
        for i in range(len(left)):
            # Rounding must not reach 1: no law has a finite quantile there.
            place = (float(np.int64(right[i] * n_rows + left[i])) + out[s, i]) / total
            out[s, i] = min(place, 1.0 - 2.0**-53)


@kernel
def _choose(
    keys: KeyArray, first: int, wanted: FloatArray, size: IntArray, place: IntArray, out: IntArray
) -> None:
    one = np.uint64(1)
    state, step = np.empty(len(keys), np.uint64), np.empty(len(keys), np.uint64)
    for s in range(out.shape[0]):
        # SplitMix64 from a word of Philox, by steps that another word of it gives.
        for i in range(len(keys)):
            state[i], step[i] = _philox(keys[i], np.uint64(first + s), np.uint64(2))
        for i in range(len(keys)):
            word, stride, members = state[i], step[i] | one, size[i]
            number = min(int(wanted[s, i] + _unit(_mix(word))), members)
            taken = np.uint64(0)
            mask = np.uint64(0)
            # Floyd's way to a subset: member j itself where the one drawn below it is taken.
            for j in range(members - number, members):
                word += stride
                t = _below(_mix(word) >> np.uint64(32), np.uint64(j + 1))
                t = np.uint64(j) if (taken >> t) & one else t
                taken |= one << t
                mask |= one << np.uint64(place[i, t])
            # Twelve bits of one word for each of at most five hangers-on.
            rest = _mix(word + stride)
            for j in range(members, min(members + HANGERS_ON, place.shape[1])):
                t = ((rest & TWELVE_BITS) * np.uint64(members + 1)) >> np.uint64(12)
                is_taken = t < np.uint64(number) and place[i, j] >= 0
                mask |= np.uint64(is_taken) << np.uint64(max(place[i, j], 0))
                rest >>= np.uint64(12)
            out[s, i] = np.int64(mask)
