"""Reports: facts of a Result, arranged in sections, rendered in formats, written as a run."""

from __future__ import annotations

from planner.report.chosen import FORMATS, rendered
from planner.report.compose import compose
from planner.report.document import Document
from planner.report.exporters.json_schema import results_schema
from planner.report.facts import gather
from planner.report.facts.key import Key, key_of
from planner.report.facts.measures import measures_of
from planner.report.methods_page import methods_document, methods_text
from planner.report.summary import (
    comparison_dict,
    comparison_text,
    headline,
    headline_text,
    simulation_dict,
    simulation_text,
    sweep_text,
)
from planner.report.sweep_page import sentences as sweep_sentences
from planner.report.sweep_page import sweep_document
from planner.report.write import write_run

__all__ = [
    "FORMATS",
    "Document",
    "Key",
    "comparison_dict",
    "comparison_text",
    "compose",
    "gather",
    "headline",
    "headline_text",
    "key_of",
    "measures_of",
    "methods_document",
    "methods_text",
    "rendered",
    "results_schema",
    "simulation_dict",
    "simulation_text",
    "sweep_document",
    "sweep_sentences",
    "sweep_text",
    "write_run",
]  # fmt: skip
