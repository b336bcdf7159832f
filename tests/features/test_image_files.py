"""Finding images: paths in a folder, Base64, and what is neither."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from hornbook.errors import FeatureError
from hornbook.features import image_files
from hornbook.features.image_files import ImageFiles
from hornbook.features.image_loading import UnknownImageError, UnreadableImageError


def encoded(kind="JPEG"):
    file = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(file, kind)
    return file.getvalue()


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(encoded())
    (folder / "sub" / "b.gif").write_bytes(encoded("GIF"))
    (folder / "cut.jpg").write_bytes(encoded()[:-500])
    (folder / "behind.jpg").write_bytes(encoded() + b"\0" * 200)
    (folder / "text.jpg").write_text("I am a text")
    (folder / "empty.jpg").touch()
    (tmp_path / "outside.jpg").write_bytes(encoded())
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    return ImageFiles(lambda: folder)


@pytest.mark.parametrize("value", ["a.jpg", "/a.jpg", "sub/../a.jpg"])
def test_paths_start_at_the_folder(files, value):
    assert files.read(value) == encoded()
    files.check(value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_base64_is_read_with_or_without_a_prefix(kind):
    def find():
        raise AssertionError("no folder is needed")

    files = ImageFiles(find)
    text = base64.b64encode(encoded(kind)).decode()
    wrapped = "\n".join(text[start : start + 76] for start in range(0, len(text), 76))
    for value in (text, wrapped, f"data:image/{kind.lower()};base64,{text}"):
        assert files.read(value) == encoded(kind)
        files.check(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("gone.jpg", "gone.jpg' cannot be read: No such file"),
        ("sub", "'sub' cannot be read: Is a directory"),
        ("../outside.jpg", "leads out of the folder"),
        ("link.jpg", "leads out of the folder"),
        ("/etc/hostname", "No such file"),
        ("a\0b", "is no path"),
        ("x" * 300, "File name too long"),
        ("Hello, world! " * 500, "neither a path nor Base64"),
        ("data:image/png;base64,????", "no Base64"),
    ],
)
def test_what_cannot_be_read_says_why(files, value, message):
    for look in (files.read, files.check):
        with pytest.raises(UnreadableImageError, match=message):
            look(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [("cut.jpg", "damaged"), ("empty.jpg", "is empty"), ("data:image/png;base64,", "is empty")],
)
def test_a_check_finds_what_is_not_whole(files, value, message):
    with pytest.raises(UnreadableImageError, match=message):
        files.check(value)


def test_a_check_finds_what_is_no_image(files):
    with pytest.raises(UnknownImageError, match="begins with b'I am a t'"):
        files.check("text.jpg")


@pytest.mark.parametrize("value", ["sub/b.gif", "behind.jpg"])
def test_a_check_decodes_what_its_ends_do_not_tell(files, value):
    files.check(value)


def test_a_check_reads_only_the_ends_of_a_file(tmp_path, monkeypatch):
    content = encoded()
    (tmp_path / "large.jpg").write_bytes(content[:-2] + b"\0" * 1_000_000 + content[-2:])
    monkeypatch.setattr(image_files, "read_file", lambda path: pytest.fail("read whole"))
    ImageFiles(lambda: tmp_path).check("large.jpg")


def test_a_folder_that_is_not_there_is_no_fault_of_the_image():
    def find():
        raise FeatureError("There is no folder 'pets'.")

    with pytest.raises(FeatureError, match="no folder 'pets'"):
        ImageFiles(find).read("a.jpg")
