"""plan.yaml: what is written reads back equal, and what does not fit is named."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import specs
from planner.domain.characters import refusal
from planner.domain.plan import (
    Candidate,
    CashRow,
    Cluster,
    EquipmentOrder,
    GaveWay,
    LevelStatus,
    Lot,
    Plan,
    Promise,
    Purchase,
    Reservation,
    Share,
    SolveStatus,
    Start,
    Termination,
)
from planner.errors import SpecError
from planner.report.exporters import plan_yaml
from tests.specs_files import write

if TYPE_CHECKING:
    from pathlib import Path

    from planner.domain.portfolio import Portfolio

DAY = dt.date(2026, 3, 1)
TEXT = st.text().filter(lambda text: refusal(text) is None)
"""Whatever a name may be: what cannot be seen is refused where names come in."""


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    """The small portfolio."""
    terms = "energised: 2027-01-01, price: 79 USD/MWh, deposit: 5 MUSD"
    rows = "".join(
        f"  {name}: {{title: {name}, kind: gas, nameplate: 20 MW, firm: 20 MW, {terms}}}\n"
        for name in ("gas", "sun")
    )
    return specs.load(
        write(tmp_path_factory.mktemp("small"), lake=("groups:\n", f"{rows}groups:\n"))
    )


def example(portfolio: Portfolio) -> Plan:
    """A plan with something of everything."""
    tent = Candidate("lake", "halls", "tent", "standard")
    return Plan(
        portfolio="small",
        data_date=portfolio.spec.data_date,
        periods=portfolio.periods,
        starts=(
            Start(tent, 1, dt.date(2025, 11, 3), is_under_way=True),
            Start(Candidate("lake", "halls", "tent", "day"), 2, DAY, is_pinned=True),
        ),
        reservations=(Reservation("lake", "gas", DAY), Reservation("lake", "sun", DAY, DAY)),
        orders=(EquipmentOrder("lake", "frame", 2, DAY, dt.date(2026, 9, 1), "lake/halls/02"),),
        purchases=(Purchase("lake/H100/2026Q1", "lake", "H100", 6400, DAY, dt.date(2026, 8, 1)),),
        lots=(
            Lot("lake/halls/02", 1, "H100", 6400, "lake/H100/2026Q1", dt.date(2026, 11, 1),
                dt.date(2028, 12, 31)),
        ),
        shares=(Share("lab", "H100", "none", 3, 6399.999999999999, -1e-12),),
        cash=(CashRow(0, 900.0, 400.5, 1.0, 2.0, 1 / 3, 0.0, -0.0, 5e-324, 1e16, 0.1, 1234.5),),
        promises=(Promise("capacity", "portfolio", 31.0, dt.date(2026, 12, 31)),
                  Promise("guarantee", "lab", 0.0, dt.date(2028, 12, 31))),
        level={"lab": 321.125},
        status=SolveStatus(
            (LevelStatus("compute_per_researcher 1: lab", 1.5, None, "h", Termination.GAP),
             LevelStatus("cost", 3.0, 2.5, "MUSD", Termination.OPTIMAL)),
            0.004, "HiGHS 1.15", is_reproducible=False,
        ),
        arcs=(("lake/halls/01/slab", "lake/halls/02/slab"),),
    )  # fmt: skip


def read(plan: Plan | str, portfolio: Portfolio, folder: Path) -> Plan:
    """Write a plan (or a text) and read it back."""
    path = folder / "plan.yaml"
    path.write_text(plan if isinstance(plan, str) else plan_yaml.render(plan), encoding="utf-8")
    return specs.read_plan(path, portfolio)


def test_a_plan_reads_back_equal(portfolio: Portfolio, tmp_path: Path) -> None:
    """Every field survives, floats to the last bit."""
    plan = example(portfolio)
    assert read(plan, portfolio, tmp_path) == plan


def test_a_cancelled_order_reads_back_equal(portfolio: Portfolio, tmp_path: Path) -> None:
    """With its date, which is written where there is one."""
    plan = example(portfolio)
    gone = tuple(replace(p, cancelled=p.order) for p in plan.purchases)
    assert gone
    assert read(plan.replace(purchases=gone), portfolio, tmp_path).purchases == gone


def test_an_empty_plan_reads_back_equal(portfolio: Portfolio, tmp_path: Path) -> None:
    """A plan to do nothing is a plan."""
    plan = Plan("small", portfolio.spec.data_date, portfolio.periods)
    assert read(plan, portfolio, tmp_path) == plan


def test_commitments_come_first(portfolio: Portfolio) -> None:
    """What a reader can change stands above what follows from it."""
    text = plan_yaml.render(example(portfolio))
    parts = ["starts:", "orders:", "purchases:", "lots:", "sequence:", "shares:", "cash:",
             "promises:", "level:", "status:"]  # fmt: skip
    places = [re.search(f"^{part}", text, re.MULTILINE).start() for part in parts]  # type: ignore[union-attr]  # a test fails on None
    assert places == sorted(places)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_random_plans_read_back_equal(
    portfolio: Portfolio, tmp_path: Path, data: st.DataObject
) -> None:
    """Whatever the numbers and dates, and however a solver is named."""
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    days = st.dates(portfolio.spec.data_date, portfolio.spec.horizon)
    tent = Candidate("lake", "halls", "tent", "day")
    starts = [
        Start(tent, n + 1, day)
        for n, day in enumerate(data.draw(st.lists(days, max_size=4)))
    ]  # fmt: skip
    halls = [f"lake/halls/{n + 1:02}" for n in range(len(starts))]
    rows = st.sampled_from([f"{h}/{r}" for h in halls for r in ("slab", "fitout")] or [""])
    plan = example(portfolio).replace(
        starts=tuple(sorted(starts, key=lambda s: (s.release, s.hall))),
        orders=(), lots=(), purchases=(),
        shares=tuple(
            Share("lab", "H100", "none", data.draw(st.integers(0, 11)), a, b)
            for a, b in data.draw(st.lists(st.tuples(numbers, numbers), max_size=3))
        ),
        cash=tuple(
            CashRow(n, *data.draw(st.tuples(*[numbers] * 11)))
            for n in range(data.draw(st.integers(0, 3)))
        ),
        level={"lab": data.draw(numbers)},
        status=SolveStatus(
            (LevelStatus(data.draw(TEXT.filter(bool)), data.draw(numbers),
                         data.draw(st.none() | numbers), "u", Termination.TIME),),
            data.draw(st.none() | numbers), data.draw(TEXT),
        ),
        arcs=tuple(pairwise(data.draw(st.lists(rows, unique=True, max_size=4)))),
    )  # fmt: skip
    assert read(plan, portfolio, tmp_path) == plan


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("lake/halls:", "lake/hals:", "unknown-hall-group", '"lake/halls"'),
        ("mode: tent, calendar: day", "mode: tnt, calendar: day", "unknown-mode", "tent"),
        ("calendar: day", "calendar: dy", "unknown-calendar", "day"),
        ("hall: 2,", "hall: 1,", "plan-halls", "started 2 times"),
        ("hall: 2,", "hall: 9,", "plan-halls", "group of 4"),
        ("units: 2", "units: 1000000000", "too-large", "at most 50000 an order"),
        ("gpus: 6400, order", "gpus: 640, order", "plan-lots", "6400 GPUs of it stand at once"),
        ("- [lake/halls/01/slab, lake/halls/02/slab]",
         "- [lake/halls/01/slab, lake/halls/02/slab]\n  - [lake/halls/02/slab, lake/halls/01/slab]",
         "cycle", "runs in a circle"),
        ("- [lake/halls/01/slab,", "- [lake/halls/01/slb,", "unknown-activity",
         'did you mean "lake/halls/01/slab"? If not, remove the pair'),
        ("02/slab]", "03/slab]", "unknown-activity", "of this plan have it"),
        ("tranche: gas", "tranche: grid", "unknown-tranche-to-reserve", "lake/gas"),
        ("tranche: sun", "tranche: gas", "duplicate-name", "reserved twice"),
        ("exit: 2026-03-01", "exit: 2026-02-01", "date-order", "is before reserve"),
        ("release: 2026-03-01", "release: 2025-03-01", "date-order", "before the data date"),
        ("release: 2026-03-01", "release: 2026-02-30", "date", "no such date"),
        ("equipment: frame", "equipment: frme", "unknown-equipment", "frame"),
        ("sku: H100, gpus: 6400, order", "sku: H10, gpus: 6400, order", "unknown-sku", "H100"),
        ("dock: 2026-08-01", "dock: 2026-01-01", "date-order", "before order"),
        ("dock: 2026-08-01", "dock: 2026-08-01, cancelled: 2026-01-01", "date-order",
         "is before order"),
        ("block: 1", "block: 2", "plan-halls", "block 2 of a hall of 1"),
        ("hall: lake/halls/02, block", "hall: lake/halls/03, block", "unknown-hall", "halls/02"),
        ("period: 2026Q4", "period: 2026Q5", "unknown-period", "2026Q4"),
        ("data_date: 2026-01-01", "data_date: 2026-02-01", "plan-dates", "portfolio's is"),
        ("plan: small", "plan: other", "plan-portfolio", 'the portfolio is "small"'),
        ("format: 1", "format: 2", "plan-format", "reads 1"),
        ("orders:", "ordres:", "unknown-field", '"orders"'),
        ("amount: 31.0 MW", "amount: 31.0 MWh", "unit-dimension", "power wanted"),
        ("pinned: true}", "pinned: yes}", "wrong-type", "write true"),
        ("starts:", "\tstarts:", "yaml-tab", "use spaces"),
    ],
)  # fmt: skip
def test_a_hand_edited_plan_is_checked_as_strictly_as_a_spec(
    portfolio: Portfolio, tmp_path: Path, old: str, new: str, code: str, says: str
) -> None:
    """Each slip is named with its place and the nearest fix."""
    text = plan_yaml.render(example(portfolio))
    assert old in text
    with pytest.raises(SpecError) as caught:
        read(text.replace(old, new, 1), portfolio, tmp_path)
    finding = next(f for f in caught.value.findings if f.code == code)
    assert says in f"{finding.message} {finding.help}"
    assert finding.where.line


def test_what_gives_way_and_what_is_pinned_is_read_back(
    portfolio: Portfolio, tmp_path: Path
) -> None:
    """Clusters, wishes that give way and pinned lines survive writing and reading."""
    plan = example(portfolio)
    plan = plan.replace(
        purchases=tuple(replace(p, is_pinned=True) for p in plan.purchases),
        reservations=tuple(replace(r, is_pinned=True) for r in plan.reservations),
        clusters=(Cluster("lab", "lake/spine", "H100", 2, 1024.5),),
        gave_way=(GaveWay("guarantee", "lab", 1, 500.0, 125.25),),
    )
    assert plan.purchases
    assert plan.reservations
    assert read(plan, portfolio, tmp_path) == plan


def test_a_wish_of_nobody_is_named(portfolio: Portfolio, tmp_path: Path) -> None:
    """What gives way must be a wish of the portfolio."""
    plan = example(portfolio).replace(gave_way=(GaveWay("required", "much", None, 30.0, 20.0),))
    with pytest.raises(SpecError, match='unknown wish "much"'):
        read(plan, portfolio, tmp_path)
