"""Run, report what happened, run again: what the first plan began is continued, and compared."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from typer import BadParameter
from typer.testing import CliRunner

from planner.cli.app import app
from planner.cli.finished import manifest_of, opened, portfolio_of
from planner.specs import load, read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.plan import Plan

pytestmark = pytest.mark.slow

DATA_DATE = dt.date(2027, 9, 15)
"""By then first-light has three halls under way and its first GPUs on order."""
FEW = ("--samples", "60", "--quiet")


class Months(NamedTuple):
    """Two runs, and what was reported between them."""

    first: Path
    report: Path
    second: Path


def plan(*words: str) -> str:
    ran = CliRunner().invoke(app, list(words), catch_exceptions=False, standalone_mode=False)
    return ran.stdout


def _plan_of(run: Path) -> Plan:
    return read_plan(run / "plan.yaml", portfolio_of(run, manifest_of(run)))


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    """Return a run, its actuals as planned, and the run that goes on from them."""
    folder = tmp_path_factory.mktemp("months")
    first, report, second = folder / "first", folder / "june.yaml", folder / "second"
    plan("optimize", "first-light", *FEW, "--out", str(first))
    plan("import", str(first), "--as", "actuals", "--data-date", DATA_DATE.isoformat(),
         "-o", str(report))  # fmt: skip
    plan("optimize", "first-light", *FEW, "--actuals", str(report), "--parent", str(first),
         "--baseline", str(first), "--out", str(second))  # fmt: skip
    return Months(first, report, second)


def test_halls_under_way_go_on_as_they_were_started(months: Months) -> None:
    """Each has its number, mode, calendar and release; none is started again."""
    before, after = _plan_of(months.first), _plan_of(months.second)
    begun = {(s.hall, s.candidate, s.release) for s in before.starts if s.release < DATA_DATE}
    assert begun
    assert {(s.hall, s.candidate, s.release) for s in after.starts if s.is_under_way} == begun
    fresh = {s.hall for s in after.starts if not s.is_under_way}
    assert not fresh & {hall for hall, _, _ in begun}
    assert len(after.starts) <= load("first-light").sites["lakeside"].groups["halls"].count


def test_gpus_and_equipment_on_order_are_not_ordered_twice(months: Months) -> None:
    """What was ordered stands in its blocks; halls under way ask for no unit that was ordered."""
    before, after = _plan_of(months.first), _plan_of(months.second)
    ordered = {p.name: p.gpus for p in before.purchases if p.order < DATA_DATE}
    assert ordered
    assert {p.name: p.gpus for p in after.purchases if p.is_under_way} == ordered
    old = {(x.hall, x.block, x.purchase, x.gpus) for x in before.lots if x.purchase in ordered}
    assert {(x.hall, x.block, x.purchase, x.gpus) for x in after.lots if x.is_under_way} == old
    came = {(o.equipment, o.hall) for o in before.orders if o.order < DATA_DATE}
    begun = {s.hall for s in after.starts if s.is_under_way} | {"lakeside"}
    again = {(o.equipment, o.hall) for o in after.orders if o.hall in begun}
    assert came
    assert not again & came
    assert all(p.order >= DATA_DATE for p in after.purchases if not p.is_under_way)


def test_a_plan_is_taken_as_done_up_to_a_day(months: Months) -> None:
    """Which day has to be said."""
    with pytest.raises(BadParameter, match="--data-date"):
        plan("import", str(months.first), "--as", "actuals")


def test_what_went_as_planned_is_on_plan(months: Months) -> None:
    """Against its own baseline the first plan has earned what it meant to, within two in 100."""
    with (months.second / "earned_value.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["measure"]: row for row in csv.DictReader(file)}
    assert float(rows["Works and halls"]["spi"]) == pytest.approx(1.0, abs=0.02)
    assert float(rows["Halls ready for IT"]["spi"]) == pytest.approx(1.0, abs=0.02)


def test_what_the_p50_of_last_month_is_worth_now(months: Months) -> None:
    """Counted by hand in the futures of the second run: who has the megawatts by that day."""
    found = opened(str(months.second), None, None, None)
    result = found.result(lambda _stage, _share: None)
    skus = found.portfolio.catalog.accelerators
    mw = np.array([
        x.gpus / skus[x.sku].gpus_per_rack * skus[x.sku].rack_power.likely / 1000
        for x in result.plan.lots
    ])  # fmt: skip
    local = np.array([x.hall.startswith("lakeside/") for x in result.plan.lots])
    with (months.second / "variance_dates.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["basis"] == "IT" and r["before_p50"]]
    assert {row["subject"] for row in rows} == {"portfolio", "lakeside"}
    for row in rows:
        day = dt.date.fromisoformat(row["before_p50"])
        by = ((day - result.outcome.epoch).days + 1) * 1440
        counted = local | (row["subject"] == "portfolio")
        there = (result.outcome.service_min < by) & counted
        share = float(((there * mw).sum(axis=1) >= float(row["amount_mw"])).mean())
        assert float(row["p50_chance"]) == pytest.approx(share, abs=0.006), row


def test_the_chain_gives_each_run_its_own_dates(months: Months) -> None:
    """Newest first, with the P50 that stands in each run's own file."""
    shown = plan("runs", "--chain", str(months.second)).splitlines()
    names = [line.split()[0] for line in shown if line.startswith(("first", "second"))]
    assert names == ["second", "first"]
    assert DATA_DATE.isoformat() in next(line for line in shown if line.startswith("second"))


def test_a_run_with_actuals_is_held_against_a_baseline(months: Months) -> None:
    """The four checks that need one say something, with actuals of the plan as it was."""
    shown = plan("simulate", str(months.first), "--actuals", str(months.report), "--baseline",
                 str(months.first), "--samples", "20", "--quiet")  # fmt: skip
    assert "Earned value on 2027-09-15" in shown
    for code in ("DCMA-11", "DCMA-13", "DCMA-14", "GAO-10"):
        (line,) = (one for one in shown.splitlines() if one.startswith(f"{code} "))
        assert line.rstrip().endswith("pass"), line
    assert "DCMA-01" not in shown


def test_the_report_again_knows_the_run_before(months: Months) -> None:
    """Rendered again beside the run before, and told its baseline, dates and bars are the same."""
    again = months.second.parent / "again.html"
    plan("report", str(months.second), "--baseline", str(months.first), "-o", str(again), "--quiet")
    pages = [f.read_text(encoding="utf-8") for f in (again, months.second / "report.html")]
    for name in ("headline", "progress", "timeline"):
        one, two = (p.partition(f'<section id="{name}">')[2].partition("</section>") for p in pages)
        assert one[0]
        assert one[0] == two[0]
