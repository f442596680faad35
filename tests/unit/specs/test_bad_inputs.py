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
    ("firm-at-once", "all", "    spares: 2 %", "    spares: 2 %\n    cancel_cost: 10 %",
     r"error\[contract-terms\].*cancel_cost: a cost of cancelling orders that are firm at once"),
    ("firm-too-late", "all", "    spares: 2 %", "    spares: 2 %\n    firm_after: 21 weeks",
     r"warning\[contract-terms\].*firm 21 weeks after the order, which is delivered 20 weeks"),
    ("resale-above-price", "all", "    spares: 2 %",
     "    spares: 2 %\n    early_retirement: {resale: 0.05 MUSD/gpu}",
     r"error\[contract-terms\].*resale 0.05 MUSD/gpu, and it can be bought for 0.04 MUSD/gpu"),
    ("rented-and-moved", "all", "    spares: 2 %",
     ("    spares: 2 %\n    moves: {cost: 0.001 MUSD/gpu, downtime: 30 day}\n"
      "    rental: {price_month: 0.001 MUSD/gpu/month, term: 3 year}"),
     r"error\[contract-terms\].*moves of a SKU that is rented: it stays"),
    ("move-for-nothing", "all", "    spares: 2 %", "    spares: 2 %\n    moves: {cost: 1 MUSD/gpu}",
     r'moves: field missing: "downtime"'),
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
    ("comma-for-point", "lake", "31 MW", "31,0 MW", r'help: write "31.0 MW"$'),
    ("a-range", "lake", "31 MW", "31-35 MW",
     r"help: for a range write \{low: 31 MW, likely: …, high: 35 MW\}$"),
    ("week", "all", "26 weeks", "26 w", r'unknown unit "w"\n  help: did you mean "week"\?'),
    ("million", "small", "900 MUSD", "900 million USD", r'help: write "900 MUSD"$'),
    ("dollar-sign", "lake", "79 USD/MWh", "79 $/MWh", r'help: write "79 USD/MWh"$'),
    ("dollar-first", "small", "900 MUSD", "$900M", r'help: write "900 MUSD"$'),
    ("other-currency", "small", "900 MUSD", "900 MEUR",
     r'unknown unit "MEUR"\n  help: money is in USD, of one year for all'),
    ("rate-a-year", "small", "discount_rate: 10 %", "discount_rate: 10 %/year",
     r'help: did you mean "10 %"\?$'),
    ("prefix-kept", "small", "terminal_share: 40 %",
     "terminal_share: 40 %\n  max_price: 5 USD/gpu/month", r'did you mean "5 USD/h100e/month"\?$'),
    ("percent-over-1", "all", "spares: 2 %", "spares: 200 %",
     r"must be within 0\.\.1 \(got 200 %\)$"),
    ("bound-with-unit", "all", "26 weeks", "1e6 weeks", r"within 0..36525 day \(got 1e6 weeks\)$"),
    ("month-0", "lake", "2026-09-01", "2026-00-10", r"no such date 2026-00-10$"),
    ("list-for-date", "lake", "2026-09-01", "[2026-09-01]", r"not a date: a list\n"),
    ("list-for-text", "lake", "title: Lake", "title: [Lake]", r"a text wanted, got a list$"),
    ("huge-whole-number", "lake", "count: 4", "count: 99999999999999999999",
     r"a whole number wanted, got 99999999999999999999$"),
    ("beyond-any-plan", "lake", "31 MW", "1e308 MW", r"error\[too-large\].*beyond any plan"),
    ("watt-for-megawatt", "lake", "31 MW", "31 W",
     r"warning\[unusual\]: lake.yaml:21:15: .*31 W is out of the usual: 1 kW to 100 GW"),
    ("dear-energy", "lake", "79 USD/MWh", "79 MUSD/MWh", r"warning\[unusual\].*price"),
    ("day-below-year", "all", "peak_facility_ratio: 1.3", "peak_facility_ratio: 1.01",
     r"error\[ratio-order\].*1.01 on the design day, below pue 1.15"),
    ("weaker-when-done", "all", "design_wind: 115 mph", "design_wind: 50 mph",
     r"error\[ratio-order\].*50 mph finished, 75 mph while open"),
    ("no-rack-fits", "all", "rack_limit: 140 kW/rack", "rack_limit: 20 kW/rack",
     r"warning\[no-room\]: lake.yaml:23:13: .*it takes no rack of any SKU"),
    ("no-land", "lake", "land: 120 acre", "land: 4 acre",
     r"warning\[no-room\].*it takes 8 acres, the site has 4 acre"),
    ("no-firm-power", "lake", "firm: 180 MW", "firm: 30 MW",
     r"warning\[no-room\].*draws 40.3 MW on the design day, 30 MW are firm by the horizon"),
    ("power-after-all", "lake", "2026-09-01", "2040-09-01",
     r"warning\[no-room\]: lake.yaml:15:16: .*after the horizon 2028-12-31: never used"),
    ("nothing-started", "lake", "starts_per_period: 2", "starts_per_period: 0",
     r"warning\[no-room\].*no hall of \"halls\" can be started"),
    ("more-than-it-holds", "lake", "groups:\n",
     ("standing: {old: {it_power: 1 MW, mode: tent, ready: 2024-01-01}}\n"
      "installed: {old: [{sku: H100, gpus: 50000, since: 2024-06-01}]}\ngroups:\n"),
     r"error\[no-room\].*its GPUs take 64.06 MW, the hall has 1 MW"),
    ("number-for-steps", "small",
     "[{since: 2026-01-01, researchers: 12}, {since: 2027-01-01, researchers: 20}]", "40",
     r"a list wanted, got 40\n  help: write \[\{since: …, researchers: …\}\]$"),
    ("served-too-early", "small", "finance:\n",
     ("products: {p: {title: P, users: 8 user, growth: 0 %, requests: 8 request/user/day, "
      "flop: 1 TFLOP/request, peak: 2, workload: training, needs_backup: false}}\nfinance:\n"),
     (r"warning\[served-late\].*product p is to be served from 2026-01-01 on; no hall can be ready "
      r"before 2026-05-07 \(lake/halls, tent\), with likely work.*\n  help: add launch: 2026-10-22 "
      r"or later \(P80 of the longest path")),
    ("served-by-nobody-in-time", "small", "horizon: 2028-12-31\n",
     ("horizon: 2026-09-30\nproducts: {p: {title: P, users: 8 user, growth: 0 %, requests: 8 "
      "request/user/day, flop: 1 TFLOP/request, peak: 2, workload: training, needs_backup: false}}"
      "\n"),
     (r"warning\[served-late\].*no hall can be ready before 2026-05-07 .*\n  help: add priority: "
      r"soft, for none serves by the horizon 2026-09-30 at P80")),
    ("never-served", "small", "finance:\n",
     ("products: {p: {title: P, users: 8 user, growth: 0 %, requests: 8 request/user/day, "
      "flop: 1 TFLOP/request, peak: 2, workload: training}}\nfinance:\n"),
     r"warning\[served-late\].*; no hall with backup power can ever be ready\n"),
    ("nobody-to-rank", "small", "[{since: 2026-01-01, researchers: 12}",
     "[{since: 2026-01-01, researchers: 0}", r"\A\Z"),
    ("nobody-by-the-horizon", "small",
     "{since: 2026-01-01, researchers: 12}, {since: 2027-01-01, researchers: 20}",
     "{since: 2030-01-01, researchers: 12}",
     r"error\[objective-without-goal\].*no team has researchers by the horizon 2028-12-31"),
    ("slash", "lake", "  halls:\n", "  a/b:\n",
     r'error\[name\]: lake.yaml:18:3: .*"a/b" holds a slash.*\n  help: write "a-b"$'),
    ("no-name", "lake", "  halls:\n", '  " ":\n', r"error\[name\].*empty name"),
    ("spaced-name", "small", "  lab:\n", '  "lab ":\n', r'error\[name\].*\n  help: write "lab"$'),
    ("mode-twice", "lake", "[tent]", "[tent, tent]", r'warning\[repeated\].*"tent" stands twice'),
    ("predecessor-twice", "all", "after: [frame]", "after: [frame, frame FS]",
     r'warning\[repeated\].*"frame FS" stands twice'),
    ("no-relation", "all", "after: [frame]", "after: [frame ss+5d]",
     r'help: a relation is written "frame" or "frame SS\+9d"$'),
    ("old-money", "small", "base_year: 2026", "base_year: 26",
     r"error\[date-order\].*costs of 26, more than 30 years from the data date of 2026"),
    ("confidence-unseen", "small", "confidence: 80 %", "confidence: 99.99 %",
     r"warning\[too-few\].*cannot be seen in 500 samples\n  help: set samples: 10000 or more$"),
    ("too-many-scenarios", "small", "policy:\n", "policy:\n  bet: {scenarios: 1000000}\n",
     r"error\[too-large\].*1000000 scenarios; at most 200$"),
    ("mean-of-nothing", "small", "policy:\n", "policy:\n  bet: {objective: cvar, tail: 0 %}\n",
     r"error\[not-positive\].*policy.bet.tail"),
    ("no-catalog", "small", "[catalog]", "[]",
     r"^error\[too-few\]: small.yaml:7:10: catalog: no catalog file is named\n.*\Z"),
    ("folder-without-files", "small", "[catalog]", "[..]", r"\Aerror\[file-missing\].*\.\.\Z"),
    ("device-for-file", "small", "lake.yaml", "/dev/null", r"/dev/null: it is no regular file$"),
    ("long-file-name", "small", "lake.yaml", "a" * 3000,
     r"^error\[file-missing\]: small.yaml:8:9: sites.0: a{200}…: file name too long$"),
    ("backslashes", "small", "[catalog]", r"['catalog\all.yaml']",
     r"help: write catalog/all.yaml$"),
    ("out-of-the-shipped", "small", "[catalog]", "['shipped:../../../etc/passwd']",
     r"error\[file-missing\].*there is no such file"),
    ("site-without-name", "lake", "site: lake\n", "", r'\A.*field missing: "site"\Z'),
    ("sources-missing", "small", "sources.yaml", "source.yaml",
     r"\Aerror\[file-missing\].*\n  help: did you mean sources.yaml\?\Z"),
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


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("sites=[other.yaml]", r"sites: what sites says is read before what-ifs are set"),
        ("overlays.a.b=1", r"overlays.a.b: what overlays says is read before"),
        ("catalog=1", r"catalog: what catalog says is read before"),
        ("site.lake=1", r"site.lake is a whole site\n  help: name a value in it"),
        ("title=\udcff", r"error\[yaml-encoding\]: --set: title: not UTF-8"),
    ],
)
def test_a_what_if_that_would_change_nothing_is_refused(
    tmp_path: Path, text: str, pattern: str
) -> None:
    """What is read before the command line is heard cannot be set there."""
    assert re.search(pattern, lines(write(tmp_path), [text]))


def test_an_overlay_is_checked_before_it_is_chosen(tmp_path: Path) -> None:
    """A slip in an overlay is found at its line without naming the overlay."""
    from planner import specs

    said = "overlays: {o: {site.lake.groups.halls.cuont: '5'}, fine: {horizon: 2029-12-31}}\n"
    portfolio = specs.load(write(tmp_path, small=("policy:\n", f"{said}policy:\n")))
    (found,) = specs.check_overlays(portfolio)
    assert (found.code, found.where.line, found.where.col) == ("unknown-field", 28, 46)
    assert found.message.startswith("overlay o: ")


def test_hidden_files_of_a_folder_are_not_read(tmp_path: Path) -> None:
    """What an editor or a file system leaves beside the catalog is no part of it."""
    path = write(tmp_path)
    (tmp_path / "catalog" / "._all.yaml").write_bytes(b"\0\5\x16\7")
    assert lines(path) == ""


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


@pytest.mark.parametrize(("note", "path"), [
    ("[{explain: [3], why: Fronts, rows: [frame, frme]}]", "modes.tent.health.0.rows.1"),
    ("{exempt: [3], why: Fronts, rows: [frme]}", "modes.tent.health"),
])  # fmt: skip
def test_a_note_on_a_row_that_is_not_there(tmp_path: Path, note: str, path: str) -> None:
    """A network's note names a row that it does not have; it may stand alone or in a list."""
    said = f"    rfs: racks\n    health: {note}\n"
    found = findings(write(tmp_path, all=("    rfs: racks\n", said)))
    assert [(f.where.path, f.code) for f in found] == [(path, "unknown-activity")]
    assert found[0].where.line == 37


def test_nothing_is_missed_in_a_file_that_is_lost(tmp_path: Path) -> None:
    """Names that stand in a file which cannot be parsed are not reported as unknown."""
    found = findings(write(tmp_path, lake=("    kind: grid", "\tkind: grid")))
    assert [f.code for f in found] == ["yaml-tab"]
