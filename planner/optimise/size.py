"""How large a model will be, estimated from its axes, and whether it fits into memory.

Pyomo holds every term of every row as an object before the solver has a matrix, so memory goes with
the non-zeros. The estimate counts the families of rows that make nearly all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner.errors import LimitError
from planner.optimise.consumers import CLASSES

if TYPE_CHECKING:
    from planner.optimise.data import ModelData

BYTES_PER_NONZERO: Final = 1200.0
"""Peak of writing, compiling and solving; 0.3 kB of it are the model and its matrix."""
USABLE: Final = 0.9
"""Share of the memory that is free now that a model may take."""
MEMINFO: Final = Path("/proc/meminfo")
GIGABYTE: Final = 1e9


@dataclass(frozen=True)
class Size:
    """Estimated size of a model.

    Parameters
    ----------
    columns, nonzeros
        Decisions, and coefficients of all rows.
    most
        The axis that makes most of it, in words.
    """

    columns: float
    nonzeros: float
    most: str

    def __str__(self) -> str:
        return f"about {self.nonzeros:,.0f} non-zeros, {self.bytes / GIGABYTE:.2g} GB"

    @property
    def bytes(self) -> float:
        """Memory at the peak [B]."""
        return self.nonzeros * BYTES_PER_NONZERO


def estimated(data: ModelData) -> Size:
    """Return the estimated size of a portfolio's model."""
    skus, pools, options = len(data.skus), len(data.pools), len(data.options)
    periods, times = data.n_periods, len(data.times)
    consumers = len(data.consumers)
    on_sale = int((data.deliveries.supply > 0).sum())
    orders, placed = on_sale * pools, skus * pools * times
    shares = consumers * skus * len(CLASSES) * periods
    flow = sum(len(t.zones) for t in data.feed.tranches) * times
    # A delivery counts from its order on, a hall from its start on: half of all later times.
    parts = {
        "periods x SKUs x pools": orders * times + 12.0 * placed,
        "build options x periods": options * times * 4.0,
        "teams and products x SKUs x periods": 5.0 * shares,
        "tranches x hall groups x periods": 5.0 * flow,
    }
    most = max(parts, key=lambda name: parts[name])
    return Size(options + orders + placed + shares + flow, sum(parts.values()), most)


def available_bytes() -> float | None:
    """Return the memory that is free for a process; None where the system does not say."""
    try:
        lines = MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    known = dict(line.split(":", 1) for line in lines if ":" in line)
    found = known.get("MemAvailable")
    return None if found is None else float(found.split()[0]) * 1024.0


def check_fits(data: ModelData, available: float | None) -> Size:
    """Return the size of a model that fits.

    Raises
    ------
    LimitError
        If it would not, with what to make smaller.
    """
    size = estimated(data)
    if available is not None and size.bytes > USABLE * available:
        raise LimitError(
            f"stopped before the model was built: it would take about {size.bytes / GIGABYTE:.3g} "
            f"GB ({size.columns:.2g} columns, {size.nonzeros:.2g} non-zeros), and "
            f"{available / GIGABYTE:.3g} GB are free\n"
            f"  help: most of it is {size.most}: plan in quarters, shorten the horizon, leave out "
            "SKUs or sites, or join teams that are alike"
        )
    return size
