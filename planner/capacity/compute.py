"""Effective compute of a SKU on a mix of work, in H100 equivalents (H100e).

H100e of one GPU on a workload is its achieved rate over that of the reference SKU on the same
workload at the workload's declared precision and availability 1, times goodput and availability.
A mix is shares of useful work, so the rates of its workloads combine in the harmonic mean: a team
that needs both must do both.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.capacity.timeline import DAYS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.fleet import Accelerator, Workload
    from planner.domain.portfolio import CatalogFile


def goodput(
    failures_per_gpu_year: float, gpus: int, checkpoint_day: float, restart_day: float
) -> float:
    """Return the share of time that a job makes progress, with checkpoints at the best interval.

    Parameters
    ----------
    failures_per_gpu_year
        Interruptions of the job that one GPU causes in a year.
    gpus
        GPUs of the job; a failure of any stops it.
    checkpoint_day, restart_day
        Time the job stands still for a checkpoint, and after an interruption [day].

    Returns
    -------
    float
        Within 0..1.

    References
    ----------
    J. W. Young, A first order approximation to the optimum checkpoint interval, CACM 17 (1974);
    J. T. Daly, FGCS 22 (2006). With M the mean time between stops and d the checkpoint, the best
    interval is sqrt(2 d M) and the share lost sqrt(2 d / M) + restart / M.
    """
    stops_per_day = failures_per_gpu_year * gpus / DAYS_PER_YEAR
    lost = math.sqrt(2.0 * checkpoint_day * stops_per_day) + restart_day * stops_per_day
    return max(0.0, 1.0 - lost)


def achieved_tflops(workload: Workload, sku: Accelerator, name: str) -> float | None:
    """Return FLOP/s that one GPU achieves on a workload [TFLOP/s]; None where no MFU is given."""
    precision = workload.precisions.get(name, workload.precision)
    if name not in workload.mfu or precision not in sku.flops:
        return None
    return sku.flops[precision].likely * workload.mfu[name].likely


def reference_tflops(catalog: CatalogFile, workload: str, reference: str) -> float:
    """Return FLOP/s that one reference GPU achieves on a workload: what 1 H100e is [TFLOP/s].

    Raises
    ------
    ValueError
        If the workload states no MFU of the reference, for then FLOP cannot be turned into H100e.
    """
    rate = achieved_tflops(catalog.workloads[workload], catalog.accelerators[reference], reference)
    if not rate:
        raise ValueError(f"workload {workload!r} states no MFU of the reference {reference!r}")
    return rate


def relative_rate(catalog: CatalogFile, workload: str, sku: str, reference: str) -> float:
    """Return the work of one GPU over that of one reference GPU; 0 if it cannot run it."""
    kind = catalog.workloads[workload]
    tokens = kind.tokens_per_second
    if sku in tokens and reference in tokens:
        return tokens[sku].likely / tokens[reference].likely
    if sku == reference:
        return 1.0 if sku in tokens or achieved_tflops(kind, catalog.accelerators[sku], sku) else 0
    own = achieved_tflops(kind, catalog.accelerators[sku], sku)
    return own / reference_tflops(catalog, workload, reference) if own else 0.0


def workload_goodput(catalog: CatalogFile, workload: str, sku: str) -> float:
    """Return the goodput of a workload's job on a SKU, within 0..1."""
    kind = catalog.workloads[workload]
    return goodput(
        catalog.accelerators[sku].failure_rate.likely, max(kind.job_gpus, 1),
        kind.checkpoint.likely, kind.restart.likely,
    )  # fmt: skip


def mix_rate(catalog: CatalogFile, mix: Mapping[str, float], sku: str, reference: str) -> float:
    """Return effective compute of one usable GPU on a mix, before hall availability [H100e].

    Parameters
    ----------
    mix
        Workload -> share of useful work; shares sum to 1.

    Returns
    -------
    float
        1 / sum(share / (rate x goodput)); 0 where the SKU cannot run one of the workloads.
    """
    needed = 0.0
    for workload, share in mix.items():
        if share == 0.0:
            continue
        rate = relative_rate(catalog, workload, sku, reference)
        rate *= workload_goodput(catalog, workload, sku)
        if rate <= 0.0:
            return 0.0
        needed += share / rate
    return 1.0 / needed if needed else 0.0


def usable_share(sku: Accelerator) -> float:
    """Return the share of GPUs that work at a time: spares stand by, and failed ones are out.

    Spares cover the GPUs in repair as long as there are more of them.
    """
    in_repair = sku.failure_rate.likely * sku.repair_time.likely / DAYS_PER_YEAR
    return max(0.0, 1.0 - max(sku.spares.likely, in_repair))
