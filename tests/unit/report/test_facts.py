"""Each published number against arithmetic by hand on the synthetic run."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.domain.demand import HeadcountStep
from planner.domain.portfolio import Period
from planner.domain.result import NEVER, Result
from planner.report import gather
from planner.report.facts.capacity import limits
from planner.report.facts.compute import head_count
from planner.report.facts.inventory import first_reaching, month_starts, standing_at
from planner.report.facts.measures import compared_mw, measures_of
from planner.report.facts.risk import key_date, rank_correlation, risk_facts
from planner.report.facts.spread import dates
from tests import results

if TYPE_CHECKING:
    from planner.report.facts import Facts


@pytest.fixture(scope="module")
def run() -> Result:
    return results.result()


@pytest.fixture(scope="module")
def facts(run: Result) -> Facts:
    return gather(run)


def test_first_reaching_counts_what_leaves_before_what_comes() -> None:
    """Old GPUs swapped for new ones in the same minute never count together."""
    begins = np.array([[0, 10]])
    ends = np.array([10, 99])
    assert first_reaching(begins, ends, np.array([60.0, 60.0]), 100.0)[0] == NEVER
    assert first_reaching(begins, np.array([11, 99]), np.array([60.0, 60.0]), 100.0)[0] == 10


def test_first_reaching_ignores_what_leaves_before_it_comes() -> None:
    """A lot that is late beyond its own end adds nothing."""
    assert first_reaching(np.array([[50]]), np.array([40]), np.array([9.0]), 9.0)[0] == NEVER


def test_standing_counts_from_begin_up_to_end() -> None:
    """A thing counts in its first minute and not in the minute it ends."""
    made = standing_at(np.array([[5]]), np.array([9]), np.array([2.0]), np.array([4, 5, 8, 9]))
    assert made.tolist() == [[0.0, 2.0, 2.0, 0.0]]


def test_a_p80_says_how_far_it_may_be_off(run: Result) -> None:
    """Of days 1 to 100 the number below the P80 scatters by four: 76 to 84, and so does the date;
    where every fifth future never comes the P80 may be never."""
    minutes = np.arange(1, 101) * 1440
    assert dates(run.outcome, minutes).error_day == pytest.approx(4)
    assert not np.isfinite(
        dates(run.outcome, np.where(minutes > 80 * 1440, NEVER, minutes)).error_day
    )


def test_months_start_with_the_data_date() -> None:
    """The first month may be a part; the others begin on their first day."""
    found = month_starts(dt.date(2025, 8, 15), dt.date(2025, 10, 31))
    assert found == (dt.date(2025, 8, 15), dt.date(2025, 9, 1), dt.date(2025, 10, 1))


def test_a_percentile_that_is_never_reached_has_no_date(run: Result) -> None:
    """Three of four futures reach it: P50 has a date, P80 has none, and the share says so."""
    minutes = np.array([0, 1440, 2880, NEVER])
    found = dates(run.outcome, minutes)
    assert found.p50 == run.outcome.epoch + dt.timedelta(days=1)
    assert found.p80 is None
    assert found.reached == 0.75


def test_capacity_agrees_with_the_verification(run: Result, facts: Facts) -> None:
    """IT MW in service counted from lots equals what verification counted by site."""
    for i, site in enumerate(run.portfolio.sites, start=1):
        middle = np.quantile(
            run.verification.in_service_mw[site], 0.5, axis=0, method="inverted_cdf"
        )
        assert facts.capacity[i].it.p50 == pytest.approx(middle)


def test_facility_power_is_it_power_times_the_peak_ratio(facts: Facts) -> None:
    """At south every hall is concrete, whose ratio is 1.35."""
    south = facts.capacity[2]
    assert south.service.p50 == pytest.approx(1.35 * south.it.p50)


def test_the_portfolio_is_the_sum_of_its_sites_in_demand(facts: Facts) -> None:
    """Demand is planned, so that it adds up exactly."""
    whole, *sites = facts.capacity
    assert whole.demand == pytest.approx(sum(s.demand for s in sites))


def test_the_chance_of_a_target_is_the_share_of_futures_on_time(facts: Facts) -> None:
    """The first GW by the end of 2027, counted sample by sample."""
    fact = next(t for t in facts.targets if t.target_name == "first GW")
    limit = (dt.date(2028, 1, 1) - results.EPOCH).days * 1440
    assert fact.chance == pytest.approx(np.mean(fact.minutes < limit))
    assert 0 < fact.chance < 1


def test_head_count_is_the_mean_over_a_period() -> None:
    """Ten researchers for a third of the quarter, forty for the rest."""
    period = Period("2026Q1", dt.date(2026, 1, 1), dt.date(2026, 4, 1))
    steps = [HeadcountStep(since=dt.date(2025, 1, 1), researchers=10),
             HeadcountStep(since=dt.date(2026, 1, 31), researchers=40)]  # fmt: skip
    assert head_count(steps, period) == pytest.approx((10 * 30 + 40 * 60) / 90)


def test_compute_per_researcher_divides_simulated_compute(run: Result, facts: Facts) -> None:
    """The frontier team's P50 in the last period over its sixty researchers."""
    compute = run.verification.compute["frontier"][:, -1]
    middle = np.quantile(compute, 0.5, method="inverted_cdf")
    assert facts.teams[0].per_researcher.p50[-1] == pytest.approx(middle / 60)


def test_peak_period_is_the_largest_share_of_cash(run: Result, facts: Facts) -> None:
    """The period whose spend over opening and inflow is largest."""
    shares = [r.spend / (r.opening + r.inflow) for r in run.plan.cash]
    assert facts.money.peak == (int(np.argmax(shares)), pytest.approx(max(shares)))


def test_gpus_that_wait_for_their_hall_are_stranded(run: Result, facts: Facts) -> None:
    """GPU-months of waiting over the horizon equal gpus x (start of installation - dock)."""
    inventory, months = facts.inventory, 1440 * 365.25 / 12
    wait = (inventory.rack_start_min - run.outcome.dock_min) / months
    bought = np.array([bool(x.purchase) for x in inventory.lots])
    gpus = np.array([x.gpus for x in inventory.lots]) * bought
    by_hand = np.median(wait @ gpus)
    # Months are sampled in their middle, hence the width.
    assert facts.stranding[0].totals["gpus"].p50[0] == pytest.approx(by_hand, rel=0.1)


def test_a_hall_that_racks_go_into_is_not_idle(run: Result) -> None:
    """Without any lots every ready MW is idle; with them less is."""
    without = dataclasses.replace(
        run, plan=run.plan.replace(lots=(), shares=()), outcome=_no_lots(run)
    )
    full, empty = gather(run).stranding[0], gather(without).stranding[0]
    assert empty.totals["halls"].p50[0] > full.totals["halls"].p50[0] > 0


def _no_lots(run: Result):  # type: ignore[no-untyped-def]
    none = np.zeros((run.outcome.samples, 0), dtype=np.int64)
    return dataclasses.replace(
        run.outcome, lot=(), service_min=none, dock_min=none,
        deterministic_service_min=np.zeros(0, dtype=np.int64),
    )  # fmt: skip


def test_soon_holds_what_is_due_in_ninety_days(facts: Facts) -> None:
    """Starts of August and October are in, the concrete halls of 2026 are not."""
    assert {c.due for c in facts.soon} == {
        dt.date(2025, 8, 1), dt.date(2025, 8, 15), dt.date(2025, 10, 15)
    }  # fmt: skip
    halls = next(c for c in facts.soon if c.what == "hall")
    assert (halls.count, halls.site) == (3, "north")
    # Three tents of 125 MW at 9 MUSD/MW and 10 % soft cost.
    assert halls.money_musd == pytest.approx(3 * 125 * 9 * 1.1)


def test_an_order_costs_its_share_of_the_row_that_waits(facts: Facts) -> None:
    """Three quarters of half of a tent's cost, a unit."""
    order = next(c for c in facts.commitments if c.what == "equipment")
    assert order.money_musd / order.count == pytest.approx(0.75 * 0.5 * 125 * 9 * 1.1)


def test_the_tranche_that_a_site_waits_for_is_its_largest_risk(facts: Facts) -> None:
    """North's tents wait for the gas plant; storms change nothing in the synthetic run."""
    assert facts.key is not None
    assert facts.key.fact.target_name == "north titan"
    assert facts.risks[0].name == "tranche/north/gas"
    assert next(r for r in facts.risks if r.name == "storms").p80_day == 0
    # Another site's tranche cannot move the date, and is not asked.
    assert "tranche/south/grid" not in {r.name for r in facts.risks}


def test_the_driver_that_moves_all_halls_is_the_largest_risk_of_the_portfolio(
    run: Result, facts: Facts
) -> None:
    """Labour multiplies the work of every hall on the way to the first GW."""
    key = key_date(run, facts.dates, ())
    assert key is not None
    assert key.fact.amount_mw == 1000.0
    found = risk_facts(run, facts.inventory, key)
    assert found[0].name == "labour"
    assert found[0].p80_day > 5


def test_schedule_finds_hall_block_and_title(facts: Facts) -> None:
    """A tail row of a lot lies in its block and is titled by the tail's catalog entry."""
    name = "south/halls/01/2/south/GB300/2026Q4/GB300/G01"
    row = next(r for r in facts.schedule if r.activity == name)
    assert (row.site, row.hall, row.block) == ("south", "south/halls/01", "2")
    assert (row.title, row.phase) == ("Install racks", "it")


def test_limits_name_the_lowest_line(facts: Facts) -> None:
    """Power below halls and GPUs is the limit; what the plan places is none."""
    base = facts.capacity[1]
    one = np.ones(1)
    fact = dataclasses.replace(
        base, demand=one * 90, service=_flat(50), firm=_flat(60), ready=_flat(80), docked=_flat(90)
    )
    assert limits(fact) == ("power",)
    assert limits(dataclasses.replace(fact, demand=one * 50)) == ("plan",)


def _flat(value: float):  # type: ignore[no-untyped-def]
    from planner.report.facts.spread import Fan

    at = np.array([value])
    return Fan(at, at, at)


def test_measures_line_up_between_plans(run: Result) -> None:
    """Which measures there are depends on the portfolio, not on the plan."""
    other = dataclasses.replace(run, plan=run.plan.replace(starts=run.plan.starts))
    assert [m.name for m in measures_of(run)] == [m.name for m in measures_of(other)]
    assert all(m.values[""].shape == (300,) for m in measures_of(run))


def test_compared_capacity_is_a_gw_where_the_sites_hold_two(run: Result) -> None:
    """Six tents of 125 MW and four halls of 250 MW hold 1,750 MW: the step below half is 500."""
    assert compared_mw(run.portfolio) == 500.0


def test_a_block_without_gpus_is_no_lot(run: Result, facts: Facts) -> None:
    """The stand-in of an empty block changes no date and no MW."""
    out = run.outcome
    wider = dataclasses.replace(
        out,
        lot=(*out.lot, "north/tents/01/1/-/-"),
        service_min=np.hstack([out.service_min, out.service_min[:, :1]]),
        dock_min=np.hstack([out.dock_min, out.dock_min[:, :1]]),
        deterministic_service_min=np.append(out.deterministic_service_min, 0),
    )
    found = gather(dataclasses.replace(run, outcome=wider))
    assert [d.spread for d in found.dates] == [d.spread for d in facts.dates]
    assert found.capacity[0].service.p50 == pytest.approx(facts.capacity[0].service.p50)


def test_an_unknown_lot_is_refused(run: Result) -> None:
    """An outcome that does not belong to the plan is named, not reported."""
    with pytest.raises(ValueError, match="lots the plan has not"):
        gather(dataclasses.replace(run, plan=run.plan.replace(lots=())))


def test_rank_correlation_shares_ties_and_sees_no_scale() -> None:
    """Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: cov 4.5 / sqrt(4.5 * 5); cubes change nothing."""
    a, b = np.array([1.0, 5.0, 5.0, 9.0]), np.array([1.0, 2.0, 3.0, 4.0])
    assert rank_correlation(a, b) == pytest.approx(np.sqrt(0.9))
    assert rank_correlation(a**3, b) == rank_correlation(a, b)
    assert rank_correlation(a, -b) == -rank_correlation(a, b)
    assert rank_correlation(np.ones(4), b) == 0
