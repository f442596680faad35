"""Specs: files to a checked Portfolio with the place of everything in them, and to a Plan."""

from planner.specs.files import portfolio_names, shipped_folder
from planner.specs.load import (
    KINDS,
    OVERRIDE,
    check,
    check_file,
    check_overlays,
    kept,
    kind_of_file,
    load,
    load_again,
    load_kept,
)
from planner.specs.plan_document import plan_name, read_plan
from planner.specs.schema import schema
from planner.specs.starter import write_starter

__all__ = [
    "KINDS",
    "OVERRIDE",
    "check",
    "check_file",
    "check_overlays",
    "kept",
    "kind_of_file",
    "load",
    "load_again",
    "load_kept",
    "plan_name",
    "portfolio_names",
    "read_plan",
    "schema",
    "shipped_folder",
    "write_starter",
]
