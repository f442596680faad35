"""The assumptions register: every number of the portfolio with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from planner.domain.portfolio import Provenance
    from planner.domain.result import Result

CONFIDENCE_ORDER: Final = {"none": 0, "assumption": 1, "estimated": 2, "published": 3}


@dataclass(frozen=True, slots=True)
class AssumptionFact:
    """A number with its origin.

    Parameters
    ----------
    confidence
        ``published``, ``estimated``, ``assumption``, or ``none`` where nothing is said.
    basis
        Title of the source, or why it was assumed.
    """

    file: str
    line: int
    path: str
    text: str
    confidence: str
    basis: str
    publisher: str
    date: str
    link: str


def assumption_facts(result: Result) -> tuple[AssumptionFact, ...]:
    """Return the register, the least certain first, then by file, line and path."""
    made = [_fact(result, p) for p in result.portfolio.provenance]
    return tuple(
        sorted(made, key=lambda a: (CONFIDENCE_ORDER[a.confidence], a.file, a.line, a.path))
    )


def _fact(result: Result, origin: Provenance) -> AssumptionFact:
    where = origin.where
    source = result.portfolio.sources.get(origin.source) if origin.source else None
    place = (where.file, where.line, where.path, origin.text)
    if source:
        return AssumptionFact(
            *place, source.confidence, source.title, source.publisher, source.date, source.link
        )
    if origin.assumption:
        return AssumptionFact(*place, "assumption", origin.assumption, "", "", "")
    return AssumptionFact(*place, "none", origin.source, "", "", "")
