"""What a planner could have more or less of, as changes of rows of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.labour import PEOPLE
from planner.optimise.variables import GPUS, MUSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.optimise.data import ModelData
    from planner.optimise.engine import Engine
    from planner.optimise.explain.session import Session

LARGEST_STEP_MUSD = 1000.0
STEP_OF_INFLOW = 0.2
"""A step of money is a power of ten within this share of what a period brings, 1 BUSD at most."""
MONTH_DAY = 30.4375
PART, LARGEST_STEP_MW = 0.05, 50.0
"""A step of power, land or supply is a round number within this part of what there is, and of power
so many MW at most: large enough to be told apart from none, small enough to be called one more."""
DIGITS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Lever:
    """Something to have one step more or less of.

    Parameters
    ----------
    kind
        Family.
    step
        The step up, in words.
    path
        Of the statement in the files.
    up, down
        Change of the bounds of rows.
    is_whole
        Whether it acts through whole halls only, and does nothing while they are fixed.
    size, unit
        Of the step, so that a step's worth can be told a unit.
    """

    kind: str
    step: str
    path: str
    up: Mapping[int, float]
    down: Mapping[int, float]
    is_whole: bool = False
    size: float = 1.0
    unit: str = ""


def levers(session: Session) -> list[Lever]:
    """Return all levers of a model whose rows exist."""
    data, engine = session.data, session.engine
    made = [
        *_power(session), *_money(data, engine), *_supply(data, engine), *_docks(data, engine),
        *_crews(data, engine), *_land(data, engine), *_places(data, engine),
    ]  # fmt: skip
    return [lever for lever in made if lever.up]


def step_within(most: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, ... that is no more than `most`; 1 at the least.

    Examples
    --------
    >>> step_within(37.0), step_within(0.3)
    (20.0, 1.0)
    """
    if most < 1.0:
        return 1.0
    ten = 10.0 ** np.floor(np.log10(most))
    return float(max(digit * ten for digit in DIGITS if digit * ten <= most))


def _even(
    kind: str, step: str, path: str, rows: Mapping[int, float], *, whole: bool,
    size: float = 1.0, unit: str = "",
) -> Lever:  # fmt: skip
    down = {row: -change for row, change in rows.items()}
    return Lever(kind, step, path, rows, down, whole, size, unit)


def _power(session: Session) -> Iterator[Lever]:
    """Yield a step of each tranche, from a period on and throughout, and a quarter earlier."""
    data, engine = session.data, session.engine
    size = power_step(data)
    reserved = {r.name for r in session.plan.reservations}
    for i, tranche in enumerate(data.feed.tranches):
        name = tranche.full_name
        if tranche.is_optional and name not in reserved:
            continue
        path = f"site.{tranche.site}.tranches.{tranche.name}"
        rows = {
            k: row
            for k, time in enumerate(data.times)
            if (row := engine.rows.get(f"tranche_power[{name},{time}]")) is not None
        }
        served = {k: row for k, row in rows.items() if data.feed.firm_mw[i, k] >= 1.0}
        for k in list(served)[1:]:  # from the first on is throughout
            if k < data.n_periods:
                # What a tranche carries it carries on: more in one period alone is of no use.
                step = f"{size:g} MW more from {name} from {data.times[k]} on"
                since = data.clock.first_day(k)
                on = {row: size for n, row in served.items() if data.clock.first_day(n) >= since}
                yield _even("power", step, f"{path}.firm", on, whole=False, size=size, unit="MW")
        always = dict.fromkeys(served.values(), size)
        yield _even("power", f"{size:g} MW more from {name} throughout", f"{path}.firm", always,
                    whole=False, size=size, unit="MW")  # fmt: skip
        if tranche.energised_day > 0:
            earlier, later = (
                _moved(rows, moved - data.feed.firm_mw[i]) for moved in session.shifted[name]
            )
            yield Lever("date", f"{name} one quarter earlier", f"{path}.energised", earlier, later)


def _moved(rows: Mapping[int, int], change: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
           ) -> dict[int, float]:  # fmt: skip
    return {row: float(change[k]) for k, row in rows.items() if abs(change[k]) > 1e-6}


def power_step(data: ModelData) -> float:
    """Return the step of power [MW]."""
    firm = float(data.feed.firm_mw.max(initial=0.0))
    return step_within(min(LARGEST_STEP_MW, PART * firm))


def money_step(data: ModelData) -> float:
    """Return the step of money a period [MUSD]."""
    usual = STEP_OF_INFLOW * float(np.mean(np.abs(data.money.inflow)))
    return float(min(LARGEST_STEP_MUSD, 10.0 ** np.floor(np.log10(max(usual, 1.0)))))


def _money(data: ModelData, engine: Engine) -> Iterator[Lever]:
    step = money_step(data)
    said = "1 BUSD" if step == MUSD else f"{step:g} MUSD"
    path = "portfolio.finance.operating_cash_flow"
    rows = {label: engine.rows[f"balance[{label}]"] for label in data.labels}
    for label, row in rows.items():
        yield _even("money", f"{said} more in {label}", path, {row: step / MUSD}, whole=False,
                    size=step, unit="MUSD")  # fmt: skip
    every = dict.fromkeys(rows.values(), step / MUSD)
    yield _even("money", f"{said} more every period", path, every, whole=False,
                size=step, unit="MUSD a period")  # fmt: skip


def _supply(data: ModelData, engine: Engine) -> Iterator[Lever]:
    """Yield a step of racks a month more of each SKU."""
    months = data.timeline.days / MONTH_DAY
    for j, sku in enumerate(data.skus):
        rack = data.portfolio.catalog.accelerators[sku].gpus_per_rack
        rows = {
            t: row for t, label in enumerate(data.labels)
            if (row := engine.rows.get(f"supply[{sku},{label}]")) is not None
        }  # fmt: skip
        if not rows:
            continue
        usual = float(np.mean([data.deliveries.supply[j, t] / months[t] / rack for t in rows]))
        size = step_within(PART * usual)
        steps = {row: size * rack * float(months[t]) / GPUS for t, row in rows.items()}
        path = f"catalog.accelerators.{sku}.supply"
        noun = "rack" if size == 1.0 else "racks"
        yield _even("supply", f"{size:g} {noun} a month more of {sku}", path, steps, whole=False,
                    size=size, unit="rack a month")  # fmt: skip


def _docks(data: ModelData, engine: Engine) -> Iterator[Lever]:
    """Yield one rack a day more of each SKU over the docks of each site."""
    for sku in data.skus:
        rack = data.portfolio.catalog.accelerators[sku].gpus_per_rack
        for site in data.portfolio.sites:
            rows = {
                row: rack * float(data.timeline.days[t]) / GPUS
                for t, label in enumerate(data.labels)
                if (row := engine.rows.get(f"docks[{sku},{site},{label}]")) is not None
            }
            path = f"catalog.accelerators.{sku}.racks_per_day"
            step = f"one rack of {sku} a day more over the docks of {site}"
            yield _even("docks", step, path, rows, whole=False)


def _crews(data: ModelData, engine: Engine) -> Iterator[Lever]:
    """Yield one crew more of each trade; the ceiling of people by a hundredth."""
    for r, (site, trade) in enumerate(data.labour.names):
        size = 1.0 if trade != PEOPLE else max(1.0, round(float(data.labour.limit[r]) / 100))
        rows = {
            row: size
            for label in data.labels
            if (row := engine.rows.get(f"crews[{site}/{trade},{label}]")) is not None
        }
        if trade == PEOPLE:
            step, path = f"{size:g} people more allowed on {site}", f"site.{site}.people"
        else:
            step, path = f"one crew of {trade} more at {site}", f"site.{site}.crews.{trade}"
        yield _even("crews", step, path, rows, whole=True)


def _land(data: ModelData, engine: Engine) -> Iterator[Lever]:
    for site in data.portfolio.sites:
        row = engine.rows.get(f"land[{site}]")
        size = step_within(PART * data.portfolio.sites[site].land.likely)
        rows = {} if row is None else {row: size}
        noun = "acre" if size == 1.0 else "acres"
        yield _even("land", f"{size:g} {noun} more at {site}", f"site.{site}.land", rows,
                    whole=True, size=size, unit="acre")  # fmt: skip


def _places(data: ModelData, engine: Engine) -> Iterator[Lever]:
    """Yield one place for a hall more in each group, and one start a period more."""
    for site, group in data.group_room:
        name, path = f"{site}/{group}", f"site.{site}.groups.{group}"
        row = engine.rows.get(f"hall_slots[{name}]")
        rows = {} if row is None else {row: 1.0}
        yield _even("places", f"one place more in {name}", f"{path}.count", rows, whole=True)
        rates = {
            row: 1.0
            for label in data.labels
            if (row := engine.rows.get(f"start_rate[{name},{label}]")) is not None
        }
        yield _even("starts", f"one start more a period in {name}", f"{path}.starts_per_period",
                    rates, whole=True)  # fmt: skip
