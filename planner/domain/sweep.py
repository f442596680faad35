"""A sweep: the same portfolio planned over values of one or two parameters."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter and the values it takes.

    Parameters
    ----------
    path
        Key path as ``--set`` takes it.
    numbers, texts
        Position of each value on the axis, and the value as it is set.
    unit
        Of `numbers`: a unit, or ``%`` of change from what the specs say.
    """

    path: str
    numbers: tuple[float, ...]
    texts: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Point:
    """One plan of a sweep.

    Parameters
    ----------
    at
        Position on each axis.
    settings
        What was set.
    figures
        Median of each measure over futures, by its name and unit; None where it has none.
    started_mw
        IT MW of halls started by build mode.
    failure
        Why there is no plan; empty where there is one.
    """

    at: tuple[float, ...]
    settings: tuple[str, ...]
    figures: dict[str, float | None] = field(default_factory=dict)
    started_mw: dict[str, float] = field(default_factory=dict)
    is_verified: bool = False
    failure: str = ""

    @property
    def leading(self) -> str:
        """The build mode of most MW started; empty where nothing is."""
        if not self.started_mw:
            return ""
        return max(self.started_mw, key=lambda mode: (self.started_mw[mode], mode))


@dataclass(frozen=True, slots=True)
class Switch:
    """A value at which the leading build mode changes, between two that were planned."""

    path: str
    below: float
    above: float
    before: str
    after: str


@dataclass(frozen=True)
class Sweep:
    """All points, in order along the axes, and the switch points of a sweep of one parameter."""

    portfolio: str
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    switches: tuple[Switch, ...] = ()
