"""Site works: what is done once a site, before and beside its halls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.domain.activity import Kind
from planner.network.crews import STARTS
from planner.network.draft import Gate, Row

if TYPE_CHECKING:
    from planner.domain.site import Works
    from planner.network.crews import Frame, Template


def add_works(frame: Frame) -> None:
    """Append the works of a site that are not done, and note them in its frame.

    Whatever none of them holds starts no earlier than the works as a whole: gate ``release/SITE``.
    The cost of the works is spread over them by likely working time.
    """
    works = frame.site.works
    if works is None:
        return
    network = frame.portfolio.catalog.works[works.network]
    done = set(works.done)
    left = {key: row for key, row in network.activities.items() if key not in done}
    templates = frame.templates(left)
    gate = _works_gate(frame, works)
    total = sum(t.law[2] for t in templates) or 1.0
    for template in templates:
        row = _row(frame, works, template)
        row.cost_musd = works.cost.likely * template.law[2] / total
        frame.works[template.key] = frame.draft.add(row)
    for template in templates:
        _relate(frame, template, gate)
    frame.release = frame.works.get(network.release)


def _works_gate(frame: Frame, works: Works) -> int:
    events = frame.tables.risks.site_event.get(frame.name, ())
    started = frame.tables.minute(works.started)
    return frame.draft.add_gate(Gate(f"release/{frame.name}", started, events=events))


def _row(frame: Frame, works: Works, template: Template) -> Row:
    factor = works.factors.get(template.key)
    return Row(
        name=f"{frame.name}/{template.key}",
        title=template.title,
        phase=template.phase,
        site=frame.index,
        law=template.scaled(1.0, factor.likely if factor else 1.0),
        calendar=template.calendar,
        drivers=template.drivers,
        is_outdoor=template.is_outdoor,
        needs=template.needs,
        pools=template.pools,
    )


def _relate(frame: Frame, template: Template, gate: int) -> None:
    index = frame.works[template.key]
    is_held = False
    for relation in template.after:
        predecessor = frame.works.get(relation.predecessor)
        if predecessor is not None:
            frame.draft.relate(predecessor, index, Kind(relation.kind), relation.lag_day)
            is_held |= relation.kind in STARTS
    if not is_held:
        frame.draft.rows[index].gates.append(gate)
