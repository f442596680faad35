"""GPU orders against supply, by hand on the synthetic run."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from planner.report import sentences
from planner.report.facts.supply import SupplyFact, supply_facts
from tests import results


def test_orders_are_counted_in_the_period_of_their_date() -> None:
    """What the plan buys of a SKU is summed by period; what was ordered before is no order."""
    result = results.result(samples=60)
    bought = [p for p in result.plan.purchases if not p.is_under_way]
    found = {f.sku: f for f in supply_facts(result)}
    assert set(found) == {p.sku for p in bought}
    for sku, fact in found.items():
        assert fact.ordered.sum() == sum(p.gpus for p in bought if p.sku == sku)
    under_way = [dataclasses.replace(p, is_under_way=True) for p in result.plan.purchases]
    plan = result.plan.replace(purchases=tuple(under_way))
    assert supply_facts(dataclasses.replace(result, plan=plan)) == ()


def test_supply_is_the_rate_by_the_days_of_the_period() -> None:
    """500,000 a quarter since 2024: a period of d days has 500,000 d / 91.3125."""
    result = results.result(samples=60)
    fact = supply_facts(result)[0]
    days = np.array([p.days for p in result.plan.periods])
    assert fact.supply == pytest.approx(500_000 * days / (365.25 / 4))


def test_a_price_must_be_there_before_anything_is_to_be_had() -> None:
    """Supply begins in the middle of a period with the first price."""
    result = results.result(samples=60)
    first = result.plan.periods[0]
    since = first.start + dt.timedelta(days=10)
    skus = dict(result.portfolio.catalog.accelerators)
    sku = supply_facts(result)[0].sku
    later = [p.model_copy(update={"since": since}) for p in skus[sku].prices]
    skus[sku] = skus[sku].model_copy(update={"prices": tuple(later)})
    catalog = result.portfolio.catalog.model_copy(update={"accelerators": skus})
    moved = dataclasses.replace(
        result, portfolio=dataclasses.replace(result.portfolio, catalog=catalog)
    )
    fact = next(f for f in supply_facts(moved) if f.sku == sku)
    assert fact.supply[0] == pytest.approx(500_000 * (first.days - 10) / (365.25 / 4))


def test_what_is_bought_out_is_said() -> None:
    """All but a rack is all; the SKU with the most such periods is named, none in no words."""
    some = SupplyFact("A", "A rack", np.array([99.5, 40.0, 0.0]), np.array([100.0, 100.0, 0.0]))
    assert some.bought_out == (0,)
    made = sentences.bought_out((some,), 3)
    assert made == "all that makers deliver of A is ordered in 1 of 3 periods"
    assert sentences.bought_out((dataclasses.replace(some, ordered=np.zeros(3)),), 3) == ""
    assert sentences.bought_out((), 3) == ""
    told = sentences.limited(("plan",) * 3, (some,))
    assert told == f"At P50 GPUs are in service when the plan counts on them; {made}."
