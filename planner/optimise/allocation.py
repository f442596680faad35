"""Who gets what of a fleet that stands: fairness alone, without anything to build.

``units[team, sku, hall]`` of things that are given out; ``use[team]`` is what a team makes of them,
the sum of units times its rate, or for a team of tasks with fixed demands the number of tasks.
Fleet, guarantees, ceilings, floors served first and gangs in one hall are rows; what is fair is
the matter of `planner.optimise.fairness`, as in the planning of a portfolio.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyomo.environ as pyo

from planner.optimise.engine import INF, Engine, as_costs
from planner.optimise.fairness.ordered import GAP, NODES
from planner.optimise.variables import linear

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.capacity.timeline import FloatArray
    from planner.optimise.engine import Solution
    from planner.optimise.fairness import Claim, Fairness
    from planner.optimise.fairness.base import Pyo

ALL: Final = "all"
"""The hall of a fleet that is not split into halls."""
HELD: Final = 1e-9
"""Relative slack at which use is held while the units are chosen."""


@dataclass(frozen=True)
class Party:
    """A team, or work that is served first.

    Parameters
    ----------
    rate
        What one unit of each SKU is worth to it.
    task
        Units of each SKU that one task takes; where given, use counts tasks and `rate` is idle.
    least, most
        Bounds of its use.
    most_units
        Most units of all SKUs together.
    gang
        Units that it needs in one hall to get anything.
    """

    name: str
    rate: Mapping[str, float] = field(default_factory=dict)
    task: Mapping[str, float] = field(default_factory=dict)
    least: float = 0.0
    most: float = INF
    most_units: float = INF
    gang: float = 0.0


@dataclass(frozen=True)
class Fleet:
    """What is given out.

    Parameters
    ----------
    units
        By SKU.
    halls
        Room by hall: of units of any SKU under the key `ALL`, or by SKU; empty for one hall.
    node
        Units that go together, by SKU; others are divisible.
    colocate
        Whether each party is in one hall.
    """

    units: Mapping[str, float]
    halls: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    node: Mapping[str, float] = field(default_factory=dict)
    colocate: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the halls."""
        return tuple(self.halls) or (ALL,)


@dataclass(frozen=True)
class Allocation:
    """What every party gets: its use, and units by SKU and hall."""

    use: dict[str, float]
    units: dict[str, dict[tuple[str, str], float]]

    def of_sku(self, party: str, sku: str) -> float:
        """Return a party's units of a SKU in all halls."""
        return sum(x for (s, _), x in self.units[party].items() if s == sku)

    def halls(self, party: str) -> list[str]:
        """Return the halls in which a party has units."""
        return sorted({hall for (_, hall), x in self.units[party].items() if x > HELD})


@dataclass(frozen=True)
class Conflict:
    """Statements that cannot hold together, as few as found, and what guarantees lack in all."""

    statements: tuple[str, ...]
    shortfall: float


def is_whole(fleet: Fleet, parties: Sequence[Party]) -> bool:
    """Return whether whole things are given out, so that leximin must go by ordered sums."""
    return bool(fleet.node) or fleet.colocate or any(p.gang for p in parties)


def allocate(
    fleet: Fleet, parties: Sequence[Party], ranks: Sequence[Fairness],
    members: Mapping[str, Sequence[str]] | None = None,
) -> Allocation | Conflict:  # fmt: skip
    """Return the fair allocation, or why there is none.

    Parameters
    ----------
    ranks
        Fairness objectives in order; each is held for those after it.
    members
        Parties of a claim by its name, where it is not the party of that name.
    """
    values: FloatArray | None = None
    engine = Engine(_model(fleet, parties, ranks[0], members or {}, {}), seed=1)
    whole = is_whole(fleet, parties)
    held: dict[str, float] = {}
    for number, fair in enumerate(ranks):
        if number:
            engine = Engine(_model(fleet, parties, fair, members or {}, held), seed=1)
        settled = fair.settle(engine)
        if settled is None:
            return _conflict(engine, fleet, parties)
        levels = {team: step.level for step in settled for team in step.teams}
        held |= {c.name: levels[c.name] / fair.level(c, 1.0) for c in fair.claims}
        if settled:
            low = _kept_low(engine, fair, levels, whole=whole)
            values = settled[-1].values if low.values is None else low.values
    if values is None:
        engine.seek({}, "min")
        values = _solved(engine, whole=whole).values
    if values is None:
        return _conflict(engine, fleet, parties)
    return _read(engine, parties, values)


def _model(
    fleet: Fleet, parties: Sequence[Party], fair: Fairness, members: Mapping[str, Sequence[str]],
    held: Mapping[str, float],
) -> Pyo:  # fmt: skip
    """Return the model: parties within a fleet, levels of claims, and use of claims held."""
    model = pyo.ConcreteModel(name="allocation")
    model.worst = pyo.Var()
    names = [p.name for p in parties]
    model.use = pyo.Var(names, domain=pyo.NonNegativeReals)
    _add_units(model, fleet, parties)
    _add_limits(model, fleet, parties)
    _add_whole(model, fleet, parties)

    def used(claim: Claim | str, factor: float = 1.0) -> Pyo:
        name = claim if isinstance(claim, str) else claim.name
        return linear([(factor, model.use[n]) for n in members.get(name, [name])])

    model.held = pyo.Constraint(
        list(held), rule=lambda _m, name: used(name) >= held[name] - HELD * max(1.0, held[name])
    )
    fair.add(model, used)
    model.nothing_sought = pyo.Objective(expr=0.0 * model.worst)
    return model


def _add_units(model: Pyo, fleet: Fleet, parties: Sequence[Party]) -> None:
    """Add ``units[party, sku, hall]``, and what they are worth as ``use_is[party]``."""
    index = [
        (p.name, sku, hall)
        for p in parties
        for sku in fleet.units
        if (p.task or p.rate).get(sku, 0.0) > 0
        for hall in fleet.places
    ]
    model.units = pyo.Var(index, domain=pyo.NonNegativeReals)
    places = {name: [i for i in index if i[0] == name] for name in model.use}
    demand = [(p.name, sku) for p in parties for sku, x in p.task.items() if x > 0]
    by_name = {p.name: p for p in parties}
    model.task_is = pyo.Constraint(
        demand,
        rule=lambda m, name, sku: (
            linear([
                (1.0, m.units[i]) for i in places[name] if i[1] == sku
            ] + [(-float(by_name[name].task[sku]), m.use[name])]) == 0
        ),
    )  # fmt: skip
    model.use_is = pyo.Constraint(
        [p.name for p in parties if not p.task],
        rule=lambda m, name: (
            linear([(float(by_name[name].rate[i[1]]), m.units[i]) for i in places[name]]
                   + [(-1.0, m.use[name])]) == 0
        ),
    )  # fmt: skip


def _add_limits(model: Pyo, fleet: Fleet, parties: Sequence[Party]) -> None:
    """Add the fleet, the room of halls, guarantees and ceilings."""
    index = list(model.units)
    by_name = {p.name: p for p in parties}
    model.short = pyo.Var(list(by_name), bounds=(0, 0))
    model.fleet = pyo.Constraint(
        list(fleet.units),
        rule=lambda m, sku: _within(
            m, [(1.0, m.units[i]) for i in index if i[1] == sku], fleet.units[sku]
        ),
    )
    rooms = [(hall, sku) for hall, room in fleet.halls.items() for sku in room]
    model.room = pyo.Constraint(
        rooms,
        rule=lambda m, hall, sku: _within(
            m, [(1.0, m.units[i]) for i in index if i[2] == hall and sku in (ALL, i[1])],
            fleet.halls[hall][sku],
        ),
    )  # fmt: skip
    model.least = pyo.Constraint(
        [p.name for p in parties if p.least > 0],
        rule=lambda m, n: m.use[n] + m.short[n] >= by_name[n].least,
    )
    model.most = pyo.Constraint(
        [p.name for p in parties if p.most < INF], rule=lambda m, n: m.use[n] <= by_name[n].most
    )
    model.most_units = pyo.Constraint(
        [p.name for p in parties if p.most_units < INF],
        rule=lambda m, n: _within(
            m, [(1.0, m.units[i]) for i in index if i[0] == n], by_name[n].most_units
        ),
    )


def _add_whole(model: Pyo, fleet: Fleet, parties: Sequence[Party]) -> None:
    """Add whole nodes, ``home[party, hall]`` of those that are in one hall, and their gangs."""
    index = list(model.units)
    nodes = [i for i in index if i[1] in fleet.node]
    model.nodes = pyo.Var(nodes, domain=pyo.NonNegativeIntegers)
    model.nodes_is = pyo.Constraint(
        nodes, rule=lambda m, *i: m.units[i] - float(fleet.node[i[1]]) * m.nodes[i] == 0
    )
    settled = {p.name: p for p in parties if fleet.colocate or p.gang > 0}
    homes = [(name, hall) for name in settled for hall in fleet.places]
    total = float(sum(fleet.units.values()))
    model.home = pyo.Var(homes, domain=pyo.Binary)
    model.one_home = pyo.Constraint(
        list(settled), rule=lambda m, n: linear([(1.0, m.home[n, h]) for h in fleet.places]) <= 1
    )

    def inside(m: Pyo, name: str, hall: str) -> Pyo:
        """Nothing in a hall that is not the home, or anywhere without one."""
        here = [(1.0, m.units[i]) for i in index if i[0] == name and i[2] == hall]
        homes = [hall] if fleet.colocate else fleet.places
        if not here:
            return pyo.Constraint.Skip
        return linear([*here, *((-total, m.home[name, h]) for h in homes)]) <= 0

    def ganged(m: Pyo, name: str, hall: str) -> Pyo:
        here = [(1.0, m.units[i]) for i in index if i[0] == name and i[2] == hall]
        return linear([*here, (-settled[name].gang, m.home[name, hall])]) >= 0

    model.inside = pyo.Constraint(homes, rule=inside)
    model.gang = pyo.Constraint([h for h in homes if settled[h[0]].gang > 0], rule=ganged)


def _within(model: Pyo, terms: list[tuple[float, Pyo]], limit: float) -> Pyo:
    return linear(terms) <= float(limit) if terms else pyo.Constraint.Skip


def _kept_low(
    engine: Engine, fair: Fairness, levels: Mapping[str, float], *, whole: bool
) -> Solution:
    """Return the point with the levels that gives least to who is not ranked."""
    for claim in fair.claims:
        column, level = engine.column("level", *claim.key), levels[claim.name]
        engine.bound(column, level - HELD * max(1.0, abs(level)), INF)
    ranked = {claim.name for claim in fair.claims}
    others = [c for (name,), c in engine.columns_of("use").items() if name not in ranked]
    engine.seek(dict.fromkeys(others, 1.0), "min")
    return _solved(engine, whole=whole)


def _solved(engine: Engine, *, whole: bool) -> Solution:
    return engine.solve_mip(gap=GAP, nodes=NODES) if whole else engine.solve_lp()


def _read(engine: Engine, parties: Sequence[Party], values: FloatArray) -> Allocation:
    units: dict[str, dict[tuple[str, str], float]] = {p.name: {} for p in parties}
    for (name, sku, hall), column in engine.columns_of("units").items():
        units[name][sku, hall] = float(values[column])
    use = {name: float(values[c]) for (name,), c in engine.columns_of("use").items()}
    return Allocation(use, units)


# Why there is none


def _conflict(engine: Engine, fleet: Fleet, parties: Sequence[Party]) -> Conflict:
    """Return the smallest set of statements found that cannot hold together.

    A deletion filter gives a set of which none can be spared; which one depends on the order, so
    some orders are tried.
    """
    whole = is_whole(fleet, parties)
    engine.seek({}, "min")
    rows = _statements(engine)
    names = list(rows)
    by_need = sorted(names, key=lambda n: -_need(n, parties))
    orders = (names, names[::-1], by_need, by_need[::-1])
    sets = [_filtered(engine, rows, order, whole=whole) for order in orders]
    smallest = min(sets, key=lambda kept: (len(kept), sorted(kept)))
    kept = tuple(name for name in names if name in smallest)
    return Conflict(kept, _shortfall(engine, whole=whole))


def _statements(engine: Engine) -> dict[str, list[int]]:
    """Return the rows behind each statement: guarantees and ceilings by party, SKUs, halls."""
    words = {
        "least": "{}.min_guarantee",
        "most": "{}.max_useful",
        "gang": "{}.gang_min",
        "most_units": "{}.max_total_units",
        "fleet": "skus.{}",
        "room": "halls.{}",
    }
    made: dict[str, list[int]] = {}
    for component, word in words.items():
        for name, row in engine.rows.items():
            if name.startswith(f"{component}["):
                first = name[len(component) + 1 : -1].split(",")[0]
                made.setdefault(word.format(first), []).append(row)
    return made


def _need(statement: str, parties: Sequence[Party]) -> float:
    return next((p.least for p in parties if statement == f"{p.name}.min_guarantee"), 0.0)


def _filtered(
    engine: Engine, rows: Mapping[str, list[int]], order: Sequence[str], *, whole: bool
) -> set[str]:
    """Return what is left of all statements if each that can be spared is dropped in turn."""
    kept = set(rows)
    for name in order:
        for row in rows[name]:
            engine.free(row)
        if _solved(engine, whole=whole).values is None:
            kept.discard(name)
        else:
            for row in rows[name]:
                engine.restore(row)
    for name in rows:
        for row in rows[name]:
            engine.restore(row)
    return kept


def _shortfall(engine: Engine, *, whole: bool) -> float:
    """Return what guarantees lack together at the least."""
    columns = list(engine.columns_of("short").values())
    for column in columns:
        engine.bound(column, 0.0, INF)
    engine.seek(as_costs(columns), "min")
    found = _solved(engine, whole=whole)
    for column in columns:
        engine.bound(column, 0.0, 0.0)
    return INF if found.objective is None else found.objective
