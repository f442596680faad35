"""Schedules as other tools hold them: a neutral value, an MS Project writer, MPXJ's formats."""

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
    "mspdi",
    "read_schedule",
    "rewritten",
    "schedule_of",
]
