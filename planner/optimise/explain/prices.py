"""Shadow prices in the planner's units: a step up and a step down, solved again.

With halls fixed the best first objective is concave in the bounds of rows, so a dual times the step
is at least what a step up gains, whichever of the many duals the solver shows. Levers are therefore
solved in the order of that figure, and a family ends where the next one could not overtake what was
found: the duals screen, and are never printed. What acts through whole halls only is screened with
halls that may be started in parts; in a big model by the first objective alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.explanation import NOTHING, Price, Worth
from planner.optimise.explain.levers import Lever, levers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.domain.explanation import Basis
    from planner.domain.result import Progress
    from planner.optimise.explain.session import Found, Session

DIGITS = 6
SHOWN = 4
"""Levers of a kind that are shown at most."""
TRIED, TRIED_IN_PARTS = 10, 4
"""Levers of a kind that are solved at most; the second in a big model with halls in parts."""
CONFIRMED = 3
"""Largest levers confirmed with whole halls chosen anew: of those that act with halls fixed, and of
those that do not."""


def prices(session: Session, progress: Progress, is_over: Callable[[], bool]) -> tuple[Price, ...]:
    """Return the levers that are worth most, the largest first, each solved again."""
    every = levers(session)
    progress("shadow prices", 0.0)
    fixed = _screened(session, [x for x in every if not x.is_whole], "halls fixed", is_over)
    progress("shadow prices", 0.5)
    session.unfix()
    whole = _screened(session, [x for x in every if x.is_whole], "halls in parts", is_over)
    session.reset()
    progress("shadow prices", 0.7)
    made = []
    for family in (fixed, whole):
        largest = sorted(family, key=lambda pair: -_gain(session, pair[1].up))
        for i, (lever, price) in enumerate(largest):
            is_something = _gain(session, price.up) > _least(session)
            sure = i < CONFIRMED and is_something and not is_over()
            made.append(_confirmed(session, lever, price) if sure else price)
    return tuple(made)


def _gain(session: Session, worth: Worth | None) -> float:
    """Return what a change is worth in the first objective, the better the larger."""
    if worth is None:
        return -np.inf
    return session.sense * (session.first_of(worth) or 0.0)


def _least(session: Session) -> float:
    """Return the gain below which a lever is worth nothing."""
    return NOTHING * abs(session.first_of(session.base.worth) or 1.0)


def _screened(
    session: Session, found: Sequence[Lever], basis: Basis, is_over: Callable[[], bool]
) -> list[tuple[Lever, Price]]:
    """Return the levers of each kind that gain most, solved again up and down."""
    names = None if basis == "halls fixed" or session.is_small else session.leading
    base = session.solved(names=names)
    if base is None:
        return []
    session.first()
    duals = session.engine.row_duals()
    made: list[tuple[Lever, Price]] = []
    for kind in dict.fromkeys(lever.kind for lever in found):
        of_kind = [(_most(session, lever, duals), lever) for lever in found if lever.kind == kind]
        # Of steps that may gain the same the one in fewest periods says most.
        of_kind.sort(key=lambda pair: (-round(pair[0], DIGITS), len(pair[1].up)))
        made += _largest(session, base, of_kind, basis, names, is_over)
    return made


def _most(session: Session, lever: Lever, duals: FloatArray) -> float:
    """Return the most that a step up can gain."""
    return session.sense * float(sum(duals[row] * step for row, step in lever.up.items()))


def _largest(
    session: Session, base: Found, of_kind: Sequence[tuple[float, Lever]], basis: Basis,
    names: tuple[str, ...] | None, is_over: Callable[[], bool],
) -> list[tuple[Lever, Price]]:  # fmt: skip
    found: list[tuple[Lever, Price]] = []
    least = _least(session)
    left = TRIED if basis == "halls fixed" or session.is_small else TRIED_IN_PARTS
    for most, lever in of_kind:
        gains = sorted((_gain(session, p.up) for _, p in found), reverse=True)
        is_enough = not left or (len(gains) >= SHOWN and gains[SHOWN - 1] >= most)
        if most <= least or is_over() or is_enough:
            break
        if any(_says_as_much(session, pair, lever, most) for pair in found):
            continue
        left -= 1
        up = _step(session, base, lever.up, names)
        if _gain(session, up) > least:
            down = _step(session, base, lever.down, names)
            found.append((lever, _price(session, lever, basis, up, down)))
    if not found and of_kind and not is_over():
        # That more of it is worth nothing is an answer too: of the kind, the widest step says so.
        lever = max((lever for _, lever in of_kind), key=lambda lever: len(lever.up))
        up = _step(session, base, lever.up, names)
        widest = replace(lever, unit="")
        found.append((widest, _price(session, widest, basis, up, Worth())))
    found.sort(key=lambda pair: -_gain(session, pair[1].up))
    return found[:SHOWN]


def _says_as_much(session: Session, known: tuple[Lever, Price], lever: Lever, most: float) -> bool:
    """Return whether a step in fewer periods gains all that a lever of the same figure can."""
    other, price = known
    is_part = other.path == lever.path and set(other.up) < set(lever.up)
    return is_part and _gain(session, price.up) >= most - _least(session)


def _step(
    session: Session, base: Found, rows: Mapping[int, float], names: tuple[str, ...] | None
) -> Worth | None:
    """Return what a step changes, in the objectives named, or in all."""
    with session.stepped(rows):
        found = session.solved(names=names)
    return None if found is None else _told(found.worth.less(base.worth), base.worth)


def _told(change: Worth, base: Worth) -> Worth:
    """Return a change without what is the rounding of the solver."""

    def told(member: float | None, of: float | None) -> float | None:
        return 0.0 if member is not None and abs(member) <= NOTHING * abs(of or 0.0) else member

    return Worth(
        told(change.level, base.level), told(change.total, base.total),
        told(change.spend, base.spend),
    )  # fmt: skip


def _price(
    session: Session, lever: Lever, basis: Basis, up: Worth | None, down: Worth | None
) -> Price:
    where = str(session.data.portfolio.where(lever.path))
    return Price(lever.kind, lever.step, where, basis, up, down, None, lever.size, lever.unit)


def _confirmed(session: Session, lever: Lever, price: Price) -> Price:
    """Return the price with what a step up gains where whole halls are chosen anew.

    The change is from the best such plan without the step. Neither search is proved to the end, so
    the gain is known within their bounds: from what was found with the step less what there can be
    without, to what there can be with it less what was found without.
    """
    free = session.free
    with session.stepped(lever.up):
        found = session.searched(start=free.values)
    if found is None:
        return price
    price = replace(price, whole=found.worth.less(free.worth))
    with_step, without = session.first_of(found.worth), session.first_of(free.worth)
    if with_step is None or without is None or found.bound is None or free.bound is None:
        return price
    gains = sorted(
        (session.sense * (with_step - free.bound), session.sense * (found.bound - without))
    )
    # What there can be without the step is never less than what was found with it: that keeps all.
    return replace(price, least=max(gains[0], 0.0), most=max(gains[1], 0.0))
