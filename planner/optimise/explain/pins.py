"""What each pinned decision costs: the plan with all pins against the plan without that one.

In a small model whole halls are sought anew without the pin, from the plan. In a big one halls may
be started in parts, with the pin and without, so that each answer is a few simplex steps.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from planner.domain.explanation import PinCost
from planner.optimise.explain.said import statement_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.domain.explanation import Basis
    from planner.optimise.explain.session import Found, Session

MOST = 12
"""Pins solved without at most."""
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
    with _freed(session, row):
        if session.is_small:
            return session.searched(start=base.values)
        return session.solved()


@contextmanager
def _freed(session: Session, row: str) -> Iterator[None]:
    """Drop the row of a pin, and free the contract that it held, for a while."""
    engine = session.engine
    index = engine.rows[row]
    held = set(engine.matrix[[index], :].tocoo().col.tolist()) & set(session.others)
    kept = {c: (float(engine.lower[c]), float(engine.upper[c])) for c in held}
    engine.free(index)
    for column in held:
        engine.bound(column, *session.others[column])
    try:
        yield
    finally:
        engine.restore(index)
        for column, (low, high) in kept.items():
            engine.bound(column, low, high)
