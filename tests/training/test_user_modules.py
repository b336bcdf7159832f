"""Modules of a design: found in its folders, apart from those of other designs."""

from __future__ import annotations

import sys

import pytest

from hornbook.training.user_modules import UserModules


@pytest.fixture
def make(tmp_path):
    def write(files, name="design", libraries=()):
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        folder = tmp_path / name
        return UserModules([folder, folder / "lib", *(tmp_path / one for one in libraries)])

    return write


def test_two_designs_have_modules_of_their_own(make):
    importing = (
        "from layers import UNITS\ndef late():\n    import layers\n    return layers.UNITS\n"
    )
    first = make({"architecture.py": importing, "layers.py": "UNITS = 1\n"}, "a")
    second = make({"architecture.py": importing, "layers.py": "UNITS = 2\n"}, "b")
    loaded = [modules.load("architecture.py") for modules in (first, second)]
    assert [module.UNITS for module in loaded] == [1, 2]
    assert [module.late() for module in loaded] == [1, 2]
    assert "layers" not in sys.modules


def test_files_of_one_stem_do_not_clash(make):
    modules = make({"features/x.py": "import x\nTEN = 10 * x.ONE\n", "x.py": "ONE = 1\n"})
    assert modules.load("features/x.py").TEN == 10
    assert modules.load("x.py").ONE == 1


def test_a_file_named_like_a_package_is_in_nobodys_way(make):
    files = {
        "features/json.py": "import json\nTEXT = json.dumps([1])\n",
        "numpy.py": "MINE = True\n",
        "architecture.py": "import numpy\nfrom scipy import sparse\nMINE = numpy.MINE\n",
    }
    modules = make(files)
    assert modules.load("features/json.py").TEXT == "[1]"
    assert modules.load("architecture.py").MINE
    assert sys.modules.get("numpy") is not modules.load("numpy.py")


def test_a_folder_of_data_hides_no_package(make):
    modules = make({"json/notes.txt": "", "a.py": "import json\nTEXT = json.dumps(1)\n"})
    assert modules.load("a.py").TEXT == "1"


def test_libraries_are_importable_everywhere_and_the_nearer_goes_first(make):
    make({"both.py": "WHERE = 'beside'\n", "only.py": "import both\nSEEN = both.WHERE\n"}, "shared")
    files = {
        "lib/both.py": "WHERE = 'inside'\n",
        "lib/tools/__init__.py": "from .deep import DEEP\n",
        "lib/tools/deep.py": "import both\nDEEP = both.WHERE\n",
        "features/x.py": "import only\nimport tools.deep as deep\nfrom tools import DEEP\n",
    }
    module = make(files, libraries=["shared"]).load("features/x.py")
    assert (module.only.SEEN, module.DEEP, module.deep.DEEP) == ("inside",) * 3


def test_no_bytecode_is_written_or_read(make, tmp_path):
    make({"lib/tool.py": "A = 1\n", "a.py": "import tool\n"}).load("a.py")
    assert not list(tmp_path.rglob("__pycache__"))


def test_what_is_missing_is_named_as_the_user_wrote_it(make):
    modules = make({"lib/tools/__init__.py": "", "a.py": "import tools.gone\n"})
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'tools\.gone'"):
        modules.load("a.py")


def test_classes_with_annotations_as_text_work(make):
    code = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    code += "@dataclass\nclass A:\n    n: int = 3\n"
    module = make({"features/odd name.v2.py": code}).load("features/odd name.v2.py")
    assert module.A().n == 3


def test_a_file_that_failed_is_run_again(make, tmp_path):
    modules = make({"a.py": "1 / 0\n"})
    with pytest.raises(ZeroDivisionError):
        modules.load("a.py")
    (tmp_path / "design" / "a.py").write_text("B = 2\n")
    assert modules.load("a.py").B == 2
