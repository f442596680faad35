"""plan.yaml: the plan for people to read and edit, commitments first.

`planner.specs.read_plan` reads it back to an equal plan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from planner.domain.plan import CashRow, Plan, SolveStatus, Start

FORMAT_VERSION = 1
suffix = ".yaml"

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ ./+()%-]*")
_NUMBER = re.compile(r"[-+.0-9eE_]+")
_RESERVED = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))

Row = Mapping[str, object]


class _Raw(str):
    """Text that is written as it stands: a quantity with its unit."""

    __slots__ = ()


def render(plan: Plan) -> str:
    """Return the plan as YAML: commitments, then what they are meant to bring, then how found."""
    period = "quarter" if not plan.periods or "Q" in plan.periods[0].label else "month"
    last = _last_day(plan)
    lines = [
        "# Starts, orders, purchases and lots are commitments: edit them, and simulate the file.",
        "# `pinned: true` on a start, purchase or reservation keeps it through the next one:",
        "# plan optimize --pin FILE.",
        f"plan: {text(plan.portfolio)}",
        f"format: {FORMAT_VERSION}",
        f"data_date: {plan.data_date.isoformat()}",
        f"until: {last.isoformat()}",
        f"period: {period}",
        *_starts(plan.starts),
        *_list("reservations", [_fields(row) for row in plan.reservations], "Power to reserve"),
        *_list("orders", [_fields(row) for row in plan.orders], "Equipment"),
        *_list("purchases", [_fields(row) for row in plan.purchases], "GPUs"),
        *_list("retirements", [_fields(row) for row in plan.retirements], "GPUs retired early"),
        *_list("moves", [_fields(row) for row in plan.moves], "GPUs moved to other halls"),
        *_list("lots", [_fields(row) for row in plan.lots], "Where GPUs stand, and from when"),
        *_sequence(plan.arcs),
        *_list("shares", list(_shares(plan)), "Who computes on them, mean over the period"),
        *_list("clusters", list(_clusters(plan)), "Where teams train together"),
        *_list("gave_way", list(_gave_way(plan)), "Soft wishes that are given up"),
        *_cash(plan),
        *_list("promises", list(_promises(plan)), "What verification holds the plan to"),
        *_level(plan.level),
        *_status(plan.status),
    ]
    return "\n".join(lines) + "\n"


def _last_day(plan: Plan) -> dt.date:
    if not plan.periods:
        return plan.data_date
    end = plan.periods[-1].end
    return end.fromordinal(end.toordinal() - 1)


def _starts(starts: Sequence[Start]) -> Iterator[str]:
    groups: dict[str, list[Row]] = {}
    for start in starts:
        candidate = start.candidate
        row: dict[str, object] = {
            "hall": start.number,
            "mode": candidate.mode,
            "calendar": candidate.calendar,
            "release": start.release,
        }
        row |= {"under_way": True} if start.is_under_way else {}
        row |= {"pinned": True} if start.is_pinned else {}
        row |= {"cancelled": start.cancelled} if start.cancelled else {}
        groups.setdefault(f"{candidate.site}/{candidate.group}", []).append(row)
    if not groups:
        return
    yield from ("", "# Halls to start, by site/group", "starts:")
    for name, rows in groups.items():
        yield f"  {text(name)}:"
        yield from _rows(rows, "    ")


def _fields(row: object) -> Row:
    """Return the fields of a record, without empty texts."""
    slots: Iterable[str] = type(row).__slots__  # type: ignore[attr-defined]  # slotted records
    values = {name: getattr(row, name) for name in slots}
    for flag in ("under_way", "pinned"):
        if values.pop(f"is_{flag}", False):
            values[flag] = True
    return {name: value for name, value in values.items() if value not in ("", None)}


def _list(name: str, rows: Sequence[Row], comment: str) -> Iterator[str]:
    if rows:
        yield from ("", f"# {comment}", f"{name}:")
        yield from _rows(rows, "  ")


def _rows(rows: Sequence[Row], indent: str) -> Iterator[str]:
    """Yield rows as flow mappings whose columns line up."""
    cells = [{key: f"{key}: {scalar(value)}" for key, value in row.items()} for row in rows]
    widths: dict[str, int] = {}
    for row in cells:
        for key, cell in row.items():
            widths[key] = max(widths.get(key, 0), len(cell) + 1)
    for row in cells:
        keys = list(row)
        line = " ".join(f"{row[key]},".ljust(widths[key]) for key in keys[:-1])
        yield f"{indent}- {{{line} {row[keys[-1]]}}}" if line else f"{indent}- {{{row[keys[-1]]}}}"


def _sequence(arcs: Sequence[tuple[str, str]]) -> Iterator[str]:
    if arcs:
        yield from ("", "# The crew of the first goes on to the second", "sequence:")
        yield from (f"  - [{text(first)}, {text(second)}]" for first, second in arcs)


def _shares(plan: Plan) -> Iterator[Row]:
    for share in plan.shares:
        yield {
            "period": plan.periods[share.period].label,
            "consumer": share.consumer,
            "sku": share.sku,
            "backup": share.backup,
            "gpus": _Raw(f"{_float(share.gpus)} gpu"),
            "h100e": _Raw(f"{share.h100e!r} h100e"),
        }


def _clusters(plan: Plan) -> Iterator[Row]:
    for cluster in plan.clusters:
        yield {
            "period": plan.periods[cluster.period].label,
            "consumer": cluster.consumer,
            "domain": cluster.domain,
            "sku": cluster.sku,
            "gpus": _Raw(f"{_float(cluster.gpus)} gpu"),
        }


def _gave_way(plan: Plan) -> Iterator[Row]:
    for wish in plan.gave_way:
        unit = "MW" if wish.kind == "required" else "h100e"
        at = {} if wish.period is None else {"period": plan.periods[wish.period].label}
        yield {
            "kind": wish.kind,
            "subject": wish.subject,
            **at,
            "wanted": _Raw(f"{_float(wish.wanted)} {unit}"),
            "given": _Raw(f"{_float(wish.given)} {unit}"),
        }


def _cash(plan: Plan) -> Iterator[str]:
    if not plan.cash:
        return
    yield from ("", "# Money by period, nominal", "cash:")
    for row in plan.cash:
        cells = ", ".join(f"{name}: {_float(value)} MUSD" for name, value in _money(row).items())
        yield f"  {plan.periods[row.period].label}: {{{cells}}}"


def _money(row: CashRow) -> dict[str, float]:
    values = {name: getattr(row, name) for name in type(row).__slots__ if name != "period"}
    return {n: v for n, v in values.items() if v or n not in ("borrowed", "interest")}


def _promises(plan: Plan) -> Iterator[Row]:
    for promise in plan.promises:
        yield {
            "kind": promise.kind,
            "subject": promise.subject,
            "amount": _Raw(f"{_float(promise.amount)} MW"),
            "by": promise.by,
        }


def _level(level: Mapping[str, float]) -> Iterator[str]:
    if level:
        comment = "# Effective compute per researcher and weight, discounted over the horizon"
        yield from ("", comment, "level:")
        yield from (
            f"  {text(name)}: {_float(value)} h100e/researcher" for name, value in level.items()
        )


def _status(status: SolveStatus | None) -> Iterator[str]:
    if status is None:
        return
    yield from ("", "# How it was found", "status:", f"  solver: {text(status.solver)}")
    if status.gap is not None:
        yield f"  gap: {_float(status.gap)}"
    yield f"  reproducible: {scalar(status.is_reproducible)}"
    if status.stopped:
        yield f"  stopped: {text(status.stopped)}"
    if status.levels:
        yield "  levels:"
    for level in status.levels:
        row = {
            "name": level.name,
            "value": _Raw(_float(level.value)),
            "bound": None if level.bound is None else _Raw(_float(level.bound)),
            "unit": level.unit,
            "termination": level.termination.value,
        }
        yield from _rows([{k: v for k, v in row.items() if v is not None}], "    ")


def _float(value: float) -> str:
    """Return the shortest digits that read back as the same number, numpy's floats included."""
    return repr(float(value))


def scalar(value: object) -> str:
    """Return a value as a YAML scalar that reads back the same."""
    if isinstance(value, _Raw):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value) if isinstance(value, str) else str(value)


def text(value: str) -> str:
    """Return a text as a YAML scalar, in quotes where it needs them.

    Examples
    --------
    >>> text("prometheus/tents"), text("NO"), text("1e3"), text("a: b")
    ('prometheus/tents', '"NO"', '"1e3"', '"a: b"')
    """
    is_plain = _PLAIN.fullmatch(value) and not value.endswith(" ")
    if is_plain and not _NUMBER.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    code = ord(character)
    if unicodedata.category(character)[0] not in "CZ" or character == " ":
        return character
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else (f"\\U{code:08x}")
    )
