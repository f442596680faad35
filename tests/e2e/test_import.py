"""`plan import` as a planner meets it: sites, build modes and actuals, and every bad cell named."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import yaml

from planner.exchange import mspdi, rewritten
from tests.cli_calls import plan
from tests.unit.exchange.test_round_trips import needs_java, sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

SITE = ("--as", "site", "-o", "sites")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The workbook that the command writes, with the site of First Light in it."""
    folder = tmp_path_factory.mktemp("template")
    done = plan("import", "--template", "book.xlsx", cwd=folder)
    assert done.code == 0, done.said
    assert "next: fill it in, then plan import book.xlsx --as site" in done.said
    return (folder / "book.xlsx").read_bytes()


def book(template: bytes, folder: Path, edit: Callable[[Any], None] | None = None) -> Path:
    """Return the template with an edit, as a spreadsheet would save it."""
    path = folder / "book.xlsx"
    path.write_bytes(template)
    if edit is not None:
        made = openpyxl.load_workbook(path)
        edit(made)
        made.save(path)
    return path


def test_a_template_comes_back_as_a_valid_site(template: bytes, tmp_path: Path) -> None:
    """Written, imported and validated by the three commands that the messages name."""
    book(template, tmp_path)
    done = plan("import", "book.xlsx", *SITE, cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert "wrote sites/lakeside.yaml; next: plan validate sites/lakeside.yaml" in done.said
    assert plan("validate", "sites/lakeside.yaml", cwd=tmp_path).code == 0
    once = (tmp_path / "sites" / "lakeside.yaml").read_bytes()
    again = plan("import", "book.xlsx", *SITE, cwd=tmp_path)
    assert again.code == 6
    assert "sites/lakeside.yaml exists" in again.said
    assert plan("import", "book.xlsx", *SITE, "--force", cwd=tmp_path).code == 0
    assert (tmp_path / "sites" / "lakeside.yaml").read_bytes() == once


def test_a_folder_of_csv_says_the_same_as_the_book(template: bytes, tmp_path: Path) -> None:
    """The same site from either; semicolons and a byte order mark, as Excel writes them, too."""
    book(template, tmp_path)
    assert plan("import", "--template", "tables", cwd=tmp_path).code == 0
    folder = tmp_path / "tables"
    for path in folder.iterdir():
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
    texts = []
    for source in ("book.xlsx", "tables"):
        done = plan("import", source, "--as", "site", cwd=tmp_path)
        assert done.code == 0, done.said
        texts.append(yaml.safe_load(done.out))
        texts[-1].pop("assumption", None)
    assert texts[0] == texts[1]


def _date_as_text(made: Any) -> None:
    made["tranches"]["G2"] = "30.09.2026"


def _date_as_number(made: Any) -> None:
    made["tranches"]["G2"].number_format = "0"
    made["tranches"]["G2"] = 46295


def _formula(made: Any) -> None:
    made["halls"]["D2"] = "=2*2"


def _error(made: Any) -> None:
    made["sites"]["B2"] = "#REF!"
    made["sites"]["B2"].data_type = "e"


def _merged(made: Any) -> None:
    made["tranches"].merge_cells("A2:A4")


def _no_unit(made: Any) -> None:
    made["halls"]["E1"] = "it_power"


def _other_dimension(made: Any) -> None:
    made["halls"]["E1"] = "it_power [MWh]"


def _comma(made: Any) -> None:
    made["halls"]["E2"] = "31,5"


def _unseen(made: Any) -> None:
    made["sites"]["B2"] = "Lake\u202eside"


def _bound(made: Any) -> None:
    made["halls"]["F2"] = 0


def _not_whole(made: Any) -> None:
    made["halls"]["D2"] = 3.5


def _yes(made: Any) -> None:
    made["halls"]["D2"] = True


def _no_site(made: Any) -> None:
    made["halls"]["A2"] = "lakesidd"


def _empty_table(made: Any) -> None:
    made.remove(made["halls"])
    made.create_sheet("halls")


def _no_rows(made: Any) -> None:
    made["sites"].delete_rows(2, 10)


def _nothing_known(made: Any) -> None:
    for name in ("sites", "halls", "tranches", "orders"):
        made.remove(made[name])


BAD: dict[Callable[[Any], None], tuple[int, str, str, str]] = {
    _date_as_text: (3, r"cell", "sheet tranches, G2", 'a date wanted, as 2026-09-30, got "30.09'),
    _date_as_number: (3, "cell", "sheet tranches, G2", "a date wanted"),
    _formula: (3, "formula", "sheet halls, D2", "never computed"),
    _error: (3, "formula", "sheet sites, B2", "#REF!"),
    _merged: (3, "missing", "sheet tranches, A3", "merged cells"),
    _no_unit: (3, "unit-missing", "sheet halls, E2", "head the column it_power [MW]"),
    _other_dimension: (3, "unit-dimension", "sheet halls, E1", 'did you mean "1 MW"?'),
    _comma: (3, "cell", "sheet halls, E2", "a point for decimals"),
    _unseen: (3, "yaml-character", "sheet sites, B2", "U+202E"),
    _bound: (3, "out-of-range", "sheet halls, F2", "got 0"),
    _not_whole: (3, "cell", "sheet halls, D2", 'a whole number wanted, got "3.5"'),
    _yes: (3, "cell", "sheet halls, D2", 'got "True"'),
    _no_site: (3, "unknown-name", "sheet halls, A2", "did you mean lakeside?"),
    _empty_table: (3, "no-header", "sheet halls", "a header is wanted"),
    _no_rows: (3, "missing", "sheet sites", "has no rows"),
    _nothing_known: (6, "", "book.xlsx", "none of the tables sites, halls"),
}  # fmt: skip


@pytest.mark.parametrize("edit", BAD, ids=lambda edit: edit.__name__.strip("_"))
def test_a_bad_cell_is_named_by_sheet_and_cell(
    edit: Callable[[Any], None], template: bytes, tmp_path: Path
) -> None:
    """One run says what is wrong and where, in the words of the table, and nothing is written."""
    book(template, tmp_path, edit)
    code, kind, place, said = BAD[edit]
    done = plan("import", "book.xlsx", *SITE, cwd=tmp_path)
    assert done.code == code, done.said
    assert f"error[{kind}]" in done.said if kind else "error" in done.said
    assert place in done.said
    assert said in done.said
    assert "Traceback" not in done.said
    assert {p.name for p in tmp_path.iterdir()} == {"book.xlsx"}


def test_a_formula_that_was_computed_is_its_value(template: bytes, tmp_path: Path) -> None:
    """What a spreadsheet saved beside the formula is what the cell says."""
    path = book(template, tmp_path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = next(n for n, b in parts.items() if n.startswith("xl/worksheets/") and b'r="D2"' in b
                 and b"<v>4</v>" in b)  # fmt: skip
    parts[sheet] = parts[sheet].replace(b"<v>4</v>", b"<f>2*2</f><v>4</v>", 1)
    with zipfile.ZipFile(path, "w") as new:
        for name, body in parts.items():
            new.writestr(name, body)
    done = plan("import", "book.xlsx", "--as", "site", cwd=tmp_path)
    assert done.code == 0, done.said
    assert yaml.safe_load(done.out)["groups"]["halls"]["count"] == 4


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.xlsx", b"not a workbook", "no workbook"),
        ("a.xlsx", b"", "no workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "a workbook (.xlsx, .xlsm) or a folder of CSV"),
        ("a.csv", b"site\nx\n", "or a folder of CSV files wanted"),
        ("a.txt", b"", "wanted"),
    ],
)
def test_what_is_no_workbook_is_said(name: str, body: bytes, said: str, tmp_path: Path) -> None:
    """The file is named, and what would do."""
    (tmp_path / name).write_bytes(body)
    done = plan("import", name, *SITE, cwd=tmp_path)
    assert done.code == 6
    assert name in done.said
    assert said in done.said
    assert {p.name for p in tmp_path.iterdir()} == {name}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import",), 2, "name a file, or --template"),
        (("import", "no.xlsx", "--as", "site"), 6, "no such file"),
        (("import", "sites"), 6, "it is a folder; name a schedule"),
        (("import", "a.xml", "--as", "modes"), 2, "mode"),
        (("import", "a.xml"), 2, "--name: 1 to 200 characters"),
        (("import", "a.xml", "--name", "tent"), 2, "has a build mode of that name"),
        (("import", "a.xml", "--name", "x", "--like", "tnet"), 2, 'unknown mode "tnet"'),
        (("import", "a.xml", "--name", "x", "--spread", "1.2,1.5"), 2, "low at most 1"),
        (("import", "a.xml", "--name", "x", "--spread", "nan,2"), 2, "--spread"),
        (("import", "a.xml", "--as", "actuals", "--data-date", "soon"), 2, "2026-11-01"),
        (("import", "--template", "book.pdf"), 2, "a .xlsx or a folder wanted"),
        (("import", "--template", "a.xlsx"), 6, "a.xlsx exists"),
    ],
)
def test_a_wrong_call_is_answered_in_words(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    """Each has its exit code, and nothing is written."""
    (tmp_path / "a.xml").write_bytes(mspdi(sample()))
    (tmp_path / "a.xlsx").write_bytes(b"mine")
    (tmp_path / "sites").mkdir()
    done = plan(*words, cwd=tmp_path)
    assert done.code == code, done.said
    assert said in done.said
    assert (tmp_path / "a.xlsx").read_bytes() == b"mine"
    assert {p.name for p in tmp_path.iterdir()} == {"a.xml", "a.xlsx", "sites"}


@needs_java
@pytest.mark.parametrize("form", ["xml", "pmxml", "xer"])
def test_a_schedule_becomes_a_build_mode_that_is_valid(form: str, tmp_path: Path) -> None:
    """Four activities of the schedule, in a file named by the mode where a folder was asked for."""
    body = mspdi(sample()) if form == "xml" else rewritten(sample(), form)
    (tmp_path / f"a.{form}").write_bytes(body)
    (tmp_path / "catalog").mkdir()
    done = plan("import", f"a.{form}", "--name", "fast shell/2", "-o", "catalog", cwd=tmp_path)
    assert done.code == 0, done.said
    assert "wrote catalog/fast-shell-2.yaml; next: plan validate" in done.said
    assert plan("validate", "catalog/fast-shell-2.yaml", cwd=tmp_path).code == 0
    text = (tmp_path / "catalog" / "fast-shell-2.yaml").read_text("utf-8")
    made = yaml.safe_load(text)["modes"]["fast shell/2"]
    titles = {row["title"] for row in made["activities"].values()}
    assert titles == {"Pour, cure & <strip>", "=cmd|'/c calc'!A1", "Hall dried in 建屋", "Fit out"}


@needs_java
def test_a_file_that_is_no_schedule_is_said(tmp_path: Path) -> None:
    """The file is named."""
    (tmp_path / "a.xer").write_bytes(b"ERMHDR but no more")
    done = plan("import", "a.xer", "--name", "x", "-o", "x.yaml", cwd=tmp_path)
    assert done.code == 6, done.said
    assert "a.xer" in done.said
    assert {p.name for p in tmp_path.iterdir()} == {"a.xer"}


@needs_java
def test_progress_without_a_date_asks_for_one(tmp_path: Path) -> None:
    """A schedule that states no status date needs `--data-date`, and says so."""
    import dataclasses

    undated = dataclasses.replace(sample(), data_date=None)
    (tmp_path / "a.xml").write_bytes(mspdi(undated))
    words = ("import", "a.xml", "--as", "actuals", "-o", "actuals.yaml")
    done = plan(*words, cwd=tmp_path)
    assert done.code == 3
    assert "help: give --data-date" in done.said
    done = plan(*words, "--data-date", "2026-01-09", cwd=tmp_path)
    assert done.code == 0, done.said
    assert "activities with progress are not in first-light" in done.said
    made = yaml.safe_load((tmp_path / "actuals.yaml").read_text("utf-8"))
    assert made["data_date"] == dt.date(2026, 1, 9)
