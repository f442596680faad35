"""Cells of tables as text: as the page shows them, and as files hold them."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

from planner.report import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.report.document import Cell, Kind

NUMERIC = frozenset({"date", "mw", "musd", "day", "count", "number", "share", "factor"})


def is_missing(value: Cell) -> bool:
    """Return whether a cell says nothing."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def shown(value: Cell, kind: Kind) -> str:
    """Return a cell as the page shows it; a dash for what is not known."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    return _NUMBERS[kind](float(value)) if kind in _NUMBERS else str(value)


def plain(value: Cell) -> str:
    """Return a cell as a text file holds it: no unit, seven figures, empty for what is unknown."""
    if is_missing(value):
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.7g}"
    return str(value)


def _whole(value: float) -> str:
    return f"{value:,.0f}".replace("-", words.MINUS)


def _hundredths(value: float) -> str:
    return f"{value:.2f}".replace("-", words.MINUS)


_NUMBERS: Final[Mapping[str, Callable[[float], str]]] = {
    "mw": words.mw,
    "musd": words.musd,
    "day": _whole,
    "count": words.count,
    "number": words.sig3,
    "share": words.share,
    "factor": _hundredths,
}
