"""Schedules as other tools hold them: a neutral value, an MS Project writer, MPXJ's formats."""

from planner.exchange.as_actuals import actuals_yaml
from planner.exchange.as_mode import mode_yaml
from planner.exchange.as_planned import planned_actuals_yaml
from planner.exchange.as_sites import ImportedSite, import_sites
from planner.exchange.build import schedule_of
from planner.exchange.mpxj import MPXJ_FORMATS, read_schedule, rewritten
from planner.exchange.mspdi import render as mspdi
from planner.exchange.schedule import Calendar, Link, Schedule, Task
from planner.exchange.site_template import template_book, template_csv

__all__ = [
    "MPXJ_FORMATS",
    "Calendar",
    "ImportedSite",
    "Link",
    "Schedule",
    "Task",
    "actuals_yaml",
    "import_sites",
    "mode_yaml",
    "mspdi",
    "planned_actuals_yaml",
    "read_schedule",
    "rewritten",
    "schedule_of",
    "template_book",
    "template_csv",
]
