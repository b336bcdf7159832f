"""Images resized: the arrays, the policies for what cannot be read, and the state."""

from __future__ import annotations

import base64
import re

import numpy as np
import polars as pl
import pytest
from PIL import Image

from hornbook.errors import FeatureError
from hornbook.features import (
    NO_RESOURCES,
    Feature,
    FeaturePipeline,
    FitContext,
    ImageResize,
    load_img,
)
from hornbook.features.images import reasons_unreadable

GOOD = [f"{number}.png" for number in range(5)]
BROKEN = ["cut.png", "text.jpg", "empty.jpg", "gone.png", "../conftest.py"]


def fit(handling, values, resources, column="photo"):
    feature = Feature(column, handling, handling.default_input(column))
    block = pl.DataFrame({column: pl.Series(values, dtype=pl.String)})
    return FeaturePipeline.fit([feature], [block], FitContext(resources=resources))


@pytest.mark.parametrize("missing", ["impute", "drop_rows"])
@pytest.mark.parametrize("channels", ["RGB", "L"])
def test_it_holds_to_the_contract(check_contract, make_resources, missing, channels):
    handling = ImageResize(height=8, width=12, channels=channels, missing=missing)
    values = [*GOOD, None, "/1.png"]
    fitted = check_contract(handling, values, ["cut.png", "4.png"], resources=make_resources())
    assert fitted.shape == (8, 12, 3 if channels == "RGB" else 1)
    assert fitted.outputs == ()


def test_arrays_are_scaled_images_in_an_input_of_their_own(make_resources, pictures):
    pipeline = fit(ImageResize(height=8, width=12), GOOD, make_resources())
    (name,) = pipeline.inputs
    assert name == "photo_preprocessed"
    batch = pipeline.transform(pl.DataFrame({"photo": GOOD}))[name]
    assert batch.dtype == np.float32
    for row, file in enumerate(GOOD):
        expected = load_img(pictures / file, (8, 12)) / 255
        np.testing.assert_allclose(batch[row], expected, atol=1e-6)
    unscaled = fit(ImageResize(height=8, width=12, scale=False), GOOD, make_resources())
    plain = unscaled.transform(pl.DataFrame({"photo": GOOD}))[name]
    np.testing.assert_allclose(plain, batch * 255, atol=1e-3)


@pytest.mark.parametrize("scale", [True, False])
def test_images_are_bytes_until_the_network_wants_numbers(make_resources, scale):
    pipeline = fit(ImageResize(height=8, width=12, scale=scale), GOOD, make_resources())
    (encoding,) = pipeline.encodings.values()
    assert encoding.row_bytes == 8 * 12 * 3
    frame = pl.DataFrame({"photo": [*GOOD, None]})
    (encoded,) = pipeline.encode(frame).values()
    assert {array.dtype for array in encoded.values()} == {np.dtype(np.uint8)}
    (expected,) = pipeline.transform(frame).values()
    assert expected.any()
    np.testing.assert_array_equal(encoding.decode(encoded), expected)
    np.testing.assert_array_equal(encoding.decode_with(encoded, np), expected)
    handling = pipeline.fitted[0]
    np.testing.assert_array_equal(handling.transform(frame["photo"]), expected)


def test_photos_are_turned_upright(make_resources, pictures):
    exif = Image.Exif()
    exif[0x0112] = 6
    shades = np.zeros((20, 40), np.uint8)
    shades[:, :20] = 250
    Image.fromarray(shades).save(pictures / "phone.jpg", exif=exif)
    pipeline = fit(ImageResize(height=40, width=20, channels="L"), ["phone.jpg"], make_resources())
    (array,) = pipeline.transform(pl.DataFrame({"photo": ["phone.jpg"]}))["photo_preprocessed"]
    assert array[5:15].mean() > 0.9
    assert array[25:35].mean() < 0.1


def test_unreadable_images_are_zeros_by_default_and_told(make_resources):
    pipeline = fit(ImageResize(height=8, width=8), [*BROKEN, *GOOD], make_resources())
    values = [*BROKEN, None, "", "damaged.png", "4.png"]
    batch = pipeline.transform(pl.DataFrame({"photo": values}))["photo_preprocessed"]
    assert not batch[:-1].any()
    assert batch[-1].all()
    (note,) = pipeline.notes()
    assert note.startswith("1 images of 'photo' could not be decoded and were zeros")
    assert "'damaged.png' is damaged" in note
    assert pipeline.unscorable_rows(pl.DataFrame({"photo": values})) is None


def test_rows_without_a_readable_image_can_be_dropped(make_resources):
    pipeline = fit(ImageResize(missing="drop_rows"), GOOD, make_resources())
    values = pl.DataFrame({"photo": ["0.png", *BROKEN, None, "", "4.png"]})
    assert pipeline.unscorable_rows(values).tolist() == [False, *[True] * 7, False]


def test_or_be_an_error_that_lists_them(make_resources):
    pipeline = fit(ImageResize(missing="fail"), GOOD, make_resources())
    frame = pl.DataFrame({"photo": ["0.png", *BROKEN, None]})
    with pytest.raises(FeatureError) as raised:
        pipeline.transform(frame)
    said = str(raised.value)
    assert "6 rows have no image in 'photo' that can be read" in said
    assert "'cut.png' is damaged" in said
    assert "leads out of the folder" in said
    assert "… and 1 more" in said
    assert 'missing = "drop_rows"' in said


def test_no_readable_image_at_all_is_an_error_that_shows_the_first(make_resources):
    with pytest.raises(FeatureError, match=r"can be read\. The first: .*'gone.png'") as raised:
        fit(ImageResize(), [None, "gone.png"], make_resources())
    assert "hornbook folder list" in str(raised.value)
    with pytest.raises(FeatureError, match="No train row has an image"):
        fit(ImageResize(), [None, None], make_resources())


def test_a_folder_that_is_not_there_is_an_error(make_resources):
    with pytest.raises(FeatureError, match="There is no folder 'birds'"):
        fit(ImageResize(folder="birds"), GOOD, make_resources())


def test_base64_is_read_like_a_path(make_resources, pictures):
    text = base64.b64encode((pictures / "3.png").read_bytes()).decode()
    pipeline = fit(ImageResize(height=8, width=8), GOOD, make_resources())
    values = ["3.png", text, f"data:image/png;base64,{text}"]
    batch = pipeline.transform(pl.DataFrame({"photo": values}))["photo_preprocessed"]
    np.testing.assert_array_equal(batch[0], batch[1])
    np.testing.assert_array_equal(batch[0], batch[2])


def test_a_model_finds_the_images_of_its_training_and_base64_without_any(
    make_resources, pictures, tmp_path
):
    pipeline = fit(ImageResize(folder="pets", height=8, width=8), GOOD, make_resources())
    pipeline.save(tmp_path / "saved")
    loaded = FeaturePipeline.load(tmp_path / "saved", NO_RESOURCES)
    expected = pipeline.transform(pl.DataFrame({"photo": GOOD}))["photo_preprocessed"]
    again = loaded.transform(pl.DataFrame({"photo": GOOD}))["photo_preprocessed"]
    np.testing.assert_array_equal(again, expected)
    text = base64.b64encode((pictures / "3.png").read_bytes()).decode()
    pictures.rename(tmp_path / "moved")
    elsewhere = FeaturePipeline.load(tmp_path / "saved", NO_RESOURCES)
    (array,) = elsewhere.transform(pl.DataFrame({"photo": [text]}))["photo_preprocessed"]
    np.testing.assert_array_equal(array, expected[3])
    with pytest.raises(FeatureError, match="There is no folder 'pets' here"):
        elsewhere.transform(pl.DataFrame({"photo": ["3.png"]}))


def test_a_check_gives_the_reason_of_each_value(make_resources):
    reader = ImageResize().open_reader("photo", make_resources())
    reasons = reasons_unreadable(reader, [*GOOD, None, *BROKEN])
    assert reasons[:5] == [None] * 5
    assert reasons[5] == "missing"
    wanted = ["damaged", "no image", "empty", "No such file", "leads out"]
    assert all(re.search(word, reason) for word, reason in zip(wanted, reasons[6:], strict=True))


def test_many_images_keep_their_order(make_resources):
    pipeline = fit(ImageResize(height=2, width=2, channels="L"), GOOD, make_resources())
    numbers = np.random.default_rng(0).integers(0, 5, 300)
    frame = pl.DataFrame({"photo": [f"{number}.png" for number in numbers]})
    batch = pipeline.transform(frame)["photo_preprocessed"]
    np.testing.assert_array_equal(np.rint((batch[:, 0, 0, 0] * 255 - 20) / 40), numbers)


def test_images_that_cannot_be_read_are_remembered_with_their_reasons(make_resources):
    pipeline = fit(ImageResize(height=8, width=8), GOOD, make_resources())
    pipeline.transform(pl.DataFrame({"photo": [GOOD[0], "cut.png", "gone.png", None]}))
    (fitted,) = pipeline.fitted
    assert set(fitted.unreadable) == {"cut.png", "gone.png", ""}
    assert "No such file" in fitted.unreadable["gone.png"]
