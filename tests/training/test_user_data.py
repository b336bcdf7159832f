"""`dataiku.Folder` and `dataiku.Dataset`, in a training and outside one."""

from __future__ import annotations

import pytest

import dataiku
from dataiku.doctor.deep_learning.keras_utils import load_img
from hornbook.data import FolderStore
from hornbook.design import DesignFolder
from hornbook.errors import DataError, NotFoundError
from hornbook.features import load_img as defined
from hornbook.training import context
from hornbook.training.context import enter_design

TASK = """
[dataset]
path = "../data/people.csv"
test_path = "../data/more.csv"
[target]
column = "age"
type = "regression"
"""


@pytest.fixture(autouse=True)
def no_design(monkeypatch, home):
    monkeypatch.setattr(context, "_design", [])
    monkeypatch.setenv("HORNBOOK_HOME", str(home))


@pytest.fixture
def design(tmp_path, home):
    (tmp_path / "design").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text("name,age\nAda,36\nBob,\n")
    (tmp_path / "data" / "more.csv").write_text("name,age\nCid,7\n")
    (tmp_path / "data" / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "design" / "task.toml").write_text(TASK)
    return DesignFolder.read(tmp_path / "design")


def test_a_folder_lists_and_opens_its_files(tmp_path, home):
    (tmp_path / "pets" / "cats").mkdir(parents=True)
    (tmp_path / "pets" / "cats" / "tom.txt").write_bytes(b"tom")
    FolderStore(home).create("pets", tmp_path / "pets")
    folder = dataiku.Folder("pets")
    assert folder.get_path() == str(tmp_path / "pets")
    assert folder.list_paths_in_partition() == ["/cats/tom.txt"]
    with folder.get_download_stream("/cats/tom.txt") as stream:
        assert stream.read() == b"tom"
    with pytest.raises(DataError):
        folder.get_download_stream("../secret")
    with pytest.raises(NotFoundError, match="no folder 'birds'"):
        dataiku.Folder("birds")


def test_a_training_uses_its_own_workspace(tmp_path, design):
    FolderStore(tmp_path / "other home").create("pets", tmp_path)
    with pytest.raises(NotFoundError):
        dataiku.Folder("pets")
    enter_design(design, tmp_path / "other home")
    assert dataiku.Folder("pets").get_path() == str(tmp_path)


@pytest.mark.parametrize("name", ["people", "people.csv", "../data/people.csv"])
def test_a_training_finds_its_own_datasets_by_name(design, home, name):
    enter_design(design, home)
    frame = dataiku.Dataset(name).get_dataframe()
    assert frame["name"].tolist() == ["Ada", "Bob"]
    assert len(dataiku.Dataset("more").get_dataframe()) == 1
    assert list(dataiku.Dataset("../data/other.csv").get_dataframe()) == ["a", "b"]


def test_an_unknown_dataset_names_those_of_the_training(design, home):
    enter_design(design, home)
    with pytest.raises(NotFoundError, match=r"no dataset 'x'; .* has 'people' and 'more'"):
        dataiku.Dataset("x").get_dataframe()


def test_elsewhere_a_dataset_is_a_file(design, tmp_path):
    frame = dataiku.Dataset(str(tmp_path / "data" / "other.csv")).get_dataframe()
    assert frame["b"].tolist() == [2]
    with pytest.raises(NotFoundError, match="no file 'people'"):
        dataiku.Dataset("people").get_dataframe()


def test_load_img_is_the_one_defined_here():
    assert load_img is defined
