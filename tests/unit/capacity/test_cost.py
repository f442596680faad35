"""Escalation, payment terms, cash from operations, power of racks and halls."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.capacity.cost import Escalation, available_cash, energy_musd, payments
from planner.capacity.power import HallTraits, RackTraits
from planner.capacity.timeline import Timeline
from planner.domain.build_mode import PaymentTerms
from tests.portfolios import tiny

START = dt.date(2026, 1, 1)


def test_prices_rise_from_the_middle_of_the_base_year() -> None:
    """Two years after mid-2026 at 5 % prices stand at 1.1025; before it at 1."""
    portfolio = tiny({"finance": {"escalation": {"construction": 0.05}}})
    timeline = Timeline.of(portfolio.periods, START)
    level = Escalation(portfolio.spec.finance, timeline)
    assert float(level.at("construction", 182.625 + 730.5)) == pytest.approx(1.1025)
    assert float(level.at("construction", 0.0)) == 1.0
    assert float(level.at("gpus", 5000.0)) == 1.0


def test_payment_terms_split_an_amount() -> None:
    """A tenth at the order, eight over the work, one at turnover; thirty days later each."""
    timeline = Timeline.of(tiny().periods, START)
    terms = PaymentTerms(at_order=0.1, on_delivery=0.8, at_acceptance=0.1, delay="30 day")
    # Quarters end on days 90, 181, 273: work from 60 to 151 is paid from 90 to 181.
    paid = payments(timeline, terms, 100.0, 0.0, (60.0, 151.0), 200.0)
    assert paid[:3].tolist() == [10.0, pytest.approx(80.0), pytest.approx(10.0)]


def test_cash_from_operations_is_by_days() -> None:
    """A quarter's flow counts by days over 91.3."""
    portfolio = tiny()
    timeline = Timeline.of(portfolio.periods, START)
    cash = available_cash(portfolio.spec.finance, timeline, (100.0,))
    assert cash[0] == pytest.approx(100.0 * 90 / 91.3125)


def test_energy_of_a_megawatt() -> None:
    """One MW over 10 days at 50 USD/MWh costs 12,000 USD."""
    timeline = Timeline.of(tiny().periods, START)
    assert energy_musd(1.0, timeline.days * 0 + 10, timeline.days * 0 + 50)[0] == pytest.approx(
        0.012
    )


def test_a_rack_fits_by_power_and_cooling() -> None:
    """A rack needs a position that takes its power and the cooling it uses."""
    portfolio = tiny()
    site, mode = portfolio.sites["north"], portfolio.catalog.modes["shed"]
    hall = HallTraits.of(mode, site)
    assert RackTraits(32, 0.05, 0.0).fits(hall)
    assert not RackTraits(32, 0.051, 0.0).fits(hall)
    assert not RackTraits(32, 0.04, 0.5).fits(hall)


def test_climate_adds_to_the_pue() -> None:
    """A hot site pays for its cooling."""
    portfolio = tiny(site={"ambient_pue": 0.03})
    hall = HallTraits.of(portfolio.catalog.modes["shed"], portfolio.sites["north"])
    assert hall.pue == pytest.approx(1.13)
