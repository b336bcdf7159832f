from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading

import pytest

from hornbook.data import ReadOptions, Table, TableStore
from hornbook.errors import DataError


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,age\nAda,36\nBob,40\n", encoding="utf-8")
    return path


def test_an_unchanged_file_is_read_once(store, source):
    first = store.read(source)
    written = (first.folder / "table.arrow").stat().st_mtime_ns
    again = store.read(str(source))
    assert again.folder == first.folder
    assert (again.folder / "table.arrow").stat().st_mtime_ns == written
    assert again.fingerprint == first.fingerprint


def test_a_changed_file_is_another_table(store, source):
    first = store.read(source)
    status = source.stat()
    source.write_text("name,age\nAda,37\nBob,40\n", encoding="utf-8")
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    second = store.read(source)
    assert second.read_column("age").to_list() == [37, 40]
    assert second.fingerprint != first.fingerprint
    assert first.read_column("age").to_list() == [36, 40]


def test_options_make_another_table(store, source):
    first = store.read(source)
    second = store.read(source, ReadOptions(types={"age": "category"}))
    assert second.read_column("age").to_list() == ["36", "40"]
    assert second.fingerprint != first.fingerprint


def test_files_of_the_same_name_do_not_collide(store, source, tmp_path):
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other" / "people.csv"
    twin.write_bytes(source.read_bytes())
    first, second = store.read(source), store.read(twin)
    assert first.folder != second.folder
    assert first.fingerprint == second.fingerprint


def test_a_link_is_its_file(store, source, tmp_path):
    (tmp_path / "link.csv").symlink_to(source)
    assert store.read(tmp_path / "link.csv").folder == store.read(source).folder


def test_a_damaged_table_is_read_anew(store, source):
    folder = store.read(source).folder
    (folder / "schema.json").write_text("{", encoding="utf-8")
    assert store.read(source).n_rows == 2
    assert Table.open(folder).n_rows == 2


def test_nothing_but_tables_is_left(store, source):
    folder = store.read(source).folder
    assert sorted(path.name for path in folder.iterdir()) == [
        "rejected.jsonl",
        "schema.json",
        "table.arrow",
    ]
    assert list(store.root.iterdir()) == [folder]


def test_missing_files_and_folders_are_told(store, tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        store.read(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="is a folder"):
        store.read(tmp_path)


def test_a_file_that_grows_while_it_is_read_is_told(store, source):
    def grow(done: int, total: int) -> None:
        with source.open("a", encoding="utf-8") as stream:
            stream.write("Cy,1\n")

    with pytest.raises(DataError, match="changed while it was read"):
        store.read(source, progress=grow)
    assert list(store.root.iterdir()) == []


def test_progress_goes_up_to_the_end(store, data_folder):
    calls: list[tuple[int, int]] = []
    path = data_folder / "adult_train.csv"
    store.read(path, progress=lambda done, total: calls.append((done, total)))
    size = path.stat().st_size
    assert calls[-1] == (size, size)
    assert calls == sorted(calls)


def test_threads_read_the_same_file_at_once(store, source):
    barrier, tables = threading.Barrier(6), []

    def read() -> None:
        barrier.wait()
        tables.append(store.read(source))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [table.head().rows() for table in tables] == [[("Ada", 36), ("Bob", 40)]] * 6
    assert len(list(store.root.iterdir())) == 1


@pytest.mark.slow
def test_memory_stays_bounded(tmp_path):
    """A file of 200 MB takes about as much memory as one of 100 MB."""
    code = """
        import re, sys
        from pathlib import Path
        from hornbook.data import TableStore
        table = TableStore(Path(sys.argv[1]) / "tables").read(sys.argv[2])
        # Of this program alone: getrusage also knows the size of the process it was forked from.
        peak_kb = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)
        print(table.n_rows, int(peak_kb) // 1024)
    """
    rows = "".join(
        f"{i},{i * 0.37:.9f},word {i % 9},a text of some words {i}\n" for i in range(10**4)
    )
    peaks = []
    for n_blocks in (200, 400):
        path = tmp_path / f"{n_blocks}.csv"
        with path.open("w", encoding="utf-8") as stream:
            stream.write("id,x,word,text\n")
            for _ in range(n_blocks):
                stream.write(rows)
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), str(tmp_path), str(path)],
            check=True,
            capture_output=True,
            text=True,
        )
        n_rows, peak_mb = map(int, done.stdout.split())
        assert n_rows == n_blocks * 10**4
        peaks.append(peak_mb)
    assert path.stat().st_size > 180 * 10**6
    assert peaks[1] < peaks[0] + 60, peaks
    assert peaks[1] < 600, peaks


def test_two_processes_read_the_same_file_at_once(tmp_path, source):
    code = (
        "import sys; from pathlib import Path; from hornbook.data import TableStore;"
        "print(TableStore(Path(sys.argv[1])).read(sys.argv[2]).folder)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "tables"), str(source)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    folders = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(folders) == 1
    assert TableStore(tmp_path / "tables").read(source).n_rows == 2
