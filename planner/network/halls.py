"""Halls: the rows of a build mode for each hall, and the rows of its tail for each lot.

A reference of a row is looked up in its own hall first (a row done once a block stands for all
blocks when a row of the whole hall names it), then among the site's works. What the site does not
have, or has done, holds nothing. ``release`` and ``M0`` are the hall's release and the site's.
Rows that nothing in their hall keeps from starting wait for them as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.capacity.power import lot_mw
from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.network.calendars import ALWAYS
from planner.network.crews import STARTS
from planner.network.draft import NONE, BlockRow, Gate, HallRow, LotRow, Row
from planner.network.power import NEVER_POWERED, Key
from planner.network.tables import CERTAIN_ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.domain.build_mode import BuildMode, Tail
    from planner.domain.plan import Lot
    from planner.network.crews import Frame, Template
    from planner.network.roster import HallPlan

RELEASE = ("release", "M0")
PREVIOUS = "prev."
UNTIED = "-/-"
"""Stands for purchase and SKU in the name of the tail of a block without a lot."""

Rows = dict[str, int]


@dataclass
class Yard:
    """What the halls of a site share while they are made.

    Parameters
    ----------
    power
        Tranches that each lot or block waits for.
    tranche_gate, tranche_after
        Gate of each tranche, and site activities it waits for as well.
    dock
        Gate of each purchase.
    """

    frame: Frame
    power: Mapping[Key, tuple[str, ...]]
    tranche_gate: Mapping[str, int]
    tranche_after: Mapping[str, Sequence[int]]
    dock: Mapping[str, int]
    templates: dict[tuple[str, str, str], tuple[Template, ...]] = field(default_factory=dict)

    def of_mode(self, hall: HallPlan) -> tuple[Template, ...]:
        """Return the rows of a hall's mode as they run here."""
        key = ("mode", hall.mode, hall.calendar)
        if key not in self.templates:
            rows = self.frame.portfolio.catalog.modes[hall.mode].activities
            made = self.frame.templates(rows, hall.calendar)
            self.templates[key] = made
        return self.templates[key]

    def of_tail(self, name: str, hall: HallPlan) -> tuple[Template, ...]:
        """Return the rows of a tail as they run here."""
        key = ("tail", name, hall.calendar)
        if key not in self.templates:
            rows = self.frame.portfolio.catalog.tails[name].activities
            made = self.frame.templates(rows, hall.calendar)
            self.templates[key] = made
        return self.templates[key]


@dataclass
class Hall:
    """A hall in the making.

    Parameters
    ----------
    rows, block_rows
        Index of its activities by row of the mode: once a hall, and once for each block.
    gate
        Its release, or the date of a standing hall.
    standing
        The milestone of a standing hall, which all its hooks are bound to; -1 else.
    """

    yard: Yard
    plan: HallPlan
    mode: BuildMode
    index: int
    gate: int
    first_block: int
    rows: Rows = field(default_factory=dict)
    block_rows: list[Rows] = field(default_factory=list)
    standing: int = NONE

    @property
    def frame(self) -> Frame:
        """The hall's site."""
        return self.yard.frame

    def find(self, key: str, block: int) -> tuple[int, ...]:
        """Return the activities of a row of the mode, as seen from a block (-1: from the hall)."""
        if key in self.rows:
            return (self.rows[key],)
        if block >= 0:
            found = self.block_rows[block].get(key)
            return () if found is None else (found,)
        return tuple(rows[key] for rows in self.block_rows if key in rows)


def add_hall(yard: Yard, plan: HallPlan) -> None:
    """Append a hall with its blocks and lots to the draft."""
    draft = yard.frame.draft
    mode = yard.frame.portfolio.catalog.modes[plan.mode]
    first = len(draft.rows)
    hall = Hall(yard, plan, mode, len(draft.halls), _gate(yard, plan), len(draft.blocks))
    draft.blocks += [
        BlockRow(f"{plan.name}/{b + 1}", hall.index, plan.block_mw) for b in range(len(plan.lots))
    ]
    if plan.is_standing:
        _add_milestone(hall)
    else:
        _add_mode(hall)
    for block, lots in enumerate(plan.lots):
        _add_block(hall, block, lots)
    draft.halls.append(_storm_row(hall, first))


def _gate(yard: Yard, plan: HallPlan) -> int:
    tables, site = yard.frame.tables, yard.frame.site
    minute = tables.minute(plan.date)
    if plan.is_standing:
        slip = tables.slip(plan.date, site.standing[plan.group].slip)
        gate = Gate(f"standing/{plan.site}/{plan.group}", minute, slip)
        return yard.frame.draft.add_gate(gate)
    if plan.date < tables.epoch:
        raise ValueError(f"{plan.name} is released on {plan.date}, before {tables.epoch}")
    risks = tables.risks
    events = (
        *risks.mode_event.get((plan.site, plan.mode), ()), *risks.site_event.get(plan.site, ()),
    )  # fmt: skip
    return yard.frame.draft.add_gate(Gate(f"release/{plan.name}", minute, events=events))


def _add_milestone(hall: Hall) -> None:
    row = Row(
        name=f"{hall.plan.name}/ready",
        title="Hall ready",
        phase="other",
        site=hall.frame.index,
        law=CERTAIN_ZERO,
        calendar=hall.frame.tables.calendars.row[ALWAYS],
        hall=hall.index,
        gates=[hall.gate],
    )
    hall.standing = hall.frame.draft.add(row)
    hall.block_rows = [{} for _ in hall.plan.lots]


def _add_mode(hall: Hall) -> None:
    """Append the mode's rows: those of the whole hall, then block by block."""
    templates = hall.yard.of_mode(hall.plan)
    plan, mode = hall.plan, hall.mode
    local = plan.work_factor
    learnt = local
    if mode.learning is not None:
        learnt *= float(plan.nth) ** -mode.learning.likely
    unit_mw = mode.unit_it_power.likely
    ratio = plan.mw / unit_mw
    block_ratio = plan.block_mw * max(1, mode.unit_blocks) / unit_mw
    cost = mode.hall_cost.likely * plan.mw * plan.cost_factor
    for t in templates:
        if not t.is_per_block:
            factor = learnt if t.has_crew else local
            row = _row(hall, t, f"{plan.name}/{t.key}", t.scaled(ratio, factor))
            row.cost_musd = cost * t.cost_share
            hall.rows[t.key] = hall.frame.draft.add(row)
    for block in range(len(plan.lots)):
        rows: Rows = {}
        for t in templates:
            if t.is_per_block:
                work = t.scaled(block_ratio, learnt if t.has_crew else local)
                row = _row(hall, t, f"{plan.name}/{block + 1}/{t.key}", work, block)
                row.cost_musd = cost * t.cost_share / len(plan.lots)
                rows[t.key] = hall.frame.draft.add(row)
        hall.block_rows.append(rows)
    for t in templates:
        for block in range(len(plan.lots)) if t.is_per_block else (NONE,):
            _relate(hall, t, hall.find(t.key, block)[0], block, {})


def _row(
    hall: Hall, t: Template, name: str, work: tuple[int, float, float, float], block: int = NONE
) -> Row:
    return Row(
        name=name,
        title=t.title,
        phase=t.phase,
        site=hall.frame.index,
        law=work,
        calendar=t.calendar,
        hall=hall.index,
        block=NONE if block < 0 else hall.first_block + block,
        drivers=t.drivers,
        is_outdoor=t.is_outdoor,
        needs=t.needs,
        pools=t.pools,
    )


def _relate(
    hall: Hall, t: Template, index: int, block: int, own: Rows, lot: str | None = None
) -> None:
    """Bind a row to its predecessors and gates; `own` are the rows of its tail, if it is of one."""
    draft, frame = hall.frame.draft, hall.frame
    is_held = False
    for relation in t.after:
        key = relation.predecessor
        if key in RELEASE:
            continue
        if found := _inside(hall, key, block, own):
            is_held |= relation.kind in STARTS
        elif key in frame.works:
            found = (frame.works[key],)
        for predecessor in found:
            draft.relate(predecessor, index, relation.kind, relation.lag_day)
    if not is_held or any(r.predecessor in RELEASE for r in t.after):
        _release(hall, index)
    if t.gate == "power":
        _wait_for_power(hall, index, block, lot)


def _inside(hall: Hall, key: str, block: int, own: Rows) -> tuple[int, ...]:
    """Return the activities that a reference means inside the hall, seen from a block."""
    if key in own:
        return (own[key],)
    if key.startswith(PREVIOUS):
        return hall.find(key.removeprefix(PREVIOUS), block - 1) if block > 0 else ()
    if own and key in hall.mode.hooks:
        if hall.standing != NONE:
            return (hall.standing,)
        return hall.find(hall.mode.hooks[key], block)
    return hall.find(key, block)


def _release(hall: Hall, index: int) -> None:
    draft = hall.frame.draft
    if hall.standing != NONE:
        draft.relate(hall.standing, index, Kind.FS)
        return
    draft.rows[index].gates.append(hall.gate)
    if hall.frame.release is not None:
        draft.relate(hall.frame.release, index, Kind.FS)


def _wait_for_power(hall: Hall, index: int, block: int, lot: str | None = None) -> None:
    """Bind a row to the tranches of a lot, or of what comes first in its blocks."""
    blocks = range(len(hall.plan.lots)) if block < 0 else (block,)
    for b in blocks:
        lots = hall.plan.lots[b]
        first = lots[0].name if lots else ""
        for tranche in hall.yard.power.get((hall.plan.name, b, lot or first), ()):
            gates = hall.frame.draft.rows[index].gates
            gate = hall.yard.tranche_gate[tranche]
            if gate not in gates:
                gates.append(gate)
                hall.frame.draft.follow(hall.yard.tranche_after[tranche], index)


def _add_block(hall: Hall, block: int, lots: Sequence[Lot]) -> None:
    """Append the tails of a block's lots, and say what makes it ready."""
    draft = hall.frame.draft
    first: Rows = {}
    for i, lot in enumerate(lots):
        tail = _add_lot(hall, block, lot, is_first=i == 0)
        first = first or tail
    if not lots and not hall.plan.is_standing:
        first = _add_lot(hall, block, None, is_first=True)
    row = draft.blocks[hall.first_block + block]
    if hall.standing != NONE:
        row.ready = (hall.standing,)
        return
    row.ready = tuple(
        index
        for key in hall.mode.ready_for_it
        for index in ((first[key],) if key in first else hall.find(key, block))
    )


def _add_lot(hall: Hall, block: int, lot: Lot | None, *, is_first: bool) -> Rows:
    """Append the tail of a lot (None: of a block without one), and return its rows."""
    name = lot.name if lot else f"{hall.plan.name}/{block + 1}/{UNTIED}"
    gate = hall.yard.dock[lot.purchase] if lot and lot.purchase else NONE
    number = hall.first_block + block
    if hall.standing != NONE and lot and not lot.purchase:
        hall.frame.draft.lots.append(LotRow(name, number, _stands(hall), gate))
        return {}
    rows: Rows = {}
    if hall.mode.tail is not None:
        rows = _add_tail(hall, block, lot, name, gate, is_first)
    found = (rows[hall.mode.rfs],) if hall.mode.rfs in rows else hall.find(hall.mode.rfs, block)
    service = found[0] if found else hall.standing
    hall.frame.draft.lots.append(LotRow(name, number, service, gate))
    return rows


def _stands(hall: Hall) -> int:
    """Return the service activity of GPUs that come with a standing hall: none if it is ready."""
    is_ready = hall.plan.date <= hall.frame.portfolio.spec.data_date
    return NONE if is_ready else hall.standing


def _add_tail(
    hall: Hall, block: int, lot: Lot | None, name: str, dock: int, is_first: bool
) -> Rows:
    catalog = hall.frame.portfolio.catalog
    tail_name = hall.mode.tail or ""
    tail: Tail = catalog.tails[tail_name]
    mw = lot_mw(catalog.accelerators, lot) if lot and lot.gpus else hall.plan.block_mw
    ratio = mw / tail.unit_it_power.likely
    templates = hall.yard.of_tail(tail_name, hall.plan)
    rows: Rows = {}
    for t in templates:
        row = _row(hall, t, f"{name}/{t.key}", t.scaled(ratio, hall.plan.work_factor), block)
        if not is_first or hall.plan.is_standing:
            row.pools = ()  # network gear of the block is there; more comes with the racks
        rows[t.key] = hall.frame.draft.add(row)
    powered = _powered_hooks(hall)
    for t in templates:
        index = rows[t.key]
        _relate(hall, t, index, block, rows, lot.name if lot else None)
        if t.gate == "racks" and dock != NONE:
            hall.frame.draft.rows[index].gates.append(dock)
        is_late_to_power = hall.plan.is_standing or not is_first
        if lot and is_late_to_power and any(r.predecessor in powered for r in t.after):
            _wait_for_power(hall, index, block, lot.name)
    return rows


def _powered_hooks(hall: Hall) -> set[str]:
    """Return the hooks that are bound to a row which waits for power."""
    gates = {key: activity.gate for key, activity in hall.mode.activities.items()}
    return {hook for hook, key in hall.mode.hooks.items() if gates.get(key) == "power"}


def _storm_row(hall: Hall, first: int) -> HallRow:
    """Return what a storm can do to a hall; repair runs on the calendar of its envelope."""
    storm, plan = hall.mode.storm, hall.plan
    calendars = hall.frame.tables.calendars
    templates = hall.yard.of_mode(plan)
    closing = [t for t in templates if t.closes_envelope]
    repair = (closing or list(templates))[-1].calendar
    closes = [index for t in closing for index in hall.find(t.key, NONE)]
    cost = hall.mode.hall_cost.likely * plan.mw * plan.cost_factor
    envelope = cost * storm.envelope_share.likely
    lost = storm.contents_loss.likely if storm.contents_loss else 0.0
    return HallRow(
        name=plan.name,
        site=hall.frame.index,
        first=first,
        last=len(hall.frame.draft.rows),
        design_wind=storm.design_wind.likely,
        design_wind_open=storm.design_wind_open.likely,
        closes=closes[-1] if closes and not plan.is_standing else NONE,
        repair_fixed_min=round(storm.repair_fixed.likely * calendars.day_min[repair]),
        repair_full_min=round(storm.repair_full.likely * calendars.day_min[repair]),
        repair_cost_musd=envelope * (storm.rebuild.likely if storm.rebuild else 1.0),
        contents_musd=(cost - envelope) * lost,
        repair_calendar=repair,
    )


def never_gate(frame: Frame) -> int:
    """Return a gate that never opens, for lots that no tranche of the site can power."""
    return frame.draft.add_gate(Gate(f"tranche/{frame.name}/{NEVER_POWERED}", NEVER))
