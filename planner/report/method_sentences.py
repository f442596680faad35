"""What the page of build methods says in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from planner.report import words
from planner.report.facts.method_traits import traits

if TYPE_CHECKING:
    from planner.domain.methods import MethodsStudy, MethodTrial

STANDARD: Final = "standard"
FREE: Final = "free"
NEGLIGIBLE_DAY: Final = 0.05


def methods_sentences(found: MethodsStudy) -> list[str]:
    """Return what the page says, in sentences."""
    made = []
    for site in dict.fromkeys(t.candidate.site for t in found.trials):
        made += [site_sentence(found, site), *_calendar_sentence(found, site)]
    return [*made, *_plan_sentences(found)]


def of_site(found: MethodsStudy, site: str, calendar: str | None = STANDARD) -> list[MethodTrial]:
    """Return the trials of a site, on one calendar where that is given."""
    return [
        t for t in found.trials
        if t.candidate.site == site and calendar in (None, t.candidate.calendar)
    ]  # fmt: skip


def _offered_first(trials: list[MethodTrial]) -> list[MethodTrial]:
    return [t for t in trials if t.is_offered] or trials


def site_sentence(found: MethodsStudy, site: str) -> str:
    """Say how long the quickest and the slowest method on offer take, and what is waited for."""
    offered = _offered_first(of_site(found, site))
    fast = min(offered, key=lambda t: t.day[1])
    slow = max(offered, key=lambda t: t.day[1])
    text = f"At {site} {_with_days(fast)}"
    if slow is not fast and math.isfinite(slow.day[1]):
        text += f", {_with_days(slow)}"
    wait = sum(s.day for s in fast.steps if s.kind == "wait")
    biggest = max((s for s in fast.steps if s.kind == "wait"), key=lambda s: s.day, default=None)
    if biggest is not None and wait > NEGLIGIBLE_DAY:
        text += (
            f"; {wait:.0f} of the days of {fast.candidate.mode} are waits, most of them "
            f"{biggest.title.removeprefix('Waiting ').lower()}"
        )
    return text + "."


def _with_days(t: MethodTrial) -> str:
    if not math.isfinite(t.day[1]):
        return f"{t.candidate.mode} is not in service within the tables"
    return (
        f"{t.candidate.mode} takes {t.day[1]:.0f} days from release to service at P50"
        f" ({t.stocked_day[1]:.0f} with all equipment there)"
    )


def _calendar_sentence(found: MethodsStudy, site: str) -> list[str]:
    """Say what the longest hours gain over the shortest, for the method the page names first."""
    offered = _offered_first(of_site(found, site))
    mode = min(offered, key=lambda t: t.day[1]).candidate.mode
    whole = [
        t for t in of_site(found, site, None)
        if t.candidate.mode == mode and math.isfinite(t.day[1])
    ]  # fmt: skip
    fast = min(whole, key=lambda t: t.day[1], default=None)
    slow = max(whole, key=lambda t: t.day[1], default=None)
    if fast is None or slow is None or fast is slow:
        return []
    costs = [traits(found.portfolio, t).cost_musd_per_mw for t in (slow, fast)]
    return [(
        f"Hours count there: {mode} on {fast.candidate.calendar} is in service "
        f"{slow.day[1] - fast.day[1]:.0f} days sooner than on {slow.candidate.calendar}, for "
        f"{words.sig3(costs[1])} instead of {words.sig3(costs[0])} MUSD a MW."
    )]  # fmt: skip


def _plan_sentences(found: MethodsStudy) -> list[str]:
    made = []
    for measure in found.comparison.measures[:1]:
        alone = [
            d for d in found.comparison.differences
            if d.measure == measure.name and d.variant != FREE and math.isfinite(d.median)
        ]  # fmt: skip
        free = next((d for d in found.comparison.differences
                     if d.measure == measure.name and d.variant == FREE), None)  # fmt: skip
        if free is not None and math.isfinite(free.median):
            others = words.listed([f"{words.sig3(d.median)} with {d.variant} alone" for d in alone])
            made.append(
                f"As whole plans: {measure.name}, median {words.sig3(free.median)} with the free "
                f"mix" + (f", {others}." if alone else ".")
            )
    made += [
        f"With {name} alone there is no plan: {why.splitlines()[0]}."
        for name, why in found.comparison.failures.items()
    ]
    return made


def storm_sentence(found: MethodsStudy) -> str:
    """Say what storms cost the method that they cost most."""
    hit = [t for t in found.trials if t.candidate.calendar == STANDARD and t.hit_share > 0]
    if not hit:
        return "No storm hits a hall of any method while it is built, in any future."
    worst = max(hit, key=lambda t: (t.storm_worst_musd, t.storm_day))
    if worst.storm_day < NEGLIGIBLE_DAY and worst.storm_worst_musd < NEGLIGIBLE_DAY:
        return "Storms cost no method anything to speak of while its halls are built."
    return (
        f"Storms touch {worst.candidate.mode} at {worst.candidate.site} in "
        f"{words.share(worst.hit_share)} of futures: {worst.storm_day:.1f} days and "
        f"{words.musd(worst.storm_musd)} a hall on average, "
        f"{words.musd(worst.storm_worst_musd)} in the worst twentieth."
    )
