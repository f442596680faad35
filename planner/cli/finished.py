"""A finished run opened again, from the inputs it keeps: portfolio, plan and futures."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.arguments import MOST_SAMPLES
from planner.errors import OutputError, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.domain.pin import Pins
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Result
    from planner.network import Network
    from planner.study import Basis

INPUTS = "inputs"
"""Folder of a run that holds the specs it was planned from."""
BASIS = "basis.json"
"""File of a run that holds what its optimiser was given."""
MANIFEST = "manifest.json"
FORMAT = "1"
"""First part of the format version of the manifests that can be read."""
PLAN = "plan.yaml"


@dataclass(frozen=True)
class Finished:
    """What simulates a run again: the same network, seed and number give the same futures.

    Parameters
    ----------
    name
        Name of its folder, or of the portfolio.
    seed
        Seed of the verification.
    manifest
        What the run says of itself; empty where there was none.
    """

    name: str
    portfolio: Portfolio
    plan: Plan
    seed: int
    samples: int
    basis: Basis
    manifest: Mapping[str, Any]

    @cached_property
    def network(self) -> Network:
        """The network of its plan, compiled when it is first asked for."""
        from planner.network import compile_network

        return compile_network(self.portfolio, self.plan)

    def on(self, seed: int) -> Finished:
        """Return the run in the futures of another seed."""
        return replace(self, seed=seed)

    def reload(self, folder: Path) -> Callable[[tuple[str, ...]], Portfolio]:
        """Return what reads the run's portfolio again with further settings."""
        return lambda more: portfolio_of(folder, self.manifest, list(more))

    def result(self, progress: Progress, *, samples: int | None = None) -> Result:
        """Return the run's result, simulated again and not solved again."""
        from planner import study

        return study.proved_again(
            self.portfolio, self.plan, self.basis,
            seed=self.seed, samples=samples or self.samples,
            run_seed=int(self.manifest.get("seed", self.portfolio.spec.seed)),
            number=int(self.manifest.get("verification", {}).get("round", 1)),
            rounds=int(self.manifest.get("verification", {}).get("rounds", 1)),
            progress=progress,
        )  # fmt: skip


def is_run(folder: str | Path) -> bool:
    """Return whether a finished run stands at a place."""
    return (Path(folder) / MANIFEST).is_file()


def opened(
    run_or_scenario: str, settings: list[str] | None, seed: int | None, samples: int | None
) -> Finished:
    """Return a run folder, or a portfolio with what stands and is under way, ready to simulate.

    Raises
    ------
    SpecError, OutputError
        If the portfolio of the run cannot be read any more.
    """
    from planner import specs

    folder = Path(run_or_scenario)
    manifest: dict[str, Any] = {}
    if is_run(folder):
        manifest = manifest_of(folder)
        portfolio = portfolio_of(folder, manifest, settings)
    elif folder.is_dir():
        raise OutputError(f"{run_or_scenario} is no finished run: it has no {MANIFEST}")
    else:
        portfolio = specs.load(run_or_scenario, overrides=tuple(settings or ()))

    from planner import study
    from planner.network import existing_plan

    basis = study.Basis()
    if manifest:
        plan = specs.read_plan(folder / PLAN, portfolio)
        basis = _basis(folder)
        used, number = int(manifest["verification"]["seed"]), int(manifest["samples"])
    else:
        plan = existing_plan(portfolio)
        asked = study.Ask.of(portfolio)
        used, number = asked.verification_seed(1), asked.samples
    if seed is not None:
        used = study.Ask.of(portfolio, seed=seed).verification_seed(1)
    name = folder.resolve().name if manifest else portfolio.spec.portfolio
    return Finished(
        name, portfolio, plan, used, number if samples is None else samples, basis,
        manifest,
    )  # fmt: skip


def to_keep(result: Result) -> tuple[dict[str, bytes], dict[str, object]]:
    """Return the files that let a run be opened again, and what its manifest says of them."""
    from planner import specs, study

    main, inputs = specs.kept(result.portfolio)
    name = result.portfolio.where("portfolio").file
    files = {f"{INPUTS}/{name}": body for name, body in inputs.items()}
    files[BASIS] = study.Basis.of(result).to_bytes()
    settings = list(result.portfolio.settings)
    reopen: dict[str, object] = {"main": main, "name": name, "settings": settings}
    if result.pins is not None and not result.pins.is_empty:
        reopen["pins"] = result.pins.model_dump(mode="json", exclude_defaults=True)
    return files, reopen


def _basis(folder: Path) -> Basis:
    from planner import study

    path = folder / BASIS
    try:
        return study.Basis.from_bytes(path.read_bytes())
    except OSError as error:
        raise OutputError(f"cannot read {path}: {reason_of(error)}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OutputError(f"{path} is damaged: {error}; plan the run again") from None


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run.

    Raises
    ------
    OutputError
        If it cannot be read, or is none.
    """
    path = folder / MANIFEST
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OutputError(f"cannot read {path}: {reason_of(error)}") from None
    except (ValueError, RecursionError):
        raise OutputError(f"{path} is damaged: not JSON; plan the run again") from None
    said = str(body.get("format_version", "")) if isinstance(body, dict) else ""
    if said and said.partition(".")[0] != FORMAT:
        raise OutputError(f"{path} is of format {said}; this planner reads {FORMAT}.x")
    if not _is_of_run(body):
        raise OutputError(
            f"{path} is not the manifest of a run of this version; plan the run again"
        )
    return dict(body)


def _is_of_run(body: Any) -> bool:
    """Return whether a manifest holds what opens its run again, each of its type."""
    try:
        numbers = (body["samples"], body["verification"]["seed"], body.get("seed", 0),
                   *(body["verification"].get(key, 1) for key in ("round", "rounds")))  # fmt: skip
        reopen = body["reopen"]
        texts = [reopen["main"], *reopen["settings"], reopen.get("name", "")] if reopen else []
    except (KeyError, TypeError, AttributeError):
        return False
    are_counts = all(type(n) is int and n >= 0 for n in numbers)
    are_counts = are_counts and 1 <= numbers[0] <= MOST_SAMPLES
    return are_counts and all(isinstance(text, str) for text in texts)


def portfolio_of(
    folder: Path,
    manifest: Mapping[str, Any],
    settings: list[str] | None = None,
    actuals: Path | None = None,
) -> Portfolio:
    """Return the portfolio of a run from the inputs it keeps, with its settings, pins and more.

    Raises
    ------
    SpecError, OutputError
        If an input is missing or was damaged.
    """
    from planner import specs
    from planner.domain.pin import pinned

    reopen = manifest["reopen"]
    if not reopen:
        raise OutputError(f"{folder} keeps no inputs and cannot be opened again")
    said = (*reopen["settings"], *(settings or ()))
    found = specs.load_kept(folder / INPUTS, reopen["main"], reopen.get("name", ""), said, actuals)
    return pinned(found, _pins(folder, reopen.get("pins")))


def _pins(folder: Path, body: object) -> Pins | None:
    """Return the decisions that a run was given as pinned, beside those of its portfolio."""
    from planner.domain.pin import Pins

    if body is None:
        return None
    try:
        return Pins.model_validate(body)
    except ValueError:
        raise OutputError(
            f"{folder / MANIFEST}: its pins are damaged; plan the run again"
        ) from None
