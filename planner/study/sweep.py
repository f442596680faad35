"""Sweeps: a portfolio planned over values of a parameter, each point kept as soon as it is known.

A point asks only for the plan and the medians of its measures. Where the leading build mode changes
between neighbours of a sweep of one parameter, the value is narrowed by bisection.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.amount import OBSERVED, Amount, Form
from planner.domain.sweep import Axis, Point, Sweep, Switch
from planner.errors import Finding, SpecError, Where
from planner.study.differ import values
from planner.study.points import Planner, by_processes
from planner.units import UnitProblem, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress
    from planner.study.ask import Ask

MOST_POINTS: Final = 400
BISECTIONS: Final = 3
"""Plans made to narrow a switch point: to an eighth of the step."""
WHERE: Final = "sweep"


def axis_of(text: str, portfolio: Portfolio) -> Axis:
    """Return the axis of a text such as ``finance.opening_cash=500..2000 MUSD:7``.

    A range in per cent with a sign, ``-20 %..+50 %:8``, changes what the specs say, all points of
    an uncertain amount alike.

    Raises
    ------
    SpecError
        If it is no such text, or nothing stands at the path.
    """
    path, _, span = text.partition("=")
    ends, _, number = span.rpartition(":")
    low, dots, high = ends.partition("..")
    if not dots or not number.strip().isdecimal() or not path:
        raise _bad(text, f'not of the form path=from..to:n: "{text}"',
                   'write e.g. "finance.opening_cash=500 MUSD..2000 MUSD:7"')  # fmt: skip
    count = int(number)
    if not 2 <= count <= MOST_POINTS:
        raise _bad(path, f"{count} values; 2 to {MOST_POINTS} wanted")
    base = values(portfolio).get(path.strip())
    if base is None:
        raise _bad(path, f'nothing stands at "{path}"', "plan sources lists the paths of numbers")
    is_change = low.strip().endswith("%") and high.strip()[:1] in "+-" and low.strip()[:1] in "+-"
    made = (_change if is_change else _absolute)(path.strip(), low, high, count, base)
    if len(set(made.texts)) < count:
        raise _bad(path, f'{count} values from "{low}" to "{high}" are not all different')
    return made


def _change(path: str, low: str, high: str, count: int, base: object) -> Axis:
    if not isinstance(base, Amount):
        raise _bad(path, f'"{base}" is no quantity that a per cent could change')
    try:
        ends = [float(part.strip().removesuffix("%")) for part in (low, high)]
    except ValueError:
        raise _bad(path, f'per cents wanted, got "{low}..{high}"') from None
    if not np.isfinite(ends).all():
        raise _bad(path, f'finite per cents wanted, got "{low}..{high}"')
    numbers = np.linspace(ends[0], ends[1], count)
    return Axis(path, tuple(numbers.tolist()),
                tuple(changed(base, 1 + n / 100) for n in numbers.tolist()), "%")  # fmt: skip


def changed(base: Amount, factor: float) -> str:
    """Return an amount times a factor, as the text that sets it."""
    unit = "" if base.unit == "dimensionless" else f" {base.unit}"
    made = base.scaled(factor)
    if made.form is Form.FIXED:
        return f"{made.b:.10g}{unit}"
    if made.form is Form.EMPIRICAL:
        return f"{{{OBSERVED}: [{', '.join(f'{p:.10g}{unit}' for p in made.points)}]}}"
    parts = zip(made.keys, (made.a, made.b, made.c), strict=True)
    return "{" + ", ".join(f"{key}: {value:.10g}{unit}" for key, value in parts) + "}"


def _absolute(path: str, low: str, high: str, count: int, base: object) -> Axis:
    if isinstance(base, bool) or not isinstance(base, int | float | Amount):
        raise _bad(path, f'"{base}" is no number or quantity')
    if not isinstance(base, Amount):
        try:
            ends = (float(low), float(high))
        except ValueError:
            raise _bad(path, f'numbers wanted, got "{low}..{high}"') from None
        numbers = np.linspace(*ends, count)
        whole = isinstance(base, int)
        texts = tuple(f"{round(n)}" if whole else f"{n:.10g}" for n in numbers.tolist())
        return Axis(path, tuple(float(t) for t in texts), texts, "")
    unit = base.unit
    try:
        last = parse(high.strip(), unit)
        first = parse(low.strip() if _has_unit(low) else f"{low.strip()} {_unit(high)}", unit)
    except UnitProblem as problem:
        raise _bad(path, problem.message, problem.hint) from None
    numbers = np.linspace(first, last, count)
    suffix = "" if unit == "dimensionless" else f" {unit}"
    texts = tuple(f"{n:.10g}{suffix}" for n in numbers.tolist())
    return Axis(path, tuple(numbers.tolist()), texts, unit)


def _has_unit(text: str) -> bool:
    return any(c.isalpha() or c == "%" for c in text)


def _unit(text: str) -> str:
    return text.strip().lstrip("+-0123456789.eE_ ")


def _bad(path: str, message: str, hint: str = "") -> SpecError:
    return SpecError((Finding(Where(WHERE, path=path), "sweep", message, hint),))


def sweep(
    axes: Sequence[Axis],
    load: Callable[[tuple[str, ...]], Portfolio],
    ask: Callable[[Portfolio], Ask],
    progress: Progress,
    *,
    known: Callable[[str], Point | None] = lambda _key: None,
    keep: Callable[[str, Point], None] = lambda _key, _point: None,
    processes: int = 1,
) -> Sweep:
    """Return the sweep of one or two axes, points that are known not planned again.

    Parameters
    ----------
    load
        From settings to a checked portfolio.
    ask
        From a portfolio to how it is planned.
    known, keep
        Reads and writes points by key; a point is kept as soon as it is made.
    processes
        That plan the points of the grid; `load` and `ask` are sent to them where there are several.
        No result depends on it.

    Raises
    ------
    KeyboardInterrupt
        At an interrupt; what was finished before it is kept.
    """
    name = ""
    made: dict[tuple[float, ...], Point] = {}
    planner = Planner(tuple(a.path for a in axes), load, ask)

    def planned(at: tuple[float, ...], texts: tuple[str, ...]) -> Point:
        nonlocal name
        job = planner.job(at, texts)
        name = job.portfolio.spec.portfolio
        point = known(job.key)
        if point is None:
            point = planner.planned(job, progress)
            keep(job.key, point)
        made[at] = point
        return point

    cells = list(itertools.product(*(zip(a.numbers, a.texts, strict=True) for a in axes)))
    grid = [(tuple(n for n, _ in cell), tuple(t for _, t in cell)) for cell in cells]
    if processes > 1:
        fresh = _planned_ahead(planner, grid, processes, known, keep, progress)
        found, known = known, lambda key: fresh.get(key) or found(key)
    for number, (at, texts) in enumerate(grid):
        progress(f"point {number + 1} of {len(grid)}", number / len(grid))
        planned(at, texts)
    switches: tuple[Switch, ...] = ()
    if len(axes) == 1:
        switches = tuple(_switches(axes[0], made, planned))
    points = tuple(made[at] for at in sorted(made))
    return Sweep(name, tuple(axes), points, switches)


def _planned_ahead(
    planner: Planner,
    grid: Sequence[tuple[tuple[float, ...], tuple[str, ...]]],
    processes: int,
    known: Callable[[str], Point | None],
    keep: Callable[[str, Point], None],
    progress: Progress,
) -> dict[str, Point]:
    """Return the points of a grid by key, those that are not known planned by several processes."""
    made: dict[str, Point] = {}
    wanted = []
    for cell in grid:
        key = planner.job(*cell).key
        if (point := known(key)) is None:
            wanted.append(cell)
        else:
            made[key] = point
    done = len(made)
    for key, point in by_processes(planner, wanted, processes):
        keep(key, point)
        made[key] = point
        progress(f"points by {processes} processes", (len(made) - done) / len(wanted))
    return made


def _switches(
    axis: Axis,
    made: dict[tuple[float, ...], Point],
    planned: Callable[[tuple[float, ...], tuple[str, ...]], Point],
) -> list[Switch]:
    """Return where the leading build mode changes, each narrowed by bisection."""
    texts = dict(zip(axis.numbers, axis.texts, strict=True))
    found = []
    for low, high in itertools.pairwise(sorted(axis.numbers)):
        first, last = made[low,], made[high,]
        if not first.leading or not last.leading or first.leading == last.leading:
            continue
        below, above = low, high
        for _ in range(BISECTIONS):
            middle = (below + above) / 2
            text = _between(texts, axis, middle)
            if text is None:
                break
            point = planned((middle,), (text,))
            if point.leading == first.leading:
                below = middle
            else:
                above = middle
        found.append(Switch(axis.path, below, above, first.leading, last.leading))
    return found


def _between(texts: dict[float, str], axis: Axis, number: float) -> str | None:
    """Return the text that sets a value between two of the axis; None where only whole ones go."""
    sample = next(iter(texts.values()))
    if axis.unit == "%":
        return _interpolated(texts, number)
    if not axis.unit:
        is_whole = all(text.lstrip("-").isdecimal() for text in texts.values())
        return None if is_whole else f"{number:.10g}"
    return f"{number:.10g} {axis.unit}" if " " in sample else f"{number:.10g}"


def _interpolated(texts: dict[float, str], number: float) -> str:
    """Return the text of a change by per cent: every number in it in proportion."""
    at, text = next(iter(texts.items()))
    factor = (1 + number / 100) / (1 + at / 100)
    words = text.replace("{", "{ ").replace("}", " }").replace("[", "[ ").replace("]", " ]")
    made = []
    for word in words.split(" "):
        try:
            made.append(f"{float(word) * factor:.10g}")
        except ValueError:
            made.append(word)
    return " ".join(made)
