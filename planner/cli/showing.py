"""Text of `plan show`: the overview of a portfolio and single entries."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from planner.cli.console import table
from planner.errors import Finding, SpecError, Where

if TYPE_CHECKING:
    from pydantic import BaseModel

    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site


def size_of(portfolio: Portfolio) -> str:
    """Return one line that says how large a portfolio is."""
    spec = portfolio.spec
    halls = sum(g.count for s in portfolio.sites.values() for g in s.groups.values())
    return (
        f"{spec.portfolio}: valid; {_count(len(portfolio.sites), 'site')}, "
        f"up to {_count(halls, 'hall')}, {_count(len(spec.teams), 'team')}, "
        f"{_count(len(spec.products), 'product')}, "
        f"{_count(len(portfolio.periods), spec.period)} to {spec.horizon}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def overview_dict(portfolio: Portfolio) -> dict[str, Any]:
    """Return the overview as a machine reads it."""
    spec = portfolio.spec
    return {
        "portfolio": spec.portfolio, "title": spec.title,
        "data_date": spec.data_date.isoformat(), "horizon": spec.horizon.isoformat(),
        "periods": [p.label for p in portfolio.periods],
        "sites": {name: _site_dict(site) for name, site in portfolio.sites.items()},
        "teams": sorted(spec.teams), "products": sorted(spec.products),
        "modes": sorted(portfolio.catalog.modes),
        "accelerators": sorted(portfolio.catalog.accelerators),
    }  # fmt: skip


def _site_dict(site: Site) -> dict[str, Any]:
    return {
        "title": site.title,
        "standing_mw": sum(s.it_power.likely for s in site.standing.values()),
        "under_way_halls": sum(u.count for u in site.under_way.values()),
        "buildable_mw": sum(g.count * g.it_power.likely for g in site.groups.values()),
        "firm_mw": sum(t.firm.likely for t in site.tranches.values()),
    }


def overview(portfolio: Portfolio) -> str:
    """Return the overview of a portfolio as text."""
    spec = portfolio.spec
    sites = [
        (name, site.title, *(f"{_site_dict(site)[key]:,.0f}" for key in
                             ("standing_mw", "under_way_halls", "buildable_mw", "firm_mw")))
        for name, site in portfolio.sites.items()
    ]  # fmt: skip
    groups = [
        (f"{s.site}/{name}", f"{g.count}", f"{g.it_power.likely:g}", ", ".join(g.modes),
         ", ".join(g.calendars))
        for s in portfolio.sites.values() for name, g in s.groups.items()
    ]  # fmt: skip
    teams = [
        (name, team.title, f"{team.researchers[-1].researchers:,}", f"{team.weight:g}")
        for name, team in spec.teams.items()
    ]
    parts = [
        (f"{spec.title} ({spec.portfolio}): data date {spec.data_date}, to {spec.horizon}, "
        f"commitments at P{spec.confidence.likely * 100:.0f}"),
        table(
            ("site", "title", "standing IT MW", "halls under way", "buildable IT MW", "firm MW"),
            sites, right=(2, 3, 4, 5),
        ),
        table(("hall group", "halls", "IT MW each", "modes", "calendars"), groups, right=(1, 2)),
        table(("team", "title", "researchers at last", "weight"), teams, right=(2, 3)),
        f"products: {', '.join(spec.products) or 'none'}",
        f"modes: {', '.join(portfolio.catalog.modes)}",
        f"GPUs: {', '.join(portfolio.catalog.accelerators)}",
    ]  # fmt: skip
    return "\n\n".join(parts)


def entry_text(portfolio: Portfolio, name: str) -> str:
    """Return one entry, field by field, with quantities as written.

    Raises
    ------
    SpecError
        If there is no such entry; names the nearest.
    """
    catalog = portfolio.catalog
    known: dict[str, BaseModel] = {
        **catalog.calendars, **catalog.climates, **catalog.equipment, **catalog.works,
        **catalog.tails, **catalog.workloads, **catalog.accelerators, **catalog.modes,
        **portfolio.spec.products, **portfolio.spec.teams, **portfolio.sites,
    }  # fmt: skip
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(sorted(known))}"
        where = Where(portfolio.spec.portfolio)
        raise SpecError((Finding(where, "unknown-entry", f'no entry "{name}"', hint),))
    return "\n".join([f"{name}:", *_lines(known[name].model_dump(exclude_none=True), "  ")])


def _lines(value: object, indent: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{indent}{value}"]
    made = []
    for key, item in value.items():
        if isinstance(item, dict) and item:
            made += [f"{indent}{key}:", *_lines(item, indent + "  ")]
        elif isinstance(item, (list, tuple)) and any(isinstance(i, dict) for i in item):
            made.append(f"{indent}{key}:")
            made += [
                f"{indent}  - {', '.join(f'{k} {v}' for k, v in entry.items())}" for entry in item
            ]
        elif item not in ((), [], {}, "", False):
            text = ", ".join(map(str, item)) if isinstance(item, (list, tuple)) else item
            made.append(f"{indent}{key}: {text}")
    return made
