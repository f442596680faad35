"""Crews: how many each start holds in each period, against what a site has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.under_way import under_way as begun
from planner.optimise.course import Course, hall_course

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray, Timeline
    from planner.domain.plan import Candidate
    from planner.domain.portfolio import Portfolio
    from planner.optimise.clock import Extra
    from planner.optimise.halls import Option, Pool

PEOPLE = "people"
"""Name of the ceiling of people on a site, beside its trades."""


@dataclass(frozen=True)
class Labour:
    """Limited labour (R): trades of sites, and the ceiling of people.

    Parameters
    ----------
    names
        Pairs of site and trade (or `PEOPLE`).
    limit
        Crews or people that the site has, all shifts together, shape (R,).
    use
        Mean that one hall of an option holds in each period, shape (O, R, T).
    under_way
        Mean that halls under way hold, shape (R, T).
    """

    names: tuple[tuple[str, str], ...]
    limit: FloatArray
    use: FloatArray
    under_way: FloatArray


def labour(
    portfolio: Portfolio, options: tuple[Option, ...], pools: tuple[Pool, ...],
    timeline: Timeline, extra: Extra,
) -> Labour:  # fmt: skip
    """Return labour by period: courses at likely durations, stretched to the dates of readiness.

    Days that verification adds to a date are days of waiting: they spread the work of a hall over
    more time and add none. Else a corrected date asked for crews that halls begun already and the
    limit cannot both have.
    """
    names = [(s.site, trade) for s in portfolio.sites.values() for trade in s.crews]
    names += [(s.site, PEOPLE) for s in portfolio.sites.values() if s.people is not None]
    row = {name: i for i, name in enumerate(names)}
    shape = (len(names), len(timeline.days))
    use = np.zeros((len(options), *shape))
    courses: dict[Candidate, Course] = {}
    for o, option in enumerate(options):
        if option.candidate not in courses:
            courses[option.candidate] = hall_course(portfolio, option.candidate)
        begin = timeline.start_day[option.period]
        span_day = float(option.service_day.max() - begin)
        waits_day = extra.hall(option.candidate, option.period)
        course = courses[option.candidate].stretched(span_day)
        share = 1.0 - waits_day / span_day if waits_day < span_day else 1.0
        _add(use[o], portfolio, option.candidate.site, course, begin, row, timeline, share)
    under_way = np.zeros(shape)
    for pool in pools:
        for start in (s for s in begun(portfolio) if s.hall in pool.halls):
            if (pool.service_day[pool.blocks(start.hall)] > 0).any():  # else it holds nobody
                course = hall_course(portfolio, start.candidate)
                begin = timeline.day(start.release)
                _add(under_way, portfolio, pool.site, course, begin, row, timeline)
    return Labour(tuple(names), np.array([_limit(portfolio, n) for n in names]), use, under_way)


def _limit(portfolio: Portfolio, name: tuple[str, str]) -> float:
    site = portfolio.sites[name[0]]
    return float((site.people or 0) if name[1] == PEOPLE else site.crews[name[1]])


def _add(
    held: FloatArray, portfolio: Portfolio, site: str, course: Course, begin: float,
    row: dict[tuple[str, str], int], timeline: Timeline, busy: float = 1.0,
) -> None:  # fmt: skip
    """Add the mean crews of a course, busy for a share of it, to `held`, shape (R, T), in place."""
    for work in course.rows:
        if not work.crews or work.end_day <= work.start_day:
            continue
        share = busy * timeline.presence(begin + work.start_day, begin + work.end_day)
        for trade, crews in work.crews.items():
            people = crews * portfolio.catalog.trades[trade].people
            for name, amount in ((trade, crews), (PEOPLE, people)):
                if (site, name) in row:
                    held[row[site, name]] += amount * share
