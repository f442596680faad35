"""What moves the key date: days of P80 that each risk explains, by regression over the samples.

For every risk factor (drivers and events, slips of tranches, late deliveries, storm damage) a
linear regression of the key date on all factors together gives days a unit. The days of P80 of a
factor are P80 of the date less P80 with that factor's part taken out, its neutral value put in
its place. A run without the risk would tell more exactly; this is an estimate from one run, and
is called that wherever it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.result import NEVER, FloatArray, IntArray, Result
from planner.domain.review import CURVE
from planner.report.facts.inventory import Inventory, minute

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.domain.review import Removal
    from planner.report.facts.dates import DateFact

FEWEST_SAMPLES_A_FACTOR: Final = 5
"""Below this many samples for each factor the regression would fit noise."""
FIRST_GW_MW: Final = 1000.0
LEAST_DAY: Final = 0.5
STANDARD_ERRORS: Final = 2.0
"""A slope counts from so many standard errors on (about one in twenty by chance)."""


@dataclass(frozen=True)
class RiskFact:
    """A risk and what it explains of the key date.

    Parameters
    ----------
    kind
        ``driver``, ``event``, ``tranche``, ``delivery`` or ``storms``.
    p80_day
        Days of P80 that it explains; may be negative where its draws help.
    correlation
        Of the ranks of the factor and of the date.
    response
        What would be done about it, as the specs say.
    """

    name: str
    title: str
    kind: str
    p80_day: float
    correlation: float
    response: str


@dataclass(frozen=True)
class KeyDate:
    """The date that risks are measured against, and its distribution.

    Parameters
    ----------
    fact
        What happens at that date.
    day
        Sampled day since the epoch of the samples that reach it.
    reached
        Share of samples that do.
    """

    fact: DateFact
    day: FloatArray
    reached: float


@dataclass(frozen=True)
class _Factor:
    name: str
    title: str
    kind: str
    draws: FloatArray
    neutral: float
    response: str = ""


def key_date(
    result: Result, facts: tuple[DateFact, ...], targets: tuple[DateFact, ...]
) -> KeyDate | None:
    """Return the date that the report turns on, among those that half of the samples reach.

    The announced capacity that is due first; where none is announced the first GW of the
    portfolio, or its largest capacity; None where there is nothing to come.
    """
    announced = [t for t in targets if t.target_name in result.portfolio.spec.targets]
    mine = [f for f in facts if f.subject == "portfolio" and f.basis == "IT"]
    to_come = [t for t in announced if _is_ahead(t, result)]
    ladder = [f for f in mine if _is_ahead(f, result)]
    first_gw = [f for f in ladder if f.amount_mw == FIRST_GW_MW]
    chosen = next(iter([*to_come, *first_gw, *reversed(ladder)]), None)
    if chosen is None:
        return None
    reached = chosen.minutes < NEVER
    return KeyDate(chosen, chosen.minutes[reached] / 1440, float(np.mean(reached)))


def _is_ahead(fact: DateFact, result: Result) -> bool:
    """Return whether at least half of the samples reach it, and not all by the data date."""
    p90 = fact.spread.p90
    return fact.spread.reached >= 0.5 and (p90 is None or p90 > result.plan.data_date)


def risk_facts(result: Result, inventory: Inventory, key: KeyDate | None) -> tuple[RiskFact, ...]:
    """Return the risks by days of P80, largest first, then by name; none where samples are few."""
    if key is None:
        return ()
    reached = key.fact.minutes < NEVER
    found = _factors(result, inventory, key.fact.subject)
    factors = [f for f in found if np.ptp(f.draws[reached]) > 1e-9]
    if not factors or reached.sum() < FEWEST_SAMPLES_A_FACTOR * len(factors):
        return ()
    draws = np.stack([f.draws[reached] for f in factors], axis=1)
    slopes = _significant_slopes(draws, key.day)
    p80 = _p80(key.day)
    made = [
        RiskFact(
            f.name, f.title, f.kind,
            p80_day=p80 - _p80(key.day - slopes[i] * (draws[:, i] - f.neutral)),
            correlation=rank_correlation(draws[:, i], key.day),
            response=f.response,
        )
        for i, f in enumerate(factors)
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda r: (-round(r.p80_day, 6), r.name)))


@dataclass(frozen=True, slots=True)
class Cause:
    """What holds the key date back, by days of P80, and what would be done about it.

    Parameters
    ----------
    curve
        Day since the epoch and share of futures by then, without it; empty where not known.
    """

    title: str
    p80_day: float
    response: str
    curve: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes that cost the key date most.

    Parameters
    ----------
    largest
        Largest first, none below half a day.
    samples
        Futures run again without each; 0 where they are estimated by regression from one run.
    """

    largest: tuple[Cause, ...]
    samples: int


def causes_of(result: Result, risks: tuple[RiskFact, ...]) -> Causes:
    """Return the causes by removal, or by regression where no future was run again.

    The spread of the activities' own work is left out: no decision takes it away.
    """
    review = result.review
    if review is None or not review.removals:
        made = [Cause(r.title, r.p80_day, r.response) for r in risks]
        return Causes(tuple(c for c in made if c.p80_day >= LEAST_DAY), 0)
    events = result.portfolio.spec.risk.events
    known = {name: e.response for name, e in events.items()} | {r.name: r.response for r in risks}
    found = [
        Cause(r.title, r.p80_day, known.get(r.name, ""), _curve(r))
        for r in review.removals
        if r.kind != "spread" and r.p80_day >= LEAST_DAY
    ]
    return Causes(tuple(found), review.removal_samples)


def _curve(removal: Removal) -> tuple[tuple[float, float], ...]:
    days = removal.curve_day
    return tuple(zip(days, CURVE, strict=True)) if days else ()


def _significant_slopes(draws: FloatArray, day: FloatArray) -> FloatArray:
    """Return days a unit of each factor, all others held, by least squares on scaled columns.

    A slope within two standard errors of nothing is nothing: times a mean slip of months it would
    print noise as days.
    """
    scale = draws.std(axis=0)
    columns = np.column_stack([np.ones(len(day)), (draws - draws.mean(axis=0)) / scale])
    solved, *_ = np.linalg.lstsq(columns, day, rcond=1e-9)
    residual = day - columns @ solved
    free = max(1, columns.shape[0] - columns.shape[1])
    spread = residual @ residual / free
    error = np.sqrt(spread * np.diag(np.linalg.pinv(columns.T @ columns)))
    kept = np.where(np.abs(solved) > STANDARD_ERRORS * error, solved, 0.0)
    made: FloatArray = kept[1:] / scale
    return made


def rank_correlation(a: FloatArray, b: FloatArray) -> float:
    """Return Spearman's correlation, 0 where either never changes."""
    if not np.ptp(a) or not np.ptp(b):
        return 0.0
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def _ranks(values: FloatArray) -> FloatArray:
    """Return the rank of each value, equal ones sharing the mean of theirs."""
    _, where, count = np.unique(values, return_inverse=True, return_counts=True)
    made: FloatArray = (np.cumsum(count) - (count - 1) / 2)[where]
    return made


def _p80(day: FloatArray) -> float:
    return float(np.quantile(day, 0.8, method="inverted_cdf"))


def _factors(result: Result, inventory: Inventory, subject: str) -> list[_Factor]:
    """Return every factor that can move a date of the subject: a site's own, or all."""
    outcome = result.outcome
    made = [
        _driver(result.portfolio, name, outcome.driver_factor[:, v])
        for v, name in enumerate(outcome.driver)
    ]
    sites = [s for s in inventory.site if subject in {s, "portfolio"}]
    return [
        *made,
        *_tranches(result, inventory, sites),
        *_deliveries(result, inventory, sites),
        *_storms(result),
    ]


def _driver(portfolio: Portfolio, name: str, draws: FloatArray) -> _Factor:
    """Return a driver or event with its neutral value: likely factor, or no delay."""
    risk = portfolio.spec.risk
    if name in risk.drivers:
        driver = risk.drivers[name]
        neutral = 1.0 if driver.probability else driver.factor.likely
        return _Factor(name, driver.title, "driver", draws, neutral, driver.response)
    event = next((e for key, e in risk.events.items() if key in name.split("/")), None)
    if event:
        site = next((s for s in portfolio.sites if s in name.split("/")), "")
        title = f"{event.title} ({site})" if site else event.title
        return _Factor(name, title, "event", draws, 0.0, event.response)
    return _Factor(name, name, "driver", draws, float(np.median(draws)))


def _tranches(result: Result, inventory: Inventory, sites: list[str]) -> list[_Factor]:
    """Return the lateness of each tranche against its planned date, in days."""
    outcome = result.outcome
    made = []
    for t, name in enumerate(outcome.tranche):
        if inventory.site[inventory.tranche_site[t]] not in sites:
            continue
        record = inventory.tranches[t]
        planned = max(record.energised, result.plan.data_date)
        late = _late(outcome.energised_min[:, t], minute(outcome.epoch, planned))
        made.append(
            _Factor(f"tranche/{name}", f"{record.title} late", "tranche", late, 0.0,
                    record.response)
        )  # fmt: skip
    return made


def _deliveries(result: Result, inventory: Inventory, sites: list[str]) -> list[_Factor]:
    """Return the mean lateness of each SKU's purchases against their deterministic dock."""
    outcome = result.outcome
    orders = {p.name: p for p in result.plan.purchases if p.site in sites}
    made = []
    for sku in sorted({x.sku for x in inventory.lots if x.purchase in orders}):
        mine = [i for i, x in enumerate(inventory.lots) if x.sku == sku and x.purchase in orders]
        record = result.portfolio.catalog.accelerators[sku]
        lead = dt_minutes(record.lead_time.likely)
        late = np.mean(
            [
                _late(
                    outcome.dock_min[:, i],
                    minute(outcome.epoch, orders[inventory.lots[i].purchase].order) + lead,
                )
                for i in mine
            ],
            axis=0,
        )
        made.append(
            _Factor(f"delivery/{sku}", f"{sku} delivered late", "delivery", late, 0.0,
                    record.response)
        )  # fmt: skip
    return made


def _storms(result: Result) -> list[_Factor]:
    return [_Factor("storms", "Storm damage", "storms", result.outcome.storm_cost_musd, 0.0)]


def dt_minutes(days: float) -> int:
    """Return whole minutes of a number of days."""
    return round(days * 1440)


def _late(minutes: IntArray, planned: int) -> FloatArray:
    """Return days late; what never comes counts as late as the latest that does."""
    comes = minutes[minutes < NEVER]
    capped = np.minimum(minutes, comes.max() if len(comes) else planned)
    made: FloatArray = (capped - planned) / 1440
    return made
