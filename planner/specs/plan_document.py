"""plan.yaml: the plan as a document, read back as strictly as a spec.

The writer is `planner.report.exporters.plan_yaml`; what it writes reads back equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from planner.domain.amount import Amount
from planner.domain.base import Count, Date, Flag, In, Model, Name, Number, Positive
from planner.domain.plan import (
    Candidate,
    CashRow,
    Cluster,
    EquipmentOrder,
    GaveWay,
    LevelStatus,
    Lot,
    Move,
    Plan,
    Promise,
    Purchase,
    Reservation,
    Retirement,
    Share,
    SolveStatus,
    Start,
    Termination,
)
from planner.domain.portfolio import periods
from planner.errors import Finding, SpecError
from planner.specs.files import FileRef, read_bytes
from planner.specs.order import in_order
from planner.specs.plan_checks import check_plan, check_sequence
from planner.specs.translate import translate
from planner.specs.yaml_nodes import read

if TYPE_CHECKING:
    import os

    from planner.domain.portfolio import Portfolio

FORMAT_VERSION = 1
"""Version of the document; a change that older files do not survive raises it."""

MoneyMUSD = Annotated[Amount, In("MUSD")]
# No bounds here: what a solver found may be below zero by its tolerance.
GPUs = Annotated[Amount, In("gpu")]
H100e = Annotated[Amount, In("h100e")]
Level = Annotated[Amount, In("h100e/researcher")]
PowerMW = Annotated[Amount, In("MW")]
Pair = Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]


class StartRow(Model):
    """A hall to start."""

    hall: Positive
    """Number of the hall in its group, halls under way included."""
    mode: Name
    calendar: Name = "standard"
    release: Date
    """When the contractor is told to proceed."""
    under_way: Flag = False
    """Whether it was started before the data date."""
    pinned: Flag = False
    """Whether the next optimisation must keep it."""
    cancelled: Date | None = None
    """When it is cancelled, before it is firm; kept where not given."""


class ReservationRow(Model):
    """A power tranche to reserve."""

    site: Name
    tranche: Name
    reserve: Date
    exit: Date | None = None
    """When the contract is left; kept to the horizon where not given."""
    pinned: Flag = False
    """Whether the next optimisation must keep it."""


class OrderRow(Model):
    """Equipment to order."""

    site: Name
    equipment: Name
    units: Positive
    order: Date
    needed: Date
    hall: str = ""
    """Hall whose schedule sets the date."""


class PurchaseRow(Model):
    """GPUs to order."""

    name: Name
    site: Name
    sku: Name
    gpus: Count
    order: Date
    dock: Date
    """When they are at the site, at the portfolio's confidence."""
    under_way: Flag = False
    """Whether it was ordered before the data date."""
    pinned: Flag = False
    """Whether the next optimisation must keep it."""
    cancelled: Date | None = None
    """When it is cancelled, before it is firm; kept where not given."""


class RetirementRow(Model):
    """GPUs to retire before the end of their life; lots say which."""

    site: Name
    sku: Name
    gpus: Positive
    date: Date
    """When they leave."""


class MoveRow(Model):
    """GPUs that stand to move to other halls; lots say which, and where they come to."""

    name: Name
    sku: Name
    gpus: Positive
    origin: Name
    """Hall group or standing entry that they leave, as site/name."""
    to: Name
    """Hall group or standing entry that they come to, as site/name."""
    sent: Date
    """When they leave service."""
    dock: Date
    """When they are at the other hall, at the portfolio's confidence."""


class LotRow(Model):
    """GPUs of one purchase in one block of a hall."""

    hall: Name
    block: Positive
    sku: Name
    gpus: Count
    purchase: str = ""
    """Purchase or move that brings them; empty for GPUs that stand at the data date."""
    service: Date
    """From when the plan counts on them."""
    until: Date
    """When they leave."""
    under_way: Flag = False
    """Whether its purchase was ordered before the data date."""
    leaves: str = ""
    """Why they leave before their time: ``retired``, or the name of a move."""
    part: Annotated[str, Field(pattern=r"^\+*$")] = ""
    """Ends the name of a part of GPUs that do not all leave at once: +, ++."""


class ShareRow(Model):
    """GPU-time given to a team or product in a period."""

    period: Name
    consumer: Name
    sku: Name
    backup: Literal["generators", "none"]
    """Class of the halls they stand in."""
    gpus: GPUs
    h100e: H100e


class ClusterRow(Model):
    """Where the GPU-time of a team with a smallest cluster lies."""

    period: Name
    consumer: Name
    domain: Name
    """Fabric domain, as site/fabric."""
    sku: Name
    gpus: GPUs


class GaveWayRow(Model):
    """A floor or guarantee that is given up, in part or wholly."""

    kind: Literal["floor", "guarantee"]
    subject: Name
    period: Name
    wanted: H100e
    given: H100e


class PutOffRow(Model):
    """A required date that is given up, in part or wholly."""

    kind: Literal["required"]
    subject: Name
    wanted: PowerMW
    given: PowerMW


class CashLine(Model):
    """Money of a period, nominal."""

    opening: MoneyMUSD
    inflow: MoneyMUSD
    construction: MoneyMUSD
    equipment: MoneyMUSD
    gpus: MoneyMUSD
    site_works: MoneyMUSD
    power: MoneyMUSD
    energy: MoneyMUSD
    operation: MoneyMUSD
    rent: MoneyMUSD
    closing: MoneyMUSD
    borrowed: MoneyMUSD | None = None
    """Drawn less paid back."""
    interest: MoneyMUSD | None = None


class PromiseRow(Model):
    """What verification holds the plan to."""

    kind: Literal["required", "floor", "guarantee", "capacity"]
    subject: Name
    amount: PowerMW
    by: Date


class LevelRow(Model):
    """One objective or fairness level as solved."""

    name: Name
    value: Number
    bound: Number | None = None
    unit: str
    termination: Literal[
        "optimal", "gap reached", "node limit", "time limit", "interrupted", "infeasible",
        "unbounded",
    ]  # fmt: skip


class StatusBlock(Model):
    """How the plan was found."""

    solver: str
    gap: Number | None = None
    reproducible: Flag = True
    stopped: str = ""
    levels: tuple[LevelRow, ...] = ()


class PlanDocument(Model):
    """A plan as written: commitments first, then what they are meant to bring."""

    plan: Name
    """Portfolio that it is a plan of."""
    format: Positive
    """Version of this document."""
    data_date: Date
    until: Date
    """Last day of its last period."""
    period: Literal["month", "quarter"] = "quarter"
    starts: dict[Name, tuple[StartRow, ...]] = Field(default_factory=dict)
    """Halls to start, by site/group."""
    reservations: tuple[ReservationRow, ...] = ()
    """Tranches that are there only if they are reserved."""
    orders: tuple[OrderRow, ...] = ()
    purchases: tuple[PurchaseRow, ...] = ()
    retirements: tuple[RetirementRow, ...] = ()
    """GPUs to retire before the end of their life."""
    moves: tuple[MoveRow, ...] = ()
    """GPUs to move to other halls."""
    lots: tuple[LotRow, ...] = ()
    """Where GPUs stand, the fleet at the data date included."""
    sequence: tuple[Pair, ...] = ()
    """Pairs of activities of this plan: the crew of the first goes on to the second."""
    shares: tuple[ShareRow, ...] = ()
    clusters: tuple[ClusterRow, ...] = ()
    """Where teams with a smallest cluster train."""
    gave_way: tuple[Annotated[GaveWayRow | PutOffRow, Field(discriminator="kind")], ...] = ()
    """Soft wishes that are given up."""
    cash: dict[Name, CashLine] = Field(default_factory=dict)
    promises: tuple[PromiseRow, ...] = ()
    level: dict[Name, Level] = Field(default_factory=dict)
    """Effective compute per researcher and weight of each ranked team over the horizon."""
    status: StatusBlock | None = None
    """How it was found; none for a plan written by hand."""


def read_plan(path: str | os.PathLike[str], portfolio: Portfolio) -> Plan:
    """Return the plan of a file, checked against its portfolio.

    Raises
    ------
    SpecError
        With all findings where there is one.
    OutputError
        If the file cannot be read.
    """
    file = FileRef.of(path)
    findings: list[Finding] = []
    root = read(read_bytes(file), file.name, findings.append, wanted="plan")
    if root is None or findings:
        raise SpecError(in_order(findings))
    try:
        document = PlanDocument.model_validate(root.plain)
    except ValidationError as error:
        raise SpecError(in_order(translate(error, PlanDocument, root))) from None
    findings = list(check_plan(document, portfolio, root, FORMAT_VERSION))
    if findings:
        raise SpecError(in_order(findings))
    plan = to_plan(document)
    findings = list(check_sequence(plan.arcs, _activities(plan, portfolio), root))
    if findings:
        raise SpecError(in_order(findings))
    return plan


def _activities(plan: Plan, portfolio: Portfolio) -> tuple[str, ...]:
    """Return the activities that a sequence may name; none are looked up where there is none."""
    if not plan.arcs:
        return ()
    # Brings numba, half a second of start-up that `plan validate` can do without.
    from planner.network import activity_names  # noqa: PLC0415

    return activity_names(portfolio, plan)


def plan_name(path: str | os.PathLike[str]) -> str:
    """Return the name of the portfolio that a plan file says it is a plan of, or nothing.

    Raises
    ------
    OutputError
        If the file cannot be read.
    """
    file = FileRef.of(path)
    root = read(read_bytes(file), file.name, lambda _finding: None, wanted="plan")
    named = root.child("plan") if root is not None else None
    return named.text if named is not None else ""


def to_plan(document: PlanDocument) -> Plan:
    """Return the plan that a document stands for; its names have been checked."""
    spans = periods(document.data_date, document.until, document.period)
    index = {span.label: i for i, span in enumerate(spans)}
    return Plan(
        portfolio=document.plan,
        data_date=document.data_date,
        periods=spans,
        starts=_starts(document),
        orders=tuple(EquipmentOrder(**_plain(row)) for row in document.orders),
        purchases=tuple(Purchase(**_plain(row)) for row in document.purchases),
        lots=tuple(Lot(**_plain(row)) for row in document.lots),
        shares=tuple(
            Share(**{**_plain(row), "period": index[row.period]}) for row in document.shares
        ),
        clusters=tuple(
            Cluster(**{**_plain(row), "period": index[row.period]}) for row in document.clusters
        ),
        gave_way=tuple(_gave_way(row, index) for row in document.gave_way),
        cash=tuple(CashRow(index[label], **_money(line)) for label, line in document.cash.items()),
        promises=tuple(Promise(**_plain(row)) for row in document.promises),
        level={name: amount.likely for name, amount in document.level.items()},
        status=None if document.status is None else _status(document.status),
        reservations=tuple(Reservation(**_plain(row)) for row in document.reservations),
        retirements=tuple(Retirement(**_plain(row)) for row in document.retirements),
        moves=tuple(Move(**_plain(row)) for row in document.moves),
        arcs=tuple((first, second) for first, second in document.sequence),
    )


def _gave_way(row: GaveWayRow | PutOffRow, index: dict[str, int]) -> GaveWay:
    period = index[row.period] if isinstance(row, GaveWayRow) else None
    return GaveWay(row.kind, row.subject, period, row.wanted.likely, row.given.likely)


def _plain(row: Model) -> dict[str, Any]:
    """Return the fields of a row by the names of the record, with quantities as floats."""
    return {
        {"pinned": "is_pinned", "under_way": "is_under_way"}.get(name, name): (
            value.likely if isinstance(value, Amount) else value
        )
        for name, value in dict(row).items()
    }


def _money(line: CashLine) -> dict[str, Any]:
    """Return the fields of a line of cash that it states."""
    return {name: value for name, value in _plain(line).items() if value is not None}


def _starts(document: PlanDocument) -> tuple[Start, ...]:
    """Return the starts in a plan's order: under way first, then by release, then by name."""
    made = []
    for key, rows in document.starts.items():
        site, _, group = key.partition("/")
        made += [
            Start(
                Candidate(site, group, row.mode, row.calendar), row.hall, row.release,
                is_under_way=row.under_way, is_pinned=row.pinned, cancelled=row.cancelled,
            )
            for row in rows
        ]  # fmt: skip
    return tuple(sorted(made, key=lambda s: (not s.is_under_way, s.release, s.hall)))


def _status(block: StatusBlock) -> SolveStatus:
    levels = tuple(
        LevelStatus(row.name, row.value, row.bound, row.unit, Termination(row.termination))
        for row in block.levels
    )
    return SolveStatus(levels, block.gap, block.solver, is_reproducible=block.reproducible,
                       stopped=block.stopped)  # fmt: skip
