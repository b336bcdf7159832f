from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hornbook.errors import UsageError
from hornbook.serving.endpoint.shares import (
    SHARES_FILE,
    chosen_version,
    parse_shares,
    read_shares,
    write_shares,
)

SHARES = [("v3", 0.9), ("v4", 0.1)]


@pytest.mark.parametrize("text", ["", "v3", "v3:x", "v3:2,v4:-1", "v3:0.5,v3:0.5", "v3:nan", ":1"])
def test_shares_that_are_none(text: str) -> None:
    with pytest.raises(UsageError):
        parse_shares(text)


def test_a_version_without_a_share_is_none() -> None:
    assert parse_shares(" v3:1, v4:0 ") == {"v3": 1.0}


def test_units_keep_their_version_and_share_as_asked() -> None:
    chosen = [chosen_version("adult", SHARES, str(unit)) for unit in range(20_000)]
    assert chosen == [chosen_version("adult", SHARES, str(unit)) for unit in range(20_000)]
    assert Counter(chosen)["v4"] / 20_000 == pytest.approx(0.1, abs=0.01)


def test_whoever_moved_to_the_new_version_stays_when_its_share_grows() -> None:
    more = [("v3", 0.5), ("v4", 0.5)]
    for unit in map(str, range(1000)):
        if chosen_version("adult", SHARES, unit) == "v4":
            assert chosen_version("adult", more, unit) == "v4"


def test_the_file_keeps_what_people_wrote_into_it(tmp_path: Path) -> None:
    assert read_shares(tmp_path) == {}
    write_shares(tmp_path, "adult", {"v3": 0.9, "v4": 0.1})
    path = tmp_path / SHARES_FILE
    path.write_text("# ours\n" + path.read_text())
    write_shares(tmp_path, "a name. of ours", {"v1": 1.0})
    assert read_shares(tmp_path) == {"adult": dict(SHARES), "a name. of ours": {"v1": 1.0}}
    write_shares(tmp_path, "adult", None)
    assert list(read_shares(tmp_path)) == ["a name. of ours"]
    assert path.read_text().startswith("# ours\n")


@pytest.mark.parametrize("text", ["[", "shares = 5", "[shares]\nadult = 1", "[shares.a]\nv1 = 0.5"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / SHARES_FILE).write_text(text)
    with pytest.raises(UsageError):
        read_shares(tmp_path)
