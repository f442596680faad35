"""Tables of sites: a template that imports to the same sites, and errors that name their cell."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import yaml

from planner import specs
from planner.domain.site import Site
from planner.errors import OutputError, SpecError
from planner.exchange import import_sites, template_book, template_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KNOWN = ("climates", "trades", "works", "modes", "equipment")
UNCARRIED = {"under_way", "standing", "installed", "fabrics"}
"""Fields of a site that the tables do not have."""


@pytest.fixture(scope="module")
def lakeside() -> Site:
    return specs.load("first-light").sites["lakeside"]


@cache
def known() -> dict[str, Any]:
    """Return the names of the shipped catalog."""
    catalog = specs.load("first-light").catalog
    names: dict[str, Any] = {what: dict(getattr(catalog, what)) for what in KNOWN}
    kinds = ("grid", "gas", "solar", "storage", "nuclear", "existing")
    return {**names, "calendars": {*catalog.calendars, "standard"}, "kinds": kinds}


def book_of(site: Site, folder: Path, edit: Callable[[Any], None] | None = None) -> Path:
    """Return the template with one site in it, edited."""
    book = openpyxl.load_workbook(io.BytesIO(template_book([site])))
    if edit is not None:
        edit(book)
    path = folder / "book.xlsx"
    book.save(path)
    return path


def site_of(text: str) -> Site:
    """Return the site that a YAML text states, read by PyYAML itself."""
    read = yaml.safe_load(text)
    for extra in ("assumption", "source"):
        read.pop(extra, None)
        for entries in (read.get("groups", {}), read.get("tranches", {})):
            for entry in entries.values():
                entry.pop(extra, None)
    return Site.model_validate(read)


@pytest.mark.parametrize("form", ["book", "csv"])
def test_a_template_imports_to_the_site_it_was_made_of(
    form: str, lakeside: Site, tmp_path: Path
) -> None:
    """Every field that the tables have comes back with the same numbers."""
    path = tmp_path
    if form == "book":
        path = book_of(lakeside, tmp_path)
    else:
        for name, body in template_csv([lakeside]).items():
            (tmp_path / name).write_bytes(body)
    (made,) = import_sites(path, known())
    found = site_of(made.text)
    for field in set(Site.model_fields) - UNCARRIED:
        old, new = getattr(lakeside, field), getattr(found, field)
        assert _numbers(new) == _numbers(old), field
    out = tmp_path / "lakeside.yaml"
    out.write_text(made.text, encoding="utf-8")
    assert [f for f in specs.check_file(out) if f.severity == "error"] == []


def _numbers(value: Any) -> Any:
    """Return a value with amounts as their law and numbers: how they were written may differ."""
    if hasattr(value, "form"):
        return (value.form, value.a, value.b, value.c)
    if hasattr(value, "model_fields_set"):
        return {k: _numbers(v) for k, v in dict(value).items()}
    if isinstance(value, dict):
        return {k: _numbers(v) for k, v in value.items()}
    return [_numbers(v) for v in value] if isinstance(value, list | tuple) else value


def test_every_error_names_its_sheet_row_and_column(lakeside: Site, tmp_path: Path) -> None:
    """All that is wrong is said in one pass, each at its cell."""

    def spoil(book: Any) -> None:
        book["halls"]["C1"] = "titel"
        book["halls"]["E2"] = "31 MWh"
        book["halls"]["G2"] = "tnet"
        book["tranches"]["G2"] = "soon"
        book["tranches"]["A4"] = "lakeshore"
        book["orders"]["C3"] = None
        for c in range(1, 6):
            book["tranches"].cell(5, c).value = book["tranches"].cell(2, c).value

    with pytest.raises(SpecError) as caught:
        import_sites(book_of(lakeside, tmp_path, spoil), known())
    said = [(f.code, f.where.path) for f in caught.value.findings]
    for wanted in (
        ("unknown-column", "sheet halls, C1"), ("unit-dimension", "sheet halls, E2"),
        ("unknown-name", "sheet halls, G2"), ("cell", "sheet tranches, G2"),
        ("unknown-name", "sheet tranches, A4"), ("missing", "sheet orders, C3"),
        ("duplicate", "sheet tranches, row 5"), ("missing", "sheet tranches, G5"),
    ):  # fmt: skip
        assert wanted in said


def test_a_bound_that_the_spec_checks_is_traced_to_its_cell(lakeside: Site, tmp_path: Path) -> None:
    """A key path of the YAML leads back to where its value stood."""
    (made,) = import_sites(book_of(lakeside, tmp_path), known())
    assert made.place_of("groups.halls.blocks").path == "sheet halls, F2"
    assert made.place_of("tranches.grid.slip.p50").path.startswith("sheet tranches, ")
    assert made.place_of("stock.power-modules.1.units").path == "sheet orders, C3"
    assert made.place_of("latitude").path == "sheet sites, D2"


def test_a_cell_may_hold_another_unit_and_a_header_too(lakeside: Site, tmp_path: Path) -> None:
    """A twentieth of a gigawatt is 50 MW, whichever way it is said."""

    def restate(book: Any) -> None:
        book["halls"]["E2"] = "0.05 GW"
        book["tranches"]["F1"] = "firm (GW)"
        for row in (2, 3, 4):
            book["tranches"].cell(row, 6).value = 0.05

    (made,) = import_sites(book_of(lakeside, tmp_path, restate), known())
    site = site_of(made.text)
    assert site.groups["halls"].it_power.likely == pytest.approx(50)
    assert site.tranches["grid"].firm.likely == pytest.approx(50)


@pytest.mark.parametrize(
    "name",
    ["=cmd|'/c calc'!A1", "<img src=x onerror=1>\"'`\\", "æ漢字ع🏗 " + "x" * 190, "a: b # c", "yes",
     "a\u2028b\x85c\x07", "- [x], {y}", "123",
     "＝cmd()"],
)  # fmt: skip
def test_any_text_comes_back_as_it_was(name: str, lakeside: Site, tmp_path: Path) -> None:
    """No name is run, split or taken for another type, in CSV or in the YAML."""
    titled = lakeside.model_copy(update={"title": name})
    for file, body in template_csv([titled]).items():
        (tmp_path / file).write_bytes(body)
    assert b"\n=" not in (tmp_path / "sites.csv").read_bytes()
    assert b",=" not in (tmp_path / "sites.csv").read_bytes()
    (made,) = import_sites(tmp_path, known())
    assert site_of(made.text).title == name


def _packed(book: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def _bomb(name: str, body: bytes) -> bytes:
    return bytes(80_000_000) if name.endswith("sheet1.xml") else body


def _entity(name: str, body: bytes) -> bytes:
    if not name.endswith("sharedStrings.xml"):
        return body
    head = b'?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return body.replace(b"?>", head, 1).replace(b"Lakeside", b"&x;")


def _cut(name: str, body: bytes) -> bytes:
    return body[: len(body) // 2] if name.endswith("sheet2.xml") else body


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda raw: raw[: len(raw) // 2], "no workbook"),
        (lambda raw: b"", "no workbook"),
        (lambda raw: b"\xd0\xcf\x11\xe0" + bytes(900), "no workbook"),
        (lambda raw: _packed(raw, _bomb), "larger than 64 MB"),
        (lambda raw: _packed(raw, _entity), "entity"),
        (lambda raw: _packed(raw, _cut), "damaged"),
    ],
    ids=["truncated", "empty", "old", "bomb", "entity", "cut"],
)
def test_a_damaged_book_is_one_clear_error(
    spoil: Callable[[bytes], bytes], said: str, lakeside: Site, tmp_path: Path
) -> None:
    """Nothing outside the file is read, nothing huge is unpacked, and the file is named."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(spoil(template_book([lakeside])))
    with pytest.raises(OutputError, match=rf"book\.xlsx.*{said}"):
        import_sites(path, known())


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (b"site,title\n\"x", OutputError, "no CSV"),
        (b"site,title\n\xe9,y\n", OutputError, "not UTF-8"),
        (b"", SpecError, "header"),
        (b"site,site\n" + b"x,y\n" * 11_000, SpecError, "10,000 rows"),
    ],
)  # fmt: skip
def test_a_damaged_csv_is_one_clear_error(
    body: bytes, error: type[Exception], said: str, tmp_path: Path
) -> None:
    """The file is named, and the reason."""
    (tmp_path / "sites.csv").write_bytes(body)
    with pytest.raises(error, match=said):
        import_sites(tmp_path, known())


def test_the_same_template_has_the_same_bytes(lakeside: Site) -> None:
    """Nothing in the workbook depends on a clock."""
    assert template_book([lakeside]) == template_book([lakeside])
