"""Synthetic networks of any size for the benchmarks, the same for the same seed.

Halls of fifty activities on two sites, about two relations an activity (all kinds, some with lags),
six trades shared by all halls of which most work waits for one, four calendars, some work outdoors,
lost days and hurricanes. Crews grow with the number of activities, so that the makespan does not.
A hall is one block, ready with the last of its activities, and every activity costs something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tests.networks import DAY, HOUR, Job, Law, Shed, Sky, csr, network

if TYPE_CHECKING:
    from planner.network.arrays import Network

HALL: Final = 50
"""Activities of a hall."""
BLOCK_MW: Final = 10.0
TRADES: Final = ("civil", "steel", "mech", "elec", "controls", "crane")
FOUR: Final = ("24x7", "5x8", "6x10", "2x10x6")
DAYS: Final = 2922
CREW_OF: Final = 14
"""Activities that share a crew of a trade: low enough for them to wait, high enough to end."""
ROUGH: Final = Sky(
    lost=((2, 4, 9),) * 12, rate=(0.5, 1, 2), months=(6, 7, 8, 9, 10, 11), days=(1, 2, 4),
    gust=(40, 60, 120),
)  # fmt: skip
KINDS: Final = ("FS", "FS", "FS", "FS", "FS", "FS", "FS", "SS", "FF", "SF")


def synthetic(
    activities: int,
    *,
    four_calendars: bool = True,
    weather: bool = True,
    crews: bool = True,
    seed: int = 1,
) -> Network:
    """Return a network of a size.

    Parameters
    ----------
    four_calendars
        Whether work runs on four calendars, or around the clock.
    weather
        Whether there are lost days and hurricanes.
    crews
        Whether work needs crews.
    """
    rng = np.random.default_rng(seed)
    jobs = []
    for i in range(activities):
        hall, place = divmod(i, HALL)
        calendar = FOUR[int(rng.integers(4))] if four_calendars else "24x7"
        jobs.append(
            Job(
                f"h{hall}/a{place}",
                _work(rng),
                _after(rng, hall, place),
                calendar,
                _needs(rng) if crews else {},
                outdoor=weather and bool(rng.random() < 0.4),
                site=hall % 2,
            )
        )
    halls = -(-activities // HALL)
    sheds = [
        Shed(
            f"h{h}", f"h{h}/a0", f"h{h}/a{min(HALL, activities - h * HALL) - 1}", h % 2,
            design=140, design_open=110,
            closes=f"h{h}/a{min(HALL, activities - h * HALL) // 2}",
            calendar="5x8" if four_calendars else "24x7",
        )
        for h in range(halls)
    ]  # fmt: skip
    capacity = max(3, -(-activities // CREW_OF // len(TRADES)))
    return network(
        jobs,
        crews=dict.fromkeys(TRADES, capacity) if crews else {},
        sheds=sheds,
        skies=[ROUGH, ROUGH] if weather else [None, None],
        rank=[jobs[i].name for i in rng.permutation(activities)],
        days=DAYS,
        **_milestones(activities, halls),
    )


def _milestones(activities: int, halls: int) -> dict[str, Any]:
    """Return blocks, ready with all the work of their halls, and costs of activities."""
    rows = [list(range(h * HALL, min(activities, (h + 1) * HALL))) for h in range(halls)]
    return {
        "block": tuple(f"h{h}/1" for h in range(halls)),
        "block_hall": np.arange(halls),
        "block_mw": np.full(halls, BLOCK_MW),
        "block_ready": csr(rows),
        "cost_musd": np.arange(activities) % HALL / HALL,
    }


def _work(rng: np.random.Generator) -> Law:
    """Return one to twelve days of eight hours, skewed."""
    likely = float(rng.integers(1, 13) * 8 * HOUR)
    return (round(likely * 0.8), likely, round(likely * 1.6))


def _after(rng: np.random.Generator, hall: int, place: int) -> tuple[tuple[str, str, int], ...]:
    """Return up to two relations to the eight activities before in the hall."""
    if not place:
        return ()
    before = rng.choice(np.arange(max(0, place - 8), place), size=min(2, place), replace=False)
    return tuple(
        (f"h{hall}/a{b}", KINDS[int(rng.integers(len(KINDS)))], int(rng.integers(3)) * DAY)
        if rng.random() < 0.3
        else (f"h{hall}/a{b}", "FS", 0)
        for b in sorted(before.tolist())
    )


def _needs(rng: np.random.Generator) -> dict[str, int]:
    """Return one or two trades of one to three crews."""
    chosen = rng.choice(len(TRADES), size=1 + int(rng.random() < 0.3), replace=False)
    return {TRADES[int(t)]: int(rng.integers(1, 4)) for t in chosen}
