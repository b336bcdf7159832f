"""Managed folders: names, what is refused, and paths that must not lead out."""

from __future__ import annotations

import pytest

from hornbook.data import FolderStore, path_inside
from hornbook.errors import DataError, NotFoundError, UsageError


@pytest.fixture
def pets(tmp_path):
    folder = tmp_path / "pets"
    (folder / "cats").mkdir(parents=True)
    (folder / "cats" / "tom.jpg").write_bytes(b"tom")
    (folder / "rex.jpg").write_bytes(b"rex")
    (folder / ".hidden").write_bytes(b"")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "out.jpg").symlink_to(tmp_path / "secret")
    (folder / "in.jpg").symlink_to(folder / "rex.jpg")
    return folder


def test_a_name_stands_for_a_folder_until_it_is_removed(home, pets):
    store = FolderStore(home)
    assert store.all() == []
    created = store.create("My pets", pets)
    assert created.path == pets
    assert FolderStore(home).get("My pets") == created
    assert store.all() == [created]
    assert store.create("My pets", pets) == created
    assert store.remove("My pets") == created
    assert store.find("My pets") is None
    assert (pets / "rex.jpg").exists()


def test_a_name_is_not_given_twice(home, pets):
    store = FolderStore(home)
    store.create("pets", pets)
    with pytest.raises(UsageError, match=r"stands for .*pets already"):
        store.create("pets", pets / "cats")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", " a", "a ", ".x", "x" * 101, "a\0"])
def test_names_that_are_no_names_are_refused(home, pets, name):
    with pytest.raises(UsageError, match="cannot be the name"):
        FolderStore(home).create(name, pets)
    assert FolderStore(home).find(name) is None


@pytest.mark.parametrize("name", ["a", "Été", "pets 2.0-b_c", "x" * 100])
def test_other_names_are_taken(home, pets, name):
    assert FolderStore(home).create(name, pets).name == name
    assert FolderStore(home).get(name).path == pets


def test_what_is_no_folder_is_refused(home, pets):
    with pytest.raises(NotFoundError, match="does not exist"):
        FolderStore(home).create("x", pets / "none")
    with pytest.raises(NotFoundError, match="is a file"):
        FolderStore(home).create("x", pets / "rex.jpg")


def test_an_unknown_name_lists_the_known_ones(home, pets):
    FolderStore(home).create("pets", pets)
    with pytest.raises(NotFoundError, match="Did you mean 'pets'"):
        FolderStore(home).get("pet")


def test_files_are_listed_from_the_top_and_opened(home, pets):
    folder = FolderStore(home).create("pets", pets)
    assert list(folder.paths()) == ["/in.jpg", "/rex.jpg", "/cats/tom.jpg"]
    for path in ("/cats/tom.jpg", "cats/tom.jpg"):
        with folder.open(path) as file:
            assert file.read() == b"tom"
    with pytest.raises(NotFoundError, match="has no file '/cats'"):
        folder.open("/cats")


@pytest.mark.parametrize("path", ["../secret", "cats/../../secret", "out.jpg", "/../x", "a\0b"])
def test_paths_that_lead_out_are_refused(pets, path):
    with pytest.raises(DataError, match=r"leads out|is no path"):
        path_inside(pets, path)


def test_a_link_on_the_way_out_is_refused_as_well(tmp_path, pets):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "rex.jpg").write_bytes(b"rex")
    (pets / "away").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="leads out"):
        path_inside(pets, "away/rex.jpg")
    (pets / "tame").symlink_to(pets / "cats")
    assert path_inside(pets, "tame/tom.jpg") == pets / "cats" / "tom.jpg"


def test_an_absolute_path_starts_at_the_top_of_the_folder(pets):
    assert path_inside(pets, "/etc/passwd") == pets / "etc" / "passwd"
    assert path_inside(pets, "cats/../rex.jpg") == pets / "rex.jpg"
    assert path_inside(pets, "in.jpg") == pets / "rex.jpg"


def test_a_folder_beside_it_with_a_longer_name_is_outside(tmp_path, pets):
    (tmp_path / "pets2").mkdir()
    with pytest.raises(DataError):
        path_inside(pets, "../pets2")


def test_a_folder_reached_by_a_link_is_as_good(tmp_path, pets):
    (tmp_path / "link").symlink_to(pets)
    assert path_inside(tmp_path / "link", "rex.jpg") == pets / "rex.jpg"
