"""DCMA 11, 13 and 14 and GAO 10 on networks small enough to count by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from planner.domain.baseline import Baseline
from planner.network import deterministic, equipment_orders
from planner.network.assess import assess_plan
from planner.network.baseline import (
    baseline_kept,
    execution_index,
    missed_tasks,
    path_length_index,
    planned_dates,
)
from planner.network.cpm import work_clocks
from planner.network.health import Schedule, day_minutes
from planner.network.rows import Row
from tests.campuses import lot, plan, portfolio, purchase, start
from tests.networks import DAY, Job, network

if TYPE_CHECKING:
    from planner.network.arrays import Network

EPOCH = network([Job("a", DAY)]).epoch


def on(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)


def chain(**days: int) -> Network:
    """Return activities one after another, each of so many days."""
    names = list(days)
    after = [(), *(((n, "FS", 0),) for n in names[:-1])]
    return network([Job(n, days[n] * DAY, a) for n, a in zip(names, after, strict=True)], days=2000)


def held(made: Network, data_day: int, finish: dict[str, int], **more: Any) -> Schedule:
    """Return a schedule beside a baseline of finish days."""
    found, day = deterministic(made), day_minutes(made)[made.calendar]
    dates = {name: on(at) for name, at in finish.items()}
    return Schedule(
        portfolio=SimpleNamespace(actuals=None, sites={}), plan=SimpleNamespace(), network=made,
        found=found, rows=tuple(Row("", n, None, ()) for n in made.activity),
        clocks=work_clocks(made), data_date_min=data_day * DAY,
        is_open=found.finish_min > data_day * DAY, duration_wd=made.work.b / day,
        float_wd=made.work.b * 0.0, baseline=Baseline("old", {}, dates, **more),
    )  # fmt: skip


def test_missed_tasks_are_those_that_came_late_or_not() -> None:
    """By day 30: a came on its day, b five days late, c (due on 28) is not done, d is not due."""
    made = chain(a=10, b=15, c=10, d=10)  # done on days 10, 25, 35 and 45
    found = missed_tasks(held(made, 30, {"a": 10, "b": 20, "c": 28, "d": 40}))
    assert (found.value, found.verdict) == ("66.7 % (2 of 3)", "fail")
    assert found.offenders == ("b", "c")
    assert found.reason == "of 2, 1 are not finished"


def test_what_is_due_on_the_data_date_itself_is_not_due_yet() -> None:
    """Everything before the data date has happened: its own day is a forecast."""
    made = chain(a=10)
    assert missed_tasks(held(made, 10, {"a": 10})).verdict == "n/a"
    assert "nothing due" in missed_tasks(held(made, 10, {"a": 10})).value
    assert missed_tasks(held(made, 11, {"a": 10})).value == "0.0 % (0 of 1)"


def test_the_execution_index_counts_what_is_done_ahead_of_its_date_too() -> None:
    """Two were due and three are done: 1.5; one done of two due: 0.5, and the other is named."""
    made = chain(a=10, b=10, c=10, d=10)
    ahead = execution_index(held(made, 35, {"a": 10, "b": 20, "c": 50, "d": 60}))
    assert (ahead.value, ahead.verdict) == ("1.50 (3 of 2)", "pass")
    late = execution_index(held(made, 15, {"a": 10, "b": 12, "c": 50, "d": 60}))
    assert (late.value, late.verdict, late.offenders) == ("0.50 (1 of 2)", "fail", ("b",))


def test_the_path_length_index_is_that_of_the_last_finish() -> None:
    """From day 20 to 60 are 40 days, and the baseline ended on day 58: (40 - 2) / 40."""
    made = chain(a=30, b=30)
    found = path_length_index(held(made, 20, {"a": 30, "b": 58}))
    assert found.share == pytest.approx(38 / 40)
    assert "40 d of path, -2 d of float" in found.value
    assert found.verdict == "pass"
    assert path_length_index(held(made, 20, {"a": 30, "b": 57})).verdict == "fail"


def test_like_is_held_against_like() -> None:
    """The P50 of the baseline lies ten days behind its own pass: that is no float."""
    made = chain(a=30, b=30)
    like = {"b": on(60), "a": on(30)}
    found = path_length_index(held(made, 20, {"a": 40, "b": 70}, deterministic_finish=like))
    assert found.share == 1.0
    assert found.verdict == "pass"


def test_a_baseline_that_lacks_much_is_none() -> None:
    """One of four has no date there, which is a quarter and not a twentieth."""
    made = chain(a=10, b=10, c=10, d=10)
    found = baseline_kept(held(made, 5, {"a": 10, "b": 18, "c": 30}))
    assert (found.verdict, found.share, found.offenders) == ("fail", 0.75, ("d",))
    assert "1 later, 0 earlier, the most b by 2 d" in found.value


@pytest.mark.parametrize("check", [missed_tasks, path_length_index, execution_index, baseline_kept])
def test_without_a_baseline_nothing_is_said(check: Any) -> None:
    """A missing baseline is no pass."""
    made = held(chain(a=10), 5, {})
    bare = Schedule(**{**made.__dict__, "baseline": None})
    assert check(bare).verdict == "n/a"
    assert "no baseline" in check(bare).value


def test_a_plan_is_a_baseline_of_itself() -> None:
    """Held against its own dates nothing is late, and the index of its path is one."""
    made = portfolio()
    chosen = plan(
        made, starts=(start(1),), orders=equipment_orders(made, (start(1),)),
        purchases=(purchase(),),
        lots=(lot("north/sheds/01", 1, 72, "2026-09-01", "north/X1/2026Q1"),),
    )  # fmt: skip
    dates = planned_dates(made, chosen, "itself")
    assert dates.finish == dates.deterministic_finish
    points, practices = assess_plan(made, chosen, dates)
    by_code = {c.code: c for c in (*points, *practices)}
    assert by_code["DCMA-13"].share == pytest.approx(1.0)
    assert by_code["GAO-10"].verdict == "pass"
    assert "0 later, 0 earlier" in by_code["GAO-10"].value
