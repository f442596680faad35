"""Files to a Portfolio: read, override, validate, merge, check; every finding in one pass."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from planner.domain.actuals import Actuals
from planner.domain.base import Model
from planner.domain.portfolio import (
    CatalogFile,
    Portfolio,
    PortfolioFile,
    Provenance,
    SourceEntry,
    SourcesFile,
)
from planner.domain.site import Site
from planner.domain.under_way import committed, places_of_committed
from planner.errors import Finding, SpecError, Where
from planner.specs import overrides as what_if
from planner.specs.checks import run
from planner.specs.fields import nearest
from planner.specs.files import (
    NO_FILE,
    SHIPPED,
    FileRef,
    find,
    is_file,
    is_folder,
    lack_of,
    read_bytes,
    shortened,
)
from planner.specs.mend import mend
from planner.specs.order import in_order
from planner.specs.origins import numbers, places
from planner.specs.plan_document import PlanDocument
from planner.specs.translate import dotted, translate
from planner.specs.yaml_nodes import Node, Statement, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

M = TypeVar("M", bound=Model)

KINDS: Final[dict[str, type[Model]]] = {
    "catalog": CatalogFile,
    "site": Site,
    "portfolio": PortfolioFile,
    "sources": SourcesFile,
    "plan": PlanDocument,
    "actuals": Actuals,
}
"""Record of each kind of file."""
KEPT_SHIPPED: Final = "shipped"
"""Folder of shipped files among the inputs that a run keeps."""


def load(
    path: str | os.PathLike[str], overrides: Sequence[str] = (),
    actuals: str | os.PathLike[str] | None = None,
) -> Portfolio:  # fmt: skip
    """Return the portfolio of a file, or of the name of one here or shipped.

    Parameters
    ----------
    path
        Portfolio file, or a name such as ``meta-2025``.
    overrides
        What-ifs such as ``finance.cash_floor=0 MUSD`` or ``site.NAME.groups.G.count=4``.
    actuals
        File of what has happened, in place of the one that the portfolio names.

    Raises
    ------
    SpecError
        With all findings of the pass where there is an error.
    OutputError
        If the file cannot be read.
    """
    return _loaded(find(path), overrides, actuals)


def load_kept(
    folder: Path, main: str, name: str = "", overrides: Sequence[str] = (),
    actuals: str | os.PathLike[str] | None = None,
) -> Portfolio:  # fmt: skip
    """Return the portfolio of the inputs that a run keeps.

    Parameters
    ----------
    folder
        The folder of inputs, as `kept` lays it out.
    main
        Place of the portfolio file in it.
    name
        What messages and the report call the portfolio file: as it was called in the run.

    Raises
    ------
    SpecError, OutputError
        As `load`.
    """
    file = folder / main
    return _loaded(FileRef(file, name or str(file), folder / KEPT_SHIPPED), overrides, actuals)


def kept(portfolio: Portfolio) -> tuple[str, dict[str, bytes]]:
    """Return the place of the portfolio file, and every input by its place, for a run to keep.

    The tree is that of the files, from the deepest folder that holds all of them; what is shipped
    and named by a user's own file lies under a folder of its own.
    """
    up = max(
        (sum(p == ".." for p in Path(key).parts) for key in portfolio.inputs
         if not key.startswith(SHIPPED)),
        default=0,
    )  # fmt: skip
    base = "/".join("scenarios" for _ in range(up))
    places = {
        key: (
            f"{KEPT_SHIPPED}/{key.removeprefix(SHIPPED)}"
            if key.startswith(SHIPPED)
            else os.path.normpath(f"{base}/{key}" if base else key)
        )
        for key in portfolio.inputs
    }
    return places[portfolio.main], {places[k]: body for k, body in portfolio.inputs.items()}


def load_again(portfolio: Portfolio, settings: Sequence[str]) -> Portfolio:
    """Return a portfolio of the same inputs, as they were read, with further settings.

    Raises
    ------
    SpecError
        As `load`.
    """
    with _laid_out(portfolio) as file:
        return _loaded(file, (*portfolio.settings, *settings))


@contextmanager
def _laid_out(portfolio: Portfolio) -> Iterator[FileRef]:
    """Write the inputs of a portfolio as a run keeps them, and yield the portfolio file."""
    main, files = kept(portfolio)
    name = portfolio.where("portfolio").file
    with tempfile.TemporaryDirectory(prefix="plan-inputs-") as folder:
        for place, body in files.items():
            path = Path(folder) / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        yield FileRef(Path(folder) / main, name, Path(folder) / KEPT_SHIPPED)


def _loaded(
    file: FileRef, overrides: Sequence[str], actuals: str | os.PathLike[str] | None = None,
    known: _Known | None = None,
) -> Portfolio:  # fmt: skip
    loader = _Loader(known)
    portfolio = loader.portfolio(file, overrides, actuals)
    if portfolio is not None and not loader.is_torn:
        found = run(portfolio, is_valid=not loader.findings)
        loader.findings += [f for f in found if f.severity == "error" and not loader.is_mended(f)]
    if loader.findings or portfolio is None:
        raise SpecError(in_order(loader.findings))
    return portfolio


def check(portfolio: Portfolio) -> tuple[Finding, ...]:
    """Return everything worth knowing of a portfolio: errors, warnings and notes in file order."""
    return in_order(run(portfolio))


def check_overlays(portfolio: Portfolio) -> tuple[Finding, ...]:
    """Return the errors that each named overlay would give if it were chosen, at its place."""
    found: list[Finding] = []
    known: _Known = {}
    with _laid_out(portfolio) as file:
        for name, entries in portfolio.spec.overlays.items():
            try:
                _loaded(file, (*portfolio.settings, f"{what_if.OVERLAY}{name}"), known=known)
            except SpecError as error:
                for each in error.findings:
                    path = next((p for p in entries if p.endswith(each.where.path)), "")
                    where = portfolio.where(f"portfolio.overlays.{name}.{path}".rstrip("."))
                    message = f"overlay {name}: {each.message}"
                    found.append(replace(each, where=where, message=message))
    return in_order(found)


def check_file(path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Return the findings of one file of any kind, a portfolio with all it names.

    Raises
    ------
    OutputError
        If the file cannot be read.
    """
    file = find(path)
    loader = _Loader()
    root = loader.read(file, "portfolio")
    kind = kind_of(root) if root is not None else ""
    if kind == "portfolio":
        try:
            return check(load(path))
        except SpecError as error:
            return error.findings
    if root is not None and kind:
        if kind == "sources":  # nothing in it has an origin of its own
            root = loader.read(file, "sources", is_sourced=False) or root
        loader.record(KINDS[kind], root, kind)
    elif root is not None:
        kinds = ", ".join(KINDS)
        loader.report(Finding(root.where, "unknown-kind", f"no file of a kind known: {kinds}"))
    return in_order(loader.findings)


def kind_of_file(path: str | os.PathLike[str]) -> str:
    """Return the kind of a file; a portfolio where it cannot be told, so that loading says why.

    Raises
    ------
    OutputError
        If the file cannot be read.
    """
    root = _Loader().read(find(path), "portfolio")
    return (kind_of(root) if root is not None else "") or "portfolio"


_TOP: Final = {"portfolio": "portfolio", "site": "site", "plan": "plan", "sources": "sources",
                         "actuals": "actuals"}  # fmt: skip


def kind_of(root: Node) -> str:
    """Return the kind of a file by what stands at its top, or nothing."""
    keys = root.data if isinstance(root.data, dict) else {}
    for key, kind in _TOP.items():
        if key in keys and (kind != "sources" or isinstance(keys[key].data, dict)):
            return kind
    return "catalog" if set(keys) & set(CatalogFile.model_fields) else ""


_Known = dict[tuple[str, bool, bytes], tuple[Node, list[Statement]]]
"""Files read before, by name, whether they state sources, and content: what-ifs change none."""


@dataclass(frozen=True)
class _Part:
    """A file of the portfolio with its nodes."""

    file: FileRef
    root: Node


class _Loader:
    """Reads the files of one portfolio and collects what is found."""

    def __init__(self, known: _Known | None = None) -> None:
        self.known = known
        self.findings: list[Finding] = []
        self.places: dict[str, Where] = {}
        self.provenance: list[Provenance] = []
        self.inputs: dict[str, bytes] = {}
        self.statements: list[Statement] = []
        self.mended: set[tuple[str, str]] = set()
        """File and key path of every stand-in for something invalid."""
        self.base = ""
        self.is_shipped = False
        self.is_torn = False
        """Whether a file is lost altogether, so that names would be missed that are there."""

    def report(self, finding: Finding) -> None:
        """Take a finding."""
        self.findings.append(finding)

    def is_mended(self, finding: Finding) -> bool:
        """Return whether a finding is about a stand-in, and so about nothing the user wrote."""
        path = finding.where.path
        return any(
            finding.where.file == file and (path == at or path.startswith(f"{at}."))
            for file, at in self.mended
        )

    def read(self, file: FileRef, wanted: str, *, is_sourced: bool = True) -> Node | None:
        """Return a file's nodes, or None once reported; its digest is kept."""
        raw = read_bytes(file)
        self.inputs[self.key(file)] = raw
        key = (file.name, is_sourced, raw)
        if self.known is not None and key in self.known:
            root, stated = self.known[key]
            self.statements += stated
            return root
        stated = []
        found = read(
            raw, file.name, self.report, wanted=wanted, statements=stated if is_sourced else None
        )
        self.statements += stated
        self.is_torn |= found is None
        if self.known is not None and found is not None:
            self.known[key] = (found, stated)
        return found

    def key(self, file: FileRef) -> str:
        """Return the name of a file among the inputs."""
        if file.name.startswith(SHIPPED) and not self.is_shipped:
            return file.name
        return os.path.relpath(file.path, self.base or file.path.parent)

    def record(self, model: type[M], root: Node, prefix: str) -> M | None:
        """Return the record of a file, or a stand-in (or None) once what is wrong is reported."""
        self.places.update(places(root, prefix))
        self.provenance += numbers(root, model)
        data = root.plain
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.findings += translate(error, model, root)
        made, stands_in = mend(model, data)
        self.is_torn |= made is None or ("site",) in stands_in
        self.mended |= {(root.where.file, dotted(loc)) for loc in stands_in}
        return made

    def portfolio(
        self, file: FileRef, overrides: Sequence[str],
        given: str | os.PathLike[str] | None = None,
    ) -> Portfolio | None:  # fmt: skip
        """Return the portfolio of a file, mended where that was needed and can be done."""
        self.base = str(file.path.parent)
        self.is_shipped = file.name.startswith(SHIPPED)
        root = self.read(file, "portfolio")
        if root is None:
            return None
        if (kind := kind_of(root)) != "portfolio" and kind:
            message = f"this is a {kind} file; a portfolio is wanted here"
            hint = f"plan validate {file.name} checks it alone"
            self.report(Finding(root.where, "wrong-kind", message, hint))
            return None
        catalog = self.parts(file, root, "catalog", "catalog")
        sites = self.parts(file, root, "sites", "site")
        said = [text for text in overrides if text != OVERRIDE]
        settings = what_if.expanded(root, said, self.report)
        changes = [o for text in settings if (o := what_if.parse(text, self.report))]
        changes = [o for o in changes if not self.is_too_late(o)]
        root = self.changed(_Part(file, root), catalog, sites)
        root = self.override(_Part(file, root), catalog, sites, changes)
        spec = self.record(PortfolioFile, root, "portfolio")
        made_sites = self.sites(sites)
        made_catalog = self.catalog(catalog)
        actuals, named = self.actuals(file, root, given)
        if actuals is not None and OVERRIDE in overrides:
            actuals = actuals.model_copy(update={"logic": "override"})
        elif OVERRIDE in overrides:
            where, hint = Where(what_if.FILE, path=OVERRIDE), "name a file with --actuals"
            self.report(Finding(where, "override", "there are no actuals", hint))
        sources = self.sources(file, root)
        if spec is None or made_catalog is None:
            return None
        if actuals is not None:
            made_sites = committed(made_sites, actuals)
            self.places |= places_of_committed(actuals, self.places)
            if actuals.cash is not None and spec.data_date >= actuals.data_date:
                money = spec.finance.model_copy(update={"opening_cash": actuals.cash})
                spec = spec.model_copy(update={"finance": money})
        return Portfolio(
            spec, made_sites, made_catalog, sources, tuple(self.provenance), self.places,
            {key: hashlib.sha256(raw).hexdigest() for key, raw in sorted(self.inputs.items())},
            self.key(file), dict(sorted(self.inputs.items())),
            (*(o for o in overrides if not (named and o.startswith(_ACTUALS))), *named), actuals,
        )  # fmt: skip

    def actuals(
        self, file: FileRef, root: Node, given: str | os.PathLike[str] | None
    ) -> tuple[Actuals | None, tuple[str, ...]]:
        """Return what has happened, and the setting that names the file if it was given apart.

        A file given apart is kept among the inputs as if it stood beside the portfolio.
        """
        if given is not None:
            ref = find(given)
            name = Path(ref.path).name
            raw = read_bytes(ref)
            name = name if self.inputs.get(name, raw) == raw else f"actuals-{name}"
            self.inputs[name] = raw
            found = read(raw, ref.name, self.report, wanted="actuals", statements=self.statements)
            return self.reported(found), (f"{_ACTUALS}{name}",)
        entry = root.child("actuals")
        if entry is None or not isinstance(entry.data, str):
            return None, ()
        for each in self.named(file, entry, "actuals"):
            part = self.read(each, "actuals")
            if part is not None and self.is_kind(part, "actuals", entry.where):
                return self.reported(part), ()
        return None, ()

    def reported(self, root: Node | None) -> Actuals | None:
        """Return the record of a file of actuals, whose places are keyed by ``actuals``."""
        return None if root is None else self.record(Actuals, root, "actuals")

    def parts(self, file: FileRef, root: Node, field: str, kind: str) -> list[_Part]:
        """Return the files that a list of the portfolio names, those of its folders included."""
        listed = root.child(field)
        entries = listed.data if listed is not None and isinstance(listed.data, list) else []
        if not entries or not all(isinstance(entry.data, str) for entry in entries):
            self.is_torn = True  # what validation says of it is enough
        if listed is not None and listed.data == [] and kind == "catalog":
            hint = "name e.g. the folder catalog, or shipped:catalog"
            self.report(Finding(listed.where, "too-few", "no catalog file is named", hint))
        made: list[_Part] = []
        seen: set[str] = set()
        for entry in entries:
            if not isinstance(entry.data, str):
                continue  # reported when the portfolio is validated
            for each in self.named(file, entry, kind):
                real = os.path.realpath(each.path)
                part = None if real in seen else self.read(each, _example_key(kind))
                seen.add(real)
                if part is not None and self.is_kind(part, kind, entry.where):
                    made.append(_Part(each, part))
        return made

    def named(self, file: FileRef, entry: Node, kind: str) -> Iterator[FileRef]:
        """Yield the file, or the files of the folder, that an entry names."""
        found = file.beside(str(entry.data))
        if is_file(found.path):
            yield found
        elif kind == "catalog" and is_folder(found.path):
            yield from (inside := found.inside())
            if not inside:
                self.is_torn = True
                message = f"no .yaml file in the folder {entry.data}"
                self.report(Finding(entry.where, "file-missing", message))
        else:
            self.is_torn = True
            message = f"{shortened(str(entry.data))}: {(lack := lack_of(found.path))}"
            hint = _near(found, str(entry.data)) if lack == NO_FILE else ""
            self.report(Finding(entry.where, "file-missing", message, hint))

    def is_too_late(self, change: what_if.Override) -> bool:
        """Return whether a what-if is of what is read before what-ifs are, once it is reported."""
        if change.path[0] not in _READ_BEFORE and change.path != ("catalog",):
            return False
        where = Where(what_if.FILE, path=change.full)
        message = f"what {change.path[0]} says is read before what-ifs are set"
        hint = "write it in the portfolio file"
        self.report(Finding(where, "override", message, hint))
        return True

    def is_kind(self, root: Node, kind: str, named_at: Where) -> bool:
        """Return whether a file is of the kind wanted, or of none; else report it."""
        found = kind_of(root)
        if found in (kind, ""):
            return True
        self.is_torn = True
        message = f"{root.where.file} is a {found} file; a {kind} file is wanted here"
        self.report(Finding(named_at, "wrong-kind", message))
        return False

    def sites(self, parts: list[_Part]) -> dict[str, Site]:
        """Return the sites by name."""
        made: dict[str, Site] = {}
        first: dict[str, Where] = {}
        for part in parts:
            named = part.root.child("site")
            name = named.text if named is not None else part.file.path.stem
            site = self.record(Site, part.root, f"site.{name}")
            where = named.where if named is not None else part.root.where
            if name in first:
                self.report(_duplicate("site", name, first[name], where))
            first.setdefault(name, where)
            if site is not None:
                made[site.site] = site
        return made

    def catalog(self, parts: list[_Part]) -> CatalogFile | None:
        """Return all catalog entries; a name may stand in one file only."""
        merged: dict[str, dict[str, Any]] = {name: {} for name in CatalogFile.model_fields}
        first: dict[tuple[str, str], Where] = {}
        for part in parts:
            record = self.record(CatalogFile, part.root, "catalog")
            for section, entries in merged.items():
                names = part.root.child(section)
                for name, place in (names.keys if names is not None else {}).items():
                    if (section, name) in first:
                        noun = _NOUNS.get(section, section)
                        self.report(_duplicate(noun, name, first[section, name], place))
                    first.setdefault((section, name), place)
                if record is not None:
                    entries.update(getattr(record, section))
        return CatalogFile.model_construct(None, **merged)

    def sources(self, file: FileRef, root: Node) -> dict[str, SourceEntry]:
        """Return the sources by key, and report the statements that name none of them."""
        entry = root.child("sources")
        made: dict[str, SourceEntry] = {}
        known: list[str] = []
        is_lost = entry is not None and entry.data is not None
        if entry is not None and isinstance(entry.data, str):
            for each in self.named(file, entry, "sources"):
                part = self.read(each, "sources", is_sourced=False)
                if part is None or not self.is_kind(part, "sources", entry.where):
                    return {}
                is_lost = False
                listed = part.child("sources")
                known = list(listed.keys) if listed is not None else []
                record = self.record(SourcesFile, part, "sources")
                made = record.sources if record is not None else {}
        for statement in () if is_lost else self.statements:
            for key in statement.keys:
                if key not in known:
                    self.report(_unknown_source(key, statement.where, known))
        return made

    def override(
        self, main: _Part, catalog: list[_Part], sites: list[_Part],
        changes: list[what_if.Override],
    ) -> Node:  # fmt: skip
        """Apply the what-ifs in place to the parts, and return the portfolio's own nodes."""
        root = main.root
        for change in changes:
            match change.path[0]:
                case "site":
                    self.override_part(sites, change, _site_names(sites), 1)
                case "catalog":
                    self.override_part(catalog, change, _entry_names(catalog), 1)
                case head:
                    inner = change.path[1:] if head == "portfolio" else change.path
                    change = what_if.Override(inner, change.value, change.full)
                    if inner:
                        root = what_if.apply(root, change, self.report, PortfolioFile)
        return root

    def changed(self, main: _Part, catalog: list[_Part], sites: list[_Part]) -> Node:
        """Apply what the portfolio says differs from the files that it shares, as `override`.

        The values keep their place in the portfolio file, and their origin.
        """
        listed, root = main.root.child("changes"), main.root
        entries = listed.data if listed is not None and isinstance(listed.data, dict) else {}
        for path, value in entries.items():
            first = len(self.findings)
            change = what_if.Override(tuple(path.split(".")), value, path)
            root = self.override(_Part(main.file, root), catalog, sites, [change])
            for index in range(first, len(self.findings)):
                where = replace(listed.keys[path] if listed else main.root.where, path=path)
                self.findings[index] = replace(self.findings[index], where=where)
        return root

    def override_part(
        self, parts: list[_Part], change: what_if.Override, names: dict[str, int], skip: int
    ) -> None:
        """Apply a what-if to the one of several files that holds its path."""
        path = ".".join(change.path[skip:])
        held = [name for name in names if path == name or path.startswith(f"{name}.")]
        if held and path == max(held, key=len) and change.path[0] == "site":
            where = Where(what_if.FILE, path=change.full)
            hint = f"name a value in it, such as site.{path}.land"
            self.report(Finding(where, "override", f"site.{path} is a whole site", hint))
            return
        if not held:
            match = nearest(path, list(names)) or nearest(path.partition(".")[0], list(names))
            hint = (
                f'did you mean "{change.path[0]}.{match}"?'
                if match
                else (f"known: {', '.join(sorted(names)[:12])}")
            )
            where = Where(what_if.FILE, path=change.full)
            message = f'no "{path}"' if path else f"names no value of a {change.path[0]}"
            self.report(Finding(where, "override", message, hint))
            return
        name = max(held, key=len)
        index = names[name]
        inner = path if change.path[0] == "catalog" else path[len(name) + 1 :]
        part = parts[index]
        inside = what_if.Override(tuple(inner.split(".")), change.value, change.full)
        model = Site if change.path[0] == "site" else CatalogFile
        parts[index] = _Part(part.file, what_if.apply(part.root, inside, self.report, model))


_READ_BEFORE: Final = ("sites", "changes", "overlays")
"""Keys of the portfolio that say what is read, and so cannot be set on the command line."""
_ACTUALS: Final = "actuals="
OVERRIDE: Final = "actuals.logic=override"
"""Setting with which what is left of a started activity waits for no predecessor."""
_NOUNS: Final = {
    "calendars": "calendar", "climates": "climate", "trades": "trade", "equipment": "equipment",
    "works": "site works", "tails": "tail", "modes": "mode", "accelerators": "accelerator",
    "workloads": "workload",
}  # fmt: skip


def _near(found: FileRef, entry: str) -> str:
    """Return the hint for a file that is not there."""
    if "\\" in entry:
        return f"write {entry.replace(chr(92), '/')}"
    folder = found.path.parent
    there = sorted(p.name for p in folder.iterdir()) if is_folder(folder) else []
    if match := nearest(found.path.name, there):
        head = SHIPPED if entry.startswith(SHIPPED) else ""
        return f"did you mean {head}{Path(entry.removeprefix(SHIPPED)).parent / match}?"
    return "entries are relative to this file"


def _example_key(kind: str) -> str:
    return "modes" if kind == "catalog" else kind


def _site_names(sites: list[_Part]) -> dict[str, int]:
    named = [(part.root.child("site"), i) for i, part in enumerate(sites)]
    return {node.text: i for node, i in named if node is not None}


def _entry_names(catalog: list[_Part]) -> dict[str, int]:
    made: dict[str, int] = {}
    for index, part in enumerate(catalog):
        for section in CatalogFile.model_fields:
            node = part.root.child(section)
            made |= {f"{section}.{name}": index for name in (node.keys if node else {})}
    return made


def _duplicate(noun: str, name: str, first: Where, second: Where) -> Finding:
    message = (
        f'duplicate {noun} "{name}": {first.file}:{first.line} and {second.file}:{second.line}'
    )
    return Finding(second, "duplicate-name", message, "rename one of them")


def _unknown_source(key: str, where: Where, known: list[str]) -> Finding:
    match = nearest(key, known)
    hint = (
        f'did you mean "{match}"?'
        if match
        else ("add it to the sources file" if known else "the portfolio names no file of sources")
    )
    return Finding(where, "unknown-source", f'unknown source "{key}"', hint)
