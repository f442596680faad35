"""How fast the Gantt is in a browser: first paint, frames and long tasks while it scrolls.

Usage: ``python -m benchmarks.report [REPORT.html]``; without a page it makes one of 2,000 rows.
Nothing is asserted: a figure of a busy machine is no defect.
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

WATCH = """
window.tasks = [];
new PerformanceObserver((l) => tasks.push(...l.getEntries().map((e) => e.duration)))
  .observe({entryTypes: ["longtask"]});
"""
SCROLL = """
(async () => {
  const view = document.querySelector(".gview"), frames = [];
  document.querySelector("[data-do=all]").click();
  document.querySelector("[data-zoom=month]").click();
  const frame = () => new Promise(requestAnimationFrame);
  await frame(); await frame();
  tasks.length = 0;
  let last = performance.now();
  const step = view.scrollHeight / 200;
  for (let i = 0; i < 200; i++) {
    view.scrollTop += step; view.scrollLeft += 6; await frame();
    const now = performance.now(); frames.push(now - last); last = now;
  }
  frames.sort((a, b) => a - b);
  await new Promise((r) => setTimeout(r, 200));
  return {median: frames[100], p95: frames[190], worst: frames[199],
          long: tasks.length, rows: +view.ariaRowCount,
          drawn: document.querySelectorAll(".gdraw .row").length};
})()
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
        found: dict[str, float] = tab.evaluate(SCROLL)
    return {"first paint ms": paint, "long tasks while loading ms": loading, **found,
            "MB": file.stat().st_size / MB}  # fmt: skip


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
