"""Which modules of a shared library a design imports."""

from __future__ import annotations

import pytest

from hornbook.design.library import imported_modules


@pytest.fixture
def found(tmp_path):
    def find(files):
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        (tmp_path / "lib").mkdir(exist_ok=True)
        paths = imported_modules(tmp_path / "design", tmp_path / "lib")
        return sorted(path.relative_to(tmp_path / "lib").as_posix() for path in paths)

    return find


def test_only_what_is_imported_directly_or_through_others(found):
    files = {
        "design/features/review.py": "from tools.words import split\nimport numpy\n",
        "lib/tools/words.py": "import letters\n",
        "lib/letters.py": "",
        "lib/unused.py": "",
        "lib/python3.11/big.py": "",
    }
    assert found(files) == ["letters.py", "tools"]


def test_own_modules_go_first(found):
    files = {
        "design/architecture.py": "import a, b, c\n",
        "design/a.py": "",
        "design/lib/b/__init__.py": "",
        **dict.fromkeys(["lib/a.py", "lib/b.py", "lib/c.py"], ""),
    }
    assert found(files) == ["c.py"]


def test_data_beside_the_modules_comes_along(found):
    files = {"design/a.py": "import t\n", "lib/t.py": "", "lib/words.txt": "x", "lib/x.bin": "x"}
    assert found(files) == ["t.py", "words.txt"]


def test_nothing_imported_is_nothing(found):
    assert found({"design/a.py": "import numpy\n", "lib/words.txt": "x"}) == []


def test_a_design_is_frozen_with_what_it_imports(tmp_path):
    from hornbook.design import DesignFolder
    from hornbook.training.user_code import UserCode

    design = tmp_path / "design"
    (design / "lib").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "shared.py").write_text("import own\nWHERE = own.WHERE\n")
    (design / "lib" / "own.py").write_text("WHERE = 'own'\n")
    (design / "architecture.py").write_text("from shared import WHERE\n")
    (design / "task.toml").write_text(
        'dataset.path = "x.csv"\ntarget = { column = "y", type = "regression" }\n'
    )
    live = DesignFolder.read(design)
    assert live.libraries == ((tmp_path / "lib").resolve(),)
    frozen = live.freeze(tmp_path / "session" / "design")
    assert frozen.libraries == ()
    assert sorted(path.name for path in (frozen.path / "lib").iterdir()) == ["own.py", "shared.py"]
    (tmp_path / "lib" / "shared.py").unlink()
    assert UserCode(frozen.path, frozen.libraries).module("architecture.py").WHERE == "own"
