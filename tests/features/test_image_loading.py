"""Images as arrays: beside Keras and Pillow, in every kind of file, and broken ones."""

from __future__ import annotations

import io

import cv2
import keras
import numpy as np
import pytest
from PIL import Image

from hornbook.features.image_loading import (
    UnknownImageError,
    UnreadableImageError,
    decode_image,
    is_surely_whole,
    load_img,
)


def picture(height=60, width=80, mode="RGB"):
    """Smooth colours, so that small shifts make small differences."""
    rows, columns = np.mgrid[0:height, 0:width]
    red = 255 * rows / height
    green = 255 * columns / width
    blue = 127 + 127 * np.sin(rows / 7 + columns / 5)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).astype(np.uint8)).convert(mode)


def encoded(image, kind="JPEG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP"])
@pytest.mark.parametrize(("channels", "mode"), [("RGB", "rgb"), ("L", "grayscale")])
def test_without_resizing_it_is_what_keras_loads(tmp_path, kind, channels, mode):
    path = tmp_path / "image"
    path.write_bytes(encoded(picture(), kind))
    loaded = load_img(path, channels=channels)
    expected = keras.utils.img_to_array(keras.utils.load_img(path, color_mode=mode))
    assert loaded.dtype == np.float32
    assert loaded.shape == expected.shape
    assert np.abs(loaded - expected).mean() < 1
    assert loaded.max() > 200


def test_real_photos_are_what_keras_loads(data_folder):
    files = sorted((data_folder / "cats_dogs" / "images").glob("*.jpg"))[:20]
    ours, keras_default = [], []
    for file in files:
        whole = keras.utils.img_to_array(keras.utils.load_img(file))
        np.testing.assert_allclose(load_img(file), whole, atol=3)
        smooth = keras.utils.load_img(file, target_size=(96, 96), interpolation="bilinear")
        nearest = keras.utils.load_img(file, target_size=(96, 96))
        expected = keras.utils.img_to_array(smooth)
        ours.append(np.abs(load_img(file, (96, 96)) - expected).mean())
        keras_default.append(np.abs(keras.utils.img_to_array(nearest) - expected).mean())
    assert np.mean(ours) < 0.6 * np.mean(keras_default)


@pytest.mark.parametrize("size", [(50, 60), (120, 160), (60, 80), (7, 9), (200, 20)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_resized_to_height_and_width(size, kind):
    image = picture(240, 320)
    loaded = load_img(encoded(image, kind, quality=95), size)
    expected = np.asarray(image.resize((size[1], size[0]), Image.Resampling.BILINEAR), np.float32)
    assert loaded.shape == (*size, 3)
    assert np.abs(loaded - expected).mean() < (8 if size == (200, 20) else 4)


def test_a_third_number_of_the_size_is_ignored_as_in_keras():
    assert load_img(encoded(picture()), (10, 12, 3)).shape == (10, 12, 3)


def test_a_much_larger_jpeg_is_decoded_at_reduced_scale(monkeypatch):
    flags = []
    decode = cv2.imdecode
    monkeypatch.setattr(
        cv2, "imdecode", lambda data, flag: flags.append(flag) or decode(data, flag)
    )
    content = encoded(picture(480, 640))
    for size in ((480, 640), (340, 460), (240, 320), (60, 80), (60, 640)):
        load_img(content, size)
    kept = [flag & ~cv2.IMREAD_IGNORE_ORIENTATION for flag in flags]
    rgb = cv2.IMREAD_COLOR_RGB
    full, half, eighth = (
        rgb,
        cv2.IMREAD_REDUCED_GRAYSCALE_2 | rgb,
        cv2.IMREAD_REDUCED_GRAYSCALE_8 | rgb,
    )
    assert kept == [full, full, half, eighth, full]


def test_channels_first_is_the_same_transposed():
    content = encoded(picture())
    first = load_img(content, (10, 12), data_format="channels_first")
    assert first.shape == (3, 10, 12)
    assert first.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(first.transpose(1, 2, 0), load_img(content, (10, 12)))


def test_grey_and_print_colours_have_one_and_four_channels():
    content = encoded(picture())
    assert load_img(content, channels="L").shape == (60, 80, 1)
    printed = load_img(content, channels="CMYK")
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("CMYK"))
    np.testing.assert_array_equal(printed, expected)
    assert load_img(content, (30, 20), channels="CMYK").shape == (30, 20, 4)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_jpegs_of_other_colours_become_rgb(mode):
    content = encoded(picture(mode=mode))
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    assert np.abs(load_img(content) - expected).mean() < 1


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA", "1"])
def test_pngs_of_every_mode_are_what_pillow_reads(mode):
    image = picture().convert("L").convert("LA") if mode == "LA" else picture(mode=mode)
    expected = np.asarray(image.convert("RGB"))
    np.testing.assert_allclose(load_img(encoded(image, "PNG")), expected, atol=1)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_brought_to_eight(kind):
    deep = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    loaded = load_img(encoded(Image.fromarray(deep), kind), channels="L")
    np.testing.assert_allclose(loaded[:, :, 0], deep / 257, atol=1)


def test_every_kind_of_source_gives_the_same(tmp_path):
    content = encoded(picture())
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    expected = load_img(content)
    read_before = io.BytesIO(content)
    read_before.read()
    with path.open("rb") as file:
        for source in (path, str(path), file, io.BytesIO(content), read_before, bytearray(content)):
            np.testing.assert_array_equal(load_img(source), expected)


@pytest.mark.parametrize("orientation", [3, 6])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_the_cameras_orientation_is_ignored_like_keras_does_unless_asked(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = picture(60, 80)
    content = encoded(image, kind, exif=exif, quality=95)
    assert np.abs(decode_image(content) - np.asarray(image, np.float32)).mean() < 4
    turned = image.transpose(
        {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270}[orientation]
    )
    upright = decode_image(content, upright=True)
    assert np.abs(upright - np.asarray(turned, np.float32)).mean() < 4
    small = decode_image(content, (20, 15), upright=True)
    expected = np.asarray(turned.resize((15, 20)), np.float32)
    assert np.abs(small - expected).mean() < 6


def truncated(kind):
    content = encoded(picture(), kind)
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"no image at all", "is no image, or of a kind that is not known"),
        (truncated("JPEG"), "is damaged"),
        (truncated("PNG"), "is damaged"),
        (truncated("GIF"), "is damaged|is no image"),
        (truncated("BMP"), "is damaged"),
        (truncated("WEBP"), "is damaged|is no image"),
        (b"\xff\xd8\xff\xd9", "is damaged|is no image"),
        (b"\xff\xd8\xff" + b"\xff" * 50 + b"\xff\xd9", "is damaged|is no image"),
        (b"\x89PNG\r\n\x1a\n" + b"IEND\xaeB`\x82", "is damaged|is no image"),
    ],
)
def test_broken_images_are_named_and_told_apart(tmp_path, content, message):
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadableImageError, match=message) as raised:
        load_img(path, (20, 20))
    assert "broken.jpg" in str(raised.value)
    assert not is_surely_whole(content, content[-64:], len(content))


def test_no_image_is_an_error_of_its_own():
    with pytest.raises(UnknownImageError):
        load_img(b"hello")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableImageError, match=r"gone\.jpg' cannot be read: No such file"):
        load_img(tmp_path / "gone.jpg")


def test_absurd_sizes_are_refused_before_they_are_decoded():
    content = bytearray(encoded(Image.new("1", (8, 8)), "PNG"))
    content[16:24] = (50_000).to_bytes(4, "big") * 2
    with pytest.raises(UnreadableImageError, match="too large: 50,000 × 50,000 pixels"):
        load_img(bytes(content))
    assert not is_surely_whole(bytes(content), bytes(content[-64:]), len(content))
    jpeg = bytearray(encoded(picture()))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(UnreadableImageError, match="too large"):
        load_img(bytes(jpeg))
    bitmap = bytearray(encoded(picture(), "BMP"))
    bitmap[18:26] = (50_000).to_bytes(4, "little") * 2
    with pytest.raises(UnreadableImageError, match=r"too large|exceeds"):
        load_img(bytes(bitmap))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_whole_files_are_known_by_their_ends(kind):
    content = encoded(picture(), kind)
    assert is_surely_whole(content[:65536], content[-64:], len(content))
    assert not is_surely_whole(content[:-20], content[-84:-20], len(content) - 20)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": "BGR"}, "channels='BGR'"),
        ({"data_format": "first"}, "data_format='first'"),
        ({"resized_dims": 96}, "resized_dims=96"),
        ({"resized_dims": (0, 5)}, r"resized_dims=\(0, 5\)"),
    ],
)
def test_wrong_arguments_are_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        load_img(encoded(picture()), **arguments)


def test_something_else_than_a_file_is_refused():
    with pytest.raises(ValueError, match="Received int as image_file"):
        load_img(5)
