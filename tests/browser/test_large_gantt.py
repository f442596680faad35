"""Two thousand rows: what is drawn stays bounded, what is in sight stays, layout is not forced."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import report
from tests.browser.devtools import Page, browser

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser() is None, reason="needs a Chromium of the system"),
]

ROWS = 2000
FRAMES = 40


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report.page(ROWS), encoding="utf-8")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        Page(Path(profile)) as tab,
    ):
        tab.open(path.as_uri())
        tab.evaluate("document.querySelector('[data-do=all]').click()")
        tab.evaluate("document.querySelector('[data-zoom=month]').click()")
        tab.frames()
        yield tab


def _drawn(page: Page) -> list[int]:
    made: list[int] = page.evaluate(
        "[...document.querySelectorAll('.gdraw .row')].map(g => +g.getAttribute('aria-rowindex'))"
    )
    return made


@pytest.mark.parametrize("share", [0.0, 0.31, 0.77, 1.0])
def test_rows_near_the_window_are_there_and_no_others(page: Page, share: float) -> None:
    """In order, without a gap, all in sight among them, and fewer than three windows full."""
    page.evaluate(
        "(() => { const v = document.querySelector('.gview');"
        f"v.scrollTop = {share} * (v.scrollHeight - v.clientHeight); }})()"
    )
    page.frames()
    found = _drawn(page)
    assert page.evaluate("+document.querySelector('.gview').ariaRowCount") == ROWS
    assert found == list(range(found[0], found[-1] + 1))
    first, seen = page.evaluate(
        "(v => [Math.floor(v.scrollTop / 22), Math.ceil(v.clientHeight / 22)])"
        "(document.querySelector('.gview'))"
    )
    assert found[0] <= first + 1
    assert found[-1] >= min(ROWS, first + seen - 8)
    assert len(found) < 3 * seen


def test_a_small_scroll_makes_few_new_rows(page: Page) -> None:
    """What stays in sight is moved and not made again."""
    added = page.evaluate("""(async () => {
      const v = document.querySelector(".gview"), frame = () => new Promise(requestAnimationFrame);
      v.scrollTop = 8000; await frame(); await frame();
      let added = 0;
      const watch = new MutationObserver((found) => {
        for (const m of found) for (const n of m.addedNodes) added += n.classList?.contains("row");
      });
      watch.observe(document.querySelector(".gdraw"), {childList: true, subtree: true});
      v.scrollTop += 44; await frame(); await frame();
      v.scrollLeft += 90; await frame(); await frame();
      watch.disconnect();
      return added;
    })()""")
    assert 0 < added <= 4


def test_scrolling_lays_out_once_a_frame(page: Page) -> None:
    """Nothing reads a size between two changes, which would lay out twice in a frame."""
    frames, events = page.trace(f"""(async () => {{
      const v = document.querySelector(".gview"), frame = () => new Promise(requestAnimationFrame);
      v.scrollTop = 0; await frame(); await frame();
      for (let i = 0; i < {FRAMES}; i++) {{ v.scrollTop += 220; v.scrollLeft += 6; await frame(); }}
      return {FRAMES};
    }})()""")
    layouts = sum(e["name"] == "Layout" and e["ph"] in "XB" for e in events)
    assert 0 < layouts <= 1.25 * frames + 4
