from __future__ import annotations

from pathlib import Path

import pytest

from hornbook.registry import Registry, rebuild


def test_the_environment_names_another_database(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HORNBOOK_DATABASE", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    with Registry(home) as registry:
        registry.ensure_task(tmp_path / "design")
    assert (tmp_path / "elsewhere.db").is_file()
    assert not (home / "hornbook.db").exists()
    assert rebuild(home).tasks == 0
