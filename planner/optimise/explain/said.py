"""The user's statements behind the rows that bind, by name and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.explanation import Said
from planner.optimise.constraints import CONSTRAINTS

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.constraints.base import Constraint, Statement
    from planner.optimise.explain.session import Session

TIGHT = 1e-6
SHOWN = 6


def _components() -> dict[str, Constraint]:
    return {c: k for k in CONSTRAINTS.values() for c in k.components}


def statement_of(session: Session, row: str) -> Statement | None:
    """Return the statement that a row stands for; None for rows that only define."""
    component = row.partition("[")[0]
    constraint = _components().get(component)
    if constraint is None:
        return None
    return constraint.statement(session.data, component, session.engine.index_of(row))


def blocking(session: Session, columns: dict[int, float], values: FloatArray) -> tuple[Said, ...]:
    """Return the statements whose rows have no room for a change of columns from a point.

    Parameters
    ----------
    columns
        Change of each column: one more hall is 1 in the column of its start.
    """
    engine = session.engine
    names = {i: name for name, i in engine.rows.items()}
    stood = np.asarray(engine.matrix @ values)
    step = np.zeros(len(values))
    for column, change in columns.items():
        step[column] = change
    moved = np.asarray(engine.matrix @ step)
    found: dict[str, Said] = {}
    for row in np.flatnonzero(np.abs(moved) > TIGHT):
        after = stood[row] + moved[row]
        is_over = after > engine.row_upper[row] + TIGHT and moved[row] > 0
        is_under = after < engine.row_lower[row] - TIGHT and moved[row] < 0
        if (is_over or is_under) and row in names:
            _put(session, found, names[int(row)])
    return tuple(found.values())


def scarce(session: Session, most: int = SHOWN) -> tuple[Said, ...]:
    """Return the statements that hold the first objective where it is, with the plan's halls.

    The duals only order them: a row that binds is worth something a step at least one way.
    """
    session.first()
    duals, values = session.engine.row_duals(), session.engine.row_values()
    worth: dict[str, float] = {}
    texts: dict[str, Said] = {}
    for name, row in session.engine.rows.items():
        if abs(duals[row]) <= TIGHT or (said := statement_of(session, name)) is None:
            continue
        texts[said.text] = Said(said.text, str(said.where))
        worth[said.text] = worth.get(said.text, 0.0) + abs(duals[row] * values[row])
    ordered = sorted(
        (text for text in worth if worth[text] > TIGHT), key=lambda text: (-worth[text], text)
    )
    return tuple(texts[text] for text in ordered[:most])


def _put(session: Session, found: dict[str, Said], row: str) -> None:
    said = statement_of(session, row)
    if said is not None:
        found.setdefault(said.text, Said(said.text, str(said.where)))
