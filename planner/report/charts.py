"""Vega-Lite specifications of the figures, made with Altair, and their static SVG.

Text and axes are drawn in ``currentColor`` so that one SVG serves light and dark; series keep the
Okabe-Ito colours whose contrast was measured on both. What a hover says stands in the
``description`` of each mark, which the SVG carries as ``aria-label``: the keyboard and a screen
reader reach the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import numpy as np
import vl_convert

from planner.report.slim import slim

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.result import FloatArray

BLUE: Final = "#0072B2"
VERMILLION: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
GREY: Final = "#767676"
SKY: Final = "#56B4E9"
ORANGE: Final = "#E69F00"
BROWN: Final = "#8C564B"
SERIES: Final = (BLUE, VERMILLION, GREEN, PURPLE, GREY, SKY, ORANGE, BROWN)
"""Colours of parts of a whole, in their order; the last three only beside others of the first."""
INK: Final = "currentColor"
Y_EXTENT_PX: Final = 46
"""Room for the labels of a value axis, the same everywhere, so that panels line up."""
LABEL_GAP_PX: Final = 10
"""Least space between the labels of an axis: a page's font may be wider than the one measured."""
LETTER_PX: Final = 6.4
"""Width of a letter of a label in the widest of the usual fonts."""
LABEL_LIMIT_PX: Final = 350
HATCH: Final = "url(#over)"
"""Fill of what is over a limit; `render` brings the pattern."""
LINE_PX: Final = 14
"""Height of a line of label text."""

Spec = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Plot:
    """A figure before it has its theme.

    Parameters
    ----------
    chart
        Its marks, which name their data.
    data
        Rows by name. They stay apart because Altair copies all that a chart holds at every step.
    """

    chart: alt.LayerChart | alt.FacetChart
    data: Mapping[str, Rows]


_LONG: Final = re.compile(r"-?\d+\.\d{3,}(?=[^<]*>)")
"""A number with more decimals than anybody reads, inside a tag."""
_PLACES: Final = re.compile(r' (?:d|transform|[xy][12]?|c[xy]|width|height)="[^"]*"')
"""An attribute of coordinates, which no text of a figure stands in."""
_FINE: Final = re.compile(r"-?\d+\.\d{2,}")
RESERVED_BYTES: Final = 2**40
"""Address space below which the drawing engine may fail to start: it reserves, and hardly uses."""
NOT_DRAWN: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="40" viewBox="0 0 640 40">'
    '<text x="4" y="24" font-family="sans-serif" font-size="13" fill="currentColor">'
    "Not drawn: address space is limited here (ulimit -v). The table holds the figures."
    "</text></svg>"
)
_LINE_ENDS: Final = {0x2028: " ", 0x2029: " "}
_UNDRAWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML holds; the drawing engine would end the process over one."""


@dataclass(frozen=True)
class Series:
    """A line over dates, with a band where it has one.

    Parameters
    ----------
    label
        Direct label at its end.
    days, value, low, high
        One a point; `low` and `high` None for a line without a band.
    said
        What a hover says at each point.
    is_hatched
        Whether it is a hatched area from `low` to `high`, and no line.
    """

    label: str
    colour: str
    days: Sequence[dt.date]
    value: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    dash: tuple[int, int] = (1, 0)
    said: tuple[str, ...] = ()
    interpolate: str = "linear"
    is_hatched: bool = False


def _is_cramped() -> bool:
    """Return whether the process may not reserve the address space that the drawing engine wants.

    The engine (V8) would end the whole process there, so its figures are left out instead.
    """
    if sys.platform == "win32":
        return False
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return limit != resource.RLIM_INFINITY and limit < RESERVED_BYTES


def render(spec: Spec) -> str:
    """Return the static SVG of a specification, coordinates to a tenth of a pixel."""
    if _is_cramped():
        return NOT_DRAWN
    # A line of script cannot hold these, and the drawing engine makes script of the specification.
    text = json.dumps(_quiet(_clean(spec)), ensure_ascii=False).translate(_LINE_ENDS)
    made: str = vl_convert.vegalite_to_svg(text)
    short = _hatched(_LONG.sub(lambda found: f"{float(found.group()):.2f}", made))
    return slim(_PLACES.sub(lambda found: _FINE.sub(_tenths, found.group()), short))


def _hatched(svg: str) -> str:
    """Return a drawing that brings the pattern it is hatched with, under a name of its own."""
    if HATCH not in svg:
        return svg
    name = f"over{hashlib.sha256(svg.encode()).hexdigest()[:8]}"
    pattern = (
        f'<defs><pattern id="{name}" width="4" height="4" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line x1="2" x2="2" y2="4" stroke="#D55E00" '
        'stroke-width="2"/>'
        "</pattern></defs>"
    )
    end = svg.index(">") + 1
    return f"{svg[:end]}{pattern}{svg[end:].replace(HATCH, f'url(#{name})')}"


def _clean(value: Any) -> Any:
    """Return a specification whose texts can be drawn."""
    if isinstance(value, str):
        return _UNDRAWABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_clean(k): _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    return value


def _quiet(view: dict[str, Any]) -> dict[str, Any]:
    """Return a view whose marks say what they are given to say, and nothing made up.

    Vega-Lite would make a label of axis titles, in an expression which a backslash or a line's end
    breaks, and which reads badly: "day: 2025; low: 460; high: 460".
    """
    made = {**view}
    for inner in ("layer", "vconcat", "hconcat", "concat"):
        if inner in made:
            made[inner] = [_quiet(v) for v in made[inner]]
    if isinstance(made.get("spec"), dict):
        made["spec"] = _quiet(made["spec"])
    if "mark" in made and "description" not in made.get("encoding", {}):
        mark = made["mark"] if isinstance(made["mark"], dict) else {"type": made["mark"]}
        made["mark"] = {**mark, "aria": False}
    return made


def _tenths(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}"


@dataclass(frozen=True)
class Frame:
    """What the figures of a page share: the time axis from `start` to `end`, and a size.

    Parameters
    ----------
    width, height
        Of the plot in pixels.
    """

    start: dt.date
    end: dt.date
    width: int
    height: int

    def x(self, field: str = "day:T") -> alt.X:
        """Return the time axis: years as ticks, the same on every figure of a page."""
        domain = [self.start.isoformat(), self.end.isoformat()]
        return alt.X(
            field, title=None, scale=alt.Scale(type="utc", domain=domain),
            axis=alt.Axis(format="%Y", tickCount={"interval": "year", "step": 1}, grid=True,
                          labelOverlap=True, labelSeparation=LABEL_GAP_PX),
        )  # fmt: skip


def lines(
    frame: Frame,
    series: Sequence[Series],
    *,
    hover: Sequence[Series] = (),
    title: str = "",
    axis_title: str = "",
    top: float | None = None,
) -> Plot:
    """Return lines with bands and direct labels over dates.

    Parameters
    ----------
    hover
        Series whose points a pointer finds; those of `series` that say something where empty.
    top
        End of the value axis, so that panels share a scale; the largest value where not given.
    """
    store = _Store()
    top = top or _top(series)
    layers = [_band(store, frame, s, top, axis_title) for s in series if s.low is not None]
    layers += [_line(store, frame, s, top, axis_title) for s in series if not s.is_hatched]
    layers += [_hover(store, frame, s, top) for s in hover or series if s.said]
    named = [s for s in series if not s.is_hatched]
    if any(s.label for s in named):
        layers.append(_labels(store, frame, named, top))
    made = alt.layer(*layers).properties(width=frame.width, height=frame.height)
    if title:
        made = made.properties(title=alt.TitleParams(title, anchor="start", fontSize=12))
    return Plot(made, store.rows)


def stacked(plots: Sequence[Plot], spacing: int = 10) -> Spec:
    """Return plots above one another on one time axis."""
    chart = alt.vconcat(*(p.chart for p in plots), spacing=spacing).resolve_scale(x="shared")
    return _specified(chart, plots)


def beside(plots: Sequence[Plot], columns: int) -> Spec:
    """Return plots in rows of `columns`."""
    return _specified(alt.concat(*(p.chart for p in plots), columns=columns, spacing=24), plots)


def finished(plot: Plot) -> Spec:
    """Return the specification of a plot with the theme of the report."""
    return _specified(plot.chart, (plot,))


def _specified(chart: alt.TopLevelMixin, plots: Sequence[Plot]) -> Spec:
    themed = chart.configure(
        background="transparent", font="sans-serif",
        padding={"left": 4, "top": 4, "bottom": 4, "right": 24},
        axis=alt.AxisConfig(
            domainColor=INK, domainOpacity=0.5, gridColor=INK, gridOpacity=0.13, labelColor=INK,
            labelFontSize=12, tickColor=INK, tickOpacity=0.5, titleColor=INK, titleFontSize=12,
            titleFontWeight="normal",
        ),
        title=alt.TitleConfig(color=INK, fontWeight="bold"),
        view=alt.ViewConfig(stroke=None),
        legend=alt.LegendConfig(labelColor=INK, titleColor=INK, labelFontSize=12),
    )  # fmt: skip
    # Our own encodings need no check against the schema, which takes most of the time.
    made: dict[str, Any] = themed.to_dict(validate=False)
    rows = {name: list(found) for p in plots for name, found in sorted(p.data.items())}
    return {**made, "datasets": rows}


def bars(
    rows: Sequence[Mapping[str, Any]],
    *,
    width: int,
    axis_title: str,
    colour: str = BLUE,
) -> Spec:
    """Return horizontal bars in the order given.

    Parameters
    ----------
    rows
        ``name``, ``value``, ``text`` (label at the bar) and ``said`` of each bar.
    """
    store = _Store()
    names = [r["name"] for r in rows]
    room = min(LABEL_LIMIT_PX, LETTER_PX * max((len(str(n)) for n in names), default=0))
    base = alt.Chart(store([{**r, "end": max(0.0, float(r["value"]))} for r in rows])).encode(
        y=alt.Y("name:N", sort=names, title=None,
                axis=alt.Axis(labelLimit=LABEL_LIMIT_PX, minExtent=room, domain=False,
                              ticks=False)),
        description="said:N",
    )  # fmt: skip
    drawn = base.mark_bar(color=colour, height=14).encode(
        x=alt.X("value:Q", title=axis_title, axis=alt.Axis(tickCount=6))
    )
    text = base.mark_text(align="left", fontSize=12, dx=6, color=INK).encode(
        x="end:Q", text="text:N"
    )
    chart = alt.layer(drawn, text).properties(width=width, height=24 * len(rows))
    return finished(Plot(chart, store.rows))


def columns(
    frame: Frame,
    parts: Sequence[Series],
    *,
    over: Sequence[Series] = (),
    whiskers: Series | None = None,
    axis_title: str,
) -> Plot:
    """Return stacked columns by date, lines laid over them, and whiskers of their total."""
    store = _Store()
    rows = [
        {"day": d.isoformat(), "value": float(p.value[i]), "name": p.label, "order": n,
         "said": p.said[i] if p.said else ""}
        for n, p in enumerate(parts) for i, d in enumerate(p.days)
    ]  # fmt: skip
    total = np.sum([p.value for p in parts], axis=0) if parts else np.zeros(1)
    top = max(float(total.max(initial=0.0)), _top([*over, *([whiskers] if whiskers else [])]))
    number = max((len(p.days) for p in parts), default=1)
    drawn = (
        alt.Chart(store(rows))
        .mark_bar(width=max(3, int(0.7 * frame.width / number)))
        .encode(
            x=frame.x(), y=alt.Y("value:Q", title=axis_title, scale=_scale(top)),
            description="said:N", order="order:Q",
            color=alt.Color(
                "name:N", title=None,
                scale=alt.Scale(domain=[p.label for p in parts], range=[p.colour for p in parts]),
                legend=alt.Legend(orient="top", direction="horizontal", columnPadding=28),
            ),
        )
    )  # fmt: skip
    layers = [drawn, *(_line(store, frame, s, top, axis_title) for s in over)]
    if whiskers:
        layers.append(_whiskers(store, frame, whiskers, top))
    if over:
        layers.append(_labels(store, frame, over, top))
    chart = alt.layer(*layers).properties(width=frame.width, height=frame.height)
    return Plot(chart, store.rows)


def _whiskers(store: _Store, frame: Frame, s: Series, top: float) -> alt.Chart:
    made: alt.Chart = (
        alt.Chart(store(_rows(s)))
        .mark_rule(color=INK, strokeWidth=1.5)
        .encode(
            x=frame.x(), y=alt.Y("low:Q", scale=_scale(top), title=None), y2="high:Q",
            description="said:N",
        )
    )  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class Overlay:
    """A curve laid over another: shares of futures by date."""

    colour: str
    dash: tuple[int, int]
    points: Sequence[tuple[dt.date, float]]


def distribution(
    days: Sequence[dt.date],
    counts: FloatArray,
    cumulative: FloatArray,
    marks: Sequence[tuple[str, dt.date]],
    *,
    width: int,
    height: int,
    said: Sequence[str],
    over: Sequence[Overlay] = (),
) -> Spec:
    """Return a histogram with its cumulative curve, and dates marked with their labels.

    Parameters
    ----------
    over
        Other curves laid over it.
    """
    rows = [
        {"day": days[i].isoformat(), "end": days[i + 1].isoformat(), "share": float(counts[i]),
         "sum": float(cumulative[i]), "said": said[i]}
        for i in range(len(counts))
    ]  # fmt: skip
    store = _Store()
    data = store(rows)
    x = alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%b %Y", labelOverlap=True, labelSeparation=LABEL_GAP_PX, tickCount=8),
    )
    histogram = alt.Chart(data).mark_bar(color=BLUE, opacity=0.55, stroke=None).encode(
        x=x, x2="end:T", description="said:N",
        y=alt.Y("share:Q", title="Share of futures", axis=alt.Axis(format=".0%")), y2=alt.datum(0),
    )  # fmt: skip
    curve = alt.Chart(data).mark_line(color=BLUE, strokeWidth=2).encode(
        x=alt.X("end:T", title=None),
        y=alt.Y("sum:Q", title="Share by that date", scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", grid=False)),
    )  # fmt: skip
    found = [{"day": d.isoformat(), "label": text, "row": n} for n, (text, d) in enumerate(marks)]
    at = alt.Chart(store(found))
    rules = at.mark_rule(color=VERMILLION, strokeDash=[4, 3]).encode(x="day:T")
    text = at.mark_text(align="left", dx=4, color=INK, baseline="top").encode(
        x="day:T", y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0)), text="label:N"
    )
    # One axis on the right for both curves.
    laid = [
        alt.Chart(store([{"end": d.isoformat(), "sum": share} for d, share in o.points]))
        .mark_line(color=o.colour, strokeWidth=2, strokeDash=list(o.dash))
        .encode(x="end:T", y="sum:Q")
        for o in over
    ]
    curves: Any = alt.layer(curve, *laid) if laid else curve
    layered = alt.layer(histogram, curves, rules, text).resolve_scale(y="independent")
    return finished(Plot(layered.properties(width=width, height=height), store.rows))


@dataclass(frozen=True)
class _Store:
    """Rows of a figure, named after their content, so that the same rows are held once."""

    rows: dict[str, Rows] = field(default_factory=dict)

    def __call__(self, rows: Rows) -> alt.NamedData:
        text = json.dumps(rows, sort_keys=True)
        name = f"d{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        self.rows[name] = rows
        return alt.NamedData(name=name)


def _top(series: Sequence[Series]) -> float:
    found = [float(np.nanmax(a, initial=0.0)) for s in series for a in (s.value, s.high)
             if a is not None and len(a)]  # fmt: skip
    return max(found, default=0.0) or 1.0


def _scale(top: float) -> alt.Scale:
    return alt.Scale(domain=[0, top * 1.04], nice=False)


def _y(top: float, title: str) -> alt.Y:
    return alt.Y(
        "value:Q",
        title=title or None,
        scale=_scale(top),
        axis=alt.Axis(tickCount=4, minExtent=Y_EXTENT_PX),
    )


def _rows(s: Series) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for i, day in enumerate(s.days):
        if not np.isfinite(s.value[i]):
            continue
        row: dict[str, object] = {"day": day.isoformat(), "value": float(s.value[i])}
        if s.low is not None and s.high is not None:
            row |= {"low": float(s.low[i]), "high": float(s.high[i])}
        if s.said:
            row["said"] = s.said[i]
        made.append(row)
    return made


def _band(store: _Store, frame: Frame, s: Series, top: float, title: str) -> alt.Chart:
    shape: Any = {"interpolate": s.interpolate}
    made: alt.Chart = (
        alt.Chart(store(_rows(s)))
        .mark_area(
            color=HATCH if s.is_hatched else s.colour, opacity=1 if s.is_hatched else 0.22, **shape
        )
        .encode(x=frame.x(), y=alt.Y("low:Q", scale=_scale(top), title=title or None), y2="high:Q")
    )
    return made


def _line(store: _Store, frame: Frame, s: Series, top: float, title: str) -> alt.Chart:
    shape: Any = {"interpolate": s.interpolate}
    made: alt.Chart = (
        alt.Chart(store(_rows(s)))
        .mark_line(color=s.colour, strokeWidth=2, strokeDash=list(s.dash), **shape)
        .encode(x=frame.x(), y=_y(top, title))
    )
    return made


def _hover(store: _Store, frame: Frame, s: Series, top: float) -> alt.Chart:
    """Return invisible points that say their value; large, so that a pointer finds them."""
    made: alt.Chart = (
        alt.Chart(store(_rows(s)))
        .mark_circle(size=120, opacity=0.001, color=s.colour)
        .encode(x=frame.x(), y=_y(top, ""), description="said:N")
    )
    return made


def _labels(store: _Store, frame: Frame, series: Sequence[Series], top: float) -> alt.Chart:
    """Return direct labels at the last value of each line, moved apart where they would collide."""
    ends = [float(s.value[np.isfinite(s.value)][-1]) if np.isfinite(s.value).any() else 0.0
            for s in series]  # fmt: skip
    places = moved_apart(ends, LINE_PX * top / max(frame.height, 1), top)
    rows = [
        {"day": frame.end.isoformat(), "value": places[i], "label": s.label, "colour": s.colour}
        for i, s in enumerate(series)
    ]
    made: alt.Chart = (
        alt.Chart(store(rows))
        .mark_text(align="left", dx=6, fontSize=12)
        .encode(
            x=frame.x(), y=_y(top, ""), text="label:N", color=alt.Color("colour:N", scale=None)
        )
    )  # fmt: skip
    return made


def moved_apart(values: Sequence[float], gap: float, top: float) -> list[float]:
    """Return label heights at least `gap` apart, as near to `values` as a downward sweep gets.

    Parameters
    ----------
    values
        Wanted heights, 0..top.
    gap
        Least distance between two.
    """
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))
    made = [0.0] * len(values)
    ceiling = top
    for i in order:
        made[i] = min(values[i], ceiling)
        ceiling = made[i] - gap
    # What was pushed below the axis pushes the others up again.
    floor = 0.0
    for i in reversed(order):
        made[i] = max(made[i], floor)
        floor = made[i] + gap
    return made


def curve(
    rows: Sequence[Mapping[str, Any]], marks: Sequence[float], *, x_title: str, y_title: str
) -> Spec:
    """Return a line over numbers, a shape a mode, and dashed lines at `marks`.

    Parameters
    ----------
    rows
        ``x``, ``value``, ``mode`` and ``said`` of each point.
    """
    store = _Store()
    base = alt.Chart(store(list(rows)))
    x = alt.X("x:Q", title=x_title, scale=alt.Scale(zero=False))
    y = alt.Y("value:Q", title=y_title, axis=alt.Axis(titleLimit=260))
    line = base.mark_line(color=GREY).encode(x=x, y=y)
    modes = list(dict.fromkeys(str(row["mode"]) for row in rows))
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x, y=y, description="said:N",
        shape=alt.Shape("mode:N", title=None, scale=alt.Scale(domain=modes),
                        legend=alt.Legend(orient="top")),
        color=alt.Color("mode:N", title=None, scale=alt.Scale(
            domain=modes, range=list(SERIES[: max(1, len(modes))])),
            legend=alt.Legend(orient="top")),
    )  # fmt: skip
    layers = [line, dots]
    if marks:
        ruled = alt.Chart(store([{"x": float(m)} for m in marks]))
        layers.append(ruled.mark_rule(strokeDash=[5, 4], color=VERMILLION).encode(x="x:Q"))
    return finished(Plot(alt.layer(*layers).properties(width=640, height=240), store.rows))


def heat_map(
    rows: Sequence[Mapping[str, Any]], *, x_title: str, y_title: str, value_title: str
) -> Spec:
    """Return a map over two numbers: shade and figure for the value, the mode as text.

    Parameters
    ----------
    rows
        ``x``, ``y``, ``value``, ``mode`` and ``said`` of each cell.
    """
    store = _Store()
    shown = [dict(row) | {"label": f"{row['value']:,.3g}"} for row in rows]
    base = alt.Chart(store(shown)).encode(
        x=alt.X("x:O", title=x_title, axis=alt.Axis(labelAngle=0, format=".4~g")),
        y=alt.Y("y:O", title=y_title, sort="descending", axis=alt.Axis(format=".4~g")),
        description="said:N",
    )  # fmt: skip
    cells = base.mark_rect(stroke=GREY).encode(
        color=alt.Color("value:Q", title=None, scale=alt.Scale(range=["#E8F1F8", BLUE]),
                        legend=alt.Legend(title=value_title, titleLimit=200)),
    )  # fmt: skip
    figure = base.mark_text(dy=-6, fontSize=12, color="#111").encode(text="label:N")
    mode = base.mark_text(dy=9, fontSize=11, color="#111").encode(text="mode:N")
    chart = alt.layer(cells, figure, mode).properties(width=alt.Step(86), height=alt.Step(46))
    return finished(Plot(chart, store.rows))
