"""Commitments beyond halls and GPUs, and what the plan owes to the time after the horizon."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from planner.domain.plan import Reservation
from planner.domain.result import TerminalAnswer
from planner.report import gather
from planner.report.document import Table
from planner.report.facts.commitments import commitments
from planner.report.sections import compute
from tests import results


def test_a_reservation_is_a_commitment_with_its_deposit() -> None:
    """It is due on its date, and commits to deposit and capital."""
    run = results.result(samples=20)
    site = run.portfolio.sites["north"]
    gas = site.tranches["gas"].model_copy(update={"deposit": site.tranches["gas"].capital})
    made = site.model_copy(update={"tranches": {**site.tranches, "gas": gas}})
    day = dt.date(2026, 3, 31)
    run = dataclasses.replace(
        run,
        portfolio=run.portfolio.replace(sites={**run.portfolio.sites, "north": made}),
        plan=run.plan.replace(reservations=(Reservation("north", "gas", day),)),
    )
    (found,) = [c for c in commitments(run) if c.what == "power"]
    assert (found.due, found.site, found.item) == (day, "north", "gas")
    assert found.money_musd == pytest.approx(600)


def test_the_table_of_the_terminal_value_is_there_where_it_was_asked() -> None:
    """None of it, as stated and twice, the worst team named; no table without answers."""
    run = results.result(samples=20)
    answers = tuple(
        TerminalAnswer(k, 1000.0 * (k + 1), 10.0 * k, 5000.0, {"frontier": 9.0, "research": 8.0})
        for k in (0.0, 1.0, 2.0)
    )
    asked = gather(dataclasses.replace(run, terminal=answers))
    tables = {p.name: p for p in compute.build(asked) if isinstance(p, Table)}
    assert [row[0] for row in tables["terminal"].rows] == ["none of it", "as stated", "twice"]
    assert [row[1] for row in tables["terminal"].rows] == [1000, 2000, 3000]
    assert tables["terminal"].rows[0][-1] == 8.0
    unasked = {p.name for p in compute.build(gather(run)) if isinstance(p, Table)}
    assert "terminal" not in unasked
