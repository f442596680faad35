"""Choices that the site has no room for: they are allowed, and no plan can ever take them.

A hall needs land, firm power for its design day, and racks that its positions and cooling take.
Where the site, its tranches up to the horizon or the SKUs that can be bought never give that, a
warning says so. A hall that holds more GPUs at the data date than its power carries is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.capacity.power import HallTraits, RackTraits
from planner.specs.checks.base import Check, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.build_mode import BuildMode
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import HallGroup, Site
    from planner.errors import Finding

CODE: Final = "no-room"
SLACK: Final = 1.05
"""Installed GPUs over what a hall carries that is still taken for rounding."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield choices without room, in file order."""
    for name, site in portfolio.sites.items():
        for group_name, group in site.groups.items():
            path = f"site.{name}.groups.{group_name}"
            if group.count and group.it_power.likely > 0:
                yield from _group(portfolio, site, path, group_name, group)
        yield from _late(portfolio, name, site)
        yield from _installed(portfolio, name, site)


def _group(
    portfolio: Portfolio, site: Site, path: str, name: str, group: HallGroup
) -> Iterator[Finding]:
    """Yield what a hall of the group lacks in each of its modes."""
    if not group.starts_per_period:
        message = f'no hall of "{name}" can be started: starts_per_period is 0'
        yield at(portfolio, f"{path}.starts_per_period", CODE, message, severity="warning")
    firm = sum(
        tranche.firm.likely
        for tranche in site.tranches.values()
        if tranche.energised <= portfolio.spec.horizon
        and (not tranche.serves or name in tranche.serves)
    )
    for index, mode_name in enumerate(group.modes):
        mode = portfolio.catalog.modes[mode_name]
        for message, hint in _lacks(portfolio, site, group, mode, firm):
            said = f"no {mode_name} hall can be built or filled here: {message}"
            yield at(portfolio, f"{path}.modes.{index}", CODE, said, hint, "warning")


def _lacks(
    portfolio: Portfolio, site: Site, group: HallGroup, mode: BuildMode, firm_mw: float
) -> Iterator[tuple[str, str]]:
    """Yield what one hall needs and never has, with the way out."""
    it_mw = group.it_power.likely
    acres = mode.footprint.likely * it_mw / mode.unit_it_power.likely
    if acres > site.land.likely:
        yield f"it takes {acres:.4g} acres, the site has {site.land}", "check land and footprint"
    peak_mw = it_mw / group.blocks * mode.peak_facility_ratio.likely
    if peak_mw > firm_mw * (1 + 1e-9):
        noun = "a block" if group.blocks > 1 else "it"
        message = f"{noun} draws {peak_mw:.4g} MW on the design day, {firm_mw:.4g} MW are firm"
        yield f"{message} by the horizon", "add a tranche that serves it, or check firm"
    catalog, hall = portfolio.catalog.accelerators, HallTraits.of(mode, site)
    racks = [RackTraits.of(catalog[sku]) for sku in portfolio.spec.skus or catalog]
    has_position = hall.racks_per_mw * it_mw >= 1
    if not any(has_position and rack.fits(hall) and rack.rack_mw <= it_mw for rack in racks):
        hint = "check it_power, rack_positions, rack_limit and the cooling shares"
        yield "it takes no rack of any SKU that can be bought", hint


def _late(portfolio: Portfolio, name: str, site: Site) -> Iterator[Finding]:
    horizon = portfolio.spec.horizon
    for tranche_name, tranche in site.tranches.items():
        if tranche.energised > horizon:
            path = f"site.{name}.tranches.{tranche_name}.energised"
            message = f"energised {tranche.energised}, after the horizon {horizon}: never used"
            yield at(portfolio, path, CODE, message, severity="warning")


def _installed(portfolio: Portfolio, name: str, site: Site) -> Iterator[Finding]:
    peak_mw = 0.0
    for hall, rows in site.installed.items():
        drawn_mw = sum(
            row.gpus * RackTraits.of(portfolio.catalog.accelerators[row.sku]).gpu_mw for row in rows
        )
        mode = portfolio.catalog.modes[site.standing[hall].mode]
        peak_mw += drawn_mw * mode.peak_facility_ratio.likely
        carried = site.standing[hall].it_power
        if drawn_mw > carried.likely * SLACK:
            message = f"its GPUs take {drawn_mw:.4g} MW, the hall has {carried}"
            hint = "check the number of GPUs, or the hall's it_power"
            yield at(portfolio, f"site.{name}.installed.{hall}", CODE, message, hint)
    firm_mw = sum(tranche.firm.likely for tranche in site.tranches.values())
    if site.tranches and peak_mw > firm_mw * SLACK:
        message = f"GPUs that stand draw {peak_mw:.4g} MW on the design day, {firm_mw:.4g} are firm"
        hint = "add the tranche that carries them, as kind: existing"
        yield at(portfolio, f"site.{name}.installed", CODE, message, hint)


CHECK = Check("room", find, (CODE,))
