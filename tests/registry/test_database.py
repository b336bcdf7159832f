from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from hornbook.errors import MissingExtraError
from hornbook.registry import Registry, WorkspaceError
from hornbook.registry import database as database_module
from hornbook.registry.database import Database


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'some.db'}"


def test_sqlite_is_set_up_for_many_processes(url: str):
    database = Database(url)
    with database.read() as transaction:
        pragmas = [
            transaction.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        ]
    database.close()
    assert pragmas == ["wal", 30_000, 1]


def test_a_writer_is_alone_from_its_start_and_readers_go_on(url: str, tmp_path: Path):
    database = Database(url)
    with (
        database.write(),
        database.read() as reading,
        closing(sqlite3.connect(tmp_path / "some.db", timeout=0)) as other,
    ):
        assert reading.scalar(text("SELECT count(*) FROM tasks")) == 0
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    database.close()


def test_a_database_held_by_another_is_a_workspace_error(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0)
    database = Database(url)
    with closing(sqlite3.connect(tmp_path / "some.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceError, match="database is locked"), database.write():
            pass
    database.close()


def test_a_workspace_may_use_a_database_elsewhere(home: Path, design: Path, url: str):
    with Registry(home, url) as registry:
        task = registry.ensure_task(design)
    assert not (home / "hornbook.db").exists()
    with Registry(home, url) as registry:
        assert registry.tasks() == [task]


def test_a_home_with_odd_characters_works(tmp_path: Path, design: Path):
    home = tmp_path / "a b?c#d%20é"
    with Registry(home) as registry:
        registry.ensure_task(design)
    assert (home / "hornbook.db").exists()


def test_a_file_that_is_no_database_is_named(home: Path):
    home.mkdir()
    (home / "hornbook.db").write_text("not a database " * 100)
    with pytest.raises(WorkspaceError) as caught:
        Registry(home)
    assert "hornbook.db cannot be opened: file is not a database" in str(caught.value)
    assert "rebuild" in str(caught.value)


def test_a_home_that_is_a_file_is_refused(home: Path):
    home.write_text("")
    with pytest.raises(WorkspaceError, match="cannot be created"):
        Registry(home)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("hornbook.db", "cannot be understood"),
        ("oracel://host/database", "cannot be understood"),
        ("sqlite://", "in memory"),
        ("sqlite:////nowhere/at/all.db", "cannot be opened"),
    ],
)
def test_wrong_urls(home: Path, wrong: str, words: str):
    with pytest.raises(WorkspaceError, match=words):
        Registry(home, wrong)


def test_a_missing_driver_is_named(home: Path):
    with pytest.raises(MissingExtraError, match="driver 'pg8000'"):
        Registry(home, "postgresql+pg8000://user:secret@host/database")
