"""Specs: files to a checked Portfolio with the place of everything in them, and to a Plan."""

from planner.specs.files import portfolio_names, shipped_folder
from planner.specs.load import KINDS, check, check_file, kind_of_file, load
from planner.specs.plan_document import read_plan
from planner.specs.schema import schema
from planner.specs.starter import write_starter

__all__ = [
    "KINDS",
    "check",
    "check_file",
    "kind_of_file",
    "load",
    "portfolio_names",
    "read_plan",
    "schema",
    "shipped_folder",
    "write_starter",
]
