"""Leases, joint ventures and rented GPUs: what is paid, from when, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.optimise.data import build
from planner.optimise.money import KINDS
from tests.portfolios import CATALOG, ready, tiny

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio


def tenant(tenure: str = "lease", **terms: Any) -> Portfolio:
    """The tiny portfolio whose sheds somebody else owns: 1 MUSD/MW and month."""
    terms = {"rent_month": "1 MUSD/MW", **terms}
    return tiny(site={"groups": {"sheds": {"tenure": tenure, "tenancy": terms}}})


def paid(portfolio: Portfolio, kind: str, option: int = 0) -> FloatArray:
    """What one hall of an option costs by period, MUSD."""
    data = build(portfolio, ready(portfolio))
    row: FloatArray = data.money.option[option, KINDS.index(kind)]
    return row


def solved(portfolio: Portfolio) -> Plan:
    plan = optimise.solve(portfolio, ready(portfolio))
    assert optimise.violations(portfolio, ready(portfolio), plan) == ()
    return plan


def test_rent_runs_from_service() -> None:
    """A hall of 10 MW in service from day 90 pays 10 MUSD a month from then on."""
    rent = paid(tenant(), "rent")
    assert rent[0] == 0
    assert rent[1] == pytest.approx(10 * 91 / (365.25 / 12))
    assert paid(tenant(), "construction")[0] == pytest.approx(100)


def test_rent_runs_from_the_landlords_date() -> None:
    """Ready or not, rent is due from the date in the lease; a later start pays from its start."""
    assert paid(tenant(since="2025-06-01"), "rent")[0] == pytest.approx(10 * 90 / (365.25 / 12))
    assert paid(tenant(since="2027-01-01"), "rent")[:4].sum() == 0
    later = paid(tenant(since="2025-06-01"), "rent", option=2)
    assert later[1] == 0
    assert later[2] > 0


def test_a_deposit_is_given_back_at_the_end_of_the_term() -> None:
    """2 MUSD/MW at the start, back a year after rent began."""
    terms = {"deposit": "2 MUSD/MW", "term": "1 year", "since": "2026-01-01"}
    kept, back = paid(tenant(deposit="2 MUSD/MW"), "rent"), paid(tenant(**terms), "rent")
    without = paid(tenant(since="2026-01-01"), "rent")
    assert kept[0] == pytest.approx(20)
    assert (back - without).tolist() == pytest.approx([20, 0, 0, 0, -20, 0, 0, 0])


def test_a_joint_venture_pays_its_share_of_the_cost() -> None:
    """Of 100 MUSD a hall we pay 40 %, and rent for what the partner paid."""
    portfolio = tenant("jv", capital_share=0.4)
    assert paid(portfolio, "construction")[0] == pytest.approx(40)
    assert paid(portfolio, "rent").sum() > 0


def test_the_mode_says_the_rent_where_the_group_does_not() -> None:
    """Any mode may carry any tenure: a lease takes the mode's rent."""
    site = {"groups": {"sheds": {"tenure": "lease"}}}
    portfolio = tiny(site=site, catalog={"modes": {"shed": {"rent_month": "0.5 MUSD/MW"}}})
    assert paid(portfolio, "rent")[1] == pytest.approx(5 * 91 / (365.25 / 12))


CLOUD = {
    "site": "cloud", "title": "Cloud", "groups": {}, "crews": {},
    "standing": {"rack-space": {"it_power": "100 MW", "mode": "shed", "ready": "2025-01-01"}},
}  # fmt: skip


def rented(**terms: Any) -> Portfolio:
    """The tiny portfolio that can also rent GPUs, for a year, at a provider's site."""
    rent = {**CATALOG["accelerators"]["H100"], "title": "Rented",  # type: ignore[index]
            "prices": [{"since": "2025-01-01", "price": "0 MUSD/gpu"}],
            "supply": [{"since": "2025-01-01", "gpus": "2000 gpu/quarter"}],
            "rental": {"price_month": "0.001 MUSD/gpu/month", "term": "1 year", "site": "cloud",
                       **terms}}  # fmt: skip
    work = {"work": {"mfu": {"H100": 0.4, "H100-cloud": 0.4}}}
    base = tiny(catalog={"accelerators": {"H100-cloud": rent}, "workloads": work})
    site = base.sites["north"].model_copy(update={})
    cloud = type(site)(**{**site.model_dump(exclude_unset=True), **CLOUD})
    return base.replace(sites={"north": site, "cloud": cloud})


def test_rented_gpus_serve_their_term_at_their_providers() -> None:
    """2,000 a quarter, each gone after a year, at 1 kUSD a month; no others stand there."""
    portfolio = rented()
    plan = solved(portfolio)
    lots = [lot for lot in plan.lots if lot.hall.startswith("cloud/")]
    assert lots
    assert {lot.sku for lot in lots} == {"H100-cloud"}
    assert not [lot for lot in plan.lots if lot.sku == "H100-cloud" and lot not in lots]
    assert max((lot.until - lot.service).days for lot in lots) <= 366
    data = build(portfolio, ready(portfolio))
    order = data.money.order[data.skus.index("H100-cloud"), 0]
    assert order.sum() == pytest.approx(0.012, rel=1e-6)
    assert (order[:4] > 0).all()


def test_a_rented_gpu_elsewhere_is_a_violation() -> None:
    """What a provider rents out stands at the provider's."""
    portfolio = rented()
    plan = solved(portfolio)
    own = next(lot for lot in plan.lots if lot.hall.startswith("north/"))
    moved = [type(x)("cloud/rack-space/01", 1, x.sku, x.gpus, x.purchase, x.service, x.until)
             if x == own else x for x in plan.lots]  # fmt: skip
    found = optimise.violations(portfolio, ready(portfolio), plan.replace(lots=tuple(moved)))
    assert any("stands where H100 cannot" in text for text in found)
