"""The base of every record a user writes, and the field types they are made of.

A field typed `Amount(unit)` takes a quantity with its unit, or a three-point mapping; the loader
strips ``source:`` and ``assumption:`` (allowed beside any value) before a record sees its data.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    Strict,
)
from pydantic_core import CoreSchema, PydanticCustomError

from planner.domain.amount import Amount, parse_amount
from planner.units import UnitProblem


class Model(BaseModel):
    """Frozen record: unknown keys refused, field docstrings become the schema's text."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True
    )


class _AmountSchema:
    """Tells JSON Schema what may stand where an amount is wanted."""

    def __init__(self, unit: str) -> None:
        self.unit = unit

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        single: dict[str, Any] = {"type": "string", "description": f'a quantity in "{self.unit}"'}
        if self.unit == "dimensionless":
            single = {"type": ["number", "string"], "description": 'a number or share ("12 %")'}
        three = [
            {
                "type": "object",
                "properties": {k: single for k in keys},
                "required": list(keys),
            }
            for keys in (("low", "likely", "high"), ("min", "likely", "max"), ("p10", "p50", "p90"))
        ]
        return {"anyOf": [single, *three], "x-unit": self.unit}


def amount(
    unit: str, *, low: float | None = None, high: float | None = None, above: float | None = None
) -> Any:  # noqa: ANN401 - builds a type
    """Return the field type of a quantity in `unit`, checked against its bounds at all its points.

    Parameters
    ----------
    unit
        Canonical unit; any unit of the same dimension may be written.
    low, high
        Inclusive bounds in `unit`.
    above
        Exclusive lower bound in `unit`.
    """

    def check(value: object) -> Amount:
        if isinstance(value, Amount):
            return value
        try:
            made = parse_amount(value, unit)
            made.check_bounds(low=low, high=high, above=above)
        except UnitProblem as problem:
            raise PydanticCustomError(
                "amount",  # type: ignore[arg-type]  # a literal is wanted, ours is one
                "{message}",
                {"message": problem.message, "code": problem.code, "hint": problem.hint},
            ) from None
        return made

    return Annotated[
        Amount, BeforeValidator(check), PlainSerializer(lambda a: a.text), _AmountSchema(unit)
    ]


# Field types, one a dimension. Each says its canonical unit in its name.
PowerMW: Final = amount("MW", low=0)
EnergyPriceUSDMWh: Final = amount("USD/MWh", low=0)
MoneyMUSD: Final = amount("MUSD", low=0)
CostMUSDPerMW: Final = amount("MUSD/MW", low=0)
DurationDay: Final = amount("day", low=0)
SlipDay: Final = amount("day")
WorkWd: Final = amount("wd", low=0)
LifeYear: Final = amount("year", above=0)
LandAcre: Final = amount("acre", low=0)
WindMph: Final = amount("mph", low=0)
Factor: Final = amount("dimensionless", low=0)
Ratio: Final = amount("dimensionless", low=1, high=5)
Share: Final = amount("dimensionless", low=0, high=1)
Rate: Final = amount("dimensionless", low=-0.5, high=1)

Count = Annotated[int, Strict(), Field(ge=0)]
Positive = Annotated[int, Strict(), Field(gt=0)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Date = dt.date
