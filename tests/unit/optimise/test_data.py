"""What the optimiser's arrays say of a portfolio."""

from __future__ import annotations

import pytest

from planner.domain.amount import fixed
from planner.domain.plan import Candidate
from planner.optimise.course import hall_course
from planner.optimise.data import build
from planner.optimise.deliveries import lead_quantile
from planner.optimise.feed import energised_day
from planner.optimise.money import KINDS
from tests.portfolios import CATALOG, TERMS, ready, standing, tiny

SHED = Candidate("north", "sheds", "shed", "standard")


def test_capacity_is_pro_rata_in_the_period_a_hall_comes() -> None:
    """Served from day 45 of 90, a hall of 10 MW is 5 MW of the first quarter."""
    portfolio = tiny()
    data = build(portfolio, ready(portfolio, days=45.0))
    assert data.option_mw[0, :2].tolist() == [5.0, 10.0]


def test_crews_are_held_while_their_row_runs() -> None:
    """Four crews over 90 days are four of the first quarter, none of the second."""
    portfolio = tiny()
    data = build(portfolio, ready(portfolio, days=90.0))
    row = data.labour.names.index(("north", "EL"))
    assert data.labour.use[0, row, :2].tolist() == [4.0, 0.0]


def test_a_course_is_stretched_to_its_readiness() -> None:
    """A row of 90 days in a hall that serves after 180 holds its crews for 180."""
    portfolio = tiny()
    data = build(portfolio, ready(portfolio, days=180.0))
    row = data.labour.names.index(("north", "EL"))
    assert data.labour.use[0, row, :2].tolist() == [4.0, pytest.approx(4 * 90 / 91)]


def test_a_corrected_date_spreads_the_work_and_adds_none() -> None:
    """A row of 90 days in a hall corrected to 180 holds half its crews for 180."""
    portfolio = tiny()
    waits = {f"hall {SHED} 0": 90.0}
    data = build(portfolio, ready(portfolio, days=90.0), waits)
    row = data.labour.names.index(("north", "EL"))
    assert data.labour.use[0, row, :2].tolist() == [2.0, pytest.approx(2 * 90 / 91)]


def test_relations_place_rows() -> None:
    """FS, SS with lag and FF with lag, one after another."""
    rows = {
        "A1": {"after": ["release"]},
        "A2": {"title": "2", "duration": "10 wd", "calendar": "always", "after": ["A1 SS+30d"]},
        "A3": {"title": "3", "duration": "5 wd", "calendar": "always", "after": ["A2 FF+60d"]},
        "A4": {"title": "4", "duration": "1 wd", "calendar": "always", "after": ["A3"]},
    }
    portfolio = tiny(catalog={"modes": {"shed": {"activities": rows}}})
    made = {row.name: row for row in hall_course(portfolio, SHED).rows}
    assert (made["A2"].start_day, made["A2"].finish_day) == (30.0, 40.0)
    # A3 works five days at once, but finishes 60 days after A2.
    assert (made["A3"].end_day, made["A3"].finish_day) == (5.0, 100.0)
    assert made["A4"].start_day == 100.0


def test_a_hall_is_paid_by_its_terms() -> None:
    """Ten MW at 10 MUSD are paid at the start, in the first quarter."""
    portfolio = tiny()
    data = build(portfolio, ready(portfolio))
    paid = data.money.option[0, KINDS.index("construction")]
    assert paid[0] == pytest.approx(100.0)
    assert paid[1:].sum() == 0.0


def test_equipment_is_paid_around_its_order() -> None:
    """Three quarters of a waiting row's cost are equipment, ordered at its lead time before."""
    gear = {"title": "Gear", "lead_time": "10 day", "terms": TERMS}
    rows = {"A1": {"waits_for": ["gear"]}}
    portfolio = tiny(catalog={"equipment": {"gear": gear}, "modes": {"shed": {"activities": rows}}})
    data = build(portfolio, ready(portfolio))
    # The option of the second quarter starts on day 90; its order lies in the first, on day 80.
    paid = data.money.option[1]
    assert paid[KINDS.index("equipment"), 0] == pytest.approx(75.0)
    assert paid[KINDS.index("construction"), 1] == pytest.approx(25.0)


def test_standing_gpus_are_in_place_until_they_retire() -> None:
    """GPUs of one year's life are there for 2026 and gone in 2027."""
    portfolio = tiny(
        site=standing(4000), catalog={"accelerators": {"H100": {"service_life": "1 year"}}}
    )
    data = build(portfolio, ready(portfolio))
    assert data.deliveries.stood_gpus[0, 0, :5].round().tolist() == [4000, 4000, 4000, 4000, 0]


def test_lead_time_and_market_driver_add_in_squares() -> None:
    """Two equal spreads of a factor e^0.3 make e^(0.3 x sqrt 2); here one is certain."""
    assert lead_quantile(fixed(100.0, "day"), [fixed(1.2, "dimensionless")], 0.8) == pytest.approx(
        120
    )


def test_an_event_moves_the_date_of_its_tranche() -> None:
    """A delay of 100 days with 30 % is within P80; with 10 % it is not."""
    site = {"tranches": {"grid": {"energised": "2026-07-01"}}}
    days = []
    for chance in (0.3, 0.1):
        event = {"title": "Late", "probability": chance, "delay": "100 day", "hits": "north/grid"}
        portfolio = tiny({"risk": {"events": {"late": event}}}, site)
        days.append(energised_day(portfolio, portfolio.sites["north"], "grid", 0.8))
    assert days == [281.0, 181.0]


def test_policy_leaves_modes_out() -> None:
    """A mode that policy does not name has no option."""
    portfolio = tiny({"policy": {"modes": ["tent"]}})
    assert build(portfolio, ready(portfolio)).options == ()


def test_only_listed_skus_are_on_sale() -> None:
    """A portfolio that lists what can be bought buys nothing else; one without a list, anything."""
    both = {"accelerators": {"H200": CATALOG["accelerators"]["H100"]}}
    listed, free = tiny({"skus": ["H100"]}, catalog=both), tiny(catalog=both)
    data = build(listed, ready(listed))
    on_sale = dict(zip(data.skus, (data.deliveries.supply > 0).any(axis=1).tolist(), strict=True))
    assert on_sale == {"H100": True, "H200": False}
    data = build(free, ready(free))
    assert (data.deliveries.supply > 0).any(axis=1).all()


def test_a_group_opens_on_its_date() -> None:
    """Halls start no earlier than the period of `earliest`."""
    portfolio = tiny(site={"groups": {"sheds": {"earliest": "2026-05-15"}}})
    data = build(portfolio, ready(portfolio))
    assert data.options[0].period == 1
