"""Sites while a network is made: resources, and what a row of the catalog becomes on a site.

A row's work is stated in working days of its own calendar. On another calendar the days change
with the output of a working day, and each working position holds the crews that stand behind it.
A row that wants more crews than the site has gets all there are and takes longer in proportion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.activity import Kind
from planner.errors import Finding, SpecError
from planner.network.tables import Law, law, times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.activity import Activity, Relation
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site
    from planner.network.draft import Draft, Units
    from planner.network.tables import Tables

STARTS = (Kind.FS, Kind.SS)
"""Kinds that hold a start; the others hold a finish."""
WEEK_DAYS: Final = 7
STANDARD = "standard"
"""Calendar choice that leaves every row on its own calendar."""


@dataclass(frozen=True, slots=True)
class Template:
    """A row of the catalog as it runs on a site, before the size of its hall is known.

    Parameters
    ----------
    law
        Work in working minutes of `calendar` for the reference size.
    scale
        Exponent of the work over the ratio of IT power.
    has_crew
        Whether crews do it, who learn from hall to hall; permits and deliveries do not.
    fresh_min, tired_output
        Work after which crews on a calendar other than the stated one tire, and their output from
        then on over that before.
    """

    key: str
    title: str
    phase: str
    law: Law
    scale: float
    calendar: int
    drivers: tuple[int, ...]
    is_outdoor: bool
    needs: Units
    pools: tuple[int, ...]
    after: tuple[Relation, ...]
    gate: str | None
    is_per_block: bool
    cost_share: float
    closes_envelope: bool
    has_crew: bool
    fresh_min: float = np.inf
    tired_output: float = 1.0

    def scaled(self, ratio: float, factor: float = 1.0) -> Law:
        """Return the work at `ratio` times the reference size, times a factor."""
        if self.scale:
            factor *= ratio**self.scale
        work = self.law[2] * factor
        if work > self.fresh_min:
            factor *= (self.fresh_min + (work - self.fresh_min) / self.tired_output) / work
        return times(self.law, factor)


@dataclass
class Frame:
    """A site while its network is made.

    Parameters
    ----------
    capacity
        Resource index and units by trade and tool, and of people.
    works
        Index of each of the site's activities that is not done.
    release
        Index of the activity that lets halls start, if there is one to wait for.
    """

    portfolio: Portfolio
    tables: Tables
    draft: Draft
    index: int
    name: str
    site: Site
    trades: dict[str, tuple[int, int]]
    tools: dict[str, tuple[int, int]]
    people: tuple[int, int] | None
    works: dict[str, int]
    release: int | None = None

    def templates(
        self, activities: Mapping[str, Activity], choice: str = STANDARD
    ) -> tuple[Template, ...]:
        """Return catalog rows as they run here on a calendar choice."""
        return tuple(self._template(key, row, choice) for key, row in activities.items())

    def _template(self, key: str, activity: Activity, choice: str) -> Template:
        calendars = self.tables.calendars
        own = calendars.row[activity.calendar]
        runs = own if activity.keeps_calendar or choice == STANDARD else calendars.row[choice]
        needs, stretch = self._needs(activity, runs)
        change = calendars.day_output[own] / calendars.day_output[runs]
        factor = calendars.day_min[runs] * change * stretch
        return Template(
            key=key,
            title=activity.title,
            phase=activity.phase,
            law=law(activity.duration, factor),
            scale=activity.scale.likely if activity.scale else 0.0,
            calendar=runs,
            drivers=self.tables.drivers(activity.drivers),
            is_outdoor=activity.outdoor,
            needs=needs,
            pools=tuple(self.draft.pool(self.name, c) for c in activity.waits_for),
            after=activity.after,
            gate=activity.gate,
            is_per_block=activity.per == "block",
            cost_share=activity.cost_share.likely if activity.cost_share else 0.0,
            closes_envelope=activity.closes_envelope,
            has_crew=any(activity.crews.values()),
            **self._fatigue(own, runs),
        )

    def _fatigue(self, own: int, runs: int) -> dict[str, float]:
        """Return when crews tire on a calendar that replaces the one their work is stated on.

        On its own calendar the work as stated holds what fatigue there is.
        """
        name = self.tables.calendars.name[runs]
        calendar = self.portfolio.catalog.calendars.get(name)
        if own == runs or calendar is None or calendar.fatigue is None:
            return {}
        days = calendar.fatigue.after.likely * len(set(calendar.days)) / WEEK_DAYS
        return {
            "fresh_min": days * self.tables.calendars.day_min[runs],
            "tired_output": calendar.fatigue.output.likely,
        }

    def _needs(self, activity: Activity, calendar: int) -> tuple[Units, float]:
        """Return the resources held, and how much longer the work takes where they are short."""
        behind = self.tables.calendars.crews_behind[calendar]
        crews = {t: _whole(n * behind) for t, n in activity.crews.items() if n}
        wanted = [(*self.trades[t], n, t) for t, n in crews.items() if t in self.trades]
        wanted += [(*self.tools[t], n, t) for t, n in activity.tools.items() if t in self.tools]
        if self.people is not None and crews:
            trades = self.portfolio.catalog.trades
            heads = sum(n * trades[t].people for t, n in crews.items() if t in trades)
            wanted.append((*self.people, heads, "people"))
        for _, have, want, trade in wanted:
            if want and not have:
                raise self._nobody(trade, activity)
        needs = tuple((r, min(have, want)) for r, have, want, _ in wanted if want)
        return needs, max([1.0, *(want / have for _, have, want, _ in wanted if want)])

    def _nobody(self, trade: str, activity: Activity) -> SpecError:
        where = self.portfolio.where(f"site.{self.name}.crews.{trade}")
        message = f"{self.name} has no {trade} but '{activity.title}' needs some"
        return SpecError((Finding(where, "crews-none", message, "leave it out for no limit"),))


def _whole(crews: float) -> int:
    """Return whole crews; a rounding error of the product asks for no crew more."""
    return math.ceil(crews - 1e-9)


def open_site(portfolio: Portfolio, tables: Tables, draft: Draft, index: int, name: str) -> Frame:
    """Return the frame of a site, its resources appended to the draft."""
    site = portfolio.sites[name]

    def resource(kind: str, units: int) -> tuple[int, int]:
        draft.resources.append((f"{name}/{kind}", units))
        return len(draft.resources) - 1, units

    return Frame(
        portfolio=portfolio,
        tables=tables,
        draft=draft,
        index=index,
        name=name,
        site=site,
        trades={trade: resource(trade, n) for trade, n in site.crews.items()},
        tools={tool: resource(tool, n) for tool, n in site.tools.items()},
        people=None if site.people is None else resource("people", site.people),
        works={},
    )
