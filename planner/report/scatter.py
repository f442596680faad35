"""The scatter of date and cost: futures by quadrant, the plan's lines, equal chance.

Quadrants differ in shape as well as in colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt

from planner.report.charts import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LABEL_GAP_PX,
    VERMILLION,
    Plot,
    Spec,
    finished,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS: Final = ("both kept", "date alone", "cost alone", "neither")
COLOURS: Final = (BLUE, GREEN, GREY, VERMILLION)
SHAPES: Final = ("circle", "square", "triangle-up", "cross")


def scatter(
    points: Sequence[Mapping[str, Any]],
    line: Sequence[Mapping[str, Any]],
    corner: Mapping[str, Any],
    *,
    width: int,
    height: int,
    y_title: str,
) -> Spec:
    """Return the figure.

    Parameters
    ----------
    points
        ``day`` (ISO), ``value``, ``kind`` (one of `KINDS`) and ``said`` of each future.
    line
        ``day`` and ``value`` along the line of equal probability; may be empty.
    corner
        ``day`` and ``value`` at which the quadrants meet.
    """
    values = [float(r["value"]) for r in (*points, corner)]
    room = 0.06 * (max(values) - min(values)) or 0.01 * max(values) or 1.0
    y = alt.Y("value:Q", title=y_title, axis=alt.Axis(tickCount=5),
              scale=alt.Scale(domain=[min(values) - room, max(values) + room],
                                     nice=False))  # fmt: skip
    x = alt.X("day:T", title=None, scale=alt.Scale(type="utc"),
              axis=alt.Axis(format="%b %Y", labelOverlap=True, labelSeparation=LABEL_GAP_PX,
                            tickCount=8))  # fmt: skip
    dots = alt.Chart(alt.NamedData(name="futures")).mark_point(size=34, opacity=0.8).encode(
        x=x, y=y, description="said:N",
        shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=KINDS, range=SHAPES),
                        legend=alt.Legend(orient="top", symbolOpacity=1, columnPadding=24)),
        color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=KINDS, range=COLOURS),
                        legend=alt.Legend(orient="top")),
    )  # fmt: skip
    at = alt.Chart(alt.NamedData(name="corner"))
    rules = [at.mark_rule(color=INK, strokeDash=[4, 3]).encode(
                 x="day:T", description=alt.value("Date as planned")),
             at.mark_rule(color=INK, strokeDash=[4, 3]).encode(
                 y="value:Q", description=alt.value("Spend as planned"))]  # fmt: skip
    layers: list[alt.Chart] = [dots, *rules]
    if line:
        layers.append(
            alt.Chart(alt.NamedData(name="equal"))
            .mark_line(color=VERMILLION, strokeWidth=2, interpolate="step-after")
            .encode(x="day:T", y="value:Q")
        )
    chart = alt.layer(*layers).properties(width=width, height=height)
    data = {"futures": points, "corner": [corner], "equal": line}
    return finished(Plot(chart, {k: v for k, v in data.items() if v}))
