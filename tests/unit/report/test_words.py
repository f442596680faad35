"""Numbers, dates and nouns as a reader sees them."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.report import words


def plain(text: str) -> str:
    return text.replace(words.NO_BREAK, " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234.5, "1,230"), (0.012345, "0.0123"), (99.96, "100"), (-4.25, "−4.25"),
     (9.996, "10.0"), (float("nan"), "–"), (1_234_567, "1,230,000")],
)  # fmt: skip
def test_three_significant_figures(value: float, text: str) -> None:
    """A number keeps three figures, whole zeros included, and a true minus."""
    assert words.sig3(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(31, "31.0 MW"), (999.4, "999 MW"), (999.6, "1.00 GW"), (5000, "5.00 GW")]
)
def test_power_turns_to_gw_where_its_rounded_value_does(value: float, text: str) -> None:
    """What rounds to 1,000 MW reads as 1.00 GW."""
    assert plain(words.mw(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "USD 0 M"), (720, "USD 720 M"), (72000, "USD 72.0 B")]
)
def test_money_is_in_millions_or_billions(value: float, text: str) -> None:
    """Money below a billion is in M, from there on in B."""
    assert plain(words.musd(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (1, "100 %"), (0.9996, ">99 %"), (0.0001, "<0.1 %"), (0.042, "4.2 %"),
     (0.0996, "10 %"), (0.8, "80 %")],
)  # fmt: skip
def test_share_never_rounds_to_none_or_all(value: float, text: str) -> None:
    """A share that is not quite none or all does not read as 0 % or 100 %."""
    assert plain(words.share(value)) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "no halls"), (1, "1 hall"), (2, "2 halls"), (12345, "12,300 halls")]
)
def test_counted_nouns(number: int, text: str) -> None:
    """None, one and many each read right."""
    assert words.counted(number, "hall") == text


@pytest.mark.parametrize(
    ("items", "text"),
    [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists_of_names(items: list[str], text: str) -> None:
    """Names in a row have one "and", before the last."""
    assert words.listed(items) == text


def test_dates_in_prose_and_tables() -> None:
    """Prose says the month, tables say ISO, and what never comes is said in words."""
    day = dt.date(2027, 3, 9)
    assert words.month(day) == "March 2027"
    assert words.iso(day) == "2027-03-09"
    assert words.month(None) == "after the horizon"
    assert words.iso(None) == "–"
    assert words.quarter(day) == "2027Q1"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1 day"), (-3, "−3 days"), (0, "0 days"), (365, "12 months"), (-244, "−8.0 months")],
)
def test_durations(value: float, text: str) -> None:
    """Short durations are in days, long ones in months."""
    assert words.days(value) == text
