"""How many futures of a run are kept, of what is wide, so that memory does not grow with them.

Everything is drawn and simulated in blocks, and each block is summed up at once. Milestones of
blocks, tranches and lots are kept of every future: they are few, and plans are verified future by
future. What is as wide as the network is kept of the first futures only, as many as fit: they are a
fair sample of all (streams are stratified in random order), so a percentile of ten thousand of them
is as good as it looks. `standard_error_day` says how good that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.simulate.usage import month_edges

if TYPE_CHECKING:
    from planner.network.arrays import Network

MOST: Final = 16_384
"""Futures of which anything wide is kept."""
FEWEST: Final = 256
"""Futures of which it is kept, however wide."""
DATES_BYTES: Final = 256 * 2**20
"""Room for the dates of activities."""
MONTHS_BYTES: Final = 64 * 2**20
"""Room for the crews in use by month, and as much again for spend."""
CORRELATED: Final = 1024
"""Futures behind a rank correlation, whose standard error is then 0.03."""
MINUTE_BYTES: Final = 8


def kept(network: Network, *, whole: bool = False) -> dict[str, int]:
    """Return the number of first futures kept, by what is kept of them (see `blocks`).

    Parameters
    ----------
    whole
        Keep the dates of activities of all futures.
    """
    months = len(month_edges(network)[0])
    dates = _that_fit(DATES_BYTES, 2 * len(network.activity))
    crews = _that_fit(MONTHS_BYTES, len(network.resource) * months)
    limits = {
        "crews": crews,
        "spend": _that_fit(MONTHS_BYTES, months),
        "work": CORRELATED,
        "milestone": CORRELATED,
    }
    return limits if whole else {"start": dates, "finish": dates, **limits}


def _that_fit(room: int, wide: int) -> int:
    return min(MOST, max(FEWEST, room // (MINUTE_BYTES * max(1, wide))))
