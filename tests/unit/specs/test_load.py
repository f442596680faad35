"""Loading a portfolio: files beside each other, what-ifs, places and origins."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from planner import specs
from planner.errors import OutputError, SpecError
from tests.specs_files import FILES, lines, write

if TYPE_CHECKING:
    from pathlib import Path


def test_places_know_every_key_of_every_file(tmp_path: Path) -> None:
    """Rules find the line of what they are about by its key path."""
    portfolio = specs.load(write(tmp_path))
    where = portfolio.where("site.lake.groups.halls.count")
    assert (where.file, where.line, where.path) == (
        str(tmp_path / "lake.yaml"), 20, "groups.halls.count",
    )  # fmt: skip
    assert portfolio.where("catalog.modes.tent.pue").path == "modes.tent.pue"
    assert portfolio.where("portfolio.finance.cash_floor").path == "finance.cash_floor"
    assert portfolio.where("site.lake.groups.halls.nothing").path == "groups.halls"


def test_every_number_has_the_nearest_origin(tmp_path: Path) -> None:
    """A source beside a number hides the assumption at the top of its file."""
    numbers = {p.where.path: p for p in specs.load(write(tmp_path)).provenance}
    cash = numbers["finance.operating_cash_flow.0.cash_flow"]
    assert (cash.text, cash.source, cash.assumption) == ("400 MUSD", "ledger", "")
    assert numbers["finance.cash_floor"].assumption == "Invented"
    assert numbers["modes.tent.hall_cost"].text == "6.5 MUSD/MW/9.1 MUSD/MW/14.0 MUSD/MW"
    assert "teams.lab.title" not in numbers


def test_a_number_without_origin_is_a_note(tmp_path: Path) -> None:
    """One note a file, at its first number."""
    found = lines(write(tmp_path, lake=("assumption: Invented\n", "")))
    assert found.startswith("note[unsourced]: lake.yaml:4:11: latitude: no source")
    assert "the first of" in found


def test_digests_are_those_of_the_files(tmp_path: Path) -> None:
    """Each file read is there by its path relative to the portfolio."""
    digests = specs.load(write(tmp_path)).digests
    assert set(digests) == set(FILES)
    assert digests["lake.yaml"] == hashlib.sha256(FILES["lake.yaml"].encode()).hexdigest()


@pytest.mark.parametrize(
    ("change", "path", "text"),
    [
        ("finance.cash_floor=0 MUSD", "portfolio.finance.cash_floor", "0 MUSD"),
        ("portfolio.finance.cash_floor=0 MUSD", "portfolio.finance.cash_floor", "0 MUSD"),
        ("site.lake.groups.halls.it_power=62 MW", "site.lake.groups.halls.it_power", "62 MW"),
        ("catalog.modes.tent.pue={low: 1.1, likely: 1.2, high: 1.3}", "catalog.modes.tent.pue",
         "1.1/1.2/1.3"),
        ("teams.lab.researchers[1].researchers=30", "portfolio.teams.lab.researchers.1.researchers",
         "30"),
    ],
)  # fmt: skip
def test_a_what_if_replaces_a_value_and_its_origin(
    tmp_path: Path, change: str, path: str, text: str
) -> None:
    """The value of the command line is in the portfolio, and says where it is from."""
    portfolio = specs.load(write(tmp_path), [change])
    where = portfolio.where(path)
    assert where.file == "--set"
    number = next(p for p in portfolio.provenance if p.where == where)
    assert (number.text, number.assumption) == (text, "set on the command line")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("foo", "not of the form path=value"),
        ("finance.cash_flor=1 MUSD", 'did you mean "cash_floor"'),
        ("financ.cash_floor=1 MUSD", 'did you mean "finance"'),
        ("site.lak.title=x", 'did you mean "site.lake"'),
        ("site.lake.groups.hals.count=1", 'did you mean "halls"'),
        ("catalog.modes.tnt.pue=1.2", 'did you mean "catalog.modes.tent"'),
        ("teams.lab.researchers.5.since=2026-01-01", "there is no item 5"),
        ("finance.cash_floor.x=1", "nothing lies below it"),
        ("finance.cash_floor=0", "unit missing"),
        ("finance.cash_floor=[", "error[yaml-syntax]: --set: finance.cash_floor"),
        ("=3", "not of the form"),
    ],
)
def test_a_what_if_that_fits_nowhere_is_a_finding(tmp_path: Path, change: str, says: str) -> None:
    """Unknown paths and wrong values of the command line are findings like any other."""
    assert says in lines(write(tmp_path), [change])


def test_a_shared_value_is_overridden_in_one_place(tmp_path: Path) -> None:
    """A what-if on one use of an anchor leaves its other uses as they were."""
    shared = "{count: 1, it_power: 31 MW, blocks: 1, modes: [tent], starts_per_period: 1}"
    new = f"  more: &g {shared}\n  again: *g\n  halls:\n"
    path = write(tmp_path, lake=("  halls:\n", new))
    groups = specs.load(path, ["site.lake.groups.again.count=3"]).sites["lake"].groups
    assert (groups["more"].count, groups["again"].count) == (1, 3)


def test_a_shipped_portfolio_is_found_by_name() -> None:
    """A name stands for the portfolio of that name, here or shipped."""
    assert specs.load("first-light").spec.portfolio == "first-light"


def test_a_file_that_is_not_there_is_no_finding(tmp_path: Path) -> None:
    """The nearest name is offered; the exit code is that of unreadable files."""
    path = write(tmp_path)
    with pytest.raises(OutputError, match=r"did you mean .*small\.yaml"):
        specs.load(path.with_name("smal.yaml"))
    with pytest.raises(OutputError, match="first-light"):
        specs.load("first-ligh")
    with pytest.raises(OutputError, match="folder"):
        specs.load(tmp_path)


def test_another_kind_of_file_is_named(tmp_path: Path) -> None:
    """A site file is no portfolio."""
    write(tmp_path)
    with pytest.raises(SpecError, match="this is a site file; a portfolio is wanted"):
        specs.load(tmp_path / "lake.yaml")


@pytest.mark.parametrize("name", list(FILES))
def test_each_file_can_be_checked_alone(tmp_path: Path, name: str) -> None:
    """The kind is seen from the content."""
    write(tmp_path)
    assert specs.check_file(tmp_path / name) == ()


def test_a_file_checked_alone_is_checked(tmp_path: Path) -> None:
    """What is wrong in a site file is found without its portfolio."""
    write(tmp_path, lake=("31 MW", "60"))
    assert [f.code for f in specs.check_file(tmp_path / "lake.yaml")] == ["unit-missing"]


def test_a_file_of_no_kind_says_which_there_are(tmp_path: Path) -> None:
    """A file with nothing known at its top."""
    (tmp_path / "x.yaml").write_text("foo: 1\n")
    assert [f.code for f in specs.check_file(tmp_path / "x.yaml")] == ["unknown-kind"]


def test_shipped_entries_are_found_from_anywhere(tmp_path: Path) -> None:
    """`shipped:` names the catalog that comes with the planner."""
    path = write(
        tmp_path, small=("catalog: [catalog]", 'catalog: ["shipped:catalog/trades.yaml", catalog]')
    )
    assert 'duplicate trade "EW": shipped:catalog/trades.yaml:' in lines(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("policy.fairness.objectiv=nash", 'unknown field "objectiv"'),
        ("policy.fairnes.objective=nash", 'did you mean "fairness"'),
    ],
)
def test_a_record_left_out_is_begun_by_a_what_if(tmp_path: Path, change: str, says: str) -> None:
    """A field of a record that the file leaves out can be set; a misspelt one is still told."""
    main = write(tmp_path)
    found = specs.load(main, ["policy.fairness.objective=nash"])
    assert found.spec.policy.fairness.objective == "nash"
    with pytest.raises(SpecError, match=says):
        specs.load(main, [change])
