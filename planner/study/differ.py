"""What changed between two plans, in the style of an infrastructure diff, and what caused it.

Direct changes are those of the inputs; those of the plan are their consequences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal

from planner.domain.amount import Amount
from planner.domain.base import Model
from planner.domain.under_way import as_filed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from planner.domain.plan import Plan, Reservation, Start
    from planner.domain.portfolio import Portfolio

Symbol = Literal["+", "~", "-", "-/+"]
SMALLEST_MOVE_DAY = 1
WEEK_DAY, QUARTER_DAY = 7, 91.3125


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Parameters
    ----------
    symbol
        ``+`` new, ``~`` moved or of another size, ``-`` dropped, ``-/+`` built by another mode.
    kind
        ``input``, ``hall``, ``purchase``, ``equipment``, ``power``, ``retire`` or ``move``.
    subject
        What changed, by its stable name.
    text
        How, in words; before -> after.
    """

    symbol: Symbol
    kind: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed from one plan to another.

    Parameters
    ----------
    direct
        Changes of the inputs, empty where they are the same or not known.
    consequences
        Changes of the plan.
    same
        Commitments that are the same in both.
    """

    direct: tuple[Change, ...]
    consequences: tuple[Change, ...]
    same: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not self.direct and not self.consequences

    def count(self, symbol: Symbol) -> int:
        """Return how many changes of the plan carry a symbol."""
        return sum(change.symbol == symbol for change in self.consequences)


def difference(
    before: Plan, after: Plan, inputs: tuple[Portfolio, Portfolio] | None = None
) -> Difference:
    """Return what changed from one plan to another, commitments matched by what they are.

    Parameters
    ----------
    inputs
        The portfolios of both, where their inputs shall be compared as well.
    """
    found = [
        *_halls(before, after), *_gpus("purchase", before, after, _bought),
        *_equipment(before, after), *_reservations(before, after),
        *_gpus("retire", before, after, _retired), *_gpus("move", before, after, _sent),
    ]  # fmt: skip
    same = sum(change is None for change in found)
    direct = tuple(_inputs(*inputs)) if inputs else ()
    return Difference(direct, tuple(c for c in found if c is not None), same)


def _halls(before: Plan, after: Plan) -> Iterator[Change | None]:
    """Yield a change a hall: those of one candidate are matched in order of release."""
    ways = [start.candidate for start in (*before.starts, *after.starts)]
    for site, group in sorted({(way.site, way.group) for way in ways}):
        left, right = _of_group(before, site, group), _of_group(after, site, group)
        alone: tuple[list[Start], list[Start]] = ([], [])
        for way in sorted({*left, *right}):
            for old, new in zip_longest(left.get(way, ()), right.get(way, ())):
                if old and new:
                    yield _moved(old, new)
                elif old:
                    alone[0].append(old)
                elif new:
                    alone[1].append(new)
        for old, new in zip_longest(*(sorted(a, key=lambda s: s.release) for a in alone)):
            yield _replaced(old, new)


def _of_group(plan: Plan, site: str, group: str) -> Mapping[tuple[str, str], list[Start]]:
    made: dict[tuple[str, str], list[Start]] = defaultdict(list)
    for start in sorted(plan.starts, key=lambda s: (s.release, s.number)):
        candidate = start.candidate
        if (candidate.site, candidate.group) == (site, group):
            made[candidate.mode, candidate.calendar].append(start)
    return made


def _moved(old: Start, new: Start) -> Change | None:
    days = (new.release - old.release).days
    if abs(days) < SMALLEST_MOVE_DAY:
        return None
    text = f"{old.release.isoformat()} -> {new.release.isoformat()} ({span(days)})"
    return Change("~", "hall", new.hall, f"{_way(new)}, release {text}")


def _replaced(old: Start | None, new: Start | None) -> Change:
    if old is None and new is not None:
        return Change("+", "hall", new.hall, f"{_way(new)}, release {new.release.isoformat()}")
    if new is None and old is not None:
        return Change("-", "hall", old.hall, f"{_way(old)}, release {old.release.isoformat()}")
    assert old is not None
    assert new is not None
    same_mode = old.candidate.mode == new.candidate.mode
    days = (new.release - old.release).days
    text = f"{_way(old)} -> {_way(new)}, release {new.release.isoformat()}"
    moved = f" ({span(days)})" if days else ""
    return Change("~" if same_mode else "-/+", "hall", new.hall, text + moved)


def _way(start: Start) -> str:
    candidate = start.candidate
    on = "" if candidate.calendar == "standard" else f" on {candidate.calendar}"
    return f"{candidate.mode}{on}"


def span(days: int) -> str:
    """Return a move in the unit that fits it.

    Examples
    --------
    >>> span(3), span(-40), span(182)
    ('3 days later', '6 weeks earlier', '2 quarters later')
    """
    size, way = abs(days), "later" if days > 0 else "earlier"
    quarters = size / QUARTER_DAY
    if quarters > 0.9 and abs(quarters - round(quarters)) < 0.1:
        number, unit = round(quarters), "quarter"
    elif size >= 4 * WEEK_DAY:
        number, unit = round(size / WEEK_DAY), "week"
    else:
        number, unit = size, "day"
    return f"{number} {unit}{'' if number == 1 else 's'} {way}"


def _gpus(
    kind: str, before: Plan, after: Plan, rows: Callable[[Plan], Iterable[tuple[str, dt.date, int]]]
) -> Iterator[Change | None]:
    """Yield a change a name and quarter in which GPUs are decided on."""
    left, right = _by_quarter(rows(before)), _by_quarter(rows(after))
    for key in sorted({*left, *right}):
        yield _sized(kind, key, left.get(key, 0), right.get(key, 0), "GPUs")


def _bought(plan: Plan) -> Iterator[tuple[str, dt.date, int]]:
    return ((f"{p.site}/{p.sku}", p.order, p.gpus) for p in plan.purchases)


def _retired(plan: Plan) -> Iterator[tuple[str, dt.date, int]]:
    return ((f"{r.site}/{r.sku}", r.date, r.gpus) for r in plan.retirements)


def _sent(plan: Plan) -> Iterator[tuple[str, dt.date, int]]:
    return ((f"{m.origin} -> {m.to}/{m.sku}", m.sent, m.gpus) for m in plan.moves)


def _equipment(before: Plan, after: Plan) -> Iterator[Change | None]:
    """Yield a change a class of equipment and site: units, and the first order.

    What was to be ordered before the data date of the other plan is ordered, and is no change.
    """
    left, right = _ordered(before, after.data_date), _ordered(after, after.data_date)
    for key in sorted({*left, *right}):
        (old, since), (new, now) = left.get(key, (0, None)), right.get(key, (0, None))
        change = _sized("equipment", key, old, new, "units")
        if change is None and since and now and since != now:
            moved = f"first order {since} -> {now} ({span((now - since).days)})"
            change = Change("~", "equipment", key, moved)
        yield change


def _ordered(plan: Plan, since: dt.date) -> Mapping[str, tuple[int, dt.date]]:
    made: dict[str, tuple[int, dt.date]] = {}
    for o in (order for order in plan.orders if order.order >= since):
        key = f"{o.site}/{o.equipment}"
        units, first = made.get(key, (0, o.order))
        made[key] = (units + o.units, min(first, o.order))
    return made


def _reservations(before: Plan, after: Plan) -> Iterator[Change | None]:
    """Yield a change a tranche that is reserved in one of the plans."""
    left, right = ({r.name: r for r in plan.reservations} for plan in (before, after))
    for name in sorted({*left, *right}):
        old, new = left.get(name), right.get(name)
        if old and new:
            same = (old.reserve, old.exit) == (new.reserve, new.exit)
            yield None if same else Change("~", "power", name, f"{_terms(old)} -> {_terms(new)}")
        elif new:
            yield Change("+", "power", name, _terms(new))
        elif old:
            yield Change("-", "power", name, _terms(old))


def _by_quarter(rows: Iterable[tuple[str, dt.date, int]]) -> Mapping[str, int]:
    made: dict[str, int] = defaultdict(int)
    for name, date, gpus in rows:
        made[f"{name}/{date.year}Q{(date.month + 2) // 3}"] += gpus
    return made


def _terms(reservation: Reservation) -> str:
    left = f", left {reservation.exit.isoformat()}" if reservation.exit else ""
    return f"reserved {reservation.reserve.isoformat()}{left}"


def _sized(kind: str, subject: str, old: int, new: int, unit: str) -> Change | None:
    if old == new:
        return None
    if not old:
        return Change("+", kind, subject, f"{new:,} {unit}")
    if not new:
        return Change("-", kind, subject, f"{old:,} {unit}")
    return Change("~", kind, subject, f"{old:,} -> {new:,} {unit}")


def _inputs(before: Portfolio, after: Portfolio) -> Iterator[Change]:
    """Yield a change a value of the inputs that differs."""
    left, right = (
        {path: _text(value) for path, value in values(p).items()} for p in (before, after)
    )
    for path in sorted({*left, *right}):
        old, new = left.get(path), right.get(path)
        if old == new:
            continue
        if old is None:
            yield Change("+", "input", path, str(new))
        elif new is None:
            yield Change("-", "input", path, str(old))
        else:
            yield Change("~", "input", path, f"{old} -> {new}")


def values(portfolio: Portfolio) -> dict[str, Any]:
    """Return every value of a portfolio by its path, as ``--set`` names it."""
    made: dict[str, Any] = {}
    # What a portfolio changes is told once, where it is changed.
    _flatten("", portfolio.spec.model_copy(update={"changes": {}}), made)
    _flatten("catalog", portfolio.catalog, made)
    for name, site in as_filed(portfolio).items():
        _flatten(f"site.{name}", site, made)
    return made


def _text(value: Any) -> str:
    return value.text if isinstance(value, Amount) else str(value)


def _flatten(path: str, value: Any, made: dict[str, Any]) -> None:
    inner: Mapping[Any, Any] | None = None
    if isinstance(value, Model):
        inner = dict(value)
    elif isinstance(value, Mapping):
        inner = value
    elif isinstance(value, list | tuple):
        inner = dict(enumerate(value))
    if inner is None:
        if value is not None:
            made[path] = value
        return
    for key, each in inner.items():
        _flatten(f"{path}.{key}" if path else str(key), each, made)


def lines(found: Difference, limit: int = 200) -> Sequence[str]:
    """Return a difference as text, one line a change, unchanged ones counted at the end."""
    made: list[str] = []
    if found.direct:
        made.append("You changed")
        made += _block(found.direct, limit)
        made.append("")
    if found.consequences:
        made.append("The plan changes")
        made += _block(found.consequences, limit)
        made.append("")
    if not found.consequences:
        made.append("No changes of halls, orders or contracts.")
        return made
    counts = {s: found.count(s) for s in ("+", "~", "-/+", "-")}
    made.append(
        f"Plan: {counts['+']} to add, {counts['~']} to change, {counts['-/+']} by another mode, "
        f"{counts['-']} to drop; {found.same} the same (not shown)."
    )
    return made


def _block(changes: Sequence[Change], limit: int) -> list[str]:
    wide = max(len(change.subject) for change in changes[:limit])
    made = [f"  {c.symbol:>3} {c.kind:<9} {c.subject:<{wide}}  {c.text}" for c in changes[:limit]]
    more = len(changes) - limit
    return [*made, f"      ... and {more} more"] if more > 0 else made
