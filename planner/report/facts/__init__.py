"""Facts: every published number, computed once from a Result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from planner.report.facts.arrival import Arrival, arrival
from planner.report.facts.assumptions import AssumptionFact, assumption_facts
from planner.report.facts.capacity import (
    CapacityFact,
    capacity_facts,
    day_grid,
    limits,
    month_days,
    period_grid,
)
from planner.report.facts.cash import CashFact, cash_fact
from planner.report.facts.commitments import Commitment, commitments, soon
from planner.report.facts.compute import (
    FleetRow,
    ProductFact,
    TeamFact,
    fleet_rows,
    product_facts,
    team_facts,
)
from planner.report.facts.counts import CountFact, count_facts
from planner.report.facts.dates import DateFact, date_facts, target_facts
from planner.report.facts.gave_way import GaveWayFact, gave_way_facts
from planner.report.facts.halls import HallDates, KindFact, hall_dates, kind_facts
from planner.report.facts.inventory import Inventory, take, with_gpus_only
from planner.report.facts.joint import JointFact, joint_fact
from planner.report.facts.logic import Logic, logic_of
from planner.report.facts.methods import MethodFact, method_facts
from planner.report.facts.money import MoneyFact, money_fact
from planner.report.facts.progress import ProgressFact, progress_fact
from planner.report.facts.risk import (
    Causes,
    KeyDate,
    RiskFact,
    causes_of,
    key_date,
    risk_facts,
)
from planner.report.facts.schedule import ScheduleRow, schedule_rows
from planner.report.facts.shape import ShapeFact, shape_fact
from planner.report.facts.stranding import StrandingFact, stranding_facts
from planner.report.facts.supply import SupplyFact, supply_facts
from planner.report.facts.terminal import TerminalFact, terminal_facts
from planner.report.facts.variance import VarianceFact, variance_fact

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.result import Result


@dataclass(frozen=True)
class Facts:
    """All that a report says of a run.

    Sections read these and nothing else: the texts and records of `result`, and the numbers of the
    other fields.
    """

    result: Result
    inventory: Inventory
    dates: tuple[DateFact, ...]
    targets: tuple[DateFact, ...]
    key: KeyDate | None
    arrival: Arrival
    halls: tuple[HallDates, ...]
    kinds: tuple[KindFact, ...]
    capacity: tuple[CapacityFact, ...]
    month_days: tuple[dt.date, ...]
    monthly: tuple[CapacityFact, ...]
    """The same as `capacity` at `month_days`, for figures."""
    limits: tuple[tuple[str, ...], ...]
    """What limits each of `capacity` in each period."""
    teams: tuple[TeamFact, ...]
    products: tuple[ProductFact, ...]
    fleet: tuple[FleetRow, ...]
    money: MoneyFact
    stranding: tuple[StrandingFact, ...]
    commitments: tuple[Commitment, ...]
    soon: tuple[Commitment, ...]
    risks: tuple[RiskFact, ...]
    methods: tuple[MethodFact, ...]
    schedule: tuple[ScheduleRow, ...]
    assumptions: tuple[AssumptionFact, ...]
    supply: tuple[SupplyFact, ...] = ()
    terminal: tuple[TerminalFact, ...] = ()
    counts: tuple[CountFact, ...] = ()
    gave_way: tuple[GaveWayFact, ...] = ()
    shape: ShapeFact | None = None
    joint: JointFact | None = None
    cash: CashFact | None = None
    variance: VarianceFact | None = None
    progress: ProgressFact | None = None

    @cached_property
    def causes(self) -> Causes:
        """What costs the key date most."""
        return causes_of(self.result, self.risks)

    @cached_property
    def logic(self) -> Logic:
        """Relations, drivers and crews; made on demand, for the Gantt alone asks."""
        return logic_of(self.result, self.key)


def gather(result: Result) -> Facts:
    """Return the facts of a run."""
    result = with_gpus_only(result)
    inventory = take(result)
    found = date_facts(result, inventory)
    spec = result.portfolio.spec
    targets = target_facts(result, inventory, {**spec.targets, **spec.policy.dates})
    key = key_date(result, found, targets)
    halls = hall_dates(result, inventory)
    due = commitments(result)
    capacity = capacity_facts(result, inventory, period_grid(result))
    months = month_days(result)
    return Facts(
        result=result,
        inventory=inventory,
        dates=found,
        targets=targets,
        key=key,
        arrival=arrival(result),
        halls=halls,
        kinds=kind_facts(result, halls),
        capacity=capacity,
        month_days=months,
        monthly=capacity_facts(result, inventory, day_grid(result, months)),
        limits=tuple(limits(c) for c in capacity),
        teams=(teams := team_facts(result)),
        products=product_facts(result),
        fleet=fleet_rows(result),
        money=money_fact(result),
        stranding=stranding_facts(result, inventory),
        commitments=due,
        soon=soon(result, due),
        risks=(risks := risk_facts(result, inventory, key)),
        methods=method_facts(result),
        schedule=schedule_rows(result, inventory),
        assumptions=assumption_facts(result),
        supply=supply_facts(result),
        terminal=terminal_facts(result),
        counts=count_facts(result, teams),
        gave_way=gave_way_facts(result),
        shape=shape_fact(result, key),
        joint=joint_fact(result, key),
        cash=cash_fact(result, due),
        variance=variance_fact(result, found, key, risks),
        progress=progress_fact(result),
    )


__all__ = [
    "Arrival", "AssumptionFact", "CapacityFact", "CashFact", "Causes", "Commitment", "CountFact",
    "DateFact", "Facts", "FleetRow", "GaveWayFact", "HallDates", "JointFact", "KeyDate",
    "KindFact", "Logic", "MethodFact", "MoneyFact", "ProductFact", "ProgressFact", "RiskFact",
    "ScheduleRow", "ShapeFact", "StrandingFact", "SupplyFact", "TeamFact",
    "TerminalFact", "VarianceFact", "gather",
]  # fmt: skip
