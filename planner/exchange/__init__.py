"""Schedules as other tools hold them: a neutral value, an MS Project writer, MPXJ's formats."""

from planner.exchange.as_mode import mode_yaml
from planner.exchange.build import schedule_of
from planner.exchange.mpxj import MPXJ_FORMATS, read_schedule, rewritten
from planner.exchange.mspdi import render as mspdi
from planner.exchange.schedule import Calendar, Link, Schedule, Task

__all__ = [
    "MPXJ_FORMATS",
    "Calendar",
    "Link",
    "Schedule",
    "Task",
    "mode_yaml",
    "mspdi",
    "read_schedule",
    "rewritten",
    "schedule_of",
]
