from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hornbook.design import DesignFolder
from hornbook.errors import DesignError, HornbookError, NotFoundError

Make = Callable[..., DesignFolder]


def test_reading(make_design: Make, tmp_path: Path) -> None:
    design = make_design()
    assert design.path == tmp_path / "design"
    assert design.task.seed == 7
    assert design.data_path == tmp_path.resolve() / "design" / "rows.csv"
    assert design.test_path is None
    assert design.text == (design.path / "task.toml").read_text("utf-8")


def test_settings_go_before_the_file_and_leave_it_alone(make_design: Make) -> None:
    design = make_design()
    before = (design.path / "task.toml").read_bytes()
    changed = DesignFolder.read(
        design.path, ["training.epochs=3", "features.city.role=reject", "dataset.test_path=t.csv"]
    )
    assert changed.task.training.epochs == 3
    assert [feature.column for feature in changed.task.input_features] == ["age", "fixed acidity"]
    assert changed.test_path == changed.base / "t.csv"
    assert "# A comment that stays." in changed.text
    assert (design.path / "task.toml").read_bytes() == before
    with pytest.raises(HornbookError, match="expected key=value"):
        DesignFolder.read(design.path, ["epochs"])


def test_paths_start_at_the_base_or_are_absolute(make_design: Make, tmp_path: Path) -> None:
    design = make_design()
    based = DesignFolder.read(design.path, base=tmp_path / "elsewhere")
    assert based.data_path == (tmp_path / "elsewhere" / "rows.csv").resolve()
    absolute = DesignFolder.read(design.path, [f"dataset.path='{tmp_path / 'all.csv'}'"])
    assert absolute.data_path == tmp_path / "all.csv"


def test_no_folder_and_no_task(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no such folder") as caught:
        DesignFolder.read(tmp_path / "nowhere")
    assert "hornbook init" in str(caught.value.fix)
    with pytest.raises(NotFoundError, match=r"there is no task\.toml in it"):
        DesignFolder.read(tmp_path)


def test_a_byte_order_mark_is_no_matter_and_other_encodings_are_a_problem(
    make_design: Make,
) -> None:
    file = make_design().path / "task.toml"
    text = file.read_text("utf-8") + "# été\n"
    file.write_text(text, "utf-8-sig")
    assert DesignFolder.read(file.parent).text == text
    file.write_text(text, "latin-1")
    with pytest.raises(DesignError, match="not UTF-8 text") as caught:
        DesignFolder.read(file.parent)
    assert caught.value.problems[0].fix == "Save the file as UTF-8."


def test_code_files(make_design: Make) -> None:
    assert make_design().code_files == ("architecture.py",)
    design = make_design(custom_score="", training="", other="")
    assert design.code_files == ("architecture.py", "custom_score.py")
    advanced = DesignFolder.read(design.path, ["training.mode=advanced"])
    assert advanced.code_files == ("architecture.py", "training.py", "custom_score.py")


def test_a_frozen_copy_is_not_touched_by_later_edits(make_design: Make, tmp_path: Path) -> None:
    folder = make_design(architecture="first = 1\n", training="t = 1\n").path
    (folder / "notes.txt").write_text("mine", "utf-8")
    (folder / "mylib").mkdir()
    (folder / "mylib" / "__init__.py").write_text("", "utf-8")
    (folder / "rows.csv").write_text("a\n1\n", "utf-8")
    (folder / ".hidden.py").write_text("", "utf-8")
    (folder / "another").mkdir()
    (folder / "another" / "task.toml").write_text("", "utf-8")
    design = DesignFolder.read(folder, ["training.epochs=3"])
    frozen = design.freeze(tmp_path / "runs" / "s1")
    (folder / "task.toml").write_text("broken =", "utf-8")
    (folder / "architecture.py").write_text("second = 2\n", "utf-8")
    (folder / "training.py").unlink()

    assert (frozen.path / "architecture.py").read_text("utf-8") == "first = 1\n"
    assert {path.name for path in frozen.path.iterdir()} == {
        "task.toml",
        "architecture.py",
        "training.py",
        "notes.txt",
        "mylib",
    }
    assert (frozen.path / "mylib" / "__init__.py").is_file()
    again = DesignFolder.read(frozen.path, base=design.base)
    assert again == frozen
    assert again.task.training.epochs == 3
    assert again.data_path == design.data_path
    assert "# A comment that stays." in again.text
    with pytest.raises(FileExistsError):
        design.freeze(tmp_path / "runs" / "s1")
