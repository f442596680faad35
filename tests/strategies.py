"""The one place that draws random networks. A new feature of the timeline joins `networks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.networks import CALENDARS, DAY, Job, Law, Shed, Sky, network

if TYPE_CHECKING:
    from planner.network.arrays import Network

# Coarse times, so that much happens at the same instant; a few odd minutes among them.
WORK = st.sampled_from([0, 0, 480, 480, 960, 1440, 1441, 2880, 37])
LAG = st.sampled_from([0, 0, 0, 480, 1440, 2879])
MINUTE = st.sampled_from([0, 0, 0, 1440, 1440, 2 * 1440, 2 * 1440, 5 * 1440 + 7, 20 * 1440, 10**6])
CREWS = {"el": 2, "pf": 3, "crane": 1}
POOLS = ("tx", "gen")
GATES = ("release", "power")


def laws(base: st.SearchStrategy[int]) -> st.SearchStrategy[Law]:
    """A certain amount, or a triangle with it as the mode."""
    return st.one_of(base, base.map(lambda likely: (likely // 2, likely, likely * 2 + 480)))


# Strategies are made once: making them anew in every draw costs more than drawing.
WORKS, SLIPS, ARRIVALS = laws(WORK), laws(LAG), laws(MINUTE)
KIND = st.sampled_from(["FS", "FS", "SS", "FF", "SF", "ARC"])
RELATIONS = st.lists(st.tuples(st.integers(0, 30), KIND, LAG), max_size=3)
NEEDS = st.sampled_from(
    [
        {},
        {},
        {"el": 1},
        {"el": 2},
        {"pf": 3},
        {"pf": 2, "el": 1},
        {"crane": 1},
        {"crane": 1, "pf": 1},
    ]
)
WAITS = st.sampled_from([(), (), ("tx",), ("gen",), ("gen", "tx")])
HELD_BY = st.sampled_from([(), (), (), ("power",), ("release",), ("power", "release")])
DRIVEN_BY = st.sampled_from([(), ("labour",), ("supply",), ("labour", "supply")])
CALENDAR = st.sampled_from(sorted(CALENDARS))
FAIR: Law = 0
LOST: tuple[tuple[Law, ...], ...] = ((FAIR,) * 12, ((2, 5, 9),) * 12, (26,) * 12)
RATES: tuple[Law, ...] = ((20, 40, 80), 30, 0)
LENGTHS: tuple[Law, ...] = (1, (1, 2, 4))
GUSTS: tuple[Law, ...] = ((70, 100, 140), 100, 60)
MONTHS = (tuple(range(1, 13)), (1, 2))
ROUGH = st.builds(
    Sky,
    lost=st.sampled_from(LOST),
    rate=st.sampled_from(RATES),
    months=st.sampled_from(MONTHS),
    days=st.sampled_from(LENGTHS),
    gust=st.sampled_from(GUSTS),
)
SKIES = st.tuples(ROUGH | st.none(), ROUGH | st.none())
OPEN, FIXED, FULL = (
    st.sampled_from([70, 100]),
    st.sampled_from([5 * DAY, 600, 0]),
    st.integers(0, 1),
)
PICK = st.integers(0, 30)
CUTS = st.lists(PICK, min_size=2, max_size=4)
DAYS = st.sampled_from([60, 100, 20])


def _job(draw: st.DrawFn, number: int, site: int) -> Job:
    """An activity after some of those declared before it."""
    related = draw(RELATIONS) if number else []
    after = [(f"a{number - 1 - back % number}", kind, lag) for back, kind, lag in related]
    return Job(
        f"a{number}",
        draw(WORKS),
        tuple(after),
        draw(CALENDAR),
        draw(NEEDS),
        dict.fromkeys(draw(WAITS), 1),
        draw(HELD_BY),
        draw(st.booleans()),
        site,
        draw(DRIVEN_BY),
    )


@st.composite
def networks(draw: st.DrawFn, *, most: int = 9) -> Network:
    """A small network with every feature an engine knows."""
    count = draw(st.integers(0, most))
    # Runs of activities are halls, the rest stands outside; the sites alternate.
    cuts = sorted({cut % (count + 1) for cut in draw(CUTS)})
    sheds, site = [], [0] * count
    for h, (first, last) in enumerate(zip(cuts[::2], cuts[1::2], strict=False)):
        site[first:last] = [h % 2] * (last - first)
        closes = first + draw(PICK) % (last - first + 1)
        sheds.append(
            Shed(
                f"h{h}",
                f"a{first}",
                f"a{last - 1}",
                h % 2,
                design=100,
                design_open=draw(OPEN),
                closes=f"a{closes}" if closes < last else None,
                repair_fixed=draw(FIXED),
                repair_full=20000 * draw(FULL),
                calendar=draw(CALENDAR),
            )
        )
    work = [_job(draw, i, site[i]) for i in range(count)]
    order = draw(st.permutations([job.name for job in work]))
    units = [
        (pool, draw(ARRIVALS))
        for pool in POOLS
        for _ in range(sum(job.waits.get(pool, 0) for job in work))
    ]
    return network(
        work,
        crews=CREWS,
        units=units,
        gates={name: (draw(MINUTE), draw(SLIPS)) for name in GATES},
        drivers={"labour": ((0.8, 1, 1.3), 1.0), "supply": (1.5, 0.5)},
        events={"strike": (3 * DAY, 0.5)},
        hit_by={"power": ("strike",)},
        sheds=sheds,
        skies=draw(SKIES),
        rank=order,
        days=draw(DAYS),
    )
