"""Why nothing is feasible: the smallest conflicting set of the user's own statements.

Rows of the model are grouped by the statement behind them. Statements are dropped one by one, those
that a user would question least first; what cannot be dropped without the rest becoming feasible is
the conflict. Then each of it is relaxed alone, by as little as makes the model feasible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from planner.errors import EngineError, InfeasibleError
from planner.optimise.constraints import CONSTRAINTS
from planner.optimise.constraints.base import Statement

if TYPE_CHECKING:
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Engine

ORDER = ("commitment", "placement", "hall_slots", "land", "crews", "equipment", "docks", "supply",
         "power", "debt", "cash", "carbon", "pins", "clusters", "required", "needs")  # fmt: skip
"""Families in the order in which they are dropped: demands last, so that they are named."""
MIP_NODES = 200


@dataclass
class _Group:
    """A statement with the rows and columns that stand for it."""

    family: str
    statement: Statement
    rows: list[int]
    columns: list[int]


def raise_infeasible(data: ModelData, engine: Engine) -> NoReturn:
    """Raise what is infeasible, in the user's words.

    Raises
    ------
    InfeasibleError
        With the smallest conflicting set found, and the least change of each that mends it.
    """
    groups = _groups(data, engine)
    engine.seek({}, "min")
    is_relaxed = not _is_feasible(engine, whole=False)
    kept = _reduced(engine, groups, whole=not is_relaxed)
    for group in kept:
        _restore(engine, group)
    helps = tuple(hint for group in kept if (hint := _hint(engine, group, groups)))
    conflict = tuple((group.statement.text, group.statement.where) for group in kept)
    if not conflict:
        raise EngineError("the model is infeasible without any statement of the user's")
    raise InfeasibleError(conflict, helps, is_reduced=is_relaxed)


def _groups(data: ModelData, engine: Engine) -> list[_Group]:
    """Return all statements with their rows, in the order in which they are dropped."""
    made: dict[Statement, _Group] = {}
    components = {c: k for k in CONSTRAINTS.values() for c in k.components}
    for name, row in engine.rows.items():
        component, _, rest = name.partition("[")
        if component not in components or component == "balance":
            continue
        constraint = components[component]
        statement = constraint.statement(data, component, tuple(rest.removesuffix("]").split(",")))
        if statement is not None:
            group = made.setdefault(statement, _Group(constraint.name, statement, [], []))
            group.rows.append(row)
    for commitment in data.money.commitments:
        if not commitment.cash.any():
            continue  # enters no row, so the model has no column of it
        statement = Statement(commitment.text, data.portfolio.where(commitment.path))
        group = made.setdefault(statement, _Group("commitment", statement, [], []))
        group.columns.append(engine.column("commitments", commitment.name))
    return sorted(made.values(), key=_dropped_at)


def _dropped_at(group: _Group) -> tuple[int, bool]:
    """Return when a statement is dropped: by family, and users' products last of all."""
    is_product = group.statement.where.path.startswith("products.")
    return ORDER.index(group.family), is_product


def _is_feasible(engine: Engine, *, whole: bool) -> bool:
    found = engine.solve_mip(gap=1.0, nodes=MIP_NODES) if whole else engine.solve_lp()
    return found.values is not None


def _drop(engine: Engine, group: _Group) -> None:
    for row in group.rows:
        engine.free(row)
    for column in group.columns:
        engine.bound(column, 0.0, 1.0)


def _restore(engine: Engine, group: _Group) -> None:
    for row in group.rows:
        engine.restore(row)
    for column in group.columns:
        engine.bound(column, 1.0, 1.0)


def _reduced(engine: Engine, groups: list[_Group], *, whole: bool) -> list[_Group]:
    """Return the statements that are left after a deletion filter; the others are dropped.

    Whole families are tried first, then their statements one by one.
    """
    kept: list[_Group] = []
    for family in ORDER:
        members = [group for group in groups if group.family == family]
        for group in members:
            _drop(engine, group)
        if not members or not _is_feasible(engine, whole=whole):
            continue
        for group in members:
            _restore(engine, group)
        kept += _filtered(engine, members, whole=whole)
    return kept


def _filtered(engine: Engine, members: list[_Group], *, whole: bool) -> list[_Group]:
    """Return the needed ones of a family by halving: drop what is not needed, in few solves."""
    if len(members) == 1:
        _drop(engine, members[0])
        if not _is_feasible(engine, whole=whole):
            return []
        _restore(engine, members[0])
        return members
    middle = len(members) // 2
    kept: list[_Group] = []
    for half in (members[:middle], members[middle:]):
        for group in half:
            _drop(engine, group)
        if _is_feasible(engine, whole=whole):
            for group in half:
                _restore(engine, group)
            kept += _filtered(engine, half, whole=whole)
    return kept


def _hint(engine: Engine, group: _Group, groups: list[_Group]) -> str:
    """Return by how much one statement alone must give way to all others, as a sentence."""
    for other in groups:
        _restore(engine, other)
    if not group.rows:
        return ""
    amount = engine.least_slack(group.rows)
    if amount is None:
        return ""
    statement = group.statement
    figure = amount * statement.scale
    unit = f" {statement.unit}" if statement.unit else ""
    return f"relax by at least {figure:.4g}{unit}: {statement.text}"
