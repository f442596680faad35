"""A run in a few lines, for the terminal and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.precision import largest_error_day
from planner.report import cells, sentences, sweep_page, words
from planner.report.facts import DateFact, Facts, KindFact, gather
from planner.report.sections import progress, timeline, why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.explanation import PinCost
    from planner.domain.result import Comparison, Difference, Result
    from planner.domain.sweep import Sweep
    from planner.report.document import Kind, Table


METHODS: Final = {"latin": "Latin hypercube", "plain": "plain", "sobol": "Sobol"}


def headline(result: Result) -> dict[str, object]:
    """Return the headline figures of a run, for JSON."""
    facts = gather(result)
    return {
        "portfolio": result.portfolio.spec.portfolio,
        "verdict": sentences.chip(facts).text,
        "answer": [_plain(s) for s in sentences.answer(facts)],
        "dates": [_date(d) for d in facts.dates],
        "targets": [_date(d) | {"target": d.target_name} for d in facts.targets],
        "halls": [_kind(k) for k in facts.kinds],
        "seed": result.seed,
        **({"pins": [_pin(cost) for cost in result.pin_costs]} if result.pin_costs else {}),
    }


def _pin(cost: PinCost) -> dict[str, object]:
    """Return what a pin costs, for JSON."""
    gain = cost.gain
    return {
        "pin": cost.name, "statement": cost.text, "where": cost.where, "basis": cost.basis,
        "without_h100e_per_researcher": gain and gain.level,
        "without_kh100e_year": gain and gain.total,
        "without_spend_busd": gain and gain.spend,
    }  # fmt: skip


def headline_text(result: Result) -> str:
    """Return the headline of a run as lines: the verdict, the answer, dates and durations."""
    facts = gather(result)
    top = [f"{facts.result.portfolio.spec.title}: {sentences.chip(facts).text}",
           *sentences.answer(facts)]  # fmt: skip
    costs = result.pin_costs
    pins = ["", why.pins_table(costs).title, text_table(why.pins_table(costs))] if costs else []
    return _plain("\n".join([*top, *_tables(facts), *pins]))


def simulation_dict(result: Result) -> dict[str, object]:
    """Return the dates of every hall, for JSON, with the headline figures."""
    facts = gather(result)
    table = timeline.halls_table(facts)
    keys = [c.key for c in table.columns]
    halls = [{k: cells.plain(v) for k, v in zip(keys, row, strict=True)} for row in table.rows]
    error = largest_error_day(result.outcome)
    return {
        **headline(result), "every_hall": halls, "samples": result.outcome.samples,
        "sampling": result.outcome.method,
        "largest_p80_error_day": round(error, 2) if np.isfinite(error) else None,
    }  # fmt: skip


def simulation_text(result: Result) -> str:
    """Return the dates of every hall as lines, with dates and durations."""
    facts = gather(result)
    parts = [_precision(result), "", text_table(timeline.halls_table(facts)), *_tables(facts)]
    if facts.progress is not None:
        earned = progress.earned_table(facts.progress)
        parts += [f"\n{earned.title}", *progress.told(facts.progress), text_table(earned)]
    return _plain("\n".join(parts))


def _precision(result: Result) -> str:
    """Say how many futures there are, and how far a P80 may be off for it."""
    outcome = result.outcome
    error = largest_error_day(outcome)
    said = f"± {words.days(error)}" if np.isfinite(error) else "unknown"
    return (
        f"{outcome.samples:,} futures ({METHODS[outcome.method]}); "
        f"standard error of the least certain P80 {said}"
    )


def _tables(facts: Facts) -> list[str]:
    made = (timeline.targets_table(facts), timeline.dates_table(facts), timeline.kinds_table(facts))
    return [f"\n{t.title}\n{text_table(t)}" for t in made if t.rows]


def text_table(table: Table) -> str:
    """Return a table as padded columns; numbers to the right."""
    kinds = [c.kind for c in table.columns]
    head = [f"{c.group} {c.title}".strip() for c in table.columns]
    rows = [[cells.shown(v, k) for v, k in zip(row, kinds, strict=True)] for row in table.rows]
    return padded(head, rows, kinds)


def padded(head: Sequence[str], rows: Sequence[Sequence[str]], kinds: Sequence[Kind]) -> str:
    """Return rows under a heading, in columns two spaces apart."""
    wide = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    lines = [
        "  ".join(
            text.rjust(wide[i]) if kinds[i] in cells.NUMERIC else text.ljust(wide[i])
            for i, text in enumerate(line)
        ).rstrip()
        for line in [head, *rows]
    ]
    return "\n".join(lines)


def sweep_text(swept: Sweep) -> str:
    """Return the points of a sweep as a table."""
    return _plain(text_table(sweep_page.points_table(swept)))


def _plain(text: str) -> str:
    """Return a text without the no-break spaces that only a page needs."""
    return text.replace(words.NO_BREAK, " ")


def _date(fact: DateFact) -> dict[str, object]:
    days = {"deterministic": fact.deterministic, "planned": fact.planned, "p10": fact.spread.p10,
            "p50": fact.spread.p50, "p80": fact.spread.p80, "p90": fact.spread.p90,
            "by": fact.target}  # fmt: skip
    return {
        "subject": fact.subject, "amount_mw": fact.amount_mw, "basis": fact.basis,
        "reached": fact.spread.reached,
        "p80_error_day": _finite(fact.spread.error_day),
        "chance": fact.chance if np.isfinite(fact.chance) else None,
        **{k: v.isoformat() if v else None for k, v in days.items()},
    }  # fmt: skip


def _kind(fact: KindFact) -> dict[str, object]:
    spreads = {"to_ready_day": fact.to_ready, "to_service_day": fact.to_service}
    return {
        "site": fact.site, "group": fact.group, "mode": fact.mode, "calendar": fact.calendar,
        "halls": fact.halls,
        **{f"{name}_{q}": _finite(getattr(s, q)) for name, s in spreads.items()
           for q in ("p10", "p50", "p90")},
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return round(value, 1) if np.isfinite(value) else None


def comparison_dict(comparison: Comparison) -> dict[str, object]:
    """Return a comparison for JSON."""
    return {
        "base": comparison.base,
        "variants": list(comparison.results),
        "failures": dict(comparison.failures),
        "differences": [
            {"measure": d.measure, "variant": d.variant, "median": _finite(d.median),
             "mean": _finite(d.mean), "low": _finite(d.low), "high": _finite(d.high),
             "wins": round(d.wins, 4)}
            for d in comparison.differences
        ],
    }  # fmt: skip


def comparison_text(comparison: Comparison) -> str:
    """Return a comparison as lines: a block a measure, and who wins in how many futures."""
    made = [_measure_block(comparison, m.name, m.unit) for m in comparison.measures]
    made += [f"{name}: no plan\n  {why}" for name, why in comparison.failures.items()]
    note = (
        "Difference: mean over common futures against "
        f"{comparison.base or 'nothing'}, with its 95 % interval. Wins: share of futures in which "
        "a variant is strictly best."
    )
    return _plain("\n\n".join([*made, note]))


def _measure_block(comparison: Comparison, measure: str, unit: str) -> str:
    mine = [d for d in comparison.differences if d.measure == measure]
    head = ("variant", f"median {unit}", "difference", "95 % interval", "wins")
    rows = [
        (d.variant, words.sig3(d.median), *_difference(d, comparison.base), words.share(d.wins))
        for d in mine
    ]
    return f"{measure}\n{padded(head, rows, ('text', 'number', 'number', 'number', 'share'))}"


def _difference(d: Difference, base: str) -> tuple[str, str]:
    if d.variant == base:
        return "base", ""
    sign = "+" if d.mean > 0 else ""
    return f"{sign}{words.sig3(d.mean)}", f"{words.sig3(d.low)} to {words.sig3(d.high)}"
