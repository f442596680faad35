"""What no name or text of a spec may hold: characters that cannot be seen and change what can.

Control characters end lines, move cursors and are refused by XML and by workbooks; marks that turn
the direction of writing let a name show as another. Whatever else a text holds is shown literally.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_TEXT: Final = 8_000
"""Characters of one text; a cell of a workbook holds four times as many, with what is around it."""
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters by which a spreadsheet takes a cell of a CSV file for a formula; the wide ones
do so in East Asian settings."""
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
"""Controls; a byte order mark; embeddings, overrides and isolates; no characters at all."""
_NAMES: Final = {
    "\x00": "null", "\t": "tab", "\n": "line break", "\r": "carriage return", "\x1b": "escape",
    "\x7f": "delete", "\x85": "next line", "\ufeff": "byte order mark",
}  # fmt: skip
_OTHER: Final = {"Cc": "control character", "Cs": "half a character", "Cn": "no character"}
"""What the standard gives no name, by category."""
_BREAKS: Final = "\t\n\r\x85"


def refusal(text: str, *, has_lines: bool = False) -> tuple[str, str] | None:
    r"""Return why a text is refused and the way out, or None.

    Parameters
    ----------
    has_lines
        Whether it was written as a block of lines, which may break.

    Examples
    --------
    >>> refusal("Slab A"), refusal("<b>=1+1</b> \u05d0\u200f")
    (None, None)
    >>> refusal("Slab\x00 A")
    ('holds U+0000 (null), which cannot be seen', 'remove it')
    """
    if len(text) > LONGEST_TEXT:
        return f"{len(text):,} characters, at most {LONGEST_TEXT:,} wanted", "shorten it"
    found = next((c for c in _UNSEEN.findall(text) if not (has_lines and c == "\n")), None)
    if found is None:
        return None
    name = _NAMES.get(found) or _standard_name(found)
    hint = "write a space; a text of several lines stands after >-" if found in _BREAKS else ""
    return f"holds U+{ord(found):04X} ({name}), which cannot be seen", hint or "remove it"


def visible(text: str) -> str:
    r"""Return a text of another tool as one that is not refused: spaces for what cannot be seen.

    Examples
    --------
    >>> visible("Pour\n and cure")
    'Pour  and cure'
    """
    return _UNSEEN.sub(" ", text[:LONGEST_TEXT])


def _standard_name(character: str) -> str:
    other = _OTHER.get(unicodedata.category(character), "")
    return unicodedata.name(character, other).lower()
