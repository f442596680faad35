"""The Gantt in a headless browser: folding, zoom, keys, links, hover, print; no request leaves."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from planner.report import compose
from planner.report.document import Document, Gantt, GanttLink
from planner.report.exporters import html_page
from tests import results
from tests.browser.devtools import Page, browser

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser() is None, reason="needs a Chromium of the system"),
]

HOSTILE = "<img src=x onerror=window.bad=1>\\\"'&=cmd æ漢字ع".ljust(200, "x")
FIRST, LAST = "south/halls/02/T01", "south/halls/02/T02"


def _with_links(document: Document) -> Document:
    """Return the document with a link of each kind between two rows: the synthetic run has none."""
    kinds = (("FS", 0.0, True), ("SS", 9.0, False), ("FF", 3.5, False), ("SF", 0.0, False))
    links = tuple(GanttLink(FIRST, LAST, k, lag, is_driver=d) for k, lag, d in kinds)
    sections = tuple(
        dataclasses.replace(s, parts=tuple(
            dataclasses.replace(p, links=links) if isinstance(p, Gantt) else p for p in s.parts))
        for s in document.sections
    )  # fmt: skip
    return dataclasses.replace(document, sections=sections)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    document = _with_links(compose(results.result(team=HOSTILE, tent=HOSTILE, samples=60)))
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html_page.render(document), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        Page(Path(profile)) as page,
    ):
        yield page


@pytest.fixture
def page(tab: Page, url: str) -> Page:
    tab.errors.clear()
    tab.open(url)
    tab.evaluate("document.getElementById('gantt').scrollIntoView()")
    tab.frames()
    return tab


def _names(page: Page) -> list[str]:
    script = (
        "[...document.querySelectorAll('.gdraw [role=rowheader] text')].map(t => t.firstChild.data)"
    )
    made: list[str] = page.evaluate(script)
    return made


def _chosen(page: Page) -> str:
    script = "document.querySelector('.gdraw [aria-selected=true] [role=rowheader] text')"
    made: str = page.evaluate(f"{script}.firstChild.data")
    return made


def _centre(page: Page, selector: str) -> tuple[float, float]:
    box = page.evaluate(
        f"(() => {{const b = document.querySelector({selector!r}).getBoundingClientRect();"
        "return [b.x + b.width / 2, b.y + b.height / 2]})()"
    )
    return box[0], box[1]


def _keys(page: Page, *keys: str) -> None:
    page.evaluate("document.querySelector('.gview').focus({preventScroll: true})")
    for key in keys:
        page.key(key)


def _all_to_the_end(page: Page) -> None:
    """Unfold every row and scroll to the last."""
    page.evaluate("document.querySelector('[data-do=all]').click()")
    page.frames()
    page.evaluate("document.querySelector('.gview').scrollTop = 1e6")
    page.frames()


def test_the_page_asks_for_nothing_and_reports_nothing(page: Page, url: str) -> None:
    """One request, the file itself; no error on the console; hostile names run nothing."""
    _keys(page, "Home", "ArrowDown", "Enter", "+", "-")
    assert page.requests == [url]
    assert page.errors == []
    assert page.evaluate("window.bad === undefined")
    assert page.evaluate("document.querySelectorAll('img').length") == 0


def test_hostile_names_are_shown_literally(page: Page) -> None:
    """The row says what the file said, every character of it."""
    page.evaluate("document.querySelector('[data-do=all]').click()")
    page.frames()
    script = "[...document.querySelectorAll('.gdraw title')].map(t => t.textContent).join('\\n')"
    assert HOSTILE in page.evaluate(script)


def test_it_opens_at_groups_with_the_driving_path_alone(page: Page) -> None:
    """Sites and groups show, of halls only those on the path, at most 40 rows."""
    names = _names(page)
    assert "North campus" in names
    assert "tents (4 halls)" in names
    assert not any(n.startswith("01 ") for n in names)
    assert any(n.startswith("02 concrete") for n in names)
    assert len(names) <= 40


def test_a_click_on_the_sign_folds_and_opens(page: Page) -> None:
    """Folding a site takes its rows away, a second click brings them back as they were."""
    before = _names(page)
    page.click(*_centre(page, ".gdraw .fold"))
    folded = _names(page)
    assert len(folded) < len(before)
    page.click(*_centre(page, ".gdraw .fold"))
    assert _names(page) == before


def test_keys_move_fold_and_zoom(page: Page) -> None:
    """Home and End go to the ends, arrows move and fold, Enter folds, + and - zoom."""
    _keys(page, "Home")
    assert _chosen(page) == "Dates"
    _keys(page, "Enter")
    assert page.evaluate(
        "document.querySelector('.gdraw [aria-selected=true]').getAttribute('aria-expanded')"
    ) == "false"  # fmt: skip
    _keys(page, "ArrowRight", "ArrowRight")
    assert _chosen(page) != "Dates"
    _keys(page, "ArrowLeft")
    assert _chosen(page) == "Dates"
    _keys(page, "End")
    assert _chosen(page) == _names(page)[-1]
    wide = page.evaluate("document.querySelector('.groom').offsetWidth")
    _keys(page, "+")
    assert page.evaluate("document.querySelector('.groom').offsetWidth") > wide * 1.2
    _keys(page, "-", "-")
    assert page.evaluate("document.querySelector('[data-zoom=fit]').ariaPressed") == "true"


@pytest.mark.parametrize(
    ("zoom", "label"), [("day", "2025-04"), ("week", "05-"), ("month", "05"), ("quarter", "Q3")]
)
def test_each_zoom_has_ticks_of_its_own(page: Page, zoom: str, label: str) -> None:
    """Days, weeks, months and quarters label the axis; the button says which is on."""
    page.evaluate(f"document.querySelector('[data-zoom={zoom}]').click()")
    page.frames()
    page.evaluate("document.querySelector('.gview').scrollLeft = 0")
    page.frames()
    ticks = page.evaluate(
        "[...document.querySelectorAll('.gdraw [data-is=axis] text.dim')].map(t => t.textContent)"
    )
    assert any(t.startswith(label) for t in ticks), ticks
    assert page.evaluate(f"document.querySelector('[data-zoom={zoom}]').ariaPressed") == "true"


def test_the_wheel_zooms_only_with_a_modifier(page: Page) -> None:
    """Without Ctrl it scrolls; with it the scale changes."""
    x, y = _centre(page, ".gview")
    page.evaluate("document.querySelector('[data-zoom=month]').click()")
    page.frames()
    before = page.evaluate("document.querySelector('.groom').offsetWidth")
    page.wheel(x, y, -120)
    assert page.evaluate("document.querySelector('.groom').offsetWidth") == before
    page.wheel(x, y, -120, ctrl=True)
    assert page.evaluate("document.querySelector('.groom').offsetWidth") > before


def test_links_are_drawn_for_the_row_chosen_alone(page: Page) -> None:
    """None at first; FS, SS, FF and SF with lags once a row is chosen, and what drives it."""
    assert page.evaluate("document.querySelectorAll('.gdraw .link').length") == 0
    page.evaluate(f"location.hash = '#gantt?s={LAST}'")
    page.evaluate("new Promise((r) => setTimeout(r, 100))")
    kinds = page.evaluate("[...document.querySelectorAll('.gdraw .link')].map(l => l.dataset.kind)")
    assert sorted(kinds) == ["FF", "FS", "SF", "SS"]
    assert page.evaluate("document.querySelectorAll('.gdraw .link.drives').length") == 1
    said = page.evaluate("document.querySelector('.gtold').textContent")
    assert "Driven by the finish of Civil works (FS)" in said
    assert "SS+9 d" in page.evaluate("document.querySelector('.gdraw').textContent")


def test_all_links_are_drawn_on_demand_and_a_folded_row_stands_for_what_it_holds(
    page: Page,
) -> None:
    """The toggle draws them unnamed; within one folded row there is nothing to draw."""
    _all_to_the_end(page)
    page.evaluate("document.querySelector('[data-do=links]').click()")
    page.frames()
    assert page.evaluate("document.querySelectorAll('.gdraw .link').length") == 4
    assert page.evaluate("document.querySelectorAll('.gdraw text.kind').length") == 0
    assert page.evaluate("document.querySelector('[data-do=links]').ariaPressed") == "true"
    page.evaluate("document.querySelector('[data-do=groups]').click()")
    page.frames()
    assert page.evaluate("document.querySelectorAll('.gdraw .link').length") == 0


def test_a_threshold_of_float_hatches_more_than_the_driving_path(page: Page) -> None:
    """Every activity in sight with no more float than asked for is hatched; none above it."""
    _all_to_the_end(page)
    page.evaluate(
        "(() => { const b = document.querySelector('.gslack'); b.value = 40;"
        "b.dispatchEvent(new Event('input')); })()"
    )
    page.frames()
    found = page.evaluate("""[...document.querySelectorAll('.gdraw .row[aria-level="4"]')]
      .filter(g => /TF d/.test(g.querySelector('.bars').ariaLabel))
      .map(g => [+/TF d (\\d+)/.exec(g.querySelector('.bars').ariaLabel)[1],
                 g.querySelectorAll('.driving').length])""")
    assert any(days <= 40 for days, _ in found)
    assert any(days > 40 for days, _ in found)
    assert all(hatched > 0 for days, hatched in found if days <= 40)
    page.evaluate("new Promise((r) => setTimeout(r, 300))")
    assert "c=40" in page.evaluate("location.href")


def test_build_modes_have_patterns_of_their_own(page: Page) -> None:
    """The second mode's bars bear a pattern that the legend names; the first's bear none."""
    _all_to_the_end(page)
    bars = "[...document.querySelectorAll('.gdraw .row')].filter(g => g.querySelector('.build')"
    count = f"{bars} && g.textContent.includes('%s')).map(g => "
    count += "[...g.querySelectorAll('rect[fill]')].length)"
    assert any(n > 0 for n in page.evaluate(count % "02 concrete"))
    legend = page.evaluate("document.querySelector('.glegend').textContent")
    assert "built as concrete" in legend


def test_what_is_filled_is_there_to_fill_with(page: Page) -> None:
    """Each pattern that a bar or the legend names is defined, once, where it is drawn."""
    named = page.evaluate(
        "[...new Set([...document.querySelectorAll('.gantt [fill^=url]')]"
        ".map(e => e.getAttribute('fill').slice(5, -1)))]"
    )
    assert named
    for name in [*named, "g-hatch"]:
        assert page.evaluate(f"document.querySelectorAll('#{name}').length") == 1
    assert page.evaluate("getComputedStyle(document.querySelector('.gdefs')).display") != "none"


def test_a_bar_says_its_row_when_it_is_pointed_at(page: Page) -> None:
    """Numbers, driver and float, made when they are asked for."""
    page.evaluate("document.querySelector('[data-do=all]').click()")
    page.frames()
    assert page.evaluate("document.querySelectorAll('.gdraw .bars > title').length") == 0
    page.move(*_centre(page, ".gdraw .build"))
    said = page.evaluate("document.querySelector('.gdraw .bars > title').textContent")
    assert "P50 20" in said


def test_the_fragment_brings_back_where_one_was(page: Page, url: str) -> None:
    """Zoom, folds and choice survive a reload of the address."""
    page.evaluate("document.querySelector('[data-zoom=month]').click()")
    _keys(page, "Home", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    page.evaluate("new Promise((r) => setTimeout(r, 400))")
    names, chosen = _names(page), _chosen(page)
    address = page.evaluate("location.href")
    assert "#gantt?" in address
    assert "z=1.6" in address
    page.open(address)
    assert (_names(page), _chosen(page)) == (names, chosen)


def test_hover_marks_the_row_and_a_mark_says_its_dates(page: Page) -> None:
    """The row under the pointer is tinted; a milestone's title gives its percentiles."""
    page.move(*_centre(page, ".gdraw .point"))
    tint = "getComputedStyle(document.querySelector('.gdraw .row:hover .back')).fillOpacity"
    assert float(page.evaluate(tint)) > 0
    said = page.evaluate("document.querySelector('.gdraw .point title').textContent")
    assert "P10" in said
    assert "P90" in said


def test_options_not_taken_are_hidden_until_asked_for(page: Page) -> None:
    """The toggle brings them, greyed, and says that they were not taken."""
    assert page.evaluate("document.querySelectorAll('.gdraw .off').length") == 0
    page.evaluate("document.querySelector('[data-do=options]').click()")
    page.frames()
    assert page.evaluate("document.querySelectorAll('.gdraw .off').length") > 0
    assert any(n.startswith("Not taken") for n in _names(page))


def test_each_row_holds_its_own_bars(page: Page) -> None:
    """Every bar lies within the 22 pixels of the row that names it."""
    script = """[...document.querySelectorAll('.gdraw .row')].every((g) =>
      [...g.querySelectorAll('rect:not(.back):not(.storm)')].every((r) => {
        const y = r.y.baseVal.value; return y >= 0 && y + r.height.baseVal.value <= 22; }))"""
    assert page.evaluate(script)


def test_paper_gets_every_row_with_a_head_that_repeats(page: Page) -> None:
    """Before printing a table stands in: legend and axis in its head, a row each in its body."""
    shown = len(_names(page))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.querySelectorAll('.gpaper tbody tr').length") == shown + 1
    head = page.evaluate("document.querySelector('.gpaper thead').textContent")
    assert "data date 2025-08-01" in head
    assert "driving path" in head
    widths = page.evaluate(
        "new Set([...document.querySelectorAll('.gpaper td > svg')]"
        ".map(s => s.viewBox.baseVal.width)).size"
    )
    assert widths == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelector('.gpaper').childElementCount") == 0


def test_without_script_the_drawing_is_complete(page: Page, url: str) -> None:
    """With script off the static drawing shows, the script's window does not."""
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.navigate("about:blank")
        page.navigate(url)
        document = page.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        still = page.call("DOM.querySelector", nodeId=document, selector=".gstill svg")["nodeId"]
        live = page.call("DOM.querySelector", nodeId=document, selector=".gview")["nodeId"]
        assert page.call("DOM.getBoxModel", nodeId=still)["model"]["height"] > 300
        with pytest.raises(RuntimeError):
            page.call("DOM.getBoxModel", nodeId=live)
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
