"""Risk: how sure, and of what? The key date's distribution, what moves it, and the promises."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from planner.report import charts, sentences, words
from planner.report.document import Chart, Column, Columns, Part, Prose, Section, Table

if TYPE_CHECKING:
    from planner.report.facts import DateFact, Facts

BINS = 24
SHOWN = 8


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the histogram, the tornado, the risks and the verdicts."""
    return (*_histogram(facts), _tornado(facts), _table(facts), *_verdicts(facts))


def _histogram(facts: Facts) -> tuple[Part, ...]:
    key = facts.key
    if key is None:
        return (Prose("No capacity of the portfolio is reached in half of the futures."),)
    amount = sentences.capacity_name(facts, key.fact)
    spread, count = key.fact.spread, facts.result.outcome.samples
    counts, edges = np.histogram(key.day, bins=BINS)
    share = counts / count
    epoch = facts.result.outcome.epoch
    days = [epoch + dt.timedelta(days=float(e)) for e in edges]
    total = np.cumsum(share)
    said = [
        f"{words.iso(days[i])} to {words.iso(days[i + 1])}: {words.share(share[i])} of {count} "
        f"futures, {words.share(total[i])} by then"
        for i in range(len(counts))
    ]
    marks = [(f"{name} {words.iso(day)}", day)
             for name, day in (("deterministic", key.fact.deterministic), ("P50", spread.p50),
                               ("P80", spread.p80), ("P90", spread.p90)) if day]  # fmt: skip
    return (
        Chart(
            name="key_date",
            title=_key_title(facts, key.fact),
            subtitle=f"Share of {count} futures by date of {amount}; "
            f"seed {facts.result.outcome.seed}; reached in {words.share(key.reached)}",
            spec=charts.distribution(days, share, total, marks, width=880, height=200, said=said)
            if np.ptp(key.day) > 0
            else None,
            table="dates",
        ),
    )


def _key_title(facts: Facts, fact: DateFact) -> str:
    return f"{sentences.subject_name(facts, fact)} reaches {sentences.reached(fact)}"


def _tornado(facts: Facts) -> Chart:
    shown = [r for r in facts.risks if abs(round(r.p80_day, 1)) >= 0.1][:SHOWN]
    rows = [
        {"name": r.title, "value": r.p80_day, "text": words.days(r.p80_day),
         "said": f"{r.title}: {words.days(r.p80_day)} of P80, correlation {r.correlation:.2f}"}
        for r in shown
    ]  # fmt: skip
    return Chart(
        name="tornado",
        title=sentences.risk_title(facts.risks),
        subtitle="Days of P80 of the key date that each risk explains, by regression over samples",
        spec=charts.bars(rows, width=560, axis_title="Days of P80", colour=charts.VERMILLION)
        if rows
        else None,
        table="risk",
        method=(
            "P80 less P80 with the risk's part taken out, its likely value in its place; slopes "
            "within two standard errors of nothing count as nothing."
        ),
    )


def _table(facts: Facts) -> Table:
    columns = (
        Column("risk", "Risk"), Column("title", "Title"), Column("kind", "Kind"),
        Column("p80_day", "Days of P80", "day"), Column("correlation", "Correlation", "factor"),
        Column("response", "Response"),
    )  # fmt: skip
    rows = tuple((r.name, r.title, r.kind, r.p80_day, r.correlation, r.response)
                 for r in facts.risks)  # fmt: skip
    return Table("risk", "Risks by days of P80", columns, rows, place="folded", note=(
        "An estimate by linear regression from one run, not a run without the risk."
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
    return (Table("promises", "Promises", columns, rows, note=text),)


SECTION = Section("risk", "Risk", "How sure, and of what?", build)
