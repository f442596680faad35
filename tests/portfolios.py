"""The smallest portfolios the optimiser can be wrong on, with readiness made up from a duration.

One site, one group of halls of 10 MW, one SKU named H100 in racks of 40 kW with 32 GPUs, so that a
hall holds 8,000; no spares, no failures, availability 1: effective compute equals GPUs in place.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from typing import Any

import numpy as np

from planner.domain.plan import Candidate
from planner.domain.portfolio import CatalogFile, Portfolio, PortfolioFile
from planner.domain.result import Readiness
from planner.domain.site import Site, standing_blocks

CALENDAR = {
    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "shifts": [{"start": "00:00", "end": "24:00"}],
    "output_per_week": 1,
    "cost_factor": 1,
}
TERMS = {"at_order": 1, "on_delivery": 0, "at_acceptance": 0, "delay": "0 day"}
STORM = {
    "design_wind": "100 mph", "design_wind_open": "80 mph", "repair_fixed": "1 wd",
    "repair_full": "1 wd", "envelope_share": 0.1,
}  # fmt: skip
MODE = {
    "title": "Shed", "unit_it_power": "10 MW", "unit_blocks": 1, "hall_cost": "10 MUSD/MW",
    "terms": TERMS, "peak_facility_ratio": 1.25, "pue": 1.1, "rack_positions": "30 rack/MW",
    "rack_limit": "50 kW/rack", "liquid_share": 0, "air_share": 1, "footprint": "5 acre",
    "service_life": "20 year", "backup": "generators", "availability": 1, "storm": STORM,
    "ready_for_it": ["A1"], "rfs": "A1",
    "activities": {
        "A1": {"title": "Build", "duration": "90 wd", "calendar": "always", "crews": {"EL": 4},
               "after": ["release"], "cost_share": 1},
    },
}  # fmt: skip
SKU = {
    "title": "H100", "family": "hopper", "gpus_per_rack": 32, "rack_power": "40 kW/rack",
    "liquid": 0, "flops": {"bf16": "1000 TFLOP/s"},
    "prices": [{"since": "2025-01-01", "price": "0.03 MUSD/gpu"}],
    "supply": [{"since": "2025-01-01", "gpus": "100000 gpu/quarter"}],
    "lead_time": "0 day", "terms": TERMS, "service_life": "20 year", "failure_rate": "0 1/year",
    "repair_time": "0 day", "spares": 0,
}  # fmt: skip
WORKLOAD = {
    "title": "Work", "precision": "bf16", "mfu": {"H100": 0.4}, "checkpoint": "0 day",
    "restart": "0 day", "job_gpus": 1,
}  # fmt: skip
SITE = {
    "site": "north", "title": "North", "place": "Somewhere", "latitude": 40, "longitude": -80,
    "land": "100 acre", "crews": {"EL": 8},
    "tranches": {
        "grid": {"title": "Grid", "kind": "grid", "nameplate": "100 MW", "firm": "100 MW",
                 "energised": "2025-01-01", "price": "50 USD/MWh"},
    },
    "groups": {
        "sheds": {"count": 2, "it_power": "10 MW", "blocks": 1, "modes": ["shed"],
                  "starts_per_period": 2},
    },
}  # fmt: skip
SPEC = {
    "portfolio": "tiny", "title": "Tiny", "data_date": "2026-01-01", "horizon": "2027-12-31",
    "confidence": 0.8, "catalog": ["catalog"], "sites": ["north.yaml"], "reference": "H100",
    "teams": {
        "a": {"title": "A", "researchers": [{"since": "2026-01-01", "researchers": 10}],
              "mix": {"work": 1}},
        "b": {"title": "B", "researchers": [{"since": "2026-01-01", "researchers": 30}],
              "mix": {"work": 1}},
    },
    "finance": {
        "base_year": 2026,
        "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": "10000 MUSD"}],
        "share_available": 1, "opening_cash": "10000 MUSD", "cash_floor": "0 MUSD",
        "discount_rate": 0,
    },
    "policy": {"tolerance": 0, "compute_discount_rate": 0, "terminal_share": 0},
}  # fmt: skip
CATALOG = {
    "calendars": {"always": CALENDAR},
    "trades": {"EL": {"title": "Electrical", "people": 10}},
    "modes": {"shed": MODE},
    "accelerators": {"H100": SKU},
    "workloads": {"work": WORKLOAD},
}


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes` merged in, mapping by mapping; None takes a key away."""
    made = copy.deepcopy(base)
    for key, value in changes.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict) and isinstance(made.get(key), dict):
            made[key] = merged(made[key], value)
        else:
            made[key] = value
    return made


TWO_ARRIVALS: dict[str, Any] = {
    "scenarios": {
        "soon": {"title": "S", "probability": 0.5, "arrival": "1 year", "revealed": "0.49 year",
                 "weight_after": 0.01},
        "late": {"title": "L", "probability": 0.5, "arrival": "3 year", "revealed": "0.49 year"},
    },
    "policy": {"bet": {"objective": "expected", "scenarios": 2}},
}  # fmt: skip
"""A bet on the better arrival of two, as likely as each other, known before mid-2026."""


def tiny(
    spec: dict[str, Any] | None = None,
    site: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
) -> Portfolio:
    """Return the tiny portfolio with changes merged into its spec, its site and its catalog."""
    one = Site(**merged(SITE, site or {}))
    return Portfolio(
        PortfolioFile(**merged(SPEC, spec or {})), {one.site: one},
        CatalogFile(**merged(CATALOG, catalog or {})), {}, (), {}, {},
    )  # fmt: skip


def ready(
    portfolio: Portfolio,
    days: float = 90.0,
    *,
    power_tail: float = 0.0,
    rack_tail: float = 0.0,
) -> tuple[Readiness, ...]:
    """Return readiness in which every hall serves `days` after the start of its period."""
    made = []
    for site in portfolio.sites.values():
        for zone, entry in site.standing.items():
            day = float((entry.ready - portfolio.spec.data_date).days)
            chosen = portfolio.catalog.modes[entry.mode]
            made.append(_entry(Candidate(site.site, zone, entry.mode, "standard"), -1, day,
                               entry.it_power.likely, standing_blocks(entry, chosen),
                               power_tail, rack_tail))  # fmt: skip
        for zone, group in site.groups.items():
            for mode, calendar in itertools.product(group.modes, group.calendars):
                for t, period in enumerate(portfolio.periods):
                    begin = (period.start - portfolio.spec.data_date).days
                    made.append(_entry(Candidate(site.site, zone, mode, calendar), t,
                                       begin + days, group.it_power.likely, group.blocks,
                                       power_tail, rack_tail))  # fmt: skip
    return tuple(made)


def _entry(
    candidate: Candidate, period: int, day: float, mw: float, blocks: int, power: float,
    racks: float,
) -> Readiness:  # fmt: skip
    when = np.full(blocks, day)
    return Readiness(candidate, period, when, when, np.full(blocks, mw / blocks), power, racks)


def standing(gpus: int, *, since: str = "2026-01-01", mw: str = "10 MW") -> dict[str, Any]:
    """Return the part of a site that has a standing hall with GPUs in it."""
    return {
        "standing": {"old": {"it_power": mw, "mode": "shed", "ready": "2025-01-01"}},
        "installed": {"old": [{"sku": "H100", "gpus": gpus, "since": since}]},
    }


def nothing_to_build() -> dict[str, Any]:
    """Return the part of a site whose group has no room."""
    return {"groups": {"sheds": {"count": 0}}}


DAY = dt.timedelta(days=1)
