"""Limits from a device's peaks, in closed form."""

from __future__ import annotations

import pytest

from benchmarks.cases import DcganCase, MlpCase
from benchmarks.limits import KNOWN, Peaks, limit, peaks_of

H200 = KNOWN["NVIDIA H200"]


def test_the_mlp_is_bound_by_memory_in_tf32_and_by_products_in_fp32() -> None:
    needed = 0.526385152e9

    fp32, tf32 = limit(MlpCase(), "fp32", H200), limit(MlpCase(), "tf32", H200)

    assert fp32.gflop == pytest.approx(0.526385152, rel=1e-12)
    assert fp32.lane_steps_per_s == fp32.by_products == pytest.approx(67e12 / needed, rel=1e-12)
    assert tf32.lane_steps_per_s == tf32.by_memory == pytest.approx(4.8e12 / 21_383_856, rel=1e-12)


def test_dcgan_is_bound_by_products() -> None:
    found = limit(DcganCase(filters=64), "tf32", H200)

    assert found.lane_steps_per_s == found.by_products == pytest.approx(494e12 / 18_882_232_320, rel=1e-12)


def test_r1_adds_to_what_is_needed() -> None:
    assert limit(MlpCase().with_r1(), "fp32", H200).gflop == pytest.approx(0.526385152 + 0.205783040, rel=1e-12)


@pytest.mark.parametrize("peaks", KNOWN.values(), ids=KNOWN.keys())
def test_known_peaks_have_every_precision_and_a_source(peaks: Peaks) -> None:
    assert peaks.flops["fp32"] < peaks.flops["tf32"] < peaks.flops["bf16"]
    assert 1e12 < peaks.bytes_per_s < 1e13
    assert "data sheet" in peaks.source


def test_an_unknown_device_is_measured() -> None:
    found = peaks_of("cpu", size=256)

    assert found.source.startswith("measured")
    assert found.flops.keys() == {"fp32"}
    assert 1e8 < found.flops["fp32"] < 1e14
    assert 1e7 < found.bytes_per_s < 1e13
