"""The one Pint registry, the canonical units, and the way in for text.

Quantities are strings with a unit at the door ("31 MW", "11.7 MUSD/MW") and floats in the
canonical unit of their dimension inside. Working days (``wd``) are a dimension of their own, so
that they cannot be mixed with elapsed days.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import math
import re
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


@contextlib.contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Let imports not find a package that nobody has imported yet."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # the import system's sign for "none"
    try:
        yield
    finally:
        del sys.modules[package]


def _when_needed(package: str) -> ModuleType:
    """Return a package that is loaded when something of it is first named."""
    if package in sys.modules:
        return sys.modules[package]
    spec = importlib.util.find_spec(package)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[package] = module
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    import pint
else:
    # A fifth of a second, which workers that simulate a compiled network need not wait for.
    pint = _when_needed("pint")

# Every unit that a spec may use. Pint's own list of some thousand is not loaded: it costs a quarter
# of a second at every start, and it turns slips such as "60 H" (henry) into known units.
DEFINITIONS: Final = """
nano- = 1e-9 = n-
micro- = 1e-6 = u- = µ-
milli- = 1e-3 = m-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
exa- = 1e18 = E-
zetta- = 1e21 = Z-
yotta- = 1e24 = Y-
percent = 0.01
second = [time] = s = _ = sec
minute = 60 * second = min
hour = 60 * minute = h = _ = hr
day = 24 * hour = d
week = 7 * day
year = 365.25 * day = yr
month = year / 12
quarter = 0.25 * year = _ = quarters
meter = [length] = m = _ = metre
foot = 0.3048 * meter = ft = _ = feet
mile = 5280 * foot = mi
sqft = foot ** 2
sqm = meter ** 2 = _ = m2
sqkm = kilometer ** 2 = _ = km2
acre = 43560 * foot ** 2
hectare = 10000 * meter ** 2 = ha
mph = mile / hour
kph = kilometer / hour
knot = 1852 * meter / hour = kn
gram = [mass] = g
tonne = 1e6 * gram = t = _ = metric_ton
pound = 453.59237 * gram = lb
watt = [power] = W
watthour = watt * hour = Wh
joule = watt * second = J
USD = [currency]
BUSD = 1e9 * USD
FLOP = [computation]
gpu = [gpu] = _ = GPU
rack = [rack]
hall = [hall]
block = [block]
crew = [crew]
person = [person] = _ = people
researcher = [researcher]
user = [user]
request = [request]
token = [token]
storm = [storm]
h100e = [effective_compute] = _ = H100e
wd = [working_time] = _ = working_day
"""


_LOADING: Final = threading.Lock()


def registry() -> pint.UnitRegistry[float]:
    """Return the one registry, made when it is first asked for."""
    with _LOADING:
        return _registry()


@cache
def _registry() -> pint.UnitRegistry[float]:
    # Pint imports Dask where that is installed, for arrays which the planner never has in
    # quantities: another fifth of a second.
    with _hidden("dask"):
        made: pint.UnitRegistry[float] = pint.UnitRegistry(None, cache_folder=None)
    made.load_definitions(DEFINITIONS.strip().splitlines())
    made.formatter.default_format = "~P"
    return made


# Known units offered when a user misspells one; not a limit on what Pint accepts.
KNOWN: Final = tuple(
    "W kW MW GW kWh MWh GWh TWh min hour day d week month quarter year wd USD kUSD MUSD BUSD "  # noqa: SIM905 - reads better
    "acre sqft mph gpu rack hall block crew person researcher user request token storm h100e "
    "FLOP GFLOP TFLOP PFLOP EFLOP t kg percent s MUSD/MW kW/rack USD/MWh TFLOP/s PFLOP/s".split()
)

_NUMBER = re.compile(r"^\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")
_NOT_FINITE = re.compile(r"^\s*[+-]?\.?(nan|inf|infinity)\b", re.IGNORECASE)
# Names joined by / or *, each perhaps squared: nothing else reaches Pint, whose grammar would
# also work out "9**9**9".
_UNIT = re.compile(
    r"(?:1\s*/|/)?\s*[A-Za-zµ_]\w*(?:\^[23])?(?:\s*[/*]\s*[A-Za-zµ_]\w*(?:\^[23])?)*"
)
_UNIT_NAME = re.compile(r"[A-Za-zµ_]\w*")


class UnitProblem(ValueError):  # noqa: N818 - a problem found at the door, turned into a Finding
    """A text that is not a quantity of the wanted dimension.

    Parameters
    ----------
    code
        Stable code of the finding, such as ``unit-dimension``.
    message, hint
        What is wrong, with the value, and the nearest fix.
    key
        Key of the point at fault inside a three-point estimate, or empty.
    """

    def __init__(self, code: str, message: str, hint: str = "", key: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.key = key


@cache
def _factor(unit_text: str, canonical: str) -> float:
    """Return what one `unit_text` is in `canonical`; the conversion is linear by construction."""
    return float((1.0 * registry().parse_units(unit_text)).to(canonical).magnitude)


@cache
def dimension_name(unit: str) -> str:
    """Name the dimension of a unit in plain words, for messages."""
    names = {
        "MW": "power", "MWh": "energy", "day": "time", "wd": "working time", "MUSD": "money",
        "acre": "land area", "mph": "speed", "gpu": "GPUs", "rack": "racks", "crew": "crews",
        "person": "people", "dimensionless": "a share or plain number", "h100e": "H100e",
        "MUSD/MW": "money per power", "USD/MWh": "money per energy", "kW/rack": "power per rack",
        "TFLOP/s": "compute rate", "mile": "length",
    }  # fmt: skip
    target = registry().parse_units(unit).dimensionality
    for known, name in names.items():
        if registry().parse_units(known).dimensionality == target:
            return name
    return f"a quantity in {unit}"


def parse(text: object, canonical: str) -> float:
    """Return a quantity's magnitude in its canonical unit.

    Parameters
    ----------
    text
        What the user wrote: "31 MW", "12 %", or a bare number where none has a unit.
    canonical
        Unit of the result, which also states the dimension wanted.

    Raises
    ------
    UnitProblem
        If the unit is missing, unknown or of another dimension, or the number is not finite.
    """
    is_plain = canonical == "dimensionless"
    if isinstance(text, bool):
        raise UnitProblem("unit-type", f"got a boolean ({str(text).lower()}), a quantity wanted")
    if isinstance(text, (int, float)):
        if not _is_finite(text):
            raise UnitProblem("not-finite", f"not a finite number ({text})")
        if is_plain:
            return float(text)
        raise _unit_missing(text, canonical)
    if not isinstance(text, str):
        given = (
            "nothing" if text is None else f"a {'list' if isinstance(text, list) else 'mapping'}"
        )
        raise UnitProblem("unit-type", f"a quantity wanted, got {given}", _example(canonical))
    if special := _NOT_FINITE.match(text):
        raise UnitProblem("not-finite", f"not a finite number ({special.group(1).lower()})")
    match = _NUMBER.match(text)
    if match is None:
        hint = _in_dollars(text.strip(), canonical, text.strip()) or _example(canonical)
        raise UnitProblem("unit-number", f'not a quantity: "{text}"', hint)
    value = float(match.group(1).replace("_", ""))
    unit_text = match.group(2).replace("%", "percent")
    if unit_text:
        value *= _convert(unit_text, canonical, text)
    elif not is_plain:
        raise _unit_missing(text, canonical)
    if not math.isfinite(value):
        raise UnitProblem("not-finite", f'not a finite number ("{text}")')
    return value


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond the range of floats
        return False


def _example(canonical: str) -> str:
    return (
        "write e.g. 0.05 or 5 %" if canonical == "dimensionless" else f'write e.g. "5 {canonical}"'
    )


def _unit_missing(given: object, canonical: str) -> UnitProblem:
    number = str(given).strip()
    hint = f'write e.g. "{number} {canonical}"'
    if canonical == "day":  # the one unit where calendar and working days are mixed up
        with contextlib.suppress(ValueError):
            hint = f'write e.g. "{number} weeks" or "{7 * float(number):g} days"'
    return UnitProblem("unit-missing", f"unit missing ({number})", hint)


def _convert(unit_text: str, canonical: str, text: str) -> float:
    names = _UNIT_NAME.findall(unit_text)
    for name in names:
        if re.fullmatch(r"m(w|W|wh|Wh|WH|usd|USD)", name):
            right = {"w": "MW", "wh": "MWh", "usd": "MUSD"}[name[1:].lower()]
            raise UnitProblem(
                "unit-milli", f'"{name}" is {_MILLI[right]} here', f'did you mean "{right}"?'
            )
        if not _is_known(name):
            hint = _in_dollars(unit_text, canonical, text)
            hint = hint or (_rewritten(canonical, text) if name == "to" else "")
            hint = hint or _nearest(name, canonical)
            raise UnitProblem("unit-unknown", f'unknown unit "{name}"', hint)
    if not _UNIT.fullmatch(unit_text):
        hint = _in_dollars(unit_text, canonical, text) or _rewritten(canonical, text)
        raise UnitProblem("unit-unknown", f'not a unit: "{unit_text}"', hint)
    try:
        return _factor(
            unit_text.lstrip(" /") if unit_text[0] != "/" else f"1{unit_text}", canonical
        )
    except pint.DimensionalityError:
        wanted, given = dimension_name(canonical), dimension_name(unit_text)
        raise UnitProblem(
            "unit-dimension",
            f"{given} given ({text}), {wanted} wanted",
            _instead(text, unit_text, canonical),
        ) from None


_COMMA: Final = re.compile(r"([+-]?\d+),(\d+)\s*([^\d,.]*)")
_RANGE: Final = re.compile(r"([\d.]+)\s*(?:-|–|to|\.\.)\s*([\d.]+)\s*([^\d,.]*)")
_FOREIGN: Final = ("€", "£", "¥", "EUR", "GBP", "JPY", "CNY", "CHF")
_SIZES: Final = {"k": "k", "thousand": "k", "M": "M", "m": "M", "mn": "M", "million": "M",
                 "bn": "B", "B": "B", "billion": "B"}  # fmt: skip


def _rewritten(canonical: str, text: str) -> str:
    """Return the hint for a number with a comma, or with a second number behind it."""
    if match := _COMMA.fullmatch(text.strip()):
        whole, rest, unit = match.groups()
        point = "" if len(rest) == 3 else "."  # thousands come in threes
        return f'write "{f"{whole}{point}{rest} {unit}".strip()}"'
    if match := _RANGE.fullmatch(text.strip()):
        low, high, unit = match.group(1), match.group(2), match.group(3) or canonical
        return f"for a range write {{low: {low} {unit}, likely: …, high: {high} {unit}}}"
    return _example(canonical)


def _in_dollars(unit_text: str, canonical: str, text: str) -> str:
    """Return the hint for money in another currency, or with its size in words or behind it."""
    if "USD" not in canonical:
        return ""
    first, slash, rest = unit_text.partition("/")
    words = re.findall(r"USD|[^\W\d]+|[€£¥]", first.replace("$", " USD "))
    if any(word.endswith(_FOREIGN) for word in words):
        return f'money is in USD, of one year for all: write e.g. "5 {canonical}"'
    sizes = [_SIZES[word] for word in words if word in _SIZES]
    if "USD" not in words or len(words) != 1 + len(sizes):
        return ""
    number = (re.findall(r"[\d.][\d.eE+-]*", text) or ["5"])[0]
    return f'write "{number} {"".join(sizes)}USD{slash}{rest}"'


_MILLI: Final = {"MW": "milliwatt", "MWh": "milliwatt-hour", "MUSD": "a thousandth of a dollar"}


@cache
def _is_known(name: str) -> bool:
    try:
        registry().parse_units(name)
    except pint.UndefinedUnitError:
        return False
    return True


def _instead(text: str, unit_text: str, canonical: str) -> str:
    """Offer the same number in the wanted unit, with the user's prefix where it fits."""
    number = text[: text.rindex(unit_text.replace("percent", "%"))].strip()
    if canonical == "dimensionless":
        wanted = "%" if unit_text.startswith("percent") else ""
    else:
        candidates = [k for k in KNOWN if unit_text.startswith(k) and k != unit_text]
        same = [k for k in candidates if dimension_name(k) == dimension_name(canonical)]
        wanted = max(same, key=len, default=_with_prefix(unit_text, canonical))
    instead = f"{number} {wanted}".strip()
    return f'did you mean "{instead}"?'


def _with_prefix(unit_text: str, canonical: str) -> str:
    """Return the wanted unit, beginning with the user's where that is of the same dimension."""
    given, wanted = unit_text.partition("/")[0].strip(), canonical.partition("/")[0]
    if not _UNIT.fullmatch(given):
        return canonical
    dimensions = {registry().parse_units(unit).dimensionality for unit in (given, wanted)}
    return canonical.replace(wanted, given, 1) if len(dimensions) == 1 else canonical


def _nearest(name: str, canonical: str) -> str:
    """Return the hint for an unknown unit: the same in another case, else the nearest spelling.

    A unit of the dimension wanted comes before any other.
    """
    plain = [k for k in KNOWN if "/" not in k]
    target = registry().parse_units(canonical).dimensionality
    fitting = [k for k in plain if registry().parse_units(k).dimensionality == target]
    match = [k for k in plain if k.lower() == name.lower() and (k in fitting or len(k) > 1)]
    match = match or [k for k in fitting if k.lower().startswith(name.lower())]
    match = match or difflib.get_close_matches(name, fitting, n=1, cutoff=0.5)
    match = match or difflib.get_close_matches(name, plain, n=1, cutoff=0.6)
    match = match or [k for k in plain if len(name) > 1 and k.startswith(name)]
    if match:
        return f'did you mean "{match[0]}"?'
    return f"known units are e.g. {', '.join((fitting or plain)[:10])}"


def quantity(value: float, canonical: str) -> pint.Quantity[float]:
    """Return a Pint quantity of a canonical magnitude, for users of the Python interface."""
    return registry().Quantity(value, canonical)
