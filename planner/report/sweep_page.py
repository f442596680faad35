"""A sweep as a document: a chart and a table a measure, switch points marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner import __version__
from planner.report import charts
from planner.report.document import Built, Chart, Chip, Column, Document, Prose, Table

if TYPE_CHECKING:
    from planner.domain.sweep import Axis, Point, Sweep
    from planner.report.document import Cell, Part

SHOWN = 6
"""Measures drawn; the table and the CSV have all."""


def sweep_document(swept: Sweep) -> Document:
    """Return the report of a sweep."""
    failed = sum(bool(p.failure) for p in swept.points)
    tone = "bad" if failed == len(swept.points) else "warn" if failed else "good"
    chip = Chip(f"{len(swept.points) - failed} of {len(swept.points)} points have a plan", tone)  # type: ignore[arg-type]
    parts: list[Part] = [Prose(sentence, "answer") for sentence in sentences(swept)]
    parts += [_chart(swept, measure) for measure in measures(swept)[:SHOWN]]
    parts.append(points_table(swept))
    facts = (("portfolio", swept.portfolio), *((a.path, _span(a)) for a in swept.axes))
    section = Built("sweep", "Sweep", "What changes with it, and where does the choice flip?",
                    tuple(parts))  # fmt: skip
    return Document(f"Sweep of {swept.portfolio}", facts, chip, (section,),
                    {"planner": __version__, "portfolio": swept.portfolio})  # fmt: skip


def measures(swept: Sweep) -> list[str]:
    """Return the names of all measures, in the order of the first point that has them."""
    made: dict[str, None] = {}
    for point in swept.points:
        made |= dict.fromkeys(point.figures)
    return list(made)


def sentences(swept: Sweep) -> list[str]:
    """Return what the sweep says, in sentences."""
    made = [
        f"Between {_value(s.below, swept.axes[0])} and {_value(s.above, swept.axes[0])} of "
        f"{s.path}, the plan turns from {s.before} to {s.after}."
        for s in swept.switches
    ]
    leading = sorted({p.leading for p in swept.points if p.leading})
    if not made and len(leading) == 1:
        made.append(f"At every value most megawatts are started as {leading[0]}.")
    elif not made and leading:
        made.append(f"Leading build modes over the map: {', '.join(leading)}.")
    failed = [p for p in swept.points if p.failure]
    if failed:
        plural = "points have" if len(failed) > 1 else "point has"
        made.append(f"{len(failed)} {plural} no plan: {failed[0].failure}.")
    return made


def _span(axis: Axis) -> str:
    return f"{_value(axis.numbers[0], axis)} to {_value(axis.numbers[-1], axis)}"


def _value(number: float, axis: Axis) -> str:
    if axis.unit == "%":
        return f"{number:+.4g} %"
    return f"{number:.4g} {axis.unit}".strip()


def points_table(swept: Sweep) -> Table:
    """Return every point with its measures and its mix of build modes."""
    names = measures(swept)
    modes = sorted({mode for p in swept.points for mode in p.started_mw})
    columns = (
        *(Column(a.path, f"{a.path} {a.unit}".strip(), "number") for a in swept.axes),
        *(Column(_key(n), n, "number") for n in names),
        *(Column(f"{mode}_mw", f"{mode}, MW started", "mw") for mode in modes),
        Column("leading", "Leading mode"), Column("verified", "Verified"),
        Column("failure", "Why no plan"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            *p.at, *(p.figures.get(n) for n in names),
            *(p.started_mw.get(mode, 0.0) for mode in modes), p.leading,
            "yes" if p.is_verified else "no", p.failure,
        )
        for p in swept.points
    ]  # fmt: skip
    return Table("sweep", "Every point", columns, tuple(rows),
                 note="Medians over the same futures at each point.")  # fmt: skip


def _key(measure: str) -> str:
    kept = "".join(c.lower() if c.isalnum() else "_" for c in measure)
    return "_".join(part for part in kept.split("_") if part)


def _chart(swept: Sweep, measure: str) -> Chart:
    found = [p for p in swept.points if p.figures.get(measure) is not None]
    name = f"sweep_{_key(measure)}"
    title = _title(swept, measure, found)
    subtitle = "Median over futures" + (
        "; dashed: the leading build mode changes" if swept.switches else ""
    )
    spec = None
    if found:
        draw = _map if len(swept.axes) > 1 else _curve
        spec = draw(swept, measure, found)
    return Chart(name, title, subtitle, spec, "sweep", "Each point planned and simulated alone.")


def _title(swept: Sweep, measure: str, found: list[Point]) -> str:
    if not found:
        return f"No point reaches {measure}"
    low = min(found, key=lambda p: p.figures[measure] or 0.0)
    high = max(found, key=lambda p: p.figures[measure] or 0.0)
    return f"{measure}: {low.figures[measure]:,.4g} to {high.figures[measure]:,.4g}"


def _rows(swept: Sweep, measure: str, found: list[Point]) -> list[dict[str, Any]]:
    made = []
    for p in found:
        said = ", ".join(f"{a.path} {_value(n, a)}" for a, n in zip(swept.axes, p.at, strict=True))
        mode, value = p.leading or "nothing started", p.figures[measure]
        row = {"x": p.at[0], "value": value, "mode": mode, "said": f"{said}: {value:,.4g}, {mode}"}
        made.append(row | ({"y": p.at[1]} if len(p.at) > 1 else {}))
    return made


def _curve(swept: Sweep, measure: str, found: list[Point]) -> charts.Spec:
    axis = swept.axes[0]
    marks = [(s.below + s.above) / 2 for s in swept.switches]
    return charts.curve(
        _rows(swept, measure, found), marks, x_title=f"{axis.path} {axis.unit}".strip(),
        y_title=measure,
    )  # fmt: skip


def _map(swept: Sweep, measure: str, found: list[Point]) -> charts.Spec:
    first, second = swept.axes
    return charts.heat_map(
        _rows(swept, measure, found), x_title=f"{first.path} {first.unit}".strip(),
        y_title=f"{second.path} {second.unit}".strip(), value_title=measure,
    )  # fmt: skip
