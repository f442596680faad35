"""Sentences made from facts; each says only what its figures carry, for none, one and many."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from planner.report import words
from planner.report.document import Chip
from planner.report.facts.commitments import SOON_DAYS, Commitment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.report.facts import (
        Arrival,
        CapacityFact,
        DateFact,
        Facts,
        GaveWayFact,
        RiskFact,
        StrandingFact,
        SupplyFact,
        TeamFact,
    )

STEPS = 3
"""Steps of the ladder of capacities that the answer names."""


def chip(facts: Facts) -> Chip:
    """Return the worst of what is true of a run."""
    result = facts.result
    found = result.verification
    share = words.share(found.confidence)
    broken = [v for v in found.verdicts if not v.is_kept]
    status = result.plan.status
    if broken:
        end = f"; {status.text}" if status and not status.is_reproducible else ""
        return Chip(f"Not verified: {_broken(len(broken), len(found.verdicts), share)}{end}", "bad")
    if status and not status.is_reproducible:
        return Chip(f"{status.text.capitalize()}; every promise kept", "warn")
    if not found.verdicts:
        return Chip("Simulated; no promises to verify", "warn")
    quantile = f"P{round(100 * found.confidence)}"
    return Chip(f"Verified at {quantile}; all promises at once {words.share(found.joint)}", "good")


def _broken(broken: int, total: int, share: str) -> str:
    """Say how many promises hold too seldom."""
    if total == 1:
        return f"its one promise holds in less than {share} of futures"
    verb = "holds" if broken == 1 else "hold"
    return f"{broken} of {total} promises {verb} in less than {share} of futures"


def answer(facts: Facts) -> tuple[str, ...]:
    """Return the headline: what to commit to, when it serves, who computes on it, what limits."""
    made = [commit(facts.soon, facts.result.plan.data_date), when(facts)]
    if facts.teams:
        made.append(first_team(facts.teams[0], facts.arrival))
    made += [limited(facts.limits[0], facts.supply), gives_way(facts.gave_way)]
    return tuple(s for s in made if s)


def commit(due: Sequence[Commitment], data_date: dt.date) -> str:
    """Say what the next ninety days commit to."""
    last = data_date + dt.timedelta(days=SOON_DAYS)
    if not due:
        return f"Nothing has to be committed before {words.month(last)}."
    parts = []
    for what, noun in (
        ("hall", "hall start"), ("GPUs", "GPU"), ("equipment", "equipment unit"),
        ("retirement", "GPU retirement"), ("move", "GPU move"),
    ):  # fmt: skip
        number = sum(c.count for c in due if c.what == what)
        if number:
            parts.append(words.counted(number, noun))
    return f"Commit to {words.listed(parts)} by {words.iso(last)}."


def when(facts: Facts) -> str:
    """Say when announced capacities serve, or else the last steps of the portfolio's ladder."""
    spec = facts.result.portfolio.spec
    announced = [t for t in facts.targets if t.target_name in spec.targets]
    if announced:
        return f"{'; '.join(against(facts, t) for t in announced)}."
    mine = [d for d in facts.dates if d.subject == "portfolio" and d.basis == "IT"]
    if mine:
        return f"The portfolio reaches {words.listed([reached(d) for d in mine[-STEPS:]])}."
    now = float(facts.capacity[0].it.p50[0]) if len(facts.capacity[0].it.p50) else 0.0
    return f"The plan adds no step of capacity to the {words.mw(now)} of IT power in service."


def against(facts: Facts, fact: DateFact) -> str:
    """Say when an announced capacity serves and when it was announced for."""
    name = subject_name(facts, fact)
    due = f"announced {words.month(fact.target)}"
    if fact.spread.reached == 0:
        return f"{name} does not reach {words.mw(fact.amount_mw)} IT, {due}"
    if fact.spread.p50 is None or fact.target is None:
        return f"{name} reaches {reached(fact)}, {due}"
    return f"{name} reaches {reached(fact)}, {apart(fact.spread.p50, fact.target)}"


def apart(day: dt.date, announced: dt.date) -> str:
    """Say how far a date lies from the announced one: "4 months after the announced May 2027".

    By the calendar's months, as a reader of the two would count.
    """
    months = 12 * (day.year - announced.year) + day.month - announced.month
    if not months:
        return f"as announced for {words.month(announced)}"
    number = words.counted(abs(months), "month")
    side = "after" if months > 0 else "before"
    return f"{number} {side} the announced {words.month(announced)}"


def subject_name(facts: Facts, fact: DateFact) -> str:
    """Return the title of the site that a date is about, or "the portfolio"."""
    site = facts.result.portfolio.sites.get(fact.subject)
    return site.title if site else "The portfolio"


def capacity_name(facts: Facts, fact: DateFact) -> str:
    """Return what a date is about in a few words: "Prometheus, 1.00 GW IT in service"."""
    site = facts.result.portfolio.sites.get(fact.subject)
    amount = f"{words.mw(fact.amount_mw)} {fact.basis} in service"
    return f"{site.title}, {amount}" if site else amount


def reached(fact: DateFact) -> str:
    """Say when a capacity is in service: "1.00 GW IT in May 2027 (P50; P80 July 2027)"."""
    amount = f"{words.mw(fact.amount_mw)} {fact.basis}"
    if fact.spread.p50 is None:
        return f"{amount} in time in {words.share(fact.spread.reached)} of futures only"
    p50, p80 = words.month(fact.spread.p50), words.month(fact.spread.p80)
    return f"{amount} in {p50} ({'P50 and P80' if p80 == p50 else f'P50; P80 {p80}'})"


def first_team(team: TeamFact, arrival: Arrival) -> str:
    """Say what a team has per researcher today and when the thing bet on arrives."""
    now, then = team.per_researcher.p50[0], team.per_researcher.p50[arrival.period]
    if not np.isfinite(then):
        return f"{team.title} has no researchers {arrival.in_prose}."
    later = f"{words.count(then)} H100e per researcher {arrival.in_prose} (P50)"
    if not np.isfinite(now) or now <= 0:
        return f"{team.title} then has {later}."
    return (
        f"{team.title} has {later}, {words.times(then / now)} today's {words.count(now)}."
        if words.count(then) != words.count(now)
        else f"{team.title} has {later}, as today."
    )


def gives_way(wishes: Sequence[GaveWayFact]) -> str:
    """Say which soft wishes give way and by how much; nothing where none does."""
    nouns = {"floor": "the floor of", "guarantee": "the guarantee of", "required": "required date"}
    parts = [
        f"{nouns[w.kind]} {w.title} (up to {words.share(w.share)} missed, "
        + (f"by {w.first})" if w.kind == "required" else f"{w.first} to {w.last})")
        for w in wishes
    ]
    return f"Not all wishes can be kept; what gives way: {words.listed(parts)}." if parts else ""


def limited(limits: Sequence[str], supply: Sequence[SupplyFact] = ()) -> str:
    """Say what holds back GPUs in service, by the number of periods in which it does.

    Where nothing does, the SKU of which all is ordered most often.
    """
    worst, number = _worst(limits)
    if not number:
        out = bought_out(supply, len(limits))
        return f"At P50 GPUs are in service when the plan counts on them{out and '; '}{out}."
    subject = {"power": "Firm power limits", "halls": "Halls limit", "GPUs": "GPU deliveries limit"}
    periods = words.plural(len(limits), "period")
    return f"{subject[worst]} what is in service in {number} of {len(limits)} {periods}."


def bought_out(supply: Sequence[SupplyFact], periods: int) -> str:
    """Say of which SKU the plan orders all there is most often, nothing where of none."""
    worst = max(supply, key=lambda f: len(f.bought_out), default=None)
    if worst is None or not worst.bought_out:
        return ""
    number = f"{len(worst.bought_out)} of {words.counted(periods, 'period')}"
    return f"all that makers deliver of {worst.sku} is ordered in {number}"


def _worst(limits: Sequence[str]) -> tuple[str, int]:
    """Return the commonest limit other than the plan itself, and its periods."""
    counts = {name: list(limits).count(name) for name in ("power", "halls", "GPUs")}
    worst = max(counts, key=lambda n: counts[n])
    return worst, counts[worst]


def limit_title(fact: CapacityFact, limits: Sequence[str], labels: Sequence[str], name: str) -> str:
    """Say what limits a site and until when: the title of the capacity figure."""
    if not fact.demand.any():
        return f"No GPUs are planned at {name}"
    worst, _ = _worst(limits)
    late = sum(limit != "plan" for limit in limits)
    if late <= len(limits) // 10:
        place = "" if fact.subject == "portfolio" else f"At {name} "
        rest = "" if not late else f" in {len(limits) - late} of {len(limits)} periods"
        return _capital(f"{place}GPUs serve when the plan counts on them{rest}, at P50")
    subject = {"power": "Firm power holds back", "halls": "Halls hold back",
               "GPUs": "GPU deliveries hold back"}  # fmt: skip
    last = max(i for i, limit in enumerate(limits) if limit == worst)
    return f"{subject[worst]} {name} until {labels[last]}"


def stranding_title(fact: StrandingFact) -> str:
    """Say what stands idle over the horizon and what it costs."""
    money = {
        "power without halls and GPUs": float(fact.totals["power_musd"].p50[0]),
        "halls without GPUs": float(fact.totals["halls_musd"].p50[0]),
        "GPUs without a powered hall": float(fact.totals["gpus_musd"].p50[0]),
    }
    total = sum(money.values())
    if total <= 0:
        return "Nothing stands idle that costs money, at P50"
    worst = max(money, key=lambda n: (money[n], n))
    return f"Standing idle costs {words.musd(total)} over the horizon, most of it {worst}"


def money_title(facts: Facts) -> str:
    """Say in which period spending takes the largest share of cash."""
    peak = facts.money.peak
    if peak is None:
        return "The plan has no cash rows"
    period = facts.money.periods[peak[0]].label
    return f"Spending peaks at {words.share(peak[1])} of the cash that is there, in {period}"


def team_title(teams: Sequence[TeamFact], arrival: Arrival) -> str:
    """Say which team has most per researcher when the thing bet on arrives."""
    levels = {t.title: float(t.per_researcher.p50[arrival.period]) for t in teams}
    ranked = {k: v for k, v in levels.items() if np.isfinite(v)}
    if not ranked:
        return "No team has researchers then"
    top = max(ranked, key=lambda n: (ranked[n], n))
    if len(ranked) == 1:
        return f"{top} has {words.count(ranked[top])} H100e per researcher {arrival.in_prose}"
    low = min(ranked, key=lambda n: (ranked[n], n))
    return (
        f"{top} has {words.count(ranked[top])} H100e per researcher {arrival.in_prose}, "
        f"{low} {words.count(ranked[low])}"
    )


def risk_title(risks: Sequence[RiskFact]) -> str:
    """Say which of the risks shown the key date follows most, the first of them."""
    if not risks:
        return "The key date follows no single risk"
    top = risks[0]
    return f"The key date follows “{top.title}” most: rank correlation {top.correlation:.2f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
