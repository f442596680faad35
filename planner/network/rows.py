"""From an activity of a network back to the row of the catalog that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.network.roster import roster

if TYPE_CHECKING:
    from planner.domain.activity import Activity, HealthNote
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.arrays import Network
    from planner.network.roster import HallPlan


@dataclass(frozen=True, slots=True)
class Row:
    """Where an activity comes from.

    Parameters
    ----------
    family
        Mode, tail or works it belongs to, as ``tent``; empty for the milestone of a standing hall.
    key
        Its key there, as ``T07``.
    record
        The row; None for the milestone of a standing hall.
    notes
        What the specs say of it to a reviewer: its own notes, its hall's or site's, its family's.
    """

    family: str
    key: str
    record: Activity | None
    notes: tuple[HealthNote, ...] = ()

    @property
    def name(self) -> str:
        """Name in the catalog, as ``tent/T07``."""
        return f"{self.family}/{self.key}" if self.family else self.key


def catalog_rows(portfolio: Portfolio, plan: Plan, network: Network) -> tuple[Row, ...]:
    """Return the row of each activity (A)."""
    halls = {hall.name: hall for hall in roster(portfolio, plan)}
    groups = {s.hall: s.candidate.group for s in plan.starts if s.is_under_way}
    made = []
    for name, hall in zip(network.activity, network.activity_hall.tolist(), strict=True):
        place, _, key = name.rpartition("/")
        if hall < 0:
            made.append(_of_works(portfolio, place, key))
        else:
            chosen = halls[network.hall[hall]]
            made.append(_of_hall(portfolio, chosen, groups, place, key))
    return tuple(made)


def _of_works(portfolio: Portfolio, site: str, key: str) -> Row:
    works = portfolio.sites[site].works
    if works is None:
        return Row("", key, None)
    catalog = portfolio.catalog.works[works.network]
    record = catalog.activities.get(key)
    return Row(works.network, key, record, _notes(key, record, works.health, catalog.health))


def _of_hall(
    portfolio: Portfolio, hall: HallPlan, groups: dict[str, str], place: str, key: str
) -> Row:
    mode = portfolio.catalog.modes[hall.mode]
    under_way = portfolio.sites[hall.site].under_way.values()
    begun = next((u.health for u in under_way if u.group == groups.get(hall.name)), ())
    # Rows of a tail lie below the block, with a purchase and SKU (or two dashes) between.
    is_tail = "/" in place.removeprefix(hall.name).strip("/")
    if is_tail and mode.tail is not None:
        tail = portfolio.catalog.tails[mode.tail]
        record = tail.activities.get(key)
        return Row(mode.tail, key, record, _notes(key, record, begun, tail.health))
    record = None if hall.is_standing else mode.activities.get(key)
    family = hall.mode if record is not None else ""
    return Row(family, key, record, _notes(key, record, begun, mode.health))


def _notes(
    key: str, record: Activity | None, *networks: tuple[HealthNote, ...]
) -> tuple[HealthNote, ...]:
    """Return the notes that cover a row, its own first."""
    own = record.health if record is not None else ()
    return own + tuple(n for some in networks for n in some if not n.rows or key in n.rows)
