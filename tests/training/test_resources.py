"""Where a design's code and folders are found."""

from __future__ import annotations

import pytest

from hornbook.data import FolderStore
from hornbook.errors import NotFoundError, UserCodeError
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode


@pytest.fixture
def resources(tmp_path, home):
    for name in ("design/features", "design/beside", "data/images", "managed"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "design" / "features" / "photo.py").write_text("x = 1\n\ndef fail():\n    1 / 0\n")
    store = FolderStore(home)
    store.create("pets", tmp_path / "managed")
    code = UserCode(tmp_path / "design")
    return DesignResources(code, store, tmp_path / "data", tmp_path / "design")


def test_folders_are_managed_ones_or_beside_the_design_or_the_data(resources, tmp_path):
    assert resources.folder("pets") == tmp_path / "managed"
    assert resources.folder("beside") == tmp_path / "design" / "beside"
    assert resources.folder("images") == tmp_path / "data" / "images"
    assert resources.folder("../data/images").resolve() == tmp_path / "data" / "images"
    assert resources.folder(str(tmp_path / "managed")) == tmp_path / "managed"
    assert resources.folder("") == tmp_path / "data"


def test_a_folder_that_is_nowhere_is_an_error_with_the_command(resources):
    with pytest.raises(NotFoundError, match="no managed folder has that name") as raised:
        resources.folder("pet")
    assert "Did you mean 'pets'?" in str(raised.value)
    assert raised.value.fix == "hornbook folder create 'pet' PATH"


def test_a_managed_folder_that_is_gone_is_said(resources, tmp_path):
    (tmp_path / "managed").rmdir()
    with pytest.raises(NotFoundError, match="which is not there"):
        resources.folder("pets")


def test_after_the_training_only_managed_folders_are_found(tmp_path, home, resources):
    later = DesignResources.of_model(tmp_path, home)
    assert later.folder("pets") == tmp_path / "managed"
    for name in ("", "images"):
        with pytest.raises(NotFoundError):
            later.folder(name)


def test_code_is_run_when_asked_for_and_its_errors_name_the_line(resources):
    module = resources.code("features/photo.py")
    assert module.x == 1
    with pytest.raises(UserCodeError, match="ZeroDivisionError") as raised, resources.running():
        module.fail()
    assert (raised.value.file, raised.value.line) == ("features/photo.py", 4)


def test_a_file_that_is_missing_is_named(resources):
    with pytest.raises(UserCodeError, match=r"features/other\.py: the file is missing"):
        resources.code("features/other.py")
