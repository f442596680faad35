"""The least change of one statement that alone makes a portfolio feasible, found by trying.

A statement's figure is a value in the files, or a date. It is raised or lowered until the model
with whole halls has a plan, then the span between the last that had none and the first that had one
is halved; a change is said only once a portfolio that has it has been seen to be feasible. Several
statements are moved one after the other, those still to come as far as they go.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from planner.domain.amount import FORMS, Amount, Form, fixed, parse_amount
from planner.errors import Change
from planner.optimise.existing import date_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.domain.portfolio import Portfolio
    from planner.optimise.data import ModelData

RAISE, LOWER = 1.0, -1.0
FAR = 32.0
"""How many times a figure is taken to be no limit any more, while another is moved."""
DOUBLINGS = 24
"""Most doublings of a raise before it is given up."""
FIRST_STEP = 0.02
"""First step of a raise, as a share of the value."""
PRECISION = 0.005
"""How near the least change is searched, as a share of it."""
FEW_DIGITS = (1, 2, 3)
"""Digits of round numbers near the least change that are tried first."""
DIGITS = 4
"""Significant digits of the new value, away from the old one."""


@dataclass(frozen=True)
class Lever:
    """A value of the files that a statement rests on.

    Parameters
    ----------
    path
        Key path, as in what-ifs; a star stands for every item of a list.
    sense
        1 if more of it loosens the statement, -1 if less does.
    along
        Another value that may never be the smaller of the two.
    default
        Value that holds where the files give none; None where there is nothing to move then.
    last
        Latest date at which the statement still asks for something; a later one gives it up.
    """

    path: str
    sense: float
    along: str = ""
    default: dt.date | None = None
    last: dt.date | None = None


def levers(data: ModelData, component: str, index: tuple[str, ...]) -> tuple[Lever, ...]:
    """Return what could be changed of the statement behind a row; none where nothing alone can."""
    made = LEVERS.get(component)
    return () if made is None else tuple(made(data, index))


def _group(data: ModelData, name: str) -> str:
    site, group = name.split("/")
    return f"site.{site}.groups.{group}"


def _crews(data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    site, trade = index[0].split("/")
    known = trade in data.portfolio.sites[site].crews
    yield Lever(f"site.{site}.crews.{trade}" if known else f"site.{site}.people", RAISE)


def _firm(data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    site, name = index[0].split("/")
    path = f"site.{site}.tranches.{name}"
    yield Lever(f"{path}.firm", RAISE, along=f"{path}.nameplate")
    if data.portfolio.sites[site].tranches[name].energised > data.portfolio.spec.data_date:
        yield Lever(f"{path}.energised", LOWER)


def _floor(data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    path, spec = f"products.{index[0]}", data.portfolio.spec
    yield Lever(f"{path}.users", LOWER)
    yield Lever(f"{path}.launch", RAISE, default=spec.data_date, last=_last_start(data))


def _guarantee(data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    path, spec = f"teams.{index[0]}.guarantee", data.portfolio.spec
    yield Lever(path, LOWER)
    yield Lever(f"{path}_since", RAISE, default=spec.data_date, last=_last_start(data))


def _last_start(data: ModelData) -> dt.date:
    """Return the date on which the last period starts."""
    return date_of(data.timeline, float(data.timeline.start_day[-1]))


def _required(_data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    at = "cost_for" if index[0] == "cost_for" else f"required.{index[0]}"
    yield Lever(f"policy.{at}.it_power", LOWER)
    yield Lever(f"policy.{at}.by", RAISE)


def _pinned_halls(data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    yield from _pinned(f"halls.{index[0]}.halls", data.portfolio.spec.policy.pinned.halls[index[0]])


def _pinned_purchase(data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    pin = data.portfolio.spec.policy.pinned.purchases[index[0]]
    yield from _pinned(f"purchases.{index[0]}.gpus", pin)


def _pinned(path: str, pin: Any) -> Iterator[Lever]:
    if pin.rule != "at_most":
        yield Lever(f"policy.pinned.{path}", LOWER)
    if pin.rule != "at_least":
        yield Lever(f"policy.pinned.{path}", RAISE)


def _fabric(_data: ModelData, index: tuple[str, ...]) -> Iterator[Lever]:
    site, _, fabric = index[0].partition("/")
    yield Lever(f"site.{site}.fabrics.{fabric}.largest", RAISE)


LEVERS: Final[dict[str, Callable[[ModelData, tuple[str, ...]], Iterator[Lever]]]] = {
    "floor": _floor,
    "guarantee": _guarantee,
    "required": _required,
    "cash_floor": lambda _, _i: iter([Lever("finance.opening_cash", RAISE)]),
    "debt_ceiling": lambda _, _i: iter([Lever("finance.debt_ceiling", RAISE)]),
    "land": lambda _, i: iter([Lever(f"site.{i[0]}.land", RAISE)]),
    "crews": _crews,
    "hall_slots": lambda d, i: iter([Lever(f"{_group(d, i[0])}.count", RAISE)]),
    "start_rate": lambda d, i: iter([Lever(f"{_group(d, i[0])}.starts_per_period", RAISE)]),
    "equipment_supply": lambda _, i: iter(
        [Lever(f"catalog.equipment.{i[0]}.supply_per_period", RAISE)]
    ),
    "docks": lambda _, i: iter([Lever(f"catalog.accelerators.{i[0]}.racks_per_day", RAISE)]),
    "supply": lambda _, i: iter([Lever(f"catalog.accelerators.{i[0]}.supply.*.gpus", RAISE)]),
    "tranche_power": _firm,
    "carbon": lambda _, _i: iter([Lever("policy.carbon_cap", RAISE)]),
    "pinned_halls": _pinned_halls,
    "pinned_purchase": _pinned_purchase,
    "cluster_least": lambda _, i: iter([Lever(f"teams.{i[0]}.smallest_cluster", LOWER)]),
    "cluster_there": lambda _, i: iter([Lever(f"teams.{i[0]}.smallest_cluster", LOWER)]),
    "fabric_largest": _fabric,
}
"""By model component; what stands in none, such as a placement in halls, has no single figure."""


# Values by path


def _root(portfolio: Portfolio, path: str) -> tuple[str, Any, tuple[str, ...]]:
    """Return the part of a portfolio that holds a path, the record, and the path inside it."""
    head, *rest = path.split(".")
    if head == "site":
        return rest[0], portfolio.sites[rest[0]], tuple(rest[1:])
    if head == "catalog":
        return head, portfolio.catalog, tuple(rest)
    return "portfolio", portfolio.spec, tuple(path.split("."))


def values(portfolio: Portfolio, path: str) -> list[tuple[str, Any]]:
    """Return the paths that a path with stars stands for, each with its value."""
    _, record, inside = _root(portfolio, path)
    outer = path[: len(path) - len(".".join(inside))]
    found = [(outer + ".".join(at), value) for at, value in _walk(record, inside, ())]
    return [(at, value) for at, value in found if value is not None]


def _walk(
    record: Any, inside: tuple[str, ...], done: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not inside:
        yield done, record
        return
    key, rest = inside[0], inside[1:]
    if key == "*":
        for i, item in enumerate(record):
            yield from _walk(item, rest, (*done, str(i)))
        return
    yield from _walk(_child(record, key), rest, (*done, key))


def _child(record: Any, key: str) -> Any:
    if isinstance(record, tuple):
        return record[int(key)]
    return record.get(key) if isinstance(record, dict) else getattr(record, key, None)


def put(portfolio: Portfolio, path: str, value: Any) -> Portfolio:
    """Return a portfolio with one value replaced."""
    part, record, inside = _root(portfolio, path)
    made = _put(record, inside, value)
    if part == "catalog":
        return portfolio.replace(catalog=made)
    if part == "portfolio":
        return portfolio.replace(spec=made)
    return portfolio.replace(sites={**portfolio.sites, part: made})


def _put(record: Any, inside: tuple[str, ...], value: Any) -> Any:
    if not inside:
        return value
    key, child = inside[0], _put(_child(record, inside[0]), inside[1:], value)
    if isinstance(record, tuple):
        return (*record[: int(key)], child, *record[int(key) + 1 :])
    if isinstance(record, dict):
        return {**record, key: child}
    return record.model_copy(update={key: child})


# The search


def least_change(
    portfolio: Portfolio,
    lever: Lever,
    feasible: Callable[[Portfolio], bool | None],
    *,
    only: float | None = None,
) -> Change | None:
    """Return the least change of a lever that makes a portfolio feasible; None if none does.

    Parameters
    ----------
    feasible
        Whether a portfolio has a plan; None where that was not found out in time.
    only
        The one new value to be tried, where it is given.
    """
    found = _found(portfolio, lever)
    if not found:
        return None
    first = found[0][1]
    at = _number(first)

    def test(number: float) -> bool:
        return feasible(moved(portfolio, lever, number)) is True

    if only is not None:
        tried = _rounded(only, lever.sense) if isinstance(first, Amount) else only
        number = tried if test(tried) else None
    elif isinstance(first, Amount):
        number = _real(at, lever.sense, test)
    else:
        number = _whole(at, lever.sense, test, _most(portfolio, lever, first))
    return None if number is None else change_to(portfolio, lever, number)


def change_to(portfolio: Portfolio, lever: Lever, number: float) -> Change:
    """Return the change that takes a lever to a number (a date: to its ordinal)."""
    found, made = _found(portfolio, lever), moved(portfolio, lever, number)
    first = found[0][1]
    texts = tuple(f"{path}={_text(values(made, path)[0][1])}" for path, _ in found)
    along = values(made, lever.along) if lever.along else []
    was = values(portfolio, lever.along) if lever.along else []
    texts += tuple(f"{p}={_text(v)}" for (p, v), (_, w) in zip(along, was, strict=True) if v != w)
    if isinstance(first, dt.date):
        start = portfolio.spec.data_date.toordinal()
        return Change(texts, _number(first) - start, number - start, "day", is_date=True)
    unit = first.unit if isinstance(first, Amount) else ""
    return Change(texts, _number(first), number, unit)


def origin(portfolio: Portfolio, change: Change) -> float:
    """Return what the figures of a change are counted from: a date's from the data date."""
    return float(portfolio.spec.data_date.toordinal()) if change.is_date else 0.0


def least_changes(
    portfolio: Portfolio,
    together: Sequence[Lever],
    feasible: Callable[[Portfolio], bool | None],
) -> tuple[float, ...] | None:
    """Return where levers come to that mend a portfolio together; None if they do not.

    The first is moved as little as will do with the others as far as they go, then the next, and so
    on: none of them can then be moved less, the others as they are.
    """
    numbers: list[float] = []
    made = portfolio
    for i, lever in enumerate(together):
        rest = together[i + 1 :]

        def with_rest(tried: Portfolio, rest: Sequence[Lever] = rest) -> bool | None:
            return feasible(as_far_as_can_be(tried, rest))

        change = least_change(made, lever, with_rest)
        if change is None:
            return None
        number = change.new + origin(portfolio, change)
        made = moved(made, lever, number)
        numbers.append(number)
    return tuple(numbers)


def as_far_as_can_be(portfolio: Portfolio, together: Sequence[Lever]) -> Portfolio:
    """Return a portfolio with levers moved so far that their statements limit nothing."""
    for lever in together:
        found = _found(portfolio, lever)
        if not found:
            continue
        first, at = found[0][1], _number(found[0][1])
        if isinstance(first, dt.date):
            number = at + lever.sense * _most(portfolio, lever, first)
        else:
            number = 0.0 if lever.sense < 0 else FAR * max(at, 1.0)
        portfolio = moved(portfolio, lever, number)
    return portfolio


def _found(portfolio: Portfolio, lever: Lever) -> list[tuple[str, Any]]:
    """Return the values of a lever by path, its default where the files give none."""
    found = values(portfolio, lever.path)
    if not found and lever.default is not None:
        return [(lever.path, lever.default)]
    return found


def _number(value: Any) -> float:
    if isinstance(value, dt.date):
        return float(value.toordinal())
    return value.likely if isinstance(value, Amount) else float(value)


def _most(portfolio: Portfolio, lever: Lever, first: Any) -> int:
    """Return how far a whole number or a date may be moved."""
    if isinstance(first, dt.date):
        spec = portfolio.spec
        far = (lever.last or spec.horizon) - first if lever.sense > 0 else first - spec.data_date
        return max(0, far.days)
    return int(first) if lever.sense < 0 else int(2**DOUBLINGS)


def moved(portfolio: Portfolio, lever: Lever, number: float) -> Portfolio:
    """Return the portfolio with the lever's first value at a number, the others in proportion."""
    found = _found(portfolio, lever)
    at = _number(found[0][1])
    for path, value in found:
        portfolio = put(portfolio, path, _scaled(value, at, number))
        if not lever.along:
            continue
        (other, limit), (_, now) = values(portfolio, lever.along)[0], values(portfolio, path)[0]
        if now.c > limit.c:
            portfolio = put(portfolio, other, now)
    return portfolio


def _scaled(value: Any, at: float, number: float) -> Any:
    if isinstance(value, dt.date):
        return dt.date.fromordinal(round(number))
    if isinstance(value, int):
        return round(number) if value == at else math.ceil(value * number / at)
    if at == 0.0 or value.form is Form.FIXED:
        amount = number if value.likely == at else value.likely * number / at
        return parse_amount(f"{_rounded(amount, 0.0, 9)!r} {value.unit}", value.unit)
    factor = number / at
    points = tuple(p * factor for p in value.points)
    a, b, c = (x * factor for x in (value.a, value.b, value.c))
    made = replace(value, a=a, b=b, c=c, points=points)
    return replace(made, text=_text(made))


def _text(value: Any) -> str:
    """Return a value as a what-if writes it."""
    if not isinstance(value, Amount):
        return str(value)
    if value.form is Form.FIXED:
        return fixed(0.0, value.unit).text if value.likely == 0 else value.text
    if value.points:
        listed = ", ".join(f'"{p:.9g} {value.unit}"' for p in value.points)
        return f"{{observed: [{listed}]}}"
    keys = next(k for k, form in FORMS.items() if form is value.form)
    pairs = zip(keys, (value.a, value.b, value.c), strict=True)
    return "{" + ", ".join(f"{k}: {x:.9g} {value.unit}" for k, x in pairs) + "}"


def _whole(at: float, sense: float, test: Callable[[float], bool], most: int) -> float | None:
    """Return the nearest whole number within `most` from `at` that passes."""
    low, step = 0, 1
    while True:
        step = min(step, most)
        if step <= low:
            return None
        if test(at + sense * step):
            break
        low, step = step, step * 2
    while step - low > 1:
        middle = (low + step) // 2
        low, step = (low, middle) if test(at + sense * middle) else (middle, step)
    return at + sense * step


def _real(at: float, sense: float, test: Callable[[float], bool]) -> float | None:
    """Return a number near the nearest from `at` that passes, rounded away from `at`."""
    high = _passing(at, sense, test)
    if high is None:
        return None
    low = 0.0
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        low, high = (low, middle) if test(at + sense * middle) else (middle, high)
    for digits in FEW_DIGITS:
        number = _rounded(at + sense * high, 0.0, digits)
        if low < sense * (number - at) <= high * (1.0 + PRECISION) and test(number):
            return number
    number = _rounded(at + sense * high, sense)
    return number if test(number) else at + sense * high


def _passing(at: float, sense: float, test: Callable[[float], bool]) -> float | None:
    """Return a change that passes: all of the value where it is lowered, by doubling else."""
    if sense < 0:
        return at if at > 0 and test(0.0) else None
    step = FIRST_STEP * at if at > 0 else 1.0
    for _ in range(DOUBLINGS):
        if test(at + step):
            return step
        step *= 2
    return None


def _rounded(number: float, sense: float, digits: int = DIGITS) -> float:
    """Return a number of few digits: the nearest, or the next in a sense."""
    if number == 0.0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(number))) + 1 - digits)
    steps = number / unit
    whole = round(steps) if sense == 0 else math.ceil(steps) if sense > 0 else math.floor(steps)
    return float(f"{whole * unit:.12g}")
