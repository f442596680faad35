"""Bad inputs, a table: what is spoilt, and what the first finding says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.specs_files import findings, lines, write

if TYPE_CHECKING:
    from pathlib import Path

# id, file, old, new, pattern of the whole output. Where the old text is empty the file is replaced.
CASES = [  # a case a row, its pattern as long as it is
    ("energy-for-power", "lake", "31 MW", "60 MWh",
     (r'^error\[unit-dimension\]: lake.yaml:21:15: groups.halls.it_power: energy given \(60 MWh\), '
      r'power wanted\n  help: did you mean "60 MW"\?$')),
    ("no-unit", "lake", "31 MW", "60",
     r'^error\[unit-missing\]: lake.yaml:21:15: .*unit missing \(60\)\n  help: .*"60 MW"$'),
    ("milli", "lake", "31 MW", "60 mw",
     r'"mw" is milliwatt here\n  help: did you mean "MW"\?$'),
    ("misspelt-unit", "all", "6.5 MUSD/MW", "6.5 MUSD/MWw",
     r'all.yaml:17:22: modes.tent.hall_cost.low: unknown unit "MWw"\n  help: did you mean "MW"'),
    ("negative", "lake", "31 MW", "-60 MW", r"must be >= 0 \(got -60 MW\)$"),
    ("nan-price", "lake", "79 USD/MWh", ".nan USD/MWh", r"not a finite number \(nan\)"),
    ("nan-ratio", "all", "pue: 1.15", "pue: .nan", r"pue: not a finite number \(nan\)"),
    ("huge-count", "lake", "count: 4", "count: 1e400", r"count: not a finite number \(1e400\)"),
    ("huge-amount", "lake", "120 acre", "1e400 acre", r"not a finite number"),
    ("weeks", "all", "26 weeks", "26", r'help: write e.g. "26 weeks" or "182 days"'),
    ("elapsed-for-work", "all", "duration: 30 wd", "duration: 30 days",
     r'time given \(30 days\), working time wanted\n  help: did you mean "30 wd"'),
    ("formula-as-unit", "lake", "31 MW", "3 9**9**9", r'not a unit: "9\*\*9\*\*9"'),
    ("decimal-comma", "lake", "31 MW", "3,100 MW", r'help: write "3100 MW"'),
    ("boolean-for-power", "lake", "31 MW", "true", r"got a boolean \(true\), a quantity wanted"),
    ("boolean-for-count", "lake", "count: 4", "count: true", r"a whole number wanted, got true"),
    ("duplicate-key", "lake", "    kind: grid", "    kind: gas\n    kind: grid",
     r'^error\[yaml-duplicate-key\]: lake.yaml:13:5: .*key "kind" already at line 12'),
    ("tab", "lake", "    kind: grid", "\tkind: grid",
     r"^error\[yaml-tab\]: lake.yaml:12:1: tab used for indentation; use spaces"),
    ("indented-too-little", "lake", "    starts_per_period", "  starts_per_period",
     (r"^error.*groups.starts_per_period: .*\n  help: did you mean groups.halls.starts_per_period\?"
      r" \(check the indentation\)$")),
    ("field-too-little", "all", "      envelope_share: 8 %", "    envelope_share: 8 %",
     r"did you mean modes.tent.storm.envelope_share\? \(check the indentation\)$"),
    ("misspelt-field", "lake", "nameplate:", "nameplte:",
     (r'^error\[unknown-field\]: lake.yaml:13:5: .*unknown field "nameplte" at tranches.grid\n'
      r'  help: did you mean "nameplate"\?$')),
    ("missing-fields", "lake", "    title: Grid\n    kind: grid\n", "",
     r'^error\[missing-field\]: lake.yaml:10:3: tranches.grid: fields missing: "title", "kind"$'),
    ("latin-1", "lake", "title: Lake", b"title: caf\xe9",
     r"^error\[yaml-encoding\]: lake.yaml:2:11: not UTF-8 at byte 21 \(line 2\)"),
    ("empty", "lake", "", "# nothing\n", r'lake.yaml: empty; expected a mapping with "site"'),
    ("a-list", "lake", "", "- a\n", r'a list given; expected a mapping with "site"'),
    ("on-for-true", "all", "keeps_calendar: true", "keeps_calendar: on",
     r'true or false wanted, got "on"\n  help: write true'),
    ("alias-of-itself", "lake", "[standard, day]", "&x [standard, *x]", r"error\[yaml-alias\]"),
    ("unknown-task", "all", "after: [frame]", "after: [frme]",
     r'activities.fitout.after.0: unknown activity "frme"; .*\n  help: did you mean "frame"'),
    ("cycle", "all", "after: [release]", "after: [fitout]",
     (r"error\[cycle\].*form a cycle: slab -> frame -> fitout -> slab\n.*frame waits for slab "
      r"\(catalog/all.yaml:\d+\), fitout waits for frame \(catalog/all.yaml:\d+\)")),
    ("self", "all", "after: [frame]", "after: [fitout]",
     r'activity "fitout" lists itself as predecessor'),
    ("lease-without-rent", "lake", "count: 4", "count: 4\n    tenure: lease",
     r"error\[contract-terms\].*groups.halls.tenure: a lease without a rent_month"),
    ("venture-without-share", "lake", "count: 4",
     "count: 4\n    tenure: jv\n    tenancy: {rent_month: 0.1 MUSD/MW}", r"our share of the cost"),
    ("tenancy-of-our-own", "lake", "count: 4",
     "count: 4\n    tenancy: {rent_month: 0.1 MUSD/MW}", r"the halls are our own"),
    ("too-late-to-reserve", "lake", "    kind: grid", "    kind: grid\n    reserve_by: 2020-01-01",
     r"warning\[contract-terms\].*could be reserved until 2020-01-01"),
    ("unknown-mode", "lake", "modes: [tent]", "modes: [tnet]",
     r'unknown mode "tnet"; known: tent\n  help: did you mean "tent"\?$'),
    ("unknown-calendar", "lake", "[standard, day]", "[standard, dy]", r'unknown calendar "dy"'),
    ("unknown-trade", "lake", "{EW: 12}", "{EWW: 12}", r'unknown trade "EWW"'),
    ("unknown-equipment", "all", "waits_for: [frame]", "waits_for: [frme]", r'unknown equipment'),
    ("unknown-driver", "all", "drivers: [labour]", "drivers: [labor]", r'unknown driver "labor"'),
    ("unknown-workload", "small", "{training: 100 %}", "{trainin: 100 %}", r"unknown workload"),
    ("unknown-sku", "small", "reference: H100", "reference: H10", r'unknown SKU "H10"'),
    ("unknown-target", "small", "hits: lake/grid", "hits: lake/gird", r'help: .*"lake/grid"'),
    ("unknown-source", "small", "source: ledger", "source: ledgr",
     r'^error\[unknown-source\]: small.yaml:18:\d+: .*unknown source "ledgr"\n.*"ledger"'),
    ("no-such-date", "lake", "2026-09-01", "2027-02-30",
     r"^error\[date\]: lake.yaml:15:16: tranches.grid.energised: no such date 2027-02-30"),
    ("number-for-date", "lake", "2026-09-01", "20260901", r'not a date: "20260901"'),
    ("year", "lake", "2026-09-01", "0026-09-01", r"year out of range"),
    ("horizon-first", "small", "2028-12-31", "2025-12-31",
     r"horizon 2025-12-31 is before data_date 2026-01-01$"),
    ("steps", "small", "since: 2027-01-01", "since: 2025-01-01", r"error\[date-order\]"),
    ("horizon-short", "small", "2028-12-31", "2026-03-31",
     r"horizon ends 2026-03-31; no hall can be ready before 2026-05-07 \(lake/halls, tent\)"),
    ("no-working-day", "all", "[mon, tue, wed, thu, fri]", "[]", r'calendar "day": no working day'),
    ("shift-order", "all", 'end: "16:00"', 'end: "07:00"', r"error\[shift-order\]"),
    ("clock", "all", 'end: "16:00"', "end: 25:00", r"help: write a clock time"),
    ("three-points", "all", "{p10: 10 wd, p50: 20 wd", "{p10: 30 wd, p50: 20 wd",
     r"p10 <= p50 <= p90 needed \(30 wd, 20 wd, 40 wd\)"),
    ("two-points", "all", "{p10: 10 wd, p50: 20 wd", "{p10: 10 wd", r"error\[three-point\]"),
    ("probability", "small", "15 %", "1.4", r"must be within 0..1 \(got 1.4\)"),
    ("below-0", "small", "15 %", "-0.1", r"must be within 0..1 \(got -0.1\)"),
    ("no-power", "lake", "31 MW", "0 MW",
     r'warning\[no-capacity\].*hall group "halls" has 0 MW; it can never hold a GPU'),
    ("rate", "small", "discount_rate: 10 %", "discount_rate: 12",
     r'discount_rate 12 means 1200 %/year; .*\n  help: did you mean "12 %" \(0.12\)\?$'),
    ("firm", "lake", "firm: 180 MW", "firm: 280 MW", r"firm 280 MW is more than nameplate 200 MW"),
    ("mix", "small", "{training: 100 %}", "{training: 90 %}", r"error\[mix-sum\].*sum to 0.9, 1"),
    ("costs", "all", "cost_share: 100 %", "cost_share: 90 %", r"error\[cost-share-sum\]"),
    ("payments", "all", "on_delivery: 90 %", "on_delivery: 95 %", r"error\[payment-sum\]"),
    ("divisor", "all", "unit_it_power: 31 MW", "unit_it_power: 0 MW", r"error\[not-positive\]"),
    ("crews", "lake", "{EW: 12}", "{EW: 1}", r"warning\[crews-short\].*EW 2 of 1 \(slab\)"),
    ("no-crew", "lake", "{EW: 12}", "{EW: 0}", r"error\[crews-none\]"),
    ("early-rfs", "all", "rfs: racks", "rfs: slab", r"error\[rfs-early\]"),
    ("no-file", "small", "lake.yaml", "lak.yaml", r"no such file\n  help: did you mean lak"),
    ("other-kind", "small", "[lake.yaml]", "[sources.yaml]", r"error\[wrong-kind\].*sources file"),
    ("objective-without-goal", "small", "policy:\n", "policy:\n  objectives: [time_to, cost]\n",
     r"objectives.0: objective time_to says of no capacity .*\n  help: add to policy: time_to: "),
    ("pinned-group", "small", "policy:\n",
     "policy:\n  pinned: {halls: {one: {site: lake, group: hals, halls: 1}}}\n",
     r'policy.pinned.halls.one.group: unknown hall group "hals".*\n  help: did you mean "halls"'),
    ("pinned-sku", "small", "policy:\n",
     "policy:\n  pinned: {purchases: {some: {sku: H10, gpus: 8}}}\n",
     r'policy.pinned.purchases.some.sku: unknown SKU "H10"'),
    ("fabric-of-nobody", "lake", "groups:\n  halls:\n",
     "fabrics: {spine: {largest: 16384}}\ngroups:\n  halls:\n    fabric: spin\n",
     r'groups.halls.fabric: unknown fabric "spin"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "pattern"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_a_bad_input_is_named_with_its_place_and_fix(
    tmp_path: Path, file: str, old: str, new: str | bytes, pattern: str
) -> None:
    """Each spoilt file gives the finding that a user can act on, and no other error."""
    path = write(tmp_path, **{file: (old, new)})
    assert re.search(pattern, lines(path)), lines(path)
    assert len({f.code for f in findings(path) if f.severity == "error"}) <= 1


def test_the_small_portfolio_is_good(tmp_path: Path) -> None:
    """The portfolio that the cases spoil has no finding of its own."""
    assert lines(write(tmp_path)) == ""


def test_text_that_looks_like_a_boolean_stays_text(tmp_path: Path) -> None:
    """NO is Norway."""
    from planner import specs

    portfolio = specs.load(write(tmp_path, lake=("place: Ohio", "place: NO")))
    assert portfolio.sites["lake"].place == "NO"


def test_the_same_name_in_two_catalog_files_shows_both_places(tmp_path: Path) -> None:
    """A mode of the same name in two files is reported with the line of each."""
    path = write(tmp_path)
    (tmp_path / "catalog" / "two.yaml").write_text("trades:\n  EW: {title: Earth, people: 9}\n")
    assert 'duplicate trade "EW": catalog/all.yaml:9 and catalog/two.yaml:2' in lines(path)


def test_findings_of_all_files_come_in_one_pass(tmp_path: Path) -> None:
    """A wrong unit in one file does not hide the unknown name in another, nor what it is beside."""
    path = write(
        tmp_path,
        lake=("it_power: 31 MW\n    blocks: 1\n    modes: [tent]",
              "it_power: 31\n    blocks: 1\n    modes: [tnet]"),
        all=("after: [frame]", "after: [frme]"),
        small=("hits: lake/grid", "hits: lake/gird"),
    )  # fmt: skip
    codes = [(f.where.path, f.code) for f in findings(path)]
    assert codes == [
        ("modes.tent.activities.fitout.after.0", "unknown-activity"),
        ("groups.halls.it_power", "unit-missing"),
        ("groups.halls.modes.0", "unknown-mode"),
        ("risk.events.late.hits", "unknown-target"),
    ]


def test_a_misspelt_field_is_not_missing_as_well(tmp_path: Path) -> None:
    """The unknown field and the missing one that it stands for are one finding."""
    found = findings(write(tmp_path, lake=("nameplate:", "nameplte:")))
    assert [f.code for f in found] == ["unknown-field"]


def test_an_exemption_of_a_row_that_is_not_there(tmp_path: Path) -> None:
    """A network's exemption names a row that it does not have."""
    waived = "    rfs: racks\n    health: {exempt: [3], why: Front by front, rows: [frame, frme]}\n"
    found = findings(write(tmp_path, all=("    rfs: racks\n", waived)))
    assert [(f.where.path, f.code) for f in found] == [
        ("modes.tent.health.rows.1", "unknown-activity")
    ]


def test_nothing_is_missed_in_a_file_that_is_lost(tmp_path: Path) -> None:
    """Names that stand in a file which cannot be parsed are not reported as unknown."""
    found = findings(write(tmp_path, lake=("    kind: grid", "\tkind: grid")))
    assert [f.code for f in found] == ["yaml-tab"]
