"""Why nothing is feasible: the smallest set, in the user's words, and least changes to it."""

from __future__ import annotations

import pickle

import pytest

from planner import optimise
from planner.domain.amount import parse_amount
from planner.errors import Change, InfeasibleError, LimitError
from planner.optimise.conflict import ORDER
from planner.optimise.constraints import CONSTRAINTS
from planner.optimise.data import build
from planner.optimise.mending import LEVERS, Lever, least_change, put, values
from planner.optimise.size import check_fits, estimated
from tests.portfolios import ready, tiny

REQUIRED = {"policy": {"required": {"ten": {"it_power": "12 MW", "by": "2026-12-31"}}}}


def conflict(spec=None, site=None, catalog=None) -> InfeasibleError:
    portfolio = tiny(spec, site, catalog)
    with pytest.raises(InfeasibleError) as caught:
        optimise.solve(portfolio, ready(portfolio))
    return caught.value


def test_the_chain_names_what_is_asked_and_what_does_not_allow_it() -> None:
    """12 MW of IT draw 15 MW at the peak ratio of 1.25; a tranche of 10 MW carries 8."""
    found = conflict(REQUIRED, {"tranches": {"grid": {"firm": "10 MW"}}})
    assert found.because == (
        "because 12 MW at all sites required by 2026-12-31, but because tranche north/grid "
        "carries 10 MW firm, no plan keeps all"
    )
    assert found.is_reduced


def test_each_least_change_is_said_as_a_setting_and_was_confirmed() -> None:
    """15 MW of firm power, or 8 MW required, are the least that will do."""
    found = conflict(REQUIRED, {"tranches": {"grid": {"firm": "10 MW"}}})
    assert [c.settings for c in found.changes] == [
        ("site.north.tranches.grid.firm=15.0 MW",), ("policy.required.ten.it_power=8.0 MW",),
    ]  # fmt: skip
    assert all(c.is_confirmed for c in found.changes)
    assert "raise by at least 5 MW" in str(found)


CHAT = {"title": "Chat", "users": "1e6 user", "growth": 0, "requests": "86400 request/user/day",
        "flop": "0.4 TFLOP/request", "peak": 1, "workload": "work"}  # fmt: skip


def test_a_floor_that_comes_too_soon_is_told_from_when_it_could_be_served() -> None:
    """A hall begun on the data date serves 200 days later, on 2026-07-20, and not before."""
    portfolio = tiny({"products": {"chat": CHAT}})
    with pytest.raises(InfeasibleError) as caught:
        optimise.solve(portfolio, ready(portfolio, 200.0))
    assert (
        "because no hall that suits product chat can serve before 2026Q3 (at P80 from 2026-07-20 "
        "on: shed at north/sheds)" in caught.value.because
    )
    assert ("products.chat.launch=2026-07-01",) in [c.settings for c in caught.value.changes]


def test_a_required_date_before_any_hall_can_be_moved() -> None:
    """Required dates are read at ends of periods: the first after 2026-07-20 is that of 2026Q3."""
    required = {"five": {"it_power": "5 MW", "by": "2026-06-30", "site": "north"}}
    portfolio = tiny({"policy": {"required": required}})
    with pytest.raises(InfeasibleError) as caught:
        optimise.solve(portfolio, ready(portfolio, 200.0))
    assert "no hall at north can serve before 2026Q3" in caught.value.because
    (change,) = [c for c in caught.value.changes if c.is_date]
    assert change.settings == ("policy.required.five.by=2026-09-30",)
    assert "move 'by' later by at least 92 day" in str(change)


def test_what_no_hall_can_serve_at_all_is_said() -> None:
    """Halls that take 5,000 days are none within the horizon."""
    portfolio = tiny({"products": {"chat": CHAT}})
    with pytest.raises(InfeasibleError) as caught:
        optimise.solve(portfolio, ready(portfolio, 5000.0))
    assert "no hall that suits product chat can serve by the horizon" in caught.value.because


def test_a_conflict_of_whole_halls_alone_is_reduced_too() -> None:
    """1.6 halls of 5 acres fit on 8: two are pinned, and 'at least 0.4 halls less' is no answer."""
    pin = {"site": "north", "group": "sheds", "halls": 2, "rule": "exactly"}
    found = conflict({"policy": {"pinned": {"halls": {"p": pin}}}}, {"land": "8 acre"})
    assert [c.settings for c in found.changes] == [
        ("site.north.land=10.0 acre",), ("policy.pinned.halls.p.halls=1",),
    ]  # fmt: skip


def test_whole_halls_alone_conflict() -> None:
    """Half a hall would do for the relaxation: one start needs 4 crews and there are 3."""
    found = conflict({"policy": {"required": {"five": {"it_power": "5 MW", "by": "2026-12-31"}}}},
                     {"crews": {"EL": 3}})  # fmt: skip
    texts = [text for text, _ in found.conflict]
    assert any("3 crews of EL" in text for text in texts)
    assert any("5 MW" in text for text in texts)
    assert len(texts) == 3  # and that a hall holds so much
    assert ("site.north.crews.EL=4",) in [c.settings for c in found.changes]


def test_a_conflict_survives_its_trip_from_a_worker() -> None:
    """It pickles with all its parts."""
    found = conflict(REQUIRED, {"tranches": {"grid": {"firm": "10 MW"}}})
    again = pickle.loads(pickle.dumps(found))
    assert str(again) == str(found)
    assert again.changes == found.changes


def test_every_family_with_statements_has_its_place_in_the_order() -> None:
    """A new constraint joins the order of dropping; levers name components that exist."""
    components = {c for k in CONSTRAINTS.values() for c in k.components}
    assert set(LEVERS) <= components
    assert set(ORDER) <= {*CONSTRAINTS, "commitment"}


def test_a_whole_number_is_searched_to_the_unit() -> None:
    """Five halls are the fewest that will do, from two."""
    change = least_change(
        tiny(), Lever("site.north.groups.sheds.count", 1.0),
        lambda p: p.sites["north"].groups["sheds"].count >= 5,
    )  # fmt: skip
    assert change == Change(("site.north.groups.sheds.count=5",), 2, 5)


def test_all_steps_of_a_supply_move_in_proportion() -> None:
    """A supply in two steps is raised as a whole."""
    steps = [{"since": "2025-01-01", "gpus": "100 gpu/quarter"},
             {"since": "2026-06-01", "gpus": "200 gpu/quarter"}]  # fmt: skip
    portfolio = tiny(catalog={"accelerators": {"H100": {"supply": steps}}})
    change = least_change(
        portfolio, Lever("catalog.accelerators.H100.supply.*.gpus", 1.0),
        lambda p: values(p, "catalog.accelerators.H100.supply.1.gpus")[0][1].likely >= 300,
    )  # fmt: skip
    assert change is not None
    assert change.new == pytest.approx(150.0, rel=0.01)
    assert len(change.settings) == 2


def test_what_nothing_mends_has_no_change() -> None:
    """A lever that never helps is left out."""
    assert least_change(tiny(), Lever("site.north.land", 1.0), lambda _: False) is None
    assert least_change(tiny(), Lever("site.north.crews.EL", -1.0), lambda _: None) is None


def test_a_value_is_put_by_its_path() -> None:
    """What is put is read back, and nothing else moves."""
    portfolio = tiny()
    moved = put(portfolio, "site.north.land", parse_amount("7 acre", "acre"))
    assert values(moved, "site.north.land")[0][1].likely == 7.0
    assert moved.spec == portfolio.spec


def test_a_model_that_would_not_fit_is_refused_before_it_is_built() -> None:
    """The message says how large it would be, and what makes it so."""
    portfolio = tiny()
    data = build(portfolio, ready(portfolio))
    assert check_fits(data, None) == estimated(data)
    with pytest.raises(LimitError, match=r"GB are free\n  help: most of it is .*plan in quarters"):
        check_fits(data, available=1000.0)


@pytest.mark.slow
def test_the_estimate_is_near_the_model() -> None:
    """Within a third of the non-zeros of the newcomer's case."""
    from planner import specs
    from planner.optimise.engine import Engine
    from planner.optimise.model import formulate

    portfolio = specs.load(specs.shipped_folder() / "scenarios" / "first-light.yaml")
    data = build(portfolio, ready(portfolio, 300.0))
    real = Engine(formulate(data), seed=1).matrix.nnz
    assert estimated(data).nonzeros == pytest.approx(real, rel=0.33)


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing(threads: int) -> None:
    """One or two threads of the solver: the same plan, to the last digit."""
    portfolio = tiny(REQUIRED)
    known = ready(portfolio)
    first = optimise.solve(portfolio, known)
    assert optimise.solve(portfolio, known, limits=optimise.Limits(threads=threads)) == first
