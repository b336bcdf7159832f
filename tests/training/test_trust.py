"""Which models' code may be run: by content, from a list outside of their folders."""

from __future__ import annotations

import json
import shutil

import pytest

from hornbook.data import FolderStore, Storage
from hornbook.errors import NotFoundError, UntrustedModelError
from hornbook.training.partitions import Partition, Partitions
from hornbook.training.resources import DesignResources
from hornbook.training.trust import CodeOfModel, TrustedModels
from hornbook.training.user_code import UserCode

CODE = {
    "design/architecture.py": "DONE = True\n",
    "design/lib/tool.py": "",
    "model/model.keras": "network",
    "model/features/pipeline.json": json.dumps(
        {
            "features": [
                {
                    "state": {
                        "objects": [
                            {"kind": "global", "module": "sklearn.preprocessing", "name": "X"},
                            {"kind": "global", "module": ".features.a", "name": "P"},
                            {"kind": "list", "items": []},
                        ]
                    }
                },
                {"state": {"mean": 1}},
            ]
        }
    ),
}


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "analyses" / "a" / "b" / "s1"
    for name, text in CODE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_what_was_trained_is_trusted_and_its_copies(model, tmp_path):
    trusted = TrustedModels(tmp_path)
    assert not trusted.trusts(model)
    trusted.add(model, "trained here")
    assert TrustedModels(tmp_path).trusts(model)
    version = tmp_path / "saved_models" / "m" / "v1"
    shutil.copytree(model, version)
    assert trusted.trusts(version)
    assert not TrustedModels(tmp_path / "elsewhere").trusts(model)


@pytest.mark.parametrize("name", CODE)
def test_any_change_ends_the_trust(model, tmp_path, name):
    trusted = TrustedModels(tmp_path)
    trusted.add(model, "trained here")
    (model / name).write_text(CODE[name] + " ")
    assert not trusted.trusts(model)


def test_more_files_fewer_and_links_end_it(model, tmp_path):
    trusted = TrustedModels(tmp_path)
    trusted.add(model, "trained here")
    (model / "design" / "lib" / "more.py").touch()
    assert not trusted.trusts(model)
    (model / "design" / "lib" / "more.py").rename(model / "design" / "lib" / "x")
    assert not trusted.trusts(model)
    shutil.rmtree(model / "design" / "lib")
    (model / "design" / "lib").symlink_to(tmp_path)
    assert not trusted.trusts(model)
    with pytest.raises(NotFoundError, match="or there are links"):
        trusted.add(model, "trusted by hand")


def test_files_of_the_training_do_not_matter(model, tmp_path):
    trusted = TrustedModels(tmp_path)
    trusted.add(model, "trained here")
    (model / "result.json").write_text("{}")
    (model / "model" / "later.json").write_text("{}")
    (model / "design" / "__pycache__").mkdir()
    (model / "design" / "__pycache__" / "x.pyc").touch()
    assert trusted.trusts(model)


def test_an_untrusted_model_tells_what_would_be_run(model, tmp_path):
    resources = DesignResources.of_model(model, tmp_path)
    with pytest.raises(UntrustedModelError) as caught:
        resources.code("architecture.py")
    assert "The model a/b/s1 needs architecture.py of its design to be run" in caught.value.message
    assert (caught.value.fix or "").endswith("hornbook trust a/b/s1")
    TrustedModels(tmp_path).add(model, "trusted by hand")
    assert resources.code("architecture.py").DONE


def test_code_of_a_training_needs_no_trust(model, tmp_path):
    resources = DesignResources(UserCode(model / "design"), FolderStore(tmp_path))
    assert resources.code("architecture.py").DONE


def test_the_code_of_a_model_is_listed_without_running_it(model):
    code = CodeOfModel.of(model)
    assert code.files == ("architecture.py", "lib/tool.py")
    assert code.modules == ("sklearn.preprocessing",)


def test_the_code_of_submodels_counts_as_well(model, tmp_path):
    version = tmp_path / "saved_models" / "answers" / "v1"
    shutil.copytree(model, version)
    shutil.copytree(model, version / "partitions" / "p2")
    (version / "partitions" / "p2" / "design" / "architecture.py").write_text("print('other')")
    partitions = (Partition("a", "s", 1), Partition("b", "s", 1, submodel="p2"))
    Partitions("c", Storage.STRING, partitions).write(version / "partitions.json")
    trusted = TrustedModels(tmp_path)
    trusted.add(model, "trained here")
    assert not trusted.trusts(version)
    submodel = version / "partitions" / "p2"
    with pytest.raises(UntrustedModelError, match="hornbook trust answers@v1"):
        trusted.require(submodel, "architecture.py")
    code = CodeOfModel.of(version)
    assert "architecture.py" in code.files
    assert "../partitions/p2/design/architecture.py" in code.files
    trusted.add(version, "trusted by hand")
    assert trusted.trusts(version)
    assert trusted.trusts(submodel)
