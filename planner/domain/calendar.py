"""Working calendars: days, shifts, holidays, output, and the crews behind a working position."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from planner.domain.base import Date, DurationDay, Factor, Model, Number, WindMph

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


class Shift(Model):
    """A stretch of working time within one day; it does not cross midnight."""

    start: ClockTime
    """Local clock time at which work begins, such as "07:00"."""
    end: ClockTime
    """Local clock time at which work ends, "24:00" for midnight."""


class Fatigue(Model):
    """What long hours cost in output after some weeks."""

    after: DurationDay
    """Time on the calendar after which output falls."""
    output: Factor
    """Output per hour from then on, over that before."""


class Calendar(Model):
    """When work goes on, how much it yields and what it costs."""

    title: str = ""
    days: tuple[Weekday, ...]
    """Working days of the week."""
    shifts: tuple[Shift, ...]
    """Working time of a working day, in order, not overlapping."""
    holidays: str | None = None
    """Country code of the public holidays that stop work, such as "US"; none by default."""
    holiday_names: tuple[str, ...] = ()
    """Which of the country's holidays stop work; all where empty."""
    closures: tuple[Date, ...] = ()
    """Further days without work."""
    output_per_week: Factor
    """Work done in a week over that of five eight-hour days with the same positions."""
    crews_behind: Annotated[Number, Field(ge=1, le=100)] = 1.0
    """Crews that stand behind one working position (5x8: 1, 24x7: 4.2)."""
    cost_factor: Factor
    """Cost of a hall built on this calendar over one built on 6x10 (premium pay, productivity)."""
    fatigue: Fatigue | None = None
    """Output lost after weeks of long hours; none by default."""


class Climate(Model):
    """Weather of a region: working days lost by month, and the storms that stop a site."""

    title: str = ""
    days_lost: Annotated[tuple[DurationDay, ...], Field(min_length=12, max_length=12)]
    """Outdoor working days lost in each month, January first, of a six-day week."""
    storm_rate: Factor
    """Storms a year that stop the whole site."""
    storm_months: tuple[Annotated[int, Strict(), Field(ge=1, le=12)], ...]
    """Months in which they come."""
    storm_days: DurationDay
    """Days without any work at the site for each storm."""
    storm_gust: WindMph
    """Peak gust at the site given a storm (3 s gust)."""
    outage: DurationDay | None = None
    """Days without grid power after those, in which the site stands still as well; none where not
    given."""
    basin: str | None = None
    """Where its storms come from, such as "gulf": sites whose climates name the same basin are hit
    by the same storms, each at its own rate and with its own gusts. Storms of its own where not
    given."""
