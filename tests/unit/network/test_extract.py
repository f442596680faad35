"""A site alone has the futures that it has in the whole."""

from __future__ import annotations

import pytest

from planner.network import build_tables, compile_network, existing_plan
from planner.network.extract import of_site
from planner.network.verify import verify
from planner.simulate import run
from planner.specs import load
from tests.networks import DAY, Job, network


def test_a_site_keeps_its_rows_and_relations():
    """b and d are of the second site: one relation, one crew need, ranks in their order."""
    made = network(
        [Job("a", DAY), Job("b", DAY, site=1, needs={"el": 1}), Job("c", DAY, (("a", "FS", 0),)),
         Job("d", DAY, (("b", "SS", 60),), site=1)],
        crews={"el": 1}, skies=[None, None], rank=["d", "c", "b", "a"],
    )  # fmt: skip
    part = of_site(made, "site1")
    assert part.activity == ("b", "d")
    assert part.rank.tolist() == [1, 0]
    assert (part.relation_pred.tolist(), part.relation_succ.tolist()) == ([0], [1])
    assert part.need.pointer.tolist() == [0, 1, 1]


@pytest.mark.slow
def test_the_futures_of_a_site_are_those_of_the_whole():
    """The reference case with its standing halls, stock and tranches: every minute the same."""
    portfolio = load("meta-2025")
    tables = build_tables(portfolio)
    whole = compile_network(portfolio, existing_plan(portfolio, tables), tables=tables)
    seen = run(whole, seed=5, samples=8)
    for site in portfolio.sites:
        part = of_site(whole, site)
        assert verify(part) == ()
        own = run(part, seed=5, samples=8)
        for axis, fields in (
            ("activity", ("start_min", "finish_min")), ("lot", ("service_min", "dock_min")),
            ("tranche", ("energised_min",)), ("block", ("ready_min",)),
        ):  # fmt: skip
            at = [getattr(seen, axis).index(name) for name in getattr(own, axis)]
            for name in fields:
                assert (getattr(seen, name)[:, at] == getattr(own, name)).all()
