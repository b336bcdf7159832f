from __future__ import annotations

import pytest

from hornbook.data import TableStore, bring_sample, get_sample, samples
from hornbook.errors import NotFoundError


@pytest.mark.parametrize(("name", "rows"), [("wine", 4898), ("adult", 5000), ("digits", 600)])
def test_a_sample_is_a_table_with_its_target(tmp_path, home, name, rows):
    sample = get_sample(name, home)
    path = bring_sample(sample, tmp_path, home)
    table = TableStore(home / "datasets").read(path)
    assert table.n_rows == rows
    assert table.n_rejected == 0
    assert sample.target in {column.name for column in table.columns}
    assert "CC BY 4.0" in sample.source
    changed = path.stat().st_mtime_ns
    assert bring_sample(sample, tmp_path, home) == path
    assert path.stat().st_mtime_ns == changed


def test_pictures_come_with_their_table(tmp_path, home):
    table = bring_sample(get_sample("digits", home), tmp_path, home)
    pictures = list((table.parent / "images").glob("*.png"))
    assert len(pictures) == 600


def test_photos_are_offered_where_the_workspace_has_them(tmp_path, home):
    assert "cats_dogs" not in [one.name for one in samples(home)]
    with pytest.raises(NotFoundError, match="Known: wine, adult, digits"):
        get_sample("cats_dogs", home)
    own = home / "samples" / "cats_dogs"
    own.mkdir(parents=True)
    (own / "cats_dogs.csv").write_text("image,label\n")
    sample = get_sample("cats_dogs", home)
    assert bring_sample(sample, tmp_path, home) == own / "cats_dogs.csv"
