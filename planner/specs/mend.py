"""A stand-in for a file that is not valid yet, so that the checks can look at the rest of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from planner.domain.activity import Relation
from planner.domain.amount import fixed
from planner.domain.base import Model
from planner.specs.fields import Shape, at, fields, shape

if TYPE_CHECKING:
    from planner.specs.translate import Loc

M = TypeVar("M", bound=Model)

ROUNDS = 5
"""Mending one error can lay bare the next below it; more levels than this are given up."""


def mend(model: type[M], data: Any) -> tuple[M | None, set[Loc]]:
    """Return the record with something harmless in place of what is wrong, and where that is.

    Parameters
    ----------
    model
        Record wanted.
    data
        What the user wrote; changed in place.

    Returns
    -------
    tuple
        The record, or None where it could not be mended; key paths of what was put in.
    """
    broken: set[Loc] = set()
    for _ in range(ROUNDS):
        try:
            return model.model_validate(data), broken
        except ValidationError as error:
            for each in error.errors(include_url=False, include_context=False):
                loc = tuple(key for key in each["loc"] if key != "[key]")
                broken.add(loc)
                _put(model, data, loc, is_extra=each["type"] == "extra_forbidden")
    return None, broken


def _put(model: type[Model], data: Any, loc: Loc, *, is_extra: bool) -> None:
    here: Any = data
    for key in loc[:-1]:
        try:
            here = here[key]
        except (KeyError, IndexError, TypeError):
            return
    last = loc[-1] if loc else ""
    if isinstance(here, dict):
        if is_extra:
            here.pop(last, None)
        else:
            here[last] = harmless(at(model, loc) or Shape(base=str))
    elif isinstance(here, list) and isinstance(last, int) and last < len(here):
        here[last] = harmless(at(model, loc) or Shape(base=str))


def harmless(what: Shape) -> Any:
    """Return a value that a place takes and that says nothing."""
    if what.model is not None:
        known = fields(what.model)
        info = what.model.model_fields
        return {name: harmless(known[name]) for name in known if info[name].is_required()}
    if what.each is not None:
        return [harmless(shape(what.each))] if what.is_list else {}
    if what.amount is not None:
        low = what.amount.above if what.amount.low is None else what.amount.low
        return fixed(min(1.0 + (low or 0.0), what.amount.high or 2.0), what.amount.unit)
    if what.choices:
        return what.choices[0]
    plain: dict[Any, Any] = {
        int: 1, float: 1.0, bool: False, dt.date: dt.date(2030, 1, 1), Relation: "release",
    }  # fmt: skip
    return plain.get(what.base, "?")
