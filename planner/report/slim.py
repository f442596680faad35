"""An SVG as the drawing engine writes it, made small: the same picture and the same spoken values.

What goes is what no reader gets: attributes at their default, frames without paint, and corners on
a straight stretch. What has a value to say gets the role ``img``; text is read as the text it is.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

FONT: Final = ' font-family="sans-serif"'
SIZE: Final = ' font-size="12px"'

_TAG: Final = re.compile(r"<[a-z][^<>]*>")
_DEFAULTS: Final = re.compile(
    r' (?:opacity|stroke-width)="1"| stroke-miterlimit="10"| version="1.1"'
)
_LINK: Final = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
_UNPAINTED: Final = re.compile(
    r'<path class="(?:back|fore)ground" aria-hidden="true" d="[^"]*"'
    r'(?: pointer-events="none")?(?: display="none")?/>'
)
_EMPTY: Final = re.compile(r"<g>(?:</g>)")
_CONTAINER: Final = re.compile(
    r' role="graphics-object" aria-roledescription="[a-z]+ mark container"'
)
_READ: Final = re.compile(r'(<g class="mark-text role-mark[^"]*") aria-hidden="true"')
_SPOKEN: Final = re.compile(
    r'role="graphics-symbol" aria-roledescription="(?!axis"|legend"|title")[^"]*"'
)
_CIRCLE: Final = re.compile(r'<path([^<>]*) d="M([\d.]+),0A\2,\2,0,1,1,-\2,0A\2,\2,0,1,1,\2,0"')
_PATH: Final = re.compile(r' d="(M[-\d.,MLZ]+)"')
_STEP: Final = re.compile(r"([MLZ])([^MLZ]*)")


def slim(svg: str) -> str:
    """Return the picture in fewer bytes."""
    made = _UNPAINTED.sub("", svg).replace(_LINK, "", 1)
    made = _TAG.sub(_tag, made)
    made = _EMPTY.sub("", made)
    if FONT not in made:
        return made
    # The commonest face and size are said once; text of another size says its own.
    head, body = made[: made.index(">")], made[made.index(">") :]
    return f"{head}{FONT}{SIZE}{body.replace(FONT, '').replace(SIZE, '')}"


def _tag(found: re.Match[str]) -> str:
    tag = found.group()
    # The order of the engine's attributes is fixed: label, role, kind, then the shape.
    tag = _READ.sub(r"\1", _DEFAULTS.sub("", tag))
    tag = _SPOKEN.sub('role="img"', _CONTAINER.sub("", tag))
    tag = _CIRCLE.sub(r'<circle\1 r="\2"', tag)
    return _PATH.sub(lambda p: f' d="{straightened(p.group(1))}"', tag)


def straightened(path: str) -> str:
    """Return a path of straight lines without the points that turn no corner along an axis."""
    made: list[str] = []
    line: list[tuple[str, str]] = []
    for kind, rest in _STEP.findall(path):
        if kind == "L":
            x, y = rest.split(",")
            _add(line, (_short(x), _short(y)))
            continue
        made.append(_drawn(line))
        line = []
        if kind == "M":
            x, y = rest.split(",")
            line = [(_short(x), _short(y))]
        else:
            made.append("Z")
    made.append(_drawn(line))
    return "".join(made)


def _add(line: list[tuple[str, str]], point: tuple[str, str]) -> None:
    """Add a point, in place of the last one where the two go on along the same axis."""
    if line and line[-1] == point:
        return
    for axis in (0, 1):
        if (
            len(line) > 1
            and line[-2][axis] == line[-1][axis] == point[axis]
            and _onward(line[-2][1 - axis], line[-1][1 - axis], point[1 - axis])
        ):
            line[-1] = point
            return
    line.append(point)


def _onward(a: str, b: str, c: str) -> bool:
    """Return whether b lies between a and c, so that leaving it out changes nothing."""
    return (float(b) - float(a)) * (float(c) - float(b)) >= 0


def _drawn(line: list[tuple[str, str]]) -> str:
    if not line:
        return ""
    made = [f"M{line[0][0]},{line[0][1]}"]
    for before, (x, y) in pairwise(line):
        if y == before[1]:
            made.append(f"H{x}")
        elif x == before[0]:
            made.append(f"V{y}")
        else:
            made.append(f"L{x},{y}")
    return "".join(made)


def _short(number: str) -> str:
    """Return a coordinate to a tenth of a pixel, without zeros that say nothing."""
    if "." not in number:
        return number
    made = f"{float(number):.1f}".removesuffix(".0")
    return "0" if made == "-0" else made
