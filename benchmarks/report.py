"""How fast the Gantt is in a browser: first paint, frames and long tasks while it scrolls.

Usage: ``python -m benchmarks.report [REPORT.html]``; without a page it makes one of 2,000 rows.
Times called CPU are those of the page's main thread alone: what other work on the machine takes
from it shows in the others, not in them. Nothing is asserted: a figure of a busy machine is no
defect.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import Any

from planner.report import compose
from planner.report.document import Bar, Document, Gantt, GanttLink, GanttRow
from planner.report.exporters import html_page
from tests import results
from tests.browser.devtools import Page

ROWS = 2000
MB = 1_000_000
FRAMES = 200
LONG_MS = 50.0
"""From here on a task keeps a reader waiting."""
MAIN = "CrRendererMain"
TASK = "ThreadControllerImpl::RunTask"
PARTS = {"script": ("FunctionCall", "FireAnimationFrame"), "style": ("UpdateLayoutTree",),
         "layout": ("Layout",), "paint": ("PrePaint", "Paint", "Layerize")}  # fmt: skip

WATCH = """
window.tasks = [];
new PerformanceObserver((l) => tasks.push(...l.getEntries().map((e) => e.duration)))
  .observe({entryTypes: ["longtask"]});
"""
UNFOLD = """
(async () => {
  document.querySelector("[data-do=all]").click();
  document.querySelector("[data-zoom=month]").click();
  await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame);
})()
"""
SCROLL = f"""
(async () => {{
  const view = document.querySelector(".gview"), frames = [];
  const frame = () => new Promise(requestAnimationFrame);
  tasks.length = 0;
  let last = performance.now();
  const step = view.scrollHeight / {FRAMES};
  for (let i = 0; i < {FRAMES}; i++) {{
    view.scrollTop += step; view.scrollLeft += 6; await frame();
    const now = performance.now(); frames.push(now - last); last = now;
  }}
  frames.sort((a, b) => a - b);
  await new Promise((r) => setTimeout(r, 200));
  return {{"frame ms, median": frames[{FRAMES // 2}],
           "frame ms, 95 %": frames[{FRAMES * 19 // 20}],
           "tasks over 50 ms": tasks.length, rows: +view.ariaRowCount,
           "rows drawn": document.querySelectorAll(".gdraw .row").length}};
}})()
"""


def big(gantt: Gantt, count: int = ROWS) -> Gantt:
    """Return a Gantt of that many rows: a site of groups, halls and activities, with links."""
    rows, links = [], []
    for n in range(count):
        depth = 0 if n % 500 == 0 else 1 if n % 100 == 1 else 2 if n % 25 == 2 else 3
        above = next((r for r in reversed(rows) if r.depth == depth - 1), None)
        if depth and above is None:
            depth, above = 1, rows[0]
        begin = float(n % 900)
        cells = (begin, begin + 40, begin + 60, float(n % 50), 0.0, float(n % 30 - 5), 0.5)
        bars = (Bar("base", begin, begin + 35, ""), Bar("build", begin, begin + 40, ""),
                Bar("float", begin + 40, begin + 60, ""))  # fmt: skip
        rows.append(GanttRow(f"row/{n}", above.key if above else "", depth, f"Activity {n}", cells,
                             bars, (), fold="open" if depth == 0 else "closed"))  # fmt: skip
        links += [GanttLink(f"row/{n - k}", f"row/{n}", "FS", 0.0, is_driver=k == 1)
                  for k in (1, 2, 7) if n >= k]  # fmt: skip
    return dataclasses.replace(gantt, rows=tuple(rows), links=tuple(links), storms={})


def page(count: int = ROWS) -> str:
    """Return a whole report whose Gantt has that many rows."""
    document = compose(results.result(samples=60))
    sections = tuple(
        dataclasses.replace(
            s, parts=tuple(big(p, count) if isinstance(p, Gantt) else p for p in s.parts)
        )
        for s in document.sections
    )
    return html_page.render(_replace(document, sections))


def _replace(document: Document, sections: Any) -> Document:
    return dataclasses.replace(document, sections=sections)


def measure(file: Path) -> dict[str, float]:
    """Return first paint [ms], frames while scrolling [ms], long tasks, and size [MB]."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        Page(Path(profile)) as tab,
    ):
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        tab.open(file.as_uri())
        paint = tab.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
        )
        loading = tab.evaluate("tasks.reduce((a, b) => a + b, 0)")
        tab.evaluate(UNFOLD)
        found, events = tab.trace(SCROLL)
    return {"first paint ms": paint, "long tasks while loading ms": loading, **found,
            **own_time(events), "MB": file.stat().st_size / MB}  # fmt: skip


def own_time(events: list[dict[str, Any]]) -> dict[str, float]:
    """Return the main thread's own milliseconds: a frame, by part, longest task, long tasks."""
    main = {(e["pid"], e["tid"]) for e in events
            if e["name"] == "thread_name" and e["args"]["name"] == MAIN}  # fmt: skip
    mine = [e for e in events if (e["pid"], e["tid"]) in main and "tdur" in e]
    tasks = [e["tdur"] / 1000 for e in mine if e["name"] == TASK]
    by_name: dict[str, float] = {}
    for e in mine:
        by_name[e["name"]] = by_name.get(e["name"], 0.0) + e["tdur"] / 1000
    # Frames call functions: of nested events the larger counts.
    parts = {name: max(by_name.get(n, 0.0) for n in of) if name == "script"
             else sum(by_name.get(n, 0.0) for n in of) for name, of in PARTS.items()}  # fmt: skip
    return {
        "CPU ms a frame": sum(tasks) / FRAMES,
        **{f"  of it {name}": value / FRAMES for name, value in parts.items()},
        "longest task, CPU ms": max(tasks, default=0.0),
        "tasks over 50 ms of CPU": float(sum(t > LONG_MS for t in tasks)),
    }


def main() -> None:
    """Print the figures of a page."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(folder) / "report.html"
        if len(sys.argv) < 2:
            file.write_text(page(), encoding="utf-8")
        for name, value in measure(file).items():
            print(f"{name:30} {value:10.1f}")


if __name__ == "__main__":
    main()
