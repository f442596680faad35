"""Where timelines miss: what stands idle, how long, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import charts, sentences, words
from planner.report.document import Chart, Column, Columns, Part, Section, Table
from planner.report.sections.fan_chart import frame, period_middles

if TYPE_CHECKING:
    from planner.report.document import Cell
    from planner.report.facts import Facts
    from planner.report.facts.spread import Fan

KINDS = (
    ("power", "Power", "Power energised, unused", "MW-month", charts.GREY),
    ("halls", "Halls", "Halls ready without GPUs", "MW-month", charts.GREEN),
    ("gpus", "GPUs", "GPUs waiting for a hall", "GPU-month", charts.BLUE),
)


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the chart of money by period, totals by site, and the table by period."""
    return (_chart(facts), _totals(facts), _periods(facts))


def _chart(facts: Facts) -> Chart:
    whole = facts.stranding[0]
    labels = [p.label for p in facts.result.plan.periods]
    parts = []
    for name, _, title, unit, colour in KINDS:
        money: Fan = getattr(whole, f"{name}_musd")
        amount: Fan = getattr(whole, name)
        said = tuple(
            f"{title}, {label}: {words.musd(money.p50[t])}, "
            f"{words.count(amount.p50[t])} {unit}s at P50"
            for t, label in enumerate(labels)
        )
        parts.append(charts.Series(title, colour, period_middles(facts), money.p50, said=said))
    is_empty = not any(p.value.any() for p in parts)
    chart = charts.columns(frame(facts), parts, axis_title="MUSD a period")
    return Chart(
        name="stranding",
        title=sentences.stranding_title(whole),
        subtitle="Cost of what stands idle, million USD a period, P50 of each",
        spec=None if is_empty else charts.finished(chart),
        table="stranding",
        method=(
            "Cost: the discount rate on the price of the idle thing, and for halls and GPUs the "
            "straight-line loss over their service life. Things that stand at the data date count "
            "in units only."
        ),
    )


def _totals(facts: Facts) -> Table:
    columns = (
        Column("subject", "Of"),
        *(Column(f"{name}_{unit.lower().replace('-', '_')}s_{q}", q.upper(), "count",
                 f"{title}, {unit}s")
          for name, _, title, unit, _ in KINDS for q in ("p10", "p50", "p90")),
        *(Column(f"{name}_musd_p50", short, "musd", "Cost, P50") for name, short, *_ in KINDS),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for s in facts.stranding:
        amounts = [float(getattr(s.totals[name], q)[0]) for name, *_ in KINDS
                   for q in ("p10", "p50", "p90")]  # fmt: skip
        money = [float(s.totals[f"{name}_musd"].p50[0]) for name, *_ in KINDS]
        rows.append((s.subject, *amounts, *money))
    return Table("stranding_total", "Over the whole horizon", columns, tuple(rows), note=(
        "Power: firm MW energised less facility MW in service, a month of each MW. Halls: IT MW "
        "ready for IT into which no racks are going. GPUs: from dock to the start of their "
        "installation. Installation itself is not counted as idle."
    ))  # fmt: skip


def _periods(facts: Facts) -> Table:
    columns = (
        Column("subject", "Of"), Column("period", "Period"),
        *(Column(f"{name}_{unit.lower().replace('-', '_')}s_{q}", q.upper(), "count",
                 f"{title}, {unit}s")
          for name, _, title, unit, _ in KINDS for q in ("p10", "p50", "p90")),
        *(Column(f"{name}_musd_p50", short, "musd", "Cost, P50") for name, short, *_ in KINDS),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (s.subject, p.label,
         *(float(getattr(getattr(s, name), q)[t]) for name, *_ in KINDS
           for q in ("p10", "p50", "p90")),
         *(float(getattr(s, f"{name}_musd").p50[t]) for name, *_ in KINDS))
        for s in facts.stranding for t, p in enumerate(facts.result.plan.periods)
    ]  # fmt: skip
    return Table("stranding", "Stranding by period", columns, tuple(rows), place="folded")


SECTION = Section(
    "stranding", "Where timelines miss", "What stands idle, how long, and what does it cost?", build
)
