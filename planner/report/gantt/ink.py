"""What bars and marks of the Gantt look like: style, patterns, shapes, and samples for a legend.

The static drawing and the page use the same; the page's script has the shapes once more.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from planner.report.document import Gantt

STYLE: Final = """
.g{font:12px system-ui,sans-serif;color:inherit}
.g text{fill:currentColor;font-variant-numeric:tabular-nums}
.g .dim{fill-opacity:.75}.g .head{font-weight:600}.g .num{text-anchor:end}
.g .grid{stroke:currentColor;stroke-opacity:.12}.g .year{stroke-opacity:.35}
.g .build,.g .tail,.g .rfs{fill:var(--blue,#0072B2)}.g .tail{fill-opacity:.45}
.g .done{fill:currentColor;fill-opacity:.75}.g .power{fill:var(--green,#009E73)}
.g .racks{fill:#CC79A7}.g .point{fill:var(--blue,#0072B2)}
.g .target{fill:none;stroke:currentColor;stroke-width:1.6}
.g .base{fill:var(--grey,#767676)}
.g .earlier{fill:url(#g-dash)}
.g .float{fill:none;stroke:var(--grey,#767676);stroke-dasharray:3 2}
.g .rejected{fill:none;stroke:var(--grey,#767676);stroke-dasharray:1 2}
.g .off text{fill-opacity:.75}
.g .driving{fill:url(#g-hatch);stroke:#D55E00}
.g .summary{fill:currentColor;fill-opacity:.55}
.g .rfs,.g .power,.g .racks,.g .point{stroke:currentColor;stroke-width:.6}
.g .whisker{stroke:currentColor;stroke-width:1.3;fill:none}
.g .date{stroke:#D55E00;stroke-width:1.5}
.g .storm{fill:currentColor;fill-opacity:.06}
.g .line0{stroke:var(--grey,#767676)}.g .line1{stroke:var(--green,#009E73);stroke-dasharray:7 3}
.g .line2{stroke:var(--blue,#0072B2)}.g .line3{stroke:#CC79A7;stroke-dasharray:2 3}
.g .back{fill:currentColor;fill-opacity:0}
""".strip()


MODES: Final = (
    "",
    '<path d="M3 0V6"/>',
    '<path d="M0 3H6"/>',
    '<circle cx="3" cy="3" r="1" stroke-width=".8"/>',
    '<path d="M3 0V6M0 3H6"/>',
    '<path d="M0 0L6 6M-1 5L1 7M5 -1L7 1"/>',
)
"""What lies over the bars of a build mode, by its place among the modes; the first bears nothing.

None leans as the hatching of the driving path does.
"""

LEGEND: Final = (
    ("build", "forecast P50"), ("tail", "racks to service"), ("done", "done"),
    ("base", "baseline"), ("driving", "driving path"), ("float", "total float"),
    ("rfs", "service"), ("power", "power"), ("racks", "GPUs docked"), ("target", "target"),
    ("whisker", "P10 to P90, tick P80"), ("storm", "storm season"),
)  # fmt: skip

SHAPES: Final = {"summary": (7, 5), "group": (4, 11), "float": (6, 8), "driving": (3, 12),
                 "base": (17, 3), "earlier": (20, 2), "rejected": (5, 10),
                 "done": (11, 5)}  # fmt: skip
"""Top and height of a bar by kind, forecast bars aside."""

SYMBOLS: Final = {"rfs": "0-6l6 6-6 6-6-6z", "point": "0-6l6 6-6 6-6-6z", "power": "0-6l6 11h-12z",
                  "racks": "-5-5h10v10h-10z", "target": "0 6l-6-11h12z"}  # fmt: skip
"""Path of a mark from its middle: no two kinds share both shape and colour."""


def patterns() -> str:
    """Return what bars are filled with: the driving path, the run before, and each mode."""
    ground = '<rect width="5" height="5" style="fill:var(--paper,#fff)"/>'
    driving = (
        '<pattern id="g-hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)">{ground}'
        '<line y2="5" stroke="#D55E00" stroke-width="3"/></pattern>'
    )
    dash = (
        '<pattern id="g-dash" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="3" height="5" style="fill:var(--grey,#767676)"/></pattern>'
    )
    modes = "".join(
        f'<pattern id="g-m{n}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<g style="fill:none;stroke:var(--paper,#fff);stroke-width:1.4">{body}</g></pattern>'
        for n, body in enumerate(MODES)
        if body
    )
    return f"<defs>{driving}{dash}{modes}</defs>"


def pattern_of(gantt: Gantt, mode: str) -> int:
    """Return the number of the pattern of a build mode, 0 for none."""
    return gantt.modes.index(mode) % len(MODES) if mode else 0


def rect(kind: str, x: float, end: float, label: str, pattern: int = 0) -> str:
    """Return a bar of a kind from `x` to `end`, under the pattern of a mode."""
    top, height = SHAPES.get(kind, (4, 12))
    said = f"<title>{escape(label, quote=True)}</title>" if label else ""
    place = f'x="{number(x)}" y="{top}" width="{number(max(end - x, 1.5))}" height="{height}"'
    over = f'<rect {place} fill="url(#g-m{pattern})" pointer-events="none"/>' if pattern else ""
    shown = "summary" if kind == "group" else kind
    return f'<rect class="{shown}" {place}>{said}</rect>{over}'


def symbol(kind: str, x: float, y: float) -> str:
    """Return a mark with its middle at a place."""
    return f'<path class="{kind}" d="M{number(x)} {number(y)}m{SYMBOLS[kind]}"/>'


def number(value: float) -> str:
    """Return a coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def samples(gantt: Gantt) -> list[tuple[str, str]]:
    """Return what a legend shows: a drawing of 26 by 22, and what it is."""
    made = [(_sample(kind), said) for kind, said in LEGEND]
    if gantt.earlier:
        made.insert(4, (_sample("earlier"), "run before"))
    if len(gantt.modes) > 1:
        made += [
            (rect("build", 0, 24, "", pattern_of(gantt, m)), f"built as {m}") for m in gantt.modes
        ]
    return made


def _sample(kind: str) -> str:
    if kind in SYMBOLS:
        return symbol(kind, 10, 11)
    if kind == "whisker":
        return '<path class="whisker" d="M0 8v6m0-3h20m0-3v6m-6-10v14"/>'
    return rect(kind, 0, 24, "")
