"""The page on Python, run as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "python.md"


@pytest.mark.slow
def test_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every block of the page in order, in one namespace; frames, charts and a comparison come."""
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(block, names)
    said = capsys.readouterr().out
    assert "finance.cash_floor  50 MUSD -> 500 MUSD" in said
    chosen = names["chosen"]
    assert chosen.table("halls").height > 0  # type: ignore[attr-defined]
    assert "capacity_first" in chosen.charts  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="halls"):
        chosen.table("nothing")  # type: ignore[attr-defined]
