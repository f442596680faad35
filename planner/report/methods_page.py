"""Build methods on one page: plans, halls by site and calendar, days, storms, money, carbon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from planner import __version__
from planner.domain.methods import MethodStep
from planner.report import waterfall, words
from planner.report.document import Built, Chart, Chip, Document, Prose
from planner.report.method_sentences import (
    STANDARD,
    methods_sentences,
    of_site,
    site_sentence,
    storm_sentence,
)
from planner.report.method_tables import (
    differences_table,
    halls_table,
    measures_table,
    plans_table,
    steps_table,
    storms_table,
    traits_table,
)
from planner.report.summary import comparison_text, text_table

if TYPE_CHECKING:
    from planner.domain.methods import Kind, MethodsStudy, MethodTrial
    from planner.report.document import Part

SHOWN: Final = 12
"""Steps of a waterfall by name; what is left stands as one before the end."""


def methods_document(found: MethodsStudy) -> Document:
    """Return the page."""
    spec = found.portfolio.spec
    facts = (
        ("portfolio", spec.portfolio), ("data date", words.iso(spec.data_date)),
        ("seed", str(found.seed)),
        ("futures a method", f"{max((t.samples for t in found.trials), default=0):,}"),
    )  # fmt: skip
    sections = (
        Built("answer", "Build methods", "Which method, and what decides it?",
              (*(Prose(s, "answer") for s in methods_sentences(found)), *_plans(found))),
        Built("halls", "One hall of each", "How many days does each take, where, on which hours?",
              (*_spread_charts(found), halls_table(found))),
        Built("days", "Where the days come from", "What lies on the way from release to service?",
              (*_waterfalls(found), steps_table(found))),
        Built("storms", "Storms", "What do storms cost each method, in days and money?",
              (Prose(storm_sentence(found), "answer"), storms_table(found))),
        Built("traits", "Cash, carbon, redundancy", "What else does a method decide?",
              (traits_table(found),)),
    )  # fmt: skip
    return Document(
        f"Build methods of {spec.title or spec.portfolio}", facts, _chip(found), sections,
        {"planner": __version__, "portfolio": spec.portfolio, "seed": found.seed},
    )  # fmt: skip


def methods_text(found: MethodsStudy) -> str:
    """Return the page as a terminal shows it."""
    tables = [halls_table(found), storms_table(found)]
    parts = [
        "\n".join(methods_sentences(found)),
        comparison_text(found.comparison),
        *(f"{t.title}\n{text_table(t)}" for t in tables),
    ]
    return "\n\n".join(parts).replace(words.NO_BREAK, " ")


def _chip(found: MethodsStudy) -> Chip:
    results, failures = found.comparison.results, found.comparison.failures
    whole = len(results) + len(failures)
    verified = sum(r.verification.is_verified for r in results.values())
    text = f"{verified} of {whole} plans verified" if whole else "no plans"
    if failures:
        text += f", {len(failures)} without a plan"
    return Chip(text, "good" if verified == whole else "warn")


def _plans(found: MethodsStudy) -> tuple[Part, ...]:
    if not found.comparison.results:
        return ()
    return (plans_table(found), measures_table(found), differences_table(found))


def _name(t: MethodTrial) -> str:
    known = "" if t.is_offered else " (not offered)"
    return f"{t.candidate.mode} on {t.candidate.calendar}{known}"


def _spread_charts(found: MethodsStudy) -> list[Chart]:
    return [
        _spread_chart(found, site) for site in dict.fromkeys(t.candidate.site for t in found.trials)
    ]


def _spread_chart(found: MethodsStudy, site: str) -> Chart:
    drawn = sorted(of_site(found, site, None), key=lambda t: (t.candidate.mode, t.day[1]))
    rows: list[dict[str, Any]] = [
        {
            "name": _name(t), "low": t.day[0], "middle": t.day[1], "high": t.day[2],
            "other": t.stocked_day[1] if math.isfinite(t.stocked_day[1]) else None,
            "said": f"{_name(t)}: {t.day[0]:.0f} to {t.day[2]:.0f} days (P10 to P80), "
            f"{t.day[1]:.0f} at P50, {t.stocked_day[1]:.0f} with all equipment there",
        }
        for t in drawn if math.isfinite(t.day[2])
    ]  # fmt: skip
    periods = drawn[0].periods
    return Chart(
        name=f"method_days_{site}",
        title=site_sentence(found, site),
        subtitle=f"{site}: days from release to service of one hall, P10 to P80, dot P50; diamond: "
        f"P50 with all equipment there; released {periods[0]} to {periods[1]}",
        spec=waterfall.dots(rows, width=520, axis_title="Days") if rows else None,
        table="methods",
        method="One hall alone on prepared ground, power and racks never late, equipment ordered "
        "no earlier than the data date.",
    )


def _waterfalls(found: MethodsStudy) -> list[Chart]:
    return [
        _waterfall(t) for t in found.trials if t.candidate.calendar == STANDARD and t.steps
    ]  # fmt: skip


def _waterfall(t: MethodTrial) -> Chart:
    rows: list[dict[str, Any]] = []
    at = 0.0
    for step in shown_steps(t.steps):
        rows.append({
            "name": step.title, "begin": at, "end": at + step.day, "kind": step.kind,
            "text": f"{step.day:.0f}" if step.day >= 1 else f"{step.day:.1f}",
            "said": f"{step.title}: {step.day:.1f} days, on the driving path in "
            f"{words.share(step.share)} of futures",
        })  # fmt: skip
        at += step.day
    whole = f"{at:.0f} days"
    rows.append({"name": "Release to service", "begin": 0.0, "end": at, "kind": "all",
                 "text": whole, "said": f"Release to service: {whole}"})  # fmt: skip
    mode, site = t.candidate.mode, t.candidate.site
    known = "" if t.is_offered else ", which no group there offers,"
    wait = sum(s.day for s in t.steps if s.kind == "wait")
    return Chart(
        name=f"method_waterfall_{site}_{mode}",
        title=f"{mode} at {site}{known} takes {at:.0f} days at the median, "
        f"{wait:.0f} of them waits",
        subtitle="Days of the driving path from release to service, first to last, mean over the "
        "futures about the median",
        spec=waterfall.waterfall(rows, width=460, axis_title="Days from release"),
        table="method_steps",
        method="The path is followed back in each future, from service to release; each day "
        "belongs to the work or wait that held it. Seasons and futures drive different rows, so a "
        "row may stand for a part of its days.",
    )


def shown_steps(steps: tuple[MethodStep, ...]) -> list[MethodStep]:
    """Return the longest steps in their order; the rest as one, where its first would stand."""
    longest = sorted(steps, key=lambda s: (-s.day, s.key))[:SHOWN]
    rest = [s for s in steps if s not in longest]
    if len(rest) < 2:
        return list(steps)
    kept = [s for s in steps if s in longest]
    name = f"{len(rest)} others, each below {longest[-1].day:.0f} days"
    kind: Kind = "work" if any(s.kind == "work" for s in rest) else "wait"
    other = MethodStep("others", name, kind, sum(s.day for s in rest), 1.0)
    return [*kept, other]
