"""What each pinned decision costs: the plan with all pins against the plan without that one.

In a small model whole halls are sought anew without the pin, from the plan. In a big one halls may
be started in parts, with the pin and without, so that each answer is a few simplex steps.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from planner.domain.explanation import PinCost
from planner.optimise.explain.said import statement_of
from planner.optimise.explain.session import MEMBERS
from planner.optimise.objectives import OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.domain.explanation import Basis
    from planner.optimise.explain.session import Found, Session

MOST = 12
"""Pins solved without at most."""
TELLS = 1e-6
"""Relative change of an objective that is more than the solver's tolerance."""
FAMILIES = {
    "pinned_halls": "halls", "pinned_purchase": "purchases", "pinned_reservation": "reservations",
}  # fmt: skip


def pin_costs(session: Session, is_over: Callable[[], bool]) -> tuple[PinCost, ...]:
    """Return what each pin costs, those of the policy and those given beside.

    Pins that leave nothing to choose have no row in the model and are left out.
    """
    rows = _rows(session)
    if not rows:
        return ()
    basis: Basis = "halls free" if session.is_small else "halls in parts"
    if session.is_small:
        base: Found | None = session.free
    else:
        session.unfix()
        base = session.solved()
    made = []
    for number, (name, row) in enumerate(rows):
        gain = None
        if base is not None and number < MOST and not is_over():
            found = _without(session, row, base)
            gain = None if found is None else found.worth.less(base.worth)
        said = statement_of(session, row)
        assert said is not None
        made.append(PinCost(name, said.text, str(said.where), basis, gain))
    session.reset()
    return tuple(made)


def _rows(session: Session) -> list[tuple[str, str]]:
    """Return the pins that the model has a row for, each with its row's name."""
    pins = session.data.portfolio.spec.policy.pinned
    made = [
        (name, f"{component}[{name}]")
        for component, family in FAMILIES.items()
        for name in getattr(pins, family)
    ]
    return [(name, row) for name, row in made if row in session.engine.rows]


def _without(session: Session, row: str, base: Found) -> Found | None:
    """Return the plan without a pin; a contract the other way only where that is better."""
    with _freed(session, row) as is_contract:
        found = session.searched() if session.is_small else session.solved()
        if is_contract and (found is None or not _is_better(session, found, base)):
            return base
        return found


def _is_better(session: Session, found: Found, base: Found) -> bool:
    """Return whether a point is better in the first of the policy's objectives that tells."""
    for name in session.data.portfolio.spec.policy.objectives:
        member = MEMBERS.get(name)
        if member is None:
            continue
        before, after = getattr(base.worth, member), getattr(found.worth, member)
        if before is None or after is None:
            continue
        gain = (after - before) * (1.0 if OBJECTIVES[name].sense == "max" else -1.0)
        if abs(gain) > TELLS * max(abs(before), TELLS):
            return bool(gain > 0)
    return False


@contextmanager
def _freed(session: Session, row: str) -> Iterator[bool]:
    """Drop the row of a pin for a while, a contract turned the other way; say if it was one."""
    engine = session.engine
    index = engine.rows[row]
    cells = engine.matrix[[index], :].tocoo()
    held = [int(c) for c in cells.col if int(c) in session.others]
    kept = {c: (float(engine.lower[c]), float(engine.upper[c])) for c in held}
    known = {c: session.others[c] for c in held}
    engine.free(index)
    for column in held:
        other = 1.0 - round(float(session.base.values[column]))
        session.others[column] = (other, other)
        engine.bound(column, other, other)
    try:
        yield bool(held)
    finally:
        engine.restore(index)
        session.others.update(known)
        for column, (low, high) in kept.items():
            engine.bound(column, low, high)
