"""Why nothing is feasible: the smallest conflicting set of the user's own statements.

Rows of the model are grouped by the statement behind them. Statements are dropped one by one, those
that a user would question least first; what cannot be dropped without the rest becoming feasible is
the conflict. First the relaxation is reduced so, where it is infeasible itself, then the set with
whole halls. Last, the least change of each statement that alone mends it is searched
(`mending`).
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from planner.domain.plan import Termination
from planner.errors import Change, EngineError, InfeasibleError
from planner.optimise.alike import pooled
from planner.optimise.constraints import CONSTRAINTS
from planner.optimise.constraints.base import Statement
from planner.optimise.data import DAYS_YEAR, build
from planner.optimise.engine import INF, Engine
from planner.optimise.mending import (
    Lever,
    as_far_as_can_be,
    change_to,
    least_change,
    least_changes,
    levers,
    moved,
    origin,
)
from planner.optimise.model import formulate
from planner.optimise.soonest import too_late
from planner.optimise.wishes import let_give, wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.errors import Where
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.data import ModelData

ORDER = ("commitment", "placement", "hall_slots", "land", "crews", "equipment", "docks", "supply",
         "power", "debt", "cash", "carbon", "pins", "clusters", "required", "needs")  # fmt: skip
"""Families in the order in which they are dropped: demands last, so that they are named."""
DEMANDS = ("pins", "clusters", "required", "needs")
"""Families that ask for something; the others say how much there is."""
MIP_NODES = 200
REDUCE_S = 60.0
"""Time in which a conflict is made as small as can be."""
MEND_S = 60.0
"""Processor time in which least changes are searched: a busy machine finds the same."""
TOGETHER_S = 60.0
"""Processor time in which sets of changes are searched, where no single one mends it."""
MOST_TOGETHER = 3
"""Changes of a set at most, save that each conflict needs one."""
MOST_SETS = 3
"""Sets of changes that are told at most."""
TINY = 1e-9
MOST_OTHERS = 3
"""Further conflicting sets that are told at most."""
MARGINS = (0.0, 0.02, 0.1, 0.3, 1.0)
"""Shares by which a change is made larger until a plan in whole racks and dates keeps it."""


@dataclass
class _Group:
    """A statement with the rows and columns that stand for it, and what could be changed of it."""

    family: str
    statement: Statement
    rows: list[int]
    columns: list[int]
    levers: tuple[Lever, ...] = ()
    too_late: str = ""
    """That nothing new can serve it in time, and from when it can; empty where it can."""

    @property
    def is_demand(self) -> bool:
        """Whether it asks for something, and does not say how much there is."""
        return self.family in DEMANDS


class ConflictError(InfeasibleError):
    """The conflict of a model, before least changes were searched.

    Parameters
    ----------
    groups
        The statements, with what could be changed of each.
    hints
        By how much rows of one alone would have to give way.
    is_parted
        Whether it was found only with periods in parts (`constraints.parts`).
    """

    def __init__(
        self, groups: Sequence[_Group], hints: tuple[str, ...], is_reduced: bool,
        others: Sequence[Sequence[_Group]] = (), *, is_parted: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            _said(groups), hints, is_reduced, _because(groups), (), tuple(_said(o) for o in others)
        )
        self.groups = tuple(groups)
        self.further = tuple(tuple(other) for other in others)
        self.is_parted = is_parted


def _said(groups: Sequence[_Group]) -> tuple[tuple[str, Where], ...]:
    return tuple((group.statement.text, group.statement.where) for group in groups)


def raise_infeasible(data: ModelData, engine: Engine) -> NoReturn:
    """Raise what is infeasible, in the user's words.

    Raises
    ------
    InfeasibleError
        With the smallest conflicting set found, and the least change of each that mends it.
    """
    if not engine.explains:
        raise InfeasibleError(())
    groups = _groups(data, engine)
    _let_all_give(data, engine)
    engine.relaxed = frozenset()
    engine.deadline = time.monotonic() + REDUCE_S
    engine.seek({}, "min")
    kept, is_sure = groups, True
    if engine.solve_lp().termination is Termination.INFEASIBLE:
        kept, _ = _reduced(engine, kept, whole=False)
        hinted = kept
    else:
        hinted = []
    hints = _hints(engine, hinted, groups)
    for group in groups:
        (_restore if group in kept else _drop)(engine, group)
    kept, is_sure = _reduced(engine, kept, whole=True)
    if not kept:
        raise EngineError("the model is infeasible without any statement of the user's")
    others = _others(engine, groups, kept)
    told = tuple(hint for group, hint in hints if group in kept)
    raise ConflictError(kept, told, is_sure, others, is_parted=bool(data.clock.parts))


def _others(engine: Engine, groups: Sequence[_Group], kept: Sequence[_Group]) -> list[list[_Group]]:
    """Return further conflicting sets, each without a statement of any before it."""
    found: list[list[_Group]] = []
    rest = list(groups)
    latest = list(kept)
    while len(found) < MOST_OTHERS:
        rest = [group for group in rest if group not in latest]
        for group in groups:
            (_restore if group in rest else _drop)(engine, group)
        if _feasible(engine, whole=True) is not False:
            break
        latest, _ = _reduced(engine, rest, whole=True)
        if not latest:
            break
        found.append(latest)
    return found


def mended(
    found: ConflictError,
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    corrections: CorrectionDays | None,
    solves: Callable[[Portfolio], bool],
) -> InfeasibleError:
    """Return the conflict with the least changes that mend it: of one statement, else of several.

    Parameters
    ----------
    solves
        Whether a portfolio comes to a plan, with whole racks and dates.
    """
    until = time.process_time() + MEND_S

    def feasible(changed: Portfolio) -> bool | None:
        left = until - time.process_time()
        if left <= 0:
            return None
        return _has_plan(changed, readiness, corrections, left, is_parted=found.is_parted)

    def comes_to_a_plan(changed: Portfolio) -> bool:
        return feasible(changed) is True and solves(changed)

    changes = []
    if not found.others:  # each of several conflicts needs a change of its own
        for group in found.groups:
            for lever in group.levers:
                change = least_change(portfolio, lever, feasible)
                if change is not None:
                    sure = _confirmed(change, portfolio, lever, comes_to_a_plan)
                    changes.append(_of(group, sure))
    together: tuple[tuple[Change, ...], ...] = ()
    if not changes:
        until = time.process_time() + TOGETHER_S
        together = _together(found, portfolio, feasible, comes_to_a_plan)
    # Where a figure was searched, the row's own slack says nothing more.
    hints = () if changes or together else found.relaxations
    return InfeasibleError(
        found.conflict, hints, found.is_reduced, found.because, tuple(changes), found.others,
        together,
    )  # fmt: skip


def _of(group: _Group, change: Change) -> Change:
    return replace(change, text=group.statement.text, where=group.statement.where)


def _confirmed(
    change: Change, portfolio: Portfolio, lever: Lever, solves: Callable[[Portfolio], bool]
) -> Change:
    """Return the change as a plan confirms it, a little larger where racks and dates need it."""
    for margin in MARGINS:
        number = _larger(change, margin) + origin(portfolio, change)
        larger = least_change(portfolio, lever, solves, only=number)
        if larger is not None:
            return replace(larger, is_confirmed=True)
    return change


def _larger(change: Change, margin: float) -> float:
    """Return a figure that is moved by a share further than the new one, not below zero."""
    amount, is_whole = (change.new - change.old) * (1.0 + margin), change.is_date or not change.unit
    return max(change.old + (round(amount) if is_whole else amount), 0.0)


# Where no change alone will do


def _together(
    found: ConflictError,
    portfolio: Portfolio,
    feasible: Callable[[Portfolio], bool | None],
    solves: Callable[[Portfolio], bool],
) -> tuple[tuple[Change, ...], ...]:
    """Return the smallest sets of changes that mend all conflicts, as plans confirm them."""
    sides = [found.groups, *found.further]
    known = [
        (side, group, lever)
        for side, groups in enumerate(sides) for group in groups for lever in group.levers
    ]  # fmt: skip
    made: list[tuple[float, tuple[Change, ...]]] = []
    for size in range(max(2, len(sides)), max(MOST_TOGETHER, len(sides)) + 1):
        for chosen in itertools.combinations(known, size):
            groups, levers_ = [group for _, group, _ in chosen], [lever for *_, lever in chosen]
            is_of_all = len({side for side, *_ in chosen}) == len(sides)
            if not is_of_all or len({id(group) for group in groups}) < size:
                continue
            if feasible(as_far_as_can_be(portfolio, levers_)) is not True:
                continue
            changes = _all_confirmed(portfolio, levers_, feasible, solves)
            if changes is not None:
                told = tuple(_of(g, c) for g, c in zip(groups, changes, strict=True))
                made.append((sum(_share(change) for change in changes), told))
        if made:
            break
    return tuple(changes for _, changes in sorted(made, key=lambda m: m[0])[:MOST_SETS])


def _all_confirmed(
    portfolio: Portfolio, together: Sequence[Lever],
    feasible: Callable[[Portfolio], bool | None], solves: Callable[[Portfolio], bool],
) -> tuple[Change, ...] | None:  # fmt: skip
    """Return the least changes of levers as a plan confirms them together; None if none does."""
    numbers = least_changes(portfolio, together, feasible)
    if numbers is None:
        return None
    for margin in MARGINS:
        made, changes = portfolio, []
        for lever, number in zip(together, numbers, strict=True):
            least = change_to(portfolio, lever, number)
            further = _larger(least, margin) + origin(portfolio, least)
            changes.append(change_to(portfolio, lever, further))
            made = moved(made, lever, further)
        if solves(made):
            return tuple(replace(change, is_confirmed=True) for change in changes)
    return None


def _share(change: Change) -> float:
    """Return how large a change is: as a share of its figure, a date's of a year."""
    size = DAYS_YEAR if change.is_date else max(abs(change.old), 1.0 if not change.unit else TINY)
    return abs(change.new - change.old) / size


def _has_plan(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    corrections: CorrectionDays | None,
    time_s: float,
    *,
    is_parted: bool,
) -> bool | None:
    """Return whether a model has a point with everything whole; None if that was not found out."""
    data = pooled(build(portfolio, readiness, corrections, is_parted=is_parted))
    engine = Engine(formulate(data), seed=1)
    engine.deadline = time.monotonic() + time_s
    _let_all_give(data, engine)
    engine.seek({}, "min")
    if engine.solve_lp().termination is Termination.INFEASIBLE:
        return False
    return _feasible(engine, whole=True)


def _let_all_give(data: ModelData, engine: Engine) -> None:
    """Let soft wishes be given up and dear compute be bought: neither is a reason."""
    let_give(engine, wishes(data))
    if "max_price[all]" in engine.rows:
        engine.bound(engine.column("dearly"), 0.0, INF)


def _groups(data: ModelData, engine: Engine) -> list[_Group]:
    """Return all statements with their rows, in the order in which they are dropped."""
    made: dict[Statement, _Group] = {}
    components = {c: k for k in CONSTRAINTS.values() for c in k.components}
    for name, row in engine.rows.items():
        component = name.partition("[")[0]
        if component not in components or component == "balance":
            continue
        constraint = components[component]
        index = engine.index_of(name)
        statement = constraint.statement(data, component, index)
        if statement is not None:
            if statement not in made:
                made[statement] = _Group(
                    constraint.name, statement, [], [], levers(data, component, index),
                    too_late(data, component, index),
                )  # fmt: skip
            made[statement].rows.append(row)
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


def _because(groups: Sequence[_Group]) -> str:
    """Return the chain of a conflict: what is asked for, and what does not allow it."""
    asked = [g.statement.text for g in groups if g.is_demand]
    late = [g.too_late for g in groups if g.too_late]
    given = [g.statement.text for g in groups if not g.is_demand]
    if not given:
        wanted = " and because ".join(asked)
        reason = ", and ".join(late) or "no hall, SKU or date of the files can give it"
        return f"because {wanted}, and {reason}"
    asked += late
    allowed = ", and because ".join(given)
    if not asked:
        return f"because {allowed}, and not even what is committed keeps to it"
    return f"because {', and because '.join(asked)}, but because {allowed}, no plan keeps all"


def _feasible(engine: Engine, *, whole: bool) -> bool | None:
    """Return whether the model has a point; None where a limit came first."""
    found = engine.solve_mip(gap=1.0, nodes=MIP_NODES) if whole else engine.solve_lp()
    if found.values is not None:
        return True
    return False if found.termination is Termination.INFEASIBLE else None


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


def _reduced(engine: Engine, groups: list[_Group], *, whole: bool) -> tuple[list[_Group], bool]:
    """Return the statements left by a deletion filter, and whether none was left out of doubt.

    Whole families are tried first, then their statements by halving; the others stay dropped.
    """
    kept: list[_Group] = []
    is_sure = True
    for family in ORDER:
        members = [group for group in groups if group.family == family]
        if members:
            here, sure = _filtered(engine, members, whole=whole)
            kept, is_sure = kept + here, is_sure and sure
    return kept, is_sure


def _filtered(engine: Engine, members: list[_Group], *, whole: bool) -> tuple[list[_Group], bool]:
    """Return the needed ones of some statements: those without which the rest is feasible."""
    for group in members:
        _drop(engine, group)
    verdict = _feasible(engine, whole=whole)
    if verdict is False:
        return [], True
    for group in members:
        _restore(engine, group)
    if len(members) == 1:
        return members, verdict is True
    middle = len(members) // 2
    first, one = _filtered(engine, members[:middle], whole=whole)
    second, two = _filtered(engine, members[middle:], whole=whole)
    return first + second, one and two


def _hints(
    engine: Engine, kept: Sequence[_Group], groups: Sequence[_Group]
) -> list[tuple[_Group, str]]:
    """Return by how much one statement alone must give way to all others, halls in parts."""
    for other in groups:
        _restore(engine, other)
    made = []
    for group in kept:
        amount = engine.least_slack(group.rows) if group.rows else None
        if amount is not None:
            unit = group.statement.unit
            figure = f"{amount * group.statement.scale:.4g} {unit}".rstrip()
            text = f"relax by at least {figure}: {group.statement.text}"
            made.append((group, text))
    return made
