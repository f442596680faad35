"""From a Result to a Document: the facts once, then every section in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner import __version__
from planner.report import sentences, words
from planner.report.document import Cell, Document
from planner.report.facts import Facts, gather
from planner.report.sections import SECTIONS

if TYPE_CHECKING:
    from planner.domain.result import Result


def compose(result: Result, *, identity: str = "") -> Document:
    """Return the report of a run; `identity` names the run in its band."""
    return arrange(gather(result), identity=identity)


def arrange(facts: Facts, *, identity: str = "") -> Document:
    """Return the report made of facts."""
    result = facts.result
    spec = result.portfolio.spec
    pairs = [
        ("data date", words.iso(spec.data_date)),
        ("horizon", words.iso(spec.horizon)),
        ("run", identity[:12] or "–"),
        ("seed", str(result.seed)),
        ("futures", f"{result.outcome.samples:,}"),
        *_gap(result),
    ]
    return Document(
        title=spec.title or spec.portfolio,
        facts=tuple(pairs),
        chip=sentences.chip(facts),
        sections=tuple(s.built(facts) for s in SECTIONS.values() if s.is_shown(facts)),
        stamps=stamps(result, identity),
    )


def _gap(result: Result) -> list[tuple[str, str]]:
    """Return the gap as a pair for the band, nothing for a plan written by hand."""
    status = result.plan.status
    if status is None:
        return []
    gap = words.share(status.gap) if status.gap is not None else "none proved"
    if not status.is_reproducible:
        return [("status", status.text.removeprefix("status: "))]
    return [("gap", gap)]


def stamps(result: Result, identity: str) -> dict[str, Cell]:
    """Return what every output carries."""
    status = result.plan.status
    return {
        "planner": __version__,
        "portfolio": result.portfolio.spec.portfolio,
        "run": identity,
        "seed": result.seed,
        "solver": status.solver if status else None,
        "gap": status.gap if status else None,
        "is_reproducible": status.is_reproducible if status else True,
        "is_verified": result.verification.is_verified,
    }
