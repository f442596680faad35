"""A finished run opened again: its portfolio, plan and futures."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.console import say
from planner.errors import OutputError, SpecError

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network import Network


@dataclass(frozen=True)
class Finished:
    """What simulates a run again: the same network, seed and number give the same futures."""

    portfolio: Portfolio
    plan: Plan
    network: Network
    seed: int
    samples: int


def opened(
    run_or_scenario: str, settings: list[str] | None, seed: int | None, samples: int | None
) -> Finished:
    """Return a run folder, or a portfolio with what stands and is under way, ready to simulate.

    Raises
    ------
    SpecError, OutputError
        If the portfolio of the run cannot be read any more.
    """
    from planner import specs, study
    from planner.network import compile_network, existing_plan

    folder = Path(run_or_scenario)
    manifest = folder / "manifest.json"
    if manifest.is_file():
        body = json.loads(manifest.read_text(encoding="utf-8"))
        portfolio = _portfolio(body, settings)
        plan = specs.read_plan(folder / "plan.yaml", portfolio)
        used, number = int(body["verification"]["seed"]), int(body["samples"])
    else:
        portfolio = specs.load(run_or_scenario, overrides=tuple(settings or ()))
        plan = existing_plan(portfolio)
        asked = study.Ask.of(portfolio)
        used, number = asked.verification_seed(1), asked.samples
    if seed is not None:
        used = study.Ask.of(portfolio, seed=seed).verification_seed(1)
    network = compile_network(portfolio, plan)
    return Finished(portfolio, plan, network, used, number if samples is None else samples)


def _portfolio(manifest: dict[str, Any], settings: list[str] | None) -> Portfolio:
    """Return the portfolio of a run: by its command, else by its name; says what has changed."""
    from planner import specs

    words = shlex.split(str(manifest.get("command", "")))
    named = [w for w in words[2:3] if not w.startswith("-")]
    found: Portfolio | None = None
    for name in (*named, str(manifest["portfolio"])):
        try:
            found = specs.load(name, overrides=tuple(settings or ()))
        except OutputError:
            continue
        except SpecError as error:
            if any(f.code not in {"unknown-file", "not-found"} for f in error.findings):
                raise
        else:
            break
    if found is None:
        raise OutputError(f"the portfolio {manifest['portfolio']} of this run is not to be found")
    changed = {
        name for name, digest in manifest.get("inputs", {}).items()
        if found.digests.get(name) != digest
    }  # fmt: skip
    if changed:
        names = ", ".join(sorted(changed))
        say(f"warning: changed since the run, so that dates may differ: {names}")
    return found
