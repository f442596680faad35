"""Actuals in a network: the past fixed, what is under way cut to its rest, the future held back.

A finished activity is a milestone at its finish, with no crews and nothing before it. A started one
is its remaining work from the data date. What is not started starts no earlier than the data date.
What is reported of a start that others wait for (SS) becomes the gate of those others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.laws import interned, prepare
from planner.domain.activity import Kind
from planner.domain.amount import Form
from planner.network.calendars import ALWAYS, DAY_MIN
from planner.network.draft import ARC, Draft, Gate
from planner.network.tables import CERTAIN_ZERO, Law, law, laws, times

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from planner.domain.actuals import Actuals, Delivery, Progress
    from planner.domain.portfolio import Portfolio
    from planner.network.arrays import FloatArray, Network
    from planner.network.draft import Row, Unit
    from planner.network.tables import Tables

GATE: Final = "data date"
"""Name of the gate that opens at the data date."""
POINTS: Final = (np.arange(128) + 0.5) / 128
"""Probabilities at which what remains is tabulated."""
EXHAUSTED: Final = 0.9
"""An activity that took longer than its law allows is thought to be at this share of it."""
_STARTS: Final = (Kind.SS, Kind.SF)
_HOLDS_START: Final = (Kind.FS, Kind.SS, ARC)


@dataclass(frozen=True, slots=True)
class Reported:
    """Actual dates of an activity [min]; `finish` is None while it runs."""

    start: int
    finish: int | None
    source: Progress | None = None


def known_min(portfolio: Portfolio, tables: Tables) -> int:
    """Return the minute before which everything is known; 0 where nothing was reported."""
    return tables.minute(portfolio.actuals.data_date) if portfolio.actuals is not None else 0


def end_of(tables: Tables, date: dt.date) -> int:
    """Return the last minute of a day: what is reported as done on it is done by then."""
    return tables.minute(date) + DAY_MIN - 1


def reported(
    names: Mapping[str, int], actuals: Actuals, tables: Tables, lots: Mapping[str, str]
) -> dict[int, Reported]:
    """Return what is known of activities, by index.

    Parameters
    ----------
    names
        Index of each activity.
    lots
        Lot or hall that each activity is of, by its name: what is handed over with it.
    """
    found: dict[int, Reported] = {}
    whole = {n: row.handed_over for n, row in actuals.halls.items() if row.handed_over}
    whole |= {n: row.in_service for n, row in actuals.lots.items()}
    for name, owner in lots.items():
        if owner in whole:
            end = end_of(tables, whole[owner])
            found[names[name]] = Reported(end, end)
    for name, row in actuals.activities.items():
        if name not in names:
            continue
        finish = None if row.finished is None else end_of(tables, row.finished)
        begun = row.started or row.finished
        if begun is not None:
            start = tables.minute(begun)
            found[names[name]] = Reported(start, finish, row)
    return found


def owners(portfolio: Portfolio, names: Sequence[str]) -> dict[str, str]:
    """Return the reported lot or hall that activities belong to; a lot before its hall."""
    actuals = portfolio.actuals
    if actuals is None:
        return {}
    made = {}
    whole = {hall for hall, row in actuals.halls.items() if row.handed_over}
    for name in names:
        lot = name.rpartition("/")[0]
        hall = "/".join(name.split("/")[:3])
        if lot in actuals.lots:
            made[name] = lot
        elif hall in whole and _is_of_hall(name):
            made[name] = hall
    return made


def _is_of_hall(name: str) -> bool:
    """Return whether an activity is of a hall, its blocks or an empty block, and of no lot."""
    inner = name.split("/")[3:]
    return len(inner) <= 2 or inner[1:3] == ["-", "-"]


def apply_progress(portfolio: Portfolio, tables: Tables, draft: Draft) -> None:
    """Fix what is reported in a draft, in place; nothing where there are no actuals."""
    actuals = portfolio.actuals
    if actuals is None:
        return
    begin = tables.minute(actuals.data_date)
    there = _gates(actuals, tables, draft, begin)
    index = {row.name: i for i, row in enumerate(draft.rows)}
    found = reported(index, actuals, tables, owners(portfolio, tuple(index)))
    draft.out_of_sequence = list(_out_of_sequence(draft, found))
    opens = draft.add_gate(Gate(GATE, begin))
    _relations(draft, found, begin, actuals.logic == "override")
    for number, row in enumerate(draft.rows):
        known = found.get(number)
        if known is None:
            if not _stands(draft, row, there):
                row.gates.append(opens)
            continue
        for pool in row.pools:
            draft.used[pool] = draft.used.get(pool, 0) + 1
        row.pools = ()
        if known.finish is not None:
            _finish(draft, row, known.finish, tables)
        else:
            row.law = _rest(row, known, tables, begin)
            row.gates = _gates_left(draft, row, opens, actuals.logic)


def _gates_left(draft: Draft, row: Row, opens: int, logic: str) -> list[int]:
    """Return the gates of the rest of a started activity: its release has passed."""
    if logic == "override":
        return [opens]
    return [*(g for g in row.gates if not draft.gates[g].name.startswith("release/")), opens]


def _finish(draft: Draft, row: Row, finish: int, tables: Tables) -> None:
    """Turn a row into a milestone at its actual finish."""
    row.law, row.calendar = CERTAIN_ZERO, tables.calendars.row[ALWAYS]
    row.drivers, row.needs, row.pools, row.is_outdoor = (), (), (), False
    row.gates = [draft.add_gate(Gate(f"actual/{row.name}", finish))]


def _out_of_sequence(draft: Draft, found: Mapping[int, Reported]) -> Iterator[tuple[str, str]]:
    """Yield started activities, each with an FS predecessor that was not finished by then."""
    for pred, succ, kind, _ in draft.relations:
        if kind != Kind.FS or succ not in found:
            continue
        before = found.get(pred)
        if before is None or before.finish is None or before.finish > found[succ].start + DAY_MIN:
            yield draft.rows[succ].name, draft.rows[pred].name


def _relations(draft: Draft, found: Mapping[int, Reported], begin: int, is_override: bool) -> None:
    """Drop the relations into what is finished; starts that are known become gates."""
    kept = []
    for pred, succ, kind, lag in draft.relations:
        end, before = found.get(succ), found.get(pred)
        if end is not None and end.finish is not None:
            continue
        if end is not None and is_override and kind in _HOLDS_START:
            continue
        if before is not None and kind in _STARTS:
            opens = before.start + lag
            if kind == Kind.SS and opens > begin:
                name = f"lag/{draft.rows[pred].name}/{draft.rows[succ].name}"
                draft.rows[succ].gates.append(draft.add_gate(Gate(name, opens)))
            continue
        kept.append((pred, succ, kind, lag))
    draft.relations[:] = kept


def _rest(row: Row, known: Reported, tables: Tables, begin: int) -> Law:
    """Return the law of what is left of a started activity [working min]."""
    said = known.source
    day = tables.calendars.day_min[row.calendar]
    if said is not None and said.remaining is not None:
        row.drivers = ()
        return law(said.remaining, day)
    if said is not None and said.percent is not None:
        return times(row.law, 1.0 - said.percent.likely)
    clock = tables.calendars.clock[row.calendar]
    return remaining(row.law, clock.worked(begin) - clock.worked(known.start))


def remaining(whole: Law, elapsed: float) -> Law:
    """Return the law of T - e given T > e, tabulated; `elapsed` in the unit of the law.

    A law that is exhausted, T <= e for certain, is taken as if it stood at its ninth decile.
    """
    if whole[0] == Form.FIXED:
        left = whole[2] - elapsed
        return (int(Form.FIXED), left, left, left) if left > 0 else CERTAIN_ZERO
    one = laws([whole])
    table = prepare(one.form, one.a, one.b, one.c, one.shapes)

    def at(share: FloatArray) -> FloatArray:
        made: FloatArray = table.quantile(np.asarray(share, dtype=float)[:, None])[:, 0]
        return made

    grid = np.linspace(0.0005, 0.9995, 2000)
    value = at(grid)
    passed = float(np.interp(elapsed, value, grid, left=0.0, right=1.0))
    if passed >= grid[-1]:
        passed, elapsed = EXHAUSTED, float(at(np.array([EXHAUSTED]))[0])
    rest = np.maximum(0.0, at(passed + (1.0 - passed) * POINTS) - elapsed)
    points = tuple(float(x) for x in np.sort(rest))
    return int(Form.EMPIRICAL), float(interned(points)), float(np.median(rest)), 1.0


def _gates(actuals: Actuals, tables: Tables, draft: Draft, begin: int) -> set[int]:
    """Fix tranches, deliveries and standing halls that are there; hold back those that are not.

    Returns the gates that are open by the data date for certain.
    """
    open_by_now = set()
    fixed = {f"tranche/{n}": row.energised for n, row in actuals.tranches.items() if row.energised}
    fixed |= {f"dock/{n}": row.docked for n, row in actuals.deliveries.items() if row.docked}
    for name, hall in actuals.halls.items():
        if hall.handed_over:
            fixed[f"standing/{name.rpartition('/')[0]}"] = hall.handed_over
    begun = {f"release/{n}": hall.released for n, hall in actuals.halls.items() if hall.released}
    ordered = {f"dock/{n}": row for n, row in actuals.deliveries.items()}
    expected = {f"tranche/{n}": row.expected for n, row in actuals.tranches.items() if row.expected}
    there = {n for n, row in actuals.tranches.items() if row.energised}
    for number, gate in enumerate(draft.gates):
        if gate.name in fixed:
            open_by_now.add(number)
            gate.base_min, gate.slip = end_of(tables, fixed[gate.name]), CERTAIN_ZERO
            gate.drivers = gate.events = ()
            continue
        if gate.name in expected:
            gate.base_min = tables.minute(expected[gate.name])
        if gate.name in begun:
            gate.base_min = tables.minute(begun[gate.name])
        if gate.name in ordered:
            _reorder(gate, ordered[gate.name], tables)
        if _is_there(gate, tables):
            open_by_now.add(number)
        elif not gate.name.startswith("release/"):
            hold(gate, begin)
    for tranche in draft.tranches:
        if tranche.name in there:
            tranche.after = ()
    return open_by_now


def _is_there(gate: Gate, tables: Tables) -> bool:
    """Return whether the specs date a gate by the portfolio's own data date, for certain."""
    return gate.base_min <= tables.minute(tables.data_date) and gate.slip == CERTAIN_ZERO


def _stands(draft: Draft, row: Row, there: set[int]) -> bool:
    """Return whether a row is the milestone of a hall that stands."""
    gates = [draft.gates[g].name for g in row.gates]
    is_standing = bool(gates) and all(name.startswith("standing/") for name in gates)
    return is_standing and all(g in there for g in row.gates)


def _reorder(gate: Gate, row: Delivery, tables: Tables) -> None:
    """Let racks on order come a lead time after the day they were ordered, in place.

    Where they are expected on a date, the lead time is stretched so that its likely value is that.
    """
    if row.ordered is not None:
        gate.base_min = tables.minute(row.ordered)
    if row.expected is not None:
        gate.slip = stretched(gate.slip, tables.minute(row.expected) - gate.base_min)


def stretched(lead: Law, likely: int) -> Law:
    """Return a lead time whose likely value is another [min]."""
    return times(lead, likely / lead[2]) if lead[2] > 0 else lead


def hold(gate: Gate, begin: int) -> None:
    """Let a gate open no earlier than the data date, in place: its slip given that it has not."""
    if gate.slip[0] == Form.FIXED:
        gate.base_min = max(gate.base_min, begin - round(gate.slip[2]))
        return
    one = laws([gate.slip])
    least = prepare(one.form, one.a, one.b, one.c, one.shapes).quantile(np.array([[0.0005]]))
    if gate.base_min + float(least[0, 0]) < begin:
        gate.slip = remaining(gate.slip, begin - gate.base_min)
        gate.base_min = begin


def less_used(units: Sequence[Unit], used: Mapping[int, int], known: int) -> list[Unit]:
    """Return units of equipment less those that reported activities took: the first to come.

    What is ordered or arrives at the minute `known` or later cannot be among them.
    """
    left = dict(used)
    gone = set()
    for i in sorted(range(len(units)), key=lambda i: _comes(units[i])):
        if left.get(units[i].pool, 0) > 0 and units[i].order_min < known:
            left[units[i].pool] -= 1
            gone.add(i)
    return [unit for i, unit in enumerate(units) if i not in gone]


def _comes(unit: Unit) -> float:
    return unit.order_min + unit.lead[2]


def reported_dates(portfolio: Portfolio, network: Network, tables: Tables) -> dict[int, Reported]:
    """Return the actual dates of a network's activities, by index."""
    if portfolio.actuals is None:
        return {}
    index = {name: i for i, name in enumerate(network.activity)}
    return reported(index, portfolio.actuals, tables, owners(portfolio, network.activity))
