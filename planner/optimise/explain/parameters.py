"""Parameters along which a switch point is sought: what is varied, between which ends, and how."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.optimise.data import ModelData, build
from planner.optimise.lumping import lumped
from planner.optimise.money import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.capacity.timeline import Timeline
    from planner.domain.amount import Amount
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.optimise.clock import CorrectionDays
    from planner.optimise.explain.session import Session

FACTORS = (0.5, 2.0)
"""Range of a price or duration, as a factor of today's."""
SLIP_DAYS = (0.0, 720.0)
HELD = " Contracts are the plan's; readiness is not simulated again."


@dataclass(frozen=True)
class Parameter:
    """What is varied.

    Parameters
    ----------
    low, high
        Ends of the range.
    today
        Value in the plan.
    data
        The optimiser's data at a value; None where the value is impossible.
    """

    path: str
    title: str
    unit: str
    today: float
    low: float
    high: float
    data: Callable[[float], ModelData | None]
    note: str = HELD


@dataclass(frozen=True)
class Given:
    """What a plan was solved from."""

    portfolio: Portfolio
    readiness: tuple[Readiness, ...]
    corrections: CorrectionDays
    plan: Plan
    warm: dict[Any, Any] = field(default_factory=dict)
    """Bases by objective and shape of the model, and the point of today: shared by parameters."""

    @cached_property
    def data(self) -> ModelData:
        """The optimiser's data, of the shape that those at any value have."""
        return self.built()

    def built(
        self, portfolio: Portfolio | None = None, readiness: tuple[Readiness, ...] | None = None,
        corrections: CorrectionDays | None = None,
    ) -> ModelData:  # fmt: skip
        """Return the optimiser's data with something changed; alike halls are one pool."""
        return lumped(
            build(
                portfolio or self.portfolio, readiness or self.readiness,
                self.corrections if corrections is None else corrections,
            )
        )  # fmt: skip


def usual(given: Given) -> Iterator[Parameter]:
    """Yield the parameters asked about by default: costs and durations of modes, prices, power."""
    modes = sorted({o.candidate.mode for o in given.data.options})
    catalog = given.portfolio.catalog.modes
    for mode in modes if len(modes) > 1 else ():
        title = f"construction cost of {mode} halls"
        yield _cost(given, mode, title, catalog[mode].hall_cost)
    for mode in modes if len(modes) > 1 else ():
        yield Parameter(
            f"modes.{mode}.duration", f"duration of {mode} halls", "times today's", 1.0, *FACTORS,
            partial(_slower, given, mode),
        )  # fmt: skip
    yield Parameter("gpu_price", "price of all GPUs", "times today's", 1.0, *FACTORS,
                    partial(_prices, given.data))  # fmt: skip
    yield Parameter("power_slip", "further slip of all power to come", "day", 0.0, *SLIP_DAYS,
                    partial(_slipped, given))  # fmt: skip


def _cost(given: Given, mode: str, title: str, cost: Amount) -> Parameter:
    low, high = (factor * cost.likely for factor in FACTORS)
    return Parameter(
        f"modes.{mode}.hall_cost", title, cost.unit, cost.likely, low, high,
        lambda value: _dearer(given.data, mode, value / cost.likely),
    )  # fmt: skip


def _dearer(data: ModelData, mode: str, factor: float) -> ModelData:
    """Return the data with construction and equipment of a mode's halls at a factor."""
    option = data.money.option.copy()
    mine = [o for o, opt in enumerate(data.options) if opt.candidate.mode == mode]
    kinds = [KINDS.index("construction"), KINDS.index("equipment")]
    option[np.ix_(mine, kinds)] *= factor
    return replace(data, money=replace(data.money, option=option))


def _prices(data: ModelData, factor: float) -> ModelData:
    money = data.money
    return replace(
        data, money=replace(money, order=money.order * factor,
                            order_price=money.order_price * factor,
                            order_rent=money.order_rent * factor),
    )  # fmt: skip


def _slower(given: Given, mode: str, factor: float) -> ModelData:
    """Return the data with the time from release to ready for IT of a mode at a factor."""
    timeline = given.data.timeline
    changed = tuple(
        _stretched(entry, timeline, factor) if entry.candidate.mode == mode else entry
        for entry in given.readiness
    )
    return given.built(readiness=changed)


def _stretched(entry: Readiness, timeline: Timeline, factor: float) -> Readiness:
    if entry.period < 0:
        return entry
    begin = float(timeline.start_day[entry.period])
    ready = begin + (entry.ready_day - begin) * factor
    return replace(entry, ready_day=ready, service_day=entry.service_day + ready - entry.ready_day)


def _slipped(given: Given, days: float) -> ModelData:
    """Return the data with all tranches that are still to come later by some days."""
    late = dict(given.corrections)
    for site in given.portfolio.sites:
        late[f"tranche {site}"] = late.get(f"tranche {site}", 0.0) + days
    return given.built(corrections=late)


def given_of(
    session: Session, readiness: tuple[Readiness, ...], corrections: CorrectionDays
) -> Given:
    """Return what a session's plan was solved from."""
    return Given(session.data.portfolio, readiness, corrections, session.plan)
