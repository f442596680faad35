"""What may stand where: the records' fields, read from their annotations for messages."""

from __future__ import annotations

import difflib
import types
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from planner.domain.base import In, Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MODEL_DEPTH = 4
"""Levels below a record that are searched for a misplaced field."""


@dataclass(frozen=True)
class Shape:
    """What an annotation takes, as far as a message needs it.

    Parameters
    ----------
    model
        Record that stands here, if one does.
    each
        Annotation of the values of a mapping by name, or of the items of a list.
    is_list
        Whether `each` are items.
    amount
        Unit of a quantity that stands here.
    choices
        Texts of a closed choice.
    base
        Plain type otherwise.
    """

    model: type[Model] | None = None
    each: Any = None
    is_list: bool = False
    amount: In | None = None
    choices: tuple[str, ...] = ()
    base: Any = None

    @property
    def has_keys(self) -> bool:
        """Whether a mapping stands here: a record, or values by name."""
        return self.model is not None or (self.each is not None and not self.is_list)


def shape(annotation: Any, metadata: Sequence[Any] = ()) -> Shape:
    """Return what an annotation takes; ``None`` beside it is left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return shape(inner, [*more, *metadata])
    if origin in (Union, types.UnionType):
        rest = [arg for arg in get_args(annotation) if arg is not type(None)]
        return shape(rest[0], metadata)
    if origin is Literal:
        return Shape(choices=tuple(map(str, get_args(annotation))))
    if origin is dict:
        return Shape(each=get_args(annotation)[1], base=dict)
    if origin is tuple:
        return Shape(each=get_args(annotation)[0], is_list=True, base=tuple)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return Shape(model=annotation)
    amount = next((item for item in metadata if isinstance(item, In)), None)
    return Shape(amount=amount, base=annotation)


@cache
def fields(model: type[Model]) -> dict[str, Shape]:
    """Return the shape of each field of a record."""
    return {
        name: shape(info.annotation, info.metadata) for name, info in model.model_fields.items()
    }


def at(model: type[Model], path: Sequence[str | int]) -> Shape | None:
    """Return the shape at a key path below a record, or None where there is no such place."""
    here: Shape | None = Shape(model=model)
    for key in path:
        here = below(here, str(key))
    return here


def below(here: Shape | None, key: str) -> Shape | None:
    """Return the shape at a key of what stands here, or None where there is no such place."""
    if here is not None and here.model is not None:
        return fields(here.model).get(key)
    return None if here is None or here.each is None else shape(here.each)


def nearest(name: str, known: Sequence[str], cutoff: float = 0.6) -> str:
    """Return the known name that a user most likely meant, or nothing.

    Parameters
    ----------
    cutoff
        Least likeness, of 1 for the same name; upper and lower case are alike.

    Examples
    --------
    >>> nearest("powr", ["power", "count"]), nearest("tnet", ["tent", "colo"]), nearest("x", ["y"])
    ('power', 'tent', '')
    """
    same = [k for k in known if k.lower() == name.lower()]
    return next(iter(same or difflib.get_close_matches(name, known, n=1, cutoff=cutoff)), "")


def deeper(model: type[Model], name: str, data: object, levels: int = MODEL_DEPTH) -> str:
    """Return the path of a field of that name below a record, through the keys there are.

    Parameters
    ----------
    model
        Record to search below.
    name
        Field looked for.
    data
        What the user wrote at the record, so that a real key stands in the path.
    levels
        How many more levels to go down.
    """
    inside: list[tuple[str, type[Model], object]] = []
    for field, what in fields(model).items():
        value = data.get(field) if isinstance(data, dict) else None
        inside += [(f"{field}{key}", child, below) for key, child, below in _children(what, value)]
    for path, child, _below in inside:
        if name in child.model_fields:
            return f"{path}.{name}"
    if levels > 1:
        for path, child, below in inside:
            if found := deeper(child, name, below, levels - 1):
                return f"{path}.{found}"
    return ""


def _children(what: Shape, value: object) -> Iterator[tuple[str, type[Model], object]]:
    if what.model is not None:
        yield "", what.model, value
    elif what.each is not None and (child := shape(what.each).model) is not None:
        if isinstance(value, dict) and value:
            for key, below in list(value.items())[:8]:
                yield f".{key}", child, below
        elif isinstance(value, (list, tuple)) and value:
            yield ".0", child, value[0]


def home_of(model: type[Model], data: object) -> str:
    """Return the field of a record whose entries look like `data`: it was indented too little."""
    if not isinstance(data, dict) or not data:
        return ""
    for field, what in fields(model).items():
        child = shape(what.each).model if what.each is not None and not what.is_list else None
        if child is not None and set(data) <= set(child.model_fields):
            return field
    return ""


def twin_of(model: type[Model], data: object, free: Sequence[str]) -> str:
    """Return the field not given whose own fields are those of `data`: it was misnamed."""
    if not isinstance(data, dict) or not data:
        return ""
    known = fields(model)
    children = {name: known[name].model for name in free}
    return next((n for n, m in children.items() if m and set(data) <= set(m.model_fields)), "")
