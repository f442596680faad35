"""A small, consistent, synthetic Result: two sites, seven halls, made with numpy alone.

The report is developed and tested on it, so that its tests need neither simulator nor solver.
Quantities are invented; only their relations hold (a lot serves after its hall, racks and power).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.domain.plan import (
    Candidate,
    CashRow,
    EquipmentOrder,
    LevelStatus,
    Lot,
    Plan,
    Promise,
    Purchase,
    Share,
    SolveStatus,
    Start,
    Termination,
)
from planner.domain.portfolio import (
    CatalogFile,
    Period,
    Portfolio,
    PortfolioFile,
    Provenance,
    SourceEntry,
    periods,
)
from planner.domain.result import NEVER, Outcome, Readiness, Result, Verdict, Verification
from planner.domain.site import Site
from planner.errors import Where

DATA_DATE = dt.date(2025, 8, 1)
HORIZON = dt.date(2028, 12, 31)
EPOCH = dt.date(2024, 1, 1)
DAY = 1440


def _row(title: str, after: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return {"title": title, "duration": "20 wd", "calendar": "6x10", "after": after, **more}


def _mode(title: str, power: str, cost: str, ratio: float, *, backup: str, wind: str) -> Any:
    return {
        "title": title, "unit_it_power": power, "unit_blocks": 1, "hall_cost": cost,
        "soft_cost": "10 %",
        "terms": {"at_order": "10 %", "on_delivery": "80 %", "at_acceptance": "10 %",
                  "delay": "30 day"},
        "peak_facility_ratio": ratio, "pue": 1.15, "rack_positions": "7 rack/MW",
        "rack_limit": "140 kW/rack", "liquid_share": "90 %", "air_share": "25 %",
        "footprint": "8 acre", "service_life": "15 year", "backup": backup,
        "availability": "99.5 %",
        "storm": {"design_wind": wind, "design_wind_open": "75 mph", "repair_fixed": "5 wd",
                  "repair_full": "60 wd", "envelope_share": "8 %"},
        "ready_for_it": ["T03"], "rfs": "G02", "tail": "racks", "hooks": {"ready": "T03"},
        "activities": {
            "T01": _row("Civil works", ("release",), phase="civil", outdoor=True, cost_share=0.3),
            "T02": _row("Power modules", ("T01",), phase="electrical", cost_share=0.5,
                        waits_for=["power-modules"]),
            "T03": _row("Commissioning to level 4", ("T02",), phase="commissioning",
                        cost_share=0.2),
        },
    }  # fmt: skip


def _sku(title: str, gpus: int, power: str, price: str) -> dict[str, Any]:
    return {
        "title": title, "family": title, "gpus_per_rack": gpus, "rack_power": power,
        "liquid": "80 %", "flops": {"bf16": "1000 TFLOP/s"},
        "prices": [{"since": "2024-01-01", "price": price}],
        "supply": [{"since": "2024-01-01", "gpus": "500000 gpu/quarter"}],
        "lead_time": "150 day",
        "terms": {"at_order": "30 %", "on_delivery": "70 %", "at_acceptance": "0 %",
                  "delay": "30 day"},
        "service_life": "5 year", "failure_rate": "0.1 1/year", "repair_time": "3 day",
        "spares": "2 %",
    }  # fmt: skip


def catalog(tent: str = "tent") -> CatalogFile:
    """Return a catalog of two modes, two SKUs and one calendar."""
    calendar = {"days": ["mon", "tue", "wed", "thu", "fri", "sat"],
                "shifts": [{"start": "07:00", "end": "17:00"}],
                "output_per_week": 1.4, "cost_factor": 1.0}  # fmt: skip
    return CatalogFile.model_validate({
        "calendars": {"6x10": calendar,
                      "24x7": {**calendar, "cost_factor": 1.25, "crews_behind": 4.2}},
        "equipment": {"power-modules": {"title": "Power modules", "lead_time": "300 day"}},
        "works": {"prepared": {"title": "Site works", "release": "S03", "activities": {
            "S01": _row("Permits"), "S02": _row("Earthworks", ("S01",)),
            "S03": _row("Site release", ("S02",))}}},
        "tails": {"racks": {"title": "Racks", "unit_it_power": "31 MW", "activities": {
            "G01": _row("Install racks", ("ready",), phase="it", gate="racks", per="block"),
            "G02": _row("Burn-in", ("G01",), phase="it", gate="power", per="block")}}},
        "modes": {
            tent: _mode("Fabric tent", "125 MW", "9 MUSD/MW", 1.3, backup="none", wind="115 mph"),
            "concrete": _mode("Concrete hall", "250 MW", "12 MUSD/MW", 1.35,
                              backup="generators", wind="150 mph")},
        "accelerators": {
            "H100": _sku("H100 server", 32, "44 kW/rack", "0.03 MUSD/gpu"),
            "GB300": _sku("GB300 NVL72", 72, "132 kW/rack", "0.05 MUSD/gpu")},
        "workloads": {},
    })  # fmt: skip


def _tranche(title: str, firm: str, energised: str) -> dict[str, Any]:
    return {"title": title, "kind": "gas", "nameplate": firm, "firm": firm, "energised": energised,
            "slip": "30 day", "price": "55 USD/MWh", "capital": "300 MUSD"}  # fmt: skip


def sites(tent: str = "tent") -> dict[str, Site]:
    """Return two sites: north with tents and an old hall, south with concrete halls."""
    north = {
        "site": "north", "title": "North campus", "place": "Ohio", "latitude": 40.0,
        "longitude": -82.0, "land": "700 acre",
        "tranches": {"grid": _tranche("Grid feed", "300 MW", "2024-06-01"),
                     "gas": _tranche("Gas plant", "600 MW", "2026-07-01")},
        "groups": {"tents": {"count": 6, "it_power": "125 MW", "blocks": 1, "modes": [tent],
                             "starts_per_period": 4}},
        "standing": {"old": {"title": "Old hall", "it_power": "100 MW", "mode": "concrete",
                             "ready": "2023-01-01"}},
        "installed": {"old": [{"sku": "H100", "gpus": 64000, "since": "2023-06-01"}]},
    }  # fmt: skip
    south = {
        "site": "south", "title": "South campus", "place": "Louisiana", "latitude": 32.5,
        "longitude": -91.7, "land": "2000 acre",
        "works": {"network": "prepared", "started": "2025-09-01", "cost": "300 MUSD"},
        "tranches": {"grid": _tranche("Grid phase 1", "800 MW", "2027-04-01")},
        "groups": {"halls": {"count": 4, "it_power": "250 MW", "blocks": 2, "modes": ["concrete"],
                             "calendars": ["6x10", "24x7"], "starts_per_period": 2}},
    }  # fmt: skip
    return {s["site"]: Site.model_validate(s) for s in (north, south)}


def portfolio(team: str = "frontier", tent: str = "tent") -> Portfolio:
    """Return the synthetic portfolio; names may be hostile."""
    spec = PortfolioFile.model_validate({
        "portfolio": "synthetic", "title": "Two campuses", "data_date": DATA_DATE,
        "horizon": HORIZON, "confidence": "80 %", "samples": 300, "catalog": ["catalog"],
        "sites": ["north.yaml", "south.yaml"], "reference": "H100",
        "teams": {
            team: {"title": "Frontier lab", "researchers": [
                {"since": "2025-01-01", "researchers": 40},
                {"since": "2026-04-01", "researchers": 60}], "mix": {}},
            "research": {"title": "Research groups", "researchers": [
                {"since": "2025-01-01", "researchers": 900}], "mix": {}}},
        "products": {"assistant": {
            "title": "Assistant", "users": "1e9 user", "growth": "10 %",
            "requests": "2 request/user/day", "flop": "1e14 FLOP/request", "peak": 1.8,
            "workload": "serving"}},
        "finance": {"base_year": 2025, "operating_cash_flow": [
            {"since": "2025-01-01", "cash_flow": "24000 MUSD"}], "share_available": "60 %",
            "opening_cash": "10000 MUSD", "cash_floor": "3000 MUSD", "discount_rate": "9 %"},
        "risk": {
            "drivers": {
                "labour": {"title": "Labour productivity",
                           "factor": {"low": 0.95, "likely": 1.05, "high": 1.3},
                           "response": "Sign a second union hall now"},
                "supply": {"title": "Equipment supply",
                           "factor": {"low": 0.9, "likely": 1.0, "high": 1.4},
                           "response": "Buy slots for power modules"}},
            "events": {"appeal": {"title": "Permit appeal", "probability": "15 %",
                                  "delay": "90 day", "hits": "south",
                                  "response": "Settle with neighbours"}}},
        "scenarios": {"three": {"title": "Arrives in 3 years", "probability": "40 %",
                                "arrival": "3 year"},
                      "five": {"title": "Arrives in 5 years", "probability": "35 %",
                               "arrival": "5 year"}},
        "targets": {"first GW": {"it_power": "1 GW", "by": "2027-12-31"},
                    "north titan": {"site": "north", "it_power": "500 MW", "by": "2026-12-31"}},
        "policy": {"tolerance": "0.5 %", "compute_discount_rate": "10 %",
                   "terminal_share": "50 %",
                   "required": {"floor": {"it_power": "100 MW", "by": "2025-12-31"}}},
    })  # fmt: skip
    sources = {"plan-2025": SourceEntry(title="Ten-year plan", publisher="Owner", date="2025-06",
                                        confidence="published")}  # fmt: skip
    provenance = (
        Provenance(Where("north.yaml", 12, 9, "tranches.gas.firm"), "600 MW", source="plan-2025"),
        Provenance(Where("south.yaml", 9, 9, "works.cost"), "300 MUSD",
                   assumption="Like the last campus of this size"),
        Provenance(Where("catalog/tent.yaml", 8, 3, "modes.tent.hall_cost"), "9 MUSD/MW",
                   assumption="No figure published; -10 % of concrete"),
    )  # fmt: skip
    return Portfolio(spec, sites(tent), catalog(tent), sources, provenance, {},
                     {"north.yaml": "ab" * 32, "south.yaml": "cd" * 32})  # fmt: skip


def _starts(tent: str) -> tuple[Start, ...]:
    tents = Candidate("north", "tents", tent, "standard")
    halls = Candidate("south", "halls", "concrete", "24x7")
    return (
        Start(tents, 1, dt.date(2025, 5, 1), is_under_way=True),
        Start(tents, 2, dt.date(2025, 8, 15)),
        Start(tents, 3, dt.date(2025, 10, 1)),
        Start(tents, 4, dt.date(2025, 10, 1)),
        Start(halls, 1, dt.date(2026, 1, 1)),
        Start(halls, 2, dt.date(2026, 7, 1)),
    )


def _purchases() -> tuple[Purchase, ...]:
    return (
        Purchase("north/GB300/2025Q4", "north", "GB300", 272160, dt.date(2025, 10, 15),
                 dt.date(2026, 4, 1)),
        Purchase("south/GB300/2026Q4", "south", "GB300", 136080, dt.date(2026, 11, 1),
                 dt.date(2027, 5, 1)),
        Purchase("south/GB300/2027Q2", "south", "GB300", 136080, dt.date(2027, 4, 1),
                 dt.date(2027, 10, 1)),
    )  # fmt: skip


def _lots() -> tuple[Lot, ...]:
    made = [Lot("north/old/01", 1, "H100", 64000, "", DATA_DATE, dt.date(2028, 6, 1))]
    for number, service in ((1, (2026, 6, 1)), (2, (2026, 8, 1)), (3, (2026, 10, 1)),
                            (4, (2026, 10, 1))):  # fmt: skip
        made.append(Lot(f"north/tents/{number:02d}", 1, "GB300", 68040, "north/GB300/2025Q4",
                        dt.date(*service), dt.date(2031, 1, 1)))  # fmt: skip
    for number, purchase, service in ((1, "south/GB300/2026Q4", (2027, 9, 1)),
                                      (2, "south/GB300/2027Q2", (2028, 2, 1))):  # fmt: skip
        made += [
            Lot(f"south/halls/{number:02d}", block, "GB300", 68040, purchase, dt.date(*service),
                dt.date(2032, 1, 1))
            for block in (1, 2)
        ]  # fmt: skip
    return tuple(made)


@dataclass
class _Network:
    """What a simulator would fill in: names with sampled start and finish minutes."""

    names: list[str]
    start: list[Any]
    finish: list[Any]

    def add(self, name: str, start: Any, days: Any) -> Any:
        self.names.append(name)
        self.start.append(np.asarray(start, dtype=np.int64))
        finish = np.asarray(start, dtype=np.int64) + np.asarray(days * DAY).astype(np.int64)
        self.finish.append(finish)
        return finish


def minute(day: dt.date) -> int:
    """Return the minute of a date."""
    return (day - EPOCH).days * DAY


def outcome(plan: Plan, tent: str = "tent", samples: int = 300, seed: int = 7) -> Outcome:
    """Return sampled futures of the synthetic plan; sample axis first."""
    rng = np.random.default_rng(seed)
    labour = np.append(rng.lognormal(np.log(1.05), 0.1, samples), 1.05)
    supply = np.append(rng.lognormal(0.0, 0.12, samples), 1.0)
    appeal = np.append(np.where(rng.random(samples) < 0.15, 90 * DAY, 0), 0)
    n = samples + 1  # the last one is the deterministic pass
    net = _Network([], [], [])

    def spread(likely: float) -> Any:
        made = likely * rng.lognormal(0.0, 0.06, n)
        made[-1] = likely
        return made

    works = np.full(n, minute(dt.date(2025, 9, 1))) + appeal.astype(np.int64)
    for key, length in (("S01", 40.0), ("S02", 60.0), ("S03", 1.0)):
        works = net.add(f"south/{key}", works, spread(length) * labour)
    tranche = ("north/grid", "north/gas", "south/grid")
    energised = np.stack(
        [
            np.full(n, minute(dt.date(2024, 6, 1))),
            minute(dt.date(2026, 7, 1)) + (spread(30) * DAY).astype(np.int64),
            minute(dt.date(2027, 4, 1)) + (spread(60) * supply * DAY).astype(np.int64),
        ],
        axis=1,
    )
    dock = {p.name: minute(p.order) + (spread(150) * supply * DAY).astype(np.int64)
            for p in plan.purchases}  # fmt: skip
    block, ready = ["north/old/01/1"], [np.full(n, minute(dt.date(2023, 1, 1)) + 0 * DAY)]
    for start in plan.starts:
        length = 80.0 if start.candidate.mode == tent else 130.0
        begin = np.full(n, minute(start.release))
        if start.candidate.site == "south":
            begin = np.maximum(begin, works)
        at = begin
        for key in ("T01", "T02", "T03"):
            at = net.add(f"{start.hall}/{key}", at, spread(length) * labour)
        for b in range(1 if start.candidate.mode == tent else 2):
            block.append(f"{start.hall}/{b + 1}")
            ready.append(at + b * 30 * DAY)
    service, docks, racks = [], [], []
    for lot in plan.lots:
        if not lot.purchase:
            service.append(np.full(n, minute(DATA_DATE)))
            docks.append(np.zeros(n, dtype=np.int64))
            racks.append(service[-1])
            continue
        here = ready[block.index(f"{lot.hall}/{lot.block}")]
        power = energised[:, 2] if lot.hall.startswith("south") else energised[:, 1]
        begin = np.maximum.reduce([here, dock[lot.purchase], power])
        at = net.add(f"{lot.name}/G01", begin, spread(30) * labour)
        service.append(net.add(f"{lot.name}/G02", at, spread(21)))
        docks.append(dock[lot.purchase])
        racks.append(begin)
    starts, finishes = np.stack(net.start, axis=1), np.stack(net.finish, axis=1)
    serving = np.stack(service, axis=1)
    serving[:2, -1] = NEVER  # two futures never see the last block
    last = finishes[-1].max()
    return Outcome(
        epoch=EPOCH, activity=tuple(net.names), block=tuple(block),
        lot=tuple(x.name for x in plan.lots), tranche=tranche,
        start_min=starts[:-1], finish_min=finishes[:-1],
        ready_min=np.stack(ready, axis=1)[:-1], energised_min=energised[:-1],
        service_min=serving[:-1], dock_min=np.stack(docks, axis=1)[:-1],
        rack_start_min=np.stack(racks, axis=1)[:-1],
        storm_cost_musd=np.where(rng.random(samples) < 0.1, 40.0, 0.0),
        driver=("labour", "supply", "appeal/south"),
        driver_factor=np.stack([labour, supply, appeal], axis=1)[:-1],
        deterministic_start_min=starts[-1], deterministic_finish_min=finishes[-1],
        total_float_min=last - finishes[-1], free_float_min=np.zeros(len(net.names), np.int64),
        is_driving=np.array([n.startswith(("south/S", "south/halls/02")) for n in net.names]),
        deterministic_ready_min=np.stack(ready, axis=1)[-1],
        deterministic_service_min=serving[-1], seed=seed,
    )  # fmt: skip


def _h100e(lot: Lot) -> float:
    return lot.gpus * (3.5 if lot.sku == "GB300" else 1.0)


def _cash(at: tuple[Period, ...]) -> tuple[CashRow, ...]:
    opening, rows = 10000.0, []
    for t in range(len(at)):
        inflow = 14400.0 * at[t].days / 91.3
        gpus = {1: 6000.0, 3: 9500.0, 6: 7000.0, 8: 6800.0}.get(t, 0.0)
        parts = (1500.0, 400.0, gpus, 50.0, 120.0, 90.0, 60.0, 0.0)
        closing = min(opening + inflow - sum(parts), 30000.0)
        inflow = closing - opening + sum(parts)
        rows.append(CashRow(t, opening, inflow, *parts, closing=closing))
        opening = closing
    return tuple(rows)


def _shares(at: tuple[Period, ...], team: str) -> tuple[Share, ...]:
    made = []
    for t, period in enumerate(at):
        last = period.end - dt.timedelta(days=1)
        for sku in ("H100", "GB300"):
            here = [x for x in _lots() if x.sku == sku and x.service <= last < x.until]
            gpus, h100e = sum(x.gpus for x in here), sum(map(_h100e, here))
            if not gpus:
                continue
            for name, part in ((team, 0.5), ("research", 0.3), ("assistant", 0.2)):
                made.append(Share(name, sku, "none", t, gpus * part, h100e * part))
    return tuple(made)


def plan(team: str = "frontier", tent: str = "tent") -> Plan:
    """Return the synthetic plan."""
    at = periods(DATA_DATE, HORIZON, "quarter")
    starts = _starts(tent)
    levels = (
        LevelStatus("compute_per_researcher 1: frontier", 3400.0, 3460.0, "h100e/researcher",
                    Termination.GAP),
        LevelStatus("cost", 68000.0, None, "MUSD", Termination.OPTIMAL),
    )  # fmt: skip
    return Plan(
        portfolio="synthetic", data_date=DATA_DATE, periods=at, starts=starts,
        orders=tuple(EquipmentOrder(s.candidate.site, "power-modules", 1, max(
            DATA_DATE, s.release - dt.timedelta(days=60)), s.release, s.hall) for s in starts[1:]),
        purchases=_purchases(), lots=_lots(), shares=_shares(at, team), cash=_cash(at),
        promises=(Promise("capacity", "portfolio", 550.0, dt.date(2026, 12, 31)),
                  Promise("required", "portfolio", 100.0, dt.date(2025, 12, 31))),
        level={team: 3400.0, "research": 140.0}, status=SolveStatus(levels, 0.018, "HiGHS 1.15.1"),
    )  # fmt: skip


def result(team: str = "frontier", tent: str = "tent", samples: int = 300) -> Result:
    """Return the whole synthetic run."""
    made, at = plan(team, tent), periods(DATA_DATE, HORIZON, "quarter")
    found = outcome(made, tent, samples)
    ends = np.array([minute(p.end) - 1 for p in at])
    mw = np.array([x.gpus * (44 / 32 if x.sku == "H100" else 132 / 72) / 1000 for x in made.lots])
    until = np.array([minute(x.until) for x in made.lots])
    serves = (found.service_min[:, :, None] <= ends) & (ends < until[:, None])
    north = np.array([x.hall.startswith("north") for x in made.lots])
    in_service = {"north": (serves * (mw * north)[:, None]).sum(axis=1),
                  "south": (serves * (mw * ~north)[:, None]).sum(axis=1)}  # fmt: skip
    h100e = (serves * np.array([_h100e(x) for x in made.lots])[:, None]).sum(axis=1)
    rng = np.random.default_rng(3)
    spend = np.array([r.spend for r in made.cash]) * rng.lognormal(0.0, 0.08, (samples, len(at)))
    verdicts = (Verdict(made.promises[0], 0.74, 0.78, is_kept=False, cause="tranche north/gas",
                        overrun_day=21.0),
                Verdict(made.promises[1], 1.0, 1.0, is_kept=True))  # fmt: skip
    verification = Verification(
        0.8, verdicts, 0.74, np.linspace(0.0, 0.04, len(at)),
        {team: h100e * 0.5, "research": h100e * 0.3, "assistant": h100e * 0.2}, in_service, spend,
        seed=8, round=2,
    )  # fmt: skip
    return Result(portfolio(team, tent), made, found, verification, _readiness(tent), 7, 3,
                  ("warning[unused]: max_price is read and not yet used",))  # fmt: skip


def nothing() -> Result:
    """Return a run whose plan starts, buys and promises nothing."""
    full = result(samples=20)
    none = np.zeros((20, 0), dtype=np.int64)
    empty = np.zeros(0, dtype=np.int64)
    at = full.plan.periods
    idle = Plan("synthetic", DATA_DATE, at)
    stood = full.outcome.ready_min[:, :1]
    found = Outcome(
        epoch=EPOCH, activity=(), block=("north/old/01/1",), lot=(), tranche=full.outcome.tranche,
        start_min=none, finish_min=none, ready_min=stood,
        energised_min=full.outcome.energised_min, service_min=none, dock_min=none,
        rack_start_min=none,
        storm_cost_musd=np.zeros(20), driver=(), driver_factor=np.zeros((20, 0)),
        deterministic_start_min=empty, deterministic_finish_min=empty, total_float_min=empty,
        free_float_min=empty, is_driving=np.zeros(0, dtype=np.bool_),
        deterministic_ready_min=stood[0], deterministic_service_min=empty, seed=1,
    )  # fmt: skip
    verification = Verification(0.8, (), 1.0, np.zeros(len(at)), {}, {},
                                np.zeros((20, len(at))), seed=2, round=1)  # fmt: skip
    return Result(full.portfolio, idle, found, verification, (), 1, 1)


def _readiness(tent: str) -> tuple[Readiness, ...]:
    made = []
    for candidate, ready in (
        (Candidate("north", "tents", tent, "standard"), 250.0),
        (Candidate("south", "halls", "concrete", "6x10"), 560.0),
        (Candidate("south", "halls", "concrete", "24x7"), 430.0),
    ):
        for period, offset in ((0, 0.0), (1, 62.0)):
            days = np.array([ready + offset, ready + offset + 30.0])
            made.append(Readiness(candidate, period, days, days + 60.0, np.array([125.0, 125.0]),
                                  14.0, 51.0))  # fmt: skip
    return tuple(made)


__all__ = ["DATA_DATE", "EPOCH", "nothing", "outcome", "plan", "portfolio", "result"]
