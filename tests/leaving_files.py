"""A small portfolio whose hall is full of old GPUs that may be retired early, or moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.specs_files import CATALOG, PORTFOLIO, write

if TYPE_CHECKING:
    from pathlib import Path

SITE = """\
site: lake
title: Lake
place: Ohio
assumption: Invented
latitude: 40.1
longitude: -82.6
land: 120 acre
crews: {EW: 12}
tranches:
  grid: {title: Grid, kind: grid, nameplate: 13 MW, firm: 13 MW, energised: 2024-01-01,
         price: 79 USD/MWh}
groups:
  halls: {title: Pads, count: 0, it_power: 31 MW, blocks: 1, modes: [tent],
          starts_per_period: 1}
standing:
  old: {title: Old hall, it_power: 10 MW, mode: tent, ready: 2024-01-01}
installed:
  old: [{sku: H100, gpus: 2240, since: 2024-01-01}]
"""
"""A hall of 70 rack positions, all taken by 70 racks of H100."""
ANNEX = """\
  annex: {title: Annex, it_power: 10 MW, mode: thin, ready: 2024-01-01}
installed:
"""
NEW = """\
  NEW:
    title: New
    family: new
    gpus_per_rack: 72
    rack_power: 130 kW/rack
    liquid: 80 %
    flops: {bf16: 2500 TFLOP/s}
    prices: [{since: 2026-07-01, price: 0.05 MUSD/gpu}]
    supply: [{since: 2026-07-01, gpus: 5040 gpu/quarter}, {since: 2026-10-01, gpus: 0 gpu/quarter}]
    lead_time: 0 weeks
    terms: {at_order: 20 %, on_delivery: 80 %, at_acceptance: 0 %, delay: 30 day}
    service_life: 6 year
    failure_rate: 0.1 /year
    repair_time: 3 day
    spares: 2 %
workloads:
"""
RETIRE = "early_retirement: {cost: 500 USD/gpu, resale: 4000 USD/gpu}"
MOVE = "moves: {cost: 1500 USD/gpu, downtime: 6 weeks}"
TWO_HALLS = SITE.replace("installed:\n", ANNEX).replace("13 MW", "26 MW")
"""The same with an annex that new racks are too dense for."""


def files(folder: Path, terms: str, site: str = SITE) -> Path:
    """Write the portfolio, with terms on which H100s may leave; none where empty."""
    catalog = CATALOG.replace("    spares: 2 %\n", f"    spares: 2 %\n    {terms}\n" if terms else
                              "    spares: 2 %\n", 1)  # fmt: skip
    catalog = catalog.replace("workloads:\n", NEW, 1)
    catalog = catalog.replace("mfu: {H100: 40 %}", "mfu: {H100: 40 %, NEW: 40 %}")
    head, tail = CATALOG[CATALOG.index("  tent:\n") : CATALOG.index("accelerators:\n")], "  thin:\n"
    thin = head.replace("  tent:\n", tail).replace("140 kW/rack", "50 kW/rack")
    catalog = catalog.replace("accelerators:\n", f"{thin}accelerators:\n", 1)
    return write(folder, small=("", PORTFOLIO), lake=("", site), all=("", catalog))
