"""Effective compute: goodput of a job, harmonic mixes, H100 equivalents."""

from __future__ import annotations

import math

import pytest

from planner.capacity.compute import (
    goodput,
    mix_rate,
    reference_tflops,
    relative_rate,
    usable_share,
)
from tests.portfolios import tiny

MINUTE = 1 / 1440


def test_goodput_loses_the_checkpoint_root_and_the_restarts() -> None:
    """With M between stops, a job loses sqrt(2 d / M) + R / M."""
    # One stop a day on 365.25 GPUs at one a year each; d = 0.02 day, R = 0.1 day.
    assert goodput(1.0, 365, 0.02, 0.1) == pytest.approx(
        1 - math.sqrt(2 * 0.02 * 365 / 365.25) - 0.1 * 365 / 365.25
    )


def test_goodput_is_one_without_failures() -> None:
    """Nothing is lost where nothing fails."""
    assert goodput(0.0, 10_000, 1 * MINUTE, 5 * MINUTE) == 1.0


def test_goodput_never_falls_below_zero() -> None:
    """A job that stops before it has restarted makes no progress, and no negative one."""
    assert goodput(50.0, 100_000, 10 * MINUTE, 60 * MINUTE) == 0.0


def test_mix_is_the_harmonic_mean_over_useful_work() -> None:
    """Half the work at rate 1 and half at rate 0.5 takes 0.5 + 1 of a GPU: 2 / 3."""
    other = {"mfu": {"H100": 0.4, "B": 0.2}}
    catalog = tiny(
        catalog={
            "accelerators": {"B": {**_sku(), "title": "B"}},
            "workloads": {
                "work": {"mfu": {"B": 0.4}},
                "slow": {**_work(), **other},
            },
        }
    ).catalog
    assert mix_rate(catalog, {"work": 0.5, "slow": 0.5}, "B", "H100") == pytest.approx(2 / 3)


def test_a_sku_that_cannot_run_part_of_a_mix_is_worth_nothing() -> None:
    """Useful work needs all of its workloads."""
    catalog = tiny(catalog={"accelerators": {"B": _sku()}}).catalog
    assert mix_rate(catalog, {"work": 1.0}, "B", "H100") == 0.0


def test_precision_of_a_sku_replaces_that_of_the_workload() -> None:
    """A SKU that works in FP8 is measured by its FP8 peak against the reference's BF16."""
    catalog = tiny(
        catalog={
            "accelerators": {
                "B": {**_sku(), "flops": {"bf16": "2000 TFLOP/s", "fp8": "4000 TFLOP/s"}}
            },
            "workloads": {"work": {"mfu": {"B": 0.2}, "precisions": {"B": "fp8"}}},
        }
    ).catalog
    assert relative_rate(catalog, "work", "B", "H100") == pytest.approx(800 / 400)


def test_tokens_replace_mfu_where_both_are_given() -> None:
    """Decoding is compared by tokens a second, not by FLOP/s."""
    catalog = tiny(
        catalog={
            "accelerators": {"B": _sku()},
            "workloads": {
                "work": {"mfu": {"B": 0.4}, "tokens_per_second": {"B": 300, "H100": 100}}
            },
        }
    ).catalog
    assert relative_rate(catalog, "work", "B", "H100") == pytest.approx(3.0)


def test_a_workload_without_the_reference_cannot_be_counted_in_h100e() -> None:
    """FLOP become H100e only through the reference's MFU."""
    catalog = tiny(
        catalog={"workloads": {"work": {"mfu": None, "tokens_per_second": {"H100": 5}}}}
    ).catalog
    with pytest.raises(ValueError, match="no MFU of the reference"):
        reference_tflops(catalog, "work", "H100")


def test_spares_cover_gpus_in_repair() -> None:
    """Of 5 % spares and 2 % in repair, 5 % are missing; of 1 % and 2 %, 2 %."""
    sku = {"failure_rate": "1 1/year", "repair_time": "7.305 day"}  # 2 % of a year
    many = tiny(catalog={"accelerators": {"H100": {**sku, "spares": 0.05}}}).catalog
    few = tiny(catalog={"accelerators": {"H100": {**sku, "spares": 0.01}}}).catalog
    assert usable_share(many.accelerators["H100"]) == pytest.approx(0.95)
    assert usable_share(few.accelerators["H100"]) == pytest.approx(0.98)


def _sku() -> dict[str, object]:
    from tests.portfolios import SKU

    return dict(SKU)


def _work() -> dict[str, object]:
    from tests.portfolios import WORKLOAD

    return dict(WORKLOAD)
