"""Activities and their relations, as a schedule knows them."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, PlainSerializer
from pydantic_core import CoreSchema, PydanticCustomError

from planner.domain.base import Count, Factor, Flag, Model, Name, WorkWd
from planner.units import UnitProblem, parse

CheckNumber = Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
"""Number of a DCMA check."""


class Kind(enum.IntEnum):
    """Kind of a relation; the integer goes into engine arrays."""

    FS = 0
    SS = 1
    FF = 2
    SF = 3


@dataclass(frozen=True, slots=True)
class Relation:
    """A predecessor with its kind and elapsed lag.

    Written "T02", "T02 SS+9d", "prev.C20 SS+28d" (the same row in the block before).
    """

    predecessor: str
    kind: Kind = Kind.FS
    lag_day: float = 0.0

    def __str__(self) -> str:
        lag = f"+{self.lag_day:g}d" if self.lag_day else ""
        return f"{self.predecessor} {self.kind.name}{lag}"


_RELATION = re.compile(r"^\s*(.+?)(?:\s+(FS|SS|FF|SF)\s*(?:([+-])\s*(\S.*))?)?\s*$")


def parse_relation(text: object) -> Relation:
    """Return the relation that a user wrote, such as "T02 SS+9d".

    Raises
    ------
    PydanticCustomError
        If it is no relation, or its lag is negative or no elapsed time.
    """
    if isinstance(text, Relation):
        return text
    match = _RELATION.match(text) if isinstance(text, str) else None
    if match is None:
        raise _bad(f"not a relation: {text!r}", 'write e.g. "T02 SS+9d"')
    name, kind, sign, lag = match.groups()
    if sign == "-":
        raise _bad(f'negative lag in "{text}"', "model the overlap as SS with a positive lag")
    try:
        days = parse(lag, "day") if lag else 0.0
    except UnitProblem as problem:
        raise _bad(f'lag of "{text}": {problem.message}', problem.hint or "+5d") from None
    return Relation(name, Kind[kind or "FS"], days)


def _bad(message: str, hint: str) -> PydanticCustomError:
    context = {"message": message, "code": "relation", "hint": hint}
    return PydanticCustomError("relation", "{message}", context)


class _RelationSchema:
    @staticmethod
    def __get_pydantic_json_schema__(
        _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "description": 'a predecessor: "T02", "T02 SS+9d"'}


RelationField = Annotated[
    Relation, BeforeValidator(parse_relation), PlainSerializer(str), _RelationSchema
]


class HealthNote(Model):
    """What a schedule reviewer is told of rows that offend against health checks."""

    exempt: tuple[CheckNumber, ...] = ()
    """Numbers of the DCMA checks whose premise does not hold, such as 8 for a permit that an
    authority paces. The row leaves their count; the tables say how many did."""
    explain: tuple[CheckNumber, ...] = ()
    """Numbers of the DCMA checks that it fails for a reason, such as 3 for trades that overlap. It
    counts all the same; the reason is printed beside the verdict."""
    why: Annotated[str, Field(min_length=1)]
    """The reason, as it would stand in the review."""
    rows: tuple[Name, ...] = ()
    """Rows it is for, where it stands at a whole network; all of them where empty."""


def as_list(value: object) -> object:
    """Return a list of one note where a note stands alone."""
    return (value,) if isinstance(value, dict) else value


class _OneOrMoreSchema:
    @staticmethod
    def __get_pydantic_json_schema__(
        core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        many = handler(core)
        return {"anyOf": [many["items"], many]}


HealthNotes = Annotated[tuple[HealthNote, ...], BeforeValidator(as_list), _OneOrMoreSchema]
"""Notes at a whole network; one may stand alone."""


class Activity(Model):
    """One activity of a network: its work, who does it, and what it waits for."""

    title: str
    """What is done, as a scheduler would write it."""
    phase: Name = "other"
    """Work breakdown group: design, civil, shell, yard, electrical, mechanical, fit-out,
    commissioning, it."""
    duration: WorkWd
    """Work in working days of `calendar` with the crews stated, before weather and waiting."""
    calendar: str
    """Calendar on which `duration` is stated, and on which it runs unless the hall's calendar
    choice replaces it."""
    keeps_calendar: Flag = False
    """Whether it stays on `calendar` whatever the hall is built on (authorities, offices)."""
    crews: dict[str, Count] = {}
    """Whole crews per trade for one working position; crews behind the calendar come on top."""
    tools: dict[str, Count] = {}
    """One-of-a-kind things it holds, such as a load bank set."""
    after: tuple[RelationField, ...] = ()
    """Predecessors. Names are activities of the same network; site activities; ``release`` (the
    hall's start commitment, alias M0); ``prev.ID`` (the same row one block earlier); and for the
    rows of a tail the hooks of the mode."""
    outdoor: Flag = False
    """Whether weather stops it."""
    waits_for: tuple[str, ...] = ()
    """Equipment classes of which a unit must have arrived."""
    gate: Literal["power", "racks"] | None = None
    """External gate: a tranche with room for the block, or the delivery of its racks."""
    per: Literal["hall", "block"] = "hall"
    """Whether it is done once a hall or once for each block that is turned over."""
    scale: Factor | None = None
    """Exponent of work over the ratio of IT power to the reference unit; 0 where not given."""
    cost_share: Factor | None = None
    """Share of the hall's construction cost; the shares of a mode sum to 1."""
    drivers: tuple[str, ...] = ()
    """Risk drivers that multiply its work."""
    closes_envelope: Flag = False
    """Whether the hall withstands its finished design wind once this is done."""
    health: HealthNotes = ()
    """Schedule health checks that it is exempt from, or why it fails them."""
