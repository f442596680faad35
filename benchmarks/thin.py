"""Thin portfolios of stated sizes: builds, GPUs and teams, and nothing else of the model.

Every site has one crew of electricians, one grid tranche that comes in two steps, and two groups of
halls in three build modes; cash, supply, power and crews each bind somewhere. Halls of a group are
alike, so the integers are starts by site, group, mode and period: 192, 1,440 and 12,000.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.domain.portfolio import CatalogFile, Portfolio, PortfolioFile
from planner.domain.site import Site
from tests.portfolios import CATALOG, MODE, SITE, SKU, SPEC, WORKLOAD, merged, ready

if TYPE_CHECKING:
    from planner.domain.result import Readiness

GROUPS, QUARTERS = ("east", "west"), 4
HALL_MW = 20
MODES = {"tent": (180, 12.0, 6), "steel": (300, 9.0, 4), "concrete": (480, 8.0, 3)}
"""Days, MUSD a MW and crews of each build mode."""


@dataclass(frozen=True)
class Size:
    """How large a thin portfolio is."""

    name: str
    sites: int
    halls: int
    quarters: int
    skus: int
    teams: int


SIZES = {
    size.name: size
    for size in (
        Size("tiny", 1, 4, 8, 2, 3),
        Size("small", 2, 12, 16, 3, 8),
        Size("medium", 10, 100, 24, 5, 50),
        Size("large", 50, 500, 40, 8, 200),
    )
}


def thin(size: Size, seed: int = 1) -> tuple[Portfolio, tuple[Readiness, ...]]:
    """Return a portfolio of a size and its readiness, the same for the same seed."""
    draw = np.random.default_rng(seed)
    catalog = merged(
        CATALOG,
        {"modes": {"shed": None, **{n: _mode(n, *m) for n, m in MODES.items()}},
         "accelerators": _skus(size, draw), "workloads": _workloads(size, draw)},
    )  # fmt: skip
    sites = [Site(**_site(size, number, draw)) for number in range(size.sites)]
    spec = PortfolioFile(**_spec(size, draw))
    portfolio = Portfolio(
        spec, {site.site: site for site in sites}, CatalogFile(**catalog), {}, (), {}, {}
    )
    return portfolio, _readiness(portfolio)


def _mode(name: str, days: int, cost: float, crews: int) -> dict[str, Any]:
    return merged(MODE, {
        "title": name.title(), "unit_it_power": f"{HALL_MW} MW", "hall_cost": f"{cost} MUSD/MW",
        "activities": {"A1": {"duration": f"{days} wd", "crews": {"EL": crews}}},
    })  # fmt: skip


def _skus(size: Size, draw: np.random.Generator) -> dict[str, Any]:
    """Return generations of SKUs, each dearer, denser, faster and later than the one before."""
    made = {}
    for j in range(size.skus):
        since = (dt.date(2026, 1, 1) + j * dt.timedelta(days=180)).isoformat()
        supply = 25_000 * size.sites * draw.uniform(0.6, 1.2) / size.skus
        made[f"G{j}" if j else "H100"] = merged(SKU, {
            "title": f"Generation {j}", "family": f"f{j // 2}",
            "rack_power": f"{40 + 3 * j} kW/rack",
            "flops": {"bf16": f"{1000 * 1.3**j:.0f} TFLOP/s"},
            "prices": [{"since": since, "price": f"{0.03 * 1.15**j:.4f} MUSD/gpu"}],
            "supply": [{"since": since, "gpus": f"{supply:.0f} gpu/quarter"}],
            "lead_time": f"{int(draw.integers(30, 150))} day",
        })  # fmt: skip
    return made


def _workloads(size: Size, draw: np.random.Generator) -> dict[str, Any]:
    """Return four kinds of work, each at its own efficiency on each SKU."""
    skus = ["H100", *(f"G{j}" for j in range(1, size.skus))]
    return {
        f"w{k}" if k else "work": merged(
            WORKLOAD, {"mfu": {j: float(draw.uniform(0.25, 0.45)) for j in skus}}
        )
        for k in range(4)
    }


def _site(size: Size, number: int, draw: np.random.Generator) -> dict[str, Any]:
    count = size.halls // size.sites // len(GROUPS)
    power = HALL_MW * count * len(GROUPS) * 1.25
    group = {"count": count, "it_power": f"{HALL_MW} MW", "blocks": 1, "modes": list(MODES),
             "starts_per_period": 2}  # fmt: skip
    later = dt.date(2026, 1, 1) + dt.timedelta(days=int(draw.integers(300, 900)))
    tranche = merged(SITE, {})["tranches"]["grid"]
    grid = {
        name: {**tranche, "nameplate": f"{mw:.0f} MW", "firm": f"{mw:.0f} MW", "energised": date}
        for name, mw, date in (
            ("first", 0.5 * power, "2026-06-01"), ("second", 0.4 * power, later.isoformat())
        )
    }  # fmt: skip
    made = merged(SITE, {"groups": {"sheds": None}, "tranches": {"grid": None}})
    return merged(made, {
        "site": f"s{number}", "title": f"Site {number}", "land": "500 acre",
        "crews": {"EL": int(draw.integers(8, 16))}, "tranches": grid,
        "groups": dict.fromkeys(GROUPS, group),
    })  # fmt: skip


def _spec(size: Size, draw: np.random.Generator) -> dict[str, Any]:
    years = size.quarters // QUARTERS
    mixes = [{"work": 1}, {"w1": 1}, {"w2": 0.5, "w3": 0.5}, {"w3": 1}]
    teams: dict[str, Any] = {"a": None, "b": None}
    for w in range(size.teams):
        heads = int(draw.integers(10, 100))
        teams[f"t{w}"] = {
            "title": f"Team {w}", "mix": mixes[w % len(mixes)],
            "researchers": [{"since": "2026-01-01", "researchers": heads}],
        }  # fmt: skip
    cash = 500.0 * size.sites
    return merged(SPEC, {
        "portfolio": size.name, "horizon": dt.date(2025 + years, 12, 31),
        "sites": [f"s{n}.yaml" for n in range(size.sites)], "teams": teams,
        "finance": {
            "opening_cash": f"{cash} MUSD",
            "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": f"{0.5 * cash} MUSD"}],
            "discount_rate": 0.08,
        },
        "policy": {"tolerance": 0.005, "compute_discount_rate": 0.1, "terminal_share": 0.5},
    })  # fmt: skip


def _readiness(portfolio: Portfolio) -> tuple[Readiness, ...]:
    """Return readiness in which halls serve as many days after their start as their mode takes."""
    by_mode = {name: ready(portfolio, float(days)) for name, (days, _, _) in MODES.items()}
    return tuple(
        by_mode[entry.candidate.mode][i] for i, entry in enumerate(next(iter(by_mode.values())))
    )
