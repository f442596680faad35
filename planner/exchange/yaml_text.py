"""Texts as YAML holds them: bare where a person would leave them so, in quotes where needed."""

from __future__ import annotations

import json
import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ ()/.-]*[A-Za-z0-9)]|[A-Za-z]")
_UNPRINTABLE: Final = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML takes for a line break or refuses, even in quotes."""
WORDS: Final = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
"""Words that YAML gives another meaning."""


def yaml_text(value: str) -> str:
    r"""Return a text as it reads in YAML, also inside brackets.

    Examples
    --------
    >>> print(yaml_text("Grid service"), yaml_text("on"), yaml_text("a, b\x7f"))
    Grid service "on" "a, b\u007f"
    """
    if _PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
