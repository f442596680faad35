"""Actuals in a network: the past fixed, the rest drawn again, both engines alike."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner import simulate, specs
from planner.capacity.laws import quantile
from planner.domain.activity import Kind
from planner.domain.amount import Form
from planner.domain.plan import Start
from planner.errors import SpecError
from planner.network import (
    candidates,
    compile_network,
    equipment_orders,
    existing_plan,
)
from planner.network.health import review_plan
from planner.network.progress import remaining
from planner.network.tables import laws

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.portfolio import Portfolio

BODY = """
actuals: june
data_date: 2026-06-15
activities:
  lakeside/M0: {started: 2026-01-05, finished: 2026-01-05}
  lakeside/S08: {started: 2026-01-05, finished: 2026-03-20}
  lakeside/S09: {started: 2026-02-16, percent: 40 %}
  lakeside/S10: {started: 2026-03-02, remaining: 5 wd}
  lakeside/S12: {started: 2026-05-01}
"""


def _portfolio(folder: Path, body: str = BODY) -> Portfolio:
    path = folder / "june.yaml"
    path.write_text(body, encoding="utf-8")
    return specs.load("first-light", actuals=path)


def test_nothing_is_forecast_before_the_data_date_and_the_engines_agree(tmp_path: Path) -> None:
    """Finished rows stand at their dates, all others start at the data date or later."""
    portfolio = _portfolio(tmp_path)
    network = compile_network(portfolio, review_plan(portfolio))
    slow = simulate.run(network, seed=3, samples=20, engine="reference")
    fast = simulate.run(network, seed=3, samples=20)
    assert (slow.start_min == fast.start_min).all()
    assert (slow.finish_min == fast.finish_min).all()
    done = network.activity.index("lakeside/S08")
    assert {str(fast.date(m)) for m in fast.finish_min[:, done]} == {"2026-03-20"}
    past = {"lakeside/M0", "lakeside/S08"}
    ahead = [i for i, n in enumerate(network.activity)
             if n not in past and not n.endswith("/ready")]  # fmt: skip
    assert fast.start_min[:, ahead].min() >= network.known_min > 0


def test_what_remains_is_the_law_given_that_it_has_lasted_so_long() -> None:
    """The quantiles of the rest are those of T - e among the draws with T > e."""
    whole = (int(Form.TRIANGULAR), 10.0, 20.0, 40.0)
    one = laws([remaining(whole, 25.0)])
    u = (np.arange(4000) + 0.5)[:, None] / 4000
    found = quantile(one.form, one.a, one.b, one.c, u, one.shapes)[:, 0]
    all_of = laws([whole])
    drawn = quantile(all_of.form, all_of.a, all_of.b, all_of.c, u)[:, 0]
    want = drawn[drawn > 25.0] - 25.0
    assert np.allclose(np.quantile(found, [0.1, 0.5, 0.9]), np.quantile(want, [0.1, 0.5, 0.9]),
                       atol=0.2)  # fmt: skip


def test_an_exhausted_law_still_leaves_something() -> None:
    """What has outlasted its range is taken to stand at its ninth decile."""
    form, _, middle, _ = remaining((int(Form.TRIANGULAR), 10.0, 20.0, 40.0), 50.0)
    assert form == Form.EMPIRICAL
    assert middle > 0


def test_override_lets_the_rest_start_without_its_predecessors(tmp_path: Path) -> None:
    """Retained logic holds what is left to its FS predecessor, and says so; override does not."""
    plan = review_plan(specs.load("first-light"))
    bare = compile_network(specs.load("first-light"), plan)
    finished = {"lakeside/M0", "lakeside/S08"}
    name = next(
        bare.activity[s] for p, s, kind, _ in bare.relations()
        if kind == Kind.FS and bare.activity[p] not in finished
        and bare.activity[s] not in BODY and bare.activity[s].count("/") == 1
    )  # fmt: skip
    body = BODY + f"  {name}: {{started: 2026-06-01}}\n"
    portfolio = _portfolio(tmp_path, body)
    free = _portfolio(tmp_path, body.replace("data_date", "logic: override\ndata_date", 1))
    into = bare.activity.index(name)

    def held_by(portfolio: Portfolio) -> set[int]:
        network = compile_network(portfolio, plan)
        return set(network.relation_kind[network.relation_succ == into].tolist())

    assert Kind.FS in held_by(portfolio)
    assert Kind.FS not in held_by(free)
    assert name in [after for after, _ in compile_network(portfolio, plan).out_of_sequence]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("finished: 2026-03-20", "finished: 2026-06-15", "actual-after-data-date"),
        ("finished: 2026-03-20", "finished: 2026-01-02", "date-order"),
        ("lakeside/S12", "lakeside/S99", "unknown-activity"),
        ("percent: 40 %", "percent: 100 %", "actual-order"),
    ],
)
def test_what_cannot_have_happened_is_refused(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    """Each fault is an error at its line of the file."""
    with pytest.raises(SpecError) as caught:
        _portfolio(tmp_path, BODY.replace(old, new))
    found = [f for f in caught.value.findings if f.code == code]
    assert found
    assert found[0].where.file.endswith("june.yaml")
    assert found[0].where.line > 1


@pytest.mark.parametrize("stock", ["null", "[{units: 7, arrives: 2026-02-01}]"])
def test_units_that_reported_activities_took_are_no_stock_for_others(stock: str) -> None:
    """Orders make up for what is built in, with stock for it or without: every need is met."""
    setting = f"site.hyperion.stock.structural-steel={stock}"
    portfolio = specs.load("meta-2026", overrides=(setting.replace("null", "[]"),))
    option = next(c for c in candidates(portfolio) if (c.site, c.group) == ("hyperion", "phase-1"))
    begun = existing_plan(portfolio).starts
    more = tuple(Start(option, 5 + k, dt.date(2027, 1 + k, 1)) for k in range(4))
    orders = equipment_orders(portfolio, (*begun, *more))
    steel = sum(o.units for o in orders if o.equipment == "structural-steel")
    assert steel == (4 if stock == "null" else 1)  # four of seven stand in the halls under way
    plan = existing_plan(portfolio)
    plan = dataclasses.replace(plan, starts=(*begun, *more), orders=orders)
    simulate.run(compile_network(portfolio, plan), seed=1, samples=2)
