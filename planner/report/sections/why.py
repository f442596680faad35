"""Why the plan is as it is: what more is worth, what would flip it, what else was near."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import altair as alt

from planner.domain.explanation import verdict
from planner.report import charts, words
from planner.report.document import Chart, Column, Columns, Part, Prose, Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.explanation import Explanation, PinCost, Price, Switch, Worth
    from planner.report.document import Cell
    from planner.report.facts import Facts

MUSD = 1000.0
WIDTH, HEIGHT = 560, 130
NO_PLAN = "no plan keeps the hard rules so"


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return prices, switch points, alternatives and answers, as far as they were asked."""
    told, pins = facts.result.explanation, _pins(facts.result.pin_costs)
    if told is None:
        text = "Not asked of this run: plan explain RUN finds it, and plan report then shows it."
        return (*pins, Prose(text, "note"))
    made: list[Part | Columns] = [*pins, Prose(_base(told), "text")]
    if told.distance:
        made.append(_distance(told))
    made += [Prose(note, "note") for note in told.notes]
    if told.prices:
        made.append(_prices(told))
    if told.switches:
        made += [_chart(switch) for switch in told.switches]
        made += [_switches(told), _points(told)]
    if told.alternatives:
        made += [_alternatives(told), _changes(told)]
    if told.answers:
        made += [_answers(told), _bindings(told)]
    return tuple(made)


def pins_table(costs: Sequence[PinCost]) -> Table:
    """Return what each pin costs, as a table."""
    columns = (
        Column("pin", "Pin"), Column("statement", "Pinned"),
        *_three("without", "The plan without it"),
        Column("basis", "Solved with"), Column("where", "Stated at"),
    )  # fmt: skip
    rows = tuple((c.name, c.text, *_cells(c.gain), c.basis, c.where) for c in costs)
    return Table("pins", "What each pin costs", columns, rows, note=(
        "The plan solved with all pins but that one, against the plan with all. An empty row "
        "was not tried."
    ))  # fmt: skip


def _pins(costs: Sequence[PinCost]) -> tuple[Part, ...]:
    return (pins_table(costs),) if costs else ()


def _base(told: Explanation) -> str:
    plan, base = told.plan.level, told.base.level
    if plan is None or base is None:
        return "Changes are taken from the plan's halls with all else solved."
    return (
        f"The plan gives the worst team {words.sig3(plan)} H100e a researcher; with its halls and "
        f"all else solved it would be {words.sig3(base)}, from which changes are taken."
    )


def _distance(told: Explanation) -> Table:
    """Return what is left of the worst team's level after each stage from the base to the plan."""
    columns = (
        Column("stage", "From the base to the plan"),
        Column("h100e_per_researcher", "H100e/researcher", "number"),
        Column("taken", "Taken by the stage", "share"),
    )
    levels = [stage.level for stage in told.distance]
    taken = [None, *(1 - after / before if before else None for before, after in pairwise(levels))]
    rows = tuple((s.text, s.level, share) for s, share in zip(told.distance, taken, strict=True))
    return Table("distance", "Why the plan lies below the base", columns, rows)


def _three(key: str, group: str) -> tuple[Column, ...]:
    return (
        Column(f"{key}_h100e_per_researcher", "H100e/researcher", "number", group),
        Column(f"{key}_kh100e_year", "kH100e-years", "number", group),
        Column(f"{key}_spend_musd", "Spend, MUSD", "number", group),
    )


def _cells(worth: Worth | None) -> tuple[Cell, Cell, Cell]:
    if worth is None:
        return (None, None, None)
    spend = None if worth.spend is None else worth.spend * MUSD
    return (worth.level, worth.total, spend)


def _prices(told: Explanation) -> Table:
    columns = (
        Column("kind", "Of"), Column("step", "One step"),
        *_three("up", "A step up"),
        Column("down_h100e_per_researcher", "A step down, H100e/researcher", "number"),
        Column("whole_h100e_per_researcher", "Halls anew, H100e/researcher", "number"),
        Column("verdict", "Told apart from nothing"),
        Column("unit_h100e_per_researcher", "A unit, H100e/researcher", "number"),
        Column("unit", "Unit"),
        Column("basis", "Solved with"), Column("where", "Stated at"),
    )  # fmt: skip
    rows = tuple(
        (p.kind, p.step, *_cells(p.up), _cells(p.down)[0], _cells(p.whole)[0], verdict(p, told),
         _a_unit(p), p.unit, p.basis, p.where)
        for p in told.prices
    )  # fmt: skip
    return Table("prices", "What one more of anything would be worth", columns, rows, note=(
        "Each solved again, never a dual: with the plan's halls, or with halls that may be "
        "started in parts where a step acts through halls only. The largest again with whole "
        "halls chosen anew: a search stops at a gap, so the gain is known between two bounds, and "
        "is confirmed where the lower one is above nothing. An empty cell is a step that leaves no "
        "plan, or was not tried."
    ))  # fmt: skip


def _a_unit(price: Price) -> float | None:
    """Return what a unit of a step gains on average."""
    if price.up is None or price.up.level is None or not price.unit:
        return None
    return price.up.level / price.size


def _chart(switch: Switch) -> Chart:
    """Return megawatts started by mode along a parameter, with today's value and the flips."""
    modes = sorted({mode for point in switch.points for mode in point.mw})
    rows = [
        {"x": p.value, "y": p.mw.get(mode, 0.0), "mode": mode,
         "said": f"{mode}: {words.mw(p.mw.get(mode, 0.0))} at {words.sig3(p.value)} {switch.unit}"}
        for mode in modes for p in switch.points
    ]  # fmt: skip
    marks = [{"x": switch.today, "said": f"today: {words.sig3(switch.today)} {switch.unit}"}]
    marks += [{"x": f.high, "said": f"{f.text} {f.between()}"} for f in switch.flips]
    name = f"switch_{switch.path.replace('.', '_')}"
    x = alt.X("x:Q", title=f"{switch.title} [{switch.unit}]" if switch.unit else switch.title,
              scale=alt.Scale(zero=False, nice=False))  # fmt: skip
    colours = alt.Scale(domain=modes, range=list(charts.SERIES[: len(modes)]))
    lines = (
        alt.Chart(alt.NamedData(name=name))
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=x, y=alt.Y("y:Q", title="IT MW started", axis=alt.Axis(tickCount=4)),
            color=alt.Color("mode:N", scale=colours, title=None), description="said:N",
        )
    )  # fmt: skip
    rules = (
        alt.Chart(alt.NamedData(name=f"{name}_marks"))
        .mark_rule(color=charts.INK, strokeDash=[4, 3], opacity=0.6)
        .encode(x=x, description="said:N")
    )
    plot = charts.Plot(
        alt.layer(lines, rules).properties(width=WIDTH, height=HEIGHT),
        {name: rows, f"{name}_marks": marks},
    )
    return Chart(
        name=name,
        title=f"{switch.title[:1].upper()}{switch.title[1:]}: {switch.told()[0]}",
        subtitle="IT MW of halls started by build mode; dashed: today's value and where it flips",
        spec=charts.finished(plot),
        table="switch_points",
        method=switch.note,
    )


def _switches(told: Explanation) -> Table:
    columns = (
        Column("parameter", "Parameter"), Column("path", "Path"), Column("unit", "Unit"),
        Column("today", "Today", "number"), Column("low", "Tried from", "number"),
        Column("high", "Tried to", "number"), Column("flips", "The choice"),
        Column("proof", "With whole halls"),
        Column("basis", "Solved with"),
    )  # fmt: skip
    rows = tuple(
        (s.title, s.path, s.unit, s.today, s.points[0].value, s.points[-1].value, *said, s.note)
        for s in told.switches for said in zip(s.told(), s.proved(), strict=True)
    )  # fmt: skip
    return Table("switches", "What would flip the choice", columns, rows, note=(
        "Told of a choice: the build mode with most megawatts at each site, the modes that a site "
        "uses, and whether a tenth of the megawatts stand in another site or mode. Found by "
        "bisection to a hundredth of the range (most), or three. What halls in parts say is tried "
        "with whole plans of either side; do not sign a flip that only halls in parts say."
    ))  # fmt: skip


def _points(told: Explanation) -> Table:
    columns = (
        Column("path", "Path"), Column("value", "Value", "number"), Column("site", "Site"),
        Column("mode", "Mode"), Column("it_mw", "IT MW started", "mw"),
        Column("h100e_per_researcher", "H100e/researcher", "number"),
    )  # fmt: skip
    rows = tuple(
        (s.path, p.value, site, mode, mw, p.level)
        for s in told.switches for p in s.points
        for site, modes in p.sites.items() for mode, mw in modes.items()
    )  # fmt: skip
    return Table("switch_points", "Values tried", columns, rows, place="folded")


def _alternatives(told: Explanation) -> Table:
    columns = (
        Column("name", "Plan"), Column("moved_halls", "Halls otherwise", "count"),
        *_three("change", "Change against the plan's halls"),
        Column("halls", "What differs"),
    )  # fmt: skip
    rows = tuple(
        (a.name, a.moved, *_cells(a.worth), words.counted(len(a.changes), "change"))
        for a in told.alternatives
    )
    return Table(
        "alternatives", "Plans within 1 % in every objective that differ most", columns, rows
    )


def _changes(told: Explanation) -> Table:
    rows = tuple((a.name, change) for a in told.alternatives for change in a.changes)
    columns = (Column("name", "Plan"), Column("change", "Change"))
    return Table("alternative_changes", "How they differ", columns, rows)


def _answers(told: Explanation) -> Table:
    columns = (
        Column("question", "Question"), Column("finding", "What it is"),
        Column("forced", "Forced the other way"), *_three("change", "Change"),
        Column("moves", "What else moves"),
    )  # fmt: skip
    rows = tuple(
        (a.question, a.finding, f.pinned, *_cells(f.worth),
         "; ".join(f.moves) if f.worth else NO_PLAN)
        for a in told.answers for f in a.forced
    )  # fmt: skip
    return Table("answers", "Questions asked", columns, rows)


def _bindings(told: Explanation) -> Table:
    columns = (Column("question", "Question"), Column("statement", "Held by"),
               Column("where", "Stated at"))  # fmt: skip
    rows = tuple((a.question, s.text, s.where) for a in told.answers for s in a.binding)
    return Table("bindings", "Statements that hold it where it is", columns, rows)


SECTION = Section(
    "why",
    "Why this plan",
    "What is more of anything worth, and what would change the choice?",
    build,
)
