"""The first screen: the answer, four tiles, what to commit to, three risks, one chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.report import charts, sentences, words
from planner.report.document import Chart, Column, Columns, Part, Prose, Section, Table, Tile, Tiles
from planner.report.sections.fan_chart import capacity_chart

if TYPE_CHECKING:
    from planner.report.facts import CapacityFact, Facts

SHOWN_COMMITMENTS = 6
SHOWN_RISKS = 3


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the parts of the first screen."""
    return (
        Prose(" ".join(sentences.answer(facts)), role="answer"),
        Tiles((_date_tile(facts), _team_tile(facts), _fleet_tile(facts), _money_tile(facts))),
        Columns(left=(_soon(facts), _risks(facts)), right=(_chart(facts),)),
    )


def _date_tile(facts: Facts) -> Tile:
    key = facts.key
    if key is None:
        return Tile("First capacity", "none", "in half of the futures", "timeline")
    fact = key.fact
    p80 = words.month(fact.spread.p80)
    against = (
        f"announced {words.month(fact.target)}, met in {words.share(fact.chance)} of futures"
        if fact.target
        else f"deterministic {words.month(fact.deterministic)}"
    )
    title = sentences.capacity_name(facts, fact)
    return Tile(title, f"{words.month(fact.spread.p50)}", f"P50; P80 {p80}; {against}", "timeline")


def _team_tile(facts: Facts) -> Tile:
    if not facts.teams:
        return Tile("Compute per researcher", "–", "no team", "compute")
    team, at = facts.teams[0], facts.arrival.period
    now, then = float(team.per_researcher.p50[0]), float(team.per_researcher.p50[at])
    gpus, later = float(team.gpus_per_researcher[0]), float(team.gpus_per_researcher[at])
    when = facts.result.plan.periods[at].label
    value = f"{_head(now)} → {_head(then)}"
    detail = (
        f"H100e, today → {when}, P50; {_head(team.horizon)} over the horizon. "
        f"GPUs {_head(gpus)} → {_head(later)}"
    )
    return Tile(f"{team.title}, per researcher", value, detail, "compute")


def _head(value: float) -> str:
    return words.count(value) if np.isfinite(value) else "–"


def _fleet_tile(facts: Facts) -> Tile:
    whole = facts.capacity[0]
    last = facts.result.plan.periods[-1].label
    it, gpus = float(whole.it.p50[-1]), float(whole.gpus.p50[-1])
    facility = float(whole.service.p50[-1])
    return Tile(
        f"In service, end of {last}", f"{words.mw(it)} IT",
        f"{words.mw(facility)} facility; {words.count(gpus)} GPUs (P50)", "compute",
    )  # fmt: skip


def _money_tile(facts: Facts) -> Tile:
    money = facts.money
    if money.peak is None:
        return Tile("Spend in the peak period", "–", "no cash rows", "money")
    at, share = money.peak
    row = next(r for r in money.rows if r.period == at)
    there = row.opening + row.inflow
    return Tile(
        f"Spend in the peak, {money.periods[at].label}", f"{words.share(share)} of cash",
        f"{words.musd(row.spend)} of {words.musd(there)}, as planned", "money",
    )  # fmt: skip


def _soon(facts: Facts) -> Table:
    rows = tuple(
        (c.due, c.count, words.plural(c.count, c.unit), c.item, c.site, c.money_musd, c.why)
        for c in facts.soon
    )  # fmt: skip
    columns = (
        Column("due", "Due", "date"), Column("count", "Number", "count"), Column("unit", "What"),
        Column("item", "Of"),
        Column("site", "Where"), Column("money_musd", "Commits", "musd"), Column("why", "Why"),
    )  # fmt: skip
    note = (
        "A commitment is firm on its date: the specs state no terms to cancel it. "
        "The money of a hall includes its equipment; base-year money."
    )
    return Table("next_90_days", "Next 90 days", columns, rows, note=note,
                 shown=SHOWN_COMMITMENTS)  # fmt: skip


def _risks(facts: Facts) -> Table:
    top = facts.causes.largest[:SHOWN_RISKS]
    rows = tuple((r.title, r.p80_day, r.response or "none stated") for r in top)
    columns = (
        Column("risk", "Risk"), Column("p80_day", "Days of P80", "day"),
        Column("response", "What would be done"),
    )  # fmt: skip
    return Table("top_risks", "Largest risks", columns, rows, note=_risk_note(facts))


def _risk_note(facts: Facts) -> str:
    if facts.key is None:
        return "No capacity is reached in half of the futures, so no date to measure against."
    name = sentences.capacity_name(facts, facts.key.fact)
    if facts.causes.samples:
        futures = words.counted(facts.causes.samples, "future")
        return f"Days by which {name} comes earlier at P80, in the same {futures}, without it."
    return f"Of the date of {name}; estimated by regression over the samples of this run."


def _chart(facts: Facts) -> Chart:
    whole = facts.capacity[0]
    labels = [p.label for p in facts.result.plan.periods]
    shown = [i for i, c in enumerate(facts.capacity) if i and _has_any(c)]
    return Chart(
        name="capacity_first",
        title=sentences.limit_title(whole, facts.limits[0], labels, "the portfolio"),
        subtitle="MW of facility power on the design day; P50 lines, P10–P90 bands",
        spec=charts.stacked(
            [capacity_chart(facts, i, width=300, height=max(64, 280 // len(shown))) for i in shown]
        )
        if shown
        else None,
        table="capacity",
        method="Counted from the simulated dates of tranches, blocks and lots of the plan.",
    )


def _has_any(fact: CapacityFact) -> bool:
    return bool(fact.demand.any() or fact.firm.p90.any() or fact.ready.p90.any())


SECTION = Section(
    name="headline",
    title="The answer",
    question="What do we commit to, and what do we get?",
    build=build,
)
