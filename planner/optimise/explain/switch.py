"""Switch points: the value of a parameter at which the choice of what to build flips.

Three things are told of a choice: the build mode with most megawatts started, at each site and in
all; which modes a site uses at all; and whether the mix of sites and modes is still today's. At
first today's value, both ends and the middles between are solved; where neighbours differ, the
point is found by bisection. Each time the model's coefficients are made anew and solved, first
objective and then cost within the tolerance: with whole halls in a small model, and in a big one
from the basis of the last with halls that may be started in parts.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from planner.domain.explanation import Flip, FlipKind, Switch
from planner.optimise.explain.along import Along, apart
from planner.optimise.explain.whole import confirmed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.optimise.explain.parameters import Given, Parameter

CLOSE: Final[Mapping[FlipKind, float]] = {"most": 0.01, "use": 0.03, "mix": 0.03}
"""Share of the range within which a switch point is found, in the order in which it is sought."""
MIDDLES, MIDDLES_BIG = 4, 2
"""Parts of the range of which the ends are solved at first, beside today's value."""
MOST_BIG = 10
"""Values at which a big model is solved at most, whatever is still open between them then."""
IN_PARTS = "Halls may be started in parts; each flip is then tried with whole halls."
WHOLE = "Whole halls, searched to a gap of 0.1 % or 60 nodes."


def switch(
    given: Given, parameter: Parameter, is_over: Callable[[], bool], *, seed: int = 1
) -> Switch:
    """Return where along a parameter the choice flips.

    Today's value, both ends and the middles are solved first; where what is told differs between
    neighbours, the middles of these, the widest first and kind by kind.
    """
    along = Along(given, parameter, seed)
    low, high = ends = parameter.low, parameter.high
    parts = MIDDLES if along.is_small else MIDDLES_BIG
    middles = [low + (high - low) * i / parts for i in range(1, parts)]
    wanted = [parameter.today, *ends, *middles]
    for value in dict.fromkeys(wanted):
        if not is_over():
            along.at(value)
    for kind in CLOSE:
        _bisect(along, kind, is_over)
    points = tuple(along.points[value] for value in sorted(along.points))
    flips = _flips(along)
    if not along.is_small:
        flips = [confirmed(along, flip, is_over) for flip in flips]
    note = (WHOLE if along.is_small else IN_PARTS) + parameter.note
    missing = [value for value in (parameter.today, *ends) if value not in along.points]
    if missing:
        said = ", ".join(f"{value:.4g}" for value in dict.fromkeys(missing))
        note += f" No plan at {said} {parameter.unit}, or no time for it."
    return Switch(parameter.path, parameter.title, parameter.unit, parameter.today, points,
                  tuple(flips), note, _farthest(along))  # fmt: skip


def _farthest(along: Along) -> float | None:
    """Return the largest share of the megawatts that is otherwise than today at any value tried."""
    today = along.points.get(along.parameter.today)
    if today is None:
        return None
    return max(apart(today, point) for point in along.points.values())


def _bisect(along: Along, kind: FlipKind, is_over: Callable[[], bool]) -> None:
    """Solve middles until all that is told of a kind changes within its share of the range."""
    close = CLOSE[kind] * (along.parameter.high - along.parameter.low)
    while not is_over() and (along.is_small or len(along.tried) < MOST_BIG):
        open_ = [
            (high - low, low, high) for low, high in pairwise(sorted(along.points))
            if high - low > close and (low + high) / 2 not in along.tried
            and any(key[0] == kind for key in _changed(along, low, high))
        ]  # fmt: skip
        if not open_:
            return
        _, low, high = max(open_)
        along.at((low + high) / 2)


def _changed(along: Along, low: float, high: float) -> list[tuple[FlipKind, str, str]]:
    """Return what is told otherwise at two values."""
    before, after = (along.told(along.points[value]) for value in (low, high))
    return [key for key in before if key in after and before[key] != after[key]]


def _flips(along: Along) -> list[Flip]:
    """Return all that changes between neighbours, kind by kind along the parameter."""
    made = []
    for low, high in pairwise(sorted(along.points)):
        before, after = (along.told(along.points[value]) for value in (low, high))
        made += [
            Flip(low, high, before[key], after[key], key[0], key[1])
            for key in _changed(along, low, high)
        ]
    order = list(CLOSE)
    return sorted(made, key=lambda flip: (order.index(flip.kind), flip.low, flip.site))
