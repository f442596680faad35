"""Flips of a big model tried with whole halls.

With halls in parts a flip is found between two values. Whole plans of either side are made of the
parts there, rounded; the plan's own halls stand on the side whose choice is theirs. At a value all
of them are solved, all else free, and one is chosen as the policy would choose. Where a plan of the
one side is chosen below the flip and one of the other above it, the flip is confirmed; elsewhere it
is sought where the choice passes from the one side to the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.explanation import CONFIRMED, IN_PARTS, NO_TIME, Flip
from planner.optimise.rounding import THRESHOLDS, rounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.explanation import FlipKind
    from planner.optimise.explain.along import Along, Starts

HALVINGS: Final = 5
"""Halvings of what lies outside a bracket, where the choice of whole plans passes over there."""


def confirmed(along: Along, flip: Flip, is_over: Callable[[], bool]) -> Flip:
    """Return a flip with what whole halls say to it."""
    key = flip.kind, flip.site, (flip.before or flip.after) if flip.kind == "use" else ""
    below = _plans(along, flip.low, key, flip.before)
    above = _plans(along, flip.high, key, flip.after)
    if not (below and above):
        why = f"{IN_PARTS}: rounded, halls are the same on both sides"
        return replace(flip, proof=why)

    def is_above(value: float) -> bool | None:
        """Return whether a plan of the side above is chosen at a value; None where none is left."""
        if is_over():
            raise TimeoutError
        chosen = along.chosen(value, [*below, *above])
        return None if chosen is None else chosen >= len(below)

    try:
        found = _crossing(along, flip, is_above)
    except TimeoutError:
        return replace(flip, proof=NO_TIME)
    if isinstance(found, str):
        return replace(flip, proof=f"{IN_PARTS}: {found}")
    return replace(flip, proof=CONFIRMED, whole_low=found[0], whole_high=found[1])


def _plans(
    along: Along, value: float, key: tuple[FlipKind, str, str], told: str
) -> tuple[Starts, ...]:
    """Return the whole plans that tell what a side tells: the plan's own, and a rounding.

    Its own may tell it of either side. Of roundings, the first that tells it.
    """
    place = along.place(value)
    if place is None:
        return ()
    made: list[Starts] = []
    if along.told_whole(value, along.own).get(key) == told:
        made.append(along.own)
    parts = place.listed(along.starts[value])
    for threshold in THRESHOLDS:
        starts = place.named(np.asarray(rounded(place.data, parts, threshold)))
        if along.told_whole(value, starts).get(key) == told:
            return (*made, *([] if starts in made else [starts]))
    return tuple(made)


def _crossing(
    along: Along, flip: Flip, is_above: Callable[[float], bool | None]
) -> tuple[float, float] | str:
    """Return the values between which the choice passes over; if it does not, why."""
    ends = is_above(flip.low), is_above(flip.high)
    if ends == (False, True):
        return flip.low, flip.high
    if None in ends:
        return "rounded, halls keep the hard rules on neither side"
    if ends == (True, False):
        return "whole halls choose the other way round"
    values = sorted(along.points)
    if ends == (True, True):
        low, high = values[0], flip.low
    else:
        low, high = flip.high, values[-1]
    outer = low if ends == (True, True) else high
    if outer in (flip.low, flip.high) or is_above(outer) in (None, ends[0]):
        side = "above" if ends[0] else "below"
        return f"whole halls of the side {side} are chosen at every value tried"
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        told = is_above(middle)
        if told is None:
            break
        low, high = (low, middle) if told else (middle, high)
    return low, high
