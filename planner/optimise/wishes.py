"""Soft wishes: floors, guarantees and required dates that may be given up, and in which order.

What must give way is found before anything is sought: of the wishes that give way last, as little
is given up as any plan allows; that is held, and the next are looked at, down to those that give
way first. A wish is counted as the share of it that is missed, a floor by its part of the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from planner.optimise.engine import INF

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Engine

Kind = Literal["required", "floor", "guarantee"]
GPUS = 1000.0
SLACK = 1e-6
"""What is given up is held within this of what was found, for the solver's tolerance."""
TINY = 1e-9
RACKS = 0.01
"""Share of a wish that whole racks and dates may take from it."""


@dataclass(frozen=True)
class Wish:
    """One soft wish at one time.

    Parameters
    ----------
    kind, subject
        What it is, and the name of its product, team or required date.
    time
        Period, or the instant of a required date, by name.
    period
        Index of the period; None for a required date.
    wanted
        H100e, or IT MW.
    unit
        Of `wanted` in one unit of its row: thousands of H100e, or MW.
    order
        Place in the order of giving way.
    weight
        What missing all of it counts.
    """

    kind: Kind
    subject: str
    time: str
    period: int | None
    wanted: float
    unit: float
    order: int
    weight: float

    @property
    def name(self) -> tuple[str, str]:
        """Index of its variable."""
        return self.subject, self.time

    @property
    def row(self) -> str:
        """Name of the row that it may miss."""
        if self.kind == "required":
            return f"required[{self.subject}]"
        return f"{self.kind}[{self.subject},{self.time}]"


def wishes(data: ModelData) -> tuple[Wish, ...]:
    """Return all soft wishes of a portfolio."""
    spec, made = data.portfolio.spec, []
    share = data.timeline.days / data.timeline.days.sum()
    for consumer in data.consumers:
        record = (spec.teams if consumer.is_team else spec.products)[consumer.name]
        if record.priority != "soft":
            continue
        kind: Kind = "guarantee" if consumer.is_team else "floor"
        made += [
            Wish(kind, consumer.name, label, t, float(consumer.need[t]), GPUS, record.gives_way,
                 float(share[t]))
            for t, label in enumerate(data.labels)
            if consumer.need[t] > 0
        ]  # fmt: skip
    for i, rule in enumerate(data.required):
        asked = spec.policy.dates[rule.name]
        if asked.priority == "soft" and rule.it_mw > 0:
            time = data.times[data.n_periods + i]
            made.append(
                Wish("required", rule.name, time, None, rule.it_mw, 1.0, asked.gives_way, 1.0)
            )
    return tuple(made)


def orders(found: tuple[Wish, ...]) -> list[int]:
    """Return the places in the order of giving way, the last to give way first."""
    return sorted({wish.order for wish in found}, reverse=True)


def total(order: int) -> str:
    """Return the index of what wishes of an order give up together."""
    return f"order {order}"


# Bounds in a compiled model


def let_give(engine: Engine, found: tuple[Wish, ...]) -> None:
    """Let every soft wish be given up wholly, with nothing held."""
    for wish in found:
        engine.bound(engine.column("yielded", *wish.name), 0.0, wish.wanted / wish.unit)
    for order in orders(found):
        engine.bound(engine.column("given_up", total(order)), 0.0, INF)


def hold(engine: Engine, order: int, value: float) -> None:
    """Hold what wishes of an order give up at what was found."""
    most = max(0.0, value) * (1.0 + SLACK) + SLACK
    engine.bound(engine.column("given_up", total(order)), 0.0, most)


def loosen(engine: Engine, found: tuple[Wish, ...]) -> None:
    """Let wishes be given up by a little more than the least: what whole racks and dates take."""
    settle(engine, found)
    for order in orders(found):
        column = engine.column("given_up", total(order))
        engine.bound(column, 0.0, float(engine.upper[column]) + RACKS)


def settle(engine: Engine, found: tuple[Wish, ...]) -> None:
    """Give up the least in order, all whole decisions and lots as they are, and hold it."""
    let_give(engine, found)
    for order in orders(found):
        column = engine.column("given_up", total(order))
        engine.seek({column: 1.0}, "min")
        solution = engine.solve_lp()
        if solution.objective is None:
            return
        engine.bound(column, 0.0, max(0.0, solution.objective) * (1.0 + TINY) + TINY)


def keep(engine: Engine, data: ModelData, plan: Plan) -> None:
    """Let soft wishes be given up by as much as a plan does."""
    lost = {(g.kind, g.subject, g.period): g.lost for g in plan.gave_way}
    for wish in wishes(data):
        at = lost.get((wish.kind, wish.subject, wish.period), 0.0) / wish.unit
        engine.bound(engine.column("yielded", *wish.name), 0.0, at * (1.0 + SLACK) + SLACK)
