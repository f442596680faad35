"""A scrambled Sobol sequence whose dimensions are keyed by name.

Points of a Sobol sequence fill not only each axis evenly, as a Latin hypercube does, but planes and
boxes of the first axes too. A dimension belongs to a place in a list, so this is for the streams
that a portfolio declares in order: what is appended changes no other draw. Each axis is scrambled
under its stream's own key (nested uniform scrambling by hash [1]_), which keeps the evenness.

References
----------
.. [1] Burley, Practical hash-based Owen scrambling, JCGT 9(4), 2020.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import scipy

from planner.simulate.streams import uniforms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.network.arrays import FloatArray
    from planner.simulate.streams import KeyArray

    WordArray = NDArray[np.uint32]

BITS: Final = 32
# Laine and Karras' permutation, by which a bit moves only those above it.
MULTIPLIERS: Final = (0x6C50B47C, 0xB82F1E52, 0xC7AFE638, 0x8D22F6E6)
# Bits, pairs, nibbles, bytes and halves change places.
SWAPS: Final = (
    (1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF),
)  # fmt: skip


class Sobol:
    """The first points of a sequence with a dimension a stream.

    Parameters
    ----------
    keys
        Streams (n,), in the order of their dimensions.
    samples
        Points. Evenness is best at powers of two.
    """

    def __init__(self, keys: KeyArray, samples: int) -> None:
        # SciPy loads its statistics when first named: a second that other methods do not wait for.
        sequence = scipy.stats.qmc.Sobol(len(keys), scramble=False, bits=BITS)
        points = sequence.random_base2((samples - 1).bit_length())[:samples]
        self._keys = keys
        self._words: WordArray = _scrambled(
            (points * 2.0**BITS).astype(np.uint32), keys.astype(np.uint32)
        )

    def draw(self, first: int, count: int) -> FloatArray:
        """Return points `first` to `first + count`, shape (count, n), strictly within 0..1."""
        within = uniforms(self._keys, first, count)
        place = (self._words[first : first + count] + within) * 2.0**-BITS
        drawn: FloatArray = np.clip(place, 2.0**-54, 1.0 - 2.0**-53)
        return drawn


def _scrambled(words: WordArray, seed: WordArray) -> WordArray:
    """Return words whose every bit is flipped or not, as those above it and the seed say."""
    words = _reversed(words) + seed
    for multiplier in MULTIPLIERS:
        words ^= words * np.uint32(multiplier)
    return _reversed(words)


def _reversed(words: WordArray) -> WordArray:
    """Return words with their bits in the opposite order."""
    for shift, mask in SWAPS:
        keep = np.uint32(mask)
        words = ((words >> np.uint32(shift)) & keep) | ((words & keep) << np.uint32(shift))
    return words
