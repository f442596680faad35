"""Random numbers that depend on a seed, a stable name and a sample, and on nothing else.

Counter-based Philox4x32-10 [1]_: the key is a hash of seed and name, the counter is the sample. So
a new activity, another order of names, another block size or another number of workers changes no
other draw, and two plans share the same luck.

A stratified (Latin hypercube) stream puts sample s of S into stratum p(s), where p is a permutation
keyed by the name: a small Feistel network on the digits of s in a mixed base, walked on until it
falls below S [2]_.

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

    from planner.network.arrays import FloatArray

KeyArray = NDArray[np.uint64]

# Helpers stay in this module: numba's cache does not see an edit of a function in another one.
kernel = numba.njit(cache=True, nogil=True)
# Inlined early, or loops over streams would not be run several at a time.
inlined = numba.njit(cache=True, nogil=True, forceinline=True)

LOW32: Final = np.uint64(0xFFFFFFFF)
FEISTEL_ROUNDS: Final = 6


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
    out = np.empty((count, len(keys)))
    if total:
        rows = math.isqrt(total - 1) + 1
        _stratified(keys, first, total, rows, -(-total // rows), out)
    else:
        _plain(keys, first, out)
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


@kernel
def _plain(keys: KeyArray, first: int, out: FloatArray) -> None:
    for s in range(out.shape[0]):
        sample = np.uint64(first + s)
        for i in range(out.shape[1]):
            word, _ = _philox(keys[i], sample, np.uint64(0))
            out[s, i] = _unit(word)


@kernel
def _stratified(
    keys: KeyArray, first: int, total: int, rows: int, columns: int, out: FloatArray
) -> None:
    _plain(keys, first, out)
    n_rows, n_columns = np.uint64(rows), np.uint64(columns)
    salt = np.empty(FEISTEL_ROUNDS, np.uint64)
    for i in range(out.shape[1]):
        for r in range(0, FEISTEL_ROUNDS, 2):
            salt[r], salt[r + 1] = _philox(keys[i], np.uint64(r), np.uint64(1))
        for s in range(out.shape[0]):
            stratum = np.uint64(first + s)
            while True:
                left, right = stratum % n_rows, stratum // n_rows
                for r in range(0, FEISTEL_ROUNDS, 2):
                    left = (left + _mix(right + salt[r])) % n_rows
                    right = (right + _mix(left + salt[r + 1])) % n_columns
                stratum = right * n_rows + left
                if stratum < np.uint64(total):
                    break
            # Rounding must not reach 1: no law has a finite quantile there.
            out[s, i] = min((float(stratum) + out[s, i]) / total, 1.0 - 2.0**-53)
