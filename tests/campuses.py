"""A small campus with round numbers, for tests of the network room: every kind of row once.

One site "north" (epoch 2025-01-01, a Wednesday; data date Monday 2026-01-05) whose group "sheds"
builds halls of 40 MW in two blocks by the mode "shed":

- A1 (hall, 10 wd) after release; A2 (hall, 5 wd) after A1 and site row W3, waits for gear;
- B1 (block, 4 wd) after A2 and the block before; B2 (block, 2 wd, waits for power) after B1;
- C1 (hall, 1 wd) after B2 of both blocks;
- tail R1 (2 wd, waits for racks) after white = B1; R2 (3 wd) after R1 and l5 = B2: service.

The calendar "day" works Monday to Friday from 8 to 16, "round" always with twice the output a day.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from planner.domain.plan import Candidate, Lot, Plan, Purchase, Start
from planner.domain.portfolio import CatalogFile, Portfolio, PortfolioFile
from planner.domain.site import Site

if TYPE_CHECKING:
    from planner.network.arrays import Network

DATA_DATE = dt.date(2026, 1, 5)
HORIZON = dt.date(2028, 12, 31)
SHED = Candidate("north", "sheds", "shed", "standard")
DAY = 1440


def row(work: str | dict[str, str], after: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return {"title": "Row", "duration": work, "calendar": "day", "after": after, **more}


def mode(**changes: Any) -> dict[str, Any]:
    terms = {"at_order": "10 %", "on_delivery": "80 %", "at_acceptance": "10 %", "delay": "30 day"}
    storm = {
        "design_wind": "115 mph", "design_wind_open": "75 mph", "repair_fixed": "5 wd",
        "repair_full": "60 wd", "envelope_share": "10 %",
    }  # fmt: skip
    rows = {
        "A1": row("10 wd", ("release",), cost_share=0.4, crews={"EL": 2}, outdoor=True),
        "A2": row("5 wd", ("A1", "W3"), cost_share=0.3, waits_for=["gear"], closes_envelope=True),
        "B1": row("4 wd", ("A2", "prev.B1"), cost_share=0.2, per="block", drivers=["labour"]),
        "B2": row("2 wd", ("B1",), cost_share=0.1, per="block", gate="power"),
        "C1": row("1 wd", ("B2",)),
    }
    return {
        "title": "Shed", "unit_it_power": "40 MW", "unit_blocks": 2, "hall_cost": "10 MUSD/MW",
        "terms": terms, "peak_facility_ratio": 1.25, "pue": 1.1, "rack_positions": "7 rack/MW",
        "rack_limit": "140 kW/rack", "liquid_share": "90 %", "air_share": "25 %",
        "footprint": "8 acre", "service_life": "15 year", "backup": "none",
        "availability": "99 %", "storm": storm, "ready_for_it": ["B1"], "rfs": "R2",
        "tail": "racks", "hooks": {"white": "B1", "l5": "B2"}, "activities": rows, **changes,
    }  # fmt: skip


def catalog(**changes: Any) -> CatalogFile:
    day = {
        "days": ["mon", "tue", "wed", "thu", "fri"], "shifts": [{"start": "08:00", "end": "16:00"}],
        "output_per_week": 1.0, "cost_factor": 1.0,
    }  # fmt: skip
    always = {
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "shifts": [{"start": "00:00", "end": "24:00"}],
        # A day's output is 2.8 / 7 = 0.4, twice the 1.0 / 5 = 0.2 of "day".
        "output_per_week": 2.8, "cost_factor": 1.5, "crews_behind": 4.2,
    }  # fmt: skip
    sku = {
        "title": "SKU", "family": "x", "gpus_per_rack": 72, "rack_power": "100 kW/rack",
        "liquid": "80 %", "flops": {"bf16": "1000 TFLOP/s"},
        "prices": [{"since": "2024-01-01", "price": "0.03 MUSD/gpu"}],
        "supply": [{"since": "2024-01-01", "gpus": "500000 gpu/quarter"}],
        "lead_time": {"low": "100 day", "likely": "150 day", "high": "220 day"},
        "terms": {"at_order": "30 %", "on_delivery": "70 %", "at_acceptance": "0 %",
                  "delay": "30 day"},
        "service_life": "5 year", "failure_rate": "0.1 1/year", "repair_time": "3 day",
        "spares": "2 %", "drivers": ["supply"],
    }  # fmt: skip
    fields: dict[str, Any] = {
        "calendars": {"day": day, "round": always},
        "trades": {"EL": {"title": "Electrical", "people": 20}},
        "equipment": {"gear": {"title": "Gear", "lead_time": "30 day"}},
        "works": {"plot": {"title": "Works", "release": "W2", "activities": {
            "W1": row("5 wd"), "W2": row("0 wd", ("W1",)), "W3": row("10 wd", ("W1",))}}},
        "tails": {"racks": {"title": "Racks", "unit_it_power": "20 MW", "activities": {
            "R1": row("2 wd", ("white",), per="block", gate="racks", scale=1.0),
            "R2": row("3 wd", ("R1", "l5"), per="block")}}},
        "modes": {"shed": mode()},
        "accelerators": {"X1": sku},
    }  # fmt: skip
    return CatalogFile.model_validate({**fields, **changes})


def site(**changes: Any) -> Site:
    tranche = {
        "title": "Grid", "kind": "grid", "nameplate": "200 MW", "firm": "200 MW",
        "energised": "2026-06-01", "price": "50 USD/MWh",
    }  # fmt: skip
    fields: dict[str, Any] = {
        "site": "north", "title": "North", "place": "Ohio", "latitude": 40.0, "longitude": -82.0,
        "land": "500 acre", "crews": {"EL": 10},
        "works": {"network": "plot", "started": "2026-01-05", "cost": "30 MUSD"},
        "tranches": {"grid": tranche},
        "groups": {"sheds": {"count": 6, "it_power": "40 MW", "blocks": 2, "modes": ["shed"],
                             "calendars": ["standard", "round"], "starts_per_period": 4}},
    }  # fmt: skip
    return Site.model_validate({**fields, **changes})


def portfolio(*sites: Site, risk: dict[str, Any] | None = None, **changes: Any) -> Portfolio:
    """Return a portfolio of one site "north", or of those given; changes go into the catalog."""
    made = sites or (site(),)
    spec = PortfolioFile.model_validate({
        "portfolio": "small", "title": "Small", "data_date": DATA_DATE, "horizon": HORIZON,
        "confidence": "80 %", "catalog": ["catalog"], "sites": [s.site for s in made],
        "reference": "X1",
        "teams": {"lab": {"title": "Lab", "mix": {}, "researchers": [
            {"since": "2025-01-01", "researchers": 40}]}},
        "finance": {"base_year": 2025, "operating_cash_flow": [
            {"since": "2025-01-01", "cash_flow": "24000 MUSD"}], "share_available": "60 %",
            "opening_cash": "10000 MUSD", "cash_floor": "3000 MUSD", "discount_rate": "9 %"},
        "risk": risk or {},
        "policy": {"tolerance": "0.5 %", "compute_discount_rate": "5 %", "terminal_share": "50 %"},
    })  # fmt: skip
    return Portfolio(spec, {s.site: s for s in made}, catalog(**changes), {}, (), {}, {})


def start(number: int = 1, release: str = "2026-01-05", candidate: Candidate = SHED) -> Start:
    return Start(candidate, number, dt.date.fromisoformat(release))


def lot(hall: str, block: int, gpus: int, service: str, purchase: str = "", until: str = "") -> Lot:
    end = dt.date.fromisoformat(until) if until else HORIZON
    return Lot(hall, block, "X1", gpus, purchase, dt.date.fromisoformat(service), end)


def purchase(name: str = "north/X1/2026Q1", order: str = "2026-01-05") -> Purchase:
    ordered = dt.date.fromisoformat(order)
    return Purchase(name, "north", "X1", 72_000, ordered, ordered + dt.timedelta(days=150))


def plan(made: Portfolio, **parts: Any) -> Plan:
    spec = made.spec
    return Plan(spec.portfolio, spec.data_date, made.periods, **parts)


def row_of(network: Network, name: str) -> int:
    return network.activity.index(name)


def before(network: Network, name: str) -> set[tuple[str, int]]:
    """Return the predecessors of an activity with the kind of relation."""
    a = row_of(network, name)
    pairs = zip(
        network.relation_pred.tolist(), network.relation_succ.tolist(),
        network.relation_kind.tolist(), strict=True,
    )  # fmt: skip
    return {(network.activity[p], k) for p, s, k in pairs if s == a}


def gates(network: Network, name: str) -> set[str]:
    """Return the gates of an activity."""
    a = row_of(network, name)
    columns = network.gate.column[network.gate.pointer[a] : network.gate.pointer[a + 1]]
    return {network.gate_name[g] for g in columns}
