"""The Gantt on the page: tools, window, data and, for want of script, the static drawing."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from planner.report import gantt_svg
from planner.report.gantt import ink
from planner.report.gantt.data import embedded

if TYPE_CHECKING:
    from planner.report.document import Gantt

ZOOMS: Final = ("day", "week", "month", "quarter", "fit")
FOLDS: Final = (("groups", "Groups"), ("path", "Driving path"), ("all", "All rows"),
                ("options", "Options not taken"), ("links", "All links"))  # fmt: skip
TOGGLES: Final = ("options", "links")
PRESSED: Final = ' aria-pressed="false"'
SLACK: Final = (
    '<label title="Hatches what has no more total float than this, beside the driving path">'
    'Critical: float ≤ <input class="gslack" type="number" min="0" step="1" placeholder="–"> d'
    "</label>"
)
KEYS: Final = (
    "Keys: arrows move and fold, Enter folds, Home and End, + and − zoom, 0 fits, Escape clears. "
    "Wheel with Ctrl or Alt zooms."
)


def figure(gantt: Gantt) -> str:
    """Return the inside of the figure."""
    zooms = "".join(
        f'<button type="button" data-zoom="{z}" aria-pressed="false">{z.capitalize()}</button>'
        for z in ZOOMS
    )
    folds = "".join(
        f'<button type="button" data-do="{key}"{PRESSED if key in TOGGLES else ""}>{title}</button>'
        for key, title in FOLDS
    )
    label = escape(gantt.title, quote=True)
    return (
        f'<div class="gantt" id="{escape(gantt.name, quote=True)}">'
        # Not hidden: what is not drawn fills nothing.
        f'<svg class="gdefs" width="0" height="0" aria-hidden="true">{ink.patterns()}</svg>'
        '<div class="glive">'
        f'<div class="gtools" role="group" aria-label="Gantt: zoom and fold"><span>Zoom</span>'
        f"{zooms}"
        '<button type="button" data-do="in" aria-label="Zoom in">+</button>'
        '<button type="button" data-do="out" aria-label="Zoom out">−</button>'
        f"<span>Show</span>{folds}{SLACK}"
        '<details><summary>Columns</summary><div class="gcols"></div></details></div>'
        f'<div class="gview" role="treegrid" tabindex="0" aria-label="{label}. {KEYS}">'
        '<div class="groom" aria-hidden="true"></div>'
        '<svg class="g gdraw" role="rowgroup"></svg></div>'
        f'<p class="gtold" role="status"></p><p class="glegend">{legend(gantt)}</p>'
        f'<p class="note">{KEYS}</p></div><div class="gpaper"></div>'
        f'<div class="wide gstill">{gantt_svg.draw(gantt, is_alone=False)}</div>'
        f'<script type="application/json">{embedded(gantt)}</script></div>'
    )


def legend(gantt: Gantt) -> str:
    """Return what each bar and mark is, drawn and named."""
    made = "".join(
        f'<span><svg class="g" viewBox="0 0 26 24" aria-hidden="true">'
        f"{drawn}</svg>{escape(said)}</span>"
        for drawn, said in ink.samples(gantt)
    )
    before = f"<span>run before: {escape(gantt.earlier)}</span>" if gantt.earlier else ""
    link = "<span>line: a link of the row chosen, solid where it drives</span>"
    return f"{made}<span>baseline: {escape(gantt.baseline)}</span>{before}{link}"


def style() -> str:
    """Return the style of the figure."""
    return _asset("gantt.css")


def script() -> str:
    """Return the script of the figure."""
    return _asset("gantt.js")


def _asset(name: str) -> str:
    return files("planner.report.gantt").joinpath(name).read_text(encoding="utf-8")
