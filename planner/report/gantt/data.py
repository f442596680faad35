"""The Gantt as JSON for the page's script: names once, rows as short arrays.

Whatever the file of a user says is data there: the characters that could end the element, or a
line of script, are written as escapes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from planner.report.document import Bar, Gantt, GanttRow, Mark

BARS: Final = ("base", "earlier", "build", "tail", "summary", "float", "driving", "rejected")
MARKS: Final = ("rfs", "power", "racks", "point", "target")
FOLDS: Final = ("closed", "open", "path")
ESCAPED: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028",
                  "\u2029": "\\u2029"}  # fmt: skip


def embedded(gantt: Gantt) -> str:
    """Return the JSON of a Gantt, safe inside a script element."""
    text = json.dumps(as_data(gantt), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for bad, good in ESCAPED.items():
        text = text.replace(bad, good)
    return text


def as_data(gantt: Gantt) -> dict[str, Any]:
    """Return what the script draws from.

    `rows` holds a row each: the row above (-1 for none), name and key as indices into `texts` (of
    the key what follows the key above), fold, flags (1 driving path, 2 rejected), numbers of the
    columns, bars as a flat list of kind, start, end, marks as one of kind, day, P10, P80, P90,
    label, then crews, driver and build mode as indices, -1 for none, and the share reported done
    where one was. `links` is a flat list of
    predecessor, successor, sort, and whether it drives; `sorts` are kinds with lags.
    """
    texts, sorts, crews = _Index(), _Index(), _Index()
    at = {r.key: i for i, r in enumerate(gantt.rows)}
    modes = {mode: i for i, mode in enumerate(gantt.modes)}
    rows = [
        [*_row(r, at, texts, crews), modes.get(r.mode, -1), *([] if r.done is None else [r.done])]
        for r in gantt.rows
    ]
    links: list[int] = []
    for x in gantt.links:
        lag = round(x.lag_day, 1)
        sort = sorts((x.kind, int(lag) if lag == int(lag) else lag))
        links += [at[x.predecessor], at[x.successor], sort, int(x.is_driver)]
    return {
        "name": gantt.name,
        "start": gantt.start.isoformat(),
        "days": (gantt.end - gantt.start).days,
        "now": (gantt.data_date - gantt.start).days,
        "columns": [[c.title, c.kind, c.says, int(c.is_first_to_go)] for c in gantt.columns],
        "bars": BARS, "marks": MARKS,
        "modes": gantt.modes,
        "limits": {at[k]: v for k, v in gantt.limits.items() if k in at},
        "texts": texts.items, "rows": rows,
        "links": links, "sorts": sorts.items, "crews": crews.items,
        "storms": {at[k]: [_n(d) for span in v for d in span]
                   for k, v in gantt.storms.items() if k in at},
        "strip": [[s.name, [_n(d) for d in s.day], [round(v, 1) for v in s.value]]
                  for s in gantt.strip],
    }  # fmt: skip


class _Index:
    """Numbers values in the order they come, each once."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.at: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        if value not in self.at:
            self.at[value] = len(self.items)
            self.items.append(value)
        return self.at[value]


def _row(row: GanttRow, at: dict[str, int], texts: _Index, crews: _Index) -> list[Any]:
    above = at.get(row.parent, -1)
    beginning = f"{row.parent}/"
    is_below = above >= 0 and row.key.startswith(beginning)
    key = row.key.removeprefix(beginning) if is_below else f"/{row.key}"
    return [
        above, texts(row.name), texts(key), FOLDS.index(row.fold),
        int(row.is_path) + 2 * int(row.is_rejected),
        [None if v is None else _n(v) for v in row.cells],
        [v for b in sorted(row.bars, key=_order)
         for v in (BARS.index(b.kind), _n(b.start), _n(b.end))],
        [v for m in row.marks for v in _mark(m, texts)],
        crews(row.needs) if row.needs else -1,
        texts(row.driver) if row.driver else -1,
    ]  # fmt: skip


def _order(bar: Bar) -> tuple[int, float]:
    """Return what bars are drawn by: the lowest layer first."""
    return BARS.index(bar.kind), bar.start


def _mark(mark: Mark, texts: _Index) -> list[Any]:
    spread = [None if v is None else _n(v) for v in (mark.p10, mark.p80, mark.p90)]
    return [MARKS.index(mark.kind), _n(mark.day), *spread, texts(mark.label)]


def _n(value: float) -> int | float:
    """Return whole days as such: shorter, and a tenth of a day is no number of a plan."""
    return int(value) if value == int(value) else round(value, 2)
