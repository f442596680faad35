"""Risk: how sure, and of what? The key date's distribution, what moves it, and the promises."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from planner.report import charts, sentences, words
from planner.report.document import Chart, Column, Columns, Part, Prose, Section, Table
from planner.report.sections.joint import joint_parts

if TYPE_CHECKING:
    from planner.report.facts import DateFact, Facts, KeyDate, ShapeFact
    from planner.report.facts.risk import Cause

SHOWN = 8
NOISE = 2.0
"""Standard errors, one over the root of the samples each, within which a correlation is none."""
OPEN_PROMISES = 12
"""Promises from which on their table is folded."""


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the histogram, date and cost at once, the tornado, the risks and the verdicts."""
    return (*_histogram(facts), *joint_parts(facts), _tornado(facts), _table(facts),
            *_verdicts(facts))  # fmt: skip


def _histogram(facts: Facts) -> tuple[Part, ...]:
    key, shape = facts.key, facts.shape
    if key is None or shape is None:
        return (Prose("No capacity of the portfolio is reached in half of the futures."),)
    amount = sentences.capacity_name(facts, key.fact)
    count = facts.result.outcome.samples
    days = [_date(facts, edge) for edge in shape.edges]
    said = [
        f"{words.iso(days[i])} to {words.iso(days[i + 1])}: {words.share(share)} of {count} "
        f"futures, {words.share(shape.cumulative[i])} by then"
        for i, share in enumerate(shape.share)
    ]
    return (
        Chart(
            name="key_date",
            title=_key_title(facts, key.fact),
            subtitle=f"Share of {count} futures by date of {amount}; "
            f"seed {facts.result.outcome.seed}; reached in {words.share(key.reached)}"
            f"{_against(facts)}{_eased(facts)}",
            spec=charts.distribution(days, shape.share, shape.cumulative, _marks(key, shape),
                                     width=880, height=200, said=said,
                                     over=_overlays(facts))
            if shape.low < shape.high
            else None,
            table="key_date_figures",
            method="Bars: share of futures a bin (left axis); line: share by that date (right).",
        ),
        _figures(facts, key, shape),
        _bins(facts, shape),
    )  # fmt: skip


def _overlays(facts: Facts) -> tuple[charts.Overlay, ...]:
    """Return the curve of the run before, and that without what holds the date back most."""
    made = []
    if before := _before(facts):
        made.append(charts.Overlay(charts.GREY, (5, 3), before))
    if top := _top(facts):
        points = [(_date(facts, day), share) for day, share in top.curve]
        made.append(charts.Overlay(charts.GREEN, (2, 2), points))
    return tuple(made)


def _top(facts: Facts) -> Cause | None:
    """Return the largest cause, if its curve is known."""
    return next((c for c in facts.causes.largest[:1] if c.curve), None)


def _eased(facts: Facts) -> str:
    """Say what the dotted curve is, and by how much P80 comes earlier."""
    top = _top(facts)
    return f"; dotted: without “{top.title}”, P80 {words.days(top.p80_day)} earlier" if top else ""


def _before(facts: Facts) -> tuple[tuple[dt.date, float], ...]:
    """Return the curve of the run before, where its report turned on the same date."""
    found = facts.variance
    if found is None or found.key is None:
        return ()
    fact = found.key.fact
    same = found.parent.curve_of == (fact.subject, float(f"{fact.amount_mw:.7g}"), fact.basis)
    return found.parent.curve if same else ()


def _against(facts: Facts) -> str:
    """Say what the dashed curve is, and how far P80 moved."""
    found = facts.variance
    if not _before(facts) or found is None or found.key is None:
        return ""
    moved = found.key.p80_day
    return f"; dashed: {found.parent.name}" + ("" if moved is None else f", P80 {moved:+d} days")


def _date(facts: Facts, day: float) -> dt.date:
    return facts.result.outcome.epoch + dt.timedelta(days=float(day))


def _marks(key: KeyDate, shape: ShapeFact) -> list[tuple[str, dt.date]]:
    """Return the dates marked in the histogram, the deterministic one with its probability."""
    spread, chance = key.fact.spread, shape.deterministic_chance
    once = "deterministic" if chance is None else f"deterministic ({words.share(chance)})"
    named = ((once, key.fact.deterministic), ("P50", spread.p50), ("P80", spread.p80),
             ("P90", spread.p90))  # fmt: skip
    return [(f"{name} {words.iso(day)}", day) for name, day in named if day]


def _figures(facts: Facts, key: KeyDate, shape: ShapeFact) -> Table:
    """Return the figures of the distribution as a table of one row."""
    columns = (
        Column("min", "Earliest", "date"), Column("mean", "Mean", "date"),
        Column("median", "Median", "date"), Column("mode", "Mode", "date"),
        Column("max", "Latest", "date"), Column("sd_day", "Standard deviation, days", "day"),
        Column("skew", "Skew", "factor"), Column("deterministic", "Deterministic", "date"),
        Column("chance", "Met in", "share"), Column("samples", "Futures", "count"),
        Column("seed", "Seed"),
    )  # fmt: skip
    dates = (_date(facts, d) for d in (shape.low, shape.mean, shape.median, shape.mode, shape.high))
    row = (*dates, shape.sd_day, shape.skew, key.fact.deterministic, shape.deterministic_chance,
           facts.result.outcome.samples, str(facts.result.outcome.seed))  # fmt: skip
    return Table("key_date_figures", "Figures of that distribution", columns, (row,), note=(
        "Over the futures that reach it; the mode is the middle of the fullest bar. Met in: share "
        "of all futures at or before the deterministic date."
    ))  # fmt: skip


def _bins(facts: Facts, shape: ShapeFact) -> Table:
    assert facts.key is not None
    fact = facts.key.fact
    columns = (Column("subject", "Of"), Column("amount_mw", "Capacity", "mw"),
               Column("basis", "Basis"), Column("since", "From", "date"),
               Column("until", "To", "date"),
               Column("share", "Share", "share"),
               Column("cumulative", "Share by then", "share"))  # fmt: skip
    rows = tuple(
        (fact.subject, fact.amount_mw, fact.basis, _date(facts, shape.edges[i]),
         _date(facts, shape.edges[i + 1]), float(share),
         float(shape.cumulative[i]))
        for i, share in enumerate(shape.share)
    )  # fmt: skip
    return Table("key_date", "Key date by bin", columns, rows, place="file")


def _key_title(facts: Facts, fact: DateFact) -> str:
    return f"{sentences.subject_name(facts, fact)} reaches {sentences.reached(fact)}"


def _tornado(facts: Facts) -> Chart:
    least = NOISE / facts.result.outcome.samples**0.5
    found = [r for r in facts.risks if abs(r.correlation) >= least]
    shown = sorted(found, key=lambda r: (-abs(r.correlation), r.name))[:SHOWN]
    rows = [
        {"name": r.title, "value": r.correlation, "text": f"{r.correlation:.2f}",
         "said": f"{r.title}: rank correlation {r.correlation:.2f} with the key date"}
        for r in shown
    ]  # fmt: skip
    return Chart(
        name="tornado",
        title=sentences.risk_title(shown),
        subtitle="Rank correlation of each risk with the key date over the samples; how many days "
        "each costs: Schedule review, by removal",
        spec=charts.bars(rows, width=560, axis_title="Rank correlation", colour=charts.VERMILLION)
        if rows
        else None,
        table="risk",
        method=(
            "Spearman's, over the futures that reach the key date; correlations within two "
            "standard errors of nothing are left out. It says what moves together, not what would "
            "be gained."
        ),
    )


def _table(facts: Facts) -> Table:
    columns = (
        Column("risk", "Risk"), Column("title", "Title"), Column("kind", "Kind"),
        Column("p80_day", "Days of P80, by regression", "day"),
        Column("correlation", "Rank correlation", "factor"),
        Column("response", "Response"),
    )  # fmt: skip
    rows = tuple((r.name, r.title, r.kind, r.p80_day, r.correlation, r.response)
                 for r in facts.risks)  # fmt: skip
    return Table("risk", "Risks and the key date", columns, rows, place="folded", note=(
        "Days of P80: P80 less P80 with the risk's part taken out by linear regression over this "
        "run, slopes within two standard errors of nothing left out; runs without the risk stand "
        "in Schedule review."
    ))  # fmt: skip


def _verdicts(facts: Facts) -> tuple[Part, ...]:
    found = facts.result.verification
    columns = (
        Column("promise", "Promise"), Column("subject", "Of"), Column("amount_mw", "IT", "mw"),
        Column("by", "By", "date"), Column("held", "Held in", "share"),
        Column("upper", "Upper bound", "share"), Column("verdict", "Verdict"),
        Column("cause", "Most often broken by"), Column("overrun_day", "Late by, days", "day"),
    )  # fmt: skip
    rows = tuple(
        (v.promise.kind, v.promise.subject, v.promise.amount or None, v.promise.by, v.held,
         v.upper, "kept" if v.is_kept else "broken", v.cause, v.overrun_day or None)
        for v in found.verdicts
    )  # fmt: skip
    text = (
        f"A promise is kept where the one-sided 95 % upper bound of the share of futures in which "
        f"it holds reaches {words.share(found.confidence)}. All hold at once in "
        f"{words.share(found.joint)}. Checked on a fresh seed ({found.seed}), round {found.round} "
        f"of {facts.result.rounds}."
    )
    broken = sum(not v.is_kept for v in found.verdicts)
    title = f"Promises: {len(rows) - broken} of {len(rows)} kept" if rows else "Promises"
    place: Literal["page", "folded"] = "folded" if len(rows) > OPEN_PROMISES else "page"
    return (Table("promises", title, columns, rows, note=text, place=place),)


SECTION = Section("risk", "Risk", "How sure, and of what?", build)
