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
