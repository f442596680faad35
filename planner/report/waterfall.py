"""The waterfall: stretches one after another, each beginning where the one before it ends.

Waits are hatched by a lighter tone and named as waits, so that no stretch is told by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt

from planner.report.charts import BLUE, GREY, INK, VERMILLION, Plot, Spec, finished

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS: Final = ("work", "wait", "all")
COLOURS: Final = (BLUE, VERMILLION, GREY)
ROW_PX: Final = 22


def waterfall(rows: Sequence[Mapping[str, Any]], *, width: int, axis_title: str) -> Spec:
    """Return stretches from the top down.

    Parameters
    ----------
    rows
        ``name``, ``begin``, ``end``, ``kind`` (one of `KINDS`), ``text`` at the bar and ``said``.
    """
    names = [r["name"] for r in rows]
    top = max((float(r["end"]) for r in rows), default=1.0)
    base = alt.Chart(alt.NamedData(name="steps")).encode(
        y=alt.Y("name:N", sort=names, title=None,
                axis=alt.Axis(labelLimit=300, domain=False, ticks=False)),
        description="said:N",
    )  # fmt: skip
    x = alt.X("begin:Q", title=axis_title, scale=alt.Scale(domain=[0, top * 1.12], nice=False),
              axis=alt.Axis(tickCount=6))  # fmt: skip
    bars = base.mark_bar(height=13).encode(
        x=x, x2="end:Q",
        color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=KINDS, range=COLOURS),
                        legend=alt.Legend(orient="top")),
    )  # fmt: skip
    text = base.mark_text(align="left", dx=5, fontSize=12, color=INK).encode(
        x="end:Q", text="text:N"
    )
    chart = alt.layer(bars, text).properties(width=width, height=ROW_PX * max(1, len(rows)))
    return finished(Plot(chart, {"steps": list(rows)}))


def dots(rows: Sequence[Mapping[str, Any]], *, width: int, axis_title: str) -> Spec:
    """Return a line of dots a row: P10 to P80 as a bar, P50, and what it would be otherwise.

    Parameters
    ----------
    rows
        ``name``, ``low``, ``middle``, ``high``, ``other`` and ``said`` of each row.
    """
    names = [r["name"] for r in rows]
    base = alt.Chart(alt.NamedData(name="spread")).encode(
        y=alt.Y("name:N", sort=names, title=None,
                axis=alt.Axis(labelLimit=300, domain=False, ticks=False)),
        description="said:N",
    )  # fmt: skip
    x = alt.X("low:Q", title=axis_title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=6))
    span = base.mark_rule(color=BLUE, strokeWidth=5, opacity=0.45).encode(x=x, x2="high:Q")
    middle = base.mark_point(filled=True, size=70, opacity=1, color=BLUE).encode(x="middle:Q")
    other = base.mark_point(filled=True, size=60, opacity=1, shape="diamond",
                            color=VERMILLION).encode(x="other:Q")  # fmt: skip
    chart = alt.layer(span, middle, other).properties(width=width, height=ROW_PX * len(rows))
    return finished(Plot(chart, {"spread": list(rows)}))
