"""Removals on networks where each cause is the only one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from planner.simulate import run
from planner.study.removal import causes, opened, removals, stocked
from tests.networks import DAY, Job, Sky, network

RISK = SimpleNamespace(
    drivers={"labour": SimpleNamespace(title="Labour scarce")},
    events={"strike": SimpleNamespace(title="Strike")},
)
PORTFOLIO = SimpleNamespace(
    spec=SimpleNamespace(risk=RISK), catalog=SimpleNamespace(accelerators={}), sites={}
)


def gained(made, extra=()):
    """Return days of P80 and mean by name of each removal from the last activity's finish."""

    def measure(changed):
        return run(changed, seed=5, samples=64).finish_min[:, -1]

    found = removals((*causes(PORTFOLIO, made), *extra), made, measure)
    return {r.name: r for r in found}


def test_a_driver_is_removed_at_its_likely_factor():
    """Always at work, 1 to 2 times with 1.5 likely: removed, ten days take fifteen."""
    made = network([Job("a", 10 * DAY, drivers=("labour",))], drivers={"labour": ((1, 1.5, 2), 1)})
    found = gained(made)["labour"]
    assert found.kind == "driver"
    # P80 of the triangle 1..2 about 1.5 is 1.684: 1.8 days more than likely.
    assert found.p80_day == pytest.approx(1.84, abs=0.2)
    assert found.mean_day == pytest.approx(0, abs=0.2)


def test_an_event_never_happens_without_it():
    """A strike of ten days in every future: ten days earlier without it, for certain."""
    made = network(
        [Job("a", DAY, gates=("g",))],
        gates={"g": (DAY, 0)},
        events={"strike/site0": (10 * DAY, 1.0)},
        hit_by={"g": ("strike/site0",)},
    )
    found = gained(made)["strike"]
    assert (found.title, found.p50_day, found.error_day) == ("Strike", 10, 0)


def test_crews_without_limit():
    """Two jobs of three days and one crew: the second comes three days earlier with two."""
    made = network([Job(n, 3 * DAY, needs={"el": 1}) for n in "ab"], crews={"el": 1})
    assert gained(made)["crews"].p80_day == 3


def test_storms_and_lost_days_are_causes_of_their_own():
    """Half of the days are lost and hold outdoor work up; no storm comes, and none is offered."""
    made = network([Job("a", 10 * DAY, outdoor=True)], skies=[Sky(lost=(13,) * 12)])
    found = gained(made)
    assert 3 < found["weather"].p80_day < 20
    assert "storms" not in found


def test_gates_and_equipment_of_the_driving_path():
    """The gate opens on day 30, the unit comes on day 20: alone, only the gate gains."""
    made = network([Job("a", DAY, gates=("g",), waits={"tx": 1})], gates={"g": (30 * DAY, 0)},
                   units=[("tx", 20 * DAY)])  # fmt: skip
    found = gained(made, (opened(made, 0, 2 * DAY), stocked(made, 0, 2 * DAY)))
    assert found["g"].p80_day == 10  # then the unit is the last
    assert found["tx"].p80_day == 0


def test_removals_leave_the_other_draws_alone():
    """Without a cause that does nothing here, every future is what it was."""
    made = network([Job("a", (DAY, 2 * DAY, 5 * DAY), drivers=("labour",))],
                   drivers={"labour": (1.0, 1.0)})  # fmt: skip
    found = gained(made)["labour"]
    assert (found.p50_day, found.p80_day, found.error_day) == (0, 0, 0)
    assert np.isfinite(found.mean_day)
