"""Processes of our own: their imports, their command."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from hornbook.processes import collector_at_rest, module_command

MODULE = """
import gc
import sys

was_on = gc.isenabled()


def main(*paths):
    print(was_on, gc.isenabled(), gc.get_freeze_count() > 1000, *(path.name for path in paths))
    return {answer}
"""


def run(folder: Path, answer: object) -> subprocess.CompletedProcess[str]:
    (folder / "asked").mkdir()
    (folder / "asked" / "worker_of_test.py").write_text(MODULE.format(answer=answer), "utf-8")
    return subprocess.run(
        module_command("worker_of_test", folder / "first", folder / "second"),
        env={**os.environ, "PYTHONPATH": str(folder / "asked")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_module_is_imported_without_collections_and_frozen(tmp_path):
    done = run(tmp_path, answer=3)
    assert done.stdout == "False True True first second\n"
    assert done.returncode == 3


def test_no_answer_of_main_is_success(tmp_path):
    assert run(tmp_path, answer=None).returncode == 0


def test_a_module_in_the_current_folder_is_not_ours(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit(9)", "utf-8")
    (tmp_path / "psutil.py").write_text("raise SystemExit(9)", "utf-8")
    assert run(tmp_path, answer=0).returncode == 0


def test_the_collector_comes_back_after_a_failed_import():
    assert gc.isenabled()
    with pytest.raises(ImportError), collector_at_rest():
        assert not gc.isenabled()
        import no_such_module  # noqa: F401
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


COUNTED = """
import gc
import sys

{first}
counted = []
gc.callbacks.append(lambda phase, info: counted.append(phase))
{door}
during = len(counted)
gc.collect()
print(during, len(counted) > during, gc.isenabled())
"""


@pytest.mark.parametrize(
    ("first", "door"),
    [
        ("", "import hornbook.cli"),
        ("from hornbook.backends import open_backend", "open_backend('jax')"),
        ("from hornbook.backends import open_some_backend", "open_some_backend('jax')"),
    ],
)
def test_the_collector_rests_where_the_command_and_keras_are_imported(first, door):
    during, comes_back, is_on = printed_by(COUNTED.format(first=first, door=door)).split()
    # Collections there would be hundreds.
    assert int(during) < 100
    assert (comes_back, is_on) == ("True", "True")


def test_a_command_leaves_its_imports_alone():
    text = """
        import atexit, gc, sys
        from hornbook.cli import main

        atexit.register(lambda: print(gc.get_freeze_count()))
        sys.argv = ["hornbook", "--version"]
        main()
    """
    assert int(printed_by(dedent(text)).split()[-1]) > 10_000


def printed_by(code: str) -> str:
    """The output of code that a new process runs."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
