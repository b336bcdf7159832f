from __future__ import annotations

import numpy as np
import pytest

from hornbook.batching import RecordLayout
from hornbook.batching.record_layout import UnfitValuesError


def round_trip(layout, arrays):
    found = layout.unpack(layout.pack(arrays))
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].flags.c_contiguous
        np.testing.assert_array_equal(found[name], array)


def test_arrays_come_back_to_the_bit():
    random = np.random.default_rng(0)
    arrays = {
        "numbers": random.normal(size=(50, 3)).astype(np.float32),
        "places": random.integers(0, 200, (50, 2)).astype(np.uint8),
        "codes": random.integers(0, 7, 50),
        "tokens": random.integers(0, 900, (50, 5)).astype(np.int32),
        "values": random.normal(size=50),
    }
    layout = RecordLayout.of(arrays, {"codes": 6, "tokens": 899})
    assert layout.dtype.itemsize == 12 + 2 + 1 + 10 + 8
    round_trip(layout, arrays)


@pytest.mark.parametrize(
    "scale",
    [
        lambda pixels: pixels.astype(np.float32),
        lambda pixels: pixels.astype(np.float32) / 255,
        lambda pixels: np.multiply(pixels, np.float32(1 / 255), dtype=np.float32),
    ],
    ids=["0 to 255", "divided", "multiplied"],
)
def test_pixels_take_a_byte_each_whichever_way_they_were_scaled(scale):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3)).astype(np.uint8)
    pixels[0, 0, 0, 0] = 255
    arrays = {"image": scale(pixels)}
    layout = RecordLayout.of(arrays, {})
    assert layout.dtype.itemsize == 8 * 8 * 3
    round_trip(layout, arrays)


def test_numbers_that_are_no_pixels_are_kept_as_they_are():
    arrays = {"image": np.random.default_rng(0).random((5, 4, 4, 3), np.float32)}
    layout = RecordLayout.of(arrays, {})
    assert layout.dtype.itemsize == 4 * 4 * 3 * 4
    round_trip(layout, arrays)


def test_values_that_would_change_are_refused():
    layout = RecordLayout.of({"codes": np.zeros(3, np.int32)}, {"codes": 255})
    for wrong in (256, -1):
        with pytest.raises(UnfitValuesError):
            layout.pack({"codes": np.array([0, wrong], np.int32)})
    pixels = np.ones((3, 2, 2, 1), np.float32)
    layout = RecordLayout.of({"image": pixels}, {})
    with pytest.raises(UnfitValuesError):
        layout.pack({"image": pixels * np.float32(0.3)})
