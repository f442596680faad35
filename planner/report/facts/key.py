"""The key date of a run by sample, for those who run its futures again without a cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.report import words
from planner.report.facts.dates import Basis, date_fact, date_facts, subjects, target_facts
from planner.report.facts.inventory import take, with_gpus_only
from planner.report.facts.risk import key_date

if TYPE_CHECKING:
    from planner.domain.result import IntArray, Result


@dataclass(frozen=True, slots=True)
class Key:
    """The capacity whose date a report turns on."""

    subject: str
    amount_mw: float
    basis: Basis

    def __str__(self) -> str:
        place = "" if self.subject == "portfolio" else f" at {self.subject}"
        return f"{words.mw(self.amount_mw)} of {self.basis} power in service{place}"

    def minutes(self, result: Result) -> IntArray:
        """Return when it is in service in each future of a run, shape (S,); the plan's own lots."""
        result = with_gpus_only(result)
        inventory = take(result)
        subject = next(s for s in subjects(inventory) if s.name == self.subject)
        return date_fact(result, inventory, subject, self.amount_mw, self.basis).minutes


def key_of(result: Result) -> Key | None:
    """Return the key of a run as its report has it; None where nothing is to come."""
    result = with_gpus_only(result)
    inventory = take(result)
    spec = result.portfolio.spec
    targets = target_facts(result, inventory, {**spec.targets, **spec.policy.dates})
    found = key_date(result, date_facts(result, inventory), targets)
    if found is None:
        return None
    return Key(found.fact.subject, found.fact.amount_mw, found.fact.basis)
