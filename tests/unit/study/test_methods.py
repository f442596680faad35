"""Build methods side by side: trials, where their days come from, what storms cost, one page."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner import report, specs, study
from planner.domain.methods import MethodsStudy, MethodStep
from planner.domain.plan import Candidate
from planner.network import Trials, build_tables
from planner.simulate.criticality import links
from planner.simulate.futures import futures
from planner.study.compare import compared
from planner.study.methods import _prepared, _steps, _trial, trials
from planner.study.removal import all_stocked, without_storms
from planner.study.waterfall import Stretch, stretches

if TYPE_CHECKING:
    from planner.domain.methods import MethodTrial
    from planner.domain.portfolio import Portfolio

pytestmark = pytest.mark.slow

STORMY = "catalog.climates.central-ohio.storm_rate=6"
PORTFOLIO = specs.load("first-light")


def _ask(portfolio: Portfolio) -> study.Ask:
    return dataclasses.replace(study.Ask.of(portfolio, samples=20), trial_samples=40)


def _tried(portfolio: Portfolio, mode: str, calendar: str = "standard") -> MethodTrial:
    tables = build_tables(portfolio)
    way = Candidate("lakeside", "halls", mode, calendar)
    return _trial(_prepared(portfolio, "lakeside", tables), portfolio, way, _ask(portfolio), tables)


@pytest.fixture(scope="module")
def found() -> tuple[MethodTrial, ...]:
    """Every trial of first-light."""
    return trials(PORTFOLIO, _ask(PORTFOLIO), lambda _stage, _share: None)


def test_every_mode_is_tried_on_every_calendar(found: tuple[MethodTrial, ...]) -> None:
    """Four modes, five calendars; the group offers two of each, and the old hall is of the past."""
    ways = [t.candidate for t in found]
    assert {w.mode for w in ways} == {"tent", "concrete", "retrofit", "colo"}
    assert {w.calendar for w in ways} == {"standard", "5x8", "6x10", "2x10x6", "24x7"}
    assert len(ways) == len(set(ways)) == 20
    offered = {(t.candidate.mode, t.candidate.calendar) for t in found if t.is_offered}
    modes, calendars = ("tent", "concrete"), ("standard", "24x7")
    assert offered == {(mode, calendar) for mode in modes for calendar in calendars}


def test_steps_add_up_to_the_days_of_the_median(found: tuple[MethodTrial, ...]) -> None:
    """What the waterfall shows is all there is, and near the median; the last step is the last."""
    for t in found:
        assert sum(s.day for s in t.steps) == pytest.approx(t.path_day)
        assert all(s.day > 0 and 0 < s.share <= 1 for s in t.steps)
        assert t.day[0] <= t.path_day <= t.day[2]
        assert t.steps[-1].key == "G12"


def test_equipment_on_the_site_makes_no_hall_later(found: tuple[MethodTrial, ...]) -> None:
    """Concrete waits for its switchgear; with all there it does not, and takes far fewer days."""
    concrete = next(t for t in found if str(t.candidate) == "lakeside/halls/concrete/standard")
    waits = sum(s.day for s in concrete.steps if s.key == "mv-switchgear")
    assert waits > 30
    assert concrete.stocked_day[1] < concrete.day[1] - waits / 2


@pytest.mark.parametrize("mode", ["tent", "concrete"])
def test_a_path_ends_where_its_future_does(mode: str) -> None:
    """In each future the stretches add up to the days to service, with storms among them."""
    portfolio = specs.load("first-light", overrides=[STORMY])
    tables = build_tables(portfolio)
    way = Candidate("lakeside", "halls", mode, "standard")
    made = Trials(portfolio, way, 1, tables, _prepared(portfolio, "lakeside", tables))
    starts = made.starts(2)
    network = made.network(starts)
    since = tables.minute(starts[0].release)
    ((draws, times),) = futures(network, seed=1, samples=30)
    paths = stretches(network, links(network), draws, times, np.arange(30), since)
    service = times.finish_min[:, network.lot_service].max(axis=1)
    days = (service - since) / 1440
    assert [sum(s.day for s in path) for path in paths] == pytest.approx(days.tolist())
    keys = {s.key for path in paths for s in path}
    assert "repair" in keys or mode == "concrete"
    assert all(s.day > 0 for path in paths for s in path)


def test_storms_cost_days_and_money_where_there_are_any() -> None:
    """With six storms a year tents lose days and are repaired; without storms nothing is lost."""
    stormy = _tried(specs.load("first-light", overrides=[STORMY]), "tent")
    calm = _tried(specs.load("first-light", overrides=["@no-storms"]), "tent")
    assert stormy.hit_share > 0.3
    assert stormy.storm_day > 3 * stormy.storm_error_day > 0
    assert stormy.storm_worst_musd >= stormy.storm_musd > 0
    assert (calm.hit_share, calm.storm_day, calm.storm_musd) == (0, 0, 0)
    assert calm.day == calm.dry_day
    assert stormy.dry_day == calm.day  # all else is drawn as before


def test_removals_leave_every_other_draw_alone() -> None:
    """Work of activities is drawn the same with storms and without, with equipment and without."""
    tables = build_tables(PORTFOLIO)
    way = Candidate("lakeside", "halls", "tent", "standard")
    made = Trials(PORTFOLIO, way, 1, tables, _prepared(PORTFOLIO, "lakeside", tables))
    network = made.network(made.starts(0))
    work = [
        next(iter(futures(n, seed=3, samples=10)))[0].work_min
        for n in (network, without_storms(network), all_stocked(network, 0))
    ]
    assert (work[0] == work[1]).all()
    assert (work[0] == work[2]).all()


def test_steps_are_means_in_the_order_of_the_path() -> None:
    """A row on half of the paths stands for half of its days, where it comes first on average."""
    a, b, c = (
        Stretch(k, k.upper(), "work", day) for k, day in (("a", 4.0), ("b", 6.0), ("c", 1.0))
    )
    steps, whole = _steps([[a, b, c], [a, c]])
    assert steps == (
        MethodStep("a", "A", "work", 4.0, 1.0), MethodStep("b", "B", "work", 3.0, 0.5),
        MethodStep("c", "C", "work", 1.0, 1.0),
    )  # fmt: skip
    assert whole == 8.0
    steps, whole = _steps([])
    assert steps == ()
    assert math.isnan(whole)


def test_a_page_without_plans_says_so(found: tuple[MethodTrial, ...]) -> None:
    """Where no method makes a plan, the page still holds the trials, and why there is no plan."""
    comparison = compared({}, {"free": "no plan can do it"})
    document = report.methods_document(MethodsStudy(PORTFOLIO, found, comparison, 1))
    tables = {t.name: t for t in document.tables()}
    assert len(tables["methods"].rows) == 20
    assert "plans" not in tables
    page = report.rendered(document, "html")["report.html"].decode()
    assert "With free alone there is no plan" in page
    assert "method_waterfall_lakeside_tent" in page
