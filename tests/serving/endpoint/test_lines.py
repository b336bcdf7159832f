from __future__ import annotations

import json
import threading
from pathlib import Path

from hornbook.serving.endpoint import lines
from hornbook.serving.endpoint.lines import LineWriter, RotatedFile, audit_writer


def test_lines_come_whole_and_in_order(tmp_path: Path) -> None:
    writer = audit_writer(tmp_path / "a.jsonl", 2**20, 1)
    for number in range(5000):
        writer.add({"number": number, "text": "ü\n"})
    writer.close()
    found = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [one["number"] for one in found] == list(range(5000))


def test_a_file_rotates_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    file = RotatedFile(path, 10, 2)
    for number in range(5):
        file.write(b"line %d.\n" % number)
    file.close()
    kept = {one.name: one.read_text() for one in tmp_path.iterdir()}
    assert kept == {
        "a.jsonl": "line 4.\n",
        "a.jsonl.1": "line 3.\n",
        "a.jsonl.2": "line 2.\n",
    }
    none = RotatedFile(path, 10, 0)
    none.write(b"new line\n")
    none.close()
    assert path.read_text() == "new line\n"


def test_what_a_slow_disk_leaves_out_is_counted(monkeypatch) -> None:
    monkeypatch.setattr(lines, "_MOST_WAITING", 3)
    may_go, written = threading.Event(), []

    def write(text: bytes) -> None:
        may_go.wait(30)
        written.append(text)

    writer = LineWriter(write)
    for number in range(200):
        writer.add({"number": number})
    may_go.set()
    writer.close()
    found = [json.loads(line) for line in b"".join(written).splitlines()]
    lost = sum(one["lines"] for one in found if one.get("event") == "lines lost")
    assert lost > 0
    assert lost + sum("number" in one for one in found) == 200
