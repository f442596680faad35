"""Figures by keyboard: arrows reach every value that the pointer finds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from planner.report import compose
from planner.report.exporters import html_page
from tests import results
from tests.browser.devtools import Page, browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser() is None, reason="needs a Chromium of the system"),
]


def test_arrow_keys_read_the_marks_of_a_figure(tmp_path: Path) -> None:
    """Focus, Home, right and End show values; Escape hides them; nothing automatic is read."""
    path = tmp_path / "report.html"
    path.write_text(html_page.render(compose(results.result(samples=60))), encoding="utf-8")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        Page(Path(profile)) as page,
    ):
        page.open(path.as_uri())
        says = "document.getElementById('say')"
        page.evaluate("document.querySelector('#f-key_date > svg').focus()")
        page.key("Home")
        first = page.evaluate(f"{says}.textContent")
        assert "of 60 futures" in first
        page.key("ArrowRight")
        assert page.evaluate(f"{says}.textContent") != first
        page.key("ArrowLeft")
        assert page.evaluate(f"{says}.textContent") == first
        page.key("End")
        assert not page.evaluate(f"{says}.hidden")
        page.key("Escape")
        assert page.evaluate(f"{says}.hidden")
        assert page.errors == []
        assert len(page.requests) == 1


def test_teams_may_be_shown_on_one_scale(tmp_path: Path) -> None:
    """The button shows the other drawing and says so; one of the two shows, never both."""
    path = tmp_path / "report.html"
    path.write_text(html_page.render(compose(results.result(samples=60))), encoding="utf-8")
    shown = (
        "[...document.querySelectorAll('#f-per_researcher > svg')]"
        ".map(s => s.getClientRects().length > 0)"
    )
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        Page(Path(profile)) as page,
    ):
        page.open(path.as_uri())
        button = "document.querySelector('#f-per_researcher button')"
        assert page.evaluate(f"{button}.textContent") == "All on one scale"
        assert page.evaluate(shown) == [True, False]
        page.evaluate(f"{button}.click()")
        assert page.evaluate(shown) == [False, True]
        assert page.evaluate(f"{button}.ariaPressed") == "true"
        top = "[...document.querySelectorAll('#f-per_researcher > svg:not([hidden]) .role-axis')]"
        labels = page.evaluate(f"{top}.map(a => a.textContent)")
        values = {text for text in labels if not text.startswith("20")}
        assert len({v for v in values if v}) == 1
