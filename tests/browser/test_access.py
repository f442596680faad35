"""What a reader with a keyboard, a screen reader or weak eyes needs, checked in the page as drawn.

The rules are our own, so that they run everywhere; axe-core is not ours to track, and runs beside
them where the environment variable AXE_JS names its file.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from planner.report import compose
from planner.report.exporters import html_page, page_table
from tests import results
from tests.browser.devtools import Page, browser

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser() is None, reason="needs a Chromium of the system"),
]

# Each gives the places that break a rule, in a few characters.
RULES = {
    "the language is said": "document.documentElement.lang ? [] : ['html']",
    "an id stands once": """[...document.querySelectorAll('[id]')].map(e => e.id)
        .filter((id, i, all) => all.indexOf(id) !== i)""",
    "one main, one navigation, one heading of the first order": """['main', 'nav', 'h1']
        .filter(t => document.querySelectorAll(t).length !== 1)""",
    "no heading skips an order": """[...document.querySelectorAll('h1,h2,h3,h4')]
        .filter((h, i, all) => i && +h.tagName[1] > +all[i - 1].tagName[1] + 1)
        .map(h => h.textContent)""",
    "every control has a name": """
      [...document.querySelectorAll('a,button,input,summary,[tabindex]')]
        .filter(e => !(e.getAttribute('aria-label') || e.closest('label')?.textContent
          || e.textContent).trim()).map(e => e.outerHTML.slice(0, 80))""",
    "every figure that is drawn has a name": """[...document.querySelectorAll('figure svg')]
        .filter(s => !s.closest('[aria-hidden=true],[role=treegrid]')
          && s.getAttribute('aria-hidden') !== 'true'
          && !s.querySelector('title') && !s.getAttribute('aria-label'))
        .map(s => s.outerHTML.slice(0, 80))""",
    "every column has a heading with a scope": """[...document.querySelectorAll('main table')]
        .filter(t => !t.querySelector('thead th[scope=col]')
          || [...t.querySelectorAll('th')].some(h => !h.scope || !h.textContent.trim()))
        .map(t => t.closest('[id]').id)""",
    "a part that scrolls can be reached": """[...document.querySelectorAll('main *')]
        .filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
          && e.scrollWidth > e.clientWidth && e.tabIndex < 0).map(e => e.className)""",
    "a link within the page leads somewhere": """[...document.querySelectorAll('a[href^="#"]')]
        .filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1))))
        .map(a => a.hash)""",
}
CONTRAST = """
(() => {
  const parse = (c) => (c.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const low = new Set();
  const tags = 'h1,h2,h3,p,a,td,th,span,small,strong,summary,button';
  const says = (e) => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  for (const e of document.querySelectorAll(tags)) {
    if (!e.checkVisibility() || !says(e)) continue;
    const ink = light(parse(getComputedStyle(e).color));
    const [a, b] = [ink, light(ground(e))].sort((p, q) => q - p);
    const found = (a + 0.05) / (b + 0.05);
    if (found < 4.5) low.add(`${e.tagName}.${e.className} ${found.toFixed(2)}`);
  }
  return [...low];
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(html_page.files(compose(results.result(samples=60)))["report.html"])
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        Page(Path(profile)) as tab,
    ):
        tab.open(path.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        yield tab


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds(page: Page, rule: str) -> None:
    """Nothing on the page breaks it; the names of what does are shown."""
    assert page.evaluate(RULES[rule]) == []


@pytest.mark.parametrize("is_dark", [False, True])
def test_text_stands_out_from_its_ground(page: Page, *, is_dark: bool) -> None:
    """Every text has a contrast of at least 4.5 to 1, light and dark."""
    page.dark(is_dark=is_dark)
    page.frames()
    assert page.evaluate(CONTRAST) == []
    page.dark(is_dark=False)


def test_what_has_the_focus_shows_it(page: Page) -> None:
    """What the Tab key reaches gets an outline."""
    page.key("Tab")
    assert page.evaluate("document.activeElement !== document.body")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_paper_gets_the_first_rows_and_a_count_of_the_rest(page: Page) -> None:
    """In print no table shows more rows than set; each that is longer says how many are left."""
    page.call("Emulation.setEmulatedMedia", media="print")
    counts = page.evaluate(
        "[...document.querySelectorAll('.table')].map(t => [t.querySelectorAll('tbody tr').length,"
        "[...t.querySelectorAll('tbody tr')].filter(r => r.checkVisibility()).length,"
        "(t.querySelector('.rest') || {textContent: ''}).textContent])"
    )
    page.call("Emulation.setEmulatedMedia", media="")
    assert any(rest for _, _, rest in counts)
    for rows, shown, rest in counts:
        assert shown == min(rows, page_table.PRINTED)
        assert bool(rest) == (rows > page_table.PRINTED)


@pytest.mark.skipif(not os.environ.get("AXE_JS"), reason="AXE_JS names no axe-core")
def test_axe_finds_nothing(page: Page) -> None:
    """axe-core reports no violation."""
    page.evaluate(Path(os.environ["AXE_JS"]).read_text(encoding="utf-8") + ";1")
    found: list[Any] = json.loads(page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify("
        "r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 120)])))"
    ))  # fmt: skip
    assert found == []
