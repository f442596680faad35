"""The base of every record a user writes, and the field types they are made of.

A field typed ``Annotated[Amount, In(unit)]`` takes a quantity with its unit, or a three-point
mapping; the loader strips ``source:`` and ``assumption:`` (allowed beside any value) before a
record sees its data.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from planner.domain.amount import FEWEST, FORMS, OBSERVED, Amount, parse_amount
from planner.units import UnitProblem


class Model(BaseModel):
    """Frozen record: unknown keys refused, field docstrings become the schema's text.

    The docstrings are read where the schema is generated (`planner.specs.schema`), not by
    pydantic at every import, and validators are built on first use: both for the start-up time.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )


@dataclass(frozen=True)
class In:
    """Marks an `Amount` field with its canonical unit and bounds, checked at all its points.

    Parameters
    ----------
    unit
        Canonical unit; any unit of the same dimension may be written.
    low, high
        Inclusive bounds in `unit`.
    above
        Exclusive lower bound in `unit`.
    yearly
        Whether it is a rate a year, for the message.
    """

    unit: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    yearly: bool = False

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.check, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    def check(self, value: object) -> Amount:
        """Return the amount that a user wrote, or raise pydantic's error with our code and hint."""
        if isinstance(value, Amount):
            return value
        try:
            made = parse_amount(value, self.unit)
            made.check_bounds(low=self.low, high=self.high, above=self.above, yearly=self.yearly)
        except UnitProblem as problem:
            raise _custom(problem) from None
        return made

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say what may stand where an amount is wanted."""
        single: dict[str, Any] = {"type": "string", "description": f'a quantity in "{self.unit}"'}
        if self.unit == "dimensionless":
            single = {"type": ["number", "string"], "description": 'a number or share ("12 %")'}
        three = [
            {
                "type": "object",
                "properties": dict.fromkeys(keys, single),
                "required": list(keys),
                "additionalProperties": False,
            }
            for keys in FORMS
        ]
        observed = {
            "type": "object",
            "properties": {OBSERVED: {"type": "array", "items": single, "minItems": FEWEST}},
            "required": [OBSERVED],
            "additionalProperties": False,
        }
        return {"anyOf": [single, *three, observed], "x-unit": self.unit}


def _custom(problem: UnitProblem) -> PydanticCustomError:
    """Return a problem as pydantic's error, with our code and hint in its context."""
    context = {
        "message": problem.message, "code": problem.code, "hint": problem.hint, "key": problem.key,
    }  # fmt: skip
    return PydanticCustomError("amount", "{message}", context)


_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NOUNS = {list: "a list", tuple: "a list", dict: "a mapping", type(None): "nothing"}
_YEARS = range(1950, 2200)  # a year outside is a slip, and would run calendars out of their range


def parse_date(value: object) -> dt.date:
    """Return the date that a user wrote, such as "2027-02-28".

    Raises
    ------
    PydanticCustomError
        If it is not written so, or there is no such day.
    """
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    match = _ISO_DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        given = _NOUNS.get(type(value)) or f'"{value}"'
        raise _custom(UnitProblem("date", f"not a date: {given}", "write e.g. 2027-02-28"))
    year, month, day = map(int, match.groups())
    try:
        made = dt.date(year, month, day)
    except ValueError:
        raise _custom(
            UnitProblem("date", f"no such date {value}", _nearest_day(year, month, day))
        ) from None
    if made.year not in _YEARS:
        raise _custom(UnitProblem("date", f"year out of range: {value}", "write e.g. 2027-02-28"))
    return made


def _nearest_day(year: int, month: int, day: int) -> str:
    if not 1 <= month <= 12:
        is_swapped = 1 <= day <= 12 and 1 <= month <= 28
        return f"did you mean {year:04d}-{day:02d}-{month:02d}?" if is_swapped else ""
    year = min(max(year, dt.MINYEAR), dt.MAXYEAR)
    last = calendar.monthrange(year, month)[1]
    return f"did you mean {year:04d}-{month:02d}-{min(max(day, 1), last):02d}?"


# Field types, one a dimension. Each says its canonical unit in its name.
PowerMW = Annotated[Amount, In("MW", low=0)]
EnergyPriceUSDMWh = Annotated[Amount, In("USD/MWh", low=0)]
MoneyMUSD = Annotated[Amount, In("MUSD", low=0)]
CostMUSDPerMW = Annotated[Amount, In("MUSD/MW", low=0)]
# No time is longer than a century: longer ones are slips, and would leave the range of dates.
DurationDay = Annotated[Amount, In("day", low=0, high=36525)]
SlipDay = Annotated[Amount, In("day", low=-36525, high=36525)]
WorkWd = Annotated[Amount, In("wd", low=0, high=36525)]
LifeYear = Annotated[Amount, In("year", above=0, high=100)]
LandAcre = Annotated[Amount, In("acre", low=0)]
WindMph = Annotated[Amount, In("mph", low=0)]
Factor = Annotated[Amount, In("dimensionless", low=0)]
Ratio = Annotated[Amount, In("dimensionless", low=1, high=5)]
Share = Annotated[Amount, In("dimensionless", low=0, high=1)]
Rate = Annotated[Amount, In("dimensionless", low=-0.5, high=1, yearly=True)]

# Booleans and texts are no numbers, and what is counted fits the engines' 64-bit arrays.
Count = Annotated[int, Strict(), Field(ge=0, le=10**9)]
Positive = Annotated[int, Strict(), Field(gt=0, le=10**9)]
Number = Annotated[float, Strict(), AllowInfNan(False)]
Flag = Annotated[bool, Strict()]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Date = Annotated[dt.date, BeforeValidator(parse_date)]
