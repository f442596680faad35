"""A small portfolio in one folder, for tests that spoil one thing of it at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner import specs
from planner.errors import Finding, SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CATALOG = """\
calendars:
  day:
    title: Day shift
    days: [mon, tue, wed, thu, fri]
    shifts: [{start: "08:00", end: "16:00"}]
    output_per_week: 1.0
    cost_factor: 1.0
trades:
  EW: {title: Earthworks, people: 12}
equipment:
  frame: {title: Frames, lead_time: 26 weeks}
modes:
  tent:
    title: Tent
    unit_it_power: 31 MW
    unit_blocks: 1
    hall_cost: {low: 6.5 MUSD/MW, likely: 9.1 MUSD/MW, high: 14.0 MUSD/MW}
    terms: {at_order: 5 %, on_delivery: 90 %, at_acceptance: 5 %, delay: 45 day}
    peak_facility_ratio: 1.3
    pue: 1.15
    rack_positions: 7 rack/MW
    rack_limit: 140 kW/rack
    liquid_share: 90 %
    air_share: 25 %
    footprint: 8 acre
    service_life: 15 year
    backup: none
    availability: 99.5 %
    storm:
      design_wind: 115 mph
      design_wind_open: 75 mph
      repair_fixed: 5 wd
      repair_full: 60 wd
      envelope_share: 8 %
    ready_for_it: [fitout]
    rfs: racks
    activities:
      slab:
        title: Slab
        duration: {p10: 10 wd, p50: 20 wd, p90: 40 wd}
        calendar: day
        crews: {EW: 2}
        after: [release]
        drivers: [labour]
      frame:
        title: Frame
        duration: 30 wd
        calendar: day
        after: [slab, slab SS+5d]
        waits_for: [frame]
        keeps_calendar: true
      fitout:
        title: Fit-out
        duration: 40 wd
        calendar: day
        after: [frame]
        cost_share: 100 %
      racks: {title: Racks, duration: 10 wd, calendar: day, after: [fitout], gate: racks}
accelerators:
  H100:
    title: H100
    family: hopper
    gpus_per_rack: 32
    rack_power: 41 kW/rack
    liquid: 0 %
    flops: {bf16: 989 TFLOP/s}
    prices: [{since: 2025-01-01, price: 0.04 MUSD/gpu}]
    supply: [{since: 2025-01-01, gpus: 100000 gpu/quarter}]
    lead_time: 20 weeks
    terms: {at_order: 20 %, on_delivery: 80 %, at_acceptance: 0 %, delay: 30 day}
    service_life: 6 year
    failure_rate: 0.1 /year
    repair_time: 3 day
    spares: 2 %
workloads:
  training:
    title: Training
    precision: bf16
    mfu: {H100: 40 %}
    checkpoint: 1 min
    restart: 10 min
    job_gpus: 1024
assumption: Invented
"""

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
  grid:
    title: Grid
    kind: grid
    nameplate: 200 MW
    firm: 180 MW
    energised: 2026-09-01
    price: 79 USD/MWh
groups:
  halls:
    title: Pads
    count: 4
    it_power: 31 MW
    blocks: 1
    modes: [tent]
    calendars: [standard, day]
    starts_per_period: 2
"""

PORTFOLIO = """\
portfolio: small
title: Small
assumption: Invented
data_date: 2026-01-01
horizon: 2028-12-31
confidence: 80 %
catalog: [catalog]
sites: [lake.yaml]
sources: sources.yaml
reference: H100
teams:
  lab:
    title: Lab
    researchers: [{since: 2026-01-01, researchers: 12}, {since: 2027-01-01, researchers: 20}]
    mix: {training: 100 %}
finance:
  base_year: 2026
  operating_cash_flow: [{since: 2026-01-01, cash_flow: {value: 400 MUSD, source: ledger}}]
  share_available: 80 %
  opening_cash: 900 MUSD
  cash_floor: 50 MUSD
  discount_rate: 10 %
risk:
  drivers:
    labour: {title: Labour, factor: {low: 0.9, likely: 1, high: 1.2}}
  events:
    late: {title: Late, probability: 15 %, delay: 90 day, hits: lake/grid}
policy:
  tolerance: 0.5 %
  compute_discount_rate: 12 %
  terminal_share: 40 %
"""

SOURCES = """\
sources:
  ledger: {title: Ledger, publisher: Nobody, date: "2026", confidence: assumption}
"""

FILES = {
    "small.yaml": PORTFOLIO,
    "lake.yaml": SITE,
    "catalog/all.yaml": CATALOG,
    "sources.yaml": SOURCES,
}


def write(folder: Path, **edits: tuple[str, str | bytes]) -> Path:
    """Write the portfolio and return its file.

    `edits` replace the first occurrence of a text, by the stem of the file it must stand in.
    """
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        raw = text.encode()
        if path.stem in edits:
            old, new = edits[path.stem]
            assert old in text, f"{old!r} is not in {name}"
            new = new.encode() if isinstance(new, str) else new
            raw = raw.replace(old.encode(), new, 1) if old else new
        path.write_bytes(raw)
    return folder / "small.yaml"


def findings(path: Path, overrides: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Return everything found in a portfolio, errors and warnings, with names not paths."""
    try:
        return specs.check(specs.load(path, overrides))
    except SpecError as error:
        return error.findings


def lines(path: Path, overrides: Sequence[str] = ()) -> str:
    """Return the findings as printed, with the folder's name taken out."""
    text = "\n".join(map(str, findings(path, overrides)))
    return text.replace(f"{path.parent}/", "")
