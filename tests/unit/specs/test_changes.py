"""`changes` of a portfolio: what differs from shared files, in place and with its origin."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from planner import specs
from planner.errors import SpecError
from planner.network import compile_network, existing_plan
from planner.study.differ import values
from planner.study.reported import progress_warnings

if TYPE_CHECKING:
    from pathlib import Path


def _first_light(folder: Path, changes: str) -> Path:
    shutil.copytree(specs.shipped_folder(), folder / "sites")
    path = folder / "sites" / "scenarios" / "first-light.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{changes}", encoding="utf-8")
    return path


def test_meta_2026_is_valid_and_every_number_has_an_origin() -> None:
    """The shipped case has no error and no number without source or assumption."""
    found = specs.check(specs.load("meta-2026"))
    assert not [f for f in found if f.severity == "error" or f.code == "unsourced"]


def test_meta_2026_shares_its_sites_and_says_what_it_changes() -> None:
    """Halls of 2025 stand or are under way, never to be started anew; the rest is as in 2025."""
    before, now = specs.load("meta-2025"), specs.load("meta-2026")
    assert now.sites["hyperion"] == before.sites["hyperion"]
    assert now.catalog == before.catalog
    site = now.sites["prometheus"]
    assert site.groups["tents-south"].count == 0
    assert "B7-11" in site.standing
    assert set(site.under_way) == {"B15-19"}
    assert before.sites["prometheus"].under_way.keys() == {"B7-11"}
    north = site.tranches["socrates-north"]  # not reported, and so not there for certain
    assert north.energised > now.spec.data_date
    assert all(site.standing[f"leased-{n}"].ready > now.spec.data_date for n in (1, 2, 3))
    assert now.actuals is not None
    assert now.actuals.data_date == now.spec.data_date
    assert now.actuals.activities["hyperion/phase-1/01/C10"].finished is not None


def test_all_that_meta_2026_reports_is_in_what_is_under_way() -> None:
    """No report is of an activity that the network has not."""
    portfolio = specs.load("meta-2026")
    network = compile_network(portfolio, existing_plan(portfolio))
    said = progress_warnings(portfolio, network)
    assert not [text for text in said if "not in this plan" in text]


def test_a_change_keeps_its_line_and_its_reason(tmp_path: Path) -> None:
    """The new value stands in the site, placed in the portfolio file; --set comes after it."""
    line = 'changes:\n  site.lakeside.tranches.grid.firm: {value: 33 MW, assumption: "Less"}\n'
    path = _first_light(tmp_path, line)
    portfolio = specs.load(path)
    assert portfolio.sites["lakeside"].tranches["grid"].firm.likely == 33
    number = next(p for p in portfolio.provenance if p.text == "33 MW")
    assert number.where.file.endswith("first-light.yaml")
    assert number.assumption == "Less"
    again = specs.load(path, ("site.lakeside.tranches.grid.firm=34 MW",))
    assert again.sites["lakeside"].tranches["grid"].firm.likely == 34


def test_a_change_of_what_there_is_not_is_an_error_at_its_line(tmp_path: Path) -> None:
    """A slip in the path is found in the portfolio file and not on the command line."""
    path = _first_light(tmp_path, "changes:\n  site.lakeside.tranches.gird.firm: 33 MW\n")
    with pytest.raises(SpecError) as error:
        specs.load(path)
    (found,) = error.value.findings
    lines = path.read_text(encoding="utf-8").splitlines()
    assert "gird" in lines[found.where.line - 1]
    assert found.where.file.endswith("first-light.yaml")


def test_a_difference_tells_a_change_once() -> None:
    """What differs between the two cases is named by where it lies, and never as a change too."""
    made = values(specs.load("meta-2026"))
    assert made["site.prometheus.groups.tents-south.count"] == 0
    assert not [path for path in made if path.startswith("changes")]
