"""Tables that come with the package, to begin with."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from hornbook.errors import NotFoundError

__all__ = ["Sample", "bring_sample", "get_sample", "samples"]


@dataclass(frozen=True)
class Sample:
    """A table to begin with.

    Attributes:
        name: by which it is asked for.
        title: what the dataset is called.
        description: what its rows are and what is predicted.
        target: the column to predict.
        source: whose it is, and under which licence.
        file: of the table, in the package or, of one that is not shipped, in its folder.
        archive: in the package, with the table and the files it names; empty for a table alone.
        prediction_type: where it would be guessed wrong, such as of digits, which are numbers.
        is_shipped: whether it comes with the package; any other is offered where its folder
            lies in `samples/` of the workspace.
    """

    name: str
    title: str
    description: str
    target: str
    source: str
    file: str
    archive: str = ""
    prediction_type: str | None = None
    is_shipped: bool = True


_ALL = (
    Sample(
        "wine",
        "white wines",
        "4,898 white wines, 11 measurements: predict the quality that tasters gave (regression)",
        "quality",
        "Cortez et al. 2009, UCI Machine Learning Repository, CC BY 4.0",
        "wine_quality_white.csv",
    ),
    Sample(
        "adult",
        "adult",
        "5,000 people of a census, 14 columns with missing values: predict whether the income is "
        "above 50,000 dollars (two classes)",
        "income",
        "A sample of Becker and Kohavi 1996, UCI Machine Learning Repository, CC BY 4.0",
        "adult.csv.gz",
    ),
    Sample(
        "digits",
        "handwritten digits",
        "600 small pictures of handwritten digits: predict which one (ten classes)",
        "digit",
        "A sample of Alpaydin and Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0",
        "digits.csv",
        archive="digits.zip",
        prediction_type="multiclass",
    ),
    Sample(
        "cats_dogs",
        "cats and dogs",
        "Photos of cats and dogs: predict which (two classes)",
        "label",
        "Your own copy, in samples/cats_dogs of the workspace",
        "cats_dogs.csv",
        is_shipped=False,
    ),
)


def samples(home: Path) -> list[Sample]:
    """The samples there are: those of the package, and those whose files the workspace has.

    Args:
        home: the workspace's folder.
    """
    return [one for one in _ALL if one.is_shipped or _own_file(one, home).is_file()]


def get_sample(name: str, home: Path) -> Sample:
    """One sample.

    Raises:
        NotFoundError: there is none of that name.
    """
    known = {one.name: one for one in samples(home)}
    if name not in known:
        raise NotFoundError(f"There is no sample '{name}'. Known: {', '.join(known)}.")
    return known[name]


def bring_sample(sample: Sample, folder: Path, home: Path) -> Path:
    """Copies the files of a sample, unless they are there; returns the path of its table.

    Args:
        sample: of `samples`.
        folder: to copy to; what has several files gets a folder of its own in it.
        home: the workspace's folder, where a sample that is not shipped stays.
    """
    if not sample.is_shipped:
        return _own_file(sample, home)
    if sample.archive:
        folder = folder / sample.name
    table = folder / sample.file
    if table.is_file():
        return table
    folder.mkdir(parents=True, exist_ok=True)
    packed = files("hornbook") / "samples" / (sample.archive or sample.file)
    with as_file(packed) as source:
        if sample.archive:
            with zipfile.ZipFile(source) as archive:
                archive.extractall(folder)
        else:
            shutil.copyfile(source, table)
    return table


def _own_file(sample: Sample, home: Path) -> Path:
    return home / "samples" / sample.name / sample.file
