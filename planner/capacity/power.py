"""Power and room of halls: what a mode carries, and what a SKU takes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.build_mode import BuildMode
    from planner.domain.fleet import Accelerator
    from planner.domain.plan import HallClass, Lot
    from planner.domain.site import Site

KW_PER_MW = 1000.0


@dataclass(frozen=True)
class HallTraits:
    """What one MW of IT power of a finished hall offers.

    Parameters
    ----------
    peak_ratio, pue
        Facility over IT power on the design day [-], and on average over a year [-].
    racks_per_mw
        Rack positions [1/MW].
    rack_limit_mw
        Largest power of a rack [MW].
    liquid_share, air_share
        Shares of IT power that either cooling carries away [-].
    backup, availability
        Hall class, and uptime [-].
    """

    peak_ratio: float
    pue: float
    racks_per_mw: float
    rack_limit_mw: float
    liquid_share: float
    air_share: float
    backup: HallClass
    availability: float

    @classmethod
    def of(cls, mode: BuildMode, site: Site) -> Self:
        """Return the traits of a mode's halls at a site, whose climate adds to the PUE."""
        ambient = site.ambient_pue.likely if site.ambient_pue else 0.0
        return cls(
            peak_ratio=mode.peak_facility_ratio.likely,
            pue=mode.pue.likely + ambient,
            racks_per_mw=mode.rack_positions.likely,
            rack_limit_mw=mode.rack_limit.likely / KW_PER_MW,
            liquid_share=mode.liquid_share.likely,
            air_share=mode.air_share.likely,
            backup=mode.backup,
            availability=mode.availability.likely,
        )


@dataclass(frozen=True)
class RackTraits:
    """What one rack of a SKU takes.

    Parameters
    ----------
    gpus
        GPUs in it.
    rack_mw
        Provisioned IT power [MW].
    liquid
        Share of its heat that goes to liquid [-].
    """

    gpus: int
    rack_mw: float
    liquid: float

    @classmethod
    def of(cls, sku: Accelerator) -> Self:
        """Return the traits of a SKU's rack."""
        return cls(sku.gpus_per_rack, sku.rack_power.likely / KW_PER_MW, sku.liquid.likely)

    @property
    def gpu_mw(self) -> float:
        """IT power of one GPU with its share of the rack [MW]."""
        return self.rack_mw / self.gpus

    def fits(self, hall: HallTraits) -> bool:
        """Return whether a hall's rack positions take this rack at all."""
        has_liquid = hall.liquid_share > 0 or self.liquid == 0
        has_air = hall.air_share > 0 or self.liquid == 1
        return self.rack_mw <= hall.rack_limit_mw * (1 + 1e-9) and has_liquid and has_air


def lot_mw(skus: Mapping[str, Accelerator], lot: Lot) -> float:
    """Return the IT power provisioned for a lot [MW]."""
    sku = skus[lot.sku]
    return lot.gpus / sku.gpus_per_rack * sku.rack_power.likely / KW_PER_MW
