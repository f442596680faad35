"""Outcomes held against each other, field by field."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Every field of two frozen records is the same, in records within records too."""
    assert type(one) is type(other), where
    for field in dataclasses.fields(one):
        mine, yours = getattr(one, field.name), getattr(other, field.name)
        if dataclasses.is_dataclass(mine):
            assert_same(mine, yours, f"{where}{field.name}.")
        elif isinstance(mine, np.ndarray):
            assert mine.dtype == yours.dtype, f"{where}{field.name}"
            assert mine.tobytes() == yours.tobytes(), f"{where}{field.name}"
        else:
            assert mine == yours, f"{where}{field.name}"
