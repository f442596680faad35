"""The one Pint registry, the canonical units, and the way in for text.

Quantities are strings with a unit at the door ("31 MW", "11.7 MUSD/MW") and floats in the
canonical unit of their dimension inside. Working days (``wd``) are a dimension of their own, so
that they cannot be mixed with elapsed days.
"""

from __future__ import annotations

import difflib
import math
import re
from functools import cache
from typing import Final

import pint

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


def _registry() -> pint.UnitRegistry[float]:
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(None, cache_folder=None)
    registry.load_definitions(DEFINITIONS.strip().splitlines())
    registry.formatter.default_format = "~P"
    return registry


UREG: Final = _registry()

# Known units offered when a user misspells one; not a limit on what Pint accepts.
KNOWN: Final = tuple(
    "W kW MW GW kWh MWh GWh TWh min hour day d week month quarter year wd USD kUSD MUSD BUSD "  # noqa: SIM905 - reads better
    "acre sqft mph gpu rack hall block crew person researcher user request token storm h100e "
    "FLOP GFLOP TFLOP PFLOP EFLOP t kg percent s MUSD/MW kW/rack USD/MWh TFLOP/s PFLOP/s".split()
)

_NUMBER = re.compile(r"^\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")


class UnitProblem(ValueError):  # noqa: N818 - a problem found at the door, turned into a Finding
    """A text that is not a quantity of the wanted dimension.

    Parameters
    ----------
    code
        Stable code of the finding, such as ``unit-dimension``.
    message, hint
        What is wrong, with the value, and the nearest fix.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


@cache
def _factor(unit_text: str, canonical: str) -> float:
    """Return what one `unit_text` is in `canonical`; the conversion is linear by construction."""
    return float((1.0 * UREG.parse_units(unit_text)).to(canonical).magnitude)


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
    target = UREG.parse_units(unit).dimensionality
    for known, name in names.items():
        if UREG.parse_units(known).dimensionality == target:
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
        if not math.isfinite(text):
            raise UnitProblem("not-finite", f"not a finite number ({text})")
        if is_plain:
            return float(text)
        raise UnitProblem(
            "unit-missing", f"unit missing ({text})", f'write e.g. "{text} {canonical}"'
        )
    if not isinstance(text, str):
        raise UnitProblem("unit-type", f'a quantity such as "5 {canonical}" wanted, got {text!r}')
    match = _NUMBER.match(text)
    if match is None:
        raise UnitProblem("unit-number", f'not a number with a unit: "{text}"',
                          f'write e.g. "5 {canonical}"')  # fmt: skip
    value = float(match.group(1).replace("_", ""))
    unit_text = match.group(2).replace("%", "percent")
    if not math.isfinite(value):
        raise UnitProblem("not-finite", f'not a finite number: "{text}"')
    if not unit_text:
        if is_plain:
            return value
        raise UnitProblem(
            "unit-missing", f'unit missing ("{text}")', f'write e.g. "{text} {canonical}"'
        )
    return value * _convert(unit_text, canonical, text)


def _convert(unit_text: str, canonical: str, text: str) -> float:
    try:
        factor = _factor(unit_text, canonical)
    except pint.DimensionalityError:
        wanted, given = dimension_name(canonical), dimension_name(unit_text)
        raise UnitProblem(
            "unit-dimension", f"{given} given ({text}), {wanted} wanted",
            f'write e.g. "{text.split(maxsplit=1)[0]} {canonical}"',
        ) from None  # fmt: skip
    except (pint.UndefinedUnitError, pint.DefinitionSyntaxError, ValueError, TypeError,
            AttributeError, AssertionError, KeyError):  # fmt: skip
        raise UnitProblem(
            "unit-unknown", f'unknown unit "{unit_text}"', _nearest(unit_text)
        ) from None
    if re.search(r"\bm(W|USD|Wh)\b", unit_text) or unit_text in {"mw", "mwh"}:
        right = re.sub(r"\bm(W|USD|Wh)\b", r"M\1", unit_text)
        raise UnitProblem("unit-milli", f'"{unit_text}" is milli here', f'did you mean "{right}"?')
    return factor


def _nearest(unit_text: str) -> str:
    if unit_text.lower() in {k.lower() for k in KNOWN}:
        match = [k for k in KNOWN if k.lower() == unit_text.lower()]
    else:
        match = difflib.get_close_matches(unit_text, KNOWN, n=1, cutoff=0.5)
        if not match and "/" in unit_text:
            parts = [difflib.get_close_matches(p, KNOWN, n=1, cutoff=0.5) or [p]
                     for p in unit_text.split("/")]  # fmt: skip
            match = ["/".join(p[0] for p in parts)]
    return (
        f'did you mean "{match[0]}"?' if match else f"known units are e.g. {', '.join(KNOWN[:8])}"
    )


def quantity(value: float, canonical: str) -> pint.Quantity[float]:
    """Return a Pint quantity of a canonical magnitude, for users of the Python interface."""
    return UREG.Quantity(value, canonical)
