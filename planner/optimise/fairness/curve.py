"""The alpha-fair curve, its slope, its tangents and the mean that goes with it.

``worth(x) = (x^(1 - alpha) - 1) / (1 - alpha)``, and ``ln x`` at alpha = 1: zero and with slope one
at x = 1, so that values near one differ as the levels do. alpha = 0 is the plain sum, 1 is Nash
(proportional fairness), 2 least mean delay; towards infinity it becomes max-min.

References
----------
Mo and Walrand, Fair end-to-end window-based congestion control (2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LOWEST = 1e-300


@dataclass(frozen=True)
class Curve:
    """An alpha-fair curve of one variable."""

    alpha: float

    def worth(self, x: float) -> float:
        """Return the worth of a level; minus infinity at nothing where alpha is at least 1."""
        if x <= 0.0:
            return -1.0 / (1.0 - self.alpha) if self.alpha < 1.0 else -inf
        if self.alpha == 1.0:
            return log(x)
        return float((x ** (1.0 - self.alpha) - 1.0) / (1.0 - self.alpha))

    def slope(self, x: float) -> float:
        """Return the slope of the worth."""
        return float(x ** (-self.alpha))

    def level(self, worth: float) -> float:
        """Return the level of a worth."""
        if self.alpha == 1.0:
            return exp(worth)
        power = 1.0 + (1.0 - self.alpha) * worth
        if power <= 0.0:
            return 0.0 if self.alpha < 1.0 else inf
        return float(power ** (1.0 / (1.0 - self.alpha)))

    def tangent(self, x: float) -> tuple[float, float]:
        """Return height at nothing and slope of the tangent at a level; it lies above the curve."""
        slope = self.slope(x)
        return self.worth(x) - slope * x, slope

    def mean(self, shares: Iterable[tuple[float, float]]) -> float:
        """Return the level that all could have alike for the same worth: the power mean.

        Parameters
        ----------
        shares
            Share and level of each; the shares sum to one.
        """
        worth = sum(share * self.worth(x) for share, x in shares if share > 0.0)
        return 0.0 if worth == -inf else self.level(worth)
