"""What each schedule format loses of the First Light plan, as MPXJ reads it back: the docs' table.

The plan is that of `reports/sample`, simulated again, at a data date in its middle and held against
a baseline a fortnight earlier, so that there is progress and a variance to lose.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from planner import simulate, specs
from planner.domain.baseline import Baseline
from planner.exchange import mspdi, read_schedule, rewritten, schedule_of
from planner.network import compile_network
from tests.unit.exchange.test_round_trips import needs_java

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from planner.exchange import Schedule, Task

ROOT: Final = Path(__file__).parents[3]
DOCS: Final = ROOT / "docs" / "reference" / "formats.md"
FORMS: Final = ("xml", "pmxml", "xer")
EARLIER: Final = dt.timedelta(days=14)

FIELDS: Final[dict[str, Callable[[Task], object]]] = {
    "activities, by stable name": lambda t: t.code,
    "names": lambda t: t.name,
    "milestones": lambda t: t.is_milestone,
    "start and finish, to the minute": lambda t: (t.start, t.finish),
    "working minutes": lambda t: t.work_min,
    "calendar of each activity": lambda t: t.calendar,
    "per cent complete": lambda t: t.percent,
    "baseline: start, finish, duration": lambda t: (t.baseline, t.baseline_min),
    "finish at P50 and P80": lambda t: (t.p50, t.p80),
}
"""What an activity is asked for, by the row of the table."""


@cache
def first_light() -> Schedule:
    """Return the sample's plan as a schedule half done, with a baseline that it is late against."""
    portfolio = specs.load(ROOT / "sites" / "scenarios" / "first-light.yaml")
    plan = specs.read_plan(ROOT / "reports" / "sample" / "plan.yaml", portfolio)
    network = compile_network(portfolio, plan)
    outcome = simulate.run(network, seed=1, samples=20, workers=1)
    whole = schedule_of(network, outcome, title="First light", data_date=portfolio.spec.data_date)
    leaves = [task for task in whole.tasks if not task.is_summary]
    middle = sorted(task.start for task in leaves)[len(leaves) // 2].date()
    held = Baseline(
        "earlier",
        {t.code: t.start.date() - EARLIER for t in leaves},
        {t.code: t.finish.date() - EARLIER for t in leaves},
    )
    return schedule_of(network, outcome, title="First light", data_date=middle, baseline=held)


def share(kept: int, whole: int) -> str:
    """Return how much of something came back, in words."""
    return "all" if kept == whole else "none" if not kept else f"{kept} of {whole}"


def same(wrote: Iterable[object], found: Iterable[object]) -> str:
    """Return how many of what was written came back, each counted as often as it stood."""
    old = Counter(map(repr, wrote))
    return share((old & Counter(map(repr, found))).total(), old.total())


def compared(wrote: Schedule, found: Schedule) -> dict[str, str]:
    """Return what came back, by row of the table."""
    old = {t.code: t for t in wrote.tasks if not t.is_summary}
    new = {t.code: t for t in found.tasks if not t.is_summary}
    begun = [t for t in old.values() if t.percent]
    done = [t for t in begun if t.percent == 100]
    held = [t for t in old.values() if t.not_before and not t.percent]
    weeks = [{c.name: c.week for c in s.calendars} for s in (wrote, found)]
    odd = [{c.name: c.exceptions for c in s.calendars} for s in (wrote, found)]
    return {
        "title": share(int(found.title == wrote.title), 1),
        "data date": share(int(found.data_date == wrote.data_date), 1),
        **{row: share(sum(c in new and of(new[c]) == of(t) for c, t in old.items()), len(old))
           for row, of in FIELDS.items()},
        "actual starts": share(sum(new[t.code].actual_start == t.start for t in begun), len(begun)),
        "actual finishes": share(sum(new[t.code].actual_finish == t.finish for t in done),
                                 len(done)),
        "what remains, in minutes": share(sum(
            new[t.code].remaining_min == t.work_min - t.work_min * t.percent // 100
            for t in begun), len(begun)),
        "links, with type and lag": same(wrote.links, found.links),
        "weeks of calendars": same(weeks[0].items(), weeks[1].items()),
        "days off": same(odd[0].items(), odd[1].items()),
        '"start no earlier than"': share(sum(
            new[t.code].not_before == t.not_before for t in held), len(held)),
        "outline: site, group, hall": same(
            ((t.name, t.start, t.finish) for t in wrote.tasks if t.is_summary),
            ((t.name, t.start, t.finish) for t in found.tasks if t.is_summary)),
    }  # fmt: skip


def table(folder: Path) -> str:
    """Return the table of the docs."""
    wrote = first_light()
    found = {}
    for form in FORMS:
        path = folder / f"schedule.{form}"
        path.write_bytes(mspdi(wrote) if form == "xml" else rewritten(wrote, form))
        found[form] = compared(wrote, read_schedule(path))
    rows = [f"| {row} | {' | '.join(found[form][row] for form in FORMS)} |" for row in found["xer"]]
    return "\n".join(["| | MS Project XML | P6 PMXML | P6 XER |", "|---|---|---|---|", *rows])


@needs_java
@pytest.mark.slow
def test_the_docs_list_what_is_lost(tmp_path: Path) -> None:
    """Every row of the table is measured, and none says more than comes back."""
    made = table(tmp_path)
    (tmp_path / "losses.md").write_text(f"{made}\n", encoding="utf-8")
    assert made in DOCS.read_text(encoding="utf-8"), f"the table is now\n{made}"


def test_the_plan_has_what_a_format_could_lose() -> None:
    """Links of three types with lags, calendars with days off, progress, a baseline, milestones."""
    wrote = first_light()
    leaves = [t for t in wrote.tasks if not t.is_summary]
    assert {link.kind for link in wrote.links} == {"FS", "SS", "FF"}
    assert len({link.lag_min for link in wrote.links}) > 5
    assert any(c.exceptions for c in wrote.calendars)
    assert {0, 100} < {t.percent for t in leaves}
    assert all(t.baseline and t.baseline[1] < t.finish for t in leaves if t.work_min)
    assert any(t.is_milestone for t in leaves)
    assert all(t.p50 and t.p80 and t.p50 <= t.p80 for t in leaves)
