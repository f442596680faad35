"""Working time: from a clock minute to minutes worked, and back.

A calendar is a day type for each day of the tables; a day type is a list of working intervals
within a day. On days that are *off* (a storm, or weather for outdoor work) nothing is worked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.result import NEVER

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, IntArray, Network

DAY_MIN: Final = 1440
"""Minutes of a day; the clock knows no daylight saving."""


@dataclass(frozen=True)
class WorkTime:
    """The working minutes of one calendar in one sample.

    Parameters
    ----------
    day_type
        Index into the interval tables by day, shape (D,).
    is_off
        Days without any work, shape (D,).
    before_min
        Minutes worked before each day, shape (D + 1,).
    type_pointer, type_start_min, type_end_min
        Working intervals of each day type, as in `Network`.
    """

    day_type: IntArray
    is_off: BoolArray
    before_min: IntArray
    type_pointer: IntArray
    type_start_min: IntArray
    type_end_min: IntArray

    def worked(self, minute: int) -> int:
        """Return the minutes worked from the epoch to a clock minute within the tables."""
        day, rest = divmod(minute, DAY_MIN)
        total = int(self.before_min[day])
        if day == len(self.day_type) or self.is_off[day]:
            return total
        for start, end in self._intervals(day):
            total += min(max(rest - start, 0), end - start)
        return total

    def finish(self, minute: int, work_min: int) -> int:
        """Return the first minute by which `work_min` was worked since `minute`.

        Work that ends on Friday at 17:00 ends then, not on Monday morning. Nothing to do is done
        at once. `NEVER` where the tables end before.
        """
        if work_min == 0:
            return minute
        target = self.worked(minute) + work_min
        if target > self.before_min[-1]:
            return NEVER
        day = int(np.searchsorted(self.before_min, target, side="left")) - 1
        left = target - int(self.before_min[day])
        for start, end in self._intervals(day):
            if left <= end - start:
                return day * DAY_MIN + start + left
            left -= end - start
        raise ValueError(f"day {day} holds less work than its total says")

    def _intervals(self, day: int) -> list[tuple[int, int]]:
        kind = self.day_type[day]
        rows = range(self.type_pointer[kind], self.type_pointer[kind + 1])
        return [(int(self.type_start_min[i]), int(self.type_end_min[i])) for i in rows]


def type_work_min(network: Network) -> IntArray:
    """Return the working minutes of each day type."""
    total = np.concatenate([[0], np.cumsum(network.type_end_min - network.type_start_min)])
    work: IntArray = np.diff(total[network.type_pointer]).astype(np.int64)
    return work


def work_time(network: Network, calendar: int, is_off: BoolArray) -> WorkTime:
    """Return the working time of a calendar row with some days off."""
    day_type = network.day_type[calendar]
    work = np.where(is_off, 0, type_work_min(network)[day_type])
    return WorkTime(
        day_type,
        is_off,
        np.concatenate([[0], np.cumsum(work)]).astype(np.int64),
        network.type_pointer,
        network.type_start_min,
        network.type_end_min,
    )
