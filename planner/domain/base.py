"""The base of every record a user writes, and the field types they are made of.

A field typed ``Annotated[Amount, In(unit)]`` takes a quantity with its unit, or a three-point
mapping; the loader strips ``source:`` and ``assumption:`` (allowed beside any value) before a
record sees its data.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from planner.domain.amount import Amount, parse_amount
from planner.units import UnitProblem


class Model(BaseModel):
    """Frozen record: unknown keys refused, field docstrings become the schema's text."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True
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
    """

    unit: str
    low: float | None = None
    high: float | None = None
    above: float | None = None

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
            made.check_bounds(low=self.low, high=self.high, above=self.above)
        except UnitProblem as problem:
            context = {"message": problem.message, "code": problem.code, "hint": problem.hint}
            raise PydanticCustomError("amount", "{message}", context) from None
        return made

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say what may stand where an amount is wanted."""
        single: dict[str, Any] = {"type": "string", "description": f'a quantity in "{self.unit}"'}
        if self.unit == "dimensionless":
            single = {"type": ["number", "string"], "description": 'a number or share ("12 %")'}
        three = [
            {"type": "object", "properties": dict.fromkeys(keys, single), "required": list(keys)}
            for keys in (("low", "likely", "high"), ("min", "likely", "max"), ("p10", "p50", "p90"))
        ]
        return {"anyOf": [single, *three], "x-unit": self.unit}


# Field types, one a dimension. Each says its canonical unit in its name.
PowerMW = Annotated[Amount, In("MW", low=0)]
EnergyPriceUSDMWh = Annotated[Amount, In("USD/MWh", low=0)]
MoneyMUSD = Annotated[Amount, In("MUSD", low=0)]
CostMUSDPerMW = Annotated[Amount, In("MUSD/MW", low=0)]
DurationDay = Annotated[Amount, In("day", low=0)]
SlipDay = Annotated[Amount, In("day")]
WorkWd = Annotated[Amount, In("wd", low=0)]
LifeYear = Annotated[Amount, In("year", above=0)]
LandAcre = Annotated[Amount, In("acre", low=0)]
WindMph = Annotated[Amount, In("mph", low=0)]
Factor = Annotated[Amount, In("dimensionless", low=0)]
Ratio = Annotated[Amount, In("dimensionless", low=1, high=5)]
Share = Annotated[Amount, In("dimensionless", low=0, high=1)]
Rate = Annotated[Amount, In("dimensionless", low=-0.5, high=1)]

Count = Annotated[int, Strict(), Field(ge=0)]
Positive = Annotated[int, Strict(), Field(gt=0)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Date = dt.date
