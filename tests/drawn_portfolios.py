"""Small portfolios drawn at random, with every feature that the optimiser has.

One site of two groups at most, one or two SKUs, two teams: small enough to be solved by the
hundred. About one in five asks for more than can be had, so that conflicts are drawn too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.portfolios import merged, ready, standing, tiny

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

SECOND = {"title": "B300", "family": "blackwell", "rack_power": "60 kW/rack",
          "flops": {"bf16": "2500 TFLOP/s"}, "lead_time": "60 day",
          "prices": [{"since": "2025-01-01", "price": "0.05 MUSD/gpu"}]}  # fmt: skip
OFFICE = {"kind": "gas", "title": "Gas", "nameplate": "30 MW"}


class Draw:
    """Draws of one seed, in the words of the specs."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def hit(self, chance: float = 0.5) -> bool:
        """Return whether something of a chance happens."""
        return bool(self.random.random() < chance)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high."""
        return int(self.random.integers(low, high + 1))

    def one(self, *values: Any) -> Any:
        """Return one of the values."""
        return values[self.whole(0, len(values) - 1)]


def drawn(seed: int) -> tuple[Portfolio, tuple[Readiness, ...]]:
    """Return a portfolio and its readiness, a seed a portfolio."""
    draw = Draw(seed)
    made = tiny(_spec(draw), _site(draw), _catalog(draw))
    tails = {"power_tail": float(draw.whole(0, 20)), "rack_tail": float(draw.whole(0, 20))}
    return made, ready(made, float(draw.whole(60, 200)), **tails)


def _site(draw: Draw) -> dict[str, Any]:
    tranches = {"grid": {"firm": f"{draw.whole(4, 40)} MW", "carbon": "0.4 t/MWh"}}
    if draw.hit(0.7):
        tranches["gas"] = _gas(draw)
    sheds: dict[str, Any] = {"count": draw.whole(1, 3), "blocks": draw.whole(1, 2)}
    if draw.hit(0.3):
        sheds |= {"tenure": "lease", "tenancy": {
            "rent_month": "0.1 MUSD/MW", "capital_share": float(draw.one(0.0, 0.4)),
            "deposit": "1 MUSD/MW", "term": "1 year"}}  # fmt: skip
    site: dict[str, Any] = {
        "crews": {"EL": draw.whole(4, 12)}, "tranches": tranches, "groups": {"sheds": sheds},
        "land": f"{draw.whole(6, 30)} acre",
    }  # fmt: skip
    if draw.hit():
        site = merged(site, standing(32 * draw.whole(20, 120), mw="5 MW"))
    if draw.hit(0.4):
        site["stock"] = {"gear": [{"units": draw.whole(1, 3), "arrives": "2026-02-01"}]}
    if draw.hit(0.3):
        site["groups"]["more"] = {"count": 1, "it_power": "7 MW", "blocks": 1, "modes": ["shed"],
                                  "starts_per_period": 1}  # fmt: skip
    return site


def _gas(draw: Draw) -> dict[str, Any]:
    gas: dict[str, Any] = {
        **OFFICE, "firm": f"{draw.whole(3, 25)} MW", "carbon": "0.5 t/MWh",
        "energised": draw.one("2026-04-01", "2026-08-15", "2027-02-01"),
        "price": f"{draw.whole(40, 300)} USD/MWh",
    }  # fmt: skip
    more = {
        "deposit": f"{draw.whole(1, 60)} MUSD", "reserve_by": "2026-03-31",
        "minimum_take": draw.one(0.3, 0.8, 1.0), "exit_fee": f"{draw.whole(1, 30)} MUSD",
        "capital": "20 MUSD", "serves": ["sheds"],
    }  # fmt: skip
    return gas | {key: value for key, value in more.items() if draw.hit(0.4)}


def _catalog(draw: Draw) -> dict[str, Any]:
    sku: dict[str, Any] = {"lead_time": f"{draw.whole(0, 120)} day"}
    more = {
        "service_life": "1.2 year", "resale": 0.2, "racks_per_day": draw.whole(1, 5),
        "prices": [{"since": "2025-01-01", "price": "0.03 MUSD/gpu"},
                   {"since": "2026-10-01", "price": "0.02 MUSD/gpu"}],
        "supply": [{"since": "2025-01-01", "gpus": f"{32 * draw.whole(10, 200)} gpu/quarter"}],
    }  # fmt: skip
    sku |= {key: value for key, value in more.items() if draw.hit(0.3)}
    gear: dict[str, Any] = {"title": "Gear", "lead_time": f"{draw.whole(0, 120)} day"}
    if draw.hit(0.4):
        gear["supply_per_period"] = draw.whole(1, 2)
    catalog: dict[str, Any] = {
        "accelerators": {"H100": sku}, "equipment": {"gear": gear},
        "modes": {"shed": {"activities": {"A1": {"waits_for": ["gear"]}}}},
    }  # fmt: skip
    if draw.hit(0.3):
        catalog["accelerators"]["B300"] = merged(_h100(), SECOND)
        catalog["workloads"] = {"work": {"mfu": {"B300": 0.35}}}
    return catalog


def _h100() -> dict[str, Any]:
    return tiny().catalog.accelerators["H100"].model_dump(exclude_unset=True)


def _spec(draw: Draw) -> dict[str, Any]:
    finance: dict[str, Any] = {
        "opening_cash": f"{draw.whole(50, 600)} MUSD",
        "operating_cash_flow": [
            {"since": "2026-01-01", "cash_flow": f"{draw.whole(20, 90)} MUSD"}
        ],
    }  # fmt: skip
    if draw.hit(0.2):
        finance |= {"debt": True, "debt_rate": 0.1, "debt_ceiling": f"{draw.whole(20, 300)} MUSD"}
    spec: dict[str, Any] = {"finance": finance, "policy": _policy(draw)}
    if draw.hit(0.4):
        users = draw.one("5e5 user", "1e6 user", "2e6 user", "6e6 user")
        spec["products"] = {"chat": {
            "title": "Chat", "users": users, "growth": 0, "requests": "86400 request/user/day",
            "flop": "0.4 TFLOP/request", "peak": 1, "workload": "work",
            "launch": draw.one("2026-07-01", "2027-01-01")}}  # fmt: skip
        if draw.hit(0.4):
            spec["products"]["chat"]["priority"] = "soft"
    if draw.hit(0.3):
        spec["teams"] = {"a": {"guarantee": f"{draw.whole(5, 120)} h100e/researcher",
                               "guarantee_since": "2027-01-01"}}  # fmt: skip
    if draw.hit(0.2):
        spec = merged(spec, {"teams": {"b": {"smallest_cluster": 32 * draw.whole(5, 60)}}})
    return spec


def _policy(draw: Draw) -> dict[str, Any]:
    policy: dict[str, Any] = {"tolerance": 0.005, "terminal_share": 0.3}
    if draw.hit(0.2):
        policy["max_price"] = f"{draw.whole(120, 400)} USD/h100e/month"
    if draw.hit(0.2):
        policy["carbon_cap"] = f"{draw.whole(5000, 90000)} t/year"
    if draw.hit(0.3):
        policy["required"] = {"x": {"it_power": f"{draw.whole(1, 12)} MW",
                                    "by": draw.one("2026-12-31", "2027-06-30")}}  # fmt: skip
        if draw.hit(0.3):
            policy["required"]["x"] |= {"priority": "soft", "gives_way": 2}
    if draw.hit(0.2):
        policy["pinned"] = {"halls": {"p": {
            "site": "north", "group": "sheds", "halls": draw.whole(1, 2),
            "rule": draw.one("at_least", "exactly")}}}  # fmt: skip
    return policy
